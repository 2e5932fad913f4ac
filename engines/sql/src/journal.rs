use crate::{Database, Result};
use async_trait::async_trait;
use kernel::{At, Difference, Event, Reader, StreamName, Timestamp};
use ports::Bell;

/// What every service's database keeps beside its own tables. Reads are permission-free: the service decides.
#[async_trait]
pub trait Journal: Send + Sync {
    /// What came after `since` in `stream`, or the word to fetch anew: when `since` is ahead, or not kept any more, or
    /// further behind than `bound`.
    async fn after(&self, stream: &StreamName, since: i64, bound: Option<i64>) -> Result<Difference>;

    /// What came after `since`, for clients, who fetch anew when too much did.
    async fn difference(&self, stream: &StreamName, since: i64) -> Result<Difference> {
        self.after(stream, since, Some(Difference::MAX_BEHIND)).await
    }

    /// What came after `since`, for `reader`.
    async fn read(&self, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
        self.after(stream, since, patience(reader)).await
    }

    /// The newest `seq` of each of `streams`.
    async fn heads(&self, streams: &[StreamName]) -> Result<At>;

    /// Streams that grew since their bell was rung last: at most `limit`, by name, those after `after`.
    async fn unrelayed(&self, after: &str, limit: i64) -> Result<Vec<Bell>>;

    /// The bell of these was rung.
    async fn relayed(&self, bells: &[Bell]) -> Result<()>;

    /// How far `follower` has followed `stream`.
    async fn cursor(&self, follower: &str, stream: &StreamName) -> Result<i64>;

    /// All of these: follower, stream, how far.
    async fn cursors(&self) -> Result<Vec<(String, StreamName, i64)>>;

    /// `follower` has followed `stream` up to `seq`; never goes back.
    async fn advance(&self, follower: &str, stream: &StreamName, seq: i64) -> Result<()>;

    /// Sets aside an event that `follower` can't take in.
    async fn bury(&self, follower: &str, stream: &StreamName, seq: i64, at: Timestamp, error: &str) -> Result<()>;

    /// Forgets events that happened before `before`, in some of the streams after `after`, by name. Answers the last of
    /// them, to go on from; nothing when these were all. Who asks for what is forgotten is told to fetch anew.
    async fn prune(&self, after: &str, before: Timestamp) -> Result<Option<String>>;

    /// Takes a free node number for `holder`, for [`LEASE`](crate::mint::LEASE). None: all are taken.
    async fn take_node(&self, holder: i64) -> Result<Option<u16>>;

    /// Holds `node` for as long again. False: `holder` isn't the one who took it last.
    async fn prolong_node(&self, holder: i64, node: u16) -> Result<bool>;

    /// The moment before which `node` may have made ids.
    async fn high_water(&self, node: u16) -> Result<Timestamp>;

    /// Raises that moment, on disk.
    async fn raise_high_water(&self, node: u16, until: Timestamp) -> Result<()>;
}

/// How far behind a reader may be: a service may miss nothing, however far behind it is.
pub fn patience(reader: Reader) -> Option<i64> {
    match reader {
        Reader::Service => None,
        Reader::Person(_) => Some(Difference::MAX_BEHIND),
    }
}

/// What is known of a difference without reading an event: nothing is new, or the reader must fetch anew, who is ahead of
/// `head` or further behind than `bound`.
pub fn without_reading(since: i64, head: i64, bound: Option<i64>) -> Option<Difference> {
    let reset = since < 0 || since > head || bound.is_some_and(|bound| head - since > bound);
    (reset || since == head).then(|| Difference { events: Vec::new(), head, more: false, reset })
}

/// The difference that `events` are, all of them later than `since`: as far as no hole is in it. What isn't kept any more is
/// a hole, and who stands before it must fetch anew.
pub fn unbroken(events: Vec<Event>, since: i64, head: i64) -> Difference {
    let wanted = events.into_iter().zip(since + 1..).take_while(|(event, seq)| event.seq == *seq);
    let events: Vec<Event> = wanted.map(|(event, _)| event).collect();
    let reset = events.is_empty();
    let last = events.last().map_or(head, |event| event.seq);
    Difference { events, head: head.max(last), more: last < head, reset }
}

use Journal as Store;
crate::stamp!("journal/sql.rs", sqlite: "journal/sqlite.rs", postgres: "journal/postgres.rs");

impl Database {
    /// The journal of this database.
    pub fn journal(&self) -> std::sync::Arc<dyn Journal> {
        open(self)
    }
}
