//! The installation's keys, made at the first start: one signs access tokens, one derives refresh tokens, one
//! marks what this installation alone may have said.

use crate::{session::RefreshToken, signatures, store::Store};
use accounts_contract::PublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use kernel::{Kind, Problem, Result, SessionId, Timestamp, UserId};
use ports::Random;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

pub(crate) const ISSUER: &str = "guildhall";
/// RFC 9068: a token that is for access and for nothing else.
const TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    pub(crate) sub: UserId,
    pub(crate) sid: SessionId,
    /// The session's account ran the installation when this was issued. Nobody relies on it: roles are asked for.
    pub(crate) op: bool,
    pub(crate) iat: i64,
    /// Unix seconds.
    pub(crate) exp: i64,
}

pub(crate) struct Keys {
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: [u8; 32],
    refresh: [u8; 32],
    marks: [u8; 32],
    known: Known,
}

/// How many tokens are remembered; then all are forgotten.
const KNOWN_TOKENS: usize = 20_000;

/// Tokens whose signature was found good: verifying one costs more than most calls do.
#[derive(Default)]
struct Known(RwLock<HashMap<Box<str>, Claims>>);

impl Known {
    fn get(&self, token: &str) -> Option<Claims> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn add(&self, token: &str, claims: &Claims) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_TOKENS {
            known.clear();
        }
        known.insert(token.into(), claims.clone());
    }
}

impl Keys {
    pub(crate) async fn open(store: &dyn Store, random: &dyn Random) -> Result<Self> {
        signatures::install();
        let signing = SigningKey::from_bytes(&secret(store, random, "access_token_signing").await?);
        let refresh = secret(store, random, "refresh_token_derivation").await?;
        let marks = secret(store, random, "marks").await?;
        let public = signing.verifying_key().to_bytes();
        let pkcs8 = signing.to_pkcs8_der().map_err(|e| Problem::internal(e.to_string()))?;
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..9]),
            signing: EncodingKey::from_ed_der(pkcs8.as_bytes()),
            verifying: DecodingKey::from_ed_der(&public),
            public,
            refresh,
            marks,
            known: Known::default(),
        })
    }

    pub(crate) fn access_token(
        &self,
        user: UserId,
        session: SessionId,
        operator: bool,
        now: Timestamp,
        seconds: u32,
    ) -> Result<String> {
        let iat = now.unix_seconds();
        let claims =
            Claims { iss: ISSUER.into(), sub: user, sid: session, op: operator, iat, exp: iat + i64::from(seconds) };
        self.sign(TYPE, &claims)
    }

    /// A JWS (RFC 7515) of that type over `claims`. Types keep one from passing for another (RFC 8725 §3.11).
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        let header = Header { typ: Some(typ.into()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(Problem::internal)
    }

    /// What everybody may verify with.
    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            alg: "EdDSA".into(),
            usage: "sig".into(),
            kid: self.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(self.public),
        }
    }

    /// The claims of a token that this installation signed and that is good at `now`. None is good for longer than
    /// `seconds` after it was issued, so that a shorter life holds for tokens from before a restart, too.
    pub(crate) fn claims(&self, token: &str, now: Timestamp, seconds: u32) -> Result<Claims> {
        let good_until = |claims: &Claims| claims.exp.min(claims.iat.saturating_add(seconds.into()));
        if let Some(claims) = self.known.get(token).filter(|claims| good_until(claims) > now.unix_seconds()) {
            return Ok(claims);
        }
        let invalid = |cause| {
            Problem::new(
                Kind::Unauthenticated,
                "token_invalid",
                "The access token isn't one of this installation: sign in again.",
            )
            .because(cause)
        };
        let mut validation = Validation::new(Algorithm::EdDSA);
        // The house has its own clock.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        validation.set_issuer(&[ISSUER]);
        let mut data = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation).map_err(invalid)?;
        data.claims.exp = good_until(&data.claims);
        if data.header.typ.as_deref() != Some(TYPE) || data.header.kid.as_deref() != Some(&*self.kid) {
            return Err(invalid(ErrorKind::InvalidToken.into()));
        }
        if data.claims.exp <= now.unix_seconds() {
            return Err(Problem::new(
                Kind::Unauthenticated,
                "token_expired",
                "The access token has expired: refresh it.",
            ));
        }
        self.known.add(token, &data.claims);
        Ok(data.claims)
    }

    /// A mark (HMAC-SHA256) that only this installation can make of these parts, in this order.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.marks).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The token that follows `token` in its session: derived, so that the same one always has the same successor.
    pub(crate) fn successor(&self, token: &RefreshToken) -> RefreshToken {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.refresh).expect("HMAC takes keys of any length");
        mac.update(&token.session.0.to_le_bytes());
        mac.update(&token.secret);
        RefreshToken { session: token.session, secret: mac.finalize().into_bytes().into() }
    }
}

