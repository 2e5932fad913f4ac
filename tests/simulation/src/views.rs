//! The client's rule (`docs/socket.md`), and what a client shows by it.

use kernel::EventId;
use std::collections::BTreeMap;

/// What a client does after it heard something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Nothing,
    /// Something is missing: if it still is after 50 ms, watch again.
    Patience,
}

/// One stream as a client shows it.
#[derive(Default)]
pub(crate) struct View {
    /// The last `seq` that was shown.
    pub(crate) seq: i64,
    pub(crate) shown: Vec<EventId>,
    held: BTreeMap<i64, EventId>,
}

impl View {
    /// The next is shown, a lower one dropped, a higher one waits.
    pub(crate) fn take(&mut self, seq: i64, id: EventId, shows_all: bool) -> Next {
        if shows_all {
            self.shown.push(id);
            self.seq = self.seq.max(seq);
            return Next::Nothing;
        }
        if seq > self.seq + 1 {
            self.held.insert(seq, id);
        } else if seq == self.seq + 1 {
            self.show(seq, id);
            self.drain();
        }
        if self.held.is_empty() { Next::Nothing } else { Next::Patience }
    }

    pub(crate) fn has_gap(&self) -> bool {
        !self.held.is_empty()
    }

    /// The state was fetched anew, as of `at`. True: that is behind what was shown, so what came between is asked for.
    pub(crate) fn place(&mut self, at: i64, shown: Vec<EventId>) -> bool {
        let behind = at < self.seq;
        self.seq = at;
        self.shown = shown;
        self.drain();
        behind
    }

    fn show(&mut self, seq: i64, id: EventId) {
        self.seq = seq;
        self.shown.push(id);
    }

    fn drain(&mut self) {
        while let Some((seq, id)) = self.held.pop_first() {
            match seq - self.seq {
                ..=0 => {}
                1 => self.show(seq, id),
                _ => {
                    self.held.insert(seq, id);
                    break;
                }
            }
        }
    }
}
