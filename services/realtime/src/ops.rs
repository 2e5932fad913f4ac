//! What a client asks, one op at a time.

use crate::{access::Guard, lock, own, seen, send, session::Session, shown, watch};
use guilds_contract::Home;
use kernel::{Caller, ChannelId, GuildId, Kind, Problem, Result, UserId};
use messages_contract::Head;
use realtime_contract::{ClientOp, Request, ServerOp};
use std::sync::Arc;

/// Seconds of silence after which a client should ping.
const PING_EVERY: u32 = 30;

/// Whether an op asks others before it is done.
pub(crate) fn waits(op: &ClientOp) -> bool {
    !matches!(op, ClientOp::Ping | ClientOp::Send { .. } | ClientOp::Presence { .. } | ClientOp::Unwatch { .. })
}

pub(crate) async fn take(session: &Arc<Session>, request: Request) {
    let Request { reference, op } = request;
    let caller = {
        let state = lock(&session.state);
        if state.is_over() {
            return;
        }
        state.caller
    };
    let done = match (op, caller) {
        (ClientOp::Hello { token }, _) => hello(session, reference.clone(), token).await,
        (_, None) => Err(Problem::new(Kind::Unauthenticated, "hello_first", "Say hello with an access token first.")),
        (ClientOp::Ping, _) => {
            session.answer(reference.clone(), ServerOp::Pong);
            Ok(())
        }
        (ClientOp::Watch { streams }, Some(caller)) => {
            watch::watch(session, caller, reference.clone(), streams).await;
            Ok(())
        }
        (ClientOp::Unwatch { streams }, Some(caller)) => {
            watch::unwatch(session, caller, &streams);
            Ok(())
        }
        (ClientOp::WatchPresence { users }, Some(caller)) => {
            shown::watch_presence(session, caller, reference.clone(), users).await
        }
        (ClientOp::Presence { status }, Some(caller)) => {
            seen::turn(session, caller, status);
            Ok(())
        }
        (ClientOp::Send { channel, draft }, Some(caller)) => {
            send::send(session, caller, reference.clone(), channel, draft);
            Ok(())
        }
        (ClientOp::Read { channel, number }, Some(caller)) => {
            session.service.deps.messages.mark_read(caller, channel, number).await.map(drop)
        }
    };
    if let Err(problem) = done {
        session.answer(reference, ServerOp::Error { nonce: None, problem });
    }
}

async fn hello(session: &Arc<Session>, reference: Option<String>, token: String) -> Result<()> {
    let accounts = &session.service.deps.accounts;
    let caller = accounts.authenticate(token.clone()).await?.caller;
    let before = lock(&session.state).caller;
    if before.is_some_and(|before| before.session != caller.session) {
        let detail = "This socket belongs to another session: open a new one.";
        return Err(Problem::new(Kind::Conflict, "another_session", detail));
    }
    if before.is_none() {
        let own = own::hear(session, caller);
        // Asked again now that its end would be heard: a session that ended in between is refused here.
        accounts.authenticate(token).await?;
        let presence = &session.service.presence;
        let must_learn = presence.came(caller.user);
        let is_over = {
            let mut state = lock(&session.state);
            if !state.is_over() {
                state.caller = Some(caller);
                state.own = Some(own);
            }
            state.is_over()
        };
        if is_over {
            presence.went(caller.user, true);
            return Ok(());
        }
        if must_learn {
            seen::learn(session, caller).await;
        }
    }
    let visible = go_home(session, caller).await;
    let unread = unread(session, caller, &visible).await;
    session.answer(reference, ServerOp::Ready { user: caller.user, unread, ping_every: PING_EVERY });
    own::watch_all(session, caller).await;
    Ok(())
}

