use super::Permissions;

/// How high a person stands in a guild: who may act on whom, and give what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    pub owner: bool,
    /// The position of the highest role; 0 without any.
    pub highest: i32,
    /// What the person may do in the guild.
    pub permissions: Permissions,
}

impl Rank {
    /// Whether this person may act on `other`: nobody acts on the owner, nor on who stands as high.
    pub fn above(self, other: Self) -> bool {
        !other.owner && self.above_role(other.highest)
    }

    /// Whether this person may act on a role at `position`.
    pub fn above_role(self, position: i32) -> bool {
        self.owner || self.highest > position
    }

    /// Whether this person may give or take these: nobody gives what they don't have.
    pub fn may_change(self, changed: Permissions) -> bool {
        self.owner || self.permissions.contains(changed)
    }

    /// Whether this person may give a role away, or take it: one below, and giving nothing that they don't have.
    pub fn may_give(self, position: i32, permissions: Permissions) -> bool {
        self.above_role(position) && self.may_change(permissions)
    }
}
