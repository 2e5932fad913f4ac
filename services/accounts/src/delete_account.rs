use crate::{Service, operating::last_operator, proof};
use accounts_contract::{Deletion, DeletionChanged, DeletionRequest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Caller, Result, StreamName};

/// Notes that the caller leaves for good. Nothing is erased before the days of grace are over.
pub(crate) async fn delete_account(s: &Service, caller: Caller, request: DeletionRequest) -> Result<Deletion> {
    proof::demand(s, caller, request.password, "password").await?;
    let now = s.ground.now();
    let deletion = Deletion {
        code: URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<16>()),
        requested_at: now,
        due_at: now.plus_seconds(s.config.deletion_grace_seconds.into()),
        wishes: request.wishes,
    };
    let changed = DeletionChanged { due_at: Some(deletion.due_at) };
    let event = s.ground.event(StreamName::user("accounts", caller.user), "deletion_requested", &changed).await?;
    let requested = s.deletions.request(caller.user, deletion, event).await?;
    let noted = s.ground.announce(requested.ok_or_else(last_operator)?);
    s.leaving.look();
    Ok(noted)
}
