use crate::{Service, befriend};
use contract::Receipt;
use kernel::{Result, UserId};

/// Erases the profile, all handles, friends, blocks and settings; files erases the pictures. The stream's events hold ids only,
/// so they may stay. The profile goes first, so that nobody befriends the person any more.
pub(crate) async fn erase(s: &Service, user: UserId) -> Result<Receipt> {
    let mut erased = s.store.erase(user).await?;
    erased += s.blocks.erase(user).await?;
    let others = s.friends.others(user).await?;
    let (ids, now) = (s.ground.mint.ids(others.len()).await?, s.ground.now());
    let events = ids.into_iter().zip(others).map(|(id, other)| befriend::changed(id, other, user, None, now));
    erased += s.ground.announce(s.friends.erase(user, events.collect()).await?);
    Ok(Receipt { service: "people".into(), user, at: s.ground.now(), erased })
}
