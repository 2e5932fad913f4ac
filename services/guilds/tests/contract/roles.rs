use crate::stage::{ADA, BOB, CID, EVE, Stage, own, refusal};
use guilds_contract::{
    ChannelEdit, MemberRolesChanged, OverwriteEdit, OverwritesChanged, RoleChanged, RoleDraft, RoleEdit, Target,
};
use kernel::{
    Caller, ChannelId, GuildId, Limit, RoleId, StreamName,
    permissions::{Permission, Permissions},
};

const NONE: Permissions = Permissions::NONE;
const VIEW: Permissions = Permissions::of(&[Permission::View]);
const SEND: Permissions = Permissions::of(&[Permission::Send]);
const MANAGES: Permissions = Permissions::of(&[Permission::ManageRoles, Permission::ManageChannels]);

fn everyone(guild: GuildId) -> Target {
    Target::Role(RoleId(guild.0))
}

async fn set(
    s: &Stage,
    caller: Caller,
    channel: ChannelId,
    target: Target,
    allow: Permissions,
    deny: Permissions,
) -> String {
    match s.guilds.set_overwrite(caller, channel, target, OverwriteEdit { allow, deny }).await {
        Ok(done) => {
            assert_eq!((done.allow, done.deny, done.target), (allow, deny, target));
            "done".into()
        }
        Err(problem) => refusal::<()>(Err(problem)),
    }
}

pub(crate) async fn a_role_is_made_given_and_told(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let stream = StreamName::guild(guild);
    let draft = |name: &str, color: &str| RoleDraft {
        name: name.into(),
        color: Some(color.into()),
        hoisted: true,
        permissions: MANAGES,
    };
    let role = s.guilds.create_role(ADA, guild, draft(" Guards ", "#AB12cd")).await.expect("made");
    assert_eq!(
        (role.name.as_str(), role.color.as_deref(), role.hoisted, role.position),
        ("Guards", Some("#ab12cd"), true, 1)
    );
    assert_eq!(s.last(stream.clone()).await.parse::<RoleChanged>().expect("data").role, role);
    assert_eq!(refusal(s.guilds.create_role(ADA, guild, draft(" ", "#ab12cd")).await), "422 name_empty name");
    assert_eq!(refusal(s.guilds.create_role(ADA, guild, draft("Guards", "red")).await), "422 bad_color color");
    let unknown = RoleDraft { permissions: Permissions::from_bits(1 << 24), ..draft("Guards", "") };
    assert_eq!(refusal(s.guilds.create_role(ADA, guild, unknown).await), "422 unknown_permission permissions");

    s.guilds.give_role(ADA, guild, BOB.user, role.id).await.expect("given");
    let log = s.log(stream.clone()).await;
    let [.., changed, access] = &log[..] else { panic!("two events") };
    let told = MemberRolesChanged { guild, user: BOB.user, roles: vec![role.id] };
    assert_eq!(
        (changed.kind.as_str(), changed.parse::<MemberRolesChanged>().expect("data")),
        ("member_roles_changed", told)
    );
    assert_eq!(access.kind, "access_changed");
    s.guilds.give_role(ADA, guild, BOB.user, role.id).await.expect("idempotent");
    assert_eq!(s.log(stream.clone()).await.len(), log.len());
    let members = s.guilds.members(CID, guild, Limit::parse(None).expect("fits"), None).await.expect("list").items;
    assert_eq!(members.iter().map(|m| m.roles.clone()).collect::<Vec<_>>(), [vec![], vec![role.id], vec![]]);

    let edit = RoleEdit { color: Some(String::new()), ..Default::default() };
    let edited = s.guilds.edit_role(ADA, guild, role.id, edit).await.expect("edited");
    assert_eq!((edited.color, edited.name.as_str()), (None, "Guards"));
    assert_eq!(s.last(stream.clone()).await.kind, "role_edited", "nobody may do more or less");
    s.guilds.delete_role(ADA, guild, role.id).await.expect("deleted");
    assert_eq!(s.kinds(stream).await[log.len() + 1..], ["role_deleted", "access_changed"]);
    assert_eq!(s.guilds.roles(BOB, guild).await.expect("list").items.len(), 1);
    assert_eq!(refusal(s.guilds.give_role(ADA, guild, BOB.user, role.id).await), "404 not_found");
    assert_eq!(refusal(s.guilds.give_role(ADA, guild, BOB.user, RoleId(guild.0)).await), "409 everyones_role");
}

