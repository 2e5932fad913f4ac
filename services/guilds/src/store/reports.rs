//! What members told moderators of.

use super::{Outcome, Refusal, Tell, unchanged};
use async_trait::async_trait;
use engine_sql::Result;
use guilds_contract::{Report, ReportState};
use kernel::{ChannelId, Committed, GuildId, MessageId, NewEvent, ReportId, Timestamp, UserId};

/// How many reports of one person may wait in a guild.
const WAITING_PER_PERSON: i64 = 20;

/// What changes of a report, with its values checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) state: Option<ReportState>,
    pub(crate) note: Option<String>,
}

impl Change {
    /// The report after `actor` has changed it.
    fn apply(self, actor: UserId, before: &Report) -> Report {
        let mut after = before.clone();
        after.note = self.note.unwrap_or(after.note);
        if let Some(state) = self.state.filter(|state| *state != before.state) {
            after.state = state;
            after.by = (state != ReportState::Open).then_some(actor);
        }
        after
    }
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Inserts a report; where the person has one about the same that isn't closed, answers that.
    async fn file(&self, report: Report, events: Vec<NewEvent>) -> Outcome<Committed<Report>>;

    /// At most `limit` reports of a guild before `before`, the newest first, without those about `reader`.
    async fn list(
        &self,
        guild: GuildId,
        reader: UserId,
        state: Option<ReportState>,
        before: ReportId,
        limit: i64,
    ) -> Result<Vec<Report>>;

    /// Changes a report that isn't about `actor`; `tell` hears how it was and is.
    async fn edit(
        &self,
        actor: UserId,
        id: (GuildId, ReportId),
        change: Change,
        tell: Tell<(Report, Report)>,
    ) -> Outcome<Committed<Report>>;

    /// What a person reported.
    async fn by(&self, user: UserId) -> Result<Vec<Report>>;

    /// Forgets what the person reported, what was reported about them, and what they noted; answers how many rows that were.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("reports/sql.rs");

#[cfg(test)]
mod suite;
