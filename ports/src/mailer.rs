use async_trait::async_trait;
use kernel::{Result as Answer, Timestamp, UserId};

/// One mail to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same when the same mail is handed over again, so that programs may drop the repeat.
    pub id: i64,
    pub at: Timestamp,
    /// What it is about, in a word that fits a file's name: `reset-password`.
    pub about: &'static str,
    /// Whose account it is about; 0 for nobody's.
    pub account: UserId,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// `en`, `de`
    pub language: &'static str,
}

/// Why a mail wasn't handed over. The words are for the log: they hold neither the address nor the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// Trying again may help.
    Later(String),
    /// The mail, or its address, is refused for good.
    Never(String),
}

/// Takes mails to people.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail over to who delivers it. Answers in bounded time. After `Ok` it is theirs; after an error it may have
    /// been handed over all the same, when the connection broke at the end.
    async fn send(&self, mail: &Mail) -> Result<(), Undelivered>;

    /// Leaves nothing of what is kept here of mails about an account, or to an address that isn't empty. What was handed over is
    /// out of reach.
    async fn forget(&self, _account: UserId, _to: &str) -> Answer<()> {
        Ok(())
    }

    /// Whether mails reach whom they are for, and not only who runs the server.
    fn reaches_people(&self) -> bool;
}
