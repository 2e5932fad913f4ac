//! People: who others see, who is whose friend, and what they set for all their devices. Streams: `people/user/{id}`.

mod block;
mod friend;
mod profile;
mod settings;

pub use block::{Block, BlockChanged};
pub use friend::{Friend, FriendChanged, FriendState};
pub use profile::{Picture, Profile, ProfileEdit, Status};
pub use settings::{Audience, Density, Presence, Settings, SettingsEdit, Theme};

use files_contract::Upload;
use kernel::{Caller, Difference, Limit, Page, Reader, StreamName, UserId};
use serde::{Deserialize, Serialize};

contract::contract! {
    /// Profiles, friends, and settings that all devices of a person share.
    pub trait People as "guildhall.v1.People", client PeopleClient, server serve_people {
        /// Makes the profile where there is none, with a handle made of the name, and answers it. Idempotent; an existing name
        /// stays.
        async fn ensure(&self, user: UserId, display_name: String) -> Profile, idempotent;

        async fn find(&self, user: UserId) -> Option<Profile>, idempotent;

        async fn by_handle(&self, handle: String) -> Option<Profile>, idempotent;

        /// Those of `users` (at most 100) that there are, in no order.
        async fn profiles(&self, users: Vec<UserId>) -> Vec<Profile>, idempotent;

        /// At most `limit` people whose name or handle has `part` in it, for who runs the installation.
        async fn named(&self, part: String, limit: u32) -> Vec<UserId>, idempotent;

        async fn edit(&self, caller: Caller, edit: ProfileEdit) -> Profile, idempotent;

        /// Shows another picture; none: takes it away.
        async fn set_picture(&self, caller: Caller, picture: Picture, upload: Option<Upload>) -> Profile;

        async fn settings(&self, caller: Caller) -> Settings, idempotent;

        /// Changes the settings that are named. Of two devices that change the same one, the later wins.
        async fn edit_settings(&self, caller: Caller, edit: SettingsEdit) -> Settings, idempotent;

        /// The caller's friends and requests, by their ids. `after` is the `next` of the page before.
        async fn friends(&self, caller: Caller, limit: Limit, after: Option<String>) -> Page<Friend>, idempotent;

        /// Asks to be friends, or accepts where the other has asked. Nothing changes where it is so already.
        async fn befriend(&self, caller: Caller, user: UserId) -> Friend, idempotent;

        /// Ends a friendship, takes a request back, or refuses one.
        async fn unfriend(&self, caller: Caller, user: UserId) -> (), idempotent;

        /// Those of `users`, 200 at most, who are friends of `user`.
        async fn friends_among(&self, user: UserId, users: Vec<UserId>) -> Vec<UserId>, idempotent;

        /// Whom the caller has blocked, by their ids. `after` is the `next` of the page before.
        async fn blocks(&self, caller: Caller, limit: Limit, after: Option<String>) -> Page<Block>, idempotent;

        /// Blocks somebody, which ends what is between the two. Answers when guilds has applied it.
        async fn block(&self, caller: Caller, user: UserId) -> Block, idempotent;

        /// The caller has that person blocked no more. Answers when guilds has applied it.
        async fn unblock(&self, caller: Caller, user: UserId) -> (), idempotent;

        async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Difference, idempotent;
    }
}

/// The topic of hints that a profile has changed, for those who show it.
pub const PROFILES: &str = "profiles";

/// Event `profile_edited` on `people/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileEdited {
    pub user: UserId,
}

/// Event `settings_changed` on `people/user/{id}`: ask anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsChanged {
    pub version: i64,
}
