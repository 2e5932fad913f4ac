//! Whether live delivery may go on. Where processes hear of each other by a broker, the word that somebody lost access
//! may itself be lost. So a node asks the owners, again and again: accounts, which sessions ended; guilds, how far a
//! guild's stream is, as long as something of the guild is to be delivered. Nothing is delivered on an answer to a
//! question that was asked longer than [`GOOD_MS`] ago: it stands still until the owner answers, and goes on from there.

use crate::{access::Guard, lock, session::SESSION_ENDED, session::Session};
use accounts_contract::Accounts;
use guilds_contract::Guilds;
use kernel::{GuildId, Problem, Result, StreamName};
use std::{
    collections::HashMap,
    mem::take,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// Who was removed is removed everywhere within a second.
const GOOD_MS: u64 = 900;
/// An answer this old is still good, and time to ask again: so talk doesn't stop for the question.
const FRESH_MS: u64 = 400;
/// How often accounts is asked.
const SESSIONS: Duration = Duration::from_millis(300);
/// How long to wait after an owner didn't answer.
const RETRY: Duration = Duration::from_millis(50);
/// How long an owner may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// How long nobody relies on facts from before a change: they are remembered for less, and asked for meanwhile.
const RESTLESS_MS: u64 = 3_000;
/// Guilds that are asked about at once.
const TOGETHER: usize = 200;

/// Something that is delivered, or stands still.
pub(crate) trait Held: Send + Sync {
    /// The guild that it is of.
    fn guard(&self) -> Option<&Arc<Guard>>;

    /// Set while it waits for an answer.
    fn waits(&self) -> &AtomicBool;

    /// Delivers what stood still.
    fn go_on(self: Arc<Self>);
}

/// A moment on this node's own clock: when something was asked that has been answered, or when something happened.
#[derive(Default)]
pub(crate) struct Moment(AtomicU64);

impl Moment {
    fn set(&self, ms: u64) {
        self.0.store(ms + 1, Ordering::Release);
    }

    /// How long ago it was, in milliseconds; for ever, when it never was.
    fn age_ms(&self, now_ms: u64) -> u64 {
        self.0.load(Ordering::Acquire).checked_sub(1).map_or(u64::MAX, |at| now_ms.saturating_sub(at))
    }
}

pub(crate) struct Assurance {
    /// Whether words can be lost. Otherwise there is nothing to ask.
    needed: bool,
    began: Instant,
    sessions: Moment,
    wanted: Mutex<Wanted>,
    wake: Notify,
    /// Whether the log was told that an owner doesn't answer.
    accounts_silent: AtomicBool,
    guilds_silent: AtomicBool,
}

#[derive(Default)]
struct Wanted {
    guards: HashMap<GuildId, Arc<Guard>>,
    held: Vec<Arc<dyn Held>>,
}

impl Assurance {
    pub(crate) fn new(needed: bool) -> Arc<Self> {
        Arc::new(Self {
            needed,
            began: Instant::now(),
            sessions: Moment::default(),
            wanted: Mutex::default(),
            wake: Notify::new(),
            accounts_silent: AtomicBool::new(false),
            guilds_silent: AtomicBool::new(false),
        })
    }

    /// Asks for as long as this lives. `living` gives this node's sessions.
    pub(crate) fn start(
        self: &Arc<Self>,
        accounts: Arc<dyn Accounts>,
        guilds: Arc<dyn Guilds>,
        living: impl Fn() -> Vec<Arc<Session>> + Send + Sync + 'static,
    ) {
        if self.needed {
            tokio::spawn(keep_asking_accounts(Arc::downgrade(self), accounts, living));
            tokio::spawn(keep_asking_guilds(Arc::downgrade(self), guilds));
        }
    }

    /// Whether `held` may be delivered. If not, it is told to go on as soon as it may.
    pub(crate) fn lets(&self, held: &Arc<impl Held + 'static>) -> bool {
        if !self.needed {
            return true;
        }
        let now = self.now_ms();
        let of_guild = held.guard().map_or(0, |guard| guard.answered.age_ms(now));
        let is_good = of_guild.max(self.sessions.age_ms(now)) <= GOOD_MS;
        if (!is_good || of_guild > FRESH_MS) && !held.waits().swap(true, Ordering::AcqRel) {
            lock(&self.wanted).held.push(held.clone());
            self.wake.notify_one();
        }
        is_good
    }

    /// Asks about a guild of which nothing is known yet.
    pub(crate) fn begin(&self, guard: &Arc<Guard>) {
        if self.needed {
            lock(&self.wanted).guards.insert(guard.guild, guard.clone());
            self.wake.notify_one();
        }
    }

    /// Notes that access may have changed just now.
    pub(crate) fn note(&self, changed: &Moment) {
        changed.set(self.now_ms());
    }

    /// Whether somebody may still rely on facts from before that change.
    pub(crate) fn is_restless(&self, changed: &Moment) -> bool {
        self.needed && changed.age_ms(self.now_ms()) < RESTLESS_MS
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_good(&self, held: &dyn Held) -> bool {
        let now = self.now_ms();
        held.guard().map_or(0, |guard| guard.answered.age_ms(now)).max(self.sessions.age_ms(now)) <= GOOD_MS
    }

    /// Asks about the guilds that are wanted, and lets go on what may.
    async fn ask_guilds(&self, guilds: &Arc<dyn Guilds>) {
        let Wanted { mut guards, mut held } = take(&mut *lock(&self.wanted));
        let now = self.now_ms();
        for held in &held {
            // Cleared before asking, so that what is held from here on is another question.
            held.waits().store(false, Ordering::Release);
            if let Some(guard) = held.guard().filter(|guard| guard.answered.age_ms(now) > FRESH_MS) {
                guards.insert(guard.guild, guard.clone());
            }
        }
        let guards: Vec<Arc<Guard>> = guards.into_values().collect();
        for some in guards.chunks(TOGETHER) {
            let asked = timeout(DEADLINE, self.ask_about(some, guilds)).await;
            tell(&self.guilds_silent, "guilds", asked.unwrap_or_else(|late| Err(Problem::internal(late))));
        }
        held.retain(|held| {
            let is_good = self.is_good(&**held);
            if is_good {
                held.clone().go_on();
            }
            !is_good && !held.waits().swap(true, Ordering::AcqRel)
        });
        if !held.is_empty() {
            lock(&self.wanted).held.append(&mut held);
            sleep(RETRY).await;
            self.wake.notify_one();
        }
    }

    async fn ask_about(&self, guards: &[Arc<Guard>], guilds: &Arc<dyn Guilds>) -> Result<()> {
        let asked = self.now_ms();
        let at = guilds.heads(guards.iter().map(|guard| guard.guild).collect()).await?;
        let mut following = JoinSet::new();
        for guard in guards {
            let head = at.get(&StreamName::guild(guard.guild)).copied().unwrap_or(0);
            if guard.has_heard(head) {
                guard.answered.set(asked);
            } else {
                let (guard, guilds) = (guard.clone(), guilds.clone());
                following.spawn(async move {
                    guard.follow(&*guilds, head).await?;
                    guard.answered.set(asked);
                    Ok(())
                });
            }
        }
        while let Some(followed) = following.join_next().await {
            followed.unwrap_or_else(|panic| Err(Problem::internal(panic)))?;
        }
        Ok(())
    }
}

/// Says in the log when an owner stops answering, and when it answers again.
fn tell(silent: &AtomicBool, owner: &str, asked: Result<()>) {
    match asked {
        Err(problem) if !silent.swap(true, Ordering::AcqRel) => {
            tracing::warn!(owner, ?problem, "live delivery stands still until its owner says who may hear");
        }
        Ok(()) if silent.swap(false, Ordering::AcqRel) => tracing::info!(owner, "live delivery goes on"),
        _ => {}
    }
}

async fn keep_asking_guilds(assurance: Weak<Assurance>, guilds: Arc<dyn Guilds>) {
    loop {
        let Some(assurance) = assurance.upgrade() else { return };
        if timeout(DEADLINE, assurance.wake.notified()).await.is_ok() {
            assurance.ask_guilds(&guilds).await;
        }
    }
}

/// Ends the sockets of sessions that ended, whatever was heard of it.
async fn keep_asking_accounts(
    assurance: Weak<Assurance>,
    accounts: Arc<dyn Accounts>,
    living: impl Fn() -> Vec<Arc<Session>>,
) {
    loop {
        let Some(assurance) = assurance.upgrade() else { return };
        let asked = assurance.now_ms();
        let ended = timeout(DEADLINE, accounts.ended()).await.unwrap_or_else(|late| Err(Problem::internal(late)));
        let done = ended.map(|ended| {
            if !ended.is_empty() {
                let ended = ended.into_iter().collect();
                living().iter().filter(|s| s.is_of(&ended)).for_each(|session| session.end_with(SESSION_ENDED));
            }
            assurance.sessions.set(asked);
        });
        tell(&assurance.accounts_silent, "accounts", done);
        drop(assurance);
        sleep(SESSIONS).await;
    }
}
