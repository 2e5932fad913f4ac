use crate::Service;
use contract::{Part, Record};
use files_contract::{ImageName, Place};
use kernel::Result;
use serde::Serialize;

const PART: i64 = 500;

/// What others may know of a picture: that it is there.
#[derive(Serialize)]
struct Known<'a> {
    name: &'a ImageName,
    place: Place,
}

/// Pictures by name.
pub(crate) async fn snapshot(s: &Service, after: Option<String>) -> Result<Part> {
    let page = s.store.page(&after.unwrap_or_default(), PART).await?;
    let full = page.len() as i64 == PART;
    let next = page.last().filter(|_| full).map(|image| image.name.to_string());
    let record = |image: &crate::store::Image| Record::new("image", &Known { name: &image.name, place: image.place });
    Ok(Part { records: page.iter().map(record).collect::<Result<_>>()?, next, ..Part::default() })
}
