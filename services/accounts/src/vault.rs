//! What seals secrets that must be read again: they stand in the database, the keys elsewhere (`vault/place.rs`). A text is
//! sealed with AES-256-GCM for one purpose and one account, and names its key.

mod place;

pub use place::KeyPlace;

use crate::store::keys;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Kind, Problem, Result, UserId};
use ports::Random;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError, RwLock};

const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 6;
/// Base64url has none: what was kept plainly before is told by it.
const SEPARATOR: char = '.';
/// What is sealed: an authenticator app's secret.
const TOTP: &[u8] = b"totp";

/// The keys, the one that seals first. The one before it opens what another process seals with it at this moment.
pub(crate) struct Vault {
    place: KeyPlace,
    keys: RwLock<Arc<[Sealing]>>,
}

#[derive(Clone)]
pub(crate) struct Sealing {
    id: String,
    bytes: [u8; KEY_BYTES],
}

impl Sealing {
    fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self { id: URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..ID_BYTES]), bytes }
    }

    /// Reads keys as they are written down: base64url, the newest first, with white space between.
    pub(crate) fn parse_all(text: &str) -> Option<Vec<Self>> {
        let key = |word: &str| Some(Self::of(URL_SAFE_NO_PAD.decode(word).ok()?.try_into().ok()?));
        text.split_whitespace().map(key).collect()
    }

    fn write_all(keys: &[Self]) -> String {
        keys.iter().map(|key| URL_SAFE_NO_PAD.encode(key.bytes) + "\n").collect()
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        let unusable = |_| Problem::internal("a key of 32 bytes isn't taken");
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.bytes).map_err(unusable)?))
    }
}

impl Vault {
    /// The keys from where they are kept; the first start makes one.
    pub(crate) async fn open(place: KeyPlace, store: &dyn keys::Store, random: &dyn Random) -> Result<Self> {
        let mut keys = place.read(store).await?;
        if keys.is_empty() {
            place.make(store, &Sealing::write_all(&[Sealing::of(random.bytes())])).await?;
            keys = place.read(store).await?;
        }
        Ok(Self { place, keys: RwLock::new(keys.into()) })
    }

    fn keys(&self) -> Arc<[Sealing]> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, keys: Vec<Sealing>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    /// Takes what another process wrote.
    pub(crate) async fn look(&self, store: &dyn keys::Store) -> Result<()> {
        let keys = self.place.read(store).await?;
        if !keys.is_empty() {
            self.set(keys);
        }
        Ok(())
    }

    /// Puts a new key first; the last one before it stays, to open with. False: the settings name the keys.
    pub(crate) async fn renew(&self, store: &dyn keys::Store, random: &dyn Random) -> Result<bool> {
        if self.place.is_settings() {
            return Ok(false);
        }
        let mut keys = vec![Sealing::of(random.bytes())];
        keys.extend(self.keys().iter().cloned());
        self.place.write(store, &Sealing::write_all(&keys)).await?;
        self.set(keys);
        Ok(true)
    }

    /// Forgets keys that nothing is sealed with any more, but for the last one before.
    pub(crate) async fn forget_old(&self, store: &dyn keys::Store) -> Result<()> {
        let keys = self.keys();
        if self.place.is_settings() || keys.len() <= 2 {
            return Ok(());
        }
        self.place.write(store, &Sealing::write_all(&keys[..2])).await?;
        self.set(keys[..2].to_vec());
        Ok(())
    }

