//! Realtime: live sessions, fan-out, presence.
//!
//! * owns: nothing on disk; per stream a *lane* of frames that all sessions share, each with its own cursor
//! * emits: hints of presence
//! * listens to: the fan-out of every stream that a session watches; of guilds, to take access away; of the
//!   person's own streams, to end with the session and to learn of new guilds
//! * calls: accounts (who is this?), messages (send, read), guilds (where is this person at home?), and the owner
//!   of each stream for what came before

mod access;
mod heads;
mod lane;
mod lanes;
mod owners;
mod presence;
mod send;
mod session;
mod track;
mod watch;

use accounts_contract::Accounts;
use gate::Gate;
use guilds_contract::Guilds;
use kernel::{Problem, Result};
use messages_contract::Messages;
use people_contract::People;
use ports::Fanout;
use realtime_contract::{Outgoing, Realtime};
use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

/// Who realtime calls.
#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub people: Arc<dyn People>,
    pub guilds: Arc<dyn Guilds>,
    pub messages: Arc<dyn Messages>,
    pub gate: Arc<Gate>,
}

pub(crate) struct Service {
    deps: Deps,
    fanout: Arc<dyn Fanout>,
    lanes: Arc<lanes::Lanes>,
    presence: Arc<presence::Presence>,
    heads: Arc<heads::Heads>,
    access: Arc<access::Access>,
    sessions: Mutex<Vec<Weak<session::Session>>>,
    draining: AtomicBool,
    itself: Weak<Service>,
}

/// The realtime service of this node.
pub fn build(fanout: Arc<dyn Fanout>, deps: Deps) -> Arc<dyn Realtime> {
    Arc::new_cyclic(|itself: &Weak<Service>| Service {
        lanes: lanes::Lanes::new(fanout.clone(), owners::Owners(deps.clone())),
        presence: presence::Presence::start(fanout.clone()),
        heads: heads::Heads::start(fanout.clone()),
        access: access::Access::new(fanout.clone()),
        sessions: Mutex::default(),
        draining: AtomicBool::new(false),
        itself: itself.clone(),
        deps,
        fanout,
    })
}

impl Realtime for Service {
    fn connect(&self) -> Result<Arc<dyn realtime_contract::Session>> {
        if self.draining.load(Ordering::Acquire) {
            return Err(Problem::unavailable("The server is restarting: connect again in a moment."));
        }
        let service = self.itself.upgrade().ok_or_else(|| Problem::unavailable("The server is stopping."))?;
        let session = session::Session::new(service);
        let mut sessions = lock(&self.sessions);
        // Forgotten sessions are cleared away when the list would grow.
        if sessions.len() == sessions.capacity() {
            sessions.retain(|s| s.strong_count() > 0);
        }
        sessions.push(Arc::downgrade(&session));
        Ok(session)
    }

    fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        for session in lock(&self.sessions).drain(..).filter_map(|s| s.upgrade()) {
            session.end(Outgoing::Close(1012, "restarting"));
        }
    }
}

/// A lock whose holder panicked still holds good data here: every change under it is one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
