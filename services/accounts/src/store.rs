//! What accounts keeps. Every engine passes `store/suite.rs`.

pub(crate) mod deletions;
pub(crate) mod exports;
pub(crate) mod factors;
pub(crate) mod identities;
pub(crate) mod keys;
pub(crate) mod letters;
pub(crate) mod operating;
pub(crate) mod passkeys;
pub(crate) mod registration;

use crate::rules::Language;
use accounts_contract::Me;
use async_trait::async_trait;
use engine_sql::Result;
use identities::Identity;
use kernel::{Committed, InstanceRole, NewEvent, RegistrationCodeId, SessionId, Timestamp, UserId};
use letters::Letter;
use operating::NewAct;
use people_contract::Profile;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) email: String,
    /// None: the account is opened by other means.
    pub(crate) password_hash: Option<String>,
    pub(crate) role: InstanceRole,
    pub(crate) created_at: Timestamp,
    /// When the address was proven to be the person's.
    pub(crate) verified_at: Option<Timestamp>,
    /// Of mails.
    pub(crate) language: Language,
}

impl Account {
    /// The person, as that person sees it.
    pub(crate) fn me(self, profile: Profile) -> Me {
        Me {
            id: self.id,
            email: self.email,
            email_verified: self.verified_at.is_some(),
            handle: profile.handle,
            display_name: profile.display_name,
            avatar: profile.avatar,
            banner: profile.banner,
            accent_color: profile.accent_color,
            bio: profile.bio,
            pronouns: profile.pronouns,
            status: profile.status,
            language: self.language.code().into(),
            operator: self.role == InstanceRole::Operator,
            role: self.role,
            created_at: self.created_at,
        }
    }
}

/// A role as it stands in two columns.
fn role(operator: bool, moderator: bool) -> InstanceRole {
    match (operator, moderator) {
        (true, _) => InstanceRole::Operator,
        (false, true) => InstanceRole::Moderator,
        (false, false) => InstanceRole::Member,
    }
}

/// On what grounds an account is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Admission {
    /// It may be made, whatever else happens.
    Open,
    /// Only as the first account of all.
    First,
    /// With a registration code, which is used up by it.
    Code(RegistrationCodeId),
    /// By an operator, which is noted.
    Operator(Box<NewAct>),
}

/// Why an account wasn't made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotCreated {
    /// The address, or what the person is to a provider, is another account's.
    Taken,
    /// Someone else was the first.
    NotFirst,
    /// The registration code doesn't work any more.
    CodeUsedUp,
}

/// What an account begins with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Beginning {
    pub(crate) session: Option<NewSession>,
    /// What the person is to the provider that they come from.
    pub(crate) identity: Option<Identity>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) account: UserId,
    pub(crate) user_agent: String,
    /// Where it was used last: an address, shortened.
    pub(crate) place: String,
    /// Of its first refresh token.
    pub(crate) hash: String,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) account: UserId,
    pub(crate) user_agent: String,
    /// Where it was used last: an address, shortened.
    pub(crate) place: String,
    pub(crate) current_hash: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// When its person proved last to be the one who signed in.
    pub(crate) proven_at: Timestamp,
}

/// One refresh token for the next, by their hashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) session: SessionId,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) now: Timestamp,
    /// Where the session is used now, when that is known.
    pub(crate) place: Option<&'a str>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn any_account(&self) -> Result<bool>;

    async fn account(&self, user: UserId) -> Result<Option<Account>>;

    async fn by_email(&self, email_key: &str) -> Result<Option<Account>>;

    /// Makes the account on these grounds, with what it begins with, and the mail to it; the first account of
    /// all becomes the operator. Nothing is written when it isn't made.
    async fn create(
        &self,
        account: Account,
        email_key: &str,
        beginning: Beginning,
        letter: &Letter,
        admission: Admission,
        events: Vec<NewEvent>,
    ) -> Result<Committed<Result<Account, NotCreated>>>;

    /// Nothing is done where there is no such account.
    async fn set_language(&self, user: UserId, language: Language, event: NewEvent) -> Result<Option<Committed<()>>>;

    /// None, and nothing is written, when the account isn't there any more, is suspended, or its password isn't the one with
    /// this hash. A session is proven when it starts.
    async fn start_session(
        &self,
        session: NewSession,
        password_hash: Option<&str>,
        event: NewEvent,
    ) -> Result<Option<Committed<()>>>;

    async fn session(&self, session: SessionId) -> Result<Option<Session>>;

    async fn sessions(&self, user: UserId) -> Result<Vec<Session>>;

    /// The session's person proved again; one that has ended stays as it is.
    async fn prove_session(&self, session: SessionId, now: Timestamp) -> Result<()>;

    /// Makes `to` the good token when `from` is; answers whether it was. Forgets tokens of the session that were
    /// exchanged before `forget_before`.
    async fn exchange(&self, exchange: Exchange<'_>, forget_before: Timestamp) -> Result<bool>;

    /// When a token was exchanged, if it was.
    async fn used_at(&self, session: SessionId, hash: &str) -> Result<Option<Timestamp>>;

    /// Ends a session; one that has ended stays as it is, without an event.
    async fn end_session(&self, session: SessionId, now: Timestamp, event: NewEvent) -> Result<Committed<()>>;

    /// Sessions that ended at `since` or later.
    async fn ended_since(&self, since: Timestamp) -> Result<Vec<(SessionId, Timestamp)>>;

    /// The secret of that name, which is `fresh` when there was none.
    async fn secret(&self, name: &str, fresh: &str) -> Result<String>;

    /// At most `limit` living sessions, with their accounts, that weren't used since `before`.
    async fn idle_sessions(&self, before: Timestamp, limit: i64) -> Result<Vec<(SessionId, UserId)>>;

    /// Forgets sessions that ended before `before`.
    async fn forget_sessions(&self, before: Timestamp) -> Result<()>;

    /// Erases the account: no session starts from then on. Answers how many rows are gone.
    async fn erase_account(&self, user: UserId) -> Result<u64>;

    /// Erases what sessions hold of the person; that they ended stays. Answers how many rows were changed.
    async fn erase_sessions(&self, user: UserId) -> Result<u64>;

    /// Accounts by rising id.
    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<(UserId, Timestamp)>>;
}

engine_sql::stamp!("store/sql.rs");

#[cfg(test)]
mod suite;
