//! The installation's keys, made at the first start: one signs access tokens and may be rotated, one derives refresh tokens, one
//! marks what this installation alone may have said.

use crate::{
    session::RefreshToken,
    signatures,
    store::{
        Store,
        keys::{self, Kept},
    },
};
use accounts_contract::PublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use engine_sql::Ground;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use kernel::{Kind, Problem, Result, SessionId, Timestamp, UserId};
use ports::Random;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
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

/// The key that signs, and all that verify.
struct Ring {
    kid: String,
    signing: EncodingKey,
    /// The newest first.
    all: Vec<Verifying>,
}

struct Verifying {
    kid: String,
    key: DecodingKey,
    /// In base64url.
    public: String,
    retired_at: Option<Timestamp>,
}

pub(crate) struct Keys {
    ring: RwLock<Arc<Ring>>,
    refresh: [u8; 32],
    marks: [u8; 32],
    known: Known,
    /// When it was looked last whether there is a new one, in Unix milliseconds.
    looked_at: AtomicI64,
}

/// Another process may sign with a key for so long after it was retired: it looks for new ones more often.
const OVERLAP_SECONDS: i64 = 60;
/// How soon it is looked again for a key that isn't known.
const LOOK_AGAIN_MS: i64 = 1_000;

/// How many tokens are remembered; then all are forgotten.
const KNOWN_TOKENS: usize = 20_000;

/// Tokens whose signature was found good: verifying one costs more than most calls do.
#[derive(Default)]
struct Known(RwLock<HashMap<Box<str>, Claims>>);

impl Known {
    fn get(&self, token: &str) -> Option<Claims> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add(&self, token: &str, claims: &Claims) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_TOKENS {
            known.clear();
        }
        known.insert(token.into(), claims.clone());
    }
}

/// A new key, as it is kept.
pub(crate) fn fresh(random: &dyn Random, now: Timestamp) -> Kept {
    kept(random.bytes(), now)
}

fn kept(secret: [u8; 32], now: Timestamp) -> Kept {
    let public = SigningKey::from_bytes(&secret).verifying_key().to_bytes();
    Kept {
        kid: URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..9]),
        public_key: URL_SAFE_NO_PAD.encode(public),
        secret: Some(URL_SAFE_NO_PAD.encode(secret)),
        created_at: now,
        retired_at: None,
    }
}

impl Ring {
    fn of(kept: Vec<Kept>) -> Result<Self> {
        let newest = kept.iter().find_map(|key| Some((key.kid.clone(), key.secret.clone()?)));
        let (kid, secret) = newest.ok_or_else(|| Problem::internal("there is no key to sign with"))?;
        let signing = SigningKey::from_bytes(&bytes(&secret)?);
        let pkcs8 = signing.to_pkcs8_der().map_err(|e| Problem::internal(e.to_string()))?;
        let verifying = |Kept { kid, public_key, retired_at, .. }: Kept| {
            let key = DecodingKey::from_ed_der(&bytes(&public_key)?);
            Ok(Verifying { kid, key, public: public_key, retired_at })
        };
        let all = kept.into_iter().map(verifying).collect::<Result<_>>()?;
        Ok(Self { kid, signing: EncodingKey::from_ed_der(pkcs8.as_bytes()), all })
    }
}

