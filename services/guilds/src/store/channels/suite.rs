//! What every engine of the store of channels must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::{ChannelEdit, Target};
use kernel::{
    RoleId, StreamName,
    permissions::{Permission, Permissions, Shift, Standing},
};

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

async fn only_members_see_a_channel_from_its_start(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    assert_eq!(scene.channel(guild, true, &[BOB, CID]).await.expect_err("refused"), Refusal::NotMembers);
    assert_eq!(scene.channels.of(ADA, None).await.expect("list").len(), 1, "nothing was made");
    let secret = scene.channel(guild, true, &[BOB]).await.expect("made").id;
    let said: Vec<_> = scene.overwrites.list(secret).await.expect("list").into_iter().map(|o| o.target).collect();
    assert_eq!(said, [Target::Role(RoleId(guild.0)), Target::User(BOB)]);
}

async fn opening_takes_away_all_that_hides(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    let room = scene.channel(guild, false, &[]).await.expect("made").id;
    let shift = Shift { deny: Permissions::of(&[Permission::View, Permission::Send]), ..Shift::default() };
    drop(scene.say(guild, room, Target::User(BOB), shift).await.expect("said"));
    assert!(scene.channels.find(room).await.expect("find").expect("there").private, "hidden from one is private");
    let privacy = |private| ChannelEdit { private: Some(private), ..Default::default() };
    drop(edit(&scene, guild, room, privacy(false)).await.expect("open"));
    let rest = scene.overwrites.list(room).await.expect("list");
    assert_eq!(
        rest.iter().map(|o| (o.target, o.deny)).collect::<Vec<_>>(),
        [(Target::User(BOB), Permissions::of(&[Permission::Send]))]
    );
    drop(edit(&scene, guild, room, privacy(true)).await.expect("hidden"));
    drop(edit(&scene, guild, room, privacy(false)).await.expect("open"));
    assert_eq!(scene.overwrites.list(room).await.expect("list"), rest);
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
    let asked = ChannelEdit {
        name: Some("den".into()),
        topic: Some("cards".into()),
        position: Some(7),
        private: Some(true),
        slow_mode_seconds: Some(30),
    };
    let after = Channel {
        name: "den".into(),
        topic: "cards".into(),
        position: 7,
        private: true,
        slow_mode_seconds: 30,
        ..room.clone()
    };
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
    assert_eq!(scene.overwrites.list(id).await.expect("list"), []);
    let again = scene.channels.delete(guild, id, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(again.expect_err("gone"), Refusal::ChannelGone);
}

async fn facts_say_who_sees_what(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let open = scene.channel(guild, false, &[]).await.expect("made").id;
    let secret = scene.channel(guild, true, &[BOB]).await.expect("made").id;
    let view = Permissions::of(&[Permission::View]);
    let hidden = Grants { everyone: Shift { deny: view, ..Shift::default() }, ..Grants::default() };
    let listed = Grants { person: Shift { allow: view, ..Shift::default() }, ..hidden };
    let outsider = UserId(9);
    for (channel, user, standing, grants) in [
        (open, ADA, Standing::Owner, Grants::default()),
        (open, CID, Standing::Member, Grants::default()),
        (open, outsider, Standing::Outsider, Grants::default()),
        (secret, ADA, Standing::Owner, hidden),
        (secret, BOB, Standing::Member, listed),
        (secret, CID, Standing::Member, hidden),
        (secret, outsider, Standing::Outsider, hidden),
    ] {
        let place = if channel == open { Place::OpenChannel } else { Place::PrivateChannel };
        let facts = Facts::new(Some(guild), standing, place, grants);
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
}

engine_sql::suite!(
    crate::MIGRATIONS;
    channels_come_in_order,
    a_guild_has_200_channels_at_most,
    only_members_see_a_channel_from_its_start,
    opening_takes_away_all_that_hides,
    an_edit_is_told_with_what_was_before,
    a_deleted_channel_takes_its_list_with_it,
    facts_say_who_sees_what,
    pages_go_through_everything,
);
