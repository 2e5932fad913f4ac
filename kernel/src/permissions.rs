//! What a person may do in a place, and whom and what a person stands above: pure functions of the facts.

use serde::{Deserialize, Serialize};

mod rank;
#[cfg(test)]
mod tests;

pub use rank::Rank;

/// One thing that a person may do. The numbers are bits and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Permission {
    /// See that a guild or channel is there, who is in it and what is said.
    View = 0,
    Send = 1,
    CreateInvite = 2,
    ManageChannels = 3,
    ManageGuild = 4,
    ManageInvites = 5,
    /// Everything, everywhere in the guild, whatever a channel says.
    Administrator = 6,
    ManageRoles = 7,
    Kick = 8,
    Ban = 9,
    TimeOut = 10,
    /// Delete what others said.
    ManageMessages = 11,
    ManageNicknames = 12,
    ChangeNickname = 13,
    MentionEveryone = 14,
    AttachFiles = 15,
    EmbedLinks = 16,
    AddReactions = 17,
    CreateThreads = 18,
    ManageThreads = 19,
    Pin = 20,
    ViewAuditLog = 21,
    ManageEmoji = 22,
    ManageWebhooks = 23,
}

/// A set of permissions. In JSON one number: the sum of 2 to the power of each permission's number.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u64);

impl Permissions {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self((1 << 24) - 1);
    /// What every member may do in a new guild.
    pub const MEMBER: Self = Self::of(&[
        Permission::View,
        Permission::Send,
        Permission::CreateInvite,
        Permission::ChangeNickname,
        Permission::AttachFiles,
        Permission::EmbedLinks,
        Permission::AddReactions,
        Permission::CreateThreads,
    ]);
    /// What both may do in a direct.
    pub const DIRECT: Self = Self::of(&[
        Permission::View,
        Permission::Send,
        Permission::AttachFiles,
        Permission::EmbedLinks,
        Permission::AddReactions,
        Permission::Pin,
    ]);
    /// What a channel may give and take by itself.
    pub const OF_CHANNELS: Self = Self::of(&[
        Permission::View,
        Permission::Send,
        Permission::CreateInvite,
        Permission::ManageChannels,
        Permission::ManageRoles,
        Permission::ManageMessages,
        Permission::MentionEveryone,
        Permission::AttachFiles,
        Permission::EmbedLinks,
        Permission::AddReactions,
        Permission::CreateThreads,
        Permission::ManageThreads,
        Permission::Pin,
        Permission::ManageWebhooks,
    ]);

    pub const fn of(list: &[Permission]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << list[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// The set of these bits, those that no permission has included: [`Permissions::ALL`] contains a sound set.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub const fn bits(self) -> u64 {
        self.0
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    pub fn contains(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Those that are in one of the two but not in both.
    pub fn changed(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permissions({:#b})", self.0)
    }
}

impl utoipa::PartialSchema for Permissions {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0))
            .maximum(Some(Self::ALL.0 as f64))
            .description(Some(
                "A set of permissions: the sum of 1 view, 2 send, 4 create invites, 8 manage channels, 16 manage the guild, \
                 32 manage invites, 64 administrator, 128 manage roles, 256 kick, 512 ban, 1024 time out, 2048 manage \
                 messages, 4096 manage nicknames, 8192 change one's nickname, 16384 mention everyone, 32768 attach files, \
                 65536 embed links, 131072 add reactions, 262144 create threads, 524288 manage threads, 1048576 pin, \
                 2097152 view the audit log, 4194304 manage emoji, 8388608 manage webhooks.",
            ))
            .into()
    }
}
impl utoipa::ToSchema for Permissions {}

/// A person's standing in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Of the guild, or not in the direct.
    Outsider,
    Member,
    Owner,
}

/// The place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Guild,
    /// A channel that every member sees.
    OpenChannel,
    /// A channel that is hidden from somebody.
    PrivateChannel,
    Direct,
    /// One where somebody has blocked the other: what was said can be read.
    ClosedDirect,
}

/// What a channel gives to somebody, and takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shift {
    pub allow: Permissions,
    pub deny: Permissions,
}

impl Shift {
    /// Both together: all that either gives, and all that either takes.
    pub fn and(self, other: Self) -> Self {
        Self { allow: self.allow.and(other.allow), deny: self.deny.and(other.deny) }
    }

    /// First takes, then gives. Nothing beyond what channels may give and take.
    fn of(self, before: Permissions) -> Permissions {
        let within = |set: Permissions| Permissions(set.0 & Permissions::OF_CHANNELS.0);
        before.without(within(self.deny)).and(within(self.allow))
    }
}

/// What is given to a person in a guild and in one of its channels: all roles in one, so that it is small however many
/// they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grants {
    /// What every member may do, and what the person's roles add to it.
    pub base: Permissions,
    /// The channel's word for everyone.
    pub everyone: Shift,
    /// The channel's words for the person's roles, all together.
    pub roles: Shift,
    /// The channel's word for the person.
    pub person: Shift,
}

impl Default for Grants {
    fn default() -> Self {
        let none = Shift::default();
        Self { base: Permissions::MEMBER, everyone: none, roles: none, person: none }
    }
}

/// The permissions of `standing` with `grants` in `place`.
///
/// An outsider has none, an owner has all, so has an administrator. Every member sees the guild. In a channel, its word for
/// everyone comes first, then those for roles, then the one for the person; each takes before it gives. Who doesn't see
/// a channel may do nothing there.
pub fn permissions(standing: Standing, place: Place, grants: &Grants) -> Permissions {
    match (standing, place) {
        (Standing::Outsider, _) => Permissions::NONE,
        (_, Place::Direct) => Permissions::DIRECT,
        (_, Place::ClosedDirect) => Permissions::of(&[Permission::View]),
        (Standing::Owner, _) => Permissions::ALL,
        _ if grants.base.has(Permission::Administrator) => Permissions::ALL,
        (Standing::Member, Place::Guild) => grants.base.and(Permissions::of(&[Permission::View])),
        (Standing::Member, Place::OpenChannel | Place::PrivateChannel) => {
            let base = grants.base.and(Permissions::of(&[Permission::View]));
            let given = grants.person.of(grants.roles.of(grants.everyone.of(base)));
            if given.has(Permission::View) { given } else { Permissions::NONE }
        }
    }
}
