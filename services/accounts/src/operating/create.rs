use super::{Act, Needs, list::detail};
use crate::{
    Service, outbox, rules,
    rules::Language,
    staff,
    store::{Account, Admission, Beginning, letters::About},
};
use accounts_contract::{AccountDetail, AccountRegistered, ActDetail, ActKind, Hand, Registration};
use kernel::{InstanceRole, Kind, Name, Problem, Result, StreamName, UserId};

/// Makes an account whatever holds for registering. Its address counts as proven: an operator vouches for it.
pub(crate) async fn create_account(s: &Service, by: Hand, registration: Registration) -> Result<AccountDetail> {
    by.needs_operator(s).await?;
    let Registration { email, password, display_name, .. } = registration;
    let email = rules::email(&email)?;
    let display_name = Name::parse("display_name", &display_name)?.into_string();
    rules::password(&password, &email, &display_name)?;
    let (email_key, now) = (rules::email_key(&email), s.ground.now());
    let password_hash = s.passwords.hash(password, s.ground.random.bytes()).await?;
    let user = UserId(s.ground.mint.id().await?);
    let account = Account {
        id: user,
        email,
        password_hash: Some(password_hash),
        role: InstanceRole::Member,
        created_at: now,
        verified_at: Some(now),
        language: Language::default(),
    };
    let stream = StreamName::user("accounts", user);
    let events = vec![s.ground.event(stream, "account_registered", &AccountRegistered { user }).await?];
    let letter = outbox::letter(s, About::Verify, user, &account.email).await?;
    let act = Act { kind: ActKind::AccountCreated, user: Some(user), reason: None, detail: ActDetail::default() };
    let act = act.by(s, &by).await?;
    let committed = s
        .store
        .create(account, &email_key, Beginning::default(), &letter, Admission::Operator(Box::new(act)), events)
        .await?;
    if s.ground.announce(committed).is_err() {
        let detail = "There is an account with this e-mail address: use another one.";
        return Err(Problem { field: Some("email".into()), ..Problem::new(Kind::Conflict, "email_taken", detail) });
    }
    s.people.ensure(user, display_name).await?;
    staff::look(s).await?;
    detail(s, user).await
}
