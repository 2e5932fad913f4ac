//! Ports: what services need from outside, one trait each. Engines implement them; tests hold them.

mod blobs;
mod bus;
mod clock;
mod fanout;
mod mailer;
mod random;

pub use blobs::{Blob, Blobs, ByteStream, ContentType, ERASED, Key, LIST_MAX, Listed, Meta, Prefix, whole};
pub use bus::{Bell, Bus, Follower};
pub use clock::{Clock, ManualClock, SystemClock};
pub use fanout::{Announce, Fanout, Hint, Sink, Subscription};
pub use mailer::{Mail, Mailer, Undelivered};
pub use random::{OsRandom, Random, SeededRandom};
