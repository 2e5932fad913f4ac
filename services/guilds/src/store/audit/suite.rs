//! What every engine of the audit log must do.

use super::*;
use crate::{
    store::{
        moderation::Change,
        scene::{ADA, BOB, CID, Scene},
    },
    tell::ACT_NOTED,
};
use engine_sql::Ground;
use guilds_contract::{ActNoted, Changed, GuildAct};
use kernel::{EventId, NewEvent, StreamName, Timestamp};

fn entry(id: i64, guild: GuildId, by: UserId, act: GuildAct, user: UserId) -> AuditEntry {
    let nickname = Changed { what: "nickname".into(), before: None, after: Some("Sid".into()) };
    AuditEntry {
        id: ActId(id),
        guild,
        by,
        act,
        subject: Subject::User(user),
        role: None,
        user: None,
        differences: vec![nickname],
        reason: Some("Because.".into()),
        at: Timestamp(1),
    }
}

/// Notes an entry with a change that it could be about.
async fn note(scene: &Scene, entry: &AuditEntry) {
    let Subject::User(user) = entry.subject else { panic!("about a person") };
    let event = NewEvent::new(StreamName::staff(entry.guild), EventId(entry.id.0), entry.at, ACT_NOTED, entry);
    let change = Change::Nickname(Some(format!("name {}", entry.id)));
    let done = scene.moderation.edit(ADA, (entry.guild, user), change, Box::new(|_| vec![event])).await;
    drop(done.expect("works").expect("done"));
}

async fn what_is_done_is_noted_with_it_and_found_again(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let noted = [
        entry(11, guild, ADA, GuildAct::NicknameChanged, BOB),
        entry(12, guild, BOB, GuildAct::MemberKicked, CID),
        entry(13, guild, BOB, GuildAct::NicknameChanged, BOB),
    ];
    for entry in &noted {
        note(&scene, entry).await;
    }
    let log = scene.ground.journal.difference(&StreamName::staff(guild), 0).await.expect("log").events;
    let told: Vec<ActNoted> = log.iter().map(|event| event.parse().expect("data")).collect();
    assert_eq!(told.iter().map(|told| told.id.0).collect::<Vec<_>>(), [11, 12, 13]);
    assert!(log.iter().all(|event| !event.data.get().contains("Because")), "texts stand in the audit log alone");

    let listed = async |by, act, before, limit| {
        let found = scene.audit.list(guild, AuditFilter { by, act }, ActId(before), limit).await.expect("list");
        found.iter().map(|entry| entry.id.0).collect::<Vec<_>>()
    };
    let all = scene.audit.list(guild, AuditFilter::default(), ActId(i64::MAX), 9).await.expect("list");
    assert_eq!(all, [noted[2].clone(), noted[1].clone(), noted[0].clone()]);
    assert_eq!(listed(None, None, i64::MAX, 2).await, [13, 12]);
    assert_eq!(listed(None, None, 12, 2).await, [11]);
    assert_eq!(listed(Some(BOB), None, i64::MAX, 9).await, [13, 12]);
    assert_eq!(listed(Some(BOB), Some(GuildAct::NicknameChanged), i64::MAX, 9).await, [13]);
    assert_eq!(listed(None, Some(GuildAct::MemberBanned), i64::MAX, 9).await, [0; 0]);
    let bobs = scene.audit.by(BOB, ActId(0), 9).await.expect("list");
    assert_eq!(bobs.iter().map(|entry| entry.id.0).collect::<Vec<_>>(), [12, 13]);
    let elsewhere = scene.guild(BOB).await.id;
    let nothing = scene.audit.list(elsewhere, AuditFilter::default(), ActId(i64::MAX), 9).await.expect("list");
    assert_eq!(nothing, []);
}

async fn a_write_that_is_refused_is_not_noted(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    let unfit = entry(11, guild, BOB, GuildAct::NicknameChanged, ADA);
    let event = NewEvent::new(StreamName::staff(guild), EventId(11), Timestamp(1), ACT_NOTED, &unfit);
    let change = Change::Nickname(Some("Silly".into()));
    let refused = scene.moderation.edit(BOB, (guild, ADA), change, Box::new(|_| vec![event])).await;
    assert!(refused.expect("works").is_err());
    let noted = scene.audit.list(guild, AuditFilter::default(), ActId(i64::MAX), 9).await.expect("list");
    assert_eq!(noted, []);
    assert_eq!(scene.head(StreamName::staff(guild)).await, 0);
}

async fn what_was_written_goes_with_who_wrote_it(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    note(&scene, &entry(11, guild, ADA, GuildAct::NicknameChanged, BOB)).await;
    note(&scene, &entry(12, guild, BOB, GuildAct::NicknameChanged, CID)).await;
    note(&scene, &entry(13, guild, ADA, GuildAct::NicknameChanged, CID)).await;
    assert_eq!(scene.audit.erase(BOB).await.expect("erased"), 2);
    assert_eq!(scene.audit.erase(BOB).await.expect("erased"), 0);
    let left = scene.audit.list(guild, AuditFilter::default(), ActId(i64::MAX), 9).await.expect("list");
    let texts: Vec<_> = left.iter().map(|entry| (entry.differences.len(), entry.reason.is_some())).collect();
    assert_eq!(texts, [(1, true), (1, false), (0, true)]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    what_is_done_is_noted_with_it_and_found_again,
    a_write_that_is_refused_is_not_noted,
    what_was_written_goes_with_who_wrote_it,
);
