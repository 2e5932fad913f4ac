//! Sessions that nobody uses any more end by themselves, and what is left of an ended one is forgotten in time.

use crate::{Service, log_out};
use kernel::Result;
use std::{sync::Weak, time::Duration};

const EVERY: Duration = Duration::from_secs(3_600);
const PART: i64 = 500;

/// Prunes every hour, for as long as the service lives.
pub(crate) fn start(service: Weak<Service>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(service) = service.upgrade() else { return };
            if let Err(problem) = prune(&service).await {
                tracing::warn!(?problem, "old sessions stay until the next try");
            }
        }
    });
}

/// Ends sessions that weren't used for too long, so that their sockets hear of it, and forgets those that ended as
/// long ago: until then their refresh tokens are told that the session ended.
pub(crate) async fn prune(s: &Service) -> Result<()> {
    let before = s.ground.now().plus_seconds(-i64::from(s.config.session_idle_seconds));
    loop {
        let idle = s.store.idle_sessions(before, PART).await?;
        for (session, user) in &idle {
            log_out::end(s, *user, *session).await?;
        }
        if idle.len() < PART as usize {
            break;
        }
    }
    Ok(s.store.forget_sessions(before).await?)
}
