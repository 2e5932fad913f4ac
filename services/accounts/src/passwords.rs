//! Argon2id (RFC 9106), off the async threads, a few at a time.

use crate::Config;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use kernel::{Problem, Result};
use std::sync::Arc;
use tokio::sync::Semaphore;

const OUTPUT_BYTES: usize = 32;
/// Allocators keep what was freed, for each thread, unless it is so large that it always comes from the operating
/// system and goes back to it (glibc: 32 MiB). What isn't touched costs nothing.
const MIN_BLOCKS: usize = (33 << 20) / Block::SIZE;

pub(crate) struct Passwords {
    params: Params,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let params = Params::new(config.argon2_memory_kib, config.argon2_passes, 1, None).map_err(|e| {
            Problem::field("accounts.argon2_memory_kib", "bad_setting", format!("Argon2 refuses its settings: {e}."))
        })?;
        Ok(Self {
            params,
            turns: Arc::new(Semaphore::new(config.argon2_parallel.max(1))),
            waiting: Arc::new(Semaphore::new(config.argon2_queue.max(1))),
        })
    }

    /// The hash of a password, as a PHC string.
    pub(crate) async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String> {
        self.work(move |params| {
            let hash = PasswordHash {
                algorithm: ARGON2ID_IDENT,
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&params).map_err(internal)?,
                salt: Some(Salt::new(&salt).map_err(internal)?),
                hash: Some(argon2id(params, &password, &salt)?),
            };
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one that `hash` was made of. Without a hash the same work is done, so that an unknown
    /// address takes as long as a known one.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.work(move |params| {
            let Some(hash) = hash else {
                argon2id(params, &password, &[0; 16])?;
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(internal)?;
            let params = Params::try_from(&hash).map_err(internal)?;
            let salt = hash.salt.ok_or_else(|| internal("a password's hash lacks its salt"))?;
            // Outputs are compared in constant time.
            Ok(hash.hash == Some(argon2id(params, &password, &salt)?))
        })
        .await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce(Params) -> Result<T> + Send + 'static) -> Result<T> {
        let busy = |_| Problem::unavailable("Too many people are signing in at this moment: try again in a second.");
        let _place = self.waiting.clone().try_acquire_owned().map_err(busy)?;
        let turn =
            self.turns.clone().acquire_owned().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        let params = self.params.clone();
        let done = tokio::task::spawn_blocking(move || {
            let answer = job(params);
            drop(turn);
            answer
        });
        done.await.map_err(Problem::internal)?
    }
}

fn argon2id(params: Params, password: &str, salt: &[u8]) -> Result<Output> {
    let blocks = params.block_count();
    let mut memory = Vec::with_capacity(blocks.max(MIN_BLOCKS));
    memory.resize(blocks, Block::new());
    let mut output = [0; OUTPUT_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut memory)
        .map_err(internal)?;
    Output::new(&output).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Problem {
    Problem::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;

    fn light(parallel: usize, queue: usize) -> Passwords {
        let config = Config {
            argon2_memory_kib: 8,
            argon2_passes: 1,
            argon2_parallel: parallel,
            argon2_queue: queue,
            ..Config::default()
        };
        Passwords::new(&config).expect("settings")
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_nothing_else() {
        let passwords = light(1, 8);
        let hash = passwords.hash("correct horse battery".into(), [7; 16]).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let verify = async |raw: &str, hash: Option<&String>| {
            passwords.verify(raw.into(), hash.cloned()).await.expect("verified")
        };
        assert!(verify("correct horse battery", Some(&hash)).await);
        assert!(!verify("correct horse batterY", Some(&hash)).await);
        assert!(!verify("correct horse battery", None).await);
        // A verifier that isn't ours agrees.
        let parsed = PasswordHash::new(&hash).expect("a PHC string");
        assert!(Argon2::default().verify_password(b"correct horse battery", &parsed).is_ok());
        let salted = passwords.hash("correct horse battery".into(), [8; 16]).await.expect("hashed");
        assert_ne!(hash, salted);
    }

    #[tokio::test]
    async fn a_full_queue_says_when_to_come_back() {
        let passwords = Arc::new(light(1, 2));
        let held = passwords.turns.clone().acquire_owned().await.expect("a turn");
        let waiting: Vec<_> = (0..2)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.verify("x".into(), None).await })
            })
            .collect();
        while passwords.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let busy = passwords.verify("x".into(), None).await.expect_err("busy");
        assert_eq!((busy.status(), busy.retry_after), (503, Some(1)));
        drop(held);
        for waited in waiting {
            assert!(!waited.await.expect("no panic").expect("had its turn"));
        }
        assert!(!passwords.verify("x".into(), None).await.expect("free again"));
    }

    #[test]
    fn settings_that_argon2_refuses_are_named() {
        let refused = Passwords::new(&Config { argon2_passes: 0, ..Config::default() }).err().expect("refused");
        assert_eq!(refused.code, "bad_setting");
    }
}
