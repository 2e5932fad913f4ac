use crate::{
    Service, edit, rules,
    store::friends::{Limits, Refusal, Step},
};
use kernel::{Caller, EventId, NewEvent, Problem, Result, StreamName, Timestamp, UserId};
use people_contract::{Audience, Friend, FriendChanged, FriendState};

/// How often a step is tried anew when the other person does something in the same moment.
const TRIES: u32 = 5;

/// Asks `user` to be friends, or accepts where they have asked.
pub(crate) async fn befriend(s: &Service, caller: Caller, user: UserId) -> Result<Friend> {
    if user == caller.user {
        return Err(rules::oneself());
    }
    for _ in 0..TRIES {
        let now = s.friends.between(caller.user, user).await?;
        let from = now.as_ref().map(|friend| friend.state);
        let to = rules::asked(from);
        if let Some(friend) = now.filter(|friend| friend.state == to) {
            return Ok(friend);
        }
        if from.is_none() {
            check_taken(s, caller, user).await?;
        }
        if let Some(since) = step(s, caller.user, user, from, Some(to)).await? {
            return Ok(Friend { user, state: to, since });
        }
    }
    Err(busy())
}

/// Ends whatever is between the caller and `user`.
pub(crate) async fn unfriend(s: &Service, caller: Caller, user: UserId) -> Result<()> {
    for _ in 0..TRIES {
        let Some(friend) = s.friends.between(caller.user, user).await? else { return Ok(()) };
        if step(s, caller.user, user, Some(friend.state), None).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy())
}

/// Whether `user` is there, and hears requests of the caller.
async fn check_taken(s: &Service, caller: Caller, user: UserId) -> Result<()> {
    if s.store.find(user).await?.is_none() {
        return Err(edit::gone());
    }
    let is_taken = match s.settings.of(user).await?.friend_requests_from {
        Audience::Everyone => true,
        Audience::Nobody => false,
        Audience::SharedGuilds => s.guilds.get()?.share_guild(caller.user, user).await?,
    };
    if is_taken { Ok(()) } else { Err(rules::not_taken()) }
}

/// One step, told to both; None: they don't stand as thought.
async fn step(
    s: &Service,
    person: UserId,
    other: UserId,
    from: Option<FriendState>,
    to: Option<FriendState>,
) -> Result<Option<Timestamp>> {
    let now = s.ground.now();
    let ids = s.ground.mint.ids(2).await?;
    let sides = [(person, other, to), (other, person, to.map(rules::mirrored))];
    let events = ids.into_iter().zip(sides).map(|(id, (person, user, state))| changed(id, person, user, state, now));
    let limits = Limits {
        friends: s.config.friends.into(),
        sent: s.config.sent_requests.into(),
        received: s.config.received_requests.into(),
        at_once: s.config.requests_at_once,
    };
    match s.friends.step(Step { person, other, from, to, now, limits }, events.collect()).await? {
        Ok(done) => s.ground.announce(done),
        Err(Refusal::Moved) => return Ok(None),
        Err(Refusal::Gone) => return Err(edit::gone()),
        Err(Refusal::FriendsFull(whose)) => return Err(rules::friends_full(whose == person)),
        Err(Refusal::RequestsFull(whose)) => return Err(rules::requests_full(whose == person)),
        // Who is blocked hears the same as where nobody is heard.
        Err(Refusal::Blocked(by)) if by == person => return Err(rules::blocked()),
        Err(Refusal::Blocked(_) | Refusal::BlocksFull) => return Err(rules::not_taken()),
        Err(Refusal::TooFast(free_at)) => return Err(rules::too_fast(free_at, now)),
    }
    Ok(Some(now))
}

/// What a person is told of how they stand to `user`.
pub(crate) fn changed(id: i64, person: UserId, user: UserId, state: Option<FriendState>, since: Timestamp) -> NewEvent {
    let changed = FriendChanged { user, state, since };
    NewEvent::new(StreamName::user("people", person), EventId(id), since, "friend_changed", &changed)
}

pub(crate) fn busy() -> Problem {
    Problem::unavailable("You both changed this in the same moment: look again.")
}
