use serde::Deserialize;

/// Section `[messages]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many sends may wait for the disk; one more is refused with 503 and a time to retry.
    pub queue_messages: usize,
    /// How many sends are committed together at most.
    pub group_messages: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { queue_messages: 4_096, group_messages: 256 }
    }
}
