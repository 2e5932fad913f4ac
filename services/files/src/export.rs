use crate::{Service, store::Image};
use contract::{Part, Record};
use files_contract::ExportedImage;
use kernel::{Result, UserId};
use ports::Key;

/// Pictures are large, and parts are held in memory.
const PART: i64 = 4;

/// The pictures that a person gave, with their bytes, by name.
pub(crate) async fn export(s: &Service, user: UserId, after: Option<String>) -> Result<Part> {
    let given = s.store.given_by(user, &after.unwrap_or_default(), PART).await?;
    let full = given.len() as i64 == PART;
    let next = given.last().filter(|_| full).map(|image| image.name.to_string());
    let mut records = Vec::with_capacity(given.len());
    for Image { name, place, put_at, .. } in given {
        // It may have been replaced a moment ago.
        let Some(blob) = s.blobs.get(&Key::new(name.key(name.size(None)))?, None).await? else { continue };
        let content_type = blob.meta.content_type.as_str().to_owned();
        let bytes = blob.collect().await?;
        records.push(Record::new("image", &ExportedImage { name, place, put_at, content_type, bytes })?);
    }
    Ok(Part { records, next, ..Part::default() })
}
