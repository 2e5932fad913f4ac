//! What every engine of the store of guilds must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::Target;
use kernel::permissions::Standing;

fn seqs<T>(done: &Committed<T>) -> Vec<i64> {
    done.events.iter().map(|e| e.seq).collect()
}

async fn a_guild_is_made_with_its_owner_and_first_channel(ground: Ground) {
    let scene = Scene::new(ground);
    let made = scene.try_guild(ADA).await.expect("made");
    assert_eq!(seqs(&made), [1, 1]);
    let guild = made.value;
    assert_eq!(guild.member_count, 1);
    assert_eq!(scene.guilds.find(guild.id).await.expect("find"), Some(guild.clone()));
    assert_eq!(scene.guilds.of(ADA).await.expect("of"), std::slice::from_ref(&guild));
    assert_eq!(scene.guilds.owned(ADA).await.expect("owned"), std::slice::from_ref(&guild));
    assert_eq!(scene.guilds.owned(BOB).await.expect("owned"), []);
    let members = scene.guilds.members(guild.id, (Timestamp(0), UserId(0)), 9).await.expect("members");
    assert_eq!(members, [Member::new(guild.id, ADA, guild.created_at)]);
    assert_eq!(scene.channels.of(ADA, Some(guild.id)).await.expect("channels")[0].0.name, "general");
    assert_eq!(scene.guilds.find(GuildId(1)).await.expect("find"), None);
}

async fn a_person_is_in_100_guilds_at_most_even_in_a_race(ground: Ground) {
    let scene = Scene::new(ground);
    let others = scene.guild(BOB).await.id;
    scene.invite(others, "way-in", None).await;
    for _ in 0..98 {
        scene.guild(ADA).await;
    }
    let tries = scene.race(12, move |scene, n| async move {
        if n == 0 { scene.accept(others, "way-in", ADA, 6_000).await } else { scene.try_guild(ADA).await }
    });
    let mut made = 0;
    for attempt in tries.await {
        match attempt {
            Ok(_) => made += 1,
            Err(refusal) => assert_eq!(refusal, Refusal::TooManyGuilds),
        }
    }
    assert_eq!(made, 2);
    assert_eq!(scene.guilds.of(ADA).await.expect("of").len(), 100);
    assert_eq!(scene.head(StreamName::user("guilds", ADA)).await, 100, "a refused one told nothing");
    let full = scene.accept(others, "way-in", ADA, 6_000).await;
    let in_it = scene.guilds.facts(others, ADA).await.expect("facts").expect("guild").standing;
    assert_eq!(full.is_ok(), in_it == Standing::Member);
}

