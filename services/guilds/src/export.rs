use crate::{Service, read};
use contract::{Part, Record};
use kernel::{ChannelId, Result, UserId};

const PART: i64 = 500;

/// First what the person owns, is in and made; then the directs, part by part.
pub(crate) async fn export(s: &Service, user: UserId, after: Option<String>) -> Result<Part> {
    let Some(after) = after else {
        let mut records = Vec::new();
        for guild in s.guilds.owned(user).await? {
            records.push(Record::new("guild", &guild)?);
        }
        for member in s.guilds.memberships(user).await? {
            records.push(Record::new("member", &member)?);
        }
        for invite in s.invites.made_by(user).await? {
            records.push(Record::new("invite", &invite)?);
        }
        return Ok(Part { records, next: Some("0".into()), ..Part::default() });
    };
    let after = ChannelId(after.parse().map_err(|_| read::bad_cursor())?);
    let directs = s.directs.of(user, after, PART).await?;
    let full = directs.len() as i64 == PART;
    let next = directs.last().filter(|_| full).map(|direct| direct.id.to_string());
    let records = directs.iter().map(|direct| Record::new("channel", direct)).collect::<Result<_>>()?;
    Ok(Part { records, next, ..Part::default() })
}
