use crate::stage::{ADA, BOB, CID, EVE, Stage, person, refusal};
use guilds_contract::{AccessChanged, Channel, ChannelChanged, ChannelDeleted, ChannelDraft, ChannelEdit};
use kernel::{Event, Reader, StreamName, UserId};

const NOT_FOUND: &str = "404 not_found";

fn access(event: &Event) -> Option<Vec<UserId>> {
    assert_eq!(event.kind, "access_changed");
    event.parse::<AccessChanged>().expect("data").users
}

fn privacy(private: bool) -> ChannelEdit {
    ChannelEdit { private: Some(private), ..Default::default() }
}

pub(crate) async fn an_open_channel_is_told_to_the_guild(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let draft = ChannelDraft { name: "den".into(), topic: Some(" cards ".into()), private: false, allowed: Vec::new() };
    let made = s.guilds.create_channel(ADA, guild, draft).await.expect("made");
    assert_eq!((made.topic.as_str(), made.position, made.guild), ("cards", 1, Some(guild)));
    let told = async |kind: &str| {
        let event = s.last(StreamName::guild(guild)).await;
        assert_eq!(event.kind, kind);
        event
    };
    assert_eq!(told("channel_created").await.parse::<ChannelChanged>().expect("data").channel, made);
    let edit = ChannelEdit { topic: Some("dice".into()), position: Some(0), ..Default::default() };
    let edited = s.guilds.edit_channel(ADA, made.id, edit).await.expect("edited");
    assert_eq!(edited, Channel { topic: "dice".into(), position: 0, ..made.clone() });
    assert_eq!(told("channel_edited").await.parse::<ChannelChanged>().expect("data").channel, edited);
    assert_eq!(s.guilds.channel(BOB, made.id).await.expect("seen"), edited);
    s.guilds.delete_channel(ADA, made.id).await.expect("deleted");
    let deleted = ChannelDeleted { guild, channel: made.id };
    assert_eq!(told("channel_deleted").await.parse::<ChannelDeleted>().expect("data"), deleted);
    assert_eq!(refusal(s.guilds.channel(ADA, made.id).await), NOT_FOUND);
    assert_eq!(s.kinds(StreamName::channel(made.id)).await, Vec::<String>::new());
}

pub(crate) async fn a_private_channel_is_hidden_from_everyone_else(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let general = s.general(guild).await.id;
    let secret = s.channel(guild, true, &[BOB]).await;
    let stream = StreamName::channel(secret.id);
    for (caller, sees) in [(ADA, true), (BOB, true), (CID, false), (EVE, false)] {
        let seen = s.guilds.channel(caller, secret.id).await;
        let read = s.guilds.difference(Reader::Person(caller), stream.clone(), 0).await;
        let list = s.guilds.allowed(caller, secret.id).await;
        if sees {
            assert_eq!(seen.expect("seen"), secret);
            assert_eq!(read.expect("read").events.len(), 1);
            assert_eq!(list.expect("list").items, [BOB.user]);
            assert_eq!(s.seen(caller, guild).await, [general, secret.id]);
        } else {
            assert_eq!([refusal(seen), refusal(read), refusal(list)], [NOT_FOUND; 3]);
        }
    }
    assert_eq!(s.seen(CID, guild).await, [general]);
    assert!(!s.guilds.channels(CID, guild).await.expect("list").at.contains_key(&stream));
    assert_eq!(s.guilds.channels(BOB, guild).await.expect("list").at[&stream], 1);
    assert_eq!(s.last(stream).await.parse::<ChannelChanged>().expect("data").channel, secret);

    let log = s.log(StreamName::guild(guild)).await;
    assert_eq!(access(log.last().expect("told")), Some(vec![BOB.user, ADA.user]));
    assert!(log.iter().all(|e| !e.data.get().contains("den")), "the guild's stream doesn't tell of it");
    let edit = ChannelEdit { name: Some("lair".into()), ..Default::default() };
    s.guilds.edit_channel(ADA, secret.id, edit).await.expect("edited");
    assert_eq!(s.log(StreamName::guild(guild)).await.len(), log.len());
    assert_eq!(s.kinds(StreamName::channel(secret.id)).await, ["channel_created", "channel_edited"]);
}

