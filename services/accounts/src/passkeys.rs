//! Passkeys: made and removed by who proved lately to be the account's person. They sign in by themselves, and prove.

use crate::{
    Service,
    challenges::{self, Challenge, Purpose},
    operating, outbox, proof, read,
    rules::Place,
    session,
    store::{
        letters::About,
        passkeys::{Kept, Removed},
    },
    webauthn::{self, ALGORITHMS, Party},
};
use accounts_contract::{
    ActKind, Asserted, AuthenticatorSelection, CreationOptions, CredentialRef, Device, Hand, KeyKind, NewPasskey,
    Passkey, PasskeyUser, RelyingParty, RequestOptions, SignedIn,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Caller, Kind, Name, PasskeyId, Problem, Result, UserId};

const MAX_PASSKEYS: usize = 20;
const MAX_TRANSPORTS: usize = 8;
const MAX_TRANSPORT_BYTES: usize = 32;
const TIMEOUT_MS: u32 = challenges::GOOD_SECONDS * 1_000;

/// Where passkeys of this installation work.
pub(crate) fn party(s: &Service) -> Option<Party> {
    Party::at(&s.mail.public_url)
}

fn needed_party(s: &Service) -> Result<Party> {
    party(s).ok_or_else(|| {
        let detail = "Passkeys need an address with a name and https: who runs this server sets it as public_url.";
        Problem::new(Kind::Conflict, "passkeys_unavailable", detail)
    })
}

/// What a browser makes a passkey with.
pub(crate) async fn creation(s: &Service, caller: Caller) -> Result<CreationOptions> {
    let party = needed_party(s)?;
    let account = proof::demand(s, caller, None, "password").await?;
    let kept = s.passkeys.of(account.id).await?;
    if kept.len() >= MAX_PASSKEYS {
        let detail = format!("There are {MAX_PASSKEYS} passkeys already: remove one first.");
        return Err(Problem::new(Kind::Conflict, "too_many_passkeys", detail));
    }
    let profile = s.people.find(account.id).await?.ok_or_else(read::gone)?;
    Ok(CreationOptions {
        challenge: challenges::make(s, Purpose::NewPasskey, account.id, &caller.session.0.to_be_bytes()),
        rp: RelyingParty { name: format!("Guildhall {}", party.id), id: party.id },
        user: PasskeyUser { id: handle(account.id), name: account.email, display_name: profile.display_name },
        pub_key_cred_params: ALGORITHMS.map(|alg| KeyKind { kind: "public-key".into(), alg }).into(),
        timeout: TIMEOUT_MS,
        exclude_credentials: kept.iter().map(reference).collect(),
        authenticator_selection: AuthenticatorSelection {
            resident_key: "required".into(),
            require_resident_key: true,
            user_verification: "required".into(),
        },
        attestation: "none".into(),
    })
}

/// What stands for the account in a passkey.
fn handle(account: UserId) -> String {
    URL_SAFE_NO_PAD.encode(account.0.to_be_bytes())
}

fn reference(kept: &Kept) -> CredentialRef {
    let transports = kept.transports.split_whitespace().map(Into::into).collect();
    CredentialRef { kind: "public-key".into(), id: kept.credential.clone(), transports }
}

/// Keeps a passkey that was made for this session.
pub(crate) async fn add(s: &Service, caller: Caller, new: NewPasskey) -> Result<Passkey> {
    let name = Name::parse("name", &new.name)?.into_string();
    let party = needed_party(s)?;
    let registration = webauthn::Registration::parse(&new.credential)?;
    let challenge = Challenge::parse(registration.challenge())?;
    challenge.check_for(s, Purpose::NewPasskey, caller)?;
    let made = registration.verify(&party)?;
    let account = s.store.account(caller.user).await?.ok_or_else(read::gone)?;
    challenge.take(s).await?;
    let kept = Kept {
        id: PasskeyId(s.ground.mint.id().await?),
        account: account.id,
        credential: made.credential,
        public_key: made.public_key,
        counter: made.counter.into(),
        transports: transports(&new.credential.response.transports),
        name,
        created_at: s.ground.now(),
        last_used_at: None,
    };
    let letter = outbox::letter(s, About::PasskeyAdded, account.id, &account.email).await?;
    if !s.passkeys.add(&kept, &letter).await? {
        let detail = "This passkey is known already: make another one.";
        return Err(Problem::new(Kind::Conflict, "passkey_known", detail));
    }
    s.outbox.ring();
    Ok(told(kept))
}

/// Names that are shaped like those of the specification, to be told to browsers again.
fn transports(given: &[String]) -> String {
    let is_name = |name: &&str| {
        (1..=MAX_TRANSPORT_BYTES).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_lowercase() || c == b'-')
    };
    let names: Vec<&str> = given.iter().map(String::as_str).filter(is_name).take(MAX_TRANSPORTS).collect();
    names.join(" ")
}

pub(crate) fn told(kept: Kept) -> Passkey {
    let Kept { id, name, created_at, last_used_at, .. } = kept;
    Passkey { id, name, created_at, last_used_at }
}

