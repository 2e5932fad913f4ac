//! The ledger of who was erased: ids and wishes, among the blobs and outside of backups. A database that was restored from
//! a backup of before is told again by it.

use crate::{Service, store::deletions::Leaving};
use accounts_contract::Deletion;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::Wishes;
use kernel::{Problem, Result, Timestamp, UserId};
use ports::{ERASED, Key, Prefix, whole};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Entry {
    user: UserId,
    requested_at: Timestamp,
    wishes: Wishes,
}

/// Notes that a person is being erased. Before anything is: what is not in the ledger would come back with a backup.
pub(super) async fn note(s: &Service, leaving: &Leaving) -> Result<()> {
    let Leaving { user, deletion, .. } = leaving;
    let entry = Entry { user: *user, requested_at: deletion.requested_at, wishes: deletion.wishes };
    let body = serde_json::to_vec(&entry).map_err(Problem::internal)?;
    let key = Key::new(format!("{ERASED}/{user}"))?;
    s.blobs.put(&key, &"application/json".parse()?, whole(body)).await?;
    Ok(())
}

/// Demands of this database what the ledger says. Answers how many entries there are.
pub(super) async fn demand(s: &Service) -> Result<usize> {
    let ledger = Prefix::new(ERASED)?;
    let (mut after, mut entries) = (None, 0);
    loop {
        let listed = s.blobs.list(&ledger, after.as_ref()).await?;
        let Some(last) = listed.last() else { return Ok(entries) };
        after = Some(last.key.clone());
        for listed in &listed {
            let Some(blob) = s.blobs.get(&listed.key, None).await? else { continue };
            let read = serde_json::from_slice(&blob.collect().await?);
            let Entry { user, requested_at, wishes } = read.map_err(Problem::internal)?;
            let code = URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<16>());
            let due_at = s.ground.now();
            s.deletions.demand(user, Deletion { code, requested_at, due_at, wishes }).await?;
            entries += 1;
        }
    }
}
