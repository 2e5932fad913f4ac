//! A device that holds a passkey, and may lie.

use accounts_contract::{Asserted, Assertion, Attestation, Attested, CreationOptions, RequestOptions};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value;
use ed25519_dalek::{Signer, SigningKey};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use sha2::{Digest, Sha256};

pub(crate) const PRESENT: u8 = 1;
pub(crate) const VERIFIED: u8 = 4;
const ATTESTED: u8 = 64;

pub(crate) enum Key {
    Ed25519(SigningKey),
    P256(EcdsaKeyPair),
}

/// What it says; a test changes what it shall lie about.
pub(crate) struct Authenticator {
    pub(crate) key: Key,
    pub(crate) credential: Vec<u8>,
    pub(crate) origin: String,
    pub(crate) party: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) cross_origin: bool,
    pub(crate) kind: Option<&'static str>,
    pub(crate) format: &'static str,
    pub(crate) self_attested: bool,
    pub(crate) user_handle: Option<String>,
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("written");
    bytes
}

impl Authenticator {
    pub(crate) fn ed25519(seed: u8) -> Self {
        Self::with(Key::Ed25519(SigningKey::from_bytes(&[seed; 32])), seed)
    }

    pub(crate) fn p256(seed: u8) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("made");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key");
        Self::with(Key::P256(key), seed)
    }

    fn with(key: Key, seed: u8) -> Self {
        Self {
            key,
            credential: vec![seed; 20],
            origin: "https://chat.example.org".into(),
            party: "chat.example.org".into(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            cross_origin: false,
            kind: None,
            format: "none",
            self_attested: false,
            user_handle: None,
        }
    }

    fn public_key(&self) -> Value {
        let map = match &self.key {
            Key::Ed25519(key) => {
                let x = key.verifying_key().to_bytes().to_vec();
                vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, Value::Bytes(x))]
            }
            Key::P256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                vec![
                    (1, 2.into()),
                    (3, (-7).into()),
                    (-1, 1.into()),
                    (-2, Value::Bytes(x.into())),
                    (-3, Value::Bytes(y.into())),
                ]
            }
        };
        Value::Map(map.into_iter().map(|(label, value): (i64, Value)| (label.into(), value)).collect())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Key::P256(key) => key.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec(),
        }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let (kind, origin, cross) = (self.kind.unwrap_or(kind), &self.origin, self.cross_origin);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":{cross}}}"#).into()
    }

    fn authenticator_data(&self, attested: &[u8]) -> Vec<u8> {
        let flags = self.flags | if attested.is_empty() { 0 } else { ATTESTED };
        [&Sha256::digest(&self.party)[..], &[flags], &self.counter.to_be_bytes(), attested].concat()
    }

    /// As `navigator.credentials.create` does.
    pub(crate) fn create(&mut self, options: &CreationOptions) -> Attested {
        self.user_handle = Some(options.user.id.clone());
        let length = u16::try_from(self.credential.len()).expect("short").to_be_bytes();
        let attested = [&[0; 16][..], &length, &self.credential, &cbor(&self.public_key())].concat();
        let data = self.authenticator_data(&attested);
        let client_data = self.client_data("webauthn.create", &options.challenge);
        let mut statement = Vec::new();
        if self.self_attested {
            let signed = [&data[..], &Sha256::digest(&client_data)].concat();
            let algorithm = if matches!(self.key, Key::P256(_)) { -7 } else { -8 };
            statement.push(("alg".into(), algorithm.into()));
            statement.push(("sig".into(), Value::Bytes(self.sign(&signed))));
        }
        let object = Value::Map(vec![
            ("fmt".into(), self.format.into()),
            ("attStmt".into(), Value::Map(statement)),
            ("authData".into(), Value::Bytes(data)),
        ]);
        let response = Attestation {
            client_data: base64url(client_data),
            attestation_object: base64url(cbor(&object)),
            transports: vec!["internal".into(), "not a transport".into()],
        };
        Attested { id: base64url(&self.credential), response }
    }

    /// As `navigator.credentials.get` does.
    pub(crate) fn get(&mut self, options: &RequestOptions) -> Asserted {
        let data = self.authenticator_data(&[]);
        let client_data = self.client_data("webauthn.get", &options.challenge);
        let signature = self.sign(&[&data[..], &Sha256::digest(&client_data)].concat());
        let response = Assertion {
            client_data: base64url(client_data),
            authenticator_data: base64url(data),
            signature: base64url(signature),
            user_handle: self.user_handle.clone(),
        };
        Asserted { id: base64url(&self.credential), response }
    }
}
