//! Guilds: communities, their channels, directs, members and invites, and the facts that permissions are computed
//! from.
//!
//! * owns: `guilds`, `members`, `channels`, `channel_allowed`, `invites`, `directs`
//! * emits: `guild_edited`, `guild_deleted`, `member_joined`, `member_left`, `channel_created`, `channel_edited`,
//!   `channel_deleted`, `access_changed` on `guilds/guild/{id}`; the channel's events on `guilds/channel/{id}` while
//!   it is private; `guild_joined`, `guild_left`, `direct_opened` on `guilds/user/{id}`
//! * listens to: nobody
//! * calls: people (the inviter's name; is there such a person?), files (keeps icons)

mod accept_invite;
mod acquaintances;
mod allow;
mod create_channel;
mod create_guild;
mod create_invite;
mod delete_channel;
mod delete_guild;
mod edit_channel;
mod edit_guild;
mod erase;
mod export;
mod facts;
mod home;
mod leave;
mod open_direct;
mod pass_on;
mod preview_invite;
mod read;
mod revoke_invite;
mod rules;
mod service;
mod set_icon;
mod snapshot;
mod store;
mod tell;

use engine_sql::{Database, Ground, Migration, Outside};
use files_contract::Files;
use guilds_contract::Guilds;
use kernel::Result;
use people_contract::People;
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "guilds", sql: include_str!("../migrations/100_guilds.sql") },
    Migration { version: 101, name: "icon", sql: include_str!("../migrations/101_icon.sql") },
];

struct Service {
    guilds: Arc<dyn store::guilds::Store>,
    channels: Arc<dyn store::channels::Store>,
    invites: Arc<dyn store::invites::Store>,
    directs: Arc<dyn store::directs::Store>,
    people: Arc<dyn People>,
    files: Arc<dyn Files>,
    ground: Ground,
}

/// The guilds service on `database`.
pub async fn build(
    database: Database,
    outside: &Outside,
    people: Arc<dyn People>,
    files: Arc<dyn Files>,
) -> Result<Arc<dyn Guilds>> {
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    Ok(Arc::new(Service {
        guilds: store::guilds::open(&ground.database),
        channels: store::channels::open(&ground.database),
        invites: store::invites::open(&ground.database),
        directs: store::directs::open(&ground.database),
        people,
        files,
        ground,
    }))
}
