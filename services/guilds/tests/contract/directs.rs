use crate::stage::{ADA, BOB, CID, EVE, Stage, own, person, refusal};
use gate::Gate;
use guilds_contract::{ChannelChanged, ChannelEdit, ChannelKind};
use kernel::{Caller, Reader, StreamName, permissions::Permission};

const NOT_FOUND: &str = "404 not_found";
const FORBIDDEN: &str = "403 missing_permission";

pub(crate) async fn a_direct_is_the_same_from_both_sides(s: Stage) {
    let direct = s.guilds.open_direct(BOB, ADA.user).await.expect("opened");
    assert_eq!((direct.kind, direct.guild, direct.name.as_str()), (ChannelKind::Direct, None, ""));
    assert_eq!(direct.recipients, [ADA.user, BOB.user]);
    for (caller, other) in [(ADA, BOB), (BOB, ADA)] {
        assert_eq!(s.guilds.open_direct(caller, other.user).await.expect("there"), direct);
        assert_eq!(s.guilds.channel(caller, direct.id).await.expect("seen"), direct);
        let mine = s.guilds.my_channels(caller).await.expect("list");
        assert_eq!((mine.items.as_slice(), mine.at[&own(caller)]), (std::slice::from_ref(&direct), 1));
        let told = s.last(own(caller)).await;
        assert_eq!((told.kind.as_str(), told.seq), ("direct_opened", 1));
        assert_eq!(told.parse::<ChannelChanged>().expect("data").channel, direct);
    }
    assert_eq!(refusal(s.guilds.channel(CID, direct.id).await), NOT_FOUND);
    assert_eq!(s.guilds.my_channels(CID).await.expect("list").items, []);
}

pub(crate) async fn a_direct_needs_somebody_else(s: Stage) {
    assert_eq!(refusal(s.guilds.open_direct(ADA, ADA.user).await), "422 direct_with_oneself user");
    assert_eq!(refusal(s.guilds.open_direct(ADA, person(1_000).user).await), NOT_FOUND);
    assert_eq!(s.guilds.my_channels(ADA).await.expect("list").items, []);
}

pub(crate) async fn who_shares_a_place_is_known_to_those_who_share_it(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    s.guilds.open_direct(BOB, EVE.user).await.expect("opened");
    s.guilds.open_direct(BOB, CID.user).await.expect("opened");
    let known = async |caller, users: &[Caller]| {
        let users = users.iter().map(|c| c.user).collect();
        let known = s.guilds.acquaintances(caller, users).await.expect("list");
        known.into_iter().map(|a| (a.user, a.guild)).collect::<Vec<_>>()
    };
    let all = [EVE, person(900), CID, BOB, ADA, person(1_000), CID];
    let of_bob = [(ADA.user, Some(guild)), (BOB.user, None), (CID.user, None), (EVE.user, None)];
    assert_eq!(known(BOB, &all).await, of_bob);
    assert_eq!(known(ADA, &all).await, [(ADA.user, None), (BOB.user, Some(guild)), (CID.user, Some(guild))]);
    assert_eq!(known(EVE, &all).await, [(BOB.user, None), (EVE.user, None)]);
    assert_eq!(known(person(900), &[ADA, BOB]).await, []);
    assert_eq!(known(ADA, &[]).await, []);
    s.guilds.leave(BOB, guild).await.expect("left");
    assert_eq!(known(BOB, &all).await, of_bob[1..]);
    assert_eq!(known(ADA, &[BOB]).await, []);
    s.guilds.delete_guild(ADA, guild).await.expect("deleted");
    assert_eq!(known(ADA, &all).await, [(ADA.user, None)]);
    let many = (1..=201).map(kernel::UserId).collect();
    assert_eq!(refusal(s.guilds.acquaintances(ADA, many).await), "422 too_many_users users");
}

pub(crate) async fn nobody_manages_a_direct(s: Stage) {
    let direct = s.guilds.open_direct(BOB, ADA.user).await.expect("opened").id;
    let edit = ChannelEdit { name: Some("ours".into()), ..Default::default() };
    assert_eq!(refusal(s.guilds.edit_channel(ADA, direct, edit.clone()).await), FORBIDDEN);
    assert_eq!(refusal(s.guilds.delete_channel(ADA, direct).await), FORBIDDEN);
    assert_eq!(refusal(s.guilds.allow(ADA, direct, CID.user).await), FORBIDDEN);
    assert_eq!(refusal(s.guilds.edit_channel(CID, direct, edit).await), NOT_FOUND);
    assert_eq!(s.guilds.allowed(ADA, direct).await.expect("list").items, []);
    let stream = StreamName::channel(direct);
    assert_eq!(refusal(s.guilds.difference(Reader::Person(ADA), stream, 0).await), NOT_FOUND);
}

pub(crate) async fn a_block_closes_the_direct_until_it_ends(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let direct = s.guilds.open_direct(BOB, ADA.user).await.expect("opened");
    let gate = Gate::new(s.guilds.clone(), s.fanout.clone());
    let may_send = async || {
        let one = gate.channel(ADA.user, direct.id, Permission::Send).await;
        let other = gate.channel(BOB.user, direct.id, Permission::Send).await;
        assert_eq!(one.is_ok(), other.is_ok());
        one.map(drop)
    };
    for _ in 0..2 {
        may_send().await.expect("allowed");
    }
    let known = async |caller: Caller, of: Caller| {
        let known = s.guilds.acquaintances(caller, vec![of.user]).await.expect("list");
        !known.is_empty()
    };
    s.guilds.apply_block(ADA.user, BOB.user, true, 5).await.expect("applied");
    for _ in 0..2 {
        assert_eq!(refusal(may_send().await), "403 direct_closed");
    }
    assert_eq!(s.guilds.open_direct(BOB, ADA.user).await.expect("it is there"), direct);
    assert_eq!((known(ADA, BOB).await, known(BOB, ADA).await), (true, false), "who is blocked sees nothing");
    for caller in [ADA, BOB] {
        assert_eq!(s.last(own(caller)).await.kind, "acquaintance_changed");
    }
    s.guilds.apply_block(ADA.user, BOB.user, false, 6).await.expect("applied");
    s.guilds.apply_block(ADA.user, BOB.user, true, 5).await.expect("late");
    may_send().await.expect("allowed again");
    assert!(known(BOB, ADA).await);
    s.guilds.apply_block(CID.user, BOB.user, true, 1).await.expect("applied");
    for (caller, other) in [(BOB, CID), (CID, BOB)] {
        assert_eq!(refusal(s.guilds.open_direct(caller, other.user).await), "403 direct_closed");
    }
    s.guilds.delete_guild(ADA, guild).await.expect("deleted");
    let erased = s.guilds.erase(BOB.user, contract::Wishes::default()).await.expect("erased").erased;
    assert_eq!(erased, 2, "both blocks");
    assert_eq!(s.guilds.erase(CID.user, contract::Wishes::default()).await.expect("erased").erased, 0);
}
