//! Watching and resuming are the same thing: what came after a `seq`, then live.

use crate::{lane::Lane, lock, session::Session};
use gate::policy;
use kernel::{
    Caller, ChannelId, Difference, GuildId, Kind, Problem, Reader, Result, StreamName, permissions::Permission,
};
use realtime_contract::ServerOp;
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
    /// Access is being asked again: live frames wait.
    pub(crate) rechecking: bool,
}

impl Watching {
    pub(crate) fn is_live(&self) -> bool {
        !self.fetching && !self.rechecking
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
            forget(session, &stream);
            session.answer(reference.clone(), ServerOp::Refused { stream, problem });
        }
    }
}

pub(crate) fn unwatch(session: &Session, streams: &[StreamName]) {
    for stream in streams {
        forget(session, stream);
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
                insert(session, &stream, Watching::new(lane, session.bell.clone(), seq, None));
                session.say(ServerOp::Watched { stream, seq });
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
    let watching = Watching { fetching: true, ..Watching::new(lane, session.bell.clone(), since, guild) };
    let ticket = watching.ticket;
    insert(session, stream, watching);
    let seq = fetch(session, caller, reference.clone(), stream, since).await?;
    if go_live(session, stream, ticket, seq) {
        session.answer(reference, ServerOp::Watched { stream: stream.clone(), seq });
    }
    Ok(())
}

/// Fetches for streams whose frames the lane keeps no more.
pub(crate) fn catch_up(session: Arc<Session>, streams: Vec<StreamName>) {
    tokio::spawn(async move {
        for stream in streams {
            let (caller, at) = {
                let state = lock(&session.state);
                (state.caller, state.watching.get(&stream).map(|w| (w.ticket, w.cursor)))
            };
            let (Some(caller), Some((ticket, cursor))) = (caller, at) else { continue };
            match fetch(&session, caller, None, &stream, cursor).await {
                Ok(seq) => drop(go_live(&session, &stream, ticket, seq)),
                Err(problem) => {
                    forget(&session, &stream);
                    session.say(ServerOp::Refused { stream, problem });
                }
            }
        }
    });
}

/// Queues what came after `since` and answers the `seq` reached. The owner checks the permission on every call.
async fn fetch(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    stream: &StreamName,
    since: i64,
) -> Result<i64> {
    let owners = &session.service.lanes.owners;
    let mut cursor = since;
    loop {
        let difference: Difference = owners.difference(Reader::Person(caller), stream, cursor).await?;
        if difference.reset {
            session.answer(reference, ServerOp::Reset { stream: stream.clone(), seq: difference.head });
            return Ok(difference.head);
        }
        for event in &difference.events {
            session.say_frame(event.frame().into());
            cursor = event.seq;
        }
        if !difference.more {
            return Ok(cursor);
        }
        session.room().await;
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
    let streams: Vec<StreamName> = {
        let state = lock(&session.state);
        state.watching.iter().filter(|(_, w)| w.guild == Some(guild)).map(|(stream, _)| stream.clone()).collect()
    };
    for stream in streams {
        loop {
            match may_still(session, caller, &stream).await {
                Ok(()) => {
                    if let Some(watching) = lock(&session.state).watching.get_mut(&stream) {
                        watching.rechecking = false;
                    }
                    session.bell.ring();
                }
                Err(problem) if problem.kind == Kind::Unavailable => {
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
                Err(problem) => {
                    forget(session, &stream);
                    session.say(ServerOp::Refused { stream: stream.clone(), problem });
                }
            }
            break;
        }
    }
}

async fn may_still(session: &Session, caller: Caller, stream: &StreamName) -> Result<()> {
    let guilds = &session.service.deps.guilds;
    let (facts, what) = match stream.parts() {
        (_, "guild", guild) => (guilds.guild_facts(GuildId(guild), caller.user).await?, "guild"),
        (_, _, channel) => (guilds.channel_facts(ChannelId(channel), caller.user).await?, "channel"),
    };
    policy::require(facts, Permission::View, what).map(drop)
}

fn insert(session: &Session, stream: &StreamName, watching: Watching) {
    let mut state = lock(&session.state);
    // A socket that closed meanwhile watches nothing.
    let before = match state.caller {
        Some(_) => state.watching.insert(stream.clone(), watching),
        None => Some(watching),
    };
    drop(state);
    if let Some(before) = before {
        before.lane.leave(before.ticket);
    }
    session.bell.ring();
}

fn forget(session: &Session, stream: &StreamName) {
    let before = lock(&session.state).watching.remove(stream);
    if let Some(before) = before {
        before.lane.leave(before.ticket);
    }
}

/// What was fetched reaches to `seq`: continues live from there, unless the watch was replaced or taken away.
fn go_live(session: &Session, stream: &StreamName, ticket: u64, seq: i64) -> bool {
    let mut state = lock(&session.state);
    let Some(watching) = state.watching.get_mut(stream).filter(|w| w.ticket == ticket) else { return false };
    watching.cursor = seq;
    watching.fetching = false;
    drop(state);
    session.bell.ring();
    true
}
