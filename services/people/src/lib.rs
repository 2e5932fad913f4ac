//! People: who others see, who is whose friend, and what they set for all their devices.
//!
//! * owns: `profiles`, `handles`, `friends`, `friend_paces`, `blocks`, `settings`
//! * emits: `profile_edited`, `friend_changed`, `block_changed`, `settings_changed` on `people/user/{id}`; hints of
//!   changed profiles
//! * listens to: nothing yet (accounts calls `ensure` when it registers, and again at log-in)
//! * calls: files (keeps pictures), guilds (who shares one; applies blocks)

mod befriend;
mod block;
mod config;
mod deps;
mod edit;
mod edit_settings;
mod ensure;
mod erase;
mod read;
mod rules;
mod set_picture;
mod store;

pub use config::Config;
pub use deps::{Deps, LaterGuilds};

use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use engine_sql::{Database, Ground, Migration, Outside};
use files_contract::{Files, Upload};
use kernel::{Caller, Difference, Limit, Page, Reader, Result, StreamName, UserId};
use people_contract::{Block, Friend, People, Picture, Profile, ProfileEdit, Settings, SettingsEdit};
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "profiles", sql: include_str!("../migrations/100_profiles.sql") },
    Migration { version: 101, name: "more of profiles", sql: include_str!("../migrations/101_more_of_profiles.sql") },
    Migration { version: 102, name: "settings", sql: include_str!("../migrations/102_settings.sql") },
    Migration { version: 103, name: "friends", sql: include_str!("../migrations/103_friends.sql") },
    Migration { version: 104, name: "blocks", sql: include_str!("../migrations/104_blocks.sql") },
    Migration { version: 105, name: "presence", sql: include_str!("../migrations/105_presence.sql") },
];

struct Service {
    store: Arc<dyn store::Store>,
    settings: Arc<dyn store::settings::Store>,
    friends: Arc<dyn store::friends::Store>,
    blocks: Arc<dyn store::blocks::Store>,
    files: Arc<dyn Files>,
    guilds: LaterGuilds,
    config: Config,
    ground: Ground,
}

/// The people service on `database`.
pub async fn build(database: Database, outside: &Outside, deps: Deps) -> Result<Arc<dyn People>> {
    let Deps { files, guilds, config } = deps;
    config.check()?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    let (store, settings) = (store::open(&ground.database), store::settings::open(&ground.database));
    let (friends, blocks) = (store::friends::open(&ground.database), store::blocks::open(&ground.database));
    let service = Service { store, settings, friends, blocks, files, guilds, config, ground };
    ensure::give_handles(&service).await?;
    Ok(Arc::new(service))
}

#[async_trait]
impl People for Service {
    async fn ensure(&self, user: UserId, display_name: String) -> Result<Profile> {
        ensure::ensure(self, user, &display_name).await
    }

    async fn find(&self, user: UserId) -> Result<Option<Profile>> {
        read::find(self, user).await
    }

    async fn by_handle(&self, handle: String) -> Result<Option<Profile>> {
        read::by_handle(self, &handle).await
    }

    async fn profiles(&self, users: Vec<UserId>) -> Result<Vec<Profile>> {
        read::profiles(self, &users).await
    }

    async fn named(&self, part: String, limit: u32) -> Result<Vec<UserId>> {
        Ok(self.store.named(&part, limit.into()).await?)
    }

    async fn edit(&self, caller: Caller, edit: ProfileEdit) -> Result<Profile> {
        edit::edit(self, caller, edit).await
    }

    async fn set_picture(&self, caller: Caller, picture: Picture, upload: Option<Upload>) -> Result<Profile> {
        set_picture::set_picture(self, caller, picture, upload).await
    }

    async fn settings(&self, caller: Caller) -> Result<Settings> {
        Ok(self.settings.of(caller.user).await?)
    }

    async fn edit_settings(&self, caller: Caller, edit: SettingsEdit) -> Result<Settings> {
        edit_settings::edit_settings(self, caller, edit).await
    }

    async fn friends(&self, caller: Caller, limit: Limit, after: Option<String>) -> Result<Page<Friend>> {
        read::friends(self, caller, limit, after).await
    }

    async fn befriend(&self, caller: Caller, user: UserId) -> Result<Friend> {
        befriend::befriend(self, caller, user).await
    }

    async fn unfriend(&self, caller: Caller, user: UserId) -> Result<()> {
        befriend::unfriend(self, caller, user).await
    }

    async fn friends_among(&self, user: UserId, users: Vec<UserId>) -> Result<Vec<UserId>> {
        read::friends_among(self, user, &users).await
    }

    async fn blocks(&self, caller: Caller, limit: Limit, after: Option<String>) -> Result<Page<Block>> {
        read::blocks(self, caller, limit, after).await
    }

    async fn block(&self, caller: Caller, user: UserId) -> Result<Block> {
        block::block(self, caller, user).await
    }

    async fn unblock(&self, caller: Caller, user: UserId) -> Result<()> {
        block::unblock(self, caller, user).await
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, _after: Option<String>) -> Result<Part> {
        read::export(self, user).await
    }

    async fn erase(&self, user: UserId, _wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        read::snapshot(self, after).await
    }
}
