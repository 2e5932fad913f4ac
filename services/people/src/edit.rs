use crate::{
    Service, rules,
    store::{Change, Refusal, Rename},
};
use kernel::{Caller, Name, NewEvent, Problem, Result, StreamName, Timestamp, UserId, line, paragraph};
use people_contract::{PROFILES, Profile, ProfileEdit, ProfileEdited};
use ports::Hint;

const BIO_MAX_CHARS: usize = 500;
const PRONOUNS_MAX_CHARS: usize = 40;
/// A handle may be changed twice in this time.
const RENAME_SECONDS: i64 = 3_600;
/// So long a handle stays with who gave it up: nobody takes a name over together with those who look for it.
const KEPT_SECONDS: i64 = 14 * 24 * 3_600;

/// Changes the caller's own profile.
pub(crate) async fn edit(s: &Service, caller: Caller, edit: ProfileEdit) -> Result<Profile> {
    let now = s.ground.now();
    let change = change(edit, now)?;
    if change == Change::default() {
        let profile = s.store.find(caller.user).await?.ok_or_else(gone)?;
        return Ok(rules::current(profile, now));
    }
    let event = edited(s, caller.user).await?;
    let done = s.store.edit(caller.user, change, event).await?.map_err(|refusal| match refusal {
        Refusal::Gone => gone(),
        Refusal::HandleTaken => rules::taken(),
        Refusal::HandleChanged(first) => rules::too_often(first.plus_seconds(RENAME_SECONDS), now),
    })?;
    let profile = s.ground.announce(done);
    tell(s, caller.user);
    Ok(rules::current(profile, now))
}

fn change(edit: ProfileEdit, now: Timestamp) -> Result<Change> {
    let name = |name: String| Name::parse("display_name", &name).map(Name::into_string);
    let rename = |to: String| {
        Ok::<_, Problem>(Rename {
            to: rules::handle(&to)?,
            now,
            theirs_since: now.plus_seconds(-KEPT_SECONDS),
            once_since: now.plus_seconds(-RENAME_SECONDS),
        })
    };
    Ok(Change {
        display_name: edit.display_name.map(name).transpose()?,
        handle: edit.handle.map(rename).transpose()?,
        bio: edit.bio.map(|bio| paragraph("bio", &bio, BIO_MAX_CHARS)).transpose()?,
        pronouns: edit.pronouns.map(|pronouns| line("pronouns", &pronouns, PRONOUNS_MAX_CHARS)).transpose()?,
        accent_color: edit.accent_color.map(|color| rules::accent_color(&color)).transpose()?,
        status: edit.status.map(|status| rules::status(status, now)).transpose()?,
    })
}

pub(crate) async fn edited(s: &Service, user: UserId) -> Result<NewEvent> {
    s.ground.event(StreamName::user("people", user), "profile_edited", &ProfileEdited { user }).await
}

/// Tells those who show the person to ask anew. Of whom a word is lost on its way asks anew in time, by itself.
pub(crate) fn tell(s: &Service, user: UserId) {
    s.ground.fanout.hint(PROFILES, Hint::Profile { user });
}

pub(crate) fn gone() -> Problem {
    Problem::not_found("user")
}