pub(crate) async fn a_list_opens_and_closes_a_private_channel(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let secret = s.channel(guild, true, &[]).await.id;
    let head = async || s.last(StreamName::guild(guild)).await;
    assert_eq!(refusal(s.guilds.channel(BOB, secret).await), NOT_FOUND);
    s.guilds.allow(ADA, secret, BOB.user).await.expect("allowed");
    let told = head().await;
    assert_eq!(access(&told), Some(vec![BOB.user]));
    assert_eq!(s.guilds.channel(BOB, secret).await.expect("seen").id, secret);
    s.guilds.allow(ADA, secret, BOB.user).await.expect("idempotent");
    assert_eq!(head().await.seq, told.seq);
    assert_eq!(s.guilds.allowed(BOB, secret).await.expect("list").items, [BOB.user]);

    s.guilds.disallow(ADA, secret, BOB.user).await.expect("hidden");
    let told = head().await;
    assert_eq!(access(&told), Some(vec![BOB.user]));
    assert_eq!(refusal(s.guilds.channel(BOB, secret).await), NOT_FOUND);
    s.guilds.disallow(ADA, secret, BOB.user).await.expect("idempotent");
    assert_eq!(head().await.seq, told.seq);
}

pub(crate) async fn turning_private_and_open_again_changes_everyones_access(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let room = s.channel(guild, false, &[]).await.id;
    s.guilds.allow(ADA, room, BOB.user).await.expect("listed before");
    let own = StreamName::channel(room);
    assert_eq!(refusal(s.guilds.difference(Reader::Person(BOB), own.clone(), 0).await), NOT_FOUND, "it is open");

    let hidden = s.guilds.edit_channel(ADA, room, privacy(true)).await.expect("hidden");
    assert!(hidden.private);
    assert_eq!(access(&s.last(StreamName::guild(guild)).await), None);
    assert_eq!(s.last(own.clone()).await.parse::<ChannelChanged>().expect("data").channel, hidden);
    assert_eq!(refusal(s.guilds.channel(CID, room).await), NOT_FOUND);
    assert_eq!(s.guilds.channel(BOB, room).await.expect("on the list"), hidden);
    assert_eq!(s.guilds.difference(Reader::Person(BOB), own.clone(), 0).await.expect("read").events.len(), 1);

    let open = s.guilds.edit_channel(ADA, room, privacy(false)).await.expect("open");
    let log = s.log(StreamName::guild(guild)).await;
    let [.., edited, changed] = &log[..] else { panic!("two events") };
    assert_eq!((edited.kind.as_str(), access(changed)), ("channel_edited", None));
    assert_eq!(edited.parse::<ChannelChanged>().expect("data").channel, open);
    assert_eq!(s.guilds.channel(CID, room).await.expect("seen"), open);
    assert_eq!(refusal(s.guilds.difference(Reader::Person(BOB), own, 0).await), NOT_FOUND);
}

pub(crate) async fn a_private_channel_goes_quietly(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let secret = s.channel(guild, true, &[BOB]).await.id;
    s.guilds.delete_channel(ADA, secret).await.expect("deleted");
    assert_eq!(s.kinds(StreamName::channel(secret)).await, ["channel_created", "channel_deleted"]);
    let told = s.last(StreamName::guild(guild)).await;
    assert_eq!(access(&told), None);
    assert!(!told.data.get().contains(&secret.to_string()));
    assert_eq!(refusal(s.guilds.channel(BOB, secret).await), NOT_FOUND);
}

pub(crate) async fn lists_are_for_members_only(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let secret = s.channel(guild, true, &[]).await.id;
    assert_eq!(refusal(s.guilds.allow(ADA, secret, EVE.user).await), "422 not_members user");
    let draft = |allowed| ChannelDraft { name: "den".into(), topic: None, private: true, allowed };
    let mixed = draft(vec![BOB.user, EVE.user]);
    assert_eq!(refusal(s.guilds.create_channel(ADA, guild, mixed).await), "422 not_members allowed");
    let crowd = draft((1..=1_001).map(|id| person(id).user).collect());
    assert_eq!(refusal(s.guilds.create_channel(ADA, guild, crowd).await), "409 too_many_overwrites allowed");
    assert_eq!(s.seen(ADA, guild).await.len(), 2, "nothing was made");
    let twice = draft(vec![BOB.user, BOB.user]);
    let made = s.guilds.create_channel(ADA, guild, twice).await.expect("made").id;
    assert_eq!(s.guilds.allowed(ADA, made).await.expect("list").items, [BOB.user]);
}

pub(crate) async fn the_last_channel_may_go(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    s.guilds.delete_channel(ADA, general).await.expect("deleted");
    assert_eq!(s.seen(BOB, guild).await, []);
    assert_eq!(s.channel(guild, false, &[]).await.position, 0);
}
