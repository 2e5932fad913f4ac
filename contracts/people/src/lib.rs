//! People: who others see. Streams: `people/user/{id}`.

use kernel::{Caller, Difference, Reader, StreamName, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

contract::contract! {
    /// Profiles.
    pub trait People as "guildhall.v1.People", client PeopleClient, server serve_people {
        /// Makes the profile where there is none, and answers it. Idempotent; an existing name stays.
        async fn ensure(&self, user: UserId, display_name: String) -> Profile, idempotent;

        async fn find(&self, user: UserId) -> Option<Profile>, idempotent;

        /// Those of `users` (at most 100) that there are, in no order.
        async fn profiles(&self, users: Vec<UserId>) -> Vec<Profile>, idempotent;

        async fn edit(&self, caller: Caller, edit: ProfileEdit) -> Profile, idempotent;

        async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Difference, idempotent;
    }
}

/// A person, as others see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = User)]
pub struct Profile {
    pub id: UserId,
    pub display_name: String,
    pub created_at: Timestamp,
}

/// A change of one's own profile: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ProfileEdit {
    #[serde(default)]
    pub display_name: Option<String>,
}

/// Event `profile_edited` on `people/user/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileEdited {
    pub user: UserId,
}