pub(crate) async fn who_manages_roles_manages_those_below(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let (high, low) = (s.role(guild, MANAGES).await.id, s.role(guild, NONE).await.id);
    s.guilds.give_role(ADA, guild, BOB.user, high).await.expect("given");
    s.guilds.give_role(BOB, guild, CID.user, low).await.expect("below");
    assert_eq!(refusal(s.guilds.give_role(BOB, guild, CID.user, high).await), "403 above_you");
    let ban = RoleEdit { permissions: Some(Permissions::of(&[Permission::Ban])), ..Default::default() };
    assert_eq!(refusal(s.guilds.edit_role(BOB, guild, low, ban.clone()).await), "403 not_yours_to_give");
    assert_eq!(refusal(s.guilds.edit_role(BOB, guild, high, ban).await), "403 above_you");
    let draft = RoleDraft { name: "Mine".into(), color: None, hoisted: false, permissions: MANAGES };
    let mine = s.guilds.create_role(BOB, guild, draft).await.expect("made").id;
    let ordered = s.guilds.order_roles(BOB, guild, vec![high, mine, low]).await.expect("ordered").items;
    assert_eq!(ordered.iter().map(|role| role.id).collect::<Vec<_>>(), [high, mine, low, RoleId(guild.0)]);
    assert_eq!(s.last(StreamName::guild(guild)).await.kind, "roles_ordered");
    assert_eq!(refusal(s.guilds.order_roles(BOB, guild, vec![mine, high, low]).await), "403 above_you");
    assert_eq!(refusal(s.guilds.order_roles(BOB, guild, vec![low]).await), "422 order_incomplete roles");
    s.guilds.delete_role(BOB, guild, mine).await.expect("deleted");
    s.guilds.take_role(BOB, guild, CID.user, low).await.expect("taken");
    assert_eq!(refusal(s.guilds.give_role(BOB, guild, ADA.user, low).await), "403 above_you", "the owner");
}

pub(crate) async fn a_channel_speaks_of_roles_and_people(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let room = s.channel(guild, false, &[]).await.id;
    let role = s.role(guild, NONE).await.id;
    s.guilds.give_role(ADA, guild, BOB.user, role).await.expect("given");
    assert_eq!(set(&s, ADA, room, everyone(guild), NONE, SEND).await, "done");
    let told = s.log(StreamName::guild(guild)).await;
    let [.., said, access] = &told[..] else { panic!("two events") };
    assert_eq!((said.kind.as_str(), access.kind.as_str()), ("overwrites_changed", "access_changed"));
    assert_eq!(said.parse::<OverwritesChanged>().expect("data").overwrite.deny, SEND);
    let listed = s.guilds.overwrites(CID, room).await.expect("list").items;
    assert_eq!(listed.iter().map(|o| o.target).collect::<Vec<_>>(), [everyone(guild)]);

    // Hidden from everyone, it is told on its own stream, to whom it is shown.
    assert_eq!(set(&s, ADA, room, everyone(guild), NONE, VIEW).await, "done");
    assert_eq!(s.kinds(StreamName::channel(room)).await, ["overwrites_changed", "channel_edited"]);
    assert_eq!(refusal(s.guilds.overwrites(CID, room).await), "404 not_found");
    assert_eq!(set(&s, ADA, room, Target::Role(role), VIEW, NONE).await, "done");
    assert!(s.guilds.channel(BOB, room).await.expect("seen by a role").private);
    let at = s.guilds.home(BOB).await.expect("home").at;
    assert!(at.contains_key(&StreamName::channel(room)));
    assert!(!s.guilds.home(CID).await.expect("home").at.contains_key(&StreamName::channel(room)));
    s.guilds.take_role(ADA, guild, BOB.user, role).await.expect("taken");
    assert_eq!(refusal(s.guilds.channel(BOB, room).await), "404 not_found");

    let open = ChannelEdit { private: Some(false), ..Default::default() };
    assert!(!s.guilds.edit_channel(ADA, room, open).await.expect("open").private);
    assert!(s.guilds.channel(CID, room).await.is_ok());
    for (target, allow, deny, answer) in [
        (everyone(guild), Permissions::of(&[Permission::Kick]), NONE, "422 not_of_channels allow"),
        (everyone(guild), SEND, SEND, "422 allowed_and_denied deny"),
        (Target::Role(RoleId(77)), SEND, NONE, "404 not_found"),
        (Target::User(EVE.user), SEND, NONE, "404 not_found"),
    ] {
        assert_eq!(set(&s, ADA, room, target, allow, deny).await, answer);
    }
}

