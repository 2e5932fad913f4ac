use crate::{
    Service, befriend, edit, rules,
    store::{blocks::NewBlock, friends::Refusal},
};
use kernel::{Caller, EventId, NewEvent, Result, StreamName, Timestamp, UserId};
use people_contract::{Block, BlockChanged, FriendState};

/// How often it is tried anew when the other person does something in the same moment.
const TRIES: u32 = 5;

/// Blocks `user`. Who asks again has guilds told again: it may not have heard the first time.
pub(crate) async fn block(s: &Service, caller: Caller, user: UserId) -> Result<Block> {
    if user == caller.user {
        return Err(rules::block_oneself());
    }
    for _ in 0..TRIES {
        if let Some((block, seq)) = s.blocks.find(caller.user, user).await? {
            s.guilds.get()?.apply_block(caller.user, user, true, seq).await?;
            return Ok(block);
        }
        let from = s.friends.between(caller.user, user).await?.map(|friend| friend.state);
        let now = s.ground.now();
        let events = told(s.ground.mint.ids(3).await?, caller.user, user, from, now);
        let new = NewBlock { person: caller.user, other: user, from, now, most: s.config.blocks.into() };
        let seq = match s.blocks.block(new, events).await? {
            Ok(done) => s.ground.announce(done),
            Err(Refusal::Moved) => continue,
            Err(Refusal::BlocksFull) => return Err(rules::blocks_full()),
            Err(_) => return Err(edit::gone()),
        };
        s.guilds.get()?.apply_block(caller.user, user, true, seq).await?;
        return Ok(Block { user, since: now });
    }
    Err(befriend::busy())
}

pub(crate) async fn unblock(s: &Service, caller: Caller, user: UserId) -> Result<()> {
    let event = changed(s.ground.mint.id().await?, caller.user, user, false, s.ground.now());
    let Some(done) = s.blocks.unblock(caller.user, user, event).await? else { return Ok(()) };
    let seq = s.ground.announce(done);
    s.guilds.get()?.apply_block(caller.user, user, false, seq).await
}

/// What both are told: the block only who blocks, the end of what was between them both.
pub(crate) fn told(
    ids: Vec<i64>,
    person: UserId,
    other: UserId,
    from: Option<FriendState>,
    now: Timestamp,
) -> Vec<NewEvent> {
    let mut ids = ids.into_iter();
    let first = ids.next().map(|id| changed(id, person, other, true, now));
    let ends = from.map(|_| [(person, other), (other, person)]).into_iter().flatten();
    let ends = ids.zip(ends).map(|(id, (one, user))| befriend::changed(id, one, user, None, now));
    first.into_iter().chain(ends).collect()
}

pub(crate) fn changed(id: i64, person: UserId, user: UserId, is_blocked: bool, since: Timestamp) -> NewEvent {
    let changed = BlockChanged { user, is_blocked, since };
    NewEvent::new(StreamName::user("people", person), EventId(id), since, "block_changed", &changed)
}
