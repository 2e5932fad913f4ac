//! Turning an authenticator app on and off, and the codes for when it is lost. All of it is for who proved lately to be the
//! account's person.

use crate::{
    Service, operating, outbox, proof, rules,
    rules::totp,
    second_factor,
    store::{Account, letters::About, operating::NewAct},
};
use accounts_contract::{ActKind, Hand, RecoveryCodes, TotpDraft};
use kernel::{Caller, Kind, Problem, Result, UserId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;

/// Begins: the app is told a secret, and isn't asked for before it is confirmed.
pub(crate) async fn begin(s: &Service, caller: Caller) -> Result<TotpDraft> {
    let account = proof::demand(s, caller, None, "password").await?;
    if account.password_hash.is_none() {
        let detail = "An authenticator app is asked for after the password: set a password first.";
        return Err(Problem::new(Kind::Conflict, "no_password", detail));
    }
    let bytes = s.ground.random.bytes::<SECRET_BYTES>();
    let sealed = s.vault.seal(&*s.ground.random, account.id, &bytes)?;
    if !s.factors.begin_totp(account.id, &sealed).await? {
        return Err(is_on());
    }
    let secret = totp::base32(&bytes);
    let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let host = s.mail.public_url.split_once("://").map_or(&*s.mail.public_url, |(_, host)| host);
    let (issuer, email) = (plain(&format!("Guildhall {host}")), plain(&account.email));
    let url =
        format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30");
    Ok(TotpDraft { secret, url })
}

/// Confirms that the app has the secret, by its first code: from now on it is asked for.
pub(crate) async fn confirm(s: &Service, caller: Caller, typed: &str) -> Result<RecoveryCodes> {
    let account = proof::demand(s, caller, None, "password").await?;
    let begun = match s.factors.totp(account.id).await? {
        Some(totp) if totp.confirmed_at.is_none() => totp,
        Some(_) => return Err(is_on()),
        None => return Err(not_begun()),
    };
    let attempt = s.limits.codes.begin(&account.id.to_string(), s.ground.now())?;
    let step = match rules::Code::parse(typed) {
        Some(rules::Code::App(code)) => {
            totp::step_of(&second_factor::secret(s, account.id, &begun).await?, code, s.ground.now())
        }
        _ => None,
    };
    let Some(step) = step else {
        attempt.counts(s.ground.now());
        let detail = "That isn't the code that your app shows now. Is the clock of its device right?";
        return Err(Problem::field("code", "code_wrong", detail));
    };
    attempt.clears();
    let (codes, marks) = fresh(s, account.id);
    let letter = outbox::letter(s, About::AuthenticatorOn, account.id, &account.email).await?;
    if !s.factors.confirm_totp(account.id, &begun.secret, step, s.ground.now(), &marks, &letter).await? {
        return Err(not_begun());
    }
    s.outbox.ring();
    Ok(codes)
}

/// Turns it off; the recovery codes go with it.
pub(crate) async fn end(s: &Service, caller: Caller) -> Result<()> {
    let account = proof::demand(s, caller, None, "password").await?;
    turn_off(s, &account, About::AuthenticatorOff, None).await
}

async fn turn_off(s: &Service, account: &Account, about: About, act: Option<&NewAct>) -> Result<()> {
    let letter = outbox::letter(s, about, account.id, &account.email).await?;
    if s.factors.end_totp(account.id, &letter, act).await? {
        s.outbox.ring();
    }
    Ok(())
}

/// Turns it off for a person who lost it and the codes.
pub(crate) async fn end_of(s: &Service, by: &Hand, user: UserId) -> Result<()> {
    let (account, act) = operating::taking_factors(s, by, user, ActKind::SecondFactorRemoved).await?;
    turn_off(s, &account, About::FactorsRemoved, Some(&act)).await
}

/// New recovery codes; the old ones are of no use any more.
pub(crate) async fn renew_codes(s: &Service, caller: Caller) -> Result<RecoveryCodes> {
    let account = proof::demand(s, caller, None, "password").await?;
    let (codes, marks) = fresh(s, account.id);
    match s.factors.renew_codes(account.id, &marks).await? {
        true => Ok(codes),
        false => Err(Problem::new(Kind::Conflict, "totp_off", "There is no authenticator app: turn one on first.")),
    }
}

/// The codes, and how they are kept.
fn fresh(s: &Service, account: UserId) -> (RecoveryCodes, Vec<String>) {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| rules::recovery(s.ground.random.bytes())).collect();
    let marks = codes.iter().map(|code| second_factor::mark(s, account, &code.replace('-', ""))).collect();
    (RecoveryCodes { codes }, marks)
}

fn is_on() -> Problem {
    let detail = "An authenticator app is on already: turn it off first to use another one.";
    Problem::new(Kind::Conflict, "totp_on", detail)
}

fn not_begun() -> Problem {
    Problem::new(Kind::Conflict, "totp_not_begun", "This was begun anew, or not at all: begin again.")
}
