//! The gate: every question "may this person do that here?" is answered in this crate.
//!
//! * [`policy`] decides, purely, from facts.
//! * [`Gate`] brings the facts: from its roster where they are known, else from guilds.

pub mod policy;
mod roster;

use guilds_contract::{Facts, Guilds};
use kernel::{ChannelId, GuildId, Result, UserId, permissions::Permission};
use ports::Fanout;
use roster::{Place, Roster};
use std::sync::Arc;

/// Decides over facts that are remembered until the guild they belong to changes.
pub struct Gate {
    guilds: Arc<dyn Guilds>,
    roster: Roster,
}

impl Gate {
    pub fn new(guilds: Arc<dyn Guilds>, fanout: Arc<dyn Fanout>) -> Arc<Self> {
        Arc::new(Self { guilds, roster: Roster::new(fanout) })
    }

    /// How `user` stands to `channel`, when `permission` is given there.
    ///
    /// Fails with `not_found` when the user may not see the channel or there is none, with `missing_permission`
    /// when it is seen but this isn't allowed, and with guilds' own problem when guilds can't answer.
    pub async fn channel(&self, user: UserId, channel: ChannelId, permission: Permission) -> Result<Facts> {
        let ask = async { self.guilds.channel_facts(channel, user).await };
        let facts = self.roster.facts(user, Place::Channel(channel), ask).await?;
        policy::require(facts, permission, "channel")
    }

    /// How `user` stands to `guild`, when `permission` is given there. Fails as [`Gate::channel`] does.
    pub async fn guild(&self, user: UserId, guild: GuildId, permission: Permission) -> Result<Facts> {
        let ask = async { self.guilds.guild_facts(guild, user).await };
        let facts = self.roster.facts(user, Place::Guild(guild), ask).await?;
        policy::require(facts, permission, "guild")
    }
}
