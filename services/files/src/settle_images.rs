use crate::Service;
use files_contract::{ImageName, Place};
use kernel::Result;
use ports::Prefix;

/// How long a picture may be kept without being shown: whoever put it has said so by then, or never will.
const UNSHOWN_SECONDS: i64 = 3_600;

/// Forgets the picture that was shown until now, and those of which nobody ever said that they are shown.
pub(crate) async fn settle_images(
    s: &Service,
    place: Place,
    shown: Option<ImageName>,
    until_now: Option<ImageName>,
) -> Result<()> {
    let before = s.ground.now().plus_seconds(-UNSHOWN_SECONDS);
    for image in s.store.at(place).await? {
        let is_over = until_now.as_ref() == Some(&image.name) || image.put_at < before;
        if is_over && shown.as_ref() != Some(&image.name) {
            forget(s, &image.name).await?;
        }
    }
    Ok(())
}

/// Forgets all pictures of a place.
pub(crate) async fn clear_images(s: &Service, place: Place) -> Result<()> {
    for image in s.store.at(place).await? {
        forget(s, &image.name).await?;
    }
    Ok(())
}

/// First the bytes: the row finds them again when it has to be repeated.
async fn forget(s: &Service, name: &ImageName) -> Result<()> {
    forget_bytes(s, name).await?;
    Ok(s.store.forget(name).await?)
}

pub(crate) async fn forget_bytes(s: &Service, name: &ImageName) -> Result<u64> {
    s.blobs.delete_prefix(&Prefix::new(name.folder())?).await
}
