//! The log of what else happened to messages is kept for a while, for those who come back; the messages stay.

use crate::store::turns;
use engine_sql::Ground;
use std::{sync::Arc, time::Duration};

const EVERY: Duration = Duration::from_secs(3_600);
const DAY_SECONDS: i64 = 24 * 3_600;

/// Nobody waits for longer between two messages.
const TURNS_STAY_SECONDS: i64 = DAY_SECONDS;

pub(crate) fn start(ground: Ground, turns: Arc<dyn turns::Store>, keep_days: u32) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            if let Err(fault) = prune(&ground, keep_days).await {
                tracing::warn!(?fault, "old events stay until the next try");
            }
            if let Err(fault) = turns.prune(ground.now().plus_seconds(-TURNS_STAY_SECONDS)).await {
                tracing::warn!(?fault, "old turns stay until the next try");
            }
        }
    });
}

async fn prune(ground: &Ground, keep_days: u32) -> engine_sql::Result<()> {
    let before = ground.now().plus_seconds(-i64::from(keep_days) * DAY_SECONDS);
    let mut after = Some(String::new());
    while let Some(name) = after {
        after = ground.journal.prune(&name, before).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{self, suite};
    use kernel::ChannelId;

    async fn what_is_older_than_is_kept_is_forgotten_and_the_rest_goes_on(ground: Ground) {
        let (now, store) = (ground.now().0, store::open(&ground.database));
        let day = DAY_SECONDS * 1_000;
        // More than one transaction forgets, in more streams than one look brings.
        let old: Vec<i64> = (0..1_200).map(|n| now - 31 * day + n).collect();
        let young = [now - 29 * day, now - day, now];
        suite::delete_at(&ground, ChannelId(1), &[old, young.into()].concat()).await;
        for channel in 2..400 {
            suite::delete_at(&ground, ChannelId(channel), &[now - 40 * day]).await;
        }
        prune(&ground, 30).await.expect("pruned");
        let difference = |channel, since| {
            let store = store.clone();
            async move { store.difference(ChannelId(channel), since, None).await.expect("log") }
        };
        // First come 1,203 messages, which stay, and then as many deletions.
        let said = difference(1, 1_200).await;
        assert_eq!(said.events.iter().map(|e| e.seq).collect::<Vec<_>>(), [1_201, 1_202, 1_203]);
        assert!(said.more && difference(1, 1_203).await.reset, "what is gone is fetched anew");
        let kept = difference(1, 2_403).await;
        assert_eq!(kept.events.iter().map(|e| e.seq).collect::<Vec<_>>(), [2_404, 2_405, 2_406]);
        for channel in [2, 399] {
            assert!(difference(channel, 1).await.reset);
            let at_head = difference(channel, 2).await;
            assert_eq!((at_head.head, at_head.reset), (2, false), "who knows all of it goes on");
        }
        suite::delete_at(&ground, ChannelId(399), &[now]).await;
        assert_eq!(difference(399, 2).await.events.iter().map(|e| e.seq).collect::<Vec<_>>(), [3, 4]);
    }

    engine_sql::suite!(crate::MIGRATIONS; what_is_older_than_is_kept_is_forgotten_and_the_rest_goes_on);
}
