use crate::{Service, edit_member, facts, rules::acts, store::moderation::Change, tell::Detail, tell::Pen};
use guilds_contract::{GuildAct, Member, Subject, TimeOut};
use kernel::{Caller, GuildId, Result, Timestamp, UserId, permissions::Permission};

/// Silences a member for a while. It ends by itself: facts say for how long they hold.
pub(crate) async fn time_out(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    user: UserId,
    wish: TimeOut,
) -> Result<Member> {
    let until = acts::time_out(wish.seconds, s.ground.now())?;
    set(s, caller, (guild, user), Some(until), wish.reason).await
}

/// Lets a member speak again before the time-out ends.
pub(crate) async fn end_time_out(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    user: UserId,
    reason: Option<String>,
) -> Result<Member> {
    set(s, caller, (guild, user), None, reason).await
}

async fn set(
    s: &Service,
    caller: Caller,
    (guild, user): (GuildId, UserId),
    until: Option<Timestamp>,
    reason: Option<String>,
) -> Result<Member> {
    facts::in_guild(s, caller, guild, Permission::TimeOut).await?;
    let reason = acts::reason(reason)?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let tell = move |(before, after): &(Member, Member)| {
        let text = |until: Option<Timestamp>| until.map(|until| until.to_string());
        let differences = acts::changed("until", text(before.timed_out_until), text(after.timed_out_until));
        let detail = Detail { reason, ..differences.into_iter().collect::<Vec<_>>().into() };
        let act = if until.is_some() { GuildAct::MemberTimedOut } else { GuildAct::TimeOutEnded };
        vec![
            edit_member::edited(&mut pen, after),
            pen.access_changed(guild, Some(vec![user])),
            pen.noted(guild, caller.user, act, Subject::User(user), detail),
        ]
    };
    let change = Change::TimedOutUntil(until);
    Ok(s.ground.announce(s.moderation.edit(caller.user, (guild, user), change, Box::new(tell)).await??))
}
