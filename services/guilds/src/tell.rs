//! What use cases announce: event ids are made before the transaction, since inside it only the database may be
//! waited for.

use engine_sql::Ground;
use guilds_contract::{AccessChanged, AuditEntry, Changed, GuildAct, Member, Membership, Subject};
use kernel::{ActId, EventId, GuildId, NewEvent, Result, RoleId, StreamName, Timestamp, UserId};
use serde::Serialize;

/// The kind of event that the store keeps in the audit log.
pub(crate) const ACT_NOTED: &str = "act_noted";

/// What else is noted of an act.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detail {
    pub(crate) role: Option<RoleId>,
    pub(crate) user: Option<UserId>,
    pub(crate) differences: Vec<Changed>,
    pub(crate) reason: Option<String>,
}

impl From<Vec<Changed>> for Detail {
    fn from(differences: Vec<Changed>) -> Self {
        Self { differences, ..Self::default() }
    }
}

impl From<Option<String>> for Detail {
    fn from(reason: Option<String>) -> Self {
        Self { reason, ..Self::default() }
    }
}

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

    /// What `by` did, for the audit log: the store keeps the entry, and tells the guild's staff that there is one.
    pub(crate) fn noted(
        &mut self,
        guild: GuildId,
        by: UserId,
        act: GuildAct,
        subject: Subject,
        detail: impl Into<Detail>,
    ) -> NewEvent {
        let Detail { role, user, differences, reason } = detail.into();
        let id = self.ids.next().expect("a use case counts its events");
        let entry = AuditEntry { id: ActId(id), guild, by, act, subject, role, user, differences, reason, at: self.at };
        NewEvent::new(StreamName::staff(guild), EventId(id), self.at, ACT_NOTED, &entry)
    }
}
