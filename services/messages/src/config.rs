use kernel::{Problem, Result};
use serde::Deserialize;

/// Section `[messages]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many sends may wait for the disk; one more is refused with 503 and a time to retry.
    pub queue_messages: usize,
    /// How many sends are committed together at most.
    pub group_messages: usize,
    /// For how many days a client that was away can catch up event by event; later it fetches anew. Messages stay.
    pub keep_events_days: u32,
}

/// A group is written in one go; everybody behind it waits.
const GROUP_MESSAGES_MAX: usize = 3_000;

impl Config {
    /// Refuses settings that can't work.
    pub(crate) fn check(&self) -> Result<()> {
        let bad = |field, detail| Err(Problem::field(field, "bad_setting", detail));
        match self {
            Self { queue_messages: 0, .. } => {
                bad("messages.queue_messages", "messages.queue_messages must be 1 or more.")
            }
            Self { keep_events_days: 0, .. } => {
                bad("messages.keep_events_days", "messages.keep_events_days must be 1 or more.")
            }
            Self { group_messages: 1..=GROUP_MESSAGES_MAX, .. } => Ok(()),
            _ => bad("messages.group_messages", "messages.group_messages must be 1 to 3,000."),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self { queue_messages: 4_096, group_messages: 256, keep_events_days: 30 }
    }
}
