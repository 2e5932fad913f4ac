//! Channels with lists of who sees them become channels with overwrites, on every engine.

use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::Target;
use kernel::{
    ChannelId, GuildId, RoleId,
    permissions::{Permission, Permissions},
};

async fn who_saw_a_channel_sees_it(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = GuildId(7);
    for sql in [
        "INSERT INTO guilds (id, name, owner, member_count, created_at) VALUES ($1, 'Old', 1, 3, 0)",
        "INSERT INTO members (guild, person, joined_at) VALUES ($1, 1, 0), ($1, 2, 0), ($1, 3, 0)",
        "INSERT INTO channels (id, guild, name, topic, private, position, created_at)
         VALUES (70, $1, 'open', '', FALSE, 0, 0), (71, $1, 'secret', '', TRUE, 1, 0)",
        "INSERT INTO channel_allowed (channel, person) SELECT id, 2 FROM channels WHERE guild = $1",
    ] {
        scene.run(sql, guild).await;
    }
    scene.ground.database.migrate(crate::MIGRATIONS).await.expect("brought up to date");

    for (user, open, secret) in [(ADA, true, true), (BOB, true, true), (CID, true, false)] {
        for (channel, sees) in [(70, open), (71, secret)] {
            let facts = scene.channels.facts(ChannelId(channel), user).await.expect("facts").expect("there");
            assert_eq!(facts.permissions().has(Permission::View), sees, "{user:?} in {channel}");
        }
    }
    let said = scene.overwrites.list(ChannelId(71)).await.expect("list");
    assert_eq!(said.iter().map(|o| o.target).collect::<Vec<_>>(), [Target::Role(RoleId(7)), Target::User(BOB)]);
    let facts = scene.guilds.facts(guild, BOB).await.expect("facts").expect("there");
    assert_eq!(facts.permissions(), Permissions::MEMBER, "what a member may do in a new guild");
}

engine_sql::suite!(&crate::MIGRATIONS[..2]; who_saw_a_channel_sees_it);
