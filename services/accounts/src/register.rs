use crate::{Service, rules, session, store::Account};
use accounts_contract::{AccountRegistered, Device, Registration, SignedIn};
use kernel::{Kind, Name, Problem, Result, StreamName, UserId};

/// Makes an account with its profile, and signs it in. The first one runs the installation.
pub(crate) async fn register(s: &Service, registration: Registration, device: Device) -> Result<SignedIn> {
    let Registration { email, password, display_name } = registration;
    let email = rules::email(&email)?;
    let display_name = Name::parse("display_name", &display_name)?.into_string();
    rules::password(&password, &email, &display_name)?;
    let email_key = rules::email_key(&email);
    if s.store.by_email(&email_key).await?.is_some() {
        return Err(taken());
    }
    let password_hash = s.passwords.hash(password, s.ground.random.bytes()).await?;
    let user = UserId(s.ground.mint.id().await?);
    let account = Account { id: user, email, password_hash, operator: false, created_at: s.ground.now() };
    let registered = AccountRegistered { user };
    let stream = StreamName::user("accounts", user);
    let event = s.ground.event(stream, "account_registered", &registered).await?;
    let (new, token, started) = session::start(s, user, device).await?;
    let committed = s.store.create(account, &email_key, new, vec![event, started]).await?;
    // Two registrations of one address at the same time: one of them finds it taken only now.
    let account = s.ground.announce(committed).ok_or_else(taken)?;
    let profile = s.people.ensure(user, display_name).await?;
    session::signed_in(s, account.me(profile), &token)
}

fn taken() -> Problem {
    let detail = "There is an account with this e-mail address: log in, or use another address.";
    Problem { field: Some("email".into()), ..Problem::new(Kind::Conflict, "email_taken", detail) }
}
