use crate::Service;
use accounts_contract::Authenticated;
use kernel::{Caller, Kind, Problem, Result, Timestamp};

/// Who an access token belongs to. Looks at memory only.
pub(crate) fn authenticate(s: &Service, token: &str) -> Result<Authenticated> {
    let claims = s.keys.claims(token, s.ground.now(), s.config.access_token_seconds)?;
    if s.ended.has(claims.sid) {
        return Err(Problem::new(Kind::Unauthenticated, "session_ended", "This session has ended: sign in again."));
    }
    let caller = Caller { user: claims.sub, session: claims.sid, role: s.staff.role(claims.sub) };
    Ok(Authenticated { caller, expires_at: Timestamp(claims.exp.saturating_mul(1_000)) })
}
