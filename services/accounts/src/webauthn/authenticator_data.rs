//! What the authenticator says of a ceremony, and signs (WebAuthn §6.1).

use super::{Party, malformed, refuse};
use ciborium::Value;
use kernel::{Problem, Result};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    party_hash: &'a [u8],
    flags: u8,
    pub(super) counter: u32,
    pub(super) attested: Option<AttestedKey<'a>>,
}

/// A new credential.
#[derive(Debug)]
pub(super) struct AttestedKey<'a> {
    pub(super) credential: &'a [u8],
    /// A COSE key, as it came.
    pub(super) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (party_hash, rest) = cut(bytes, 32)?;
        let (flags, rest) = cut(rest, 1)?;
        let (counter, mut rest) = cut(rest, 4)?;
        let mut attested = None;
        if flags[0] & ATTESTED != 0 {
            let (_model, after) = cut(rest, 16)?;
            let (length, after) = cut(after, 2)?;
            let (credential, after) = cut(after, usize::from(u16::from_be_bytes([length[0], length[1]])))?;
            rest = skip_cbor(after)?;
            attested = Some(AttestedKey { credential, public_key: &after[..after.len() - rest.len()] });
        }
        if flags[0] & EXTENDED != 0 {
            rest = skip_cbor(rest)?;
        }
        if !rest.is_empty() {
            return Err(malformed());
        }
        let counter = u32::from_be_bytes(counter.try_into().map_err(|_| malformed())?);
        Ok(Self { party_hash, flags: flags[0], counter, attested })
    }

    pub(super) fn verify(&self, party: &Party) -> Result<()> {
        let has = |flag: u8| self.flags & flag != 0;
        if self.party_hash != &Sha256::digest(&party.id)[..] {
            let detail = format!("This passkey isn't one for {}.", party.id);
            return Err(Problem::field("credential", "passkey_foreign", detail));
        }
        if !has(USER_PRESENT) || !has(USER_VERIFIED) {
            let detail = "Your device didn't make sure that it's you: use one that asks for a finger, a face or a PIN.";
            return Err(refuse("passkey_unverified", detail));
        }
        match has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            true => Err(malformed()),
            false => Ok(()),
        }
    }
}

fn cut(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8])> {
    bytes.split_at_checked(at).ok_or_else(malformed)
}

/// What follows one CBOR value.
fn skip_cbor(bytes: &[u8]) -> Result<&[u8]> {
    let mut rest = bytes;
    match ciborium::from_reader::<Value, _>(&mut rest) {
        Ok(_) => Ok(rest),
        Err(_) => Err(malformed()),
    }
}
