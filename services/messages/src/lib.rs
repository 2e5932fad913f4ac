//! Messages: what is said.
//!
//! * owns: `heads`, `messages`, `versions`, `markers`, `turns`
//! * emits: `message_sent`, `message_edited`, `message_deleted` on `messages/channel/{id}`; `marker_moved` on `messages/user/{id}`;
//!   hints of new heads on `heads/guild/{id}` and, for directs, `heads/channel/{id}`
//! * listens to: `channel_deleted`, `guild_deleted`, `member_joined` of guilds
//! * calls: gate (may this person see, send?), guilds (to follow its streams; which channels a new member sees)

mod config;
mod delete;
mod delete_said;
mod edit;
mod erase;
mod export;
mod history;
mod mark_read;
mod on;
mod prune;
mod read;
mod rules;
#[cfg(feature = "sabotage")]
mod sabotage;
mod send;
mod store;
mod take_turn;
mod versions;
mod writer;

pub use config::Config;

/// What decides about a group without a database: what the simulation (`tests/simulation`) runs, too.
#[doc(hidden)]
pub mod pure {
    pub use crate::store::{
        Pending, Ready,
        group::{Key, Known, announcements, answers, fresh, growth, key, number},
    };
}

use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use engine_sql::{Database, Ground, Migration, Outside};
use gate::Gate;
use guilds_contract::Guilds;
use kernel::{
    Caller, ChannelId, Difference, GuildId, Limit, MessageId, Page, Reader, Result, StreamName, Timestamp, UserId,
};
use messages_contract::{Deleted, Draft, Edit, Heads, Marker, Message, Messages, Sent, Version, Window};
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "messages", sql: include_str!("../migrations/100_messages.sql") },
    Migration { version: 101, name: "nonces", sql: include_str!("../migrations/101_nonces.sql") },
    Migration { version: 102, name: "said_once", sql: include_str!("../migrations/102_said_once.sql") },
    Migration { version: 103, name: "one_round_trip", sql: include_str!("../migrations/103_one_round_trip.sql") },
    Migration { version: 104, name: "turns", sql: include_str!("../migrations/104_turns.sql") },
    Migration { version: 105, name: "edits", sql: include_str!("../migrations/105_edits.sql") },
];

struct Service {
    store: Arc<dyn store::Store>,
    turns: Arc<dyn store::turns::Store>,
    ground: Ground,
    gate: Arc<Gate>,
    guilds: Arc<dyn Guilds>,
    writer: writer::Writer,
}

/// The messages service on `database`.
pub async fn build(
    database: Database,
    outside: &Outside,
    gate: Arc<Gate>,
    guilds: Arc<dyn Guilds>,
    config: Config,
) -> Result<Arc<dyn Messages>> {
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let store = store::open(&ground.database);
    on::follow_guilds(&ground, store.clone(), guilds.clone());
    let turns = store::turns::open(&ground.database);
    prune::start(ground.clone(), turns.clone(), config.keep_events_days);
    let writer = writer::Writer::start(ground.clone(), store.clone(), &config);
    Ok(Arc::new(Service { store, turns, ground, gate, guilds, writer }))
}

#[async_trait]
impl Messages for Service {
    async fn send(&self, caller: Caller, channel: ChannelId, draft: Draft) -> Result<Sent> {
        send::send(self, caller, channel, draft).await
    }

    async fn history(&self, caller: Caller, channel: ChannelId, limit: Limit, window: Window) -> Result<Page<Message>> {
        history::history(self, caller, channel, limit, window).await
    }

    async fn message(&self, caller: Caller, channel: ChannelId, message: MessageId) -> Result<Message> {
        history::message(self, caller, channel, message).await
    }

    async fn edit(&self, caller: Caller, channel: ChannelId, message: MessageId, edit: Edit) -> Result<Message> {
        edit::edit(self, caller, channel, message, edit).await
    }

    async fn versions(&self, caller: Caller, channel: ChannelId, message: MessageId) -> Result<Vec<Version>> {
        versions::versions(self, caller, channel, message).await
    }

    async fn delete(&self, caller: Caller, channel: ChannelId, messages: Vec<MessageId>) -> Result<Deleted> {
        delete::delete(self, caller, channel, messages).await
    }

    async fn delete_said(&self, caller: Caller, guild: GuildId, author: UserId, since: Timestamp) -> Result<Deleted> {
        delete_said::delete_said(self, caller, guild, author, since).await
    }

    async fn mark_read(&self, caller: Caller, channel: ChannelId, number: i64) -> Result<Marker> {
        mark_read::mark_read(self, caller, channel, number).await
    }

    async fn heads(&self, caller: Caller, channels: Vec<ChannelId>) -> Result<Heads> {
        read::heads(self, caller, channels).await
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, after: Option<String>) -> Result<Part> {
        export::export(self, user, after).await
    }

    async fn erase(&self, user: UserId, wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user, wishes).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        export::snapshot(self, after).await
    }
}
