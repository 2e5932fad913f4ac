use kernel::{SessionId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Sessions that ended so recently that an access token of theirs may still look good.
#[derive(Debug)]
pub(crate) struct Ended(Mutex<HashMap<SessionId, Timestamp>>);

impl Ended {
    pub(crate) fn new(ended: Vec<(SessionId, Timestamp)>) -> Self {
        Self(Mutex::new(ended.into_iter().collect()))
    }

    /// `since` is the moment before which an end needs no memory any more.
    pub(crate) fn add(&self, session: SessionId, now: Timestamp, since: Timestamp) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, at| *at >= since);
        ended.insert(session, now);
    }

    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }
}
