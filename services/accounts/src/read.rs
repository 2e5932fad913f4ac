use crate::Service;
use accounts_contract::Me;
use contract::{Part, Record};
use kernel::{
    Difference, IdentityId, InstanceRole, Kind, Problem, Reader, Result, SessionId, StreamName, Timestamp, UserId,
};
use serde::Serialize;

const PART: i64 = 500;

pub(crate) async fn me(s: &Service, user: UserId) -> Result<Me> {
    let account = s.store.account(user).await?.ok_or_else(gone)?;
    let profile = s.people.find(user).await?.ok_or_else(gone)?;
    Ok(account.me(profile))
}

pub(crate) fn gone() -> Problem {
    Problem::new(Kind::Unauthenticated, "account_gone", "This account is no more: sign in with another.")
}

/// A person's own stream is for that person alone.
pub(crate) async fn difference(s: &Service, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
    match reader {
        Reader::Person(caller) if stream.parts() != ("accounts", "user", caller.user.0) => {
            Err(Problem::not_found("stream"))
        }
        _ => Ok(s.ground.journal.read(reader, stream, since).await?),
    }
}

/// What a person gave to sign in with, without what proves it.
#[derive(Serialize)]
struct ExportedAccount<'a> {
    id: UserId,
    email: &'a str,
    operator: bool,
    role: InstanceRole,
    created_at: Timestamp,
    email_verified_at: Option<Timestamp>,
    language: &'static str,
}

#[derive(Serialize)]
struct ExportedAuthenticator {
    confirmed_at: Option<Timestamp>,
    recovery_codes_left: i64,
}

#[derive(Serialize)]
struct ExportedIdentity<'a> {
    id: IdentityId,
    issuer: &'a str,
    subject: &'a str,
    email: &'a str,
    linked_at: Timestamp,
    used_at: Timestamp,
}

#[derive(Serialize)]
struct ExportedSession<'a> {
    id: SessionId,
    user_agent: &'a str,
    place: &'a str,
    created_at: Timestamp,
    last_used_at: Timestamp,
    ended_at: Option<Timestamp>,
}

pub(crate) async fn export(s: &Service, user: UserId) -> Result<Part> {
    let mut records = Vec::new();
    if let Some(a) = s.store.account(user).await? {
        let account = ExportedAccount {
            id: a.id,
            email: &a.email,
            operator: a.role == InstanceRole::Operator,
            role: a.role,
            created_at: a.created_at,
            email_verified_at: a.verified_at,
            language: a.language.code(),
        };
        records.push(Record::new("account", &account)?);
    }
    if let Some(app) = s.factors.totp(user).await? {
        let recovery_codes_left = s.factors.codes_left(user).await?;
        let exported = ExportedAuthenticator { confirmed_at: app.confirmed_at, recovery_codes_left };
        records.push(Record::new("authenticator", &exported)?);
    }
    for passkey in s.passkeys.of(user).await? {
        records.push(Record::new("passkey", &crate::passkeys::told(passkey))?);
    }
    for identity in s.identities.of(user).await? {
        let exported = ExportedIdentity {
            id: identity.id,
            issuer: &identity.issuer,
            subject: &identity.subject,
            email: &identity.email,
            linked_at: identity.linked_at,
            used_at: identity.used_at,
        };
        records.push(Record::new("identity", &exported)?);
    }
    for session in s.store.sessions(user).await? {
        let exported = ExportedSession {
            id: session.id,
            user_agent: &session.user_agent,
            place: &session.place,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            ended_at: session.ended_at,
        };
        records.push(Record::new("session", &exported)?);
    }
    crate::operating::export(s, user, &mut records).await?;
    Ok(Part { records, ..Part::default() })
}

/// What others may know of an account: that it is there.
#[derive(Serialize)]
struct Known {
    id: UserId,
    created_at: Timestamp,
}

pub(crate) async fn snapshot(s: &Service, after: Option<String>) -> Result<Part> {
    let after = after.map(|id| id.parse::<UserId>()).transpose()?.unwrap_or(UserId(0));
    let known = s.store.page(after, PART).await?;
    let next = known.last().filter(|_| known.len() as i64 == PART).map(|(id, _)| id.to_string());
    let record =
        |(id, created_at): &(UserId, Timestamp)| Record::new("account", &Known { id: *id, created_at: *created_at });
    let records = known.iter().map(record).collect::<Result<_>>()?;
    Ok(Part { records, next, ..Part::default() })
}
