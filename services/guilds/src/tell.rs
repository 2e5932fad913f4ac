//! What use cases announce: event ids are made before the transaction, since inside it only the database may be
//! waited for.

use engine_sql::Ground;
use guilds_contract::{AccessChanged, Member, Membership};
use kernel::{EventId, GuildId, NewEvent, Result, StreamName, Timestamp, UserId};
use serde::Serialize;

/// Writes the events of one change.
pub(crate) struct Pen {
    ids: std::vec::IntoIter<i64>,
    at: Timestamp,
}

impl Pen {
    /// A pen for at most `events` events, now.
    pub(crate) async fn new(ground: &Ground, events: usize) -> Result<Self> {
        Ok(Self { ids: ground.mint.ids(events).await?.into_iter(), at: ground.now() })
    }

    /// One event. More than were asked for is a mistake in the use case.
    pub(crate) fn event(&mut self, stream: StreamName, kind: &'static str, data: &impl Serialize) -> NewEvent {
        let id = self.ids.next().expect("a use case counts its events");
        NewEvent::new(stream, EventId(id), self.at, kind, data)
    }

    /// `access_changed` for `users`, or for everyone.
    pub(crate) fn access_changed(&mut self, guild: GuildId, users: Option<Vec<UserId>>) -> NewEvent {
        self.event(StreamName::guild(guild), "access_changed", &AccessChanged { guild, users })
    }

    /// A member came: told to the guild, and to the person's own devices.
    pub(crate) fn joined(&mut self, new: &Member) -> Vec<NewEvent> {
        let joined = Membership { guild: new.guild, user: new.user, at: new.joined_at };
        vec![
            self.event(StreamName::guild(new.guild), "member_joined", &joined),
            self.event(StreamName::user("guilds", new.user), "guild_joined", &joined),
        ]
    }

    /// A member went: told to the guild, and to the person's own devices.
    pub(crate) fn left(&mut self, guild: GuildId, user: UserId) -> Vec<NewEvent> {
        let left = Membership { guild, user, at: self.at };
        vec![
            self.event(StreamName::guild(guild), "member_left", &left),
            self.event(StreamName::user("guilds", user), "guild_left", &left),
        ]
    }
}
