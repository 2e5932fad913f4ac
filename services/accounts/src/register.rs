use crate::{
    Service, outbox, registration, rules,
    rules::{Language, Place},
    session, staff,
    store::{Account, Admission, NotCreated, letters::About},
};
use accounts_contract::{AccountRegistered, Device, Registered, Registration};
use kernel::{InstanceRole, Kind, Name, Problem, Result, StreamName, UserId};

/// Makes an account with its profile, and signs it in. The first one runs the installation. Where addresses must be
/// verified, the others get a mail instead, and whether an address is taken is told to its owner alone, by mail.
pub(crate) async fn register(s: &Service, registration: Registration, device: Device) -> Result<Registered> {
    let Registration { email, password, display_name, invite } = registration;
    let email = rules::email(&email)?;
    let display_name = Name::parse("display_name", &display_name)?.into_string();
    rules::password(&password, &email, &display_name)?;
    let email_key = rules::email_key(&email);
    let place = Place::of(device.address.as_deref());
    let attempt = s.limits.register.begin_at(&place, s.ground.now())?;
    let admission = registration::admit(s, &email, invite.as_deref(), &place).await?;
    let by_mail = s.requires_verified_email() && s.store.any_account().await?;
    // By mail it takes the same whether the address is taken: a password hashed, and one commit.
    let is_taken = s.store.by_email(&email_key).await?.is_some();
    if is_taken && !by_mail {
        return Err(taken());
    }
    let password_hash = s.passwords.hash(password, s.ground.random.bytes()).await?;
    attempt.counts(s.ground.now());
    if is_taken {
        return tell_owner(s, &email_key, &admission).await;
    }
    let user = UserId(s.ground.mint.id().await?);
    let account = Account {
        id: user,
        email,
        password_hash: Some(password_hash),
        role: InstanceRole::Member,
        created_at: s.ground.now(),
        verified_at: None,
        language: Language::liked(device.languages.as_deref()),
    };
    let stream = StreamName::user("accounts", user);
    let mut events = vec![s.ground.event(stream, "account_registered", &AccountRegistered { user }).await?];
    let (mut session, mut token) = (None, None);
    if !by_mail {
        let (new, first, started) = session::start(s, user, device).await?;
        (session, token) = (Some(new), Some(first));
        events.push(started);
    }
    let letter = outbox::letter(s, About::Verify, user, &account.email).await?;
    let committed = s.store.create(account, &email_key, session, &letter, admission.clone(), events).await?;
    // Two registrations of one address at the same time: one of them finds it taken only now.
    let account = match s.ground.announce(committed) {
        Ok(account) => account,
        Err(NotCreated::Taken) if by_mail => return tell_owner(s, &email_key, &admission).await,
        Err(why) => return Err(registration::refusal(why).unwrap_or_else(taken)),
    };
    if account.role != InstanceRole::Member {
        staff::look(s).await?;
    }
    s.outbox.ring();
    let people = s.people.clone();
    let Some(token) = token else {
        // Off the path of the answer, which would otherwise take longer for a free address.
        tokio::spawn(async move {
            if let Err(problem) = people.ensure(user, display_name).await {
                tracing::warn!(?problem, "a profile is made at the first log-in, with a name from the address");
            }
        });
        return Ok(Registered::CheckEmail);
    };
    if s.requires_verified_email() && account.role != InstanceRole::Operator {
        // Someone else was the first in this very moment.
        crate::log_out::end(s, user, token.session).await?;
        people.ensure(user, display_name).await?;
        return Ok(Registered::CheckEmail);
    }
    let profile = people.ensure(user, display_name).await?;
    Ok(Registered::SignedIn(Box::new(session::signed_in(s, account.me(profile), &token)?)))
}

/// A code is used up as for a free address: it doesn't tell whether the address was one.
async fn tell_owner(s: &Service, email_key: &str, admission: &Admission) -> Result<Registered> {
    if let Admission::Code(code) = admission
        && !s.registration.spend(*code, s.ground.now()).await?
    {
        return Err(registration::refusal(NotCreated::CodeUsedUp).unwrap_or_else(taken));
    }
    s.letters.post(&outbox::letter(s, About::Taken, UserId(0), email_key).await?).await?;
    s.outbox.ring();
    Ok(Registered::CheckEmail)
}

fn taken() -> Problem {
    let detail = "There is an account with this e-mail address: log in, or use another address.";
    Problem { field: Some("email".into()), ..Problem::new(Kind::Conflict, "email_taken", detail) }
}
