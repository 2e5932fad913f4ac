use crate::{
    Service,
    operating::Needs,
    rules, second_factor,
    store::operating::{Seen, Wanted},
};
use accounts_contract::{AccountDetail, AccountQuery, AccountSeen, Hand, Session};
use kernel::{At, Limit, Page, Problem, Result, UserId};
use std::{cmp::Reverse, collections::HashMap};

/// People of whom a name is looked for: so many are found by it at most.
const NAMED: u16 = 100;
/// How many profiles people answers at once.
const PROFILES: usize = 100;
const Q_MAX_CHARS: usize = 254;

/// Accounts that fit, the newest first.
pub(crate) async fn list_accounts(
    s: &Service,
    by: Hand,
    query: AccountQuery,
    before: Option<UserId>,
    limit: Limit,
) -> Result<Page<AccountSeen>> {
    by.needs_moderator(s).await?;
    let q = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    if q.is_some_and(|q| q.chars().count() > Q_MAX_CHARS || q.contains('\0')) {
        return Err(Problem::field("q", "q_unusable", "Search for 254 characters at most."));
    }
    let email = q.map(rules::email_key);
    let mut users = Vec::new();
    if let Some(q) = q {
        users = s.people.named(q.to_owned(), NAMED.into()).await?;
        users.extend(q.parse::<UserId>());
    }
    let wanted = Wanted {
        email: email.as_deref(),
        users: &users,
        state: query.state,
        role: query.role,
        before,
        limit: limit.get(),
    };
    let found = s.operating.list(wanted, s.ground.now()).await?;
    let next = found.last().filter(|_| found.len() as i64 == limit.get()).map(|seen| seen.id.to_string());
    let names = names(s, found.iter().map(|seen| seen.id).collect()).await?;
    Ok(Page { items: found.into_iter().map(|seen| told(seen, &names)).collect(), next, at: At::new() })
}

/// One account, with its living sessions.
pub(crate) async fn show_account(s: &Service, by: Hand, user: UserId) -> Result<AccountDetail> {
    by.needs_moderator(s).await?;
    detail(s, user).await
}

pub(super) async fn detail(s: &Service, user: UserId) -> Result<AccountDetail> {
    let account = seen(s, user).await?;
    let mut living = s.store.sessions(user).await?;
    living.retain(|session| session.ended_at.is_none());
    living.sort_by_key(|session| Reverse((session.last_used_at, session.id)));
    let session = |session: crate::store::Session| Session {
        id: session.id,
        device: rules::device(&session.user_agent),
        place: session.place,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        current: false,
    };
    let registered_with = s.registration.used_by(user).await?.map(|(code, _)| code);
    Ok(AccountDetail {
        account,
        sessions: living.into_iter().map(session).collect(),
        registered_with,
        passkeys: u32::try_from(s.passkeys.of(user).await?.len()).unwrap_or(u32::MAX),
        has_authenticator: second_factor::of(s, user).await?.is_some(),
    })
}

/// One account as operators see it.
pub(super) async fn seen(s: &Service, user: UserId) -> Result<AccountSeen> {
    let wanted = Wanted { users: &[user], limit: 1, ..Wanted::default() };
    let found = s.operating.list(wanted, s.ground.now()).await?.pop();
    let found = found.ok_or_else(|| Problem::not_found("account"))?;
    let names = names(s, vec![user]).await?;
    Ok(told(found, &names))
}

fn told(seen: Seen, names: &HashMap<UserId, String>) -> AccountSeen {
    let Seen { id, email, role, created_at, verified_at, last_seen_at, sessions, suspension, deletion_due_at } = seen;
    AccountSeen {
        id,
        // Whoever never signed in since a crash at the registration has no profile yet.
        display_name: names.get(&id).cloned().unwrap_or_else(|| rules::name_from(&email)),
        email,
        email_verified: verified_at.is_some(),
        role,
        created_at,
        last_seen_at,
        sessions,
        suspension,
        deletion_due_at,
    }
}

/// What people are called.
pub(super) async fn names(s: &Service, mut users: Vec<UserId>) -> Result<HashMap<UserId, String>> {
    users.sort_unstable();
    users.dedup();
    let mut names = HashMap::with_capacity(users.len());
    for some in users.chunks(PROFILES) {
        let profiles = s.people.profiles(some.to_vec()).await?;
        names.extend(profiles.into_iter().map(|profile| (profile.id, profile.display_name)));
    }
    Ok(names)
}