pub(crate) async fn a_channel_is_seen_as_somebody_else_sees_it(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let room = s.channel(guild, false, &[]).await.id;
    let role = s.role(guild, Permissions::of(&[Permission::Pin])).await.id;
    s.guilds.give_role(ADA, guild, BOB.user, role).await.expect("given");
    set(&s, ADA, room, everyone(guild), NONE, SEND).await;
    set(&s, ADA, room, Target::User(CID.user), SEND, NONE).await;
    let asked = async |caller, target| s.guilds.channel_permissions(caller, room, target).await.map(|p| p.permissions);
    let (silent, pin) = (Permissions::MEMBER.without(SEND), Permissions::of(&[Permission::Pin]));
    assert_eq!(asked(ADA, None).await.expect("mine"), Permissions::ALL);
    assert_eq!(asked(BOB, None).await.expect("mine"), silent.and(pin));
    assert_eq!(asked(CID, None).await.expect("mine"), Permissions::MEMBER);
    assert_eq!(asked(ADA, Some(everyone(guild))).await.expect("everyone"), silent);
    assert_eq!(asked(ADA, Some(Target::Role(role))).await.expect("a role"), silent.and(pin));
    assert_eq!(asked(ADA, Some(Target::User(CID.user))).await.expect("a member"), Permissions::MEMBER);
    assert_eq!(refusal(asked(ADA, Some(Target::User(EVE.user))).await), "404 not_found");
    assert_eq!(refusal(asked(ADA, Some(Target::Role(RoleId(77)))).await), "404 not_found");
    assert_eq!(refusal(asked(BOB, Some(Target::Role(role))).await), "403 missing_permission");
}

pub(crate) async fn home_holds_what_the_caller_may_do(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let room = s.channel(guild, false, &[]).await.id;
    let role = s.role(guild, MANAGES).await;
    s.guilds.give_role(ADA, guild, BOB.user, role.id).await.expect("given");
    set(&s, ADA, room, Target::User(BOB.user), NONE, SEND).await;
    let of = s.guilds.home(BOB).await.expect("home").guilds.remove(0);
    assert_eq!(of.roles, s.guilds.roles(BOB, guild).await.expect("list").items);
    assert_eq!((of.my_roles, of.permissions), (vec![role.id], Permissions::MEMBER.and(MANAGES)));
    assert_eq!(of.in_channels.into_iter().collect::<Vec<_>>(), [(room, of.permissions.without(SEND))]);
    let owners = s.guilds.home(ADA).await.expect("home").guilds.remove(0);
    assert_eq!((owners.permissions, owners.in_channels.len()), (Permissions::ALL, 0));
    assert_eq!(s.guilds.home(EVE).await.expect("home").at.len(), 1, "{}", own(EVE));
}

pub(crate) async fn outsiders_and_members_manage_nothing(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    let role = s.role(guild, NONE).await.id;
    for (caller, answer) in [(BOB, "403 missing_permission"), (EVE, "404 not_found")] {
        let draft = RoleDraft { name: "Role".into(), color: None, hoisted: false, permissions: NONE };
        assert_eq!(refusal(s.guilds.create_role(caller, guild, draft).await), answer);
        assert_eq!(refusal(s.guilds.edit_role(caller, guild, role, RoleEdit::default()).await), answer);
        assert_eq!(refusal(s.guilds.delete_role(caller, guild, role).await), answer);
        assert_eq!(refusal(s.guilds.order_roles(caller, guild, vec![role]).await), answer);
        assert_eq!(refusal(s.guilds.give_role(caller, guild, BOB.user, role).await), answer);
        assert_eq!(refusal(s.guilds.take_role(caller, guild, BOB.user, role).await), answer);
        assert_eq!(set(&s, caller, general, Target::Role(role), SEND, NONE).await, answer);
    }
    assert_eq!(refusal(s.guilds.roles(EVE, guild).await), "404 not_found");
}
