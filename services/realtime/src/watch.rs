//! Watching and resuming are the same thing: what came after a `seq`, then live.

use crate::{lane::Lane, lock, session::Session};
use gate::policy;
use kernel::{
    Caller, ChannelId, Difference, GuildId, Kind, Problem, Reader, Result, StreamName, permissions::Permission,
};
use realtime_contract::{Frame, ServerOp};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const WATCHED_STREAMS: usize = 500;
const OWN_STREAMS: usize = 4;
const RETRY: Duration = Duration::from_secs(1);

/// A stream that a session watches: the shared lane and the session's own cursor in it.
pub(crate) struct Watching {
    pub(crate) lane: Arc<Lane>,
    pub(crate) ticket: u64,
    pub(crate) cursor: i64,
    pub(crate) guild: Option<GuildId>,
    /// What came before is being fetched: live frames wait.
    pub(crate) fetching: bool,
    /// Access was asked again after every change so far: otherwise live frames wait.
    pub(crate) rechecked: bool,
    /// How often access may have changed.
    pub(crate) rechecks: u64,
}

impl Watching {
    pub(crate) fn is_live(&self) -> bool {
        !self.fetching && self.rechecked
    }
}

pub(crate) async fn watch(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    streams: BTreeMap<StreamName, i64>,
) {
    for (stream, since) in streams {
        if let Err(problem) = watch_one(session, caller, reference.clone(), &stream, since).await {
            forget(session, &stream, None);
            session.answer(reference.clone(), ServerOp::Refused { stream, problem });
        }
    }
}

pub(crate) fn unwatch(session: &Session, streams: &[StreamName]) {
    for stream in streams {
        forget(session, stream, None);
    }
}

/// The person's own streams are watched by themselves, from now on.
pub(crate) async fn own_streams(session: &Arc<Session>, caller: Caller) {
    for service in ["accounts", "people", "guilds", "messages"] {
        let stream = StreamName::user(service, caller.user);
        if lock(&session.state).watching.contains_key(&stream) {
            continue;
        }
        match session.service.lanes.lane(&stream).await {
            Ok(lane) => {
                let seq = lane.last();
                insert(session, &stream, lane, seq, None);
                session.say(ServerOp::Watched { stream: stream.clone(), seq });
                go_live(session, &stream, None, seq);
            }
            Err(problem) => session.say(ServerOp::Refused { stream, problem }),
        }
    }
}

async fn watch_one(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    stream: &StreamName,
    since: i64,
) -> Result<()> {
    if since < 0 {
        return Err(Problem::field("streams", "bad_since", "A stream is watched after a seq: 0 or more."));
    }
    let watched = lock(&session.state).watching.len();
    if watched >= WATCHED_STREAMS + OWN_STREAMS && !lock(&session.state).watching.contains_key(stream) {
        return Err(Problem::new(
            Kind::TooMany,
            "too_many_streams",
            "Watch 500 streams at most: unwatch some that aren't shown.",
        ));
    }
    let guild = guild_of(session, caller, stream).await?;
    if let Some(guild) = guild {
        session.guard(guild);
    }
    let lane = session.service.lanes.lane(stream).await?;
    let ticket = insert(session, stream, lane, since, guild);
    let Some(seq) = fetch(session, caller, reference.clone(), stream, since).await? else { return Ok(()) };
    if lock(&session.state).watching.get(stream).is_some_and(|w| w.ticket == ticket) {
        session.answer(reference, ServerOp::Watched { stream: stream.clone(), seq });
        go_live(session, stream, Some(ticket), seq);
    }
    Ok(())
}

/// Fetches for streams whose frames the lane keeps no more.
pub(crate) fn catch_up(session: Arc<Session>, streams: Vec<(StreamName, u64)>) {
    let task = async move {
        for (stream, ticket) in streams {
            let (caller, cursor) = {
                let state = lock(&session.state);
                let watching = state.watching.get(&stream).filter(|w| w.ticket == ticket);
                (state.caller, watching.map(|w| w.cursor))
            };
            let (Some(caller), Some(cursor)) = (caller, cursor) else { continue };
            match fetch(&session, caller, None, &stream, cursor).await {
                Ok(Some(seq)) => go_live(&session, &stream, Some(ticket), seq),
                Ok(None) => return,
                Err(problem) => {
                    if forget(&session, &stream, Some(ticket)) {
                        session.say(ServerOp::Refused { stream, problem });
                    }
                }
            }
        }
    };
    tokio::spawn(task);
}

