//! Every way of making an account passes here: by password, by a provider, whatever comes.

use super::settings::rules;
use crate::{
    Service,
    rules::Place,
    store::{Admission, NotCreated},
};
use accounts_contract::RegistrationMode;
use kernel::{Kind, Problem, Result};

/// Whether an account with this address may be made now, and on what grounds: the store holds these against what is so
/// when it makes the account. The first account of all is always let in. `place` is where the person is, whose wrong codes
/// are counted.
///
/// # Errors
/// `registration_closed`, `invite_needed`, `invite_unknown`, `invite_used_up`, `email_domain_refused`.
pub(crate) async fn admit(s: &Service, email: &str, invite: Option<&str>, place: &Place) -> Result<Admission> {
    match by_rules(s, email, invite, place).await {
        Err(_) if !s.store.any_account().await? => Ok(Admission::First),
        judged => judged,
    }
}

async fn by_rules(s: &Service, email: &str, invite: Option<&str>, place: &Place) -> Result<Admission> {
    let rules = rules(s).await?;
    if rules.mode == RegistrationMode::Closed {
        return Err(closed());
    }
    refuse_domain(email, &rules.allowed_email_domains)?;
    match (rules.mode, invite.map(str::trim).filter(|invite| !invite.is_empty())) {
        (RegistrationMode::Open | RegistrationMode::Closed, _) => Ok(Admission::Open),
        (RegistrationMode::Invite, None) => {
            let detail = "This server is by invitation: use the link that you were sent, or enter its code.";
            Err(at_invite(Problem::forbidden("invite_needed", detail)))
        }
        (RegistrationMode::Invite, Some(invite)) => by_invite(s, invite, place).await,
    }
}

/// By a registration code, or by an invite into a guild.
async fn by_invite(s: &Service, invite: &str, place: &Place) -> Result<Admission> {
    let now = s.ground.now();
    let guess = s.limits.guesses.begin_at(place, now)?;
    if let Some(code) = s.registration.by_code(invite).await? {
        return if code.works(now) { Ok(Admission::Code(code.id)) } else { Err(used_up()) };
    }
    match s.invites.check(invite).await {
        Ok(()) => Ok(Admission::Open),
        Err(problem) if problem.kind == Kind::Gone => Err(used_up()),
        Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::BadRequest | Kind::Unprocessable) => {
            guess.counts(now);
            let detail = "There is no such invitation here: a part of the code may be missing. Copy it whole.";
            Err(at_invite(Problem::new(Kind::NotFound, "invite_unknown", detail)))
        }
        Err(problem) => Err(problem),
    }
}

/// Whether an address of this domain is taken, for accounts that are there already, too.
pub(crate) async fn allow_domain(s: &Service, email: &str) -> Result<()> {
    refuse_domain(email, &rules(s).await?.allowed_email_domains)
}

fn refuse_domain(email: &str, allowed: &[String]) -> Result<()> {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    if allowed.is_empty() || allowed.contains(&domain) {
        return Ok(());
    }
    let detail = format!("This server takes e-mail addresses of {} only: use one of those.", allowed.join(", "));
    Err(Problem::field("email", "email_domain_refused", detail))
}

/// What is told to whoever wasn't let in after all; None for an address that is taken.
pub(crate) fn refusal(why: NotCreated) -> Option<Problem> {
    match why {
        NotCreated::Taken => None,
        NotCreated::NotFirst => Some(Problem::new(
            Kind::Conflict,
            "set_up_already",
            "Someone else made the first account a moment ago: load the page anew.",
        )),
        NotCreated::CodeUsedUp => Some(used_up()),
    }
}

fn closed() -> Problem {
    let detail = "This server takes no new accounts at the moment: ask who runs it.";
    Problem::forbidden("registration_closed", detail)
}

pub(super) fn used_up() -> Problem {
    let detail = "This invitation isn't good any more: it has expired, was used up or revoked. Ask for another.";
    at_invite(Problem::new(Kind::Gone, "invite_used_up", detail))
}

fn at_invite(problem: Problem) -> Problem {
    Problem { field: Some("invite".into()), ..problem }
}
