//! Whether an ID token is the provider's, for us, about this sign-in, and still good (OpenID Connect Core §3.1.3.7).

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use kernel::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// How far the provider's clock and ours may be apart.
const SKEW_SECONDS: f64 = 60.0;

/// Those with a public key. `none`, and what is signed with the client's secret, isn't among them.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token can't be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distrust {
    Malformed,
    Algorithm,
    /// Its key isn't among those that the provider shows.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Nonce,
    Expired,
    /// It is for later: the clocks are far apart.
    Early,
    /// The person hasn't signed in there anew, though that was asked for.
    Stale,
}

impl Distrust {
    /// What a problem says of it: its code, and what is wrong.
    pub(crate) fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("id_token_malformed", "it can't be read"),
            Self::Algorithm => ("id_token_algorithm", "it is signed in a way that isn't safe here, or not at all"),
            Self::UnknownKey => ("id_token_key", "it is signed with a key that the provider doesn't show"),
            Self::Signature => ("id_token_signature", "its signature is wrong"),
            Self::Issuer => ("id_token_issuer", "it is from another provider"),
            Self::Audience => ("id_token_audience", "it is meant for another server"),
            Self::Nonce => ("id_token_nonce", "it is from another sign-in"),
            Self::Expired => ("id_token_expired", "it has expired; if that stays, one of the two clocks is wrong"),
            Self::Early => ("id_token_early", "it is for later; if that stays, one of the two clocks is wrong"),
            Self::Stale => ("id_token_stale", "it doesn't say that you signed in there anew"),
        }
    }
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) now: Timestamp,
    /// The person must have signed in at the provider within so many seconds, where it says when.
    pub(crate) within_seconds: Option<i64>,
}

/// What it says of the person.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Person {
    pub(crate) sub: String,
    pub(crate) email: Option<String>,
    email_verified: Value,
    name: Option<String>,
    preferred_username: Option<String>,
    nickname: Option<String>,
}

impl Person {
    /// Some providers say it in a string.
    pub(crate) fn is_email_verified(&self) -> bool {
        self.email_verified == Value::Bool(true) || self.email_verified == "true"
    }

    pub(crate) fn names(&self) -> [Option<&str>; 3] {
        [self.name.as_deref(), self.preferred_username.as_deref(), self.nickname.as_deref()]
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    azp: Option<String>,
    nonce: Option<String>,
    auth_time: Option<f64>,
    #[serde(flatten)]
    person: Person,
}

#[derive(Deserialize)]
struct Header {
    alg: Value,
    kid: Option<String>,
}

/// What the token says, once all of it is as it should be.
pub(crate) fn verify(token: &str, keys: &[Jwk], expected: Expected<'_>) -> Result<Person, Distrust> {
    let header = header(token)?;
    let algorithm =
        ALGORITHMS.into_iter().find(|known| header.alg == format!("{known:?}")).ok_or(Distrust::Algorithm)?;
    let fits = |key: &&Jwk| fits(key, algorithm) && (header.kid.is_none() || key.common.key_id == header.kid);
    let mut validation = Validation::new(algorithm);
    // The house has its own clock.
    (validation.validate_exp, validation.validate_nbf) = (false, false);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    let mut outcome = Err(Distrust::UnknownKey);
    for key in keys.iter().filter(fits) {
        let Ok(key) = DecodingKey::from_jwk(key) else { continue };
        outcome = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|error| distrust(error.kind()));
        if outcome.as_ref().err() != Some(&Distrust::Signature) {
            break;
        }
    }
    let claims = outcome?.claims;
    check(&claims, expected)?;
    Ok(claims.person)
}

fn header(token: &str) -> Result<Header, Distrust> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let encoded = token.split('.').next().unwrap_or_default();
    let decoded = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Distrust::Malformed)?;
    serde_json::from_slice(&decoded).map_err(|_| Distrust::Malformed)
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    if key.common.public_key_use == Some(PublicKeyUse::Encryption) {
        return false;
    }
    if key.common.key_algorithm.is_some_and(|named| named != algorithm.into()) {
        return false;
    }
    match (&key.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(ec), Algorithm::ES256) => ec.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(ec), Algorithm::ES384) => ec.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(ed), Algorithm::EdDSA) => ed.curve == EllipticCurve::Ed25519,
        (AlgorithmParameters::RSA(_), Algorithm::ES256 | Algorithm::ES384 | Algorithm::EdDSA) => false,
        (AlgorithmParameters::RSA(_), _) => true,
        _ => false,
    }
}

fn distrust(error: &ErrorKind) -> Distrust {
    match error {
        ErrorKind::InvalidSignature => Distrust::Signature,
        ErrorKind::InvalidIssuer => Distrust::Issuer,
        ErrorKind::InvalidAudience => Distrust::Audience,
        ErrorKind::InvalidAlgorithm => Distrust::Algorithm,
        _ => Distrust::Malformed,
    }
}

fn check(claims: &Claims, expected: Expected<'_>) -> Result<(), Distrust> {
    let now = expected.now.unix_seconds() as f64;
    if claims.iss != expected.issuer {
        return Err(Distrust::Issuer);
    }
    // A token may be for several; who asked for it is one.
    if claims.azp.as_deref().is_some_and(|party| party != expected.client_id) {
        return Err(Distrust::Audience);
    }
    if claims.person.sub.is_empty() || claims.person.sub.len() > 255 {
        return Err(Distrust::Malformed);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Distrust::Nonce);
    }
    if claims.exp + SKEW_SECONDS <= now {
        return Err(Distrust::Expired);
    }
    if [claims.iat, claims.nbf].into_iter().flatten().any(|from| from - SKEW_SECONDS > now) {
        return Err(Distrust::Early);
    }
    let is_stale = |seconds: i64| claims.auth_time.is_some_and(|at| at + seconds as f64 + SKEW_SECONDS < now);
    match expected.within_seconds {
        Some(seconds) if is_stale(seconds) => Err(Distrust::Stale),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
