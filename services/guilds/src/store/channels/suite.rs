//! What every engine of the store of channels must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::ChannelEdit;
use kernel::{StreamName, permissions::Standing};

async fn channels_come_in_order(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let first = scene.channel(guild, false, &[]).await.expect("made");
    let second = scene.channel(guild, false, &[]).await.expect("made");
    assert_eq!((first.position, second.position), (1, 2));
    assert_eq!(scene.channels.find(second.id).await.expect("find"), Some(second.clone()));
    let to_the_top = ChannelEdit { position: Some(0), ..Default::default() };
    drop(edit(&scene, guild, second.id, to_the_top).await.expect("moved"));
    let listed = scene.channels.of(ADA, Some(guild)).await.expect("list");
    let names: Vec<_> = listed.iter().map(|(c, _)| (c.name.as_str(), c.position)).collect();
    assert_eq!(names, [("general", 0), ("room", 0), ("room", 1)]);
    let gone = scene.channel(GuildId(1), false, &[]).await.expect_err("no guild");
    assert_eq!(gone, Refusal::GuildGone);
}

async fn a_guild_has_200_channels_at_most(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene
        .run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 197)
             INSERT INTO channels (id, guild, name, topic, private, position, created_at)
             SELECT i, $1, 'x', '', false, 100000, 0 FROM n",
            guild,
        )
        .await;
    let tries = scene.race(8, move |scene, _| async move { scene.channel(guild, false, &[]).await });
    let mut made = 0;
    for attempt in tries.await {
        match attempt {
            Ok(channel) => {
                assert_eq!(channel.position, 100_000, "positions stay in their range");
                made += 1;
            }
            Err(refusal) => assert_eq!(refusal, Refusal::TooManyChannels),
        }
    }
    assert_eq!(made, 2);
}

async fn only_members_are_on_a_list(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    assert_eq!(scene.channel(guild, true, &[BOB, CID]).await.expect_err("refused"), Refusal::NotMembers);
    assert_eq!(scene.channels.of(ADA, None).await.expect("list").len(), 1, "nothing was made");

    let secret = scene.channel(guild, true, &[BOB]).await.expect("made").id;
    assert_eq!(scene.channels.allowed(secret).await.expect("list"), [BOB]);
    let event = || vec![scene.event(StreamName::guild(guild))];
    let allow = async |user| scene.channels.allow(guild, secret, user, event()).await.expect("works");
    let disallow = async |user| scene.channels.disallow(guild, secret, user, event()).await.expect("works");
    assert_eq!(allow(CID).await.expect_err("refused"), Refusal::NotMembers);
    assert_eq!(allow(BOB).await.expect("there already").events.len(), 0);
    assert_eq!(disallow(BOB).await.expect("taken off").events.len(), 1);
    assert_eq!(disallow(BOB).await.expect("off already").events.len(), 0);
    assert_eq!(allow(BOB).await.expect("put on").events.len(), 1);
    let unknown = scene.channels.allow(guild, ChannelId(1), BOB, event()).await.expect("works");
    assert_eq!(unknown.expect_err("no channel"), Refusal::ChannelGone);
    let other = scene.guild(ADA).await.id;
    let elsewhere = scene.channels.disallow(other, secret, BOB, event()).await.expect("works");
    assert_eq!(elsewhere.expect_err("another guild's"), Refusal::ChannelGone);
}

async fn a_list_has_1000_entries_at_most(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let members = "WITH RECURSIVE n(i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 1101)
                   INSERT INTO members (guild, person, joined_at) SELECT $1, i, 0 FROM n";
    scene.run(members, guild).await;
    let all: Vec<UserId> = (101..1_101).map(UserId).collect();
    let secret = scene.channel(guild, true, &all[1..]).await.expect("999").id;
    for (user, fits) in [(UserId(101), true), (UserId(1_101), false), (UserId(101), true)] {
        let done = scene.channels.allow(guild, secret, user, Vec::new()).await.expect("works");
        assert_eq!(done.map(|_| ()).map_err(|r| r == Refusal::TooManyAllowed), if fits { Ok(()) } else { Err(true) });
    }
    assert_eq!(scene.channels.allowed(secret).await.expect("list"), all);
}

async fn edit(scene: &Scene, guild: GuildId, id: ChannelId, edit: ChannelEdit) -> Result<Committed<Channel>, Refusal> {
    let event = scene.event(StreamName::guild(guild));
    let change = Change::parse(edit).expect("fits");
    scene.channels.edit(guild, id, change, Box::new(|_| vec![event])).await.expect("works")
}

