use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use kernel::{Problem, Result, Timestamp};
use std::{fmt, ops::Range, str::FromStr};

/// Bytes on their way. A failure is the last that comes.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// Bytes that are there already, as a stream.
pub fn whole(bytes: impl Into<Bytes>) -> ByteStream {
    let bytes = bytes.into();
    stream::once(async { Ok(bytes) }).boxed()
}

/// Bytes kept under keys: pictures, attachments, archives.
///
/// Guarantees of every engine: `put` answers Ok only when the whole body is durable; until then, and when the body fails or
/// the call is dropped, the key has what it had before. Whoever began to read goes on with what was there then. What was put
/// or deleted is seen by every call that begins afterwards. Neither way holds more than some MiB of a body in memory.
///
/// Every call may answer `unavailable` (503) when the engine is away, and `put` may answer `disk_full` (507); both are safe
/// to repeat.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Keeps the body under the key, in the place of what was there. Answers its length in bytes.
    ///
    /// # Errors
    /// Also what the body's stream fails with.
    async fn put(&self, key: &Key, content_type: &ContentType, body: ByteStream) -> Result<u64>;

    /// What is kept under the key: all of it, or the bytes of the range, as far as there are any.
    ///
    /// # Errors
    /// Also `range_outside` (422): the range is empty, or begins at the end or past it.
    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>>;

    async fn head(&self, key: &Key) -> Result<Option<Meta>>;

    /// Leaves nothing under the key, whether there was something or not.
    async fn delete(&self, key: &Key) -> Result<()>;

    /// Leaves nothing below the prefix of what was there when it began. Answers how many keys went.
    async fn delete_prefix(&self, prefix: &Prefix) -> Result<u64>;

    /// The next keys below the prefix after `after`, rising: at most [`LIST_MAX`]. None are left when the answer is empty.
    async fn list(&self, prefix: &Prefix, after: Option<&Key>) -> Result<Vec<Listed>>;
}

/// Below this stands the ledger of who was erased. It is no part of backups: it must know what they don't.
pub const ERASED: &str = "erased";

/// How many keys one page of a list has.
pub const LIST_MAX: usize = 1_000;

/// What is read: where it lies in the whole, and the bytes.
pub struct Blob {
    pub meta: Meta,
    /// The part of the whole that `body` is.
    pub range: Range<u64>,
    pub body: ByteStream,
}

impl Blob {
    /// All bytes at once, for what is known to be small.
    pub async fn collect(mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(bytes) = self.body.next().await {
            all.extend_from_slice(&bytes?);
        }
        Ok(all)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    pub content_type: ContentType,
    /// The length of the whole.
    pub bytes: u64,
}

impl Meta {
    /// The part of the whole that was asked for.
    ///
    /// # Errors
    /// `range_outside`: there is none.
    pub fn part(&self, asked: Option<Range<u64>>) -> Result<Range<u64>> {
        let Some(asked) = asked else { return Ok(0..self.bytes) };
        let part = asked.start..asked.end.min(self.bytes);
        if part.is_empty() {
            let detail = format!("The range doesn't lie in the file, which has {} bytes.", self.bytes);
            return Err(Problem::field("range", "range_outside", detail));
        }
        Ok(part)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub key: Key,
    pub bytes: u64,
    pub put_at: Timestamp,
}

/// The name of a blob, made by the house of ids, hashes and words of its own, never of what people write: segments of
/// `a-z 0-9 _`, with `/` between them. What belongs to one owner has one beginning: `avatars/17/3f9a`.
///
/// Every other character sorts after `/`, so that folders walked in order give the order of the keys. No key may be a folder
/// of another (`a` and `a/b`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    pub const MAX_BYTES: usize = 500;
    pub const SEGMENT_MAX_BYTES: usize = 128;

