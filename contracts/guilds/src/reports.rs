//! What members tell a guild's moderators of.

use kernel::{ChannelId, GuildId, MessageId, ReportId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Nobody looks after it yet.
    Open,
    Taken,
    Closed,
}

impl ReportState {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Taken => "taken",
            Self::Closed => "closed",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportDraft {
    /// About whom: of a message, its author.
    pub user: UserId,
    /// Where the message is, in a channel that the caller sees.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    #[serde(default)]
    pub message: Option<MessageId>,
    /// What is wrong, 1 to 500 characters.
    pub reason: String,
}

/// What a member told the moderators. Who it is about doesn't see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    pub id: ReportId,
    pub guild: GuildId,
    pub reporter: UserId,
    pub user: UserId,
    #[serde(default)]
    pub channel: Option<ChannelId>,
    #[serde(default)]
    pub message: Option<MessageId>,
    pub reason: String,
    pub state: ReportState,
    /// The moderator who took or closed it.
    #[serde(default)]
    pub by: Option<UserId>,
    /// What was done about it; may be empty.
    pub note: String,
    pub at: Timestamp,
}

/// A change of a report: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReportEdit {
    #[serde(default)]
    pub state: Option<ReportState>,
    /// At most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// Event `report_changed` on `guilds/staff/{id}`: it is new, or something of it has changed. It holds ids only.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportChanged {
    pub guild: GuildId,
    pub id: ReportId,
}
