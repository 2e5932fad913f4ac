//! Mails on their way: kept until they are handed over, tried again after growing waits, given up after hours. Whoever asks
//! for one doesn't wait for it.

use crate::{
    Service, links,
    mails::{self, Written},
    rules,
    store::{
        Account,
        letters::{About, Letter, Purpose},
    },
};
use kernel::{Result, UserId};
use ports::{Mail, Undelivered};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinSet};

/// The wait after each attempt, in seconds, longer than an attempt takes; after the last one it is given up: eight attempts in
/// seven hours.
const WAITS: [i64; 8] = [45, 90, 300, 900, 3_600, 7_200, 14_400, 14_400];
const AT_ONCE: i64 = 8;
/// How often it is looked for mails that are to be tried again.
const LOOK: Duration = Duration::from_secs(5);

/// Wakes who hands mails over.
#[derive(Debug, Default)]
pub(crate) struct Outbox(Arc<Notify>);

/// A mail that is to be written to whoever has the address: `account` is 0; else to `email` about the account.
pub(crate) async fn letter(s: &Service, about: About, account: UserId, email: &str) -> Result<Letter> {
    let id = s.ground.mint.id().await?;
    Ok(Letter { id, about, account, email: email.to_owned(), attempts: 0, next_at: s.ground.now() })
}

impl Outbox {
    /// There is a new mail.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Hands mails over, for as long as the service lives.
pub(crate) fn start(service: &Arc<Service>) {
    let (bell, service) = (service.outbox.0.clone(), Arc::downgrade(service));
    tokio::spawn(async move {
        while let Some(more) = look(&service).await {
            if !more {
                drop(tokio::time::timeout(LOOK, bell.notified()).await);
            }
        }
    });
}

/// Tries those whose time has come. Answers whether there may be more; None when the service is gone.
async fn look(service: &Weak<Service>) -> Option<bool> {
    let service = service.upgrade()?;
    match hand_over(&service).await {
        Ok(tried) => Some(tried == AT_ONCE as usize),
        Err(problem) => {
            tracing::warn!(?problem, "mails wait until the next try");
            Some(false)
        }
    }
}

/// Answers how many were tried.
pub(crate) async fn hand_over(s: &Arc<Service>) -> Result<usize> {
    let due = s.letters.due(s.ground.now(), AT_ONCE).await?;
    let (tried, mut trying) = (due.len(), JoinSet::new());
    for letter in due {
        let wait = WAITS.get(usize::try_from(letter.attempts).unwrap_or_default()).copied().unwrap_or(WAITS[0]);
        if s.letters.take(&letter, s.ground.now().plus_seconds(wait)).await? {
            let s = s.clone();
            trying.spawn(async move { attempt(&s, letter).await });
        }
    }
    while let Some(done) = trying.join_next().await {
        if let Err(problem) = done.map_err(kernel::Problem::internal).and_then(|done| done) {
            tracing::warn!(?problem, "a mail waits until the next try");
        }
    }
    Ok(tried)
}

async fn attempt(s: &Service, letter: Letter) -> Result<()> {
    let (id, about) = (letter.id, letter.about.name());
    let sent = match compose(s, &letter).await? {
        Some(mail) => s.mail.mailer.send(&mail).await,
        // Nobody has that address: whoever asked isn't told.
        None => Ok(()),
    };
    match sent {
        Err(Undelivered::Later(why)) if (letter.attempts as usize) < WAITS.len() - 1 => {
            tracing::warn!(id, about, why, "a mail couldn't be handed over: it is tried again");
            return Ok(());
        }
        Err(Undelivered::Later(why) | Undelivered::Never(why)) => {
            tracing::error!(id, about, why, "a mail was given up");
        }
        Ok(()) => {}
    }
    Ok(s.letters.done(id).await?)
}

/// The mail, as things are now; None when there is nobody to write to, or nothing to say any more.
async fn compose(s: &Service, letter: &Letter) -> Result<Option<Mail>> {
    let by_email = async |email: &str| s.store.by_email(&rules::email_key(email)).await;
    let account = match letter.account {
        UserId(0) => by_email(&letter.email).await?,
        user => s.store.account(user).await?,
    };
    let Some(account) = account else { return Ok(None) };
    Ok(match letter.about {
        About::Verify if account.verified_at.is_some() => None,
        About::Verify => Some(linked(s, letter, &account, &account.email, Purpose::Verify).await?),
        About::Reset => Some(linked(s, letter, &account, &account.email, Purpose::Reset).await?),
        About::ChangeEmail => match by_email(&letter.email).await? {
            None => Some(linked(s, letter, &account, &letter.email, Purpose::ChangeEmail).await?),
            Some(other) if other.id == account.id => {
                Some(linked(s, letter, &account, &letter.email, Purpose::ChangeEmail).await?)
            }
            Some(other) => Some(plain(s, &Letter { about: About::Taken, ..letter.clone() }, &other, &other.email)),
        },
        About::Taken => Some(plain(s, letter, &account, &account.email)),
        About::EmailChanged
        | About::PasswordChanged
        | About::PasskeyAdded
        | About::PasskeyRemoved
        | About::AuthenticatorOn
        | About::AuthenticatorOff
        | About::IdentityLinked
        | About::IdentityUnlinked
        | About::FactorsRemoved => Some(plain(s, letter, &account, &letter.email)),
    })
}

/// A mail with a link that is good once.
async fn linked(s: &Service, letter: &Letter, account: &Account, to: &str, purpose: Purpose) -> Result<Mail> {
    let token = links::make(s, purpose, account.id, to).await?;
    let page = if purpose == Purpose::Reset { "reset-password" } else { "verify" };
    let link = format!("{}/{page}#{token}", s.mail.public_url);
    Ok(write(s, letter, account, to, link, links::good_for_seconds(s, purpose)))
}

fn plain(s: &Service, letter: &Letter, account: &Account, to: &str) -> Mail {
    let page = match letter.about {
        About::PasswordChanged | About::FactorsRemoved => "/forgot-password",
        About::Taken => "/login",
        _ => "",
    };
    write(s, letter, account, to, format!("{}{page}", s.mail.public_url), 0)
}

fn write(s: &Service, letter: &Letter, account: &Account, to: &str, link: String, good_for_seconds: u32) -> Mail {
    let mail = mails::write(&Written {
        about: letter.about,
        language: account.language,
        public_url: &s.mail.public_url,
        link,
        good_for_seconds,
        email: &account.email,
    });
    Mail { id: letter.id, account: letter.account, at: s.ground.now(), to: to.to_owned(), ..mail }
}
