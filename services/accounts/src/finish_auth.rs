//! Who comes back from a provider: a person whom we know by it, a newcomer, or one who is signed in already.

use crate::{
    Service,
    auth_secrets::{self, Secrets},
    identities, outbox,
    providers::{Coming, Known, Provider},
    register::{self, Newcomer},
    rules::{self, Place},
    session,
    store::{
        identities::{AuthRequest, Identity, Linked, Purpose},
        letters::About,
    },
};
use accounts_contract::{AuthAnswer, AuthDone, Device, Registered};
use kernel::{IdentityId, Kind, Problem, Result};

/// How many identities an account may have.
const MOST: usize = 20;

pub(crate) async fn finish_auth(
    s: &Service,
    answer: AuthAnswer,
    browser: Option<&str>,
    device: Device,
) -> Result<AuthDone> {
    let AuthAnswer { provider, state, code, error, iss } = answer;
    let now = s.ground.now();
    let guess = s.limits.guesses.begin_at(&Place::of(device.address.as_deref()), now)?;
    let state_hash = auth_secrets::hash(&state);
    let request = s.identities.request(&state_hash).await?.filter(|request| request.provider == provider);
    let Some(request) = request else {
        guess.counts(now);
        return Err(unknown());
    };
    drop(guess);
    // Before it is used up: who only knows the address takes it from nobody.
    let secrets = Secrets::back(&state, browser).filter(|secrets| secrets.browser_hash() == request.browser_hash);
    let secrets = secrets.ok_or_else(elsewhere)?;
    if request.used_at.is_some() {
        return Err(used());
    }
    if now >= request.expires_at {
        return Err(expired());
    }
    if !s.identities.use_request(&state_hash, now).await? {
        return Err(used());
    }
    let provider = s.providers.named(&provider)?;
    let code = code.ok_or_else(|| denied(provider, error.as_deref()))?;
    let coming = Coming {
        code: &code,
        iss: iss.as_deref(),
        redirect: &provider.redirect,
        nonce: &secrets.nonce(),
        verifier: &secrets.verifier(),
        now,
        is_proof: request.purpose == Purpose::Prove,
    };
    let known = provider.receive(coming).await?;
    let found = s.identities.find(provider.issuer(), &known.subject).await?;
    match (request.purpose, found) {
        (Purpose::SignIn, Some(identity)) => sign_in(s, identity, &known, request.next, device).await,
        (Purpose::SignIn, None) => come_new(s, provider, known, request, device).await,
        (Purpose::Link, found) => link(s, provider, known, found, request).await,
        (Purpose::Prove, found) => prove(s, provider, &known, found, request).await,
    }
}

async fn sign_in(s: &Service, identity: Identity, known: &Known, next: String, device: Device) -> Result<AuthDone> {
    let account = s.store.account(identity.account).await?.ok_or_else(crate::read::gone)?;
    let signed_in = Box::new(session::open(s, account, device).await?);
    note(s, &identity, known).await?;
    Ok(AuthDone::SignedIn { signed_in, next })
}

async fn come_new(
    s: &Service,
    provider: &Provider,
    known: Known,
    request: AuthRequest,
    device: Device,
) -> Result<AuthDone> {
    let AuthRequest { next, invite, .. } = request;
    let id = IdentityId(s.ground.mint.id().await?);
    let Known { subject, email, is_verified, name } = known;
    let email = email.as_deref().and_then(|email| rules::email(email).ok()).ok_or_else(|| without_email(provider))?;
    let newcomer = Newcomer {
        display_name: rules::name_of(name.as_deref(), &email),
        password_hash: None,
        is_verified,
        identity: Some(register::NewIdentity { id, issuer: provider.issuer().to_owned(), subject }),
        email: email.clone(),
    };
    match register::by_provider(s, newcomer, Some(&invite), provider.title(), device).await? {
        Registered::SignedIn(signed_in) => Ok(AuthDone::SignedIn { signed_in, next }),
        Registered::CheckEmail => Ok(AuthDone::CheckEmail { email }),
    }
}

