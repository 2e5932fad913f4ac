//! Overview: all that a client starts from, in one answer. No streams of its own.

use guilds_contract::{Channel, Guild, Role};
use kernel::{At, Caller, ChannelId, RoleId, Timestamp, permissions::Permissions};
use messages_contract::Head;
use people_contract::Profile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

contract::contract! {
    /// The read model that a client starts from.
    pub trait Overview as "guildhall.v1.Overview", client OverviewClient, server serve_overview {
        /// The caller's guilds, channels, directs, unread counts, and the streams to watch from.
        async fn overview(&self, caller: Caller) -> View, idempotent;
    }
}

/// All that a client starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Overview)]
pub struct View {
    pub guilds: Vec<GuildView>,
    pub directs: Vec<ChannelView>,
    /// Those in the directs, and the caller.
    pub users: Vec<Profile>,
    /// The `seq` of each stream that this reflects: watch from here.
    #[schema(value_type = std::collections::BTreeMap<String, i64>)]
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = GuildOverview)]
pub struct GuildView {
    pub guild: Guild,
    pub channels: Vec<ChannelView>,
    /// The highest first, the one that every member has at the end.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The caller's own roles.
    #[serde(default)]
    pub my_roles: Vec<RoleId>,
    /// What the caller may do in the guild.
    #[serde(default)]
    pub permissions: Permissions,
    /// What the caller may do in those channels where that isn't what the guild says.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Permissions>)]
    pub in_channels: BTreeMap<ChannelId, Permissions>,
    /// Until then the caller only reads.
    #[serde(default)]
    pub timed_out_until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChannelOverview)]
pub struct ChannelView {
    pub channel: Channel,
    pub head: Head,
}