/// The secret of that name: what is stored, or a new one. When two nodes make one at once, the first stored is both's.
async fn secret(store: &dyn Store, random: &dyn Random, name: &'static str) -> Result<[u8; 32]> {
    let fresh = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
    let stored = store.secret(name, &fresh).await?;
    let bytes = URL_SAFE_NO_PAD.decode(stored).map_err(Problem::internal)?;
    bytes.try_into().map_err(|_| Problem::internal(format!("the secret {name} has a wrong length")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sql::testing;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    async fn keys() -> Keys {
        let scratch = testing::sqlite().await;
        let ground = scratch.ground(crate::MIGRATIONS).await;
        Keys::open(&*crate::store::open(&ground.database), &*ground.random).await.expect("keys")
    }

    fn good() -> Claims {
        let iat = NOW.unix_seconds();
        Claims { iss: ISSUER.into(), sub: UserId(1), sid: SessionId(2), op: false, iat, exp: iat + 600 }
    }

    #[tokio::test]
    async fn what_we_signed_is_good_until_it_expires() {
        let keys = keys().await;
        let token = keys.access_token(UserId(1), SessionId(2), true, NOW, 600).expect("signed");
        let claims = |after, seconds| keys.claims(&token, NOW.plus_seconds(after), seconds).map_err(|p| p.code);
        let told = claims(599, 600).expect("good");
        assert_eq!((told.sub, told.sid, told.op, told.exp - told.iat), (UserId(1), SessionId(2), true, 600));
        assert_eq!(claims(600, 600).expect_err("expired"), "token_expired");
        assert_eq!(claims(300, 300).expect_err("the life was shortened"), "token_expired");
        assert!(claims(599, 9_000).is_ok());
        assert_eq!(claims(600, 9_000).expect_err("it says so itself"), "token_expired");
    }

    #[tokio::test]
    async fn only_access_tokens_of_this_key_and_this_issuer_are_taken() {
        let keys = keys().await;
        let header = Header { typ: Some(TYPE.into()), kid: Some(keys.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let ask = |header: &Header, claims: &Claims| {
            let token = jsonwebtoken::encode(header, claims, &keys.signing).expect("signed");
            keys.claims(&token, NOW, 600).map(|_| ()).map_err(|p| p.code.into_owned())
        };
        assert_eq!(ask(&header, &good()), Ok(()));
        let wrong = [
            (Header { typ: Some("JWT".into()), ..header.clone() }, good()),
            (Header { typ: None, ..header.clone() }, good()),
            (Header { kid: Some("other".into()), ..header.clone() }, good()),
            (Header { kid: None, ..header.clone() }, good()),
            (header.clone(), Claims { iss: "elsewhere".into(), ..good() }),
        ];
        for (header, claims) in wrong {
            assert_eq!(ask(&header, &claims), Err("token_invalid".into()), "{header:?} {claims:?}");
        }
    }

    /// The public key must never pass for a shared secret, whatever the header says.
    #[tokio::test]
    async fn no_other_algorithm_is_taken() {
        let keys = keys().await;
        let good = keys.access_token(UserId(1), SessionId(2), true, NOW, 600).expect("signed");
        let claims = good.split('.').nth(1).expect("claims");
        for algorithm in ["none", "HS256", "ES256", "RS256"] {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt","kid":"{}"}}"#, keys.kid);
            let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
            let public = keys.verifying.try_get_as_bytes().expect("the public key");
            let mut mac = Hmac::<Sha256>::new_from_slice(public).expect("a key");
            mac.update(message.as_bytes());
            let signed = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
            for token in [format!("{message}."), signed] {
                assert_eq!(keys.claims(&token, NOW, 600).expect_err("refused").code, "token_invalid", "{algorithm}");
            }
        }
    }
}
