use crate::{Service, settle_images, store::Image};
use engine_images::{Format, Picture, Size};
use files_contract::{ImageName, Place, Upload};
use kernel::{Kind, Problem, Result, UserId};
use ports::{Key, whole};
use sha2::{Digest, Sha256};

/// Keeps a picture in the sizes of its place. First its bytes, then the row that knows of them: whoever is erased meanwhile is
/// found by the bytes' place.
pub(crate) async fn put_image(s: &Service, place: Place, by: UserId, upload: Upload) -> Result<ImageName> {
    upload.check()?;
    check_type(&upload)?;
    let sizes = place.sizes();
    let wanted = sizes.iter().map(|size| Size { width: size.width, height: size.height }).collect();
    let pictures = s.workshop.render(by, upload.bytes, wanted).await?;
    let name = name(s, place, &pictures);
    let kept = async {
        for (size, picture) in sizes.iter().zip(pictures) {
            let kind = picture.content_type.parse()?;
            s.blobs.put(&Key::new(name.key(*size))?, &kind, whole(picture.bytes)).await?;
        }
        let image = Image { name: name.clone(), place, giver: by, put_at: s.ground.now() };
        Ok::<_, Problem>(s.store.insert(image).await?)
    };
    if let Err(problem) = kept.await {
        // What can't be taken away now goes when the place is settled or its owner erased.
        drop(settle_images::forget_bytes(s, &name).await);
        return Err(problem);
    }
    Ok(name)
}

/// What a picture is said to be must be what it is: whoever relies on the one would be deceived by the other.
fn check_type(upload: &Upload) -> Result<()> {
    let said = upload.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match Format::sniff(&upload.bytes).map(Format::content_type) {
        Some(found) if found != said => {
            let detail = format!("The picture is {found}, and was sent as something else: name its type as it is.");
            Err(Problem::new(Kind::Unsupported, "image_type_differs", detail))
        }
        _ => Ok(()),
    }
}

/// A hash of the bytes and of chance: who has the same picture can't tell who else has it.
fn name(s: &Service, place: Place, pictures: &[Picture]) -> ImageName {
    let mut hash = Sha256::new_with_prefix(s.ground.random.bytes::<16>());
    for picture in pictures {
        hash.update(&picture.bytes);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    ImageName::new(place, short)
}
