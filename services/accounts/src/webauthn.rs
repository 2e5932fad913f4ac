//! What a relying party does (WebAuthn level 3, §7.1 and §7.2), for passkeys: user verification is required, attestation isn't.
//! Pure: whether a challenge is good and a credential known is for the caller to say.

mod authenticator_data;
mod client_data;
mod key;
mod party;

pub(crate) use key::ALGORITHMS;
pub(crate) use party::Party;

use accounts_contract::{Asserted, Attested};
use authenticator_data::AuthenticatorData;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value;
use client_data::ClientData;
use kernel::{Problem, Result};
use key::PublicKey;
use sha2::{Digest, Sha256};

/// §7.1, step 25.
const CREDENTIAL_MAX_BYTES: usize = 1_023;

fn refuse(code: &'static str, detail: &'static str) -> Problem {
    Problem::field("credential", code, detail)
}

fn malformed() -> Problem {
    refuse("passkey_malformed", "That isn't what a browser answers when it is asked for a passkey.")
}

fn bytes(base64url: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(base64url.trim_end_matches('=')).map_err(|_| malformed())
}

fn part<'v>(map: &'v [(Value, Value)], name: &str) -> Option<&'v Value> {
    map.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

/// A passkey that a browser made, not yet believed.
pub(crate) struct Registration {
    client_data: ClientData,
    client_data_hash: [u8; 32],
    authenticator_data: Vec<u8>,
    format: String,
    statement: Value,
}

/// A passkey to keep, in base64url.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) credential: String,
    pub(crate) public_key: String,
    pub(crate) counter: u32,
}

impl Registration {
    pub(crate) fn parse(attested: &Attested) -> Result<Self> {
        let client_data = bytes(&attested.response.client_data)?;
        let object = bytes(&attested.response.attestation_object)?;
        let Ok(Value::Map(object)) = ciborium::from_reader(&object[..]) else { return Err(malformed()) };
        let part = |name: &str| part(&object, name).ok_or_else(malformed);
        Ok(Self {
            client_data_hash: Sha256::digest(&client_data).into(),
            client_data: ClientData::parse(&client_data)?,
            authenticator_data: part("authData")?.as_bytes().ok_or_else(malformed)?.clone(),
            format: part("fmt")?.as_text().ok_or_else(malformed)?.to_owned(),
            statement: part("attStmt")?.clone(),
        })
    }

    /// To be found good by the caller.
    pub(crate) fn challenge(&self) -> &str {
        &self.client_data.challenge
    }

    pub(crate) fn verify(&self, party: &Party) -> Result<Made> {
        self.client_data.verify("webauthn.create", party)?;
        let data = AuthenticatorData::parse(&self.authenticator_data)?;
        data.verify(party)?;
        let made = data.attested.as_ref().ok_or_else(malformed)?;
        let key = PublicKey::parse(made.public_key)?;
        if made.credential.is_empty() || made.credential.len() > CREDENTIAL_MAX_BYTES {
            return Err(malformed());
        }
        self.verify_attestation(&key)?;
        Ok(Made {
            credential: URL_SAFE_NO_PAD.encode(made.credential),
            public_key: URL_SAFE_NO_PAD.encode(made.public_key),
            counter: data.counter,
        })
    }

    /// None was asked for; a browser may leave one that says nothing of the device: by the passkey's own key.
    fn verify_attestation(&self, key: &PublicKey) -> Result<()> {
        let statement = self.statement.as_map().ok_or_else(malformed)?;
        let is_good = match &*self.format {
            "none" => statement.is_empty(),
            "packed" if part(statement, "x5c").is_none() => {
                let algorithm = part(statement, "alg").and_then(Value::as_integer);
                let signed = [&self.authenticator_data[..], &self.client_data_hash].concat();
                let signature = part(statement, "sig").and_then(Value::as_bytes);
                algorithm == Some(key.algorithm().into()) && signature.is_some_and(|by| key.verifies(&signed, by))
            }
            _ => false,
        };
        match is_good {
            true => Ok(()),
            false => {
                Err(refuse("passkey_attestation", "Only passkeys without attestation are taken: none was asked for."))
            }
        }
    }
}

/// What a passkey signed, not yet believed.
pub(crate) struct Assertion {
    client_data: ClientData,
    signed: Vec<u8>,
    authenticator_data_bytes: usize,
    signature: Vec<u8>,
}

impl Assertion {
    pub(crate) fn parse(asserted: &Asserted) -> Result<Self> {
        let client_data = bytes(&asserted.response.client_data)?;
        let mut signed = bytes(&asserted.response.authenticator_data)?;
        let authenticator_data_bytes = signed.len();
        signed.extend(Sha256::digest(&client_data));
        Ok(Self {
            client_data: ClientData::parse(&client_data)?,
            signed,
            authenticator_data_bytes,
            signature: bytes(&asserted.response.signature)?,
        })
    }

    /// To be found good by the caller.
    pub(crate) fn challenge(&self) -> &str {
        &self.client_data.challenge
    }

    /// Answers the signature counter.
    pub(crate) fn verify(&self, party: &Party, public_key: &str) -> Result<u32> {
        self.client_data.verify("webauthn.get", party)?;
        let data = AuthenticatorData::parse(&self.signed[..self.authenticator_data_bytes])?;
        data.verify(party)?;
        let key = URL_SAFE_NO_PAD.decode(public_key).map_err(Problem::internal)?;
        match PublicKey::parse(&key)?.verifies(&self.signed, &self.signature) {
            true => Ok(data.counter),
            false => Err(refuse("passkey_signature", "The signature isn't of this passkey: try again.")),
        }
    }
}