    /// Seals the secret of an account's authenticator app.
    pub(crate) fn seal(&self, random: &dyn Random, account: UserId, secret: &[u8]) -> Result<String> {
        let keys = self.keys();
        let key = keys.first().ok_or_else(|| Problem::internal("there is no key to seal with"))?;
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        key.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose(account)), &mut sealed)
            .map_err(|_| Problem::internal("a secret can't be sealed"))?;
        Ok(format!("{}{SEPARATOR}{}", key.id, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens it.
    ///
    /// # Errors
    /// `second_factor_unreadable`: the key that it was sealed with isn't there, or the text was changed.
    pub(crate) fn unseal(&self, account: UserId, text: &str) -> Result<Vec<u8>> {
        self.try_unseal(account, text).ok_or_else(|| {
            let detail = "The authenticator app's secret can't be read: use a recovery code. Whoever runs this server finds \
                          more about it in the log.";
            Problem::new(Kind::Unavailable, "second_factor_unreadable", detail)
        })
    }

    fn try_unseal(&self, account: UserId, text: &str) -> Option<Vec<u8>> {
        let (id, sealed) = text.split_once(SEPARATOR)?;
        let keys = self.keys();
        let key = keys.iter().find(|key| key.id == id)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = key.cipher().ok()?.open_in_place(nonce, Aad::from(purpose(account)), sealed).ok()?;
        Some(opened.to_vec())
    }

    /// What it should be instead: None where it is sealed with the first key. Plain texts of before are sealed.
    pub(crate) fn anew(&self, random: &dyn Random, account: UserId, text: &str) -> Result<Option<String>> {
        let newest = self.keys().first().map(|key| key.id.clone());
        let secret = match text.split_once(SEPARATOR) {
            Some((id, _)) if Some(id) == newest.as_deref() => return Ok(None),
            Some(_) => self.unseal(account, text)?,
            None => URL_SAFE_NO_PAD.decode(text).map_err(Problem::internal)?,
        };
        self.seal(random, account, &secret).map(Some)
    }
}

fn purpose(account: UserId) -> Vec<u8> {
    [TOTP, &account.0.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::OsRandom;

    const ADA: UserId = UserId(1);

    fn vault(keys: Vec<Sealing>) -> Vault {
        Vault { place: KeyPlace::Database, keys: RwLock::new(keys.into()) }
    }

    #[test]
    fn only_its_key_and_its_account_open_it() {
        let (one, two) = (Sealing::of([1; 32]), Sealing::of([2; 32]));
        let first = vault(vec![one.clone()]);
        let sealed = first.seal(&OsRandom, ADA, b"secret").expect("sealed");
        assert!(!sealed.contains("secret") && sealed != first.seal(&OsRandom, ADA, b"secret").expect("sealed"));
        assert_eq!(first.unseal(ADA, &sealed).expect("opened"), b"secret");
        let refused = |vault: &Vault, account, text: &str| vault.unseal(account, text).expect_err("refused").code;
        assert_eq!(refused(&first, UserId(2), &sealed), "second_factor_unreadable", "another's row");
        assert_eq!(refused(&vault(vec![two.clone()]), ADA, &sealed), "second_factor_unreadable", "another key");
        for at in [0, 9, sealed.len() - 2] {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(refused(&first, ADA, &changed), "second_factor_unreadable", "{changed}");
        }
        for text in ["", ".", "short", &sealed[..12]] {
            assert_eq!(refused(&first, ADA, text), "second_factor_unreadable", "{text}");
        }
        let both = vault(vec![two, one]);
        assert_eq!(both.unseal(ADA, &sealed).expect("opened"), b"secret", "the one before opens, too");
    }

    #[test]
    fn what_is_plain_or_of_an_older_key_is_sealed_anew() {
        let (one, two) = (Sealing::of([1; 32]), Sealing::of([2; 32]));
        let both = vault(vec![two, one.clone()]);
        let old = vault(vec![one]).seal(&OsRandom, ADA, b"secret").expect("sealed");
        for text in [old, URL_SAFE_NO_PAD.encode(b"secret")] {
            let anew = both.anew(&OsRandom, ADA, &text).expect("read").expect("changed");
            assert_eq!(both.unseal(ADA, &anew).expect("opened"), b"secret");
            assert_eq!(both.anew(&OsRandom, ADA, &anew).expect("read"), None, "it is as it should be");
        }
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let keys = [Sealing::of([1; 32]), Sealing::of([2; 32])];
        let read = Sealing::parse_all(&Sealing::write_all(&keys)).expect("keys");
        assert_eq!(read.iter().map(|key| key.bytes).collect::<Vec<_>>(), [[1; 32], [2; 32]]);
        assert!(Sealing::parse_all("c2hvcnQ").is_none() && Sealing::parse_all("?").is_none());
        assert!(Sealing::parse_all(" \n").expect("none").is_empty());
    }
}
