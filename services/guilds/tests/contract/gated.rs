//! The gate over this service: what it remembers never outlives a change.

use crate::stage::{ADA, BOB, CID, EVE, Stage, refusal};
use gate::Gate;
use guilds_contract::{ChannelEdit, OverwriteEdit, RoleEdit, Target};
use kernel::{
    Caller, ChannelId,
    permissions::{
        Permission::{ManageChannels, Send, View},
        Permissions,
    },
};

const NOT_FOUND: &str = "404 not_found";

pub(crate) async fn the_gate_hears_of_every_change(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    let secret = s.channel(guild, true, &[]).await.id;
    let gate = Gate::new(s.guilds.clone(), s.fanout.clone());
    // Asked several times, so that the answer is a remembered one when the next change comes.
    let sends = async |caller: Caller, channel: ChannelId| {
        let mut allowed = Vec::new();
        for _ in 0..3 {
            allowed.push(gate.channel(caller.user, channel, Send).await.is_ok());
        }
        allowed.dedup();
        assert_eq!(allowed.len(), 1);
        allowed[0]
    };
    assert!(sends(ADA, secret).await && sends(BOB, general).await);
    assert!(!sends(BOB, secret).await && !sends(CID, general).await);

    s.guilds.allow(ADA, secret, BOB.user).await.expect("allowed");
    assert!(sends(BOB, secret).await);
    s.guilds.disallow(ADA, secret, BOB.user).await.expect("hidden");
    assert!(!sends(BOB, secret).await);

    let private = |private| ChannelEdit { private: Some(private), ..Default::default() };
    s.guilds.edit_channel(ADA, general, private(true)).await.expect("hidden");
    assert!(!sends(BOB, general).await);
    s.guilds.edit_channel(ADA, general, private(false)).await.expect("open");
    assert!(sends(BOB, general).await);

    let code = s.invite(ADA, guild, None).await.code;
    s.guilds.accept_invite(CID, code).await.expect("joined");
    assert!(sends(CID, general).await);
    s.guilds.leave(CID, guild).await.expect("left");
    assert!(!sends(CID, general).await);
    assert_eq!(refusal(gate.guild(CID.user, guild, View).await), NOT_FOUND);

    s.guilds.delete_channel(ADA, secret).await.expect("deleted");
    assert!(!sends(ADA, secret).await);
    s.guilds.delete_guild(ADA, guild).await.expect("deleted");
    assert!(!sends(ADA, general).await && !sends(BOB, general).await);
    assert_eq!(refusal(gate.guild(ADA.user, guild, View).await), NOT_FOUND);
}

pub(crate) async fn the_gate_hears_of_roles(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    let role = s.role(guild, Permissions::of(&[ManageChannels])).await.id;
    let gate = Gate::new(s.guilds.clone(), s.fanout.clone());
    let manages = async || {
        let mut allowed = Vec::new();
        for _ in 0..3 {
            allowed.push(gate.channel(BOB.user, general, ManageChannels).await.is_ok());
        }
        allowed.dedup();
        assert_eq!(allowed.len(), 1);
        allowed[0]
    };
    let set = async |allow, deny| {
        let edit = OverwriteEdit { allow, deny };
        s.guilds.set_overwrite(ADA, general, Target::User(BOB.user), edit).await.expect("set");
    };
    let (none, manage) = (Permissions::NONE, Permissions::of(&[ManageChannels]));
    assert!(!manages().await);
    s.guilds.give_role(ADA, guild, BOB.user, role).await.expect("given");
    assert!(manages().await);
    set(none, manage).await;
    assert!(!manages().await);
    set(none, none).await;
    assert!(manages().await);
    let nothing = RoleEdit { permissions: Some(none), ..Default::default() };
    s.guilds.edit_role(ADA, guild, role, nothing).await.expect("edited");
    assert!(!manages().await);
    let everything = RoleEdit { permissions: Some(Permissions::ALL), ..Default::default() };
    s.guilds.edit_role(ADA, guild, role, everything).await.expect("edited");
    assert!(manages().await);
    s.guilds.take_role(ADA, guild, BOB.user, role).await.expect("taken");
    assert!(!manages().await);
    s.guilds.give_role(ADA, guild, BOB.user, role).await.expect("given");
    assert!(manages().await);
    s.guilds.delete_role(ADA, guild, role).await.expect("deleted");
    assert!(!manages().await);
}

pub(crate) async fn the_gate_asks_once_while_nothing_changes(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let direct = s.guilds.open_direct(BOB, ADA.user).await.expect("opened").id;
    let gate = Gate::new(s.guilds.clone(), s.fanout.clone());
    let ask = async || {
        assert!(gate.guild(BOB.user, guild, View).await.is_ok());
        assert!(gate.channel(BOB.user, direct, Send).await.is_ok());
        assert_eq!(refusal(gate.channel(EVE.user, direct, View).await), NOT_FOUND);
        assert_eq!(refusal(gate.guild(BOB.user, guild, ManageChannels).await), "403 missing_permission");
    };
    for _ in 0..3 {
        ask().await;
    }
    s.close().await;
    ask().await;
    assert!(gate.guild(EVE.user, guild, View).await.is_err(), "what isn't known can't be asked any more");
}
