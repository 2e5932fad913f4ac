use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Longer than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns when it holds, and fails when it doesn't for long.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
