use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person set for all devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    pub theme: Theme,
    pub density: Density,
    /// Whether Enter sends a message, and Shift+Enter begins a line; otherwise Ctrl+Enter sends.
    pub enter_sends: bool,
    /// Whether a message that is for the person can be heard.
    pub notification_sound: bool,
    /// Who may ask the person to be friends.
    #[serde(default)]
    pub friend_requests_from: Audience,
    /// How the person is seen while here.
    #[serde(default)]
    pub presence: Presence,
    /// Grows with each change.
    pub version: i64,
}

/// A change of settings: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsEdit {
    #[serde(default)]
    pub theme: Option<Theme>,
    #[serde(default)]
    pub density: Option<Density>,
    #[serde(default)]
    pub enter_sends: Option<bool>,
    #[serde(default)]
    pub notification_sound: Option<bool>,
    #[serde(default)]
    pub friend_requests_from: Option<Audience>,
    #[serde(default)]
    pub presence: Option<Presence>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    #[default]
    Cosy,
    Compact,
}

/// How a person wants to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Online, and idle when no device was touched for a while.
    #[default]
    Online,
    Idle,
    DoNotDisturb,
    /// To others exactly as offline.
    Invisible,
}

/// Who may do something that concerns a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    #[default]
    Everyone,
    /// Who is in a guild with the person.
    SharedGuilds,
    Nobody,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            density: Density::default(),
            enter_sends: true,
            notification_sound: true,
            friend_requests_from: Audience::default(),
            presence: Presence::default(),
            version: 0,
        }
    }
}

impl Settings {
    /// With what was changed.
    pub fn with(self, edit: &SettingsEdit) -> Self {
        Self {
            theme: edit.theme.unwrap_or(self.theme),
            density: edit.density.unwrap_or(self.density),
            enter_sends: edit.enter_sends.unwrap_or(self.enter_sends),
            notification_sound: edit.notification_sound.unwrap_or(self.notification_sound),
            friend_requests_from: edit.friend_requests_from.unwrap_or(self.friend_requests_from),
            presence: edit.presence.unwrap_or(self.presence),
            ..self
        }
    }
}
