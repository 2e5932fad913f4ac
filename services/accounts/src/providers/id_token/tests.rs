//! Every kind of signature, as made by another library (node's `crypto`); what tokens say is tried in `tests/providers`.

use super::*;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Vectors {
    keys: BTreeMap<String, Jwk>,
    tokens: BTreeMap<String, String>,
}

const EXPECTED: Expected<'_> = Expected {
    issuer: "https://id.example.org",
    client_id: "us",
    nonce: "n",
    now: Timestamp(1_767_225_600_000),
    within_seconds: None,
};

fn vectors() -> Vectors {
    crate::signatures::install();
    serde_json::from_str(include_str!("vectors.json")).expect("JSON")
}

/// The token with its middle part changed by one character.
fn spoilt(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = parts[1].replacen('A', "B", 1);
    assert_ne!(claims, parts[1], "spoilt");
    [parts[0], &claims, parts[2]].join(".")
}

#[test]
fn every_kind_of_signature_is_verified_with_its_own_kind_of_key() {
    let Vectors { keys, tokens } = vectors();
    assert_eq!(tokens.len(), ALGORITHMS.len());
    let all: Vec<Jwk> = keys.values().cloned().collect();
    for (algorithm, token) in &tokens {
        assert_eq!(verify(token, &all, EXPECTED).map(|person| person.sub), Ok("ada".into()), "{algorithm}");
        assert_eq!(verify(&spoilt(token), &all, EXPECTED).err(), Some(Distrust::Signature), "{algorithm}");
        assert_eq!(verify(token, &[], EXPECTED).err(), Some(Distrust::UnknownKey), "{algorithm}");
    }
}

#[test]
fn a_key_is_for_what_it_says() {
    let Vectors { keys, tokens } = vectors();
    let with = |change: &dyn Fn(&mut Jwk)| {
        let mut key = keys["rsa"].clone();
        change(&mut key);
        verify(&tokens["RS256"], &[key], EXPECTED).map(|_| ()).err()
    };
    assert_eq!(with(&|key| key.common.key_algorithm = Some(Algorithm::RS256.into())), None);
    assert_eq!(with(&|key| key.common.key_algorithm = Some(Algorithm::RS512.into())), Some(Distrust::UnknownKey));
    assert_eq!(with(&|key| key.common.public_key_use = Some(PublicKeyUse::Signature)), None);
    let encrypts = Some(PublicKeyUse::Encryption);
    assert_eq!(with(&|key| key.common.public_key_use.clone_from(&encrypts)), Some(Distrust::UnknownKey));
    // The token names no key: any may be it, whatever it is called.
    assert_eq!(with(&|key| key.common.key_id = Some("x".into())), None);
}

#[test]
fn a_modulus_may_have_its_sign_in_front() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let Vectors { mut keys, tokens } = vectors();
    let mut key = keys.remove("rsa").expect("a key");
    if let AlgorithmParameters::RSA(rsa) = &mut key.algorithm {
        let mut n = vec![0];
        n.extend(URL_SAFE_NO_PAD.decode(&rsa.n).expect("base64"));
        rsa.n = URL_SAFE_NO_PAD.encode(n);
    }
    assert!(verify(&tokens["RS256"], &[key], EXPECTED).is_ok());
}

#[test]
fn an_address_counts_as_proven_only_when_that_is_said() {
    for (said, proven) in
        [("true", true), ("\"true\"", true), ("false", false), ("\"false\"", false), ("1", false), ("null", false)]
    {
        let person: Person =
            serde_json::from_str(&format!(r#"{{"sub":"a","email_verified":{said}}}"#)).expect("a person");
        assert_eq!(person.is_email_verified(), proven, "{said}");
    }
    assert!(!serde_json::from_str::<Person>(r#"{"sub":"a"}"#).expect("a person").is_email_verified());
}
