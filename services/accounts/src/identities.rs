//! What a person is to providers, as it is told, and without which nothing is opened.

use crate::{Service, outbox, proof, store};
use accounts_contract::{AccountChanged, Identity, Proof};
use kernel::{Caller, IdentityId, Kind, NewEvent, Problem, Result, StreamName, UserId};
use store::{identities::Unlinked, letters::About};

pub(crate) fn told(s: &Service, identity: store::identities::Identity) -> Identity {
    let provider = s.providers.of_issuer(&identity.issuer);
    Identity {
        id: identity.id,
        provider: provider.map(|provider| provider.name.clone()),
        title: provider.map_or(identity.issuer, |provider| provider.title().to_owned()),
        email: Some(identity.email).filter(|email| !email.is_empty()),
        linked_at: identity.linked_at,
        used_at: identity.used_at,
    }
}

pub(crate) async fn of(s: &Service, user: UserId) -> Result<Vec<Identity>> {
    Ok(s.identities.of(user).await?.into_iter().map(|identity| told(s, identity)).collect())
}

/// The account is opened with something else now.
pub(crate) async fn changed(s: &Service, user: UserId) -> Result<NewEvent> {
    s.ground.event(StreamName::user("accounts", user), "account_changed", &AccountChanged { user }).await
}

/// Takes an identity from the caller's account.
pub(crate) async fn unlink(s: &Service, caller: Caller, identity: IdentityId, proof: Option<Proof>) -> Result<()> {
    let account = proof::demand(s, caller, proof.and_then(|proof| proof.password), "password").await?;
    let event = changed(s, caller.user).await?;
    let letter = outbox::letter(s, About::IdentityUnlinked, account.id, &account.email).await?;
    match s.ground.announce(s.identities.unlink(caller.user, identity, event, &letter).await?) {
        Unlinked::Done => {
            s.outbox.ring();
            Ok(())
        }
        Unlinked::Absent => Err(Problem::not_found("identity")),
        Unlinked::Last => {
            let detail = "You couldn't sign in any more: set a password or link another provider first.";
            Err(Problem::new(Kind::Conflict, "last_credential", detail))
        }
    }
}
