//! How a session's person is seen: as it was set for all devices, and as this device is being used.

use crate::{lock, session::Session};
use kernel::Caller;
use realtime_contract::Activity;
use std::{sync::Arc, time::Duration};

const RETRY: Duration = Duration::from_secs(1);

/// Learns how the person wants to be seen. Where people can't say it now, others are told nothing until it can.
pub(crate) async fn learn(session: &Arc<Session>, caller: Caller) {
    if learnt(session, caller).await {
        return;
    }
    let session = session.clone();
    session.service.clone().lanes.workers.spawn(async move {
        while !session.is_gone() {
            tokio::time::sleep(RETRY).await;
            if learnt(&session, caller).await {
                return;
            }
        }
    });
}

async fn learnt(session: &Session, caller: Caller) -> bool {
    match session.service.deps.people.settings(caller).await {
        Ok(settings) => session.service.presence.choose(caller.user, settings.version, settings.presence),
        Err(problem) => tracing::debug!(user = %caller.user, ?problem, "how somebody wants to be seen isn't known yet"),
    }
    session.service.presence.is_known(caller.user)
}

/// The device is being used, or isn't any more.
pub(crate) fn turn(session: &Session, caller: Caller, activity: Activity) {
    let is_idle = activity == Activity::Idle;
    {
        let mut state = lock(&session.state);
        if state.is_over() || state.is_idle == is_idle {
            return;
        }
        state.is_idle = is_idle;
        // Within the lock, so that a session that closes is counted as what it was.
        session.service.presence.count(caller.user, !is_idle);
    }
    session.service.presence.settle(caller.user);
}

impl Session {
    /// The settings may have changed.
    pub(crate) fn learn_again(self: &Arc<Self>) {
        let Some(caller) = lock(&self.state).caller else { return };
        let session = self.clone();
        self.service.lanes.workers.spawn(async move { learn(&session, caller).await });
    }
}
