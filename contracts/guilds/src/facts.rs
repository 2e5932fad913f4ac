//! What decisions are made from.

use kernel::{
    GuildId, Timestamp,
    permissions::{Grants, Permission, Permissions, Place, Standing},
};
use serde::{Deserialize, Serialize};

/// How a person stands to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The guild that the place belongs to; absent for directs.
    pub guild: Option<GuildId>,
    pub standing: Standing,
    pub place: Place,
    /// What roles and overwrites give and take.
    #[serde(default)]
    pub grants: Grants,
    /// Until when a time-out silences the person.
    #[serde(default)]
    pub silent_until: Option<Timestamp>,
    /// For so long at most these facts hold, in milliseconds from when they were asked for; absent: until something changes.
    #[serde(default)]
    pub holds_ms: Option<i64>,
    /// The channel's slow mode.
    #[serde(default)]
    pub slow_mode_seconds: i32,
}

impl Facts {
    /// What holds until somebody changes it.
    pub fn new(guild: Option<GuildId>, standing: Standing, place: Place, grants: Grants) -> Self {
        Self { guild, standing, place, grants, silent_until: None, holds_ms: None, slow_mode_seconds: 0 }
    }

    /// The facts as they are at `now`: a time-out ends by itself.
    pub fn at(mut self, now: Timestamp) -> Self {
        self.silent_until = self.silent_until.filter(|until| *until > now && self.standing == Standing::Member);
        self.holds_ms = self.silent_until.map(|until| until.0 - now.0);
        self
    }

    /// What the person may do. Who is timed out does nothing but look.
    pub fn permissions(self) -> Permissions {
        let granted = self.granted();
        if self.silent_until.is_none() {
            return granted;
        }
        granted.without(granted.without(Permissions::of(&[Permission::View])))
    }

    /// What the person may do when not timed out.
    pub fn granted(self) -> Permissions {
        kernel::permissions::permissions(self.standing, self.place, &self.grants)
    }

    /// For how long the person waits between two messages, in seconds.
    pub fn pace_seconds(self) -> i32 {
        let permissions = self.permissions();
        let waits = !permissions.has(Permission::ManageMessages) && !permissions.has(Permission::ManageChannels);
        if waits { self.slow_mode_seconds } else { 0 }
    }

    /// Whether the person sees what only those see who keep order in a guild.
    pub fn is_staff(self) -> bool {
        let permissions = self.permissions();
        permissions.has(Permission::ViewAuditLog) || permissions.has(Permission::ManageMessages)
    }
}
