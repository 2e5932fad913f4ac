use crate::Service;
use contract::{Part, Record};
use kernel::{Difference, Limit, Problem, Reader, Result, StreamName, UserId};
use people_contract::Profile;

const SNAPSHOT_PART: i64 = 500;

pub(crate) async fn profiles(s: &Service, users: &[UserId]) -> Result<Vec<Profile>> {
    if users.len() > usize::from(Limit::MAX) {
        return Err(Problem::field("ids", "too_many_ids", "Ask for 100 users at most."));
    }
    Ok(s.store.list(users).await?)
}

/// A person's own stream is for that person alone.
pub(crate) async fn difference(s: &Service, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
    let own = |caller: kernel::Caller| stream.parts() == ("people", "user", caller.user.0);
    match reader {
        Reader::Person(caller) if !own(caller) => Err(Problem::not_found("stream")),
        _ => Ok(s.ground.journal.read(reader, stream, since).await?),
    }
}

pub(crate) async fn export(s: &Service, user: UserId) -> Result<Part> {
    let profile = s.store.find(user).await?;
    let records = profile.iter().map(|p| Record::new("profile", p)).collect::<Result<_>>()?;
    Ok(Part { records, ..Part::default() })
}

/// Profiles by rising id.
pub(crate) async fn snapshot(s: &Service, after: Option<String>) -> Result<Part> {
    let after = after.map(|id| id.parse::<UserId>()).transpose()?;
    let profiles = s.store.page(after.unwrap_or(UserId(0)), SNAPSHOT_PART).await?;
    let full = profiles.len() as i64 == SNAPSHOT_PART;
    let next = profiles.last().filter(|_| full).map(|p| p.id.to_string());
    let records = profiles.iter().map(|p| Record::new("profile", p)).collect::<Result<_>>()?;
    Ok(Part { records, next, ..Part::default() })
}
