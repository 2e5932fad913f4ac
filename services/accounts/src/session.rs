//! Starting a session, and what its refresh token looks like: `{session}.{secret in base64url}`.

use crate::{
    Service,
    operating::refuse_suspended,
    profile::profile,
    rules::Place,
    store::{Account, NewSession},
};
use accounts_contract::{Device, Me, SessionStarted, SignedIn};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{InstanceRole, Kind, NewEvent, Problem, Result, SessionId, StreamName, UserId};
use sha2::{Digest, Sha256};

const USER_AGENT_MAX_CHARS: usize = 200;

/// A refresh token, taken apart. Has no `Debug`: it must not reach a log.
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    pub(crate) secret: [u8; 32],
}

impl RefreshToken {
    pub(crate) fn parse(token: &str) -> Result<Self> {
        let parsed = token.split_once('.').and_then(|(session, secret)| {
            let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
            Some(Self { session: session.parse().ok()?, secret })
        });
        parsed.ok_or_else(unknown)
    }

    pub(crate) fn to_text(&self) -> String {
        format!("{}.{}", self.session, URL_SAFE_NO_PAD.encode(self.secret))
    }

    pub(crate) fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret))
    }
}

pub(crate) const UNKNOWN: &str = "refresh_unknown";

pub(crate) fn unknown() -> Problem {
    Problem::new(Kind::Unauthenticated, UNKNOWN, "The refresh token isn't one of this installation: sign in again.")
}

/// A new session of `user` with its first refresh token and its announcement.
pub(crate) async fn start(s: &Service, user: UserId, device: Device) -> Result<(NewSession, RefreshToken, NewEvent)> {
    let session = SessionId(s.ground.mint.id().await?);
    let token = RefreshToken { session, secret: s.ground.random.bytes() };
    let user_agent = device.user_agent.unwrap_or_default().chars().take(USER_AGENT_MAX_CHARS).collect();
    let place = Place::of(device.address.as_deref()).shown.unwrap_or_default();
    let new = NewSession { id: session, account: user, user_agent, place, hash: token.hash(), at: s.ground.now() };
    let event =
        s.ground.event(StreamName::user("accounts", user), "session_started", &SessionStarted { session }).await?;
    Ok((new, token, event))
}

/// Whether an account may be signed in to: told only to who could.
pub(crate) async fn admit(s: &Service, account: &Account) -> Result<()> {
    refuse_suspended(s, account.id).await?;
    if s.requires_verified_email() && account.verified_at.is_none() && account.role != InstanceRole::Operator {
        let detail =
            "Confirm your e-mail address first: follow the link in the mail that you got, or ask for a new one.";
        return Err(Problem { field: Some("email".into()), ..Problem::forbidden("email_unverified", detail) });
    }
    Ok(())
}

/// Signs in to an account by what it was when it was read: one that is erased or gets another password meanwhile is refused.
pub(crate) async fn open(s: &Service, account: Account, device: Device) -> Result<SignedIn> {
    admit(s, &account).await?;
    let profile = profile(s, &account).await?;
    let (new, token, started) = start(s, account.id, device).await?;
    let started = s.store.start_session(new, account.password_hash.as_deref(), started).await?.ok_or_else(|| {
        Problem::new(Kind::Unauthenticated, "account_changed", "The account was changed a moment ago: sign in again.")
    })?;
    s.ground.announce(started);
    signed_in(s, account.me(profile), &token)
}

/// The answer to everything that signs in.
pub(crate) fn signed_in(s: &Service, me: Me, token: &RefreshToken) -> Result<SignedIn> {
    let seconds = s.config.access_token_seconds;
    let access_token = s.keys.access_token(me.id, token.session, me.operator, s.ground.now(), seconds)?;
    Ok(SignedIn { user: me, access_token, expires_in: seconds, refresh_token: Some(token.to_text()) })
}
