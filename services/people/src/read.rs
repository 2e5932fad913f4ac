use crate::{Service, rules};
use contract::{Part, Record};
use kernel::{Caller, Difference, Kind, Limit, Page, Problem, Reader, Result, StreamName, Timestamp, UserId};
use people_contract::{Block, Friend, Profile, Settings};
use serde::Serialize;

const SNAPSHOT_PART: i64 = 500;
const FRIENDS_AT_ONCE: usize = 200;

pub(crate) async fn find(s: &Service, user: UserId) -> Result<Option<Profile>> {
    Ok(s.store.find(user).await?.map(|profile| rules::current(profile, s.ground.now())))
}

/// What can't be a handle is nobody's.
pub(crate) async fn by_handle(s: &Service, handle: &str) -> Result<Option<Profile>> {
    let Ok(handle) = rules::handle(handle) else { return Ok(None) };
    Ok(s.store.by_handle(&handle).await?.map(|profile| rules::current(profile, s.ground.now())))
}

pub(crate) async fn profiles(s: &Service, users: &[UserId]) -> Result<Vec<Profile>> {
    if users.len() > usize::from(Limit::MAX) {
        return Err(Problem::field("ids", "too_many_ids", "Ask for 100 users at most."));
    }
    let now = s.ground.now();
    Ok(s.store.list(users).await?.into_iter().map(|profile| rules::current(profile, now)).collect())
}

/// Blocks by rising id.
pub(crate) async fn blocks(s: &Service, caller: Caller, limit: Limit, after: Option<String>) -> Result<Page<Block>> {
    let after = after.map(|id| id.parse().map_err(|_| bad_cursor())).transpose()?;
    let at = s.ground.journal.heads(&[StreamName::user("people", caller.user)]).await?;
    let items = s.blocks.of(caller.user, after.unwrap_or(UserId(0)), limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|block| block.user.to_string());
    Ok(Page { items, next, at })
}

/// Friends and requests by rising id.
pub(crate) async fn friends(s: &Service, caller: Caller, limit: Limit, after: Option<String>) -> Result<Page<Friend>> {
    let after = after.map(|id| id.parse().map_err(|_| bad_cursor())).transpose()?;
    let at = s.ground.journal.heads(&[StreamName::user("people", caller.user)]).await?;
    let items = s.friends.of(caller.user, after.unwrap_or(UserId(0)), limit.get()).await?;
    let full = items.len() as i64 == limit.get();
    let next = items.last().filter(|_| full).map(|friend| friend.user.to_string());
    Ok(Page { items, next, at })
}

pub(crate) async fn friends_among(s: &Service, user: UserId, users: &[UserId]) -> Result<Vec<UserId>> {
    if users.len() > FRIENDS_AT_ONCE {
        return Err(Problem::field("users", "too_many_users", "Ask for 200 people at most at once."));
    }
    Ok(s.friends.among(user, users).await?)
}

fn bad_cursor() -> Problem {
    let detail = "The cursor isn't one of ours: use `next` of the page before, unchanged.";
    Problem { field: Some("after".into()), ..Problem::new(Kind::BadRequest, "bad_cursor", detail) }
}

/// A person's own stream is for that person alone.
pub(crate) async fn difference(s: &Service, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
    let own = |caller: Caller| stream.parts() == ("people", "user", caller.user.0);
    match reader {
        Reader::Person(caller) if !own(caller) => Err(Problem::not_found("stream")),
        _ => Ok(s.ground.journal.read(reader, stream, since).await?),
    }
}

/// A handle that the person has or had.
#[derive(Serialize)]
struct ExportedHandle {
    handle: String,
    released_at: Option<Timestamp>,
}

pub(crate) async fn export(s: &Service, user: UserId) -> Result<Part> {
    let mut records = Vec::new();
    if let Some(profile) = s.store.find(user).await? {
        records.push(Record::new("profile", &profile)?);
    }
    for (handle, released_at) in s.store.handles(user).await? {
        records.push(Record::new("handle", &ExportedHandle { handle, released_at })?);
    }
    let mut last = UserId(0);
    loop {
        let friends = s.friends.of(user, last, SNAPSHOT_PART).await?;
        for friend in &friends {
            records.push(Record::new("friend", friend)?);
            last = friend.user;
        }
        if (friends.len() as i64) < SNAPSHOT_PART {
            break;
        }
    }
    let mut last = UserId(0);
    loop {
        let blocks = s.blocks.of(user, last, SNAPSHOT_PART).await?;
        for block in &blocks {
            records.push(Record::new("block", block)?);
            last = block.user;
        }
        if (blocks.len() as i64) < SNAPSHOT_PART {
            break;
        }
    }
    let settings = s.settings.of(user).await?;
    if settings != Settings::default() {
        records.push(Record::new("settings", &settings)?);
    }
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
