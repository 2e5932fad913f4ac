use crate::{Service, log_out, rules};
use accounts_contract::Session;
use kernel::{Caller, Problem, Result, SessionId};
use std::cmp::Reverse;

/// The caller's living sessions, those used last first.
pub(crate) async fn sessions(s: &Service, caller: Caller) -> Result<Vec<Session>> {
    let mut living = s.store.sessions(caller.user).await?;
    living.retain(|session| session.ended_at.is_none());
    living.sort_by_key(|session| (session.id != caller.session, Reverse((session.last_used_at, session.id))));
    let told = living.into_iter().map(|session| Session {
        id: session.id,
        device: rules::device(&session.user_agent),
        place: session.place,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        current: session.id == caller.session,
    });
    Ok(told.collect())
}

/// Ends one of the caller's sessions; another's isn't there.
pub(crate) async fn end_session(s: &Service, caller: Caller, session: SessionId) -> Result<()> {
    let found = s.store.session(session).await?.filter(|found| found.account == caller.user);
    found.ok_or_else(|| Problem::not_found("session"))?;
    log_out::end(s, caller.user, session).await
}

/// Ends all of the caller's sessions, or all but the one that calls.
pub(crate) async fn end_sessions(s: &Service, caller: Caller, keep_current: bool) -> Result<()> {
    for session in s.store.sessions(caller.user).await? {
        if session.ended_at.is_none() && !(keep_current && session.id == caller.session) {
            log_out::end(s, caller.user, session.id).await?;
        }
    }
    Ok(())
}
