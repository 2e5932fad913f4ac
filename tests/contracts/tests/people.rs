//! What every implementation of the contracts `People` and `Files` must do: run on the services themselves and on their
//! gRPC clients, which no caller can tell apart.

use contract::{
    Wishes,
    grpc::{Remote, ServiceToken, serve},
};
use engine_blobs::LocalBlobs;
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{Outside, testing::Scratch};
use files_contract::{ExportedImage, Files, FilesClient, ImageName, Place, Upload, serve_files};
use guilds_contract::{GuildDraft, Guilds, GuildsClient, InviteDraft, serve_guilds};
use kernel::{Caller, Limit, Reader, SessionId, StreamName, Timestamp, UserId};
use people_contract::{
    Audience, FriendChanged, FriendState, People, PeopleClient, Picture, ProfileEdit, Settings, SettingsEdit, Status,
    Theme, serve_people,
};
use ports::{Blobs, Fanout, Hint, Key, ManualClock, OsRandom, Prefix, Random, Sink};
use std::sync::{Arc, Mutex};

const ADA: Caller = Caller { user: UserId(7), session: SessionId(7), role: kernel::InstanceRole::Member };
const BOB: Caller = Caller { user: UserId(8), session: SessionId(8), role: kernel::InstanceRole::Member };

#[derive(Clone, Copy)]
enum Way {
    Local,
    Grpc,
}

struct Town {
    people: Arc<dyn People>,
    files: Arc<dyn Files>,
    blobs: Arc<dyn Blobs>,
    clock: Arc<ManualClock>,
    fanout: Arc<dyn Fanout>,
    folder: std::path::PathBuf,
    guilds: Arc<dyn Guilds>,
    _scratch: [Scratch; 3],
}

impl Drop for Town {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

async fn town(way: Way) -> Town {
    let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
    let fanout: Arc<dyn Fanout> = Arc::new(MemoryFanout::default());
    let outside = Outside {
        clock: clock.clone(),
        random: Arc::new(OsRandom),
        fanout: fanout.clone(),
        bus: Arc::new(MemoryBus::default()),
    };
    let new = engine_sql::testing::sqlite;
    let scratch = [new().await, new().await, new().await];
    let random: &dyn Random = &OsRandom;
    let folder = std::env::temp_dir().join(format!("guildhall-town-{}", u64::from_le_bytes(random.bytes())));
    let blobs: Arc<dyn Blobs> = Arc::new(LocalBlobs::open(folder.clone()).await.expect("a folder"));
    let mut files = files::build(scratch[0].database.clone(), &outside, blobs.clone(), files::Config::default())
        .await
        .expect("files");
    if let Way::Grpc = way {
        let there = remote(vec![serve_files(files)]).await;
        files = Arc::new(FilesClient(there));
    }
    let later = people::LaterGuilds::default();
    let deps = people::Deps { guilds: later.clone(), ..people::Deps::new(files.clone()) };
    let mut people = people::build(scratch[1].database.clone(), &outside, deps).await.expect("people");
    if let Way::Grpc = way {
        let there = remote(vec![serve_people(people)]).await;
        people = Arc::new(PeopleClient(there));
    }
    let config = guilds::Config::default();
    let mut guilds = guilds::build(scratch[2].database.clone(), &outside, people.clone(), files.clone(), config)
        .await
        .expect("guilds");
    if let Way::Grpc = way {
        let there = remote(vec![serve_guilds(guilds)]).await;
        guilds = Arc::new(GuildsClient(there));
    }
    later.are(&guilds);
    people.ensure(ADA.user, "Ada Lovelace".into()).await.expect("made");
    people.ensure(BOB.user, "Bob".into()).await.expect("made");
    Town { people, files, blobs, clock, fanout, folder, guilds, _scratch: scratch }
}

async fn remote(services: Vec<contract::grpc::Service>) -> Remote {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let uri = format!("http://{}", listener.local_addr().expect("bound"));
    let token = ServiceToken::new(&"t".repeat(32)).expect("a token");
    tokio::spawn(serve(services, token.clone(), listener, std::future::pending()));
    Remote::new(&uri, token).expect("an address")
}

fn upload() -> Upload {
    Upload { content_type: "image/png".into(), bytes: include_bytes!("pixel.png").to_vec() }
}

impl Town {
    async fn edit(&self, edit: ProfileEdit) -> Result<people_contract::Profile, (u16, String, Option<String>)> {
        let done = self.people.edit(ADA, edit).await;
        done.map_err(|p| (p.status(), p.code.to_string(), p.field.map(Into::into)))
    }

