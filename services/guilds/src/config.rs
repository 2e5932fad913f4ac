use kernel::{Problem, Result};
use serde::Deserialize;

/// Section `[guilds]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many roles a guild may have, beside the one that every member has.
    pub roles_per_guild: u32,
    /// For how many roles and people a channel may say something else than their roles do.
    pub overwrites_per_channel: u32,
}

const MOST: u32 = 10_000;

impl Config {
    /// Refuses settings that can't work.
    pub(crate) fn check(&self) -> Result<()> {
        if !(1..=MOST).contains(&self.roles_per_guild) {
            let detail = "guilds.roles_per_guild must be 1 to 10,000.";
            return Err(Problem::field("guilds.roles_per_guild", "bad_setting", detail));
        }
        if !(2..=MOST).contains(&self.overwrites_per_channel) {
            let detail = "guilds.overwrites_per_channel must be 2 to 10,000.";
            return Err(Problem::field("guilds.overwrites_per_channel", "bad_setting", detail));
        }
        Ok(())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self { roles_per_guild: 250, overwrites_per_channel: 1_000 }
    }
}
