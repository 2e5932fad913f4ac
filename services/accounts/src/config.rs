use serde::Deserialize;

/// Section `[accounts]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long an access token is good, in seconds.
    pub access_token_seconds: u32,
    /// How long a session lasts without being used, in seconds.
    pub session_idle_seconds: u32,
    /// Argon2id memory per hash, in KiB (OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane).
    pub argon2_memory_kib: u32,
    pub argon2_passes: u32,
    /// How many passwords are hashed at the same time.
    pub argon2_parallel: usize,
    /// How many may wait for their turn; one more is refused with 503 and a time to retry.
    pub argon2_queue: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            access_token_seconds: 600,
            session_idle_seconds: 30 * 24 * 3_600,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
            argon2_parallel: 2,
            argon2_queue: 64,
        }
    }
}
