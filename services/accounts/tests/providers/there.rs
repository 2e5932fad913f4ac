//! Providers that are away, slow, badly set up, or that name places that are none of theirs.

use crate::{PASSWORD, Stage, refused, stage::NAME, told};
use accounts::ProviderKind;
use accounts_contract::{AuthDone, Device};
use serde_json::{Value, json};
use std::time::Duration;

async fn begin(stage: &Stage) -> (u16, String) {
    let begun = stage.accounts.begin_auth(NAME.into(), None, None, None, Device::default()).await;
    let (status, code, _) = told(begun.map(|_| ()));
    (status, code)
}

fn away() -> (u16, String) {
    (503, "provider_unavailable".into())
}

fn unusable() -> (u16, String) {
    (503, "provider_unusable".into())
}

#[tokio::test]
async fn what_discovery_says_must_be_the_provider_s() {
    let stage = Stage::oidc().await;
    let good = stage.provider.plan.lock().expect("no panic").discovery.clone();
    let port = stage.provider.issuer.rsplit_once(':').expect("a port").1.to_owned();
    for (name, value) in [
        ("issuer", json!("https://accounts.google.com")),
        ("issuer", json!(format!("{}/", stage.provider.issuer))),
        ("token_endpoint", json!("http://169.254.169.254/latest/meta-data")),
        ("token_endpoint", json!(format!("http://127.0.0.2:{port}/token"))),
        ("jwks_uri", json!("http://[::1]/jwks")),
        ("userinfo_endpoint", json!("file:///etc/passwd")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("token_endpoint", Value::Null),
        ("token_endpoint", json!("")),
    ] {
        stage.provider.set(|plan| plan.discovery = good.clone());
        stage.provider.set(|plan| plan.discovery[name] = value.clone());
        assert_eq!(begin(&stage).await, unusable(), "{name}: {value}");
    }
    // A name that stands for this machine is found out when it is asked.
    stage.provider.set(|plan| plan.discovery = good.clone());
    stage.provider.set(|plan| plan.discovery["token_endpoint"] = json!(format!("http://localhost:{port}/token")));
    let way = stage.begin().await;
    assert_eq!(told(stage.finish(&way).await), refused(503, "provider_unavailable", None));
    assert_eq!(stage.provider.asked("token"), 0);
}

#[tokio::test]
async fn a_provider_that_is_away_or_slow_is_told_as_such_and_keeps_nobody() {
    let stage = Stage::oidc().await;
    stage.provider.set(|plan| plan.delay = Duration::from_secs(60));
    assert_eq!(begin(&stage).await, away());
    stage.provider.set(|plan| plan.delay = Duration::ZERO);
    let way = stage.begin().await;
    for status in [500, 503, 429] {
        stage.provider.set(|plan| plan.instead = Some((status, "body", "<html>".into())));
        let way = stage.begin().await;
        let problem = stage.finish(&way).await.expect_err("refused");
        assert_eq!((problem.status(), &*problem.code, problem.retry_after), (503, "provider_unavailable", Some(5)));
    }
    stage.provider.set(|plan| plan.instead = None);
    stage.provider.set(|plan| plan.challenge.clone_from(&way.query["code_challenge"]));
    stage.say(&stage.claims(&way, "ada"));
    assert!(stage.finish(&way).await.is_ok(), "what was begun before goes on");
}

#[tokio::test]
async fn answers_that_can_t_be_used_are_the_operator_s_to_mend() {
    let stage = Stage::oidc().await;
    let to = format!("{}/token", stage.provider.issuer);
    for (status, header, value) in [
        (200, "body", "<html>".to_owned()),
        (200, "body", format!("{{\"id_token\":\"{}\"}}", "x".repeat(300 << 10))),
        (200, "body", "{}".to_owned()),
        (302, "location", to.clone()),
        (307, "location", to),
        (404, "body", String::new()),
        (400, "body", "{\"error\":\"invalid_client\"}".to_owned()),
        (200, "body", "{\"error\":\"incorrect_client_credentials\"}".to_owned()),
    ] {
        stage.provider.set(|plan| plan.instead = Some((status, header, value.clone())));
        let way = stage.begin().await;
        let before = stage.provider.asked("token");
        assert_eq!(told(stage.finish(&way).await), refused(503, "provider_unusable", None), "{status} {value:.40}");
        assert_eq!(stage.provider.asked("token"), before + 1, "it isn't followed");
    }
    stage.provider.set(|plan| plan.instead = Some((400, "body", "{\"error\":\"invalid_grant\"}".into())));
    let way = stage.begin().await;
    assert_eq!(told(stage.finish(&way).await), refused(403, "provider_refused", None));
}

#[tokio::test]
async fn who_asks_names_itself_as_the_provider_wants() {
    let stage = Stage::oidc().await;
    stage.come("ada").await.expect("by the header");
    stage.provider.set(|plan| plan.discovery["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]));
    stage.clock.advance_seconds(3_600);
    stage.come("ada").await.expect("in the form");
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for() {
    let stage = Stage::oidc().await;
    let come = async |userinfo: Value| {
        let way = stage.begin().await;
        let mut claims = stage.claims(&way, "ada");
        for name in ["email", "email_verified", "name"] {
            claims.as_object_mut().expect("claims").remove(name);
        }
        stage.say(&claims);
        stage.provider.set(|plan| plan.userinfo = userinfo);
        stage.finish(&way).await
    };
    let foreign = come(json!({ "sub": "eve", "email": "ada@example.org", "email_verified": true })).await;
    assert_eq!(told(foreign), refused(403, "id_token_malformed", None));
    assert_eq!(told(come(json!({ "sub": "ada" })).await), refused(403, "identity_without_email", None));
    let nonsense = come(json!({ "sub": "ada", "email": "nonsense" })).await;
    assert_eq!(told(nonsense), refused(403, "identity_without_email", None));
    let told =
        json!({ "sub": "ada", "email": "Ada@Example.org", "email_verified": "true", "preferred_username": "ada" });
    let AuthDone::SignedIn { signed_in, .. } = come(told).await.expect("signed in") else { panic!("signed in") };
    let user = &signed_in.user;
    assert_eq!((&*user.email, user.email_verified, &*user.display_name), ("Ada@Example.org", true, "ada"));
}

#[tokio::test]
async fn github_names_the_address_that_is_proven_and_first() {
    let stage = Stage::new(ProviderKind::Github, false).await;
    let come = async |id: i64, emails: Value| {
        let way = stage.begin().await;
        assert_eq!(way.query["scope"], "read:user user:email");
        let calls = json!({ "user": { "id": id, "login": "ada-l", "name": null }, "user/emails": emails });
        stage.provider.set(|plan| {
            plan.token = (200, json!({ "access_token": "the access token", "scope": "", "token_type": "bearer" }));
            plan.userinfo = calls;
        });
        stage.finish(&way).await
    };
    let email = |email: &str, primary, verified| json!({ "email": email, "primary": primary, "verified": verified, "visibility": null });
    let unproven = json!([email("ada@example.org", true, false), email("second@example.org", false, true)]);
    assert_eq!(told(come(7, unproven).await), refused(403, "identity_without_email", None));
    let proven = json!([email("second@example.org", false, true), email("ada@example.org", true, true)]);
    let AuthDone::SignedIn { signed_in, .. } = come(7, proven.clone()).await.expect("in") else { panic!("signed in") };
    let user = signed_in.user;
    assert_eq!((&*user.email, user.email_verified, &*user.display_name), ("ada@example.org", true, "ada-l"));
    let again = come(7, json!([])).await.expect("known by the number, whatever the address");
    assert!(matches!(again, AuthDone::SignedIn { signed_in, .. } if signed_in.user.id == user.id));
    assert_eq!(told(come(8, proven).await), refused(409, "identity_email_taken", Some("email")));
    stage.provider.set(|plan| plan.instead = Some((200, "body", "{\"error\":\"bad_verification_code\"}".into())));
    let way = stage.begin().await;
    assert_eq!(told(stage.finish(&way).await), refused(403, "provider_refused", None));
}

#[tokio::test]
async fn the_doctor_finds_what_is_there() {
    let stage = Stage::oidc().await;
    let examine = async |issuer: &str| {
        let mut config = crate::common::config();
        let settings = accounts::Provider {
            kind: ProviderKind::Oidc,
            title: None,
            issuer: Some(issuer.into()),
            client_id: PASSWORD.into(),
            client_secret: accounts::Secret::default(),
            scopes: None,
        };
        config.providers.insert(NAME.into(), settings);
        accounts::examine(&config, "https://chat.example.org", stage.outside.clock.now())
            .await
            .expect("valid")
            .remove(0)
    };
    let found = examine(&stage.provider.issuer).await;
    assert_eq!(found.redirect, "https://chat.example.org/api/v1/auth/own/callback");
    assert_eq!(found.found, Ok("127.0.0.1".into()));
    let slash = examine(&format!("{}/", stage.provider.issuer)).await.found.expect_err("another issuer");
    assert!(slash.contains("set it to the letter"), "{slash}");
    let gone = examine("http://127.0.0.1:9").await.found.expect_err("nobody there");
    assert!(gone.starts_with("it can't be reached"), "{gone}");
}
