//! Guilds: communities, their channels, directs, members, roles and invites, and the facts that permissions are computed
//! from.
//!
//! * owns: `guilds`, `members`, `roles`, `member_roles`, `channels`, `overwrites`, `invites`, `directs`, `bans`,
//!   `audit_log`, `reports`, `blocks` (a projection)
//! * emits: `guild_edited`, `guild_deleted`, `member_joined`, `member_left`, `channel_created`, `channel_edited`,
//!   `channel_deleted`, `role_created`, `role_edited`, `role_deleted`, `roles_ordered`, `member_roles_changed`,
//!   `overwrites_changed`, `member_edited`, `access_changed` on `guilds/guild/{id}`; `act_noted`, `report_changed` on `guilds/staff/{id}`; the channel's events on `guilds/channel/{id}` while
//!   it is private; `guild_joined`, `guild_left`, `direct_opened`, `acquaintance_changed` on
//!   `guilds/user/{id}`
//! * listens to: people (`block_changed`)
//! * calls: people (the inviter's name; is there such a person?), files (keeps icons)

mod accept_invite;
mod acquaintances;
mod allow;
mod apply_block;
mod audit_log;
mod ban;
mod channel_permissions;
mod config;
mod create_channel;
mod create_guild;
mod create_invite;
mod create_role;
mod delete_channel;
mod delete_guild;
mod delete_role;
mod edit_channel;
mod edit_guild;
mod edit_member;
mod edit_role;
mod erase;
mod export;
mod facts;
mod give_role;
mod home;
mod kick;
mod leave;
mod on;
mod open_direct;
mod order_roles;
mod pass_on;
mod preview_invite;
mod read;
mod report;
mod revoke_invite;
mod rules;
mod service;
mod set_icon;
mod set_overwrite;
mod snapshot;
mod store;
mod tell;
mod time_out;

pub use config::Config;

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
    Migration { version: 102, name: "roles", sql: include_str!("../migrations/102_roles.sql") },
    Migration { version: 103, name: "blocks", sql: include_str!("../migrations/103_blocks.sql") },
    Migration { version: 104, name: "moderation", sql: include_str!("../migrations/104_moderation.sql") },
    Migration { version: 105, name: "reports", sql: include_str!("../migrations/105_reports.sql") },
    Migration { version: 106, name: "slow_mode", sql: include_str!("../migrations/106_slow_mode.sql") },
];

struct Service {
    guilds: Arc<dyn store::guilds::Store>,
    channels: Arc<dyn store::channels::Store>,
    invites: Arc<dyn store::invites::Store>,
    directs: Arc<dyn store::directs::Store>,
    roles: Arc<dyn store::roles::Store>,
    overwrites: Arc<dyn store::overwrites::Store>,
    blocks: Arc<dyn store::blocks::Store>,
    moderation: Arc<dyn store::moderation::Store>,
    audit: Arc<dyn store::audit::Store>,
    reports: Arc<dyn store::reports::Store>,
    people: Arc<dyn People>,
    files: Arc<dyn Files>,
    config: Config,
    ground: Ground,
}

/// The guilds service on `database`.
pub async fn build(
    database: Database,
    outside: &Outside,
    people: Arc<dyn People>,
    files: Arc<dyn Files>,
    config: Config,
) -> Result<Arc<dyn Guilds>> {
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let service = Arc::new(Service {
        guilds: store::guilds::open(&ground.database),
        channels: store::channels::open(&ground.database),
        invites: store::invites::open(&ground.database),
        directs: store::directs::open(&ground.database),
        roles: store::roles::open(&ground.database),
        overwrites: store::overwrites::open(&ground.database),
        blocks: store::blocks::open(&ground.database),
        moderation: store::moderation::open(&ground.database),
        audit: store::audit::open(&ground.database),
        reports: store::reports::open(&ground.database),
        people,
        files,
        config,
        ground,
    });
    on::follow_people(&service);
    Ok(service)
}
