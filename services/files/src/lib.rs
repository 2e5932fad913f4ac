//! Files: what people give as bytes. Pictures of people and guilds now.
//!
//! * owns: `images`, and the blobs below `images/`
//! * emits: nothing; who shows a picture tells of it
//! * listens to: nobody
//! * calls: nobody

mod config;
mod erase;
mod export;
mod put_image;
mod settle_images;
mod snapshot;
mod store;
mod workshop;

pub use config::Config;

use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use engine_sql::{Database, Ground, Migration, Outside};
use files_contract::{Files, ImageName, Place, Upload};
use kernel::{Result, UserId};
use ports::Blobs;
use std::sync::Arc;

/// The steps of this service's schema.
pub const MIGRATIONS: &[Migration] =
    &[Migration { version: 100, name: "images", sql: include_str!("../migrations/100_images.sql") }];

struct Service {
    store: Arc<dyn store::Store>,
    blobs: Arc<dyn Blobs>,
    workshop: workshop::Workshop,
    ground: Ground,
}

/// The files service on `database` and `blobs`. Refuses settings that can't work.
pub async fn build(
    database: Database,
    outside: &Outside,
    blobs: Arc<dyn Blobs>,
    config: Config,
) -> Result<Arc<dyn Files>> {
    let workshop = workshop::Workshop::new(&config)?;
    let ground = Ground::open(database, MIGRATIONS, outside).await?;
    Ok(Arc::new(Service { store: store::open(&ground.database), blobs, workshop, ground }))
}

#[async_trait]
impl Files for Service {
    async fn put_image(&self, place: Place, by: UserId, upload: Upload) -> Result<ImageName> {
        put_image::put_image(self, place, by, upload).await
    }

    async fn settle_images(&self, place: Place, shown: Option<ImageName>, until_now: Option<ImageName>) -> Result<()> {
        settle_images::settle_images(self, place, shown, until_now).await
    }

    async fn clear_images(&self, place: Place) -> Result<()> {
        settle_images::clear_images(self, place).await
    }

    async fn export(&self, user: UserId, after: Option<String>) -> Result<Part> {
        export::export(self, user, after).await
    }

    async fn erase(&self, user: UserId, _wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        snapshot::snapshot(self, after).await
    }
}
