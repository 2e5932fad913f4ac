//! All that a person gave, as one archive to take along: every service's records as JSON, and pages to read. Made in the
//! background, in the hand of one process at a time; one that is taken over is begun anew.

mod make;
mod page;
mod zipped;

pub(crate) use make::make_waiting;

use crate::{Service, store::exports::Kept};
use accounts_contract::Export;
use kernel::{At, Caller, ExportId, Page, Problem, Result, UserId};
use ports::Prefix;

/// An archive is kept for a week, and a new one is made after a day at the earliest.
const KEPT_SECONDS: i64 = 7 * 24 * 3_600;
const FRESH_SECONDS: i64 = 24 * 3_600;

pub(crate) async fn request_export(s: &Service, caller: Caller) -> Result<Export> {
    let now = s.ground.now();
    let new = ExportId(s.ground.mint.id().await?);
    let kept = s.exports.request(new, caller.user, now, now.plus_seconds(-FRESH_SECONDS)).await?;
    s.leaving.look();
    Ok(told(kept))
}

pub(crate) async fn exports(s: &Service, caller: Caller) -> Result<Page<Export>> {
    let items = s.exports.of(caller.user).await?.into_iter().map(told).collect();
    Ok(Page { items, next: None, at: At::new() })
}

pub(crate) async fn export_of(s: &Service, caller: Caller, id: ExportId) -> Result<Export> {
    let own = s.exports.find(id).await?.filter(|kept| kept.account == caller.user);
    Ok(told(own.ok_or_else(|| Problem::not_found("export"))?))
}

fn told(kept: Kept) -> Export {
    let Kept { id, requested_at, records, ready_at, bytes, .. } = kept;
    Export { id, requested_at, records, ready_at, bytes, expires_at: ready_at.map(|at| at.plus_seconds(KEPT_SECONDS)) }
}

/// Throws away what was kept long enough.
pub(crate) async fn prune(s: &Service) -> Result<()> {
    for over in s.exports.over(s.ground.now().plus_seconds(-KEPT_SECONDS)).await? {
        s.blobs.delete(&ports::Key::new(Export::key(over.account, over.id))?).await?;
        s.exports.forget(over.id).await?;
    }
    Ok(())
}

/// Leaves no archive of a person; answers how many there were.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<u64> {
    s.blobs.delete_prefix(&Prefix::new(format!("exports/{user}"))?).await?;
    Ok(s.exports.erase(user).await?)
}
