use crate::lane::Lane;
use kernel::{GuildId, StreamName};
use std::{ops::Deref, sync::Arc};

/// A stream that a session watches: the shared lane and the session's own cursor in it.
pub(crate) struct Watching {
    pub(crate) lane: Arc<Lane>,
    pub(crate) cursor: i64,
    pub(crate) guild: Option<GuildId>,
    /// Its place among the lane's watchers.
    pub(crate) place: u32,
    /// Tells it from others that the session has or had of the same stream.
    pub(crate) ticket: u32,
    /// How often access may have changed.
    pub(crate) rechecks: u32,
    /// What came before is being fetched: live frames wait.
    pub(crate) fetching: bool,
    /// Access was asked again after every change so far: otherwise live frames wait.
    pub(crate) rechecked: bool,
}

impl Watching {
    pub(crate) fn is_live(&self) -> bool {
        !self.fetching && self.rechecked
    }
}

/// What a session watches, one of a stream. In the order of the lanes' addresses: a lane that brings news finds its
/// own quickly; names are looked up seldom.
#[derive(Default)]
pub(crate) struct Watches {
    list: Vec<Watching>,
    next_ticket: u32,
    /// Where the lane stands that brought news last: most often it is the one that brings the next.
    recent: u32,
}

impl Deref for Watches {
    type Target = [Watching];
    fn deref(&self) -> &[Watching] {
        &self.list
    }
}

impl Watches {
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Watching> {
        self.list.iter_mut()
    }

    pub(crate) fn of_lane(&mut self, lane: &Lane) -> Option<&mut Watching> {
        let is_recent = self.list.get(self.recent as usize).is_some_and(|w| std::ptr::eq(Arc::as_ptr(&w.lane), lane));
        if !is_recent {
            self.recent = self.place(lane).ok()? as u32;
        }
        self.list.get_mut(self.recent as usize)
    }

    pub(crate) fn of(&mut self, stream: &StreamName) -> Option<&mut Watching> {
        self.list.iter_mut().find(|w| w.lane.stream == *stream)
    }

    /// The watch of that stream, when it is still the one with this ticket.
    pub(crate) fn with_ticket(&mut self, stream: &StreamName, ticket: u32) -> Option<&mut Watching> {
        self.of(stream).filter(|w| w.ticket == ticket)
    }

    pub(crate) fn next_ticket(&mut self) -> u32 {
        self.next_ticket = self.next_ticket.wrapping_add(1);
        self.next_ticket
    }

    /// Answers the watch in whose stead it came.
    pub(crate) fn insert(&mut self, watching: Watching) -> Option<Watching> {
        match self.place(&watching.lane) {
            Ok(at) => Some(std::mem::replace(&mut self.list[at], watching)),
            Err(at) => {
                // Most sessions watch few streams, and there are many sessions.
                if self.list.len() == self.list.capacity() {
                    self.list.reserve_exact(self.list.len() / 4 + 1);
                }
                self.list.insert(at, watching);
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, stream: &StreamName) -> Option<Watching> {
        let at = self.list.iter().position(|w| w.lane.stream == *stream)?;
        Some(self.list.remove(at))
    }

    fn place(&self, lane: &Lane) -> Result<usize, usize> {
        self.list.binary_search_by_key(&std::ptr::from_ref(lane), |w| Arc::as_ptr(&w.lane))
    }
}
