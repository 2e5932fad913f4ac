use crate::stage::{ADA, BOB, CID, EVE, Stage, own, refusal};
use contract::{OwnedGuilds, Record, Wishes};
use guilds_contract::{Channel, ChannelChanged, ChannelEdit, Facts, Guild, Home};
use kernel::{
    Caller, ChannelId, GuildId, Reader, StreamName,
    permissions::{Grants, Permission, Permissions, Place, Shift, Standing},
};
use std::collections::BTreeMap;

pub(crate) async fn home_is_what_the_lists_say(s: Stage) {
    let (first, second) = (s.guild(&[BOB, CID]).await.id, s.guild(&[BOB]).await.id);
    s.channel(first, false, &[]).await;
    let (seen, unseen) = (s.channel(first, true, &[BOB]).await.id, s.channel(first, true, &[CID]).await.id);
    let direct = s.guilds.open_direct(BOB, EVE.user).await.expect("opened");
    let home = s.guilds.home(BOB).await.expect("home");
    assert_eq!(home.directs, [direct]);
    assert_eq!(home.guilds.iter().map(|g| g.guild.id).collect::<Vec<_>>(), [first, second]);
    for of in &home.guilds {
        assert_eq!(of.guild, s.guilds.guild(BOB, of.guild.id).await.expect("there"));
        assert_eq!(of.channels, s.guilds.channels(BOB, of.guild.id).await.expect("list").items);
    }
    assert_eq!(home.guilds[0].channels.len(), 3);
    let streams = [own(BOB), StreamName::guild(first), StreamName::guild(second), StreamName::channel(seen)];
    assert_eq!(home.at.len(), streams.len());
    for stream in streams {
        assert_eq!(home.at[&stream], s.last(stream.clone()).await.seq, "{stream}");
    }
    assert!(!home.at.contains_key(&StreamName::channel(unseen)));
    let nothing = s.guilds.home(EVE).await.expect("home");
    assert_eq!((nothing.guilds.len(), nothing.directs.len(), nothing.at[&own(EVE)]), (0, 1, 1));
}

/// The client's rule: old state and the events after it make the new state.
async fn catch_up(s: &Stage, caller: Caller, mut home: Home) -> Home {
    let streams: Vec<(StreamName, i64)> = home.at.clone().into_iter().collect();
    for (stream, since) in streams {
        let difference = s.guilds.difference(Reader::Person(caller), stream.clone(), since).await.expect("watched");
        for event in &difference.events {
            let changed = || event.parse::<ChannelChanged>().expect("data").channel;
            let of = |home: &mut Home, channel: &Channel| {
                let of = home.guilds.iter().position(|g| Some(g.guild.id) == channel.guild).expect("my guild");
                home.guilds[of].channels.retain(|c| c.id != channel.id);
                home.guilds[of].channels.push(channel.clone());
                home.guilds[of].channels.sort_by_key(|c| (c.position, c.id));
            };
            match event.kind.as_str() {
                "channel_created" | "channel_edited" => of(&mut home, &changed()),
                "direct_opened" => home.directs.push(changed()),
                "member_joined" => {
                    let guild = home.guilds.iter_mut().find(|g| StreamName::guild(g.guild.id) == stream);
                    guild.expect("my guild").guild.member_count += 1;
                }
                "guild_edited" => {
                    let edited = event.parse::<guilds_contract::GuildEdited>().expect("data").guild;
                    let of = home.guilds.iter_mut().find(|g| g.guild.id == edited.id);
                    of.expect("my guild").guild = edited;
                }
                other => panic!("{other} wasn't made here"),
            }
        }
        home.at.insert(stream, difference.head);
    }
    home
}

pub(crate) async fn home_and_the_events_after_it_miss_nothing(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let secret = s.channel(guild, true, &[BOB]).await.id;
    let before = s.guilds.home(BOB).await.expect("home");
    let code = s.invite(ADA, guild, None).await.code;
    s.guilds.accept_invite(CID, code).await.expect("joined");
    s.channel(guild, false, &[]).await;
    let edit = ChannelEdit { name: Some("lair".into()), position: Some(0), ..Default::default() };
    s.guilds.edit_channel(ADA, secret, edit).await.expect("edited");
    let edit = guilds_contract::GuildEdit { name: Some("New".into()) };
    s.guilds.edit_guild(ADA, guild, edit).await.expect("edited");
    s.guilds.open_direct(EVE, BOB.user).await.expect("opened");
    assert_eq!(catch_up(&s, BOB, before).await, s.guilds.home(BOB).await.expect("home"));
}

