//! Argon2id (RFC 9106), off the async threads, a few at a time.

use crate::Config;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use kernel::{Problem, Result};
use std::sync::Arc;
use tokio::sync::Semaphore;

pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        let params = Params::new(config.argon2_memory_kib, config.argon2_passes, 1, None).map_err(|e| {
            Problem::field("accounts.argon2_memory_kib", "bad_setting", format!("Argon2 refuses its settings: {e}."))
        })?;
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            turns: Arc::new(Semaphore::new(config.argon2_parallel.max(1))),
            waiting: Arc::new(Semaphore::new(config.argon2_queue.max(1))),
        })
    }

    /// The hash of a password, as a PHC string.
    pub(crate) async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String> {
        self.work(move |argon2| {
            let hash = argon2
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|e| Problem::internal(e.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one that `hash` was made of. Without a hash the same work is done, so that an unknown
    /// address takes as long as a known one.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.work(move |argon2| {
            let Some(hash) = hash else {
                drop(argon2.hash_password_with_salt(password.as_bytes(), &[0; 16]));
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(|e| Problem::internal(e.to_string()))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = |_| Problem::unavailable("Too many people are signing in at this moment: try again in a second.");
        let _place = self.waiting.clone().try_acquire_owned().map_err(busy)?;
        let turn =
            self.turns.clone().acquire_owned().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        let argon2 = self.argon2.clone();
        let done = tokio::task::spawn_blocking(move || {
            let answer = job(argon2);
            drop(turn);
            answer
        });
        done.await.map_err(Problem::internal)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
