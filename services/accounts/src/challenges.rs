//! Challenges: what a client must answer within minutes, once. They are signed, so that any process knows them and nothing is
//! kept of those that nobody answers; of an answered one its hash is kept until it has expired.

use crate::Service;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Caller, Kind, Problem, Result, Timestamp, UserId};
use sha2::{Digest, Sha256};

pub(crate) const GOOD_SECONDS: u32 = 300;

const RANDOM_BYTES: usize = 16;
const SAID_BYTES: usize = RANDOM_BYTES + 8 + 8;

/// What an answer is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SecondFactor = 1,
    /// Signing in by a passkey.
    Passkey = 2,
    /// Proving by a passkey.
    Proof = 3,
    NewPasskey = 4,
}

/// One that came back, not yet believed.
pub(crate) struct Challenge {
    said: [u8; SAID_BYTES],
    mac: [u8; 32],
}

/// A new challenge for `account` (0: whoever answers), good for as long as `bound_to` stays the same.
pub(crate) fn make(s: &Service, purpose: Purpose, account: UserId, bound_to: &[u8]) -> String {
    let expires_at = s.ground.now().plus_seconds(GOOD_SECONDS.into());
    let mut said = [0; SAID_BYTES];
    said[..RANDOM_BYTES].copy_from_slice(&s.ground.random.bytes::<RANDOM_BYTES>());
    said[RANDOM_BYTES..RANDOM_BYTES + 8].copy_from_slice(&expires_at.0.to_be_bytes());
    said[RANDOM_BYTES + 8..].copy_from_slice(&account.0.to_be_bytes());
    let mac = mac(s, purpose, &said, bound_to);
    URL_SAFE_NO_PAD.encode([&said[..], &mac].concat())
}

fn mac(s: &Service, purpose: Purpose, said: &[u8], bound_to: &[u8]) -> [u8; 32] {
    s.keys.mac(&[b"challenge", &[purpose as u8], said, bound_to])
}

impl Challenge {
    /// # Errors
    /// `challenge_unknown`: it isn't one.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
        let (said, mac) = bytes.split_at_checked(SAID_BYTES).ok_or_else(unknown)?;
        Ok(Self { said: said.try_into().map_err(|_| unknown())?, mac: mac.try_into().map_err(|_| unknown())? })
    }

    /// Whom it is for; 0: whoever answers.
    pub(crate) fn account(&self) -> UserId {
        UserId(self.number(RANDOM_BYTES + 8))
    }

    fn expires_at(&self) -> Timestamp {
        Timestamp(self.number(RANDOM_BYTES))
    }

    fn number(&self, at: usize) -> i64 {
        self.said[at..at + 8].try_into().map(i64::from_be_bytes).unwrap_or_default()
    }

    /// # Errors
    /// `challenge_unknown`: another installation's, made for something else or made up, or what it was bound to has changed.
    /// `challenge_expired`.
    pub(crate) fn check(&self, s: &Service, purpose: Purpose, bound_to: &[u8]) -> Result<()> {
        let (right, mut differing) = (mac(s, purpose, &self.said, bound_to), 0);
        for (ours, theirs) in right.iter().zip(&self.mac) {
            differing |= ours ^ theirs;
        }
        if differing != 0 {
            return Err(unknown());
        }
        match s.ground.now() < self.expires_at() {
            true => Ok(()),
            false => Err(gone("challenge_expired", "That took too long: begin again.")),
        }
    }

    /// The same for one that was made for a person's session.
    pub(crate) fn check_for(&self, s: &Service, purpose: Purpose, caller: Caller) -> Result<()> {
        self.check(s, purpose, &caller.session.0.to_be_bytes())?;
        if self.account() == caller.user { Ok(()) } else { Err(unknown()) }
    }

    /// Takes the answer, the first one alone.
    ///
    /// # Errors
    /// `challenge_used`.
    pub(crate) async fn take(&self, s: &Service) -> Result<()> {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(self.said));
        match s.factors.use_challenge(&hash, self.expires_at()).await? {
            true => Ok(()),
            false => Err(gone("challenge_used", "This was answered already: begin again.")),
        }
    }
}

fn unknown() -> Problem {
    Problem::field("challenge", "challenge_unknown", "This challenge isn't good here, or not any more: begin again.")
}

fn gone(code: &'static str, detail: &'static str) -> Problem {
    Problem { field: Some("challenge".into()), ..Problem::new(Kind::Gone, code, detail) }
}