async fn a_new_name_is_told_with_the_state_of_its_moment(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await;
    scene.let_in(guild.id, &[BOB]).await;
    let event = scene.event(StreamName::guild(guild.id));
    let tell: Tell<Guild> = Box::new(|renamed| {
        assert_eq!((renamed.name.as_str(), renamed.member_count), ("New", 2));
        vec![event]
    });
    let done = scene.guilds.rename(guild.id, "New".into(), tell).await.expect("works").expect("renamed");
    assert_eq!((done.value.name.as_str(), seqs(&done)), ("New", vec![3]));
    let icon = |hash| ImageName::new(files_contract::Place::Icon(guild.id), [hash; 16]);
    for (shown, until_now) in [(Some(icon(1)), None), (Some(icon(2)), Some(icon(1))), (None, Some(icon(2)))] {
        let told = scene.event(StreamName::guild(guild.id));
        let done = scene.guilds.show_icon(guild.id, shown.clone(), Box::new(move |_| vec![told])).await.expect("works");
        let value = done.expect("shown").value;
        assert_eq!((&value.guild.icon, value.until_now), (&shown, until_now));
        assert_eq!(scene.guilds.find(guild.id).await.expect("found").expect("there").icon, shown);
    }
    let gone = scene.guilds.show_icon(GuildId(1), None, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(gone.expect_err("refused"), Refusal::GuildGone);
    let gone = scene.guilds.rename(GuildId(1), "New".into(), Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(gone.expect_err("no guild"), Refusal::GuildGone);
}

async fn a_deleted_guild_takes_everything_with_it(ground: Ground) {
    let scene = Scene::new(ground);
    let (guild, other) = (scene.guild(ADA).await, scene.guild(ADA).await);
    scene.let_in(guild.id, &[BOB, CID]).await;
    let secret = scene.channel(guild.id, true, &[BOB]).await.expect("made");

    let refused = scene.guilds.delete(guild.id, 2, Box::new(|_| unreachable!("not deleted"))).await.expect("works");
    assert_eq!(refused.expect_err("too many"), Refusal::Grown);
    assert_eq!(scene.guilds.find(guild.id).await.expect("find").expect("there").member_count, 3);

    let events: Vec<NewEvent> = [ADA, BOB, CID].map(|u| scene.event(StreamName::user("guilds", u))).into();
    let last = scene.event(StreamName::guild(guild.id));
    let tell: Tell<Deleted> = Box::new(move |deleted| {
        assert_eq!((deleted.channels.len(), deleted.channels[1]), (2, secret.id));
        assert_eq!(deleted.members.len(), 3);
        events.into_iter().chain([last]).collect()
    });
    let done = scene.guilds.delete(guild.id, 3, tell).await.expect("works").expect("deleted");
    assert_eq!(done.events.len(), 4);
    assert_eq!(scene.guilds.find(guild.id).await.expect("find"), None);
    assert_eq!(scene.guilds.facts(guild.id, ADA).await.expect("facts"), None);
    assert_eq!(scene.channels.find(secret.id).await.expect("find"), None);
    assert_eq!(scene.overwrites.list(secret.id).await.expect("list"), []);
    assert_eq!(scene.guilds.memberships(BOB).await.expect("memberships"), []);
    assert_eq!(scene.invites.made_by(ADA).await.expect("invites"), []);
    assert_eq!(scene.guilds.of(ADA).await.expect("of"), [other]);
}

async fn a_guild_passes_to_who_joined_first(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await;
    let kept = scene.guilds.pass_on(guild.id, ADA, Box::new(|_| unreachable!("nobody else is in it"))).await;
    assert_eq!(kept.expect("works").value, None);
    scene.let_in(guild.id, &[CID, BOB]).await;
    let event = scene.event(StreamName::guild(guild.id));
    let passed = scene.guilds.pass_on(guild.id, ADA, Box::new(|_| vec![event])).await.expect("works");
    assert_eq!((passed.value.as_ref().map(|guild| guild.owner), seqs(&passed)), (Some(CID), vec![4]));
    let standing = async |user| scene.guilds.facts(guild.id, user).await.expect("facts").expect("guild").standing;
    assert_eq!((standing(CID).await, standing(ADA).await), (Standing::Owner, Standing::Member));
    let again = scene.guilds.pass_on(guild.id, ADA, Box::new(|_| unreachable!("it isn't ADA's"))).await;
    assert_eq!(again.expect("works").value, None);
}

async fn members_page_by_the_time_of_joining(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await;
    scene.let_in(guild.id, &[CID, BOB]).await;
    let all = scene.guilds.members(guild.id, (Timestamp(i64::MIN), UserId(0)), 9).await.expect("members");
    assert_eq!(all.iter().map(|m| m.user).collect::<Vec<_>>(), [ADA, CID, BOB]);
    let second = scene.guilds.members(guild.id, (all[0].joined_at, all[0].user), 1).await.expect("members");
    assert_eq!(second, [all[1].clone()]);
    let none = scene.guilds.members(guild.id, (all[2].joined_at, all[2].user), 9).await.expect("members");
    assert_eq!(none, []);
    let by_person = scene.guilds.member_page((guild.id, ADA), 9).await.expect("page");
    assert_eq!(by_person.iter().map(|m| m.user).collect::<Vec<_>>(), [BOB, CID]);
    let next = scene.guild(ADA).await;
    assert_eq!(scene.guilds.page(guild.id, 9).await.expect("page"), [next]);
}

async fn who_leaves_is_off_the_lists_and_no_longer_counted(ground: Ground) {
    let scene = Scene::new(ground);
    let (guild, other) = (scene.guild(ADA).await, scene.guild(ADA).await);
    scene.let_in(guild.id, &[BOB, CID]).await;
    scene.let_in(other.id, &[BOB]).await;
    let secret = scene.channel(guild.id, true, &[BOB, CID]).await.expect("made");
    let elsewhere = scene.channel(other.id, true, &[BOB]).await.expect("made");

    let event = scene.event(StreamName::guild(guild.id));
    let done = scene.guilds.leave(guild.id, BOB, vec![event]).await.expect("works").expect("left");
    assert_eq!(done.events.len(), 1);
    assert_eq!(scene.guilds.find(guild.id).await.expect("find").expect("there").member_count, 2);
    let listed = async |channel| {
        let said = scene.overwrites.list(channel).await.expect("list");
        said.into_iter().map(|overwrite| overwrite.target).skip(1).collect::<Vec<_>>()
    };
    assert_eq!(listed(secret.id).await, [Target::User(CID)]);
    assert_eq!(listed(elsewhere.id).await, [Target::User(BOB)]);
    let head = scene.head(StreamName::guild(guild.id)).await;

    let event = scene.event(StreamName::guild(guild.id));
    let again = scene.guilds.leave(guild.id, BOB, vec![event]).await.expect("works");
    assert_eq!(again.expect_err("not in it"), Refusal::GuildGone);
    assert_eq!(scene.guilds.find(guild.id).await.expect("find").expect("there").member_count, 2);
    assert_eq!(scene.head(StreamName::guild(guild.id)).await, head);
}

async fn an_invite_says_why_it_does_not_work(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await;
    scene.invite(guild.id, "once", Some(1)).await;
    assert_eq!(scene.accept(guild.id, "never", BOB, 6_000).await.expect_err("unknown"), Refusal::InviteUnknown);
    assert_eq!(scene.accept(guild.id, "once", BOB, 9_000).await.expect_err("late"), Refusal::InviteExpired);
    let joined = scene.accept(guild.id, "once", BOB, 8_999).await.expect("in time");
    assert_eq!((joined.value.member_count, seqs(&joined)), (2, vec![2, 1]));
    let again = scene.accept(guild.id, "once", BOB, 8_999).await.expect("welcome");
    assert_eq!((again.value.member_count, again.events.len()), (2, 0));
    assert_eq!(scene.accept(guild.id, "once", CID, 8_999).await.expect_err("used"), Refusal::InviteUsedUp);
    assert_eq!(scene.invites.find("once").await.expect("find").expect("there").uses, 1);
    assert_eq!(scene.accept(GuildId(1), "once", CID, 8_999).await.expect_err("gone"), Refusal::InviteUnknown);
}

async fn an_invite_is_never_used_more_often_than_it_may_be(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.invite(guild, "three", Some(3)).await;
    // Twelve people at once, each of them twice.
    let tries =
        scene.race(24, move |scene, n| async move { scene.accept(guild, "three", UserId(100 + n / 2), 6_000).await });
    for attempt in tries.await {
        if let Err(refusal) = attempt {
            assert_eq!(refusal, Refusal::InviteUsedUp);
        }
    }
    assert_eq!(scene.invites.find("three").await.expect("find").expect("there").uses, 3);
    assert_eq!(scene.guilds.find(guild).await.expect("find").expect("there").member_count, 4);
    assert_eq!(scene.guilds.members(guild, (Timestamp(0), UserId(0)), 99).await.expect("members").len(), 4);
    assert_eq!(scene.head(StreamName::guild(guild)).await, 4, "one event for each who came");
}

async fn facts_say_how_a_person_stands(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    for (user, standing) in [(ADA, Standing::Owner), (BOB, Standing::Member), (CID, Standing::Outsider)] {
        let facts = Facts::new(Some(guild), standing, Place::Guild, Grants::default());
        assert_eq!(scene.guilds.facts(guild, user).await.expect("facts"), Some(facts));
    }
    assert_eq!(scene.guilds.facts(GuildId(1), ADA).await.expect("facts"), None);
}

async fn heads_are_of_all_streams_of_a_persons_guilds(ground: Ground) {
    let scene = Scene::new(ground);
    let (guild, other) = (scene.guild(ADA).await.id, scene.guild(CID).await.id);
    scene.let_in(guild, &[BOB, CID]).await;
    let (open, seen, unseen) = (
        scene.channel(guild, false, &[]).await.expect("made").id,
        scene.channel(guild, true, &[BOB]).await.expect("made").id,
        scene.channel(guild, true, &[CID]).await.expect("made").id,
    );
    let own = StreamName::user("guilds", BOB);
    let of_channel = |channel| (StreamName::channel(channel), 1);
    let at = At::from([(own, 1), (StreamName::guild(guild), 3), of_channel(seen), of_channel(unseen)]);
    assert_eq!(scene.guilds.heads(BOB).await.expect("heads"), at);
    assert!(!at.contains_key(&StreamName::guild(other)));
    let stranger = At::from([(StreamName::user("guilds", UserId(9)), 0)]);
    assert_eq!(scene.guilds.heads(UserId(9)).await.expect("heads"), stranger);
    let owner = scene.guilds.heads(ADA).await.expect("heads");
    assert!(owner.contains_key(&StreamName::channel(unseen)) && !owner.contains_key(&StreamName::channel(open)));
}

async fn fellows_are_in_a_guild_together(ground: Ground) {
    let scene = Scene::new(ground);
    let (one, other) = (scene.guild(ADA).await.id, scene.guild(CID).await.id);
    scene.let_in(one, &[BOB, CID]).await;
    let fellows = async |user, users: &[UserId]| {
        let mut fellows = scene.guilds.fellows(user, users).await.expect("list");
        fellows.sort();
        fellows
    };
    let all = [ADA, BOB, CID, UserId(9)];
    let first = one.min(other);
    assert_eq!(fellows(BOB, &all).await, [(ADA, one), (BOB, one), (CID, one)]);
    assert_eq!(fellows(CID, &all).await, [(ADA, one), (BOB, one), (CID, first)], "each once");
    assert_eq!(fellows(ADA, &[CID, CID]).await, [(CID, one)]);
    assert_eq!(fellows(UserId(9), &all).await, []);
    let events = vec![scene.event(StreamName::guild(one)), scene.event(StreamName::user("guilds", CID))];
    drop(scene.guilds.leave(one, CID, events).await.expect("works").expect("left"));
    assert_eq!(fellows(CID, &all).await, [(CID, other)]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_guild_is_made_with_its_owner_and_first_channel,
    a_person_is_in_100_guilds_at_most_even_in_a_race,
    a_new_name_is_told_with_the_state_of_its_moment,
    a_deleted_guild_takes_everything_with_it,
    a_guild_passes_to_who_joined_first,
    members_page_by_the_time_of_joining,
    who_leaves_is_off_the_lists_and_no_longer_counted,
    an_invite_says_why_it_does_not_work,
    an_invite_is_never_used_more_often_than_it_may_be,
    facts_say_how_a_person_stands,
    heads_are_of_all_streams_of_a_persons_guilds,
    fellows_are_in_a_guild_together,
);
