use crate::{Files, ImageName, Place, Upload};
use contract::{Part, Receipt, Wishes};
use kernel::{Problem, Result, Timestamp, UserId};

/// Keeps nothing, and takes nothing.
pub struct Nowhere;

#[contract::reexport::async_trait]
impl Files for Nowhere {
    async fn put_image(&self, _: Place, _: UserId, _: Upload) -> Result<ImageName> {
        Err(Problem::unavailable("There are no files here."))
    }
    async fn settle_images(&self, _: Place, _: Option<ImageName>, _: Option<ImageName>) -> Result<()> {
        Ok(())
    }
    async fn clear_images(&self, _: Place) -> Result<()> {
        Ok(())
    }
    async fn export(&self, _: UserId, _: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
    async fn erase(&self, user: UserId, _: Wishes) -> Result<Receipt> {
        Ok(Receipt { service: "files".into(), user, at: Timestamp(0), erased: 0 })
    }
    async fn scrub(&self) -> Result<()> {
        Ok(())
    }
    async fn snapshot(&self, _: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
}