async fn an_edit_is_told_with_what_was_before(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let room = scene.channel(guild, false, &[]).await.expect("made");
    let asked =
        ChannelEdit { name: Some("den".into()), topic: Some("cards".into()), position: Some(7), private: Some(true) };
    let after = Channel { name: "den".into(), topic: "cards".into(), position: 7, private: true, ..room.clone() };
    let event = scene.event(StreamName::channel(room.id));
    let expected = (room.clone(), after.clone());
    let tell: Tell<(Channel, Channel)> = Box::new(move |both| {
        assert_eq!(*both, expected);
        vec![event]
    });
    let change = Change::parse(asked.clone()).expect("fits");
    let done = scene.channels.edit(guild, room.id, change, tell).await.expect("works").expect("edited");
    assert_eq!((&done.value, done.events.len()), (&after, 1));
    assert_eq!(scene.channels.find(room.id).await.expect("find"), Some(after.clone()));
    let again = edit(&scene, guild, room.id, asked).await.expect("nothing to do");
    assert_eq!((again.value, again.events.len()), (after, 0));
    let unknown = edit(&scene, guild, ChannelId(1), ChannelEdit::default()).await;
    assert_eq!(unknown.expect_err("no channel"), Refusal::ChannelGone);
}

async fn a_deleted_channel_takes_its_list_with_it(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    let secret = scene.channel(guild, true, &[BOB]).await.expect("made");
    let event = scene.event(StreamName::channel(secret.id));
    let (id, last) = (secret.id, secret.clone());
    let tell: Tell<Channel> = Box::new(move |told| {
        assert_eq!(*told, last);
        vec![event]
    });
    let done = scene.channels.delete(guild, id, tell).await.expect("works").expect("deleted");
    assert_eq!(done.events.len(), 1);
    assert_eq!(scene.channels.find(id).await.expect("find"), None);
    assert_eq!(scene.channels.allowed(id).await.expect("list"), []);
    let again = scene.channels.delete(guild, id, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(again.expect_err("gone"), Refusal::ChannelGone);
}

async fn facts_say_who_sees_what(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let open = scene.channel(guild, false, &[]).await.expect("made").id;
    let secret = scene.channel(guild, true, &[BOB]).await.expect("made").id;
    let (listed, unlisted) = (Place::PrivateChannel { allowed: true }, Place::PrivateChannel { allowed: false });
    let outsider = UserId(9);
    for (channel, user, standing, place) in [
        (open, ADA, Standing::Owner, Place::OpenChannel),
        (open, CID, Standing::Member, Place::OpenChannel),
        (open, outsider, Standing::Outsider, Place::OpenChannel),
        (secret, ADA, Standing::Owner, unlisted),
        (secret, BOB, Standing::Member, listed),
        (secret, CID, Standing::Member, unlisted),
        (secret, outsider, Standing::Outsider, unlisted),
    ] {
        let facts = Facts { guild: Some(guild), standing, place };
        assert_eq!(scene.channels.facts(channel, user).await.expect("facts"), Some(facts), "{user:?} in {channel:?}");
        let listed = scene.channels.of(user, Some(guild)).await.expect("list");
        let listed = listed.into_iter().find(|(c, _)| c.id == channel).map(|(_, facts)| facts);
        assert_eq!(listed, (user != outsider).then_some(facts), "{user:?} in {channel:?}");
    }
    assert_eq!(scene.channels.facts(ChannelId(1), ADA).await.expect("facts"), None);
}

async fn pages_go_through_everything(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let one = scene.channel(guild, true, &[BOB, CID]).await.expect("made");
    let two = scene.channel(guild, true, &[BOB]).await.expect("made");
    assert_eq!(scene.channels.page(one.id, 9).await.expect("page"), std::slice::from_ref(&two));
    assert_eq!(scene.channels.page(ChannelId(0), 2).await.expect("page").len(), 2);
    let entry = |channel: &Channel, user| Allowance { guild, channel: channel.id, user };
    let rest = scene.channels.allowance_page((one.id, BOB), 9).await.expect("page");
    assert_eq!(rest, [entry(&one, CID), entry(&two, BOB)]);
    let first = scene.channels.allowance_page((ChannelId(0), UserId(0)), 1).await.expect("page");
    assert_eq!(first, [entry(&one, BOB)]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    channels_come_in_order,
    a_guild_has_200_channels_at_most,
    only_members_are_on_a_list,
    a_list_has_1000_entries_at_most,
    an_edit_is_told_with_what_was_before,
    a_deleted_channel_takes_its_list_with_it,
    facts_say_who_sees_what,
    pages_go_through_everything,
);
