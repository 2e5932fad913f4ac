//! The way there and back: whose it is, and that it is gone once.

use crate::common::from;
use crate::{Stage, refused, stage::NAME, told};
use accounts_contract::{AuthAnswer, AuthDone, Device};

#[tokio::test]
async fn the_way_there_says_what_is_wanted() {
    let stage = Stage::oidc().await;
    let way = stage.begin().await;
    let said = |name: &str| way.query[name].as_str();
    assert_eq!((said("response_type"), said("client_id"), said("tenant")), ("code", "guildhall:test", "1"));
    assert_eq!(said("redirect_uri"), "https://chat.example.org/api/v1/auth/own/callback");
    assert_eq!((said("scope"), said("code_challenge_method")), ("openid email profile", "S256"));
    assert!(!way.query.contains_key("max_age"));
    assert_eq!([said("state"), said("nonce"), said("code_challenge")].map(str::len), [43; 3]);
    let again = stage.begin().await;
    for secret in ["state", "nonce", "code_challenge"] {
        assert_ne!(way.query[secret], again.query[secret], "{secret}");
    }
    let unknown = stage.accounts.begin_auth("other".into(), None, None, None, Device::default()).await;
    assert_eq!(told(unknown.map(|_| ())), refused(404, "provider_unknown", None));
}

#[tokio::test]
async fn only_the_browser_that_began_ends_it_once_and_in_time() {
    let stage = Stage::oidc().await;
    let way = stage.begin().await;
    stage.say(&stage.claims(&way, "ada"));
    let with = async |change: fn(&mut AuthAnswer), browser: Option<&str>| {
        let mut answer = Stage::answer(&way);
        change(&mut answer);
        stage.accounts.finish_auth(answer, browser.map(Into::into), Device::default()).await
    };
    let browser = Some(way.browser.as_str());
    let unknown = refused(404, "auth_unknown", None);
    assert_eq!(told(with(|answer| answer.state = "made up".into(), browser).await), unknown);
    assert_eq!(told(with(|answer| answer.state.clear(), browser).await), unknown);
    assert_eq!(told(with(|answer| answer.provider = "other".into(), browser).await), unknown);
    let elsewhere = refused(403, "auth_elsewhere", None);
    let other = stage.begin().await.browser;
    for browser in [None, Some(""), Some("made up"), Some(other.as_str())] {
        assert_eq!(told(with(|_| (), browser).await), elsewhere, "{browser:?}");
    }
    // None of that took it from whose it is. The last beginning was another's: this one's verifier is wanted again.
    stage.provider.set(|plan| plan.challenge.clone_from(&way.query["code_challenge"]));
    assert!(matches!(stage.finish(&way).await, Ok(AuthDone::SignedIn { .. })));
    assert_eq!(told(stage.finish(&way).await), refused(410, "auth_used", None));
    assert_eq!(stage.provider.asked("token"), 1);

    let late = stage.begin().await;
    stage.clock.advance_seconds(600);
    assert_eq!(told(stage.finish(&late).await), refused(410, "auth_expired", None));
}

#[tokio::test]
async fn two_tabs_of_one_browser_don_t_disturb_each_other() {
    let stage = Stage::oidc().await;
    let one = stage.begin().await;
    let two = stage.begin_in(Some(&one.browser)).await;
    assert_eq!(one.browser, two.browser);
    for way in [two, one] {
        stage.provider.set(|plan| plan.challenge.clone_from(&way.query["code_challenge"]));
        stage.say(&stage.claims(&way, "ada"));
        assert!(matches!(stage.finish(&way).await, Ok(AuthDone::SignedIn { .. })));
    }
}

#[tokio::test]
async fn who_is_sent_back_without_a_code_is_told_why() {
    let stage = Stage::oidc().await;
    for (error, code) in
        [(Some("access_denied"), "auth_denied"), (Some("server_error"), "provider_refused"), (None, "provider_refused")]
    {
        let way = stage.begin().await;
        let answer = AuthAnswer { code: None, error: error.map(Into::into), ..Stage::answer(&way) };
        assert_eq!(told(stage.finish_with(&way, answer).await), refused(403, code, None), "{error:?}");
        assert_eq!(told(stage.finish(&way).await).1, "auth_used");
    }
}

#[tokio::test]
async fn who_answers_must_be_who_was_asked() {
    let stage = Stage::oidc().await;
    let come = async |iss: Option<String>| {
        let way = stage.begin().await;
        stage.say(&stage.claims(&way, "ada"));
        stage.finish_with(&way, AuthAnswer { iss, ..Stage::answer(&way) }).await
    };
    let wrong = refused(403, "id_token_issuer", None);
    assert_eq!(told(come(Some("https://other.example.org".into())).await), wrong);
    assert_eq!(stage.provider.asked("token"), 0, "the code went to nobody");
    assert!(come(Some(stage.provider.issuer.clone())).await.is_ok());
    stage.provider.set(|plan| plan.discovery["authorization_response_iss_parameter_supported"] = true.into());
    stage.clock.advance_seconds(3_600);
    assert_eq!(told(come(None).await), wrong, "the provider says that it always names itself");
}

#[tokio::test]
async fn beginnings_and_guesses_from_one_place_are_limited() {
    let stage = Stage::oidc().await;
    let begin = || stage.accounts.begin_auth(NAME.into(), None, None, None, from("203.0.113.7"));
    for _ in 0..30 {
        begin().await.expect("begun");
    }
    assert_eq!(told(begin().await.map(|_| ())), refused(429, "too_many_attempts", None));
    let guess = || {
        let answer = AuthAnswer { provider: NAME.into(), state: "made up".into(), ..AuthAnswer::default() };
        stage.accounts.finish_auth(answer, None, from("203.0.113.8"))
    };
    for _ in 0..30 {
        assert_eq!(told(guess().await).1, "auth_unknown");
    }
    assert_eq!(told(guess().await), refused(429, "too_many_attempts", None));
}
