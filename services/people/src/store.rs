//! What people keeps of profiles. Every engine passes `store/suite.rs`.

pub(crate) mod blocks;
pub(crate) mod friends;
pub(crate) mod settings;

use async_trait::async_trait;
use engine_sql::Result;
use files_contract::ImageName;
use kernel::{Committed, NewEvent, Timestamp, UserId};
use people_contract::{Picture, Profile, Status};

/// A change of a profile: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) display_name: Option<String>,
    pub(crate) handle: Option<Rename>,
    pub(crate) bio: Option<String>,
    pub(crate) pronouns: Option<String>,
    pub(crate) accent_color: Option<Option<String>>,
    pub(crate) status: Option<Option<Status>>,
}

/// Another handle, and what decides whether it may be had.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rename {
    pub(crate) to: String,
    pub(crate) now: Timestamp,
    /// Handles that others gave up since then are still theirs.
    pub(crate) theirs_since: Timestamp,
    /// There may have been one change since then, but no two.
    pub(crate) once_since: Timestamp,
}

/// Why a profile was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Gone,
    HandleTaken,
    /// There were two changes; this is the moment of the first.
    HandleChanged(Timestamp),
}

/// A picture that is shown, and what was until now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) profile: Profile,
    pub(crate) until_now: Option<ImageName>,
}

#[async_trait]
pub(crate) trait Store: Send + Sync {
    async fn find(&self, user: UserId) -> Result<Option<Profile>>;

    async fn by_handle(&self, handle: &str) -> Result<Option<Profile>>;

    /// Those of `users` that there are.
    async fn list(&self, users: &[UserId]) -> Result<Vec<Profile>>;

    /// At most `limit` people whose name or handle has `part` in it, in either case where the letters are Latin ones without marks; the
    /// newest first.
    async fn named(&self, part: &str, limit: i64) -> Result<Vec<UserId>>;

    /// At most `limit` profiles with ids above `after`, rising.
    async fn page(&self, after: UserId, limit: i64) -> Result<Vec<Profile>>;

    /// Inserts the profile unless the person has one, with the first of `handles` that is free; answers the one that is there.
    async fn ensure(&self, profile: Profile, handles: &[String]) -> Result<Profile>;

    /// Changes a profile, with its event.
    async fn edit(&self, user: UserId, change: Change, event: NewEvent) -> Result<Result<Committed<Profile>, Refusal>>;

    /// Shows another picture, or none; nothing is done where there is no such person.
    async fn show(
        &self,
        user: UserId,
        picture: Picture,
        name: Option<ImageName>,
        event: NewEvent,
    ) -> Result<Option<Committed<Shown>>>;

    /// At most `limit` people, of before there were handles, who have none.
    async fn without_handle(&self, limit: i64) -> Result<Vec<(UserId, String)>>;

    /// Gives each the first of their handles that is free.
    async fn give_handles(&self, handles: &[(UserId, [String; 3])]) -> Result<()>;

    /// The handles that a person has or had, and until when.
    async fn handles(&self, user: UserId) -> Result<Vec<(String, Option<Timestamp>)>>;

    /// Answers how many rows are gone.
    async fn erase(&self, user: UserId) -> Result<u64>;
}

engine_sql::stamp!("store/sql.rs");

#[cfg(test)]
mod suite;
