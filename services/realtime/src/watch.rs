//! Watching and resuming are the same thing: what came after a `seq`, then live.

use crate::{lane::Lane, lock, own, session::Session, watches::Watching};
use gate::policy;
use kernel::{
    Caller, ChannelId, Difference, GuildId, Kind, Problem, Reader, Result, StreamName, permissions::Permission,
};
use realtime_contract::{Frame, ServerOp};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const WATCHED_STREAMS: usize = 500;
const RETRY: Duration = Duration::from_secs(1);

pub(crate) async fn watch(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    streams: BTreeMap<StreamName, i64>,
) {
    for (stream, since) in streams {
        if let Err(problem) = watch_one(session, caller, reference.clone(), &stream, since).await {
            unwatch(session, caller, std::slice::from_ref(&stream));
            session.answer(reference.clone(), ServerOp::Refused { stream, problem });
        }
    }
}

pub(crate) fn unwatch(session: &Session, caller: Caller, streams: &[StreamName]) {
    for stream in streams {
        match own::place(caller, stream) {
            Some(place) => drop(own::unwatch(session, place)),
            None => drop(forget(session, stream, None)),
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
    if let Some(place) = own::place(caller, stream) {
        return own::watch(session, caller, reference, place, since).await;
    }
    let is_full = {
        let mut state = lock(&session.state);
        state.watching.len() >= WATCHED_STREAMS && state.watching.of(stream).is_none()
    };
    if is_full {
        return Err(Problem::new(
            Kind::TooMany,
            "too_many_streams",
            "Watch 500 streams at most: unwatch some that aren't shown.",
        ));
    }
    let guild = guild_of(session, caller, stream).await?;
    let guard = guild.map(|guild| session.guard(guild));
    let lane = session.service.lanes.lane(stream).await?;
    if let Some(guard) = &guard {
        lane.guarded_by(guard.clone());
    }
    let Some(ticket) = insert(session, lane, since, guild) else { return Ok(()) };
    // From here on a change is heard; what let the person in may be older than one that was heard already.
    if guard.is_some_and(|guard| guard.is_restless()) {
        may_still(session, caller, stream).await?;
    }
    let Some(seq) = fetch(session, caller, reference.clone(), stream, since).await? else { return Ok(()) };
    let is_it = lock(&session.state).watching.with_ticket(stream, ticket).is_some();
    if is_it {
        session.answer(reference, ServerOp::Watched { stream: stream.clone(), seq });
        go_live(session, stream, ticket, seq);
    }
    Ok(())
}

/// Fetches for streams whose frames the lane keeps no more.
pub(crate) fn catch_up(session: Arc<Session>, streams: Vec<(StreamName, u32)>) {
    let task = async move {
        for (stream, ticket) in streams {
            let (cursor, caller) = {
                let mut state = lock(&session.state);
                let watching = state.watching.with_ticket(&stream, ticket);
                (watching.map(|w| w.cursor), state.caller)
            };
            let (Some(caller), Some(cursor)) = (caller, cursor) else { continue };
            match fetch(&session, caller, None, &stream, cursor).await {
                Ok(Some(seq)) => go_live(&session, &stream, ticket, seq),
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
pub(crate) async fn fetch(
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

/// What is watched of a channel that is there no more ends.
pub(crate) fn channel_deleted(session: &Session, channel: ChannelId) {
    for stream in [StreamName::messages(channel), StreamName::channel(channel)] {
        if forget(session, &stream, None) {
            session.say(ServerOp::Refused { stream, problem: Problem::not_found("channel") });
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
        ("guilds", "staff", guild) => {
            let facts = gate.guild(caller.user, GuildId(guild), Permission::View).await?;
            if facts.is_staff() { Ok(Some(GuildId(guild))) } else { Err(Problem::not_found("stream")) }
        }
        _ => Err(Problem::not_found("stream")),
    }
}

/// Asks anew, past every cache, what may still be watched of a guild. While guilds can't answer, it stands still.
pub(crate) async fn recheck(session: &Arc<Session>, caller: Caller, guild: GuildId) {
    let watched: Vec<(StreamName, u32, u32)> = {
        let state = lock(&session.state);
        let of_guild = state.watching.iter().filter(|w| w.guild == Some(guild));
        of_guild.map(|w| (w.lane.stream.clone(), w.ticket, w.rechecks)).collect()
    };
    for (stream, ticket, rechecks) in watched {
        loop {
            match may_still(session, caller, &stream).await {
                Ok(()) => {
                    let mut state = lock(&session.state);
                    // A later change is answered by a later asking.
                    if let Some(watching) = state.watching.with_ticket(&stream, ticket) {
                        watching.rechecked |= watching.rechecks == rechecks;
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
        (_, "staff", guild) => {
            let facts = guilds.guild_facts(GuildId(guild), caller.user).await?;
            (facts.filter(|facts| facts.is_staff()), "stream")
        }
        (_, "guild", guild) => (guilds.guild_facts(GuildId(guild), caller.user).await?, "guild"),
        (_, _, channel) => (guilds.channel_facts(ChannelId(channel), caller.user).await?, "channel"),
    };
    policy::require(facts, Permission::View, what).map(drop)
}

/// Puts a watch in the place of the one before; its frames wait until [`go_live`]. Answers its ticket, or nothing when
/// the session is over.
fn insert(session: &Arc<Session>, lane: Arc<Lane>, cursor: i64, guild: Option<GuildId>) -> Option<u32> {
    let mut state = lock(&session.state);
    if state.is_over() {
        return None;
    }
    let (ticket, place) = (state.watching.next_ticket(), lane.join(session));
    let watching = Watching { lane, cursor, guild, place, ticket, rechecks: 0, fetching: true, rechecked: true };
    let before = state.watching.insert(watching);
    drop(state);
    if let Some(before) = before {
        before.lane.leave(before.place);
    }
    Some(ticket)
}

/// Ends a watch, the one with this ticket where one is given. Answers whether it was there.
fn forget(session: &Session, stream: &StreamName, ticket: Option<u32>) -> bool {
    let before = {
        let mut state = lock(&session.state);
        let is_it = state.watching.of(stream).is_some_and(|w| ticket.is_none_or(|ticket| w.ticket == ticket));
        if is_it { state.watching.remove(stream) } else { None }
    };
    let Some(before) = before else { return false };
    before.lane.leave(before.place);
    true
}

/// What was fetched reaches to `seq`: continues live from there, unless the watch was replaced or taken away.
fn go_live(session: &Arc<Session>, stream: &StreamName, ticket: u32, seq: i64) {
    {
        let mut state = lock(&session.state);
        let Some(watching) = state.watching.with_ticket(stream, ticket) else { return };
        watching.cursor = seq;
        watching.fetching = false;
    }
    session.continue_lanes();
}
