//! Files: what people give as bytes. Pictures of people and guilds now. No streams: who shows a picture tells of it.

mod image;
#[cfg(feature = "testing")]
mod nowhere;
mod upload;

pub use image::{ImageName, ImageSize, Place};
#[cfg(feature = "testing")]
pub use nowhere::Nowhere;
pub use upload::Upload;

use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

contract::contract! {
    /// Pictures, kept beside what they belong to.
    pub trait Files as "guildhall.v1.Files", client FilesClient, server serve_files {
        /// Makes a picture that a person gave harmless, cuts it to the sizes of its place and keeps it. Whoever calls shows it there,
        /// and then settles.
        async fn put_image(&self, place: Place, by: UserId, upload: Upload) -> ImageName;

        /// Says which picture is shown at a place, and which was until now. That one goes, and what else was kept for the place and
        /// not shown within an hour.
        async fn settle_images(&self, place: Place, shown: Option<ImageName>, until_now: Option<ImageName>) -> (), idempotent;

        /// Leaves no picture at a place that will be no more.
        async fn clear_images(&self, place: Place) -> (), idempotent;
    }
}

/// A picture as its giver gets it back, in exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportedImage {
    pub name: ImageName,
    pub place: Place,
    pub put_at: Timestamp,
    pub content_type: String,
    /// The largest that is kept.
    #[serde(with = "upload::base64_bytes")]
    pub bytes: Vec<u8>,
}
