use crate::Service;
use accounts_contract::{Erasure, ErasureState};
use kernel::{Problem, Result};

/// What became of the deletion with this code.
pub(crate) async fn erasure(s: &Service, code: &str) -> Result<Erasure> {
    let found = s.deletions.by_code(code).await?.ok_or_else(|| Problem::not_found("erasure"))?;
    let state = match (found.begun, found.done_at) {
        (_, Some(_)) => ErasureState::Done,
        (true, None) => ErasureState::Erasing,
        (false, None) => ErasureState::Waiting,
    };
    Ok(Erasure {
        state,
        user: found.user,
        requested_at: found.deletion.requested_at,
        due_at: found.deletion.due_at,
        wishes: found.deletion.wishes,
        done_at: found.done_at,
        receipts: found.receipts,
        certificate: found.certificate,
    })
}