async fn link(
    s: &Service,
    provider: &Provider,
    known: Known,
    found: Option<Identity>,
    request: AuthRequest,
) -> Result<AuthDone> {
    check_session(s, &request).await?;
    if let Some(identity) = found {
        return match identity.account == request.account {
            true => Ok(AuthDone::Linked {
                identity: identities::told(s, note(s, &identity, &known).await?),
                next: request.next,
            }),
            false => Err(taken(provider)),
        };
    }
    if s.identities.of(request.account).await?.len() >= MOST {
        let detail = format!("An account is signed in to by {MOST} identities at most: unlink one first.");
        return Err(Problem::new(Kind::Conflict, "too_many_identities", detail));
    }
    let now = s.ground.now();
    let identity = Identity {
        id: IdentityId(s.ground.mint.id().await?),
        account: request.account,
        issuer: provider.issuer().to_owned(),
        subject: known.subject,
        email: known.email.unwrap_or_default(),
        linked_at: now,
        used_at: now,
    };
    let account = s.store.account(request.account).await?.ok_or_else(crate::read::gone)?;
    let event = identities::changed(s, request.account).await?;
    let letter = outbox::letter(s, About::IdentityLinked, account.id, &account.email).await?;
    match s.ground.announce(s.identities.link(&identity, event, &letter).await?) {
        Linked::Done => {
            s.outbox.ring();
            Ok(AuthDone::Linked { identity: identities::told(s, identity), next: request.next })
        }
        Linked::Taken => Err(taken(provider)),
        Linked::Gone => Err(crate::read::gone()),
    }
}

async fn prove(
    s: &Service,
    provider: &Provider,
    known: &Known,
    found: Option<Identity>,
    request: AuthRequest,
) -> Result<AuthDone> {
    check_session(s, &request).await?;
    let identity = found.filter(|identity| identity.account == request.account).ok_or_else(|| foreign(provider))?;
    s.store.prove_session(request.session, s.ground.now()).await?;
    let identity = note(s, &identity, known).await?;
    Ok(AuthDone::Proven { identity: identities::told(s, identity), next: request.next })
}

/// The identity, as the person came by it now.
async fn note(s: &Service, identity: &Identity, known: &Known) -> Result<Identity> {
    let (email, now) = (known.email.clone().unwrap_or_default(), s.ground.now());
    s.identities.used(identity.id, &email, now).await?;
    Ok(Identity { email, used_at: now, ..identity.clone() })
}

/// The session that began it must still live.
async fn check_session(s: &Service, request: &AuthRequest) -> Result<()> {
    let session = s.store.session(request.session).await?;
    match session.filter(|session| session.account == request.account && session.ended_at.is_none()) {
        Some(_) => Ok(()),
        None => Err(Problem::new(Kind::Unauthenticated, "session_ended", "This session has ended: sign in again.")),
    }
}

fn unknown() -> Problem {
    let detail =
        "This server doesn't know of this sign-in: it took too long, or a part of the address is missing. Begin again.";
    Problem::new(Kind::NotFound, "auth_unknown", detail)
}

fn elsewhere() -> Problem {
    let detail = "This sign-in was begun in another browser, or this one doesn't keep cookies: begin again here.";
    Problem::forbidden("auth_elsewhere", detail)
}

fn used() -> Problem {
    Problem::new(Kind::Gone, "auth_used", "This sign-in was ended already, and is good once: begin again.")
}

fn expired() -> Problem {
    Problem::new(Kind::Gone, "auth_expired", "This sign-in took longer than 10 minutes: begin again.")
}

fn denied(provider: &Provider, error: Option<&str>) -> Problem {
    let (name, title, error) = (&provider.name, provider.title(), error.unwrap_or("no code"));
    if error == "access_denied" {
        let detail =
            format!("You, or {title}, didn't allow it: nothing was changed. Begin again, or sign in another way.");
        return Problem::forbidden("auth_denied", detail);
    }
    tracing::warn!(provider = name, error, "a provider sent a person back without a code");
    let detail = format!("{title} didn't let you go on: begin again, or sign in another way.");
    Problem::forbidden("provider_refused", detail)
}

fn without_email(provider: &Provider) -> Problem {
    let title = provider.title();
    let detail = format!(
        "{title} doesn't tell a proven e-mail address of yours, which an account needs: confirm one there, allow that this \
         server sees it, or create an account here and link {title} in its settings."
    );
    Problem::forbidden("identity_without_email", detail)
}

fn taken(provider: &Provider) -> Problem {
    let title = provider.title();
    let detail = format!("Another account is signed in to by this identity of {title}: unlink it there first.");
    Problem::new(Kind::Conflict, "identity_taken", detail)
}

fn foreign(provider: &Provider) -> Problem {
    let title = provider.title();
    let detail = format!("That is somebody else at {title}: sign in there as the one who is linked to this account.");
    Problem::forbidden("identity_foreign", detail)
}
