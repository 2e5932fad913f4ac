use crate::{
    Service, facts,
    rules::{acts, roles::Rewrite},
    store::{Refusal, overwrites::Rewritten},
    tell::{Detail, Pen},
};
use guilds_contract::{ChannelChanged, GuildAct, Overwrite, OverwriteEdit, OverwritesChanged, Subject, Target};
use kernel::{
    Caller, ChannelId, GuildId, Problem, Result, StreamName,
    permissions::{Permission, Shift},
};

/// Sets what a channel gives to a role or a person, and takes from them.
pub(crate) async fn set_overwrite(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    target: Target,
    edit: OverwriteEdit,
) -> Result<Overwrite> {
    let facts = facts::in_channel(s, caller, channel, Permission::ManageRoles).await?;
    let guild = facts.guild.ok_or_else(|| Problem::not_found("channel"))?;
    let set = Rewrite::parse(edit.into())?;
    match rewrite(s, caller, (guild, channel), target, set).await? {
        Err(Refusal::NotMembers) => Err(Refusal::MemberGone.into()),
        done => Ok(done?),
    }
}

/// Changes an overwrite and tells it to those who see the channel. Whoever it is about fetches anew what they see.
pub(crate) async fn rewrite(
    s: &Service,
    caller: Caller,
    place: (GuildId, ChannelId),
    target: Target,
    change: Rewrite,
) -> Result<Result<Overwrite, Refusal>> {
    let (guild, channel) = place;
    let mut pen = Pen::new(&s.ground, 4).await?;
    let tell = move |done: &Rewritten| {
        let stream = if done.after.private { StreamName::channel(channel) } else { StreamName::guild(guild) };
        let changed = OverwritesChanged { overwrite: done.overwrite };
        let mut events = vec![pen.event(stream.clone(), "overwrites_changed", &changed)];
        let turned = done.before.private != done.after.private;
        if turned {
            events.push(pen.event(stream, "channel_edited", &ChannelChanged { channel: done.after.clone() }));
        }
        events.push(pen.access_changed(guild, done.holders.clone().filter(|_| !turned)));
        let (role, user) = match target {
            Target::Role(role) => (Some(role), None),
            Target::User(user) => (None, Some(user)),
        };
        let is = Shift { allow: done.overwrite.allow, deny: done.overwrite.deny };
        let detail = Detail { role, user, ..acts::of_shifts(done.was, is).into() };
        events.push(pen.noted(guild, caller.user, GuildAct::OverwriteChanged, Subject::Channel(channel), detail));
        events
    };
    let most = s.config.overwrites_per_channel;
    let done = s.overwrites.rewrite(caller.user, place, target, change, most, Box::new(tell)).await?;
    Ok(done.map(|done| s.ground.announce(done)))
}
