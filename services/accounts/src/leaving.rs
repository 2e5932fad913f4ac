//! Leaving for good: a saga over all services. Each erases its part and says so in a receipt; when a whole round has found
//! nothing more, every service scrubs its files and the receipts are signed together. It is in hand of one process at a
//! time, and every step may be repeated: a process that takes over begins again and finds less.

mod certificate;
mod erasure;
mod holder;
mod ledger;
mod saga;

pub(crate) use certificate::public_keys;
pub(crate) use erasure::erasure;
pub use holder::{Holder, holder};

use crate::{Service, archive};
use std::{sync::Arc, sync::Weak, time::Duration};
use tokio::sync::Notify;

/// How often it is looked whether something is due.
const EVERY: Duration = Duration::from_secs(10);
/// How soon after a failure.
const RETRY: Duration = Duration::from_secs(30);

/// Wakes the saga.
#[derive(Default)]
pub(crate) struct Leaving(Arc<Notify>);

impl Leaving {
    /// Something may be due.
    pub(crate) fn look(&self) {
        self.0.notify_one();
    }
}

/// Erases what is due, for as long as the service lives.
pub(crate) fn start(service: Weak<Service>) {
    tokio::spawn(async move {
        let (mut wait, mut demanded) = (Duration::ZERO, false);
        while let Some(s) = service.upgrade() {
            let woken = s.leaving.0.clone();
            drop(s);
            let _ = tokio::time::timeout(wait, woken.notified()).await;
            let Some(s) = service.upgrade() else { return };
            let erased = async {
                if !demanded {
                    ledger::demand(&s).await?;
                    demanded = true;
                }
                saga::erase_due(&s).await?;
                archive::make_waiting(&s).await
            };
            wait = match erased.await {
                Ok(()) => EVERY,
                Err(problem) => {
                    tracing::warn!(?problem, "an account isn't erased yet, or an archive isn't made: trying again");
                    RETRY
                }
            };
        }
    });
}
