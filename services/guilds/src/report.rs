use crate::{
    Service, facts, read,
    rules::acts,
    store::reports::Change,
    tell::{Detail, Pen},
};
use guilds_contract::{GuildAct, Report, ReportChanged, ReportDraft, ReportEdit, ReportState, Subject};
use kernel::{Caller, GuildId, Limit, Page, Problem, ReportId, Result, StreamName, line, permissions::Permission};

/// Tells a guild's moderators of a person, or of what somebody said there.
pub(crate) async fn file(s: &Service, caller: Caller, guild: GuildId, draft: ReportDraft) -> Result<Report> {
    facts::in_guild(s, caller, guild, Permission::View).await?;
    let reason = acts::complaint(&draft.reason)?;
    if draft.user == caller.user {
        return Err(Problem::field("user", "report_of_oneself", "A report is about somebody else."));
    }
    if draft.message.is_some() != draft.channel.is_some() {
        let detail = "A message is found by its channel and its id: name both, or neither.";
        return Err(Problem::field("message", "half_a_message", detail));
    }
    if let Some(channel) = draft.channel {
        let seen = facts::in_channel(s, caller, channel, Permission::View).await?;
        if seen.guild != Some(guild) {
            return Err(Problem::not_found("channel"));
        }
    }
    if s.people.find(draft.user).await?.is_none() {
        return Err(Problem::not_found("user"));
    }
    let id = ReportId(s.ground.mint.id().await?);
    let ReportDraft { user, channel, message, .. } = draft;
    let (reporter, state, at) = (caller.user, ReportState::Open, s.ground.now());
    let report =
        Report { id, guild, reporter, user, channel, message, reason, state, by: None, note: String::new(), at };
    let mut pen = Pen::new(&s.ground, 1).await?;
    let events = vec![pen.event(StreamName::staff(guild), "report_changed", &ReportChanged { guild, id })];
    Ok(s.ground.announce(s.reports.file(report, events).await??))
}

/// What waits for the moderators and what was done about it, the newest first.
pub(crate) async fn list(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    state: Option<ReportState>,
    limit: Limit,
    after: Option<String>,
) -> Result<Page<Report>> {
    facts::in_guild(s, caller, guild, Permission::ManageMessages).await?;
    let before = after.map_or(Ok(ReportId(i64::MAX)), |cursor| cursor.parse().map_err(|_| read::bad_cursor()))?;
    let at = s.ground.journal.heads(&[StreamName::staff(guild)]).await?;
    let items = s.reports.list(guild, caller.user, state, before, limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|last| last.id.to_string());
    Ok(Page { items, next, at })
}

/// Takes a report in hand, closes it, or opens it again.
pub(crate) async fn edit(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    id: ReportId,
    edit: ReportEdit,
) -> Result<Report> {
    facts::in_guild(s, caller, guild, Permission::ManageMessages).await?;
    let note = edit.note.map(|note| line("note", &note, acts::REASON_MAX_CHARS)).transpose()?;
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |(before, after): &(Report, Report)| {
        let mut events = vec![pen.event(StreamName::staff(guild), "report_changed", &ReportChanged { guild, id })];
        if before.state != after.state {
            let act = match after.state {
                ReportState::Open => GuildAct::ReportReopened,
                ReportState::Taken => GuildAct::ReportTaken,
                ReportState::Closed => GuildAct::ReportClosed,
            };
            // The note stands in the report alone.
            events.push(pen.noted(guild, caller.user, act, Subject::User(after.user), Detail::default()));
        }
        events
    };
    let change = Change { state: edit.state, note };
    Ok(s.ground.announce(s.reports.edit(caller.user, (guild, id), change, Box::new(tell)).await??))
}
