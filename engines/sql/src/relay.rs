use crate::Journal;
use ports::Bus;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// How many bells are rung between two looks at the log.
const BATCH: i64 = 256;
/// How long a relay waits after a failure.
const RETRY: Duration = Duration::from_secs(1);
/// Bells are hints: what is committed within so long is rung and noted together.
const GATHER: Duration = Duration::from_millis(25);
/// How often it looks without being asked.
const LOOK: Duration = Duration::from_secs(5);

/// Rings the bus for every stream that has grown, off the path of the change. At least once: a bell counts as
/// rung when the bus says so.
#[derive(Clone)]
pub struct Relay {
    wake: Arc<Notify>,
}

impl Relay {
    /// Runs for as long as the process does.
    pub fn start(journal: Arc<dyn Journal>, bus: Arc<dyn Bus>) -> Self {
        let wake = Arc::new(Notify::new());
        let woken = wake.clone();
        tokio::spawn(async move {
            loop {
                // One bell that breaks must not end the relay.
                let round = tokio::spawn(ring_all(journal.clone(), bus.clone())).await;
                match round.unwrap_or_else(|panic| Err(kernel::Problem::internal(panic))) {
                    Ok(()) => {
                        drop(tokio::time::timeout(LOOK, woken.notified()).await);
                        tokio::time::sleep(GATHER).await;
                    }
                    Err(problem) => {
                        tracing::warn!(?problem, "the relay will try again");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
        });
        Self { wake }
    }

    /// Something was committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Rings for every stream that has grown, in pages, past those that fail. Fails with the last failure.
async fn ring_all(journal: Arc<dyn Journal>, bus: Arc<dyn Bus>) -> kernel::Result<()> {
    let (mut after, mut failed) = (String::new(), Ok(()));
    loop {
        let bells = journal.unrelayed(&after, BATCH).await?;
        let Some(last) = bells.last() else { return failed };
        after = last.stream.to_string();
        let mut rung = Vec::with_capacity(bells.len());
        for bell in bells {
            match bus.ring(bell.clone()).await {
                Ok(()) => rung.push(bell),
                Err(problem) => failed = Err(problem),
            }
        }
        journal.relayed(&rung).await?;
    }
}
