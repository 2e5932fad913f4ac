use crate::{Service, edit, rules};
use files_contract::{Place, Upload};
use kernel::{Caller, Result};
use people_contract::{Picture, Profile};

/// Shows another picture of the caller, or none. First files keeps it, then it is shown, then files forgets the one before:
/// whatever breaks on the way, what is shown is there.
pub(crate) async fn set_picture(
    s: &Service,
    caller: Caller,
    picture: Picture,
    upload: Option<Upload>,
) -> Result<Profile> {
    let place = match picture {
        Picture::Avatar => Place::Avatar(caller.user),
        Picture::Banner => Place::Banner(caller.user),
    };
    let new = match upload {
        Some(upload) => Some(s.files.put_image(place, caller.user, upload).await?),
        None => None,
    };
    let event = edit::edited(s, caller.user).await?;
    let Some(done) = s.store.show(caller.user, picture, new.clone(), event).await? else {
        s.files.settle_images(place, None, new).await?;
        return Err(edit::gone());
    };
    let shown = s.ground.announce(done);
    edit::tell(s, caller.user);
    if let Err(problem) = s.files.settle_images(place, new, shown.until_now).await {
        tracing::warn!(?problem, "a picture that was replaced goes with the next one");
    }
    Ok(rules::current(shown.profile, s.ground.now()))
}
