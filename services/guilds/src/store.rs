//! What guilds keeps, a room for each noun. Every engine passes the suite of each room.
//!
//! A write that concerns a guild begins by locking the guild's row, and streams are locked after it in rising
//! order of name: two writes never wait for each other, and what a write has read stays true until it commits.

pub(crate) mod audit;
pub(crate) mod blocks;
pub(crate) mod channels;
pub(crate) mod directs;
pub(crate) mod guilds;
pub(crate) mod invites;
pub(crate) mod moderation;
pub(crate) mod overwrites;
pub(crate) mod reports;
pub(crate) mod roles;

use kernel::{Committed, NewEvent};

/// What to announce of a state that is known only inside the transaction.
pub(crate) type Tell<T> = Box<dyn FnOnce(&T) -> Vec<NewEvent> + Send>;

/// What a write answers when the database works.
pub(crate) type Outcome<T> = engine_sql::Result<Result<T, Refusal>>;

/// Why a write was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    GuildGone,
    ChannelGone,
    NotMembers,
    TooManyGuilds,
    TooManyChannels,
    TooManyInvites,
    /// More than these.
    TooManyOverwrites(u32),
    TooManyRoles(u32),
    RoleGone,
    MemberGone,
    /// The role that every member has can't be treated like others.
    Everyones,
    /// The role or the person stands as high as the actor, or higher.
    AboveYou,
    /// The actor doesn't have what is to be given or taken.
    NotYours,
    /// An order that isn't of all roles.
    OrderIncomplete,
    /// Who was banned can't join.
    Banned,
    NotBanned,
    ReportGone,
    TooManyReports,
    InviteUnknown,
    InviteExpired,
    InviteUsedUp,
    /// More is to be told than was prepared for.
    Grown,
}

/// A write that changed nothing has nothing to announce.
pub(crate) fn unchanged<T>(value: T) -> Committed<T> {
    Committed { value, events: Vec::new() }
}

#[cfg(test)]
mod scene;
