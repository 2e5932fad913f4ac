//! What accounts keeps of mails, their links, and what follows from these. Every engine passes `letters/suite.rs`.

use super::Account;
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{Committed, NewEvent, SessionId, Timestamp, UserId};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Verify,
    /// Someone registered with an address that has an account.
    Taken,
    ChangeEmail,
    EmailChanged,
    Reset,
    PasswordChanged,
    PasskeyAdded,
    PasskeyRemoved,
    AuthenticatorOn,
    AuthenticatorOff,
    IdentityLinked,
    IdentityUnlinked,
    /// An operator took the passkeys or the authenticator app away.
    FactorsRemoved,
}

impl About {
    pub(crate) const ALL: [Self; 13] = [
        Self::Verify,
        Self::Taken,
        Self::ChangeEmail,
        Self::EmailChanged,
        Self::Reset,
        Self::PasswordChanged,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::AuthenticatorOn,
        Self::AuthenticatorOff,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::FactorsRemoved,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify-email",
            Self::Taken => "already-registered",
            Self::ChangeEmail => "change-email",
            Self::EmailChanged => "email-changed",
            Self::Reset => "reset-password",
            Self::PasswordChanged => "password-changed",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::AuthenticatorOn => "authenticator-on",
            Self::AuthenticatorOff => "authenticator-off",
            Self::IdentityLinked => "identity-linked",
            Self::IdentityUnlinked => "identity-unlinked",
            Self::FactorsRemoved => "factors-removed",
        }
    }
}

/// A mail that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Letter {
    pub(crate) id: i64,
    pub(crate) about: About,
    /// 0: whoever has the address.
    pub(crate) account: UserId,
    pub(crate) email: String,
    /// How often it was tried.
    pub(crate) attempts: i32,
    pub(crate) next_at: Timestamp,
}

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Verify,
    ChangeEmail,
    Reset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::ChangeEmail => "change_email",
            Self::Reset => "reset",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub(crate) hash: String,
    pub(crate) purpose: Purpose,
    pub(crate) account: UserId,
    /// The address that it was mailed to.
    pub(crate) email: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) used_at: Option<Timestamp>,
}

/// What became of following a link.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Followed {
    Done,
    /// Someone was faster.
    Used,
    /// The account isn't there any more, or its address is another now.
    Outdated,
    /// Another account has the address.
    Taken,
}

/// A new password, and what follows from it in the same transaction.
#[derive(Debug)]
pub(crate) struct NewPassword<'a> {
    pub(crate) account: &'a Account,
    pub(crate) password_hash: &'a str,
    pub(crate) now: Timestamp,
    /// The link that it is set by; then the address is proven, too.
    pub(crate) link: Option<&'a str>,
    /// The session that goes on.
    pub(crate) keep: Option<SessionId>,
    /// All other living sessions, with the announcements of their ends.
    pub(crate) end: Vec<(SessionId, NewEvent)>,
    pub(crate) letter: &'a Letter,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum PasswordSet {
    Done(Committed<()>),
    /// The link was used in the meantime.
    Used,
    /// Sessions started or the password changed in the meantime: look again.
    Stale,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Keeps a mail until it is handed over.
    async fn post(&self, letter: &Letter) -> Result<()>;

    /// At most `limit` mails whose time has come, the oldest first.
    async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<Letter>>;

    /// Takes on a mail, until `next_at`. False: another process did.
    async fn take(&self, letter: &Letter, next_at: Timestamp) -> Result<bool>;

    /// Forgets a mail: it was handed over, or given up.
    async fn done(&self, letter: i64) -> Result<()>;

    async fn add_link(&self, link: &Link) -> Result<()>;

    async fn link(&self, hash: &str) -> Result<Option<Link>>;

    /// Uses a link that proves the account's address.
    async fn verify(&self, link: &Link, now: Timestamp, event: NewEvent) -> Result<Committed<Followed>>;

    /// Uses a link that proves the account's new address; links to the old one are of no use any more. `letter` tells the
    /// old one.
    async fn change_email(
        &self,
        link: &Link,
        email_key: &str,
        now: Timestamp,
        event: NewEvent,
        letter: &Letter,
    ) -> Result<Committed<Followed>>;

    /// Sets a password, and makes the account's links for new passwords useless.
    async fn set_password(&self, new: NewPassword<'_>) -> Result<PasswordSet>;

    /// Forgets links that were good until `before` at the longest.
    async fn forget_links(&self, before: Timestamp) -> Result<()>;

    /// Erases the person's mails and links. Answers how many rows are gone.
    async fn erase(&self, user: UserId, email: &str) -> Result<u64>;
}

engine_sql::stamp!("letters/sql.rs");

#[cfg(test)]
mod suite;