    async fn rename(&self, handle: &str) -> Result<String, (u16, String, Option<String>)> {
        let edit = ProfileEdit { handle: Some(handle.into()), ..ProfileEdit::default() };
        self.edit(edit).await.map(|profile| profile.handle)
    }

    async fn told(&self) -> Vec<String> {
        let stream = StreamName::user("people", ADA.user);
        let log = self.people.difference(Reader::Person(ADA), stream, 0).await.expect("log");
        log.events.into_iter().map(|event| event.kind).collect()
    }

    /// How Bob stands to Ada, as a list and as events tell it.
    async fn bob(&self) -> Option<FriendState> {
        let page = self.people.friends(ADA, Limit::parse(None).expect("usual"), None).await.expect("list");
        let listed = page.items.iter().find(|friend| friend.user == BOB.user).map(|friend| friend.state);
        let stream = StreamName::user("people", ADA.user);
        let log = self.people.difference(Reader::Person(ADA), stream.clone(), 0).await.expect("log");
        assert_eq!(page.at[&stream], log.head, "the list says when");
        let told = log.events.iter().rfind(|event| event.kind == "friend_changed").and_then(|event| {
            let changed: FriendChanged = serde_json::from_str(event.data.get()).expect("a change");
            assert_eq!(changed.user, BOB.user);
            changed.state
        });
        assert_eq!(listed, told, "the list and the events say the same");
        listed
    }

    async fn refusal(&self, caller: Caller, user: UserId) -> (u16, String) {
        let refused = self.people.befriend(caller, user).await.expect_err("refused");
        (refused.status(), refused.code.to_string())
    }

