use crate::Journal;
use ports::Bus;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// How many bells are rung between two looks at the log.
const BATCH: i64 = 256;
/// How long a relay waits after a failure, and how often it looks without being asked.
const RETRY: Duration = Duration::from_secs(1);

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
                match ring_all(&*journal, &*bus).await {
                    Ok(true) => continue,
                    Ok(false) => drop(tokio::time::timeout(RETRY, woken.notified()).await),
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

/// Rings one batch. Answers whether there may be more.
async fn ring_all(journal: &dyn Journal, bus: &dyn Bus) -> kernel::Result<bool> {
    let bells = journal.unrelayed(BATCH).await?;
    if bells.is_empty() {
        return Ok(false);
    }
    let mut rung = Vec::with_capacity(bells.len());
    let mut failed = None;
    for bell in bells {
        match bus.ring(bell.clone()).await {
            Ok(()) => rung.push(bell),
            Err(problem) => failed = Some(problem),
        }
    }
    journal.relayed(&rung).await?;
    match failed {
        Some(problem) => Err(problem),
        None => Ok(rung.len() as i64 == BATCH),
    }
}
