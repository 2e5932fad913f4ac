//! What a person may do in a place, as one pure function of the facts.

use serde::{Deserialize, Serialize};

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
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u64);

impl Permissions {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b11_1111);
    /// What every member may do.
    pub const MEMBER: Self = Self::of(&[Permission::View, Permission::Send, Permission::CreateInvite]);
    /// What both may do in a direct.
    pub const DIRECT: Self = Self::of(&[Permission::View, Permission::Send]);

    pub const fn of(list: &[Permission]) -> Self {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << list[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permissions({:#b})", self.0)
    }
}

/// A person's standing in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Of the guild, or not in the direct.
    Outsider,
    Member,
    Owner,
}

/// The place, seen by one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Guild,
    /// A channel that every member sees.
    OpenChannel,
    /// A channel with a list of who may see it.
    PrivateChannel {
        allowed: bool,
    },
    Direct,
}

/// The permissions of `standing` in `place`. An outsider has none; an owner has all; a private channel hides
/// itself from a member who isn't on its list.
pub fn permissions(standing: Standing, place: Place) -> Permissions {
    match (standing, place) {
        (Standing::Outsider, _) => Permissions::NONE,
        (_, Place::Direct) => Permissions::DIRECT,
        (Standing::Owner, _) => Permissions::ALL,
        (Standing::Member, Place::PrivateChannel { allowed: false }) => Permissions::NONE,
        (Standing::Member, _) => Permissions::MEMBER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_and_place_decide() {
        use Place::*;
        for place in [Guild, OpenChannel, PrivateChannel { allowed: true }, PrivateChannel { allowed: false }, Direct] {
            assert_eq!(permissions(Standing::Outsider, place), Permissions::NONE);
        }
        assert_eq!(permissions(Standing::Member, PrivateChannel { allowed: false }), Permissions::NONE);
        assert!(permissions(Standing::Member, PrivateChannel { allowed: true }).has(Permission::Send));
        assert!(!permissions(Standing::Member, Guild).has(Permission::ManageChannels));
        assert!(permissions(Standing::Owner, PrivateChannel { allowed: false }).has(Permission::ManageChannels));
        assert!(!permissions(Standing::Owner, Direct).has(Permission::ManageGuild));
    }
}
