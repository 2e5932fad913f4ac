//! Sending a browser to a provider.

use crate::{
    Service,
    auth_secrets::{self, Secrets},
    proof,
    providers::Going,
    rules::{self, Place},
    store::identities::{AuthRequest, Purpose},
};
use accounts_contract::{AuthBegun, AuthPurpose, Device, LinkRequest};
use kernel::{Caller, Result, SessionId, UserId};

/// How long a person may take at the provider.
const GOOD_SECONDS: u32 = 600;
const INVITE_MAX_CHARS: usize = 100;

/// For whom, and what for.
struct Wish {
    purpose: Purpose,
    account: UserId,
    session: SessionId,
    next: Option<String>,
    invite: Option<String>,
}

/// Begins to sign in.
pub(crate) async fn begin_auth(
    s: &Service,
    provider: &str,
    [next, invite]: [Option<String>; 2],
    browser: Option<&str>,
    device: &Device,
) -> Result<AuthBegun> {
    let now = s.ground.now();
    s.limits.begun.begin_at(&Place::of(device.address.as_deref()), now)?.counts(now);
    let wish = Wish { purpose: Purpose::SignIn, account: UserId(0), session: SessionId(0), next, invite };
    begin(s, provider, browser, wish).await
}

/// Begins to link a provider, or to prove to be the person who signed in by one that is linked.
pub(crate) async fn begin_link(
    s: &Service,
    caller: Caller,
    request: LinkRequest,
    browser: Option<&str>,
) -> Result<AuthBegun> {
    let LinkRequest { provider, purpose, password, next } = request;
    let purpose = match purpose {
        AuthPurpose::Prove => Purpose::Prove,
        AuthPurpose::Link => {
            proof::demand(s, caller, password, "password").await?;
            Purpose::Link
        }
    };
    begin(s, &provider, browser, Wish { purpose, account: caller.user, session: caller.session, next, invite: None })
        .await
}

async fn begin(s: &Service, provider: &str, browser: Option<&str>, wish: Wish) -> Result<AuthBegun> {
    let (provider, now) = (s.providers.named(provider)?, s.ground.now());
    let Wish { purpose, account, session, next, invite } = wish;
    let secrets = Secrets::new(&*s.ground.random, browser);
    let (nonce, challenge) = (secrets.nonce(), secrets.challenge());
    let going = Going {
        redirect: &provider.redirect,
        state: secrets.state(),
        nonce: &nonce,
        challenge: &challenge,
        is_proof: purpose == Purpose::Prove,
    };
    let location = provider.send(going, now).await?;
    let request = AuthRequest {
        state_hash: auth_secrets::hash(secrets.state()),
        browser_hash: secrets.browser_hash(),
        provider: provider.name.clone(),
        purpose,
        account,
        session,
        next: rules::own_path(next.as_deref()).to_owned(),
        invite: invite.unwrap_or_default().chars().take(INVITE_MAX_CHARS).collect(),
        expires_at: now.plus_seconds(GOOD_SECONDS.into()),
        used_at: None,
    };
    s.identities.begin(&request).await?;
    Ok(AuthBegun { location, browser: secrets.browser(), good_for_seconds: GOOD_SECONDS })
}
