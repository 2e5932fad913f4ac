use crate::Service;
use kernel::{Result, SessionId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, Weak},
    time::Duration,
};

/// How long a refresh that began before its session ended may take until it issues its token.
const ISSUING_SECONDS: i64 = 60;

/// How often it is asked what other processes ended: tokens die everywhere within a second.
const ASK: Duration = Duration::from_millis(400);
/// Clocks of processes differ by less.
const CLOCKS_SECONDS: i64 = 30;

/// Sessions that ended so recently that an access token of theirs may still look good.
#[derive(Debug)]
pub(crate) struct Ended(Mutex<HashMap<SessionId, Timestamp>>);

impl Ended {
    pub(crate) fn new(ended: Vec<(SessionId, Timestamp)>) -> Self {
        Self(Mutex::new(ended.into_iter().collect()))
    }

    /// The moment before which an end needs no memory any more: every token from before it has expired.
    pub(crate) fn since(now: Timestamp, access_token_seconds: u32) -> Timestamp {
        now.plus_seconds(-i64::from(access_token_seconds) - ISSUING_SECONDS)
    }

    /// Remembers that `session` ended at `now`, and forgets those that ended before `since`.
    pub(crate) fn add(&self, session: SessionId, now: Timestamp, since: Timestamp) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, at| *at >= since);
        ended.insert(session, now);
    }

    /// Remembers what other processes ended, which the store tells, and forgets what is older than `since`.
    pub(crate) fn take_in(&self, heard: Vec<(SessionId, Timestamp)>, since: Timestamp) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, at| *at >= since);
        ended.extend(heard);
    }

    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }
}

/// Where several processes share a database, each hears what the others ended, for as long as the service lives.
pub(crate) fn follow(service: Weak<Service>) {
    tokio::spawn(async move {
        let mut fails = false;
        while let Some(service) = service.upgrade() {
            match hear(&service).await {
                Ok(()) => fails = false,
                Err(problem) if !fails => {
                    fails = true;
                    tracing::warn!(?problem, "what other processes ended isn't known until the database answers");
                }
                Err(_) => {}
            }
            drop(service);
            tokio::time::sleep(ASK).await;
        }
    });
}

async fn hear(s: &Service) -> Result<()> {
    let now = s.ground.now();
    let heard = s.store.ended_since(now.plus_seconds(-CLOCKS_SECONDS)).await?;
    s.ended.take_in(heard, Ended::since(now, s.config.access_token_seconds));
    Ok(())
}