/// Queues what came after `since` and answers the `seq` reached, or nothing when the client has gone. The owner
/// checks the permission on every call.
async fn fetch(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    stream: &StreamName,
    since: i64,
) -> Result<Option<i64>> {
    let owners = &session.service.lanes.owners;
    let mut cursor = since;
    loop {
        let difference: Difference = owners.difference(Reader::Person(caller), stream, cursor).await?;
        if difference.reset {
            session.answer(reference, ServerOp::Reset { stream: stream.clone(), seq: difference.head });
            return Ok(Some(difference.head));
        }
        for event in &difference.events {
            if !session.room().await {
                return Ok(None);
            }
            session.say_frame(Frame::text(&event.frame()));
            cursor = event.seq;
        }
        if !difference.more {
            return Ok(Some(cursor));
        }
    }
}

/// Who may watch is who may see: answers the guild that can take the right away again.
async fn guild_of(session: &Session, caller: Caller, stream: &StreamName) -> Result<Option<GuildId>> {
    let gate = &session.service.deps.gate;
    match stream.parts() {
        ("messages" | "guilds", "channel", channel) => {
            Ok(gate.channel(caller.user, ChannelId(channel), Permission::View).await?.guild)
        }
        ("guilds", "guild", guild) => {
            gate.guild(caller.user, GuildId(guild), Permission::View).await?;
            Ok(Some(GuildId(guild)))
        }
        (_, "user", user) if user == caller.user.0 => Ok(None),
        _ => Err(Problem::not_found("stream")),
    }
}

/// Asks anew, past every cache, what may still be watched of a guild. While guilds can't answer, it stands still.
pub(crate) async fn recheck(session: &Arc<Session>, caller: Caller, guild: GuildId) {
    let watched: Vec<(StreamName, u64, u64)> = {
        let state = lock(&session.state);
        let of_guild = state.watching.iter().filter(|(_, w)| w.guild == Some(guild));
        of_guild.map(|(stream, w)| (stream.clone(), w.ticket, w.rechecks)).collect()
    };
    for (stream, ticket, rechecks) in watched {
        loop {
            match may_still(session, caller, &stream).await {
                Ok(()) => {
                    let mut state = lock(&session.state);
                    // A later change is answered by a later asking.
                    let same = |w: &&mut Watching| w.ticket == ticket && w.rechecks == rechecks;
                    if let Some(watching) = state.watching.get_mut(&stream).filter(same) {
                        watching.rechecked = true;
                    }
                }
                Err(problem) if problem.kind == Kind::Unavailable => {
                    if lock(&session.state).is_over() {
                        return;
                    }
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
                Err(problem) => {
                    if forget(session, &stream, Some(ticket)) {
                        session.say(ServerOp::Refused { stream: stream.clone(), problem });
                    }
                }
            }
            break;
        }
    }
    session.continue_lanes();
}

async fn may_still(session: &Session, caller: Caller, stream: &StreamName) -> Result<()> {
    let guilds = &session.service.deps.guilds;
    let (facts, what) = match stream.parts() {
        (_, "guild", guild) => (guilds.guild_facts(GuildId(guild), caller.user).await?, "guild"),
        (_, _, channel) => (guilds.channel_facts(ChannelId(channel), caller.user).await?, "channel"),
    };
    policy::require(facts, Permission::View, what).map(drop)
}

/// Puts a watch in the place of the one before; its frames wait until [`go_live`]. Answers its ticket.
fn insert(session: &Arc<Session>, stream: &StreamName, lane: Arc<Lane>, cursor: i64, guild: Option<GuildId>) -> u64 {
    let ticket = lane.ticket();
    let watching = Watching { lane: lane.clone(), ticket, cursor, guild, fetching: true, rechecked: true, rechecks: 0 };
    let mut state = lock(&session.state);
    if state.is_over() {
        return ticket;
    }
    let before = state.watching.insert(stream.clone(), watching);
    lane.join(session, ticket);
    drop(state);
    if let Some(before) = before {
        before.lane.leave(session.worker, before.ticket);
    }
    ticket
}

/// Ends a watch, the one with this ticket where one is given. Answers whether it was there.
fn forget(session: &Session, stream: &StreamName, ticket: Option<u64>) -> bool {
    let before = {
        let mut state = lock(&session.state);
        let is_it = state.watching.get(stream).is_some_and(|w| ticket.is_none_or(|ticket| w.ticket == ticket));
        if is_it { state.watching.remove(stream) } else { None }
    };
    let Some(before) = before else { return false };
    before.lane.leave(session.worker, before.ticket);
    true
}

/// What was fetched reaches to `seq`: continues live from there, unless the watch was replaced or taken away.
fn go_live(session: &Arc<Session>, stream: &StreamName, ticket: Option<u64>, seq: i64) {
    {
        let mut state = lock(&session.state);
        let is_it = |w: &&mut Watching| ticket.is_none_or(|ticket| w.ticket == ticket);
        let Some(watching) = state.watching.get_mut(stream).filter(is_it) else { return };
        watching.cursor = seq;
        watching.fetching = false;
    }
    session.continue_lanes();
}