    async fn is_kept(&self, name: &ImageName) -> bool {
        let key = Key::new(name.key(name.size(None))).expect("a key");
        self.blobs.head(&key).await.expect("asked").is_some()
    }
}

async fn a_profile_is_what_was_said_of_it(town: Town) {
    let made = town.people.find(ADA.user).await.expect("asked").expect("there");
    assert_eq!((made.handle.as_str(), made.display_name.as_str()), ("ada_lovelace", "Ada Lovelace"));
    let status =
        Status { emoji: "🎲".into(), text: "Rolling".into(), expires_at: Some(Timestamp(1_767_225_660_000)) };
    let edit = ProfileEdit {
        bio: Some(" First line.\nSecond. ".into()),
        pronouns: Some("she/her".into()),
        accent_color: Some("#5B6EE1".into()),
        status: Some(status.clone()),
        ..ProfileEdit::default()
    };
    let edited = town.edit(edit).await.expect("edited");
    assert_eq!((edited.bio.as_str(), edited.pronouns.as_str()), ("First line.\nSecond.", "she/her"));
    assert_eq!((edited.accent_color.as_deref(), &edited.status), (Some("#5b6ee1"), &Some(status)));
    assert_eq!(town.people.find(ADA.user).await.expect("asked"), Some(edited));
    town.clock.advance_seconds(60);
    let later = town.people.profiles(vec![ADA.user]).await.expect("asked");
    assert_eq!(later[0].status, None, "it has ended by itself");
    for (edit, code, field) in [
        (ProfileEdit { bio: Some("x".repeat(501)), ..ProfileEdit::default() }, "text_too_long", "bio"),
        (ProfileEdit { pronouns: Some("x".repeat(41)), ..ProfileEdit::default() }, "text_too_long", "pronouns"),
        (ProfileEdit { accent_color: Some("red".into()), ..ProfileEdit::default() }, "bad_color", "accent_color"),
        (ProfileEdit { display_name: Some(" ".into()), ..ProfileEdit::default() }, "name_empty", "display_name"),
    ] {
        assert_eq!(town.edit(edit).await.expect_err(code), (422, code.into(), Some(field.into())));
    }
    assert_eq!(town.told().await, ["profile_edited"], "what was refused isn't told");
}

async fn a_handle_is_found_and_changes_seldom(town: Town) {
    assert_eq!(town.rename("Bob").await.expect_err("taken"), (409, "handle_taken".into(), Some("handle".into())));
    assert_eq!(town.rename("@Countess").await.expect("free"), "countess");
    for asked in ["countess", "@COUNTESS"] {
        let found = town.people.by_handle(asked.into()).await.expect("asked").expect(asked);
        assert_eq!(found.id, ADA.user);
    }
    for asked in ["ada_lovelace", "nobody.here", "not a handle", ""] {
        assert_eq!(town.people.by_handle(asked.into()).await.expect("asked"), None, "{asked}");
    }
    assert_eq!(town.rename("ada").await.expect("free"), "ada");
    let (status, code, field) = town.rename("third").await.expect_err("too often");
    assert_eq!((status, code.as_str(), field.as_deref()), (429, "handle_changed_too_often", Some("handle")));
    town.clock.advance_seconds(3_600);
    assert_eq!(town.rename("third").await.expect("an hour later"), "third");
}

async fn a_picture_is_shown_and_the_one_before_is_gone(town: Town) {
    let first =
        town.people.set_picture(ADA, Picture::Avatar, Some(upload())).await.expect("shown").avatar.expect("one");
    assert!(first.place() == Place::Avatar(ADA.user) && town.is_kept(&first).await);
    let next = town.people.set_picture(ADA, Picture::Avatar, Some(upload())).await.expect("shown").avatar.expect("one");
    assert!(!town.is_kept(&first).await && town.is_kept(&next).await);
    let banner = town.people.set_picture(ADA, Picture::Banner, Some(upload())).await.expect("shown");
    assert_eq!((banner.avatar.as_ref(), banner.banner.is_some()), (Some(&next), true));
    let svg = Upload { content_type: "image/svg+xml".into(), bytes: b"<svg/>".to_vec() };
    let refused = town.people.set_picture(ADA, Picture::Avatar, Some(svg)).await.expect_err("refused");
    assert_eq!((refused.status(), &*refused.code), (415, "image_type"));
    let stranger = Caller { user: UserId(9), ..ADA };
    let nobody = town.people.set_picture(stranger, Picture::Avatar, Some(upload())).await.expect_err("refused");
    assert_eq!(nobody.status(), 404);
    let left = town.blobs.list(&Prefix::new("images/user_9").expect("a prefix"), None).await.expect("listed");
    assert_eq!(left, [], "nothing stays of nobody's picture");
    let none = town.people.set_picture(ADA, Picture::Avatar, None).await.expect("taken away");
    assert!(none.avatar.is_none() && !town.is_kept(&next).await);
    let given = town.files.export(ADA.user, None).await.expect("exported").records;
    let images: Vec<ExportedImage> =
        given.into_iter().map(|record| serde_json::from_value(record.value).expect("an image")).collect();
    assert_eq!(images.iter().map(|image| image.place).collect::<Vec<_>>(), [Place::Banner(ADA.user)]);
    assert!(!images[0].bytes.is_empty());
}

/// Hears hints.
#[derive(Default)]
struct Ear(Mutex<Vec<Hint>>);

impl Sink for Ear {
    fn event(&self, _: &Arc<kernel::Event>) {}
    fn hint(&self, hint: &Hint) {
        self.0.lock().expect("no panic").push(hint.clone());
    }
}

async fn who_shows_somebody_is_told_of_changes(town: Town) {
    let ear = Arc::new(Ear::default());
    let _listening = town.fanout.subscribe(people_contract::PROFILES, ear.clone());
    town.edit(ProfileEdit { bio: Some("new".into()), ..ProfileEdit::default() }).await.expect("edited");
    town.people.set_picture(ADA, Picture::Avatar, None).await.expect("taken away");
    town.edit(ProfileEdit::default()).await.expect("nothing changed");
    let heard = ear.0.lock().expect("no panic").clone();
    assert_eq!(heard, [Hint::Profile { user: ADA.user }, Hint::Profile { user: ADA.user }]);
}

async fn settings_are_merged_and_told_to_the_other_devices(town: Town) {
    assert_eq!(town.people.settings(ADA).await.expect("asked"), Settings::default());
    let dark = SettingsEdit { theme: Some(Theme::Dark), ..SettingsEdit::default() };
    let silent = SettingsEdit { notification_sound: Some(false), ..SettingsEdit::default() };
    town.people.edit_settings(ADA, dark).await.expect("edited");
    let both = town.people.edit_settings(ADA, silent).await.expect("edited");
    assert_eq!((both.theme, both.notification_sound, both.version), (Theme::Dark, false, 2));
    assert_eq!(town.people.settings(ADA).await.expect("asked"), both);
    assert_eq!(town.people.edit_settings(ADA, SettingsEdit::default()).await.expect("nothing changed"), both);
    assert_eq!(town.people.settings(BOB).await.expect("asked"), Settings::default());
    assert_eq!(town.told().await, ["settings_changed", "settings_changed"]);
}

async fn friends_are_asked_for_accepted_and_let_go(town: Town) {
    assert_eq!(town.bob().await, None);
    for _ in 0..2 {
        let asked = town.people.befriend(ADA, BOB.user).await.expect("asked");
        assert_eq!((asked.user, asked.state), (BOB.user, FriendState::Outgoing), "again changes nothing");
    }
    assert_eq!(town.bob().await, Some(FriendState::Outgoing));
    assert_eq!(town.people.befriend(BOB, ADA.user).await.expect("accepted").state, FriendState::Friend);
    assert_eq!(town.bob().await, Some(FriendState::Friend));
    assert_eq!(town.people.befriend(ADA, BOB.user).await.expect("they are").state, FriendState::Friend);
    for _ in 0..2 {
        town.people.unfriend(BOB, ADA.user).await.expect("ended");
        assert_eq!(town.bob().await, None);
    }
    town.people.befriend(BOB, ADA.user).await.expect("asked");
    assert_eq!(town.bob().await, Some(FriendState::Incoming));
    town.people.unfriend(ADA, BOB.user).await.expect("refused");
    assert_eq!(town.told().await, vec!["friend_changed"; 5]);
}

async fn friend_requests_are_refused_with_a_word(town: Town) {
    assert_eq!(town.refusal(ADA, ADA.user).await, (422, "friend_oneself".into()));
    assert_eq!(town.refusal(ADA, UserId(9)).await, (404, "not_found".into()));
    let nobody = SettingsEdit { friend_requests_from: Some(Audience::Nobody), ..SettingsEdit::default() };
    town.people.edit_settings(BOB, nobody).await.expect("edited");
    assert_eq!(town.refusal(ADA, BOB.user).await, (403, "friend_request_not_taken".into()));
    assert_eq!(town.bob().await, None);
    town.people.befriend(BOB, ADA.user).await.expect("who takes none may ask");
    assert_eq!(town.people.befriend(ADA, BOB.user).await.expect("answered").state, FriendState::Friend);
    let limit = Limit::parse(Some(1)).expect("fits");
    let bad = town.people.friends(ADA, limit, Some("x".into())).await.expect_err("no cursor");
    assert_eq!((bad.status(), &*bad.code, bad.field.as_deref()), (400, "bad_cursor", Some("after")));
    let last = town.people.friends(ADA, limit, Some(BOB.user.to_string())).await.expect("list");
    assert_eq!((last.items, last.next), (Vec::new(), None));
}

async fn who_shares_a_guild_may_ask_where_only_they_may(town: Town) {
    let shared = SettingsEdit { friend_requests_from: Some(Audience::SharedGuilds), ..SettingsEdit::default() };
    town.people.edit_settings(BOB, shared).await.expect("edited");
    assert_eq!(town.refusal(ADA, BOB.user).await, (403, "friend_request_not_taken".into()));
    let guild = town.guilds.create_guild(ADA, GuildDraft { name: "Ours".into() }).await.expect("made").id;
    let invite = town.guilds.create_invite(ADA, guild, InviteDraft::default()).await.expect("made");
    town.guilds.accept_invite(BOB, invite.code).await.expect("joined");
    assert_eq!(town.people.befriend(ADA, BOB.user).await.expect("asked").state, FriendState::Outgoing);
}

async fn a_block_ends_all_and_holds_when_it_is_answered(town: Town) {
    town.people.befriend(ADA, BOB.user).await.expect("asked");
    town.people.befriend(BOB, ADA.user).await.expect("accepted");
    let listed = async || {
        let page = town.people.blocks(ADA, Limit::parse(None).expect("usual"), None).await.expect("list");
        page.items.into_iter().map(|block| block.user).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(town.people.block(ADA, BOB.user).await.expect("blocked").user, BOB.user);
        let refused = town.guilds.open_direct(BOB, ADA.user).await.expect_err("refused");
        assert_eq!((refused.status(), &*refused.code), (403, "direct_closed"));
        assert_eq!((town.bob().await, listed().await), (None, vec![BOB.user]));
    }
    assert_eq!(town.refusal(BOB, ADA.user).await, (403, "friend_request_not_taken".into()));
    assert_eq!(town.refusal(ADA, BOB.user).await, (409, "friend_blocked".into()));
    for _ in 0..2 {
        town.people.unblock(ADA, BOB.user).await.expect("unblocked");
        assert_eq!(listed().await, []);
    }
    town.guilds.open_direct(BOB, ADA.user).await.expect("opened");
    town.people.befriend(BOB, ADA.user).await.expect("asked");
    assert_eq!(town.told().await[2..], ["block_changed", "friend_changed", "block_changed", "friend_changed"]);
    let oneself = town.people.block(ADA, ADA.user).await.expect_err("refused");
    assert_eq!((oneself.status(), &*oneself.code), (422, "block_oneself"));
    assert_eq!(town.people.block(ADA, UserId(9)).await.expect_err("nobody").status(), 404);
}

async fn many_requests_in_a_row_wait(town: Town) {
    for _ in 0..20 {
        town.people.befriend(ADA, BOB.user).await.expect("asked");
        town.people.unfriend(BOB, ADA.user).await.expect("refused");
    }
    let refused = town.people.befriend(ADA, BOB.user).await.expect_err("too fast");
    assert_eq!((&*refused.code, refused.retry_after), ("friend_requests_too_fast", Some(30)));
    town.clock.advance_seconds(30);
    town.people.befriend(ADA, BOB.user).await.expect("waited");
}

async fn an_export_has_all_and_an_erasure_leaves_nothing(town: Town) {
    town.rename("countess").await.expect("free");
    let silent = SettingsEdit { notification_sound: Some(false), ..SettingsEdit::default() };
    town.people.edit_settings(ADA, silent).await.expect("edited");
    town.people.set_picture(ADA, Picture::Avatar, Some(upload())).await.expect("shown");
    town.people.befriend(BOB, ADA.user).await.expect("asked");
    town.people.ensure(UserId(9), "Cid".into()).await.expect("made");
    town.people.block(ADA, UserId(9)).await.expect("blocked");
    let exported = async || {
        let part = town.people.export(ADA.user, None).await.expect("exported");
        part.records.into_iter().map(|record| record.kind).collect::<Vec<_>>()
    };
    assert_eq!(exported().await, ["profile", "handle", "handle", "friend", "block", "settings"]);
    let wishes = Wishes::default();
    assert_eq!(town.people.erase(ADA.user, wishes).await.expect("erased").erased, 7, "a request has two sides");
    let page = town.people.friends(BOB, Limit::parse(None).expect("usual"), None).await.expect("list");
    assert_eq!(page.items, []);
    let log = town.people.difference(Reader::Person(BOB), StreamName::user("people", BOB.user), 0).await.expect("log");
    let last: FriendChanged = serde_json::from_str(log.events.last().expect("told").data.get()).expect("a change");
    assert_eq!((last.user, last.state), (ADA.user, None));
    assert_eq!(town.files.erase(ADA.user, wishes).await.expect("erased").erased, 2);
    assert_eq!(exported().await, Vec::<String>::new());
    let left = town.blobs.list(&Prefix::ALL, None).await.expect("listed");
    assert_eq!(left, []);
    assert_eq!(town.people.erase(ADA.user, wishes).await.expect("again").erased, 0);
    let heir = ProfileEdit { handle: Some("countess".into()), ..ProfileEdit::default() };
    assert_eq!(town.people.edit(BOB, heir).await.expect("it is nobody's").handle, "countess");
}

macro_rules! both_ways {
    ($($test:ident),+ $(,)?) => {
        mod local {
            $( #[tokio::test]
            async fn $test() {
                super::$test(super::town(super::Way::Local).await).await;
            } )+
        }
        mod grpc {
            $( #[tokio::test]
            async fn $test() {
                super::$test(super::town(super::Way::Grpc).await).await;
            } )+
        }
    };
}

both_ways!(
    a_profile_is_what_was_said_of_it,
    a_handle_is_found_and_changes_seldom,
    a_picture_is_shown_and_the_one_before_is_gone,
    who_shows_somebody_is_told_of_changes,
    settings_are_merged_and_told_to_the_other_devices,
    friends_are_asked_for_accepted_and_let_go,
    friend_requests_are_refused_with_a_word,
    who_shares_a_guild_may_ask_where_only_they_may,
    a_block_ends_all_and_holds_when_it_is_answered,
    many_requests_in_a_row_wait,
    an_export_has_all_and_an_erasure_leaves_nothing,
);
