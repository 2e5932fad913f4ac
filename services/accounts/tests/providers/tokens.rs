//! ID tokens that aren't what they should be.

use crate::{Stage, provider::Key, stage::Way, told};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

async fn refused_as(stage: &Stage, give: impl FnOnce(&Stage, &Way)) -> (u16, String) {
    let way = stage.begin().await;
    give(stage, &way);
    let (status, code, _) = told(stage.finish(&way).await);
    (status, code)
}

fn signed_by(key: &Key, header: &Value) -> impl FnOnce(&Stage, &Way) {
    move |stage, way| stage.give(key.sign(header, &stage.claims(way, "eve")))
}

#[tokio::test]
async fn what_a_token_must_say_it_must_say_rightly() {
    let stage = Stage::oidc().await;
    let now = stage.now();
    let wrong: [(&str, &str, Value); 16] = [
        ("id_token_nonce", "nonce", json!("another")),
        ("id_token_nonce", "nonce", Value::Null),
        ("id_token_issuer", "iss", json!("https://other.example.org")),
        ("id_token_audience", "aud", json!("another client")),
        ("id_token_audience", "aud", json!(["another client"])),
        ("id_token_audience", "azp", json!("another client")),
        ("id_token_expired", "exp", json!(now - 60)),
        ("id_token_expired", "exp", json!(0)),
        ("id_token_early", "iat", json!(now + 61)),
        ("id_token_early", "nbf", json!(now + 61)),
        ("id_token_malformed", "sub", Value::Null),
        ("id_token_malformed", "sub", json!("")),
        ("id_token_malformed", "sub", json!("x".repeat(256))),
        ("id_token_malformed", "exp", json!("soon")),
        ("id_token_malformed", "aud", Value::Null),
        ("id_token_malformed", "iss", Value::Null),
    ];
    for (code, claim, value) in wrong {
        let refused = refused_as(&stage, |stage, way| {
            let mut claims = stage.claims(way, "eve");
            claims[claim] = value.clone();
            if value.is_null() {
                claims.as_object_mut().expect("claims").remove(claim);
            }
            stage.say(&claims);
        });
        assert_eq!(refused.await, (403, code.to_owned()), "{claim}: {value}");
    }
    assert!(!stage.accounts.is_set_up().await.expect("asked"), "nobody got an account");
    for (claim, value) in [("exp", json!(now - 59)), ("iat", json!(now + 60)), ("aud", json!(["guildhall:test", "b"]))]
    {
        let way = stage.begin().await;
        let mut claims = stage.claims(&way, "ada");
        claims[claim] = value;
        stage.say(&claims);
        stage.finish(&way).await.unwrap_or_else(|problem| panic!("{claim}: {problem}"));
    }
}

#[tokio::test]
async fn only_the_provider_s_own_signature_counts() {
    let stage = Stage::oidc().await;
    let own = stage.key.header();
    let with = |alg: &str| json!({ "alg": alg, "kid": "first" });
    let other = Key::new("first");
    assert_eq!(refused_as(&stage, signed_by(&other, &own)).await, (403, "id_token_signature".into()));
    let unnamed = json!({ "alg": "ES256" });
    assert_eq!(refused_as(&stage, signed_by(&other, &unnamed)).await, (403, "id_token_signature".into()));
    let second = Key::new("second");
    assert_eq!(refused_as(&stage, signed_by(&second, &second.header())).await, (403, "id_token_key".into()));
    for algorithm in ["none", "None", "HS256", "HS512", "XX", ""] {
        let refused = refused_as(&stage, signed_by(&stage.key, &with(algorithm))).await;
        assert_eq!(refused, (403, "id_token_algorithm".into()), "{algorithm}");
    }
    // A key of another kind than the header says is no key for it.
    for algorithm in ["RS256", "ES384", "EdDSA"] {
        let refused = refused_as(&stage, signed_by(&stage.key, &with(algorithm))).await;
        assert_eq!(refused, (403, "id_token_key".into()), "{algorithm}");
    }
    let unsigned = refused_as(&stage, |stage, way| {
        let token = stage.key.sign(&json!({ "alg": "none" }), &stage.claims(way, "eve"));
        stage.give(format!("{}.", token.rsplit_once('.').expect("a signature").0));
    });
    assert_eq!(unsigned.await, (403, "id_token_algorithm".into()));
    // Signed with what everybody knows: the client's secret, as HS256 would have it, under an honest header.
    let forged = refused_as(&stage, |stage, way| {
        let token = stage.key.sign(&stage.key.header(), &stage.claims(way, "eve"));
        let message = token.rsplit_once('.').expect("a signature").0;
        let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret").expect("a key");
        mac.update(message.as_bytes());
        stage.give(format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())));
    });
    assert_eq!(forged.await, (403, "id_token_signature".into()));
    for garbage in ["", "a", "a.b", "a.b.c", "....", "{}.{}.{}"] {
        let refused = refused_as(&stage, |stage, _| stage.give(garbage.into())).await;
        assert_eq!(refused, (403, "id_token_malformed".into()), "{garbage:?}");
    }
    assert!(!stage.accounts.is_set_up().await.expect("asked"), "nobody got an account");
    stage.come("ada").await.expect("the honest one gets in");
}

#[tokio::test]
async fn new_keys_are_asked_for_once_when_one_is_missing() {
    let mut stage = Stage::oidc().await;
    stage.come("ada").await.expect("signed in");
    stage.come("ada").await.expect("signed in");
    assert_eq!((stage.provider.asked("discovery"), stage.provider.asked("jwks")), (1, 1), "both are remembered");
    stage.key = Key::new("second");
    stage.provider.show(&[&stage.key]);
    stage.come("ada").await.expect("the new key was fetched");
    assert_eq!(stage.provider.asked("jwks"), 2);
    let foreign = Key::new("third");
    let way = stage.begin().await;
    stage.give(foreign.sign(&foreign.header(), &stage.claims(&way, "eve")));
    assert_eq!(told(stage.finish(&way).await).1, "id_token_key");
    assert_eq!(stage.provider.asked("jwks"), 3, "and no more often than once");
    stage.clock.advance_seconds(3_600);
    stage.come("ada").await.expect("signed in");
    assert_eq!((stage.provider.asked("discovery"), stage.provider.asked("jwks")), (2, 4), "what is old is asked anew");
}
