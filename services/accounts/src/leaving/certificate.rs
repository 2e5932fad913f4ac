use crate::{Service, store::deletions::Leaving};
use accounts_contract::PublicKeys;
use contract::{Receipt, Wishes};
use kernel::{Result, Timestamp, UserId};
use serde::Serialize;

const TYPE: &str = "erasure+jwt";

/// What is signed.
#[derive(Serialize)]
struct Certificate<'a> {
    iss: &'static str,
    /// Unix seconds.
    iat: i64,
    sub: UserId,
    requested_at: Timestamp,
    done_at: Timestamp,
    wishes: Wishes,
    receipts: &'a [Receipt],
}

/// All receipts, signed together.
pub(super) fn sign(s: &Service, leaving: &Leaving, done_at: Timestamp) -> Result<String> {
    let certificate = Certificate {
        iss: crate::keys::ISSUER,
        iat: done_at.unix_seconds(),
        sub: leaving.user,
        requested_at: leaving.deletion.requested_at,
        done_at,
        wishes: leaving.deletion.wishes,
        receipts: &leaving.receipts,
    };
    s.keys.sign(TYPE, &certificate)
}

/// What certificates and access tokens verify with.
pub(crate) fn public_keys(s: &Service) -> PublicKeys {
    PublicKeys { keys: s.keys.public_keys() }
}
