use crate::{Service, edit};
use kernel::{Caller, EventId, NewEvent, Result, StreamName};
use people_contract::{Settings, SettingsChanged, SettingsEdit};

/// Changes the settings that are named; the person's other devices are told.
pub(crate) async fn edit_settings(s: &Service, caller: Caller, edit: SettingsEdit) -> Result<Settings> {
    if edit == SettingsEdit::default() {
        return Ok(s.settings.of(caller.user).await?);
    }
    let (id, now, stream) = (s.ground.mint.id().await?, s.ground.now(), StreamName::user("people", caller.user));
    let tell = move |version| NewEvent::new(stream, EventId(id), now, "settings_changed", &SettingsChanged { version });
    let done = s.settings.edit(caller.user, edit, Box::new(tell)).await?.ok_or_else(edit::gone)?;
    Ok(s.ground.announce(done))
}
