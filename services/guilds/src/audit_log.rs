use crate::{Service, facts, read};
use guilds_contract::{AuditEntry, AuditFilter};
use kernel::{ActId, Caller, GuildId, Limit, Page, Result, StreamName, permissions::Permission};

/// What was done in a guild, the newest first.
pub(crate) async fn audit_log(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    filter: AuditFilter,
    limit: Limit,
    after: Option<String>,
) -> Result<Page<AuditEntry>> {
    facts::in_guild(s, caller, guild, Permission::ViewAuditLog).await?;
    let before = after.map_or(Ok(ActId(i64::MAX)), |cursor| cursor.parse().map_err(|_| read::bad_cursor()))?;
    let at = s.ground.journal.heads(&[StreamName::staff(guild)]).await?;
    let items = s.audit.list(guild, filter, before, limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|last| last.id.to_string());
    Ok(Page { items, next, at })
}
