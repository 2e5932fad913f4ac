//! What every engine of the store must do.

use super::*;
use crate::store;
use engine_sql::Ground;
use kernel::{EventId, StreamName, Timestamp};
use people_contract::{Audience, Density, Presence, Theme};

const ADA: UserId = UserId(7);

fn tell(version: i64) -> NewEvent {
    NewEvent::new(StreamName::user("people", ADA), EventId(version), Timestamp(version), "settings_changed", &version)
}

async fn stores(ground: &Ground) -> (std::sync::Arc<dyn Store>, std::sync::Arc<dyn store::Store>) {
    let profiles = store::open(&ground.database);
    profiles.ensure(store::suite::profile(ADA.0, "Ada"), &["ada".into()]).await.expect("made");
    (open(&ground.database), profiles)
}

async fn what_is_not_named_stays_and_each_change_is_told(ground: Ground) {
    let (settings, _) = stores(&ground).await;
    assert_eq!(settings.of(ADA).await.expect("asked"), Settings::default());
    let edits = [
        SettingsEdit { theme: Some(Theme::Dark), ..SettingsEdit::default() },
        SettingsEdit { density: Some(Density::Compact), enter_sends: Some(false), ..SettingsEdit::default() },
        SettingsEdit { friend_requests_from: Some(Audience::SharedGuilds), ..SettingsEdit::default() },
        SettingsEdit { presence: Some(Presence::Invisible), ..SettingsEdit::default() },
        SettingsEdit { theme: Some(Theme::System), ..SettingsEdit::default() },
    ];
    let mut now = Settings::default();
    for (edit, version) in edits.into_iter().zip(1..) {
        now = Settings { version, ..now.with(&edit) };
        let done = settings.edit(ADA, edit, Box::new(tell)).await.expect("edited").expect("there");
        assert_eq!((&done.value, done.events[0].seq), (&now, version));
        assert_eq!(settings.of(ADA).await.expect("asked"), now);
    }
    assert!(!now.enter_sends && now.density == Density::Compact && now.theme == Theme::System);
    assert_eq!(now.friend_requests_from, Audience::SharedGuilds);
    assert_eq!(now.presence, Presence::Invisible);
}

async fn nobody_has_none_and_leaves_none(ground: Ground) {
    let (settings, profiles) = stores(&ground).await;
    let edit = SettingsEdit { enter_sends: Some(false), ..SettingsEdit::default() };
    assert!(settings.edit(UserId(8), edit.clone(), Box::new(tell)).await.expect("asked").is_none());
    drop(settings.edit(ADA, edit, Box::new(tell)).await.expect("edited").expect("there"));
    assert_eq!(profiles.erase(ADA).await.expect("erased"), 3, "profile, handle, settings");
    assert_eq!(settings.of(ADA).await.expect("asked"), Settings::default());
}

engine_sql::suite!(
    crate::MIGRATIONS;
    what_is_not_named_stays_and_each_change_is_told,
    nobody_has_none_and_leaves_none,
);
