use crate::{Service, rules, tell::Pen};
use guilds_contract::{Channel, ChannelChanged};
use kernel::{Caller, ChannelId, Problem, Result, StreamName, UserId};

/// The one direct between the caller and `user`.
pub(crate) async fn open_direct(s: &Service, caller: Caller, user: UserId) -> Result<Channel> {
    if user == caller.user {
        return Err(Problem::field("user", "direct_with_oneself", "A direct is with somebody else: choose a person."));
    }
    if let Some(direct) = s.directs.between(caller.user, user).await? {
        return Ok(direct);
    }
    if s.people.find(user).await?.is_none() {
        return Err(Problem::not_found("user"));
    }
    if s.blocks.between(caller.user, user).await? {
        return Err(rules::direct_closed());
    }
    let direct = rules::direct(ChannelId(s.ground.mint.id().await?), caller.user, user, s.ground.now());
    let mut pen = Pen::new(&s.ground, 2).await?;
    let opened = ChannelChanged { channel: direct.clone() };
    let events = direct.recipients.iter().map(|&r| pen.event(StreamName::user("guilds", r), "direct_opened", &opened));
    let events = events.collect();
    Ok(s.ground.announce(s.directs.open(direct.id, (caller.user, user), direct.created_at, events).await?))
}