/// Learns which channels the person sees, and hears their heads. Answers them, or nothing when guilds can't.
async fn go_home(session: &Arc<Session>, caller: Caller) -> Arc<[ChannelId]> {
    let _one_at_a_time = session.asking.lock().await;
    let (home, guarded) = match guarded_home(session, caller).await {
        Ok(home) => home,
        Err(problem) => {
            tracing::warn!(user = %caller.user, ?problem, "badges stay as they are");
            return Arc::default();
        }
    };
    let heads = &session.service.heads;
    let guilds =
        guarded.into_iter().map(|guard| heads.read(format!("heads/guild/{}", guard.guild), Some(guard), session));
    let directs = home.directs.iter().map(|d| heads.read(format!("heads/channel/{}", d.id), None, session));
    let readings = guilds.chain(directs).collect();
    let guild_channels = home.guilds.iter().flat_map(|g| &g.channels);
    let mut visible: Vec<ChannelId> = guild_channels.chain(&home.directs).map(|c| c.id).collect();
    visible.sort_unstable();
    let visible = session.service.shared_visible(caller.user, &visible);
    let before = {
        let mut state = lock(&session.state);
        if state.is_over() {
            return visible;
        }
        state.visible = visible.clone();
        std::mem::replace(&mut state.readings, readings)
    };
    drop(before);
    visible
}

/// Where the person is at home, guarded from before it was asked for.
async fn guarded_home(session: &Arc<Session>, caller: Caller) -> Result<(Home, Vec<Arc<Guard>>)> {
    let guilds = &session.service.deps.guilds;
    let mut home = guilds.home(caller).await?;
    let is_new = home.guilds.iter().any(|g| !session.is_guarded(g.guild.id));
    let guard = |home: &Home| home.guilds.iter().map(|g| session.guard(g.guild.id)).collect::<Vec<_>>();
    let mut guarded = guard(&home);
    // A change that was heard before this session heard anything.
    if is_new && guarded.iter().any(|guard| guard.is_restless()) {
        home = guilds.home(caller).await?;
        guarded = guard(&home);
    }
    Ok((home, guarded))
}

async fn unread(session: &Session, caller: Caller, visible: &[ChannelId]) -> Vec<Head> {
    match session.service.deps.messages.heads(caller, visible.to_vec()).await {
        Ok(heads) => heads.heads.into_iter().filter(|h| h.number > h.marker).collect(),
        Err(problem) => {
            tracing::warn!(user = %caller.user, ?problem, "unread counts are left to the overview");
            Vec::new()
        }
    }
}

impl Session {
    /// Whether this session's person is among them; None: everyone is.
    pub(crate) fn is_one_of(&self, whom: Option<&[UserId]>) -> bool {
        let Some(caller) = lock(&self.state).caller else { return false };
        whom.is_none_or(|users| users.contains(&caller.user))
    }

    /// Guards a guild that something is heard of.
    pub(crate) fn guard(self: &Arc<Self>, guild: GuildId) -> Arc<Guard> {
        let there = lock(&self.state).guards.iter().find(|guard| guard.guild == guild).cloned();
        there.unwrap_or_else(|| {
            let guard = self.service.access.guard(guild, self);
            let mut state = lock(&self.state);
            state.guards.reserve_exact(1);
            state.guards.push(guard.clone());
            guard
        })
    }

    pub(crate) fn is_guarded(&self, guild: GuildId) -> bool {
        lock(&self.state).guards.iter().any(|guard| guard.guild == guild)
    }

    /// What is watched of the guild stands still until it was asked again.
    pub(crate) fn access_changed(self: &Arc<Self>, guild: GuildId) {
        let caller = {
            let mut state = lock(&self.state);
            for watching in state.watching.iter_mut().filter(|w| w.guild == Some(guild)) {
                watching.rechecks += 1;
                watching.rechecked = false;
            }
            state.caller
        };
        let Some(caller) = caller else { return };
        let session = self.clone();
        tokio::spawn(async move {
            watch::recheck(&session, caller, guild).await;
            go_home(&session, caller).await;
        });
    }

    /// A channel that anyone in the guild may see has come: its heads are heard from now on.
    pub(crate) fn channel_created(self: &Arc<Self>) {
        let Some(caller) = lock(&self.state).caller else { return };
        let session = self.clone();
        tokio::spawn(async move { go_home(&session, caller).await });
    }
}