pub(crate) async fn facts_are_what_the_gate_decides_from(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let general = s.general(guild).await.id;
    let secret = s.channel(guild, true, &[]).await.id;
    let direct = s.guilds.open_direct(BOB, ADA.user).await.expect("opened").id;
    let at = |guild, standing, place, grants| Some(Facts::new(guild, standing, place, grants));
    let here = Some(guild);
    let (hidden, usual) = (Place::PrivateChannel, Grants::default());
    let view = Permissions::of(&[Permission::View]);
    let denied = Grants { everyone: Shift { deny: view, ..Shift::default() }, ..usual };
    for (caller, standing) in [(ADA, Standing::Owner), (BOB, Standing::Member), (EVE, Standing::Outsider)] {
        let user = caller.user;
        let facts = async |channel| s.guilds.channel_facts(channel, user).await.expect("facts");
        assert_eq!(s.guilds.guild_facts(guild, user).await.expect("facts"), at(here, standing, Place::Guild, usual));
        assert_eq!(facts(general).await, at(here, standing, Place::OpenChannel, usual));
        assert_eq!(facts(secret).await, at(here, standing, hidden, denied));
        let in_it = if caller == EVE { Standing::Outsider } else { Standing::Member };
        assert_eq!(facts(direct).await, at(None, in_it, Place::Direct, usual));
        assert_eq!(facts(ChannelId(77)).await, None);
    }
    assert_eq!(s.guilds.guild_facts(GuildId(77), ADA.user).await.expect("facts"), None);
    s.guilds.allow(ADA, secret, BOB.user).await.expect("allowed");
    let shown = Grants { person: Shift { allow: view, ..Shift::default() }, ..denied };
    let listed = at(here, Standing::Member, hidden, shown);
    assert_eq!(s.guilds.channel_facts(secret, BOB.user).await.expect("facts"), listed);
}

pub(crate) async fn streams_are_for_their_audience(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    let read = async |reader, stream: &str| s.guilds.difference(reader, stream.parse().expect("name"), 0).await;
    let own_stream = own(BOB).to_string();
    assert_eq!(read(Reader::Person(BOB), &own_stream).await.expect("one's own").head, 1);
    assert_eq!(read(Reader::Service, &own_stream).await.expect("a follower").head, 1);
    for stream in [own(ADA).to_string(), "messages/channel/7".into(), "people/user/2".into(), "guilds/guild/77".into()]
    {
        assert_eq!(refusal(read(Reader::Person(BOB), &stream).await), "404 not_found", "{stream}");
    }
    let name = StreamName::guild(guild);
    let rest = s.guilds.difference(Reader::Person(BOB), name.clone(), 2).await.expect("read");
    assert_eq!((rest.events.iter().map(|e| e.seq).collect::<Vec<_>>(), rest.head, rest.reset), (vec![3], 3, false));
    assert!(s.guilds.difference(Reader::Person(BOB), name, 99).await.expect("read").reset);
}

fn counted(records: &[Record]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record.kind.as_str()).or_default() += 1;
    }
    counts
}

