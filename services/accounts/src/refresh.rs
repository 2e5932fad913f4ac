use crate::{
    Service, log_out,
    profile::profile,
    rules::Place,
    session,
    session::RefreshToken,
    store::{Account, Exchange, Session},
};
use accounts_contract::{Device, SignedIn};
use kernel::{Kind, Problem, Result};

/// For so long after an exchange the same token answers the same successor: tabs refresh at the same time.
const SAME_ANSWER_SECONDS: i64 = 30;
/// How often one session may refresh in that time, so that finding the newest token stays cheap.
const MAX_STEPS: usize = 64;

/// Exchanges a refresh token for its successor. Reuse after the grace ends the session: one of the two who hold the
/// token isn't who should.
pub(crate) async fn refresh(s: &Service, token: &str, device: Device) -> Result<SignedIn> {
    let place = Place::of(device.address.as_deref());
    let guess = s.limits.guesses.begin_at(&place, s.ground.now())?;
    let exchanged = exchange(s, token, place.shown.as_deref()).await;
    if exchanged.as_ref().is_err_and(|problem| problem.code == session::UNKNOWN) {
        guess.counts(s.ground.now());
    }
    exchanged
}

async fn exchange(s: &Service, token: &str, place: Option<&str>) -> Result<SignedIn> {
    let token = RefreshToken::parse(token)?;
    let (session, account) = usable(s, &token).await?;
    if session.current_hash != token.hash() {
        return again(s, &session, account, token).await;
    }
    let (successor, now) = (s.keys.successor(&token), s.ground.now());
    let (from, to) = (token.hash(), successor.hash());
    let exchange = Exchange { session: session.id, from: &from, to: &to, now, place };
    // Whoever was away for longer than a session lasts unused can't come back with an old token anyway.
    let forget_before = now.plus_seconds(-i64::from(s.config.session_idle_seconds));
    if s.store.exchange(exchange, forget_before).await? {
        return answer(s, account, &successor).await;
    }
    // Someone exchanged it in between: look again.
    let (session, account) = usable(s, &token).await?;
    again(s, &session, account, token).await
}

/// The token isn't the current one: just exchanged, stolen, or never ours.
async fn again(s: &Service, session: &Session, account: Account, token: RefreshToken) -> Result<SignedIn> {
    let used_at = s.store.used_at(session.id, &token.hash()).await?.ok_or_else(session::unknown)?;
    if s.ground.now() > used_at.plus_seconds(SAME_ANSWER_SECONDS) {
        log_out::end(s, account.id, session.id).await?;
        let detail = "This refresh token was used before, so the session was ended for safety: sign in again.";
        return Err(Problem::new(Kind::Unauthenticated, "refresh_reused", detail));
    }
    // Another tab may be further on: only the newest token is of use, since an older one would soon be taken for stolen.
    let chain = std::iter::successors(Some(token), |token| Some(s.keys.successor(token)));
    match chain.take(MAX_STEPS).find(|token| token.hash() == session.current_hash) {
        Some(newest) => answer(s, account, &newest).await,
        None => {
            let detail = "This session was refreshed too often: use the newest refresh token, or try again later.";
            Err(Problem::new(Kind::TooMany, "too_many_refreshes", detail).retry_after(1))
        }
    }
}

async fn usable(s: &Service, token: &RefreshToken) -> Result<(Session, Account)> {
    let session = s.store.session(token.session).await?.ok_or_else(session::unknown)?;
    if session.ended_at.is_some() {
        return Err(Problem::new(Kind::Unauthenticated, "session_ended", "This session has ended: sign in again."));
    }
    if s.ground.now() > session.last_used_at.plus_seconds(s.config.session_idle_seconds.into()) {
        let detail = "This session wasn't used for too long: sign in again.";
        return Err(Problem::new(Kind::Unauthenticated, "refresh_expired", detail));
    }
    let account = s.store.account(session.account).await?.ok_or_else(session::unknown)?;
    Ok((session, account))
}

async fn answer(s: &Service, account: Account, token: &RefreshToken) -> Result<SignedIn> {
    let profile = profile(s, &account).await?;
    session::signed_in(s, account.me(profile), token)
}
