//! Who may register: what an operator said, and codes. Every engine passes `registration/suite.rs`.

use super::operating::NewAct;
use accounts_contract::{RegistrationCode, RegistrationCodeUse, RegistrationRules};
use async_trait::async_trait;
use engine_sql::Result;
use kernel::{RegistrationCodeId, Timestamp, UserId};

/// A code as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Code {
    pub(crate) id: RegistrationCodeId,
    pub(crate) code: String,
    pub(crate) note: String,
    /// None: the command line, or an account that is gone.
    pub(crate) made_by: Option<UserId>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) max_uses: Option<u32>,
    pub(crate) uses: u32,
}

impl Code {
    /// Whether it lets one more person in.
    pub(crate) fn works(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && self.expires_at.is_none_or(|at| now < at)
            && self.max_uses.is_none_or(|most| self.uses < most)
    }

    pub(crate) fn told(self, public_url: &str, now: Timestamp, used_by: Vec<RegistrationCodeUse>) -> RegistrationCode {
        let works = self.works(now);
        let Self { id, code, note, made_by, created_at, expires_at, revoked_at, max_uses, uses } = self;
        let link = format!("{public_url}/register?invite={code}");
        RegistrationCode {
            id,
            code,
            link,
            note,
            made_by,
            created_at,
            expires_at,
            revoked_at,
            max_uses,
            uses,
            works,
            used_by,
        }
    }
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// What an operator said, and when; None: nobody did.
    async fn rules(&self) -> Result<Option<(RegistrationRules, Timestamp)>>;

    /// Keeps what an operator says, or forgets it.
    async fn set_rules(&self, rules: Option<&RegistrationRules>, act: &NewAct) -> Result<()>;

    async fn add_code(&self, code: &Code, act: &NewAct) -> Result<()>;

    async fn by_code(&self, code: &str) -> Result<Option<Code>>;

    /// Codes with ids below `before`, the newest first.
    async fn codes(&self, before: Option<RegistrationCodeId>, limit: i64) -> Result<Vec<Code>>;

    /// At most `limit` who registered with it, the last ones first.
    async fn uses(&self, code: RegistrationCodeId, limit: i64) -> Result<Vec<RegistrationCodeUse>>;

    /// The code that an account was made with.
    async fn used_by(&self, user: UserId) -> Result<Option<(RegistrationCodeId, Timestamp)>>;

    /// False: there is no such code. One that is revoked stays as it is, and nothing is noted.
    async fn revoke(&self, code: RegistrationCodeId, act: &NewAct) -> Result<bool>;

    /// Uses a code up once without an account; False when it doesn't work any more.
    async fn spend(&self, code: RegistrationCodeId, now: Timestamp) -> Result<bool>;

    /// Codes that the person made, for the person's archive.
    async fn made_by(&self, user: UserId) -> Result<Vec<Code>>;

    /// Erases which code the person used, and whose notes are the person's. Answers how many rows were changed.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("registration/sql.rs");

#[cfg(test)]
mod suite;
