use crate::{Service, ended::Ended};
use accounts_contract::SessionEnded;
use kernel::{Caller, NewEvent, Result, SessionId, StreamName, Timestamp, UserId};

/// Ends the caller's session.
pub(crate) async fn log_out(s: &Service, caller: Caller) -> Result<()> {
    end(s, caller.user, caller.session).await
}

/// Ends a session: its tokens are refused from now on, and its sockets hear of it. Idempotent.
pub(crate) async fn end(s: &Service, user: UserId, session: SessionId) -> Result<()> {
    let event = event(s, user, session).await?;
    let now = s.ground.now();
    let committed = s.store.end_session(session, now, event).await?;
    remember(s, session, now);
    s.ground.announce(committed);
    Ok(())
}

pub(crate) async fn event(s: &Service, user: UserId, session: SessionId) -> Result<NewEvent> {
    s.ground.event(StreamName::user("accounts", user), "session_ended", &SessionEnded { session }).await
}

/// A session ended: tokens of it that still look good are refused.
pub(crate) fn remember(s: &Service, session: SessionId, now: Timestamp) {
    s.ended.add(session, now, Ended::since(now, s.config.access_token_seconds));
}