pub(crate) async fn rename(s: &Service, caller: Caller, passkey: PasskeyId, name: &str) -> Result<Passkey> {
    let name = Name::parse("name", name)?.into_string();
    let renamed = s.passkeys.rename(caller.user, passkey, &name).await?;
    renamed.map(told).ok_or_else(|| Problem::not_found("passkey"))
}

/// Removes a passkey, unless nothing else opens the account.
pub(crate) async fn remove(s: &Service, caller: Caller, passkey: PasskeyId) -> Result<()> {
    let account = proof::demand(s, caller, None, "password").await?;
    let letter = outbox::letter(s, About::PasskeyRemoved, account.id, &account.email).await?;
    match s.passkeys.remove(account.id, passkey, &letter).await? {
        Removed::Done => {
            s.outbox.ring();
            Ok(())
        }
        Removed::Missing => Err(Problem::not_found("passkey")),
        Removed::Last => Err(Problem::new(
            Kind::Conflict,
            "last_credential",
            "Nothing else opens your account: set a password or add another passkey first.",
        )),
    }
}

/// Removes all of a person who lost them. A new password lets the person in again, where nothing else does.
pub(crate) async fn end_all_of(s: &Service, by: &Hand, user: UserId) -> Result<()> {
    let (account, act) = operating::taking_factors(s, by, user, ActKind::PasskeysRemoved).await?;
    let letter = outbox::letter(s, About::FactorsRemoved, account.id, &account.email).await?;
    if s.passkeys.remove_all(account.id, &letter, &act).await? {
        s.outbox.ring();
    }
    Ok(())
}

/// What a browser is asked for a passkey with: any of this installation, or one of the caller's.
pub(crate) async fn request(s: &Service, caller: Option<Caller>) -> Result<RequestOptions> {
    let party = needed_party(s)?;
    let (challenge, allow_credentials) = match caller {
        None => (challenges::make(s, Purpose::Passkey, UserId(0), &[]), Vec::new()),
        Some(caller) => {
            let bound_to = caller.session.0.to_be_bytes();
            let own = s.passkeys.of(caller.user).await?;
            (challenges::make(s, Purpose::Proof, caller.user, &bound_to), own.iter().map(reference).collect())
        }
    };
    let user_verification = "required".into();
    Ok(RequestOptions { challenge, rp_id: party.id, timeout: TIMEOUT_MS, user_verification, allow_credentials })
}

/// Signs in by a passkey.
pub(crate) async fn log_in(s: &Service, asserted: &Asserted, device: Device) -> Result<SignedIn> {
    let guess = s.limits.guesses.begin_at(&Place::of(device.address.as_deref()), s.ground.now())?;
    let kept = match verify(s, asserted, None).await {
        Ok(kept) => kept,
        Err(problem) => {
            guess.counts(s.ground.now());
            return Err(problem);
        }
    };
    let account = s.store.account(kept.account).await?.ok_or_else(unknown)?;
    session::open(s, account, device).await
}

/// Proves that the caller has one of the account's passkeys.
pub(crate) async fn prove(s: &Service, caller: Caller, asserted: &Asserted) -> Result<()> {
    verify(s, asserted, Some(caller)).await.map(drop)
}

async fn verify(s: &Service, asserted: &Asserted, caller: Option<Caller>) -> Result<Kept> {
    let party = needed_party(s)?;
    let assertion = webauthn::Assertion::parse(asserted)?;
    let challenge = Challenge::parse(assertion.challenge())?;
    match caller {
        None => challenge.check(s, Purpose::Passkey, &[])?,
        Some(caller) => challenge.check_for(s, Purpose::Proof, caller)?,
    }
    let kept = s.passkeys.by_credential(asserted.id.trim_end_matches('=')).await?.ok_or_else(unknown)?;
    let counter = assertion.verify(&party, &kept.public_key)?;
    let said = asserted.response.user_handle.as_deref().map(|handle| handle.trim_end_matches('='));
    // Who signs in without a name is named by the passkey; who proves may leave it out.
    let is_its_own = said.map_or(caller.is_some(), |said| said == handle(kept.account));
    if !is_its_own || caller.is_some_and(|caller| caller.user != kept.account) {
        let detail = "This passkey is another account's: choose one of yours.";
        return Err(Problem::field("credential", "passkey_of_another", detail));
    }
    challenge.take(s).await?;
    if !s.passkeys.used(kept.id, counter.into(), s.ground.now()).await? {
        tracing::warn!(user = %kept.account, passkey = %kept.id, "a passkey's counter went back: it may be a copy");
        let detail = "This passkey was used elsewhere since, so it may be a copy: sign in otherwise, and remove it.";
        return Err(Problem::field("credential", "passkey_copied", detail));
    }
    Ok(kept)
}

fn unknown() -> Problem {
    let detail = "This passkey isn't one of an account here, or not any more: use another one, or your password.";
    Problem::field("credential", "passkey_unknown", detail)
}
