use crate::{Service, store::Place};
use contract::{Part, Record};
use kernel::{ChannelId, Problem, Result, UserId};

const PART: i64 = 500;

/// The person's markers, then messages by channel and number, each with the texts that it had before.
pub(crate) async fn export(s: &Service, user: UserId, after: Option<String>) -> Result<Part> {
    let mut records = Vec::new();
    if after.is_none() {
        for marker in s.store.markers(user).await? {
            records.push(Record::new("marker", &marker)?);
        }
    }
    let after = after.map(|cursor| place(&cursor)).transpose()?.unwrap_or((ChannelId(0), 0));
    let messages = s.store.written_by(user, after, PART).await?;
    let next = messages.last().filter(|_| messages.len() as i64 == PART).map(|m| format!("{}.{}", m.channel, m.number));
    for message in &messages {
        records.push(Record::new("message", message)?);
        if message.version > 0 {
            for version in s.store.versions(message.channel, message.id).await? {
                records.push(Record::new("version", &version)?);
            }
        }
    }
    Ok(Part { records, next, ..Part::default() })
}

fn place(cursor: &str) -> Result<Place> {
    let bad = || Problem::field("after", "bad_cursor", "A cursor is what the part before gave as `next`.");
    let (channel, number) = cursor.split_once('.').ok_or_else(bad)?;
    Ok((channel.parse()?, number.parse().map_err(|_| bad())?))
}

/// The head of every channel, by rising channel id.
pub(crate) async fn snapshot(s: &Service, after: Option<String>) -> Result<Part> {
    let after = after.map(|id| id.parse::<ChannelId>()).transpose()?.unwrap_or(ChannelId(0));
    let heads = s.store.page_of_heads(after, PART).await?;
    let next = heads.last().filter(|_| heads.len() as i64 == PART).map(|(h, _)| h.channel.to_string());
    let at = heads.iter().map(|(h, seq)| (kernel::StreamName::messages(h.channel), *seq)).collect();
    let records = heads.iter().map(|(h, _)| Record::new("head", h)).collect::<Result<_>>()?;
    Ok(Part { records, next, at })
}
