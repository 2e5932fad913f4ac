//! What every engine of the store of roles must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;
use guilds_contract::RoleEdit;
use kernel::permissions::{Permission, Permissions};

const MANAGES: Permissions = Permissions::of(&[Permission::ManageRoles, Permission::Kick]);

fn ids(roles: &[Role]) -> Vec<RoleId> {
    roles.iter().map(|role| role.id).collect()
}

fn permitting(permissions: Permissions) -> RoleChange {
    RoleChange::parse(RoleEdit { permissions: Some(permissions), ..Default::default() }).expect("fits")
}

async fn held(scene: &Scene, user: UserId, guild: GuildId) -> Vec<RoleId> {
    scene.roles.held(user, Some(guild)).await.expect("list").into_iter().map(|(_, role)| role).collect()
}

async fn roles_come_in_order_with_everyones_last(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let first = scene.role(guild, MANAGES).await;
    let second = scene.role(guild, Permissions::NONE).await;
    let listed = scene.roles.list(guild).await.expect("list");
    assert_eq!(ids(&listed), [first.id, second.id, RoleId(guild.0)], "a new one is below the others");
    assert_eq!(listed.iter().map(|role| role.position).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!((listed[2].name.as_str(), listed[2].permissions), (EVERYONE, Permissions::MEMBER));
    assert_eq!(scene.roles.of(ADA).await.expect("list"), listed);
    assert_eq!(scene.roles.of(BOB).await.expect("list"), []);
    assert_eq!(ids(&scene.roles.page(RoleId(0), 9).await.expect("page")), [first.id, second.id]);
    let order = async |order: &[RoleId]| scene.roles.order(ADA, guild, order.to_vec(), Box::new(|_| Vec::new())).await;
    let refused = [vec![], vec![first.id], vec![first.id, first.id], vec![first.id, second.id, RoleId(guild.0)]];
    for bad in refused {
        assert_eq!(order(&bad).await.expect("works").expect_err("refused"), Refusal::OrderIncomplete, "{bad:?}");
    }
    drop(order(&[second.id, first.id]).await.expect("works").expect("ordered"));
    assert_eq!(ids(&scene.roles.list(guild).await.expect("list"))[..2], [second.id, first.id]);
}

async fn a_guild_has_so_many_roles_at_most(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let tries = scene.race(8, move |scene, n| async move {
        let (id, name) = (RoleId(1_000 + n), "Role".to_owned());
        let role = Role { id, guild, name, color: None, hoisted: false, permissions: Permissions::NONE, position: 1 };
        scene.roles.create(ADA, role, 3, Box::new(|_| Vec::new())).await.expect("works").is_ok()
    });
    assert_eq!(tries.await.into_iter().filter(|made| *made).count(), 3);
    let positions: Vec<_> = scene.roles.list(guild).await.expect("list").iter().map(|role| role.position).collect();
    assert_eq!(positions, [3, 2, 1, 0]);
}

async fn nobody_reaches_above_their_own_place(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let admin = scene.role(guild, Permissions::of(&[Permission::Administrator])).await;
    let moderator = scene.role(guild, MANAGES).await;
    let (helper, banner) =
        (scene.role(guild, Permissions::NONE).await, scene.role(guild, Permissions::of(&[Permission::Ban])).await);
    assert_eq!(scene.give(BOB, &helper, CID).await.expect_err("no role at all"), Refusal::AboveYou);
    drop(scene.give(ADA, &moderator, BOB).await.expect("given"));

    // The moderator gives what is below, with nothing in it that the moderator doesn't have.
    drop(scene.give(BOB, &helper, CID).await.expect("given"));
    assert_eq!(scene.give(BOB, &helper, CID).await.expect("again").events.len(), 0);
    for (role, refusal) in [(&admin, Refusal::AboveYou), (&moderator, Refusal::AboveYou), (&banner, Refusal::NotYours)]
    {
        for user in [BOB, CID] {
            assert_eq!(scene.give(BOB, role, user).await.expect_err("refused"), refusal, "{role:?}");
        }
    }
    let edit = async |role: RoleId, change| {
        scene.roles.edit(BOB, (guild, role), change, Box::new(|_| Vec::new())).await.expect("works").map(|_| ())
    };
    assert_eq!(edit(moderator.id, permitting(Permissions::ALL)).await, Err(Refusal::AboveYou), "one's own");
    assert_eq!(edit(helper.id, permitting(Permissions::of(&[Permission::Ban]))).await, Err(Refusal::NotYours));
    assert_eq!(edit(banner.id, permitting(Permissions::NONE)).await, Err(Refusal::NotYours), "taking is changing");
    assert_eq!(edit(RoleId(guild.0), permitting(Permissions::ALL)).await, Err(Refusal::NotYours));
    assert_eq!(edit(helper.id, permitting(Permissions::of(&[Permission::Kick]))).await, Ok(()));
    let delete = async |role: RoleId| {
        scene.roles.delete(BOB, (guild, role), Box::new(|_| Vec::new())).await.expect("works").map(|_| ())
    };
    assert_eq!(delete(admin.id).await, Err(Refusal::AboveYou));
    assert_eq!(delete(RoleId(guild.0)).await, Err(Refusal::Everyones));
    let order = async |order: &[&Role]| {
        let order = order.iter().map(|role| role.id).collect();
        scene.roles.order(BOB, guild, order, Box::new(|_| Vec::new())).await.expect("works").map(|_| ())
    };
    assert_eq!(order(&[&moderator, &admin, &helper, &banner]).await, Err(Refusal::AboveYou));
    assert_eq!(order(&[&admin, &helper, &moderator, &banner]).await, Err(Refusal::AboveYou));
    assert_eq!(order(&[&admin, &moderator, &banner, &helper]).await, Ok(()));
    // Nobody acts on the owner, nor on who stands higher.
    assert_eq!(scene.give(BOB, &helper, ADA).await.expect_err("the owner"), Refusal::AboveYou);
    drop(scene.give(ADA, &admin, CID).await.expect("given"));
    let take = scene.roles.take(BOB, (guild, helper.id), CID, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(take.expect_err("an administrator's"), Refusal::AboveYou);
    assert_eq!(scene.give(ADA, &helper, UserId(9)).await.expect_err("no member"), Refusal::MemberGone);
}

async fn a_role_goes_with_all_that_is_about_it(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB, CID]).await;
    let (high, low) = (scene.role(guild, MANAGES).await, scene.role(guild, Permissions::NONE).await);
    for (role, user) in [(&high, BOB), (&low, BOB), (&low, CID)] {
        drop(scene.give(ADA, role, user).await.expect("given"));
    }
    assert_eq!(held(&scene, BOB, guild).await, [high.id, low.id]);
    let room = scene.channel(guild, true, &[]).await.expect("made").id;
    let view = kernel::permissions::Shift { allow: Permissions::of(&[Permission::View]), ..Default::default() };
    drop(scene.say(guild, room, guilds_contract::Target::Role(low.id), view).await.expect("said"));
    let facts = scene.channels.facts(room, CID).await.expect("facts").expect("there");
    assert!(facts.permissions().has(Permission::View), "seen by a role");

    let tell: Tell<Deleted> = Box::new(|gone| {
        assert_eq!(gone.holders.as_deref(), Some(&[BOB, CID][..]));
        Vec::new()
    });
    drop(scene.roles.delete(ADA, (guild, low.id), tell).await.expect("works").expect("deleted"));
    assert_eq!(held(&scene, BOB, guild).await, [high.id]);
    assert_eq!(scene.overwrites.list(room).await.expect("list").len(), 1);
    let facts = scene.channels.facts(room, CID).await.expect("facts").expect("there");
    assert!(!facts.permissions().has(Permission::View));
    assert_eq!(scene.roles.list(guild).await.expect("list")[0].position, 1, "no place is left empty");
    let gone = scene.roles.delete(ADA, (guild, low.id), Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(gone.expect_err("gone"), Refusal::RoleGone);

    drop(scene.guilds.leave(guild, BOB, Vec::new()).await.expect("works").expect("left"));
    assert_eq!(held(&scene, BOB, guild).await, []);
}

async fn an_edit_is_told_with_who_has_it(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    scene.let_in(guild, &[BOB]).await;
    let role = scene.role(guild, Permissions::NONE).await;
    drop(scene.give(ADA, &role, BOB).await.expect("given"));
    let edit = RoleEdit {
        name: Some("Guard".into()),
        color: Some("#AA00ff".into()),
        hoisted: Some(true),
        permissions: Some(MANAGES),
    };
    let after = Role {
        name: "Guard".into(),
        color: Some("#aa00ff".into()),
        hoisted: true,
        permissions: MANAGES,
        ..role.clone()
    };
    let told = Edited { before: role.clone(), after: after.clone(), holders: Some(vec![BOB]) };
    let tell: Tell<Edited> = Box::new(move |edited| {
        assert_eq!(*edited, told);
        Vec::new()
    });
    let change = RoleChange::parse(edit).expect("fits");
    let done = scene.roles.edit(ADA, (guild, role.id), change, tell).await.expect("works").expect("edited");
    assert_eq!(done.value, after);
    assert_eq!(scene.roles.list(guild).await.expect("list")[0], after);
    let members = scene.guilds.memberships(BOB).await.expect("list");
    assert_eq!(members[0].roles, [role.id]);
    let facts = scene.guilds.facts(guild, BOB).await.expect("facts").expect("there");
    assert_eq!(facts.permissions(), Permissions::MEMBER.and(MANAGES));
    let everyone = (guild, RoleId(guild.0));
    let renamed = RoleChange::parse(RoleEdit { name: Some("All".into()), ..Default::default() }).expect("fits");
    let refused = scene.roles.edit(ADA, everyone, renamed, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(refused.expect_err("refused"), Refusal::Everyones);
    let nothing = permitting(Permissions::NONE);
    let quiet = scene.roles.edit(ADA, everyone, nothing, Box::new(|_| Vec::new())).await.expect("works");
    assert_eq!(quiet.expect("edited").value.permissions, Permissions::of(&[Permission::View]), "members see the guild");
}

engine_sql::suite!(
    crate::MIGRATIONS;
    roles_come_in_order_with_everyones_last,
    a_guild_has_so_many_roles_at_most,
    nobody_reaches_above_their_own_place,
    a_role_goes_with_all_that_is_about_it,
    an_edit_is_told_with_who_has_it,
);
