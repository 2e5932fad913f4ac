use crate::{Service, facts, read, rules::acts, tell::Pen};
use guilds_contract::{Ban, BanDraft, GuildAct, Subject};
use kernel::{Caller, GuildId, Limit, Page, Problem, Result, Timestamp, UserId, permissions::Permission};

/// Bans a person, whether a member or not.
pub(crate) async fn ban(s: &Service, caller: Caller, guild: GuildId, user: UserId, draft: BanDraft) -> Result<Ban> {
    facts::in_guild(s, caller, guild, Permission::Ban).await?;
    let reason = acts::reason(draft.reason)?;
    if s.people.find(user).await?.is_none() {
        return Err(Problem::not_found("user"));
    }
    let mut pen = Pen::new(&s.ground, 3).await?;
    let ban = Ban { guild, user, by: caller.user, reason: reason.clone().unwrap_or_default(), at: s.ground.now() };
    let tell = move |was_member: &bool| {
        let mut events = if *was_member { pen.left(guild, user) } else { Vec::new() };
        events.push(pen.noted(guild, caller.user, GuildAct::MemberBanned, Subject::User(user), reason));
        events
    };
    Ok(s.ground.announce(s.moderation.ban(ban, Box::new(tell)).await??))
}

/// Lets a person join again.
pub(crate) async fn unban(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    user: UserId,
    reason: Option<String>,
) -> Result<()> {
    facts::in_guild(s, caller, guild, Permission::Ban).await?;
    let reason = acts::reason(reason)?;
    let mut pen = Pen::new(&s.ground, 1).await?;
    let events = vec![pen.noted(guild, caller.user, GuildAct::MemberUnbanned, Subject::User(user), reason)];
    s.ground.announce(s.moderation.unban((guild, user), events).await??);
    Ok(())
}

/// Who is banned, the newest first.
pub(crate) async fn bans(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    limit: Limit,
    after: Option<String>,
) -> Result<Page<Ban>> {
    facts::in_guild(s, caller, guild, Permission::Ban).await?;
    let before = after.map_or(Ok((Timestamp(i64::MAX), UserId(i64::MAX))), |cursor| {
        let (at, user) = cursor.split_once('-').ok_or_else(read::bad_cursor)?;
        let at = at.parse().map_err(|_| read::bad_cursor())?;
        Ok::<_, Problem>((Timestamp(at), user.parse().map_err(|_| read::bad_cursor())?))
    })?;
    let items = s.moderation.bans(guild, before, limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|last| format!("{}-{}", last.at.0, last.user));
    Ok(Page { items, next, at: Default::default() })
}
