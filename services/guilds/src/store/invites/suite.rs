//! What every engine of the store of invites must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

async fn an_invite_is_found_as_it_was_made(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let limited = scene.invite(guild, "limited", Some(4)).await;
    let free = Invite { code: "free".into(), expires_at: None, max_uses: None, ..limited.clone() };
    drop(scene.invites.create(free.clone(), Vec::new()).await.expect("works").expect("made"));
    assert_eq!(scene.invites.find("limited").await.expect("find"), Some(limited.clone()));
    assert_eq!(scene.invites.find("free").await.expect("find"), Some(free.clone()));
    assert_eq!(scene.invites.find("other").await.expect("find"), None);
    let nowhere = Invite { guild: GuildId(1), code: "nowhere".into(), ..limited };
    assert_eq!(
        scene.invites.create(nowhere, Vec::new()).await.expect("works").expect_err("no guild"),
        Refusal::GuildGone
    );
}

async fn only_those_that_work_are_listed(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let other = scene.guild(ADA).await.id;
    let open = scene.invite(guild, "a-open", Some(2)).await;
    scene.invite(guild, "b-once", Some(1)).await;
    scene.invite(other, "c-elsewhere", None).await;
    let bobs = Invite { code: "d-bobs".into(), creator: BOB, expires_at: None, ..open.clone() };
    drop(scene.invites.create(bobs.clone(), Vec::new()).await.expect("works").expect("made"));
    drop(scene.accept(guild, "b-once", BOB, 6_000).await.expect("joined"));
    let listed = async |creator, now| scene.invites.open(guild, creator, Timestamp(now)).await.expect("list");
    assert_eq!(listed(None, 8_999).await, [open.clone(), bobs.clone()]);
    assert_eq!(listed(None, 9_000).await, std::slice::from_ref(&bobs), "expired");
    assert_eq!(listed(Some(ADA), 8_999).await, [open]);
    assert_eq!(listed(Some(BOB), 8_999).await, [bobs]);
    assert_eq!(listed(Some(CID), 8_999).await, []);
}

async fn an_invite_is_taken_back_once_and_only_where_it_belongs(ground: Ground) {
    let scene = Scene::new(ground);
    let (guild, other) = (scene.guild(ADA).await.id, scene.guild(ADA).await.id);
    scene.invite(guild, "one", None).await;
    assert!(!scene.invites.revoke(other, "one", None, Vec::new()).await.expect("works").value, "another guild's");
    assert!(!scene.invites.revoke(guild, "one", Some(BOB), Vec::new()).await.expect("works").value, "another's");
    assert!(scene.invites.revoke(guild, "one", Some(ADA), Vec::new()).await.expect("works").value);
    assert!(!scene.invites.revoke(guild, "one", Some(ADA), Vec::new()).await.expect("works").value);
    scene.invite(guild, "two", None).await;
    assert!(scene.invites.revoke(guild, "two", None, Vec::new()).await.expect("works").value);
}

async fn a_guild_has_1000_open_invites_at_most(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                INSERT INTO invites (code, guild, creator, created_at, uses)
                SELECT 'code-' || i, $1, 1, 5000, 0 FROM n";
    scene.run(many, guild).await;
    let spent =
        "INSERT INTO invites (code, guild, creator, created_at, expires_at, uses) VALUES ('spent', $1, 1, 1, 2, 0)";
    scene.run(spent, guild).await;
    let invite = scene.invites.find("code-1").await.expect("find").expect("there");
    let another = Invite { code: "another".into(), ..invite };
    let refused = scene.invites.create(another.clone(), Vec::new()).await.expect("works");
    assert_eq!(refused.expect_err("full"), Refusal::TooManyInvites);
    assert!(scene.invites.revoke(guild, "code-1", None, Vec::new()).await.expect("works").value);
    drop(scene.invites.create(another, Vec::new()).await.expect("works").expect("room again"));
}

async fn spent_invites_are_forgotten_after_a_month(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let expired = scene.invite(guild, "expired", None).await;
    scene.invite(guild, "used-up", Some(1)).await;
    drop(scene.accept(guild, "used-up", BOB, 6_000).await.expect("joined"));
    let lasting = Invite { code: "lasting".into(), expires_at: None, ..expired.clone() };
    drop(scene.invites.create(lasting, Vec::new()).await.expect("works").expect("made"));
    for (days, codes) in [(29, ["expired", "lasting", "used-up"].as_slice()), (31, &["lasting"])] {
        let created_at = Timestamp(days * DAY_MS);
        let newer = Invite { code: format!("newer-{days}"), created_at, expires_at: None, ..expired.clone() };
        drop(scene.invites.create(newer, Vec::new()).await.expect("works").expect("made"));
        let mut kept: Vec<String> =
            scene.invites.made_by(ADA).await.expect("made").into_iter().map(|i| i.code).collect();
        kept.retain(|code| !code.starts_with("newer"));
        kept.sort_unstable();
        assert_eq!(kept, codes, "after {days} days");
    }
}

async fn a_persons_invites_can_be_erased(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let adas = scene.invite(guild, "adas", None).await;
    let bobs = Invite { code: "bobs".into(), creator: BOB, ..adas.clone() };
    drop(scene.invites.create(bobs.clone(), Vec::new()).await.expect("works").expect("made"));
    assert_eq!(scene.invites.made_by(BOB).await.expect("made"), [bobs]);
    assert_eq!(scene.invites.erase(BOB).await.expect("erased"), 1);
    assert_eq!(scene.invites.erase(BOB).await.expect("again"), 0);
    assert_eq!(scene.invites.made_by(BOB).await.expect("made"), []);
    assert_eq!(scene.invites.made_by(ADA).await.expect("made"), [adas]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    an_invite_is_found_as_it_was_made,
    only_those_that_work_are_listed,
    an_invite_is_taken_back_once_and_only_where_it_belongs,
    a_guild_has_1000_open_invites_at_most,
    spent_invites_are_forgotten_after_a_month,
    a_persons_invites_can_be_erased,
);
