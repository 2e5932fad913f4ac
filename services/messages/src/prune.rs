//! Nonces are kept for seven days, then forgotten.

use crate::{rules::NONCE_KEPT_SECONDS, store::Store};
use engine_sql::Ground;
use std::{sync::Arc, time::Duration};

const EVERY: Duration = Duration::from_secs(3_600);

pub(crate) fn start(ground: Ground, store: Arc<dyn Store>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let before = ground.now().plus_seconds(-NONCE_KEPT_SECONDS);
            if let Err(fault) = store.forget_nonces(before).await {
                tracing::warn!(?fault, "old nonces stay until the next try");
            }
        }
    });
}