impl Keys {
    pub(crate) async fn open(store: &dyn Store, keys: &dyn keys::Store, ground: &Ground) -> Result<Self> {
        signatures::install();
        let random = &*ground.random;
        let mut all = keys.all().await?;
        if all.iter().all(|key| key.secret.is_none()) {
            keys.add(&kept(secret(store, random, keys::FIRST).await?, ground.now())).await?;
            all = keys.all().await?;
        }
        let refresh = secret(store, random, "refresh_token_derivation").await?;
        let marks = secret(store, random, "marks").await?;
        let (ring, looked_at) = (RwLock::new(Arc::new(Ring::of(all)?)), AtomicI64::new(0));
        Ok(Self { ring, refresh, marks, known: Known::default(), looked_at })
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what was rotated, also by another process.
    pub(crate) async fn look(&self, keys: &dyn keys::Store) -> Result<()> {
        let ring = Arc::new(Ring::of(keys.all().await?)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        self.known.forget();
        Ok(())
    }

    /// Whether a key signed it that isn't known here and may be there since. Asked once in a while: anybody may send anything.
    pub(crate) fn may_be_new(&self, token: &str, now: Timestamp) -> bool {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
        let ring = self.ring();
        if kid.is_none_or(|kid| ring.all.iter().any(|key| key.kid == kid)) {
            return false;
        }
        let last = self.looked_at.load(Ordering::Relaxed);
        now.0 - last >= LOOK_AGAIN_MS
            && self.looked_at.compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
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
        let ring = self.ring();
        let header = Header { typ: Some(typ.into()), kid: Some(ring.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &ring.signing).map_err(Problem::internal)
    }

    /// What everybody may verify with. Retired ones stay: certificates of erasure are verified for ever.
    pub(crate) fn public_keys(&self) -> Vec<PublicKey> {
        let shown = |key: &Verifying| PublicKey {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            alg: "EdDSA".into(),
            usage: "sig".into(),
            kid: key.kid.clone(),
            x: key.public.clone(),
        };
        let ring = self.ring();
        let (now, before): (Vec<_>, Vec<_>) = ring.all.iter().partition(|key| key.kid == ring.kid);
        now.into_iter().chain(before).map(shown).collect()
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
        let kid = jsonwebtoken::decode_header(token).map_err(invalid)?.kid;
        let ring = self.ring();
        let key = ring.all.iter().find(|key| kid.as_ref() == Some(&key.kid));
        let key = key.ok_or_else(|| invalid(ErrorKind::InvalidToken.into()))?;
        let mut data = jsonwebtoken::decode::<Claims>(token, &key.key, &validation).map_err(invalid)?;
        data.claims.exp = good_until(&data.claims);
        let signed_until = key.retired_at.map(|at| at.unix_seconds() + OVERLAP_SECONDS);
        let is_late = signed_until.is_some_and(|until| data.claims.iat > until);
        if data.header.typ.as_deref() != Some(TYPE) || is_late {
            return Err(invalid(ErrorKind::InvalidToken.into()));
        }
        // Whoever got hold of an old key can't make a token that is good for longer than those that were out.
        if let Some(until) = signed_until {
            data.claims.exp = data.claims.exp.min(until.saturating_add(seconds.into()));
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
    bytes(&store.secret(name, &fresh).await?)
}

fn bytes(kept: &str) -> Result<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(kept).map_err(Problem::internal)?;
    bytes.try_into().map_err(|_| Problem::internal("a key has a wrong length"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_sql::testing;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    async fn of_a_new_house() -> Keys {
        let scratch = testing::sqlite().await;
        let ground = scratch.ground(crate::MIGRATIONS).await;
        let (store, kept) = (crate::store::open(&ground.database), keys::open(&ground.database));
        Keys::open(&*store, &*kept, &ground).await.expect("keys")
    }

    fn good() -> Claims {
        let iat = NOW.unix_seconds();
        Claims { iss: ISSUER.into(), sub: UserId(1), sid: SessionId(2), op: false, iat, exp: iat + 600 }
    }

    #[tokio::test]
    async fn what_we_signed_is_good_until_it_expires() {
        let keys = of_a_new_house().await;
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
        let keys = of_a_new_house().await;
        let ring = keys.ring();
        let header = Header { typ: Some(TYPE.into()), kid: Some(ring.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let ask = |header: &Header, claims: &Claims| {
            let token = jsonwebtoken::encode(header, claims, &ring.signing).expect("signed");
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
        let keys = of_a_new_house().await;
        let good = keys.access_token(UserId(1), SessionId(2), true, NOW, 600).expect("signed");
        let claims = good.split('.').nth(1).expect("claims");
        for algorithm in ["none", "HS256", "ES256", "RS256"] {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt","kid":"{}"}}"#, keys.ring().kid);
            let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
            let ring = keys.ring();
            let public = ring.all[0].key.try_get_as_bytes().expect("the public key");
            let mut mac = Hmac::<Sha256>::new_from_slice(public).expect("a key");
            mac.update(message.as_bytes());
            let signed = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
            for token in [format!("{message}."), signed] {
                assert_eq!(keys.claims(&token, NOW, 600).expect_err("refused").code, "token_invalid", "{algorithm}");
            }
        }
    }
}
