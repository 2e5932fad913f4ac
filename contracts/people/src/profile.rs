use files_contract::ImageName;
use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person, as others see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = User)]
pub struct Profile {
    pub id: UserId,
    /// Unique in this installation.
    #[serde(default)]
    #[schema(example = "ada.lovelace")]
    pub handle: String,
    pub display_name: String,
    #[serde(default)]
    pub avatar: Option<ImageName>,
    #[serde(default)]
    pub banner: Option<ImageName>,
    /// As in CSS: `#5b6ee1`.
    #[serde(default)]
    #[schema(example = "#5b6ee1")]
    pub accent_color: Option<String>,
    #[serde(default)]
    pub bio: String,
    #[serde(default)]
    pub pronouns: String,
    #[serde(default)]
    pub status: Option<Status>,
    pub created_at: Timestamp,
}

/// What a person is up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// One emoji.
    #[serde(default)]
    #[schema(example = "🎲")]
    pub emoji: String,
    /// Up to 128 characters.
    #[serde(default)]
    #[schema(example = "Painting miniatures")]
    pub text: String,
    /// When it ends by itself; absent: never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A change of one's own profile: what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ProfileEdit {
    #[serde(default)]
    pub display_name: Option<String>,
    /// 2 to 32 of `a-z 0-9 _ .`; may be changed twice an hour. The old one stays one's own for 14 days.
    #[serde(default)]
    pub handle: Option<String>,
    /// Up to 500 characters.
    #[serde(default)]
    pub bio: Option<String>,
    /// Up to 40 characters.
    #[serde(default)]
    pub pronouns: Option<String>,
    /// `#rrggbb`; empty: none.
    #[serde(default)]
    pub accent_color: Option<String>,
    /// Without emoji and text: none.
    #[serde(default)]
    pub status: Option<Status>,
}

/// A picture of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    Avatar,
    Banner,
}