    /// # Errors
    /// `internal`: it isn't such a name, which is a fault of who made it.
    pub fn new(key: impl Into<String>) -> Result<Self> {
        let key = key.into();
        let fits = |segment: &str| {
            (1..=Self::SEGMENT_MAX_BYTES).contains(&segment.len())
                && segment.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        match key.len() <= Self::MAX_BYTES && key.split('/').all(fits) {
            true => Ok(Self(key)),
            false => Err(Problem::internal(format!("{key:?} is no key of a blob"))),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The beginning of keys, in whole segments: `avatars/17` is that of `avatars/17/3f9a`, and not of `avatars/170/3f9a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(Option<Key>);

impl Prefix {
    /// That of all keys.
    pub const ALL: Self = Self(None);

    /// # Errors
    /// As [`Key::new`].
    pub fn new(prefix: impl Into<String>) -> Result<Self> {
        Key::new(prefix).map(|key| Self(Some(key)))
    }

    /// Without a `/` at its end; empty for all.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", Key::as_str)
    }

    pub fn holds(&self, key: &Key) -> bool {
        let rest = self.0.as_ref().map(|prefix| key.as_str().strip_prefix(prefix.as_str()));
        rest.is_none_or(|rest| rest.is_some_and(|rest| rest.starts_with('/')))
    }
}

/// What the bytes are: `image/webp`. Fit for a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType(String);

impl ContentType {
    pub const MAX_BYTES: usize = 127;

    /// Of what nobody knows: `application/octet-stream`.
    pub fn bytes() -> Self {
        Self("application/octet-stream".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContentType {
    type Err = Problem;

    fn from_str(given: &str) -> Result<Self> {
        let visible = given.bytes().all(|b| matches!(b, b' '..=b'~')) && given.trim() == given;
        let halves = given.split(';').next().and_then(|kind| kind.split_once('/'));
        let whole = halves.is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        match visible && whole && given.len() <= Self::MAX_BYTES {
            true => Ok(Self(given.to_owned())),
            false => Err(Problem::field(
                "content_type",
                "bad_content_type",
                "The content type isn't one: it should be like image/png.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fit_for_every_engine() {
        for key in ["a", "avatars/17/3f9a", "a/b/c/d/e_1"] {
            assert_eq!(Key::new(key).expect("a key").as_str(), key);
        }
        let (long, longer) = ("a".repeat(129), ["a"; 300].join("/"));
        for key in
            ["", "/a", "a/", "a//b", "..", "a/../b", "a.b", "a-b", "A", "a b", "ä", "a\0", "a\\b", &long, &longer]
        {
            assert!(Key::new(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_prefix_is_of_whole_segments() {
        let key = |key| Key::new(key).expect("a key");
        let prefix = Prefix::new("avatars/17").expect("a prefix");
        assert!(prefix.holds(&key("avatars/17/3f")));
        assert!(!prefix.holds(&key("avatars/170/3f")) && !prefix.holds(&key("avatars/17")));
        assert!(Prefix::ALL.holds(&key("a")));
    }

    #[test]
    fn a_content_type_fits_into_a_header() {
        for given in ["image/webp", "text/plain; charset=utf-8"] {
            assert_eq!(given.parse::<ContentType>().expect("a type").as_str(), given);
        }
        for given in ["", "image", "/png", "image/", "image/png\r\nX: y", " image/png", "ä/b", &"a/".repeat(64)] {
            assert!(given.parse::<ContentType>().is_err(), "{given:?}");
        }
    }

    #[test]
    fn a_part_lies_in_the_whole() {
        let meta = Meta { content_type: "image/png".parse().expect("a type"), bytes: 10 };
        let part = |asked| meta.part(asked).map_err(|problem| problem.code);
        assert_eq!(part(None), Ok(0..10));
        assert_eq!(part(Some(2..4)), Ok(2..4));
        assert_eq!(part(Some(8..u64::MAX)), Ok(8..10));
        for outside in [10..11, 3..3, 20..30] {
            assert_eq!(part(Some(outside)), Err("range_outside".into()));
        }
    }
}
