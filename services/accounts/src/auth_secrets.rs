//! What a browser carries to a provider and back. Two secrets are never where the other is: `state` goes through the provider, the
//! browser's own stays in its cookie. What else is needed is derived of both, so that the database holds nothing but their hashes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use ports::Random;
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// Has no `Debug`: it must not reach a log.
pub(crate) struct Secrets {
    state: String,
    browser: [u8; BYTES],
}

impl Secrets {
    /// New ones, for a browser that may keep its own of another that is under way.
    pub(crate) fn new(random: &dyn Random, kept: Option<&str>) -> Self {
        let state = URL_SAFE_NO_PAD.encode(random.bytes::<BYTES>());
        Self { state, browser: kept.and_then(parse).unwrap_or_else(|| random.bytes()) }
    }

    /// Those that came back. None: the browser kept nothing.
    pub(crate) fn back(state: &str, kept: Option<&str>) -> Option<Self> {
        Some(Self { state: state.to_owned(), browser: kept.and_then(parse)? })
    }

    pub(crate) fn state(&self) -> &str {
        &self.state
    }

    pub(crate) fn browser(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.browser)
    }

    pub(crate) fn browser_hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.browser))
    }

    /// What the ID token must hold.
    pub(crate) fn nonce(&self) -> String {
        self.derived(b"nonce")
    }

    /// What proves to the provider that the code is ours (RFC 7636).
    pub(crate) fn verifier(&self) -> String {
        self.derived(b"verifier")
    }

    pub(crate) fn challenge(&self) -> String {
        hash(&self.verifier())
    }

    fn derived(&self, what: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.browser).expect("HMAC takes keys of any length");
        mac.update(what);
        mac.update(self.state.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn parse(kept: &str) -> Option<[u8; BYTES]> {
    URL_SAFE_NO_PAD.decode(kept).ok()?.try_into().ok()
}

pub(crate) fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::SeededRandom;

    #[test]
    fn all_follows_from_the_two_and_from_neither_alone() {
        let random = SeededRandom::new(7);
        let one = Secrets::new(&random, None);
        let back = Secrets::back(one.state(), Some(&one.browser())).expect("kept");
        assert_eq!((back.nonce(), back.verifier()), (one.nonce(), one.verifier()));
        assert_eq!(back.challenge(), hash(&one.verifier()));
        let other = Secrets::new(&random, Some(&one.browser()));
        assert_eq!(other.browser_hash(), one.browser_hash(), "tabs of one browser");
        assert_ne!(other.state(), one.state());
        assert_ne!(other.nonce(), one.nonce());
        let elsewhere = Secrets::back(one.state(), Some(&Secrets::new(&random, None).browser())).expect("kept");
        assert_ne!(elsewhere.nonce(), one.nonce());
        assert_ne!(one.nonce(), one.verifier());
        // RFC 7636 §4.1 wants 43 characters at least.
        assert_eq!(one.verifier().len(), 43);
    }

    #[test]
    fn what_isn_t_a_secret_of_ours_is_none() {
        for kept in [None, Some(""), Some("short"), Some("not base64!"), Some(&*"A".repeat(44))] {
            assert!(Secrets::back("state", kept).is_none(), "{kept:?}");
        }
        let random = SeededRandom::new(7);
        assert_ne!(Secrets::new(&random, Some("short")).browser(), "short");
    }
}
