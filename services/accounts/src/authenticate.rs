use crate::Service;
use accounts_contract::Authenticated;
use kernel::{Caller, Kind, Problem, Result, Timestamp};

/// Who an access token belongs to. Looks at memory only, unless a key signed it that isn't known here yet.
pub(crate) async fn authenticate(s: &Service, token: &str) -> Result<Authenticated> {
    let (now, seconds) = (s.ground.now(), s.config.access_token_seconds);
    let claims = match s.keys.claims(token, now, seconds) {
        Err(problem) if problem.code == "token_invalid" && s.keys.may_be_new(token, now) => {
            s.keys.look(&*s.kept_keys).await?;
            s.keys.claims(token, now, seconds)?
        }
        claims => claims?,
    };
    if s.ended.has(claims.sid) {
        return Err(Problem::new(Kind::Unauthenticated, "session_ended", "This session has ended: sign in again."));
    }
    let caller = Caller { user: claims.sub, session: claims.sid, role: s.staff.role(claims.sub) };
    Ok(Authenticated { caller, expires_at: Timestamp(claims.exp.saturating_mul(1_000)) })
}
