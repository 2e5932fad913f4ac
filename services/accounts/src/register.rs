use crate::{
    Service, outbox, registration, rules,
    rules::{Language, Place},
    session, staff,
    store::{Account, Admission, Beginning, NotCreated, identities::Identity, letters::About},
};
use accounts_contract::{AccountRegistered, Device, Registered, Registration};
use kernel::{IdentityId, InstanceRole, Kind, Name, Problem, Result, StreamName, UserId};

/// Who is to have an account.
pub(crate) struct Newcomer {
    pub(crate) email: String,
    pub(crate) display_name: String,
    pub(crate) password_hash: Option<String>,
    /// Whether the address is proven to be theirs.
    pub(crate) is_verified: bool,
    /// What they are to the provider that they come from.
    pub(crate) identity: Option<NewIdentity>,
}

pub(crate) struct NewIdentity {
    pub(crate) id: IdentityId,
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

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
    let by_mail = goes_by_mail(s, false).await?;
    // By mail it takes the same whether the address is taken: a password hashed, and one commit.
    let is_taken = s.store.by_email(&email_key).await?.is_some();
    if is_taken && !by_mail {
        return Err(taken());
    }
    let password_hash = Some(s.passwords.hash(password, s.ground.random.bytes()).await?);
    attempt.counts(s.ground.now());
    if is_taken {
        return tell_owner(s, &email_key, &admission).await;
    }
    let newcomer = Newcomer { email, display_name, password_hash, is_verified: false, identity: None };
    match join(s, newcomer, device, by_mail, &admission).await? {
        Ok(registered) => Ok(registered),
        // Two registrations of one address at the same time: one of them finds it taken only now.
        Err(NotCreated::Taken) if by_mail => tell_owner(s, &email_key, &admission).await,
        Err(why) => Err(registration::refusal(why).unwrap_or_else(taken)),
    }
}

/// The same for who comes from a provider. An address that has an account is never linked by itself: whoever has it at the
/// provider need not be whose account it is.
pub(crate) async fn by_provider(
    s: &Service,
    newcomer: Newcomer,
    invite: Option<&str>,
    title: &str,
    device: Device,
) -> Result<Registered> {
    let email_key = rules::email_key(&newcomer.email);
    let place = Place::of(device.address.as_deref());
    let attempt = s.limits.register.begin_at(&place, s.ground.now())?;
    let by_mail = goes_by_mail(s, newcomer.is_verified).await?;
    let is_taken = s.store.by_email(&email_key).await?.is_some();
    if is_taken && !by_mail {
        return Err(linked_by_hand(title));
    }
    let admission = registration::admit(s, &newcomer.email, invite, &place).await?;
    attempt.counts(s.ground.now());
    if is_taken {
        return tell_owner(s, &email_key, &admission).await;
    }
    match join(s, newcomer, device, by_mail, &admission).await? {
        Ok(registered) => Ok(registered),
        Err(NotCreated::Taken) if by_mail => tell_owner(s, &email_key, &admission).await,
        Err(why) => Err(registration::refusal(why).unwrap_or_else(|| linked_by_hand(title))),
    }
}

/// Whether the newcomer goes on by the mail that they get. The very first one never does.
async fn goes_by_mail(s: &Service, is_verified: bool) -> Result<bool> {
    Ok(s.requires_verified_email() && !is_verified && s.store.any_account().await?)
}

async fn join(
    s: &Service,
    newcomer: Newcomer,
    device: Device,
    by_mail: bool,
    admission: &Admission,
) -> Result<Result<Registered, NotCreated>> {
    let Newcomer { email, display_name, password_hash, is_verified, identity } = newcomer;
    let (user, now) = (UserId(s.ground.mint.id().await?), s.ground.now());
    let identity = identity.map(|NewIdentity { id, issuer, subject }| {
        let email = email.clone();
        Identity { id, account: user, issuer, subject, email, linked_at: now, used_at: now }
    });
    let account = Account {
        id: user,
        email,
        password_hash,
        role: InstanceRole::Member,
        created_at: now,
        verified_at: is_verified.then_some(now),
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
    // Nothing is written to who has proven the address.
    let letter = outbox::letter(s, About::Verify, user, &account.email).await?;
    let email_key = rules::email_key(&account.email);
    let beginning = Beginning { session, identity };
    let committed = s.store.create(account, &email_key, beginning, &letter, admission.clone(), events).await?;
    let account = match s.ground.announce(committed) {
        Ok(account) => account,
        Err(why) => return Ok(Err(why)),
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
        return Ok(Ok(Registered::CheckEmail));
    };
    if s.requires_verified_email() && !is_verified && account.role != InstanceRole::Operator {
        // Someone else was the first in this very moment.
        crate::log_out::end(s, user, token.session).await?;
        people.ensure(user, display_name).await?;
        return Ok(Ok(Registered::CheckEmail));
    }
    let profile = people.ensure(user, display_name).await?;
    Ok(Ok(Registered::SignedIn(Box::new(session::signed_in(s, account.me(profile), &token)?))))
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

fn linked_by_hand(title: &str) -> Problem {
    let detail = format!(
        "There is an account with the e-mail address that {title} names. If it is yours, log in with it, and then link {title} in \
         its settings."
    );
    Problem { field: Some("email".into()), ..Problem::new(Kind::Conflict, "identity_email_taken", detail) }
}
