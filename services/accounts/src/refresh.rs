use crate::{
    Service, log_out, session,
    session::RefreshToken,
    store::{Account, Session},
};
use accounts_contract::SignedIn;
use kernel::{Kind, Problem, Result};

/// For so long after an exchange the same token answers the same successor: tabs refresh at the same time.
const SAME_ANSWER_SECONDS: i64 = 30;

/// Exchanges a refresh token for its successor. Reuse after the grace ends the session: one of the two who hold the
/// token isn't who should.
pub(crate) async fn refresh(s: &Service, token: &str) -> Result<SignedIn> {
    let token = RefreshToken::parse(token)?;
    let successor =
        RefreshToken { session: token.session, secret: s.keys.successor(token.session, &token.secret).to_vec() };
    let (session, account) = usable(s, &token).await?;
    if session.current_hash == token.hash() {
        let exchanged = s.store.exchange(token.session, &token.hash(), &successor.hash(), s.ground.now()).await?;
        if exchanged {
            return answer(s, account, &successor).await;
        }
        // Someone exchanged it in between: look again.
        let (session, account) = usable(s, &token).await?;
        return again(s, &session, account, &token, &successor).await;
    }
    again(s, &session, account, &token, &successor).await
}

/// The token isn't the current one: just exchanged, stolen, or never ours.
async fn again(
    s: &Service,
    session: &Session,
    account: Account,
    token: &RefreshToken,
    successor: &RefreshToken,
) -> Result<SignedIn> {
    let fresh = s.ground.now() <= session.rotated_at.plus_seconds(SAME_ANSWER_SECONDS);
    if fresh && session.previous_hash == token.hash() && session.current_hash == successor.hash() {
        return answer(s, account, successor).await;
    }
    if !s.store.was_used(token.session, &token.hash()).await? {
        return Err(session::unknown());
    }
    log_out::end(s, account.id, token.session).await?;
    let detail = "This refresh token was used before, so the session was ended for safety: sign in again.";
    Err(Problem::new(Kind::Unauthenticated, "refresh_reused", detail))
}

async fn usable(s: &Service, token: &RefreshToken) -> Result<(Session, Account)> {
    let session = s.store.session(token.session).await?.ok_or_else(session::unknown)?;
    let idle = i64::from(s.config.session_idle_seconds);
    if session.ended_at.is_some() {
        return Err(Problem::new(Kind::Unauthenticated, "session_ended", "This session has ended: sign in again."));
    }
    if s.ground.now() > session.last_used_at.plus_seconds(idle) {
        let detail = "This session wasn't used for too long: sign in again.";
        return Err(Problem::new(Kind::Unauthenticated, "refresh_expired", detail));
    }
    let account = s.store.account(session.account).await?.ok_or_else(session::unknown)?;
    Ok((session, account))
}

async fn answer(s: &Service, account: Account, token: &RefreshToken) -> Result<SignedIn> {
    let name: String = account.email.split('@').next().unwrap_or("someone").chars().take(80).collect();
    let profile = s.people.ensure(account.id, name).await?;
    session::signed_in(s, account.me(profile), token)
}
