use kernel::{Problem, Result};
use serde::Deserialize;

/// Section `[people]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many friends a person may have.
    pub friends: u32,
    /// How many requests of a person may wait for an answer.
    pub sent_requests: u32,
    /// How many requests may wait for a person's answer.
    pub received_requests: u32,
    /// How many people a person may block.
    pub blocks: u32,
    /// So many requests are sent freely; each more waits twice as long as the one before, from 30 seconds to an hour. An hour
    /// without any begins anew.
    pub requests_at_once: u32,
}

impl Config {
    /// Refuses settings that can't work.
    pub(crate) fn check(&self) -> Result<()> {
        let all = [
            ("people.friends", self.friends),
            ("people.sent_requests", self.sent_requests),
            ("people.received_requests", self.received_requests),
            ("people.blocks", self.blocks),
            ("people.requests_at_once", self.requests_at_once),
        ];
        match all.into_iter().find(|(_, value)| *value == 0) {
            Some((field, _)) => Err(Problem::field(field, "bad_setting", format!("{field} must be 1 or more."))),
            None => Ok(()),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self { friends: 1_000, sent_requests: 100, received_requests: 1_000, blocks: 1_000, requests_at_once: 20 }
    }
}
