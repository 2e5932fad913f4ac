use super::{page, zipped::Zip};
use crate::{Holder, Service, read, store::exports::Kept};
use accounts_contract::Export;
use contract::{Part, Record};
use kernel::{Problem, Result, Timestamp};
use ports::{ContentType, Key};

/// How long a process may be silent until another one takes over. It says so with every part.
const HOLD_SECONDS: i64 = 120;
/// Kinds of which there may be any number: they are read once more for the page that shows them, and never all at once.
const MANY: [&str; 2] = ["message", "marker"];

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
        self.zip.file("data/accounts.json").await?;
        let own = read::export(s, self.of.account).await?;
        self.json_begin().await?;
        self.json_part(&own, true, &mut few).await?;
        self.json_end().await?;
        for holder in &s.holders {
            self.zip.file(&format!("data/{}.json", holder.name())).await?;
            self.json(&**holder, &mut few).await?;
        }
        let shown = page::Known::of(&few)?;
        self.zip.file("messages.html").await?;
        self.zip.add(page::head("Messages")).await?;
        let mut writing = page::Messages::new(&shown);
        for holder in &s.holders {
            let mut after = None;
            loop {
                let part = holder.export(self.of.account, after).await?;
                let messages = part.records.iter().filter(|record| record.kind == "message");
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

    /// All records of one service, as an array. Those of which there are few are kept, to be shown.
    async fn json(&mut self, holder: &dyn Holder, few: &mut Vec<Record>) -> Result<()> {
        let mut after = None;
        self.json_begin().await?;
        let mut first = true;
        loop {
            let part = holder.export(self.of.account, after).await?;
            self.json_part(&part, first, few).await?;
            first &= part.records.is_empty();
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        self.json_end().await
    }

    async fn json_begin(&self) -> Result<()> {
        self.zip.add("[").await
    }

    async fn json_part(&mut self, part: &Part, mut first: bool, few: &mut Vec<Record>) -> Result<()> {
        let mut text = Vec::new();
        for record in &part.records {
            text.extend_from_slice(if first { b"\n  " } else { b",\n  " });
            first = false;
            serde_json::to_writer(&mut text, record).map_err(Problem::internal)?;
            if !MANY.contains(&record.kind.as_str()) {
                few.push(record.clone());
            }
        }
        self.records += part.records.len() as i64;
        self.zip.add(text).await?;
        self.s.exports.note(self.of.id, self.records, until(self.s)).await?;
        Ok(())
    }

    async fn json_end(&self) -> Result<()> {
        self.zip.add("\n]\n").await
    }
}
