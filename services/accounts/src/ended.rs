use kernel::{SessionId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How long a refresh that began before its session ended may take until it issues its token.
const ISSUING_SECONDS: i64 = 60;

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

    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }
}
