//! Realtime: live sessions, fan-out, presence.
//!
//! * owns: nothing on disk; per stream a *lane* of frames that all sessions share, each with its own cursor
//! * emits: hints of presence
//! * listens to: the fan-out of every stream that a session watches; of guilds, to take access away; of the
//!   person's own streams, to end with the session and to learn of new guilds
//! * calls: accounts (who is this?), people (how does this person want to be seen?), messages (send, read), guilds (where
//!   is this person at home?), and the owner of each stream for what came before

mod access;
mod assurance;
mod heads;
mod here;
mod lane;
mod lanes;
mod ops;
mod out;
mod own;
mod owners;
mod presence;
mod seen;
mod send;
mod session;
mod shown;
mod track;
mod watch;
mod watchers;
mod watches;
mod workers;

/// What decides without waiting for anything: what the simulation (`tests/simulation`) runs, too.
#[doc(hidden)]
pub mod pure {
    pub use crate::{
        out::{Out, Written},
        track::{After, Pushed, Track},
    };
}

use accounts_contract::Accounts;
use gate::Gate;
use guilds_contract::Guilds;
use kernel::{ChannelId, Problem, Result, UserId};
use messages_contract::Messages;
use people_contract::People;
use ports::{Fanout, Random};
use realtime_contract::{Realtime, Wire};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// How often sessions are looked after.
const ROUND: Duration = Duration::from_secs(1);

/// Who realtime calls.
#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub people: Arc<dyn People>,
    pub guilds: Arc<dyn Guilds>,
    pub messages: Arc<dyn Messages>,
    pub gate: Arc<Gate>,
    pub random: Arc<dyn Random>,
}

pub(crate) struct Service {
    deps: Deps,
    fanout: Arc<dyn Fanout>,
    lanes: Arc<lanes::Lanes>,
    presence: Arc<presence::Presence>,
    heads: Arc<heads::Heads>,
    access: Arc<access::Access>,
    assurance: Arc<assurance::Assurance>,
    sessions: Mutex<Vec<Weak<session::Session>>>,
    visible: Mutex<HashMap<UserId, Weak<[ChannelId]>>>,
    draining: AtomicBool,
    began: Instant,
    itself: Weak<Service>,
}

impl Service {
    /// Whole seconds since the service began.
    pub(crate) fn seconds(&self) -> u32 {
        u32::try_from(self.began.elapsed().as_secs()).unwrap_or(u32::MAX)
    }

    /// The channels that a person sees, held once for all sessions of that person.
    pub(crate) fn shared_visible(&self, user: UserId, visible: &[ChannelId]) -> Arc<[ChannelId]> {
        let mut shared = lock(&self.visible);
        if let Some(there) = shared.get(&user).and_then(Weak::upgrade).filter(|there| **there == *visible) {
            return there;
        }
        if shared.len() == shared.capacity() {
            shared.retain(|_, there| there.strong_count() > 0);
        }
        let visible: Arc<[ChannelId]> = visible.into();
        shared.insert(user, Arc::downgrade(&visible));
        visible
    }

    fn living(&self) -> Vec<Arc<session::Session>> {
        lock(&self.sessions).iter().filter_map(Weak::upgrade).collect()
    }
}

/// The realtime service of this node.
pub fn build(fanout: Arc<dyn Fanout>, deps: Deps) -> Arc<dyn Realtime> {
    let assurance = assurance::Assurance::new(!fanout.hears_all());
    let (accounts, guilds) = (deps.accounts.clone(), deps.guilds.clone());
    let service = Arc::new_cyclic(|itself: &Weak<Service>| Service {
        lanes: lanes::Lanes::new(fanout.clone(), owners::Owners(deps.clone()), assurance.clone()),
        presence: presence::Presence::start(fanout.clone(), &*deps.random),
        heads: heads::Heads::start(fanout.clone(), assurance.clone()),
        access: access::Access::new(fanout.clone(), assurance.clone()),
        assurance: assurance.clone(),
        sessions: Mutex::default(),
        visible: Mutex::default(),
        draining: AtomicBool::new(false),
        began: Instant::now(),
        itself: itself.clone(),
        deps,
        fanout,
    });
    tokio::spawn(look_after(Arc::downgrade(&service)));
    let living = Arc::downgrade(&service);
    assurance.start(accounts, guilds, move || living.upgrade().map_or_else(Vec::new, |service| service.living()));
    service
}

/// Looks after every session, once a round.
async fn look_after(service: Weak<Service>) {
    loop {
        tokio::time::sleep(ROUND).await;
        let Some(service) = service.upgrade() else { return };
        let now = service.seconds();
        // A task of its own: one that breaks takes one round with it, not all to come.
        let round = async move { service.living().iter().for_each(|session| session.look_after(now)) };
        drop(tokio::spawn(round).await);
    }
}

impl Realtime for Service {
    fn connect(&self, wire: Arc<dyn Wire>) -> Result<Arc<dyn realtime_contract::Session>> {
        let service = self.itself.upgrade().ok_or_else(|| Problem::unavailable("The server is stopping."))?;
        let session = session::Session::new(service, wire);
        let mut sessions = lock(&self.sessions);
        if self.draining.load(Ordering::Acquire) {
            return Err(Problem::unavailable("The server is restarting: connect again in a moment."));
        }
        // Those that are gone are cleared away when the list would grow.
        if sessions.len() == sessions.capacity() {
            sessions.retain(|s| s.upgrade().is_some_and(|s| !s.is_gone()));
        }
        sessions.push(Arc::downgrade(&session));
        Ok(session)
    }

    fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        for session in self.living() {
            session.end_with((1012, "restarting"));
        }
    }
}

/// A lock whose holder panicked still holds good data here: every change under it is one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