pub(crate) async fn a_snapshot_holds_everything(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await;
    let secret = s.channel(guild.id, true, &[BOB]).await;
    s.role(guild.id, Permissions::NONE).await;
    s.guilds.open_direct(BOB, ADA.user).await.expect("opened");
    let (mut records, mut at, mut after) = (Vec::new(), kernel::At::new(), None);
    loop {
        let part = s.guilds.snapshot(after).await.expect("part");
        records.extend(part.records);
        at.extend(part.at);
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(
        counted(&records),
        BTreeMap::from([("channel", 3), ("guild", 1), ("member", 3), ("overwrite", 2), ("role", 1)])
    );
    let told = |kind: &str| records.iter().find(|r| r.kind == kind).expect("there").value.clone();
    assert_eq!(serde_json::from_value::<Guild>(told("guild")).expect("a guild"), guild);
    for stream in [StreamName::guild(guild.id), StreamName::channel(secret.id), own(ADA), own(BOB)] {
        assert_eq!(at[&stream], s.last(stream.clone()).await.seq, "{stream}");
    }
    for bad in ["", "x", "guilds", "guilds.1", "other.1.2", "guilds.x.0"] {
        assert_eq!(refusal(s.guilds.snapshot(Some(bad.into())).await), "400 bad_cursor after", "{bad}");
    }
}

pub(crate) async fn an_export_holds_what_is_the_persons(s: Stage) {
    let guild = s.guild(&[BOB]).await.id;
    s.invite(BOB, guild, None).await;
    s.guilds.open_direct(BOB, CID.user).await.expect("opened");
    let export = async |caller: Caller| {
        let (mut records, mut after) = (Vec::new(), None);
        loop {
            let part = s.guilds.export(caller.user, after).await.expect("part");
            records.extend(part.records);
            after = part.next;
            if after.is_none() {
                return records;
            }
        }
    };
    assert_eq!(
        counted(&export(ADA).await),
        BTreeMap::from([("act", 1), ("guild", 1), ("invite", 1), ("member", 1), ("place", 1)])
    );
    assert_eq!(
        counted(&export(BOB).await),
        BTreeMap::from([("act", 1), ("channel", 1), ("invite", 1), ("member", 1), ("place", 1)])
    );
    assert_eq!(counted(&export(EVE).await), BTreeMap::new());
    for bad in ["x", "places.", "places.x"] {
        assert_eq!(refusal(s.guilds.export(ADA.user, Some(bad.into())).await), "400 bad_cursor after", "{bad}");
    }
}

pub(crate) async fn erasing_leaves_the_others_in_peace(s: Stage) {
    let guild = s.guild(&[BOB, CID]).await.id;
    let secret = s.channel(guild, true, &[BOB, CID]).await.id;
    let code = s.invite(BOB, guild, None).await.code;
    let bobs = s.guilds.create_guild(BOB, guilds_contract::GuildDraft { name: "Bob's".into() }).await.expect("made").id;
    let direct = s.guilds.open_direct(BOB, CID.user).await.expect("opened");

    let receipt = s.guilds.erase(BOB.user, Wishes::default()).await.expect("erased");
    assert_eq!((receipt.service.as_str(), receipt.user, receipt.erased), ("guilds", BOB.user, 3));
    assert_eq!(s.guilds.erase(BOB.user, Wishes::default()).await.expect("again").erased, 0);
    assert_eq!(s.guilds.guild_facts(bobs, BOB.user).await.expect("facts"), None);
    assert_eq!(s.last(StreamName::guild(guild)).await.kind, "member_left");
    assert_eq!(s.guilds.guild(ADA, guild).await.expect("there").member_count, 2);
    assert_eq!(s.guilds.allowed(CID, secret).await.expect("list").items, [CID.user]);
    assert_eq!(refusal(s.guilds.preview_invite(code).await), "404 invite_unknown");
    assert_eq!(s.guilds.channel(CID, direct.id).await.expect("the other keeps it"), direct);
    let kinds: Vec<String> =
        s.guilds.export(BOB.user, None).await.expect("part").records.into_iter().map(|r| r.kind).collect();
    assert_eq!(kinds, Vec::<String>::new());
}

pub(crate) async fn who_leaves_for_good_passes_guilds_on_or_deletes_them(s: Stage) {
    let passed = s.guild(&[CID, BOB]).await.id;
    s.guilds.erase(ADA.user, Wishes::default()).await.expect("erased");
    assert_eq!(s.guilds.guild(CID, passed).await.expect("there").owner, CID.user);
    assert_eq!(
        s.guilds.guild_facts(passed, ADA.user).await.expect("facts").map(|f| f.standing),
        Some(Standing::Outsider)
    );
    let wishes = Wishes { guilds: OwnedGuilds::Delete, ..Wishes::default() };
    s.guilds.erase(CID.user, wishes).await.expect("erased");
    assert_eq!(refusal(s.guilds.guild(BOB, passed).await), "404 not_found");
    let log = s.guilds.difference(Reader::Service, StreamName::guild(passed), 0).await.expect("log");
    assert_eq!(log.events.last().map(|event| event.kind.as_str()), Some("guild_deleted"));
    let text: String = log.events.iter().map(kernel::Event::frame).collect();
    assert!(!text.contains("\"name\""), "{text}");
}
