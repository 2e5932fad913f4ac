//! An open window isn't its person: what an account is opened with is changed only by who proved it lately, by signing in or
//! anew.

use crate::{Service, identities, passkeys, read, rules, second_factor, store::Account};
use accounts_contract::{OwnCredentials, Proof};
use kernel::{Caller, Problem, Result};

/// Proves the caller's session anew: by a passkey, or by the password, with a code where an authenticator app
/// is on.
pub(crate) async fn prove(s: &Service, caller: Caller, proof: Proof) -> Result<()> {
    if let Some(passkey) = proof.passkey {
        passkeys::prove(s, caller, &passkey).await?;
        return Ok(s.store.prove_session(caller.session, s.ground.now()).await?);
    }
    let account = s.store.account(caller.user).await?.ok_or_else(read::gone)?;
    let password = proof.password.ok_or_else(|| {
        let detail = "Say what proves that it's you: give your password, or a passkey.";
        Problem::field("password", "proof_missing", detail)
    })?;
    let app = second_factor::of(s, account.id).await?;
    if app.is_some() && proof.code.is_none() {
        let detail = "Give a code of your authenticator app, too, or one of your recovery codes.";
        return Err(Problem::field("code", "code_missing", detail));
    }
    check(s, &account, password, "password").await?;
    if let (Some(app), Some(code)) = (app, proof.code) {
        second_factor::check(s, account.id, &app, &code).await?;
    }
    Ok(s.store.prove_session(caller.session, s.ground.now()).await?)
}

/// The account of a caller who proves to be its person: by having proven it lately, or by its password, which is enough where
/// no authenticator app is on.
///
/// # Errors
/// `proof_needed`: it was proven neither way.
pub(crate) async fn demand(
    s: &Service,
    caller: Caller,
    password: Option<String>,
    field: &'static str,
) -> Result<Account> {
    let account = s.store.account(caller.user).await?.ok_or_else(read::gone)?;
    if let Some(password) = password {
        check(s, &account, password, field).await?;
        if second_factor::of(s, account.id).await?.is_none() {
            return Ok(account);
        }
    }
    let session = s.store.session(caller.session).await?.filter(|session| session.account == caller.user);
    match session {
        Some(session) if s.ground.now() <= session.proven_at.plus_seconds(s.config.proof_seconds.into()) => Ok(account),
        _ => Err(needed()),
    }
}

/// Refuses who doesn't know the password; they wait longer and longer.
async fn check(s: &Service, account: &Account, password: String, field: &'static str) -> Result<()> {
    if account.password_hash.is_none() {
        return Err(Problem::field(field, "no_password", "This account has no password: prove it in another way."));
    }
    let attempt = s.limits.log_in.begin(&rules::email_key(&account.email), s.ground.now())?;
    if !s.passwords.verify(password, account.password_hash.clone()).await? {
        attempt.counts(s.ground.now());
        return Err(Problem::field(field, "wrong_password", "That isn't your password."));
    }
    attempt.clears();
    Ok(())
}

fn needed() -> Problem {
    let detail =
        "Prove first that it's you: send `POST /api/v1/me/proof`, or sign in again. That is good for some minutes.";
    Problem::forbidden("proof_needed", detail)
}

/// What the caller's account is opened with.
pub(crate) async fn credentials(s: &Service, caller: Caller) -> Result<OwnCredentials> {
    let account = s.store.account(caller.user).await?.ok_or_else(read::gone)?;
    Ok(OwnCredentials {
        password: account.password_hash.is_some(),
        totp: second_factor::of(s, account.id).await?.is_some(),
        recovery_codes_left: s.factors.codes_left(account.id).await?,
        passkeys: s.passkeys.of(account.id).await?.into_iter().map(passkeys::told).collect(),
        passkeys_at: passkeys::party(s).map(|party| party.origin),
        identities: identities::of(s, caller.user).await?,
    })
}
