//! Overview: all that a client starts from, in one answer. No streams of its own.

use guilds_contract::{Channel, Guild};
use kernel::{At, Caller};
use messages_contract::Head;
use people_contract::Profile;
use serde::{Deserialize, Serialize};
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
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChannelOverview)]
pub struct ChannelView {
    pub channel: Channel,
    pub head: Head,
}
