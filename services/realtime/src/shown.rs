//! Whose presence a session is told: of those whom the client asked for, the friends of its person, and those who share a place
//! with it.

use crate::{lock, session::Session};
use kernel::{Caller, Kind, Problem, Result, UserId};
use realtime_contract::ServerOp;
use std::{sync::Arc, time::Duration};

const WATCHED_USERS: usize = 200;
const RETRY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Shown {
    /// Whom the client asked for, in rising order.
    asked: Vec<UserId>,
    /// Of those, who surely is a friend or shares a place.
    pub(crate) told: Vec<UserId>,
    /// How often it may have changed who they are.
    changes: u32,
}

/// The client asks for these people instead of those before. Who shares no place is answered as who isn't there.
pub(crate) async fn watch_presence(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    mut users: Vec<UserId>,
) -> Result<()> {
    users.sort_unstable();
    users.dedup();
    if users.len() > WATCHED_USERS {
        return Err(Problem::field("users", "too_many_users", "Watch the presence of 200 people at most."));
    }
    let gone: Vec<UserId> = {
        let mut state = lock(&session.state);
        if state.is_over() {
            return Ok(());
        }
        let shown = state.shown.get_or_insert_default();
        shown.changes += 1;
        shown.asked.clone_from(&users);
        shown.told.extract_if(.., |user| users.binary_search(user).is_err()).collect()
    };
    session.service.presence.unwatch(session, &gone);
    settle(session, caller).await?;
    session.answer(reference, who_is_here(session, users));
    Ok(())
}

/// Asks with whom the person shares a place, until the answer is as new as the question. Answers those who are told of
/// from now on.
async fn settle(session: &Arc<Session>, caller: Caller) -> Result<Vec<UserId>> {
    let _one_at_a_time = session.asking.lock().await;
    loop {
        let (unsure, changes) = {
            let state = lock(&session.state);
            let Some(shown) = &state.shown else { return Ok(Vec::new()) };
            let is_unsure = |user: &&UserId| shown.told.binary_search(user).is_err();
            (shown.asked.iter().filter(is_unsure).copied().collect::<Vec<_>>(), shown.changes)
        };
        if unsure.is_empty() {
            return Ok(unsure);
        }
        let deps = &session.service.deps;
        let (known, friends) = tokio::try_join!(
            deps.guilds.acquaintances(caller, unsure.clone()),
            deps.people.friends_among(caller.user, unsure)
        )?;
        let mut is_guarded = true;
        for guild in known.iter().filter_map(|known| known.guild) {
            is_guarded &= session.is_guarded(guild);
            session.guard(guild);
        }
        if !is_guarded {
            // Who left before the guild was listened to would stay: asked again.
            continue;
        }
        let mut users: Vec<UserId> = known.into_iter().map(|known| known.user).chain(friends).collect();
        users.sort_unstable();
        users.dedup();
        let presence = &session.service.presence;
        presence.watch(session, &users);
        let is_new = {
            let mut state = lock(&session.state);
            let shown = state.shown.as_mut().filter(|shown| shown.changes == changes);
            shown.map(|shown| {
                shown.told.extend(&users);
                shown.told.sort_unstable();
            })
        };
        match is_new {
            Some(()) => return Ok(users),
            None => presence.unwatch(session, &users),
        }
    }
}

/// Who of these is told of, and here.
fn who_is_here(session: &Session, users: Vec<UserId>) -> ServerOp {
    let told = lock(&session.state).shown.as_ref().map(|shown| shown.told.clone()).unwrap_or_default();
    let here = session.service.presence.here(&told);
    ServerOp::presence(users.into_iter().map(|user| (user, here.get(&user).copied())))
}

impl Session {
    /// With this person a place was gained or lost: nothing of them is told until guilds was asked again.
    pub(crate) fn acquaintance_changed(self: &Arc<Self>, user: UserId) {
        self.doubt(|shown, caller| {
            // Of the person's own coming and going the person's own stream tells.
            shown.asked.binary_search(&user).ok().filter(|_| user != caller)?;
            Some(shown.told.extract_if(.., |told| *told == user).collect())
        });
    }

    /// The session's person came to a place.
    pub(crate) fn acquaintances_gained(self: &Arc<Self>) {
        self.doubt(|shown, _| (shown.told.len() < shown.asked.len()).then(Vec::new));
    }

    /// The session's person may have lost any place.
    pub(crate) fn acquaintances_lost(self: &Arc<Self>) {
        self.doubt(|shown, caller| {
            let doubted: Vec<UserId> = shown.told.extract_if(.., |user| *user != caller).collect();
            (!doubted.is_empty()).then_some(doubted)
        });
    }

    /// Asks guilds again, where `change` finds that to be needed; nothing is told of whom it takes out meanwhile.
    fn doubt(self: &Arc<Self>, change: impl FnOnce(&mut Shown, UserId) -> Option<Vec<UserId>>) {
        let (caller, doubted) = {
            let mut state = lock(&self.state);
            let (Some(caller), Some(shown)) = (state.caller, &mut state.shown) else { return };
            let Some(doubted) = change(shown, caller.user) else { return };
            shown.changes += 1;
            (caller, doubted)
        };
        self.service.presence.unwatch(self, &doubted);
        let session = self.clone();
        self.service.lanes.workers.spawn(async move {
            let gained = loop {
                match settle(&session, caller).await {
                    Ok(gained) => break gained,
                    Err(problem) if problem.kind == Kind::Unavailable && !session.is_gone() => {
                        tokio::time::sleep(RETRY).await;
                    }
                    Err(problem) => {
                        tracing::warn!(user = %caller.user, ?problem, "presence is told of fewer people");
                        break Vec::new();
                    }
                }
            };
            let mut changed: Vec<UserId> = gained.into_iter().chain(doubted).collect();
            changed.sort_unstable();
            changed.dedup();
            if !changed.is_empty() {
                session.say(who_is_here(&session, changed));
            }
        });
    }
}
