use super::{page, zipped::Zip};
use crate::{Holder, Service, read, store::exports::Kept};
use accounts_contract::Export;
use contract::Record;
use files_contract::ExportedImage;
use kernel::{Problem, Result, Timestamp};
use ports::{ContentType, Key};
use std::iter;

/// How long a process may be silent until another one takes over. It says so with every part.
const HOLD_SECONDS: i64 = 120;
/// Kinds of which there may be any number: they are read once more for the page that shows them, and never all at once.
const MANY: [&str; 4] = [MESSAGE, "marker", "version", "reaction"];
const MESSAGE: &str = "message";
/// Its bytes are a file of their own.
const IMAGE: &str = "image";

/// Makes every archive that waits.
pub(crate) async fn make_waiting(s: &Service) -> Result<()> {
    super::prune(s).await?;
    let kind: ContentType = "application/zip".parse()?;
    while let Some(waiting) = s.exports.take(s.ground.now(), until(s)).await? {
        let key = Key::new(Export::key(waiting.account, waiting.id))?;
        let (zip, body) = Zip::begin();
        let mut making = Making { s, zip, of: &waiting, records: 0 };
        let made = async {
            making.write().await?;
            making.zip.finish().await?;
            Ok::<_, Problem>(making.records)
        };
        let (records, bytes) = tokio::try_join!(made, s.blobs.put(&key, &kind, body))?;
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        s.exports.finish(waiting.id, records, bytes, s.ground.now()).await?;
        // Whoever was erased meanwhile has taken the row along, and leaves no archive either.
        if s.exports.find(waiting.id).await?.is_none() {
            s.blobs.delete(&key).await?;
        }
    }
    Ok(())
}

fn until(s: &Service) -> Timestamp {
    s.ground.now().plus_seconds(HOLD_SECONDS)
}

struct Making<'a> {
    s: &'a Service,
    zip: Zip,
    of: &'a Kept,
    records: i64,
}

impl Making<'_> {
    async fn write(&mut self) -> Result<()> {
        let s = self.s;
        let mut few = Vec::new();
        let mut speakers = Vec::new();
        let others = s.holders.iter().map(|holder| (holder.name(), Some(&**holder)));
        for (name, holder) in iter::once(("accounts", None)).chain(others) {
            self.zip.file(&format!("data/{name}.json")).await?;
            let mut pictures = Vec::new();
            if self.json(holder, &mut few, &mut pictures).await? {
                speakers.extend(holder);
            }
            for (name, bytes) in pictures {
                self.zip.file(&format!("pictures/{name}")).await?;
                self.zip.add(bytes).await?;
            }
        }
        let shown = page::Known::of(&few)?;
        self.zip.file("messages.html").await?;
        self.zip.add(page::head("Messages")).await?;
        let mut writing = page::Messages::new(&shown);
        for holder in speakers {
            let mut after = None;
            loop {
                let part = holder.export(self.of.account, after).await?;
                let messages = part.records.iter().filter(|record| record.kind == MESSAGE);
                let html = writing.add(messages)?;
                self.zip.add(html).await?;
                s.exports.note(self.of.id, self.records, until(s)).await?;
                after = part.next;
                if after.is_none() {
                    break;
                }
            }
        }
        self.zip.add(writing.end()).await?;
        self.zip.file("index.html").await?;
        self.zip.add(page::index(&few, &shown, self.of.requested_at)?).await?;
        self.zip.file("README.txt").await?;
        self.zip.add(page::README).await
    }

    /// All records of a service, this one where there is no other, as an array. Those of which there are few are kept, to be
    /// shown; the bytes of pictures are put aside, under the names of their files. Answers whether there are messages among them.
    async fn json(
        &mut self,
        holder: Option<&dyn Holder>,
        few: &mut Vec<Record>,
        pictures: &mut Vec<(String, Vec<u8>)>,
    ) -> Result<bool> {
        let (mut after, mut separator, mut speaks) = (None, "[\n  ", false);
        loop {
            let mut part = match holder {
                Some(holder) => holder.export(self.of.account, after).await?,
                None => read::export(self.s, self.of.account).await?,
            };
            let mut text = Vec::new();
            for record in &mut part.records {
                if record.kind == IMAGE {
                    pictures.push(put_aside(record)?);
                }
                text.extend_from_slice(separator.as_bytes());
                separator = ",\n  ";
                serde_json::to_writer(&mut text, record).map_err(Problem::internal)?;
                speaks |= record.kind == MESSAGE;
                if !MANY.contains(&record.kind.as_str()) {
                    few.push(record.clone());
                }
            }
            self.zip.add(text).await?;
            self.records += part.records.len() as i64;
            self.s.exports.note(self.of.id, self.records, until(self.s)).await?;
            after = part.next;
            if after.is_none() {
                let nothing = separator.starts_with('[');
                self.zip.add(if nothing { "[]\n" } else { "\n]\n" }).await?;
                return Ok(speaks);
            }
        }
    }
}

/// The bytes of a picture, which its record then names as a file.
fn put_aside(record: &mut Record) -> Result<(String, Vec<u8>)> {
    let image: ExportedImage = serde_json::from_value(record.value.clone()).map_err(Problem::internal)?;
    let file = format!("{}.{}", image.name, image.content_type.trim_start_matches("image/"));
    if let Some(value) = record.value.as_object_mut() {
        value.remove("bytes");
        value.insert("file".into(), format!("pictures/{file}").into());
    }
    Ok((file, image.bytes))
}
