//! The socket, through the real program: watching is resuming, access that ends is silence, and what can't be read
//! is refused.

mod common;

use common::{Folder, Server, bare::Bare, client::Client, program, text};
use serde_json::json;
use tungstenite::Message;

/// Joins a guild by a fresh invite.
fn join(server: &Server, owner: &str, guild: &str, token: &str) {
    let invites = format!("/api/v1/guilds/{guild}/invites");
    let invite = server.call("POST", &invites, Some(owner), Some(&json!({}))).expect(201);
    let accept = format!("/api/v1/invites/{}/accept", text(&invite["code"]));
    assert!(server.call("POST", &accept, Some(token), Some(&json!({}))).status < 300);
}

fn id_of(server: &Server, token: &str) -> String {
    text(&server.call("GET", "/api/v1/me", Some(token), None).expect(200)["id"])
}

#[test]
fn two_people_talk_and_both_see_one_order() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (guild, channel) = server.guild(&ada);
    join(&server, &ada, &guild, &bob);
    let stream = format!("messages/channel/{channel}");
    let (mut a, mut b) = (Client::of(&server, &ada), Client::of(&server, &bob));
    for client in [&mut a, &mut b] {
        assert_eq!(client.watch(&stream, 0)["op"], "watched");
    }
    for n in 1..=20 {
        let ack =
            if n % 2 == 0 { a.send(&channel, &n.to_string(), "hi") } else { b.send(&channel, &n.to_string(), "yo") };
        assert_eq!((&ack["seq"], &ack["number"]), (&json!(n), &json!(n)));
    }
    // Whoever sent, both hear the same events; those that came before an acknowledgement were passed over above.
    let log = server.call("GET", &format!("/api/v1/streams/{stream}?since=0"), Some(&ada), None).expect(200);
    let seqs: Vec<i64> = log["events"].as_array().expect("events").iter().filter_map(|e| e["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    let again = a.send(&channel, "2", "hi");
    assert_eq!(again["number"], 2, "a retry answers the first message");
}

#[test]
fn watching_is_resuming_also_after_the_server_was_killed() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let stream = format!("messages/channel/{channel}");
    let mut a = Client::of(&server, &ada);
    for n in 1..=250 {
        a.send(&channel, &n.to_string(), "x");
    }
    assert_eq!(server.stop("KILL"), None);
    let server = Server::start(&folder);
    let mut a = Client::of(&server, &ada);
    let streams = serde_json::Map::from_iter([(stream.clone(), 7.into())]);
    a.say(json!({ "op": "watch", "streams": streams }));
    for seq in 8..=250 {
        assert_eq!(a.hear_event(&stream)["seq"], seq);
    }
    assert_eq!(a.hear("watched")["seq"], 250);
    a.say(json!({ "op": "send", "channel": channel, "nonce": "250", "text": "x" }));
    a.say(json!({ "op": "send", "channel": channel, "nonce": "251", "text": "live" }));
    let live = a.hear_event(&stream);
    assert_eq!((&live["seq"], &live["data"]["message"]["text"]), (&json!(251), &json!("live")));
}

#[test]
fn who_is_too_far_behind_or_ahead_is_told_to_fetch_anew() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let stream = format!("messages/channel/{channel}");
    let mut a = Client::of(&server, &ada);
    a.send(&channel, "1", "x");
    let streams = serde_json::Map::from_iter([(stream.clone(), 99.into())]);
    a.say(json!({ "op": "watch", "streams": streams }));
    assert_eq!(a.hear("reset")["seq"], 1);
    assert_eq!(a.hear("watched")["seq"], 1);
    a.say(json!({ "op": "send", "channel": channel, "nonce": "2", "text": "next" }));
    assert_eq!(a.hear_event(&stream)["seq"], 2);
}

#[test]
fn access_that_ends_is_silence_and_the_client_is_told() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (guild, hall) = server.guild(&ada);
    join(&server, &ada, &guild, &bob);
    let bob_id = id_of(&server, &bob);
    let body = json!({ "name": "den", "private": true, "allowed": [bob_id] });
    let den = server.call("POST", &format!("/api/v1/guilds/{guild}/channels"), Some(&ada), Some(&body)).expect(201);
    let den = text(&den["id"]);
    let (den_stream, hall_stream) = (format!("messages/channel/{den}"), format!("messages/channel/{hall}"));
    let (mut a, mut b) = (Client::of(&server, &ada), Client::of(&server, &bob));
    for stream in [&den_stream, &hall_stream, &format!("guilds/guild/{guild}")] {
        assert_eq!(b.watch(stream, 0)["op"], "watched");
    }
    a.send(&den, "1", "you can hear this");
    b.hear_event(&den_stream);
    let allowed = format!("/api/v1/channels/{den}/allowed/{bob_id}");
    assert_eq!(server.call("DELETE", &allowed, Some(&ada), None).status, 204);
    let refused = b.hear("refused");
    assert_eq!((&refused["stream"], &refused["problem"]["code"]), (&json!(den_stream), &json!("not_found")));
    a.send(&den, "2", "and not this");
    a.send(&hall, "1", "but this");
    assert_eq!(b.hear_event(&hall_stream)["data"]["message"]["text"], "but this");
    assert_eq!(b.watch(&den_stream, 0)["op"], "refused");
    assert_eq!(server.call("PUT", &allowed, Some(&ada), None).status, 204);
    assert_eq!(b.watch(&den_stream, 1)["op"], "watched");
    assert_eq!(server.call("DELETE", &format!("/api/v1/guilds/{guild}/members/me"), Some(&bob), None).status, 204);
    let mut gone: Vec<String> = (0..3).map(|_| text(&b.hear("refused")["stream"])).collect();
    gone.sort();
    assert_eq!(
        gone,
        [
            format!("guilds/guild/{guild}"),
            den_stream.min(hall_stream.clone()),
            hall_stream.max(format!("messages/channel/{den}"))
        ]
    );
    a.send(&hall, "2", "silence");
    assert!(b.is_silent("event", 500));
}

#[test]
fn a_channel_that_is_deleted_ends_alone() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (guild, hall) = server.guild(&ada);
    let create = |body| {
        let path = format!("/api/v1/guilds/{guild}/channels");
        text(&server.call("POST", &path, Some(&ada), Some(&body)).expect(201)["id"])
    };
    let (news, den) = (create(json!({ "name": "news" })), create(json!({ "name": "den", "private": true })));
    let mut a = Client::of(&server, &ada);
    for channel in [&hall, &news, &den] {
        assert_eq!(a.watch(&format!("messages/channel/{channel}"), 0)["op"], "watched");
    }
    for channel in [news, den] {
        assert_eq!(server.call("DELETE", &format!("/api/v1/channels/{channel}"), Some(&ada), None).status, 204);
        let refused = a.hear("refused");
        let stream = format!("messages/channel/{channel}");
        assert_eq!((&refused["stream"], &refused["problem"]["code"]), (&json!(stream), &json!("not_found")));
    }
    a.send(&hall, "1", "still here");
    assert!(a.is_silent("refused", 300));
}

#[test]
fn streams_of_others_are_not_there() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (guild, channel) = server.guild(&ada);
    let ada_id = id_of(&server, &ada);
    let mut b = Client::of(&server, &bob);
    for stream in [
        format!("messages/channel/{channel}"),
        format!("guilds/channel/{channel}"),
        format!("guilds/guild/{guild}"),
        format!("accounts/user/{ada_id}"),
        format!("messages/user/{ada_id}"),
        "messages/channel/77".to_owned(),
    ] {
        let refused = b.watch(&stream, 0);
        assert_eq!((&refused["op"], &refused["problem"]["status"]), (&json!("refused"), &json!(404)), "{stream}");
    }
}

#[test]
fn logging_out_closes_the_sockets_of_that_session_alone() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let body = json!({ "email": "ada@test.example", "password": common::PASSWORD });
    let other = server.call("POST", "/api/v1/sessions", None, Some(&body)).expect(201);
    let other = text(&other["access_token"]);
    let (mut first, mut second) = (Client::of(&server, &ada), Client::of(&server, &other));
    assert_eq!(server.call("DELETE", "/api/v1/sessions/current", Some(&ada), None).status, 204);
    assert_eq!(first.closes(), 4001);
    second.say(json!({ "op": "ping" }));
    second.hear("pong");
    let mut late = Client::open(&server);
    late.say(json!({ "op": "hello", "token": ada }));
    assert_eq!(late.hear("error")["problem"]["code"], "session_ended");
}

#[test]
fn presence_follows_sockets_and_survives_a_reload() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let bob_id = id_of(&server, &bob);
    let (guild, _) = server.guild(&ada);
    join(&server, &ada, &guild, &bob);
    let mut a = Client::of(&server, &ada);
    a.say(json!({ "op": "watch_presence", "users": [bob_id] }));
    assert_eq!(a.hear("presence")["users"][&bob_id], false);
    let b = Client::of(&server, &bob);
    assert_eq!(a.hear("presence")["users"][&bob_id], true);
    drop(b);
    let b = Client::of(&server, &bob);
    assert!(a.is_silent("presence", 4_500), "a reload doesn't flicker");
    drop(b);
    assert_eq!(a.hear("presence")["users"][&bob_id], false);
}

#[test]
fn presence_is_for_those_who_share_a_place() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (ada_id, bob_id) = (id_of(&server, &ada), id_of(&server, &bob));
    let (guild, _) = server.guild(&ada);
    let (mut a, mut b) = (Client::of(&server, &ada), Client::of(&server, &bob));
    let users = json!({ "op": "watch_presence", "users": [ada_id, bob_id, "77"] });
    a.say(users.clone());
    b.say(users);
    assert_eq!(a.hear("presence")["users"], json!({ &ada_id: true, &bob_id: false, "77": false }));
    assert_eq!(b.hear("presence")["users"], json!({ &ada_id: false, &bob_id: true, "77": false }));
    let again = Client::of(&server, &bob);
    assert!(a.is_silent("presence", 300), "a stranger comes and goes unseen");
    assert_eq!(a.watch(&format!("guilds/guild/{guild}"), 0)["op"], "watched");
    join(&server, &ada, &guild, &bob);
    assert_eq!(a.hear("presence")["users"], json!({ &bob_id: true }), "who joins is seen");
    assert_eq!(b.hear("presence")["users"], json!({ &ada_id: true }), "and sees");
    let leave = format!("/api/v1/guilds/{guild}/members/me");
    assert_eq!(server.call("DELETE", &leave, Some(&bob), None).status, 204);
    assert_eq!(a.hear("presence")["users"], json!({ &bob_id: false }));
    assert_eq!(b.hear("presence")["users"], json!({ &ada_id: false }));
    drop((b, again));
    assert!(a.is_silent("presence", 4_000), "who left is a stranger again");
    let direct = json!({ "user": ada_id });
    assert!(server.call("POST", "/api/v1/me/directs", Some(&bob), Some(&direct)).status < 300);
    let mut b = Client::of(&server, &bob);
    while a.hear("presence")["users"] != json!({ &bob_id: true }) {}
    b.say(json!({ "op": "watch_presence", "users": [ada_id] }));
    assert_eq!(b.hear("presence")["users"], json!({ &ada_id: true }), "a direct is a place");
}

#[test]
fn heads_reach_those_who_see_the_channel_and_do_not_watch_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (guild, hall) = server.guild(&ada);
    let mut b = Client::of(&server, &bob);
    join(&server, &ada, &guild, &bob);
    let private = json!({ "name": "den", "private": true });
    let den = server.call("POST", &format!("/api/v1/guilds/{guild}/channels"), Some(&ada), Some(&private)).expect(201);
    let mut a = Client::of(&server, &ada);
    a.send(&text(&den["id"]), "1", "secret");
    a.send(&hall, "1", "hello");
    let heads = b.hear("heads");
    assert_eq!(heads["heads"], json!({ &hall: 1 }), "only what Bob may see");
    assert_eq!(b.watch(&format!("guilds/guild/{guild}"), 0)["op"], "watched");
    let open = json!({ "name": "news" });
    let news = server.call("POST", &format!("/api/v1/guilds/{guild}/channels"), Some(&ada), Some(&open)).expect(201);
    let news = text(&news["id"]);
    a.send(&news, "1", "extra");
    assert_eq!(b.hear("heads")["heads"], json!({ &news: 1 }), "a channel that came later has heads too");
    b.say(json!({ "op": "read", "channel": news, "number": 1 }));
    assert_eq!(b.hear_event(&format!("messages/user/{}", id_of(&server, &bob)))["kind"], "marker_moved");
    let mut later = Client::open(&server);
    later.say(json!({ "op": "hello", "token": bob }));
    let ready = later.hear("ready");
    let unread: Vec<_> = ready["unread"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|h| (&h["channel"], &h["number"], &h["marker"]))
        .collect();
    assert_eq!(unread, [(&json!(hall), &json!(1), &json!(0))]);
    b.say(json!({ "op": "read", "channel": hall, "number": 1 }));
    assert_eq!(b.hear_event(&format!("messages/user/{}", id_of(&server, &bob)))["kind"], "marker_moved");
}

#[test]
fn what_cannot_be_read_is_refused_and_the_socket_lives() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let mut early = Client::open(&server);
    early.say(json!({ "op": "ping", "ref": "1" }));
    let refused = early.hear("error");
    assert_eq!((&refused["problem"]["code"], &refused["ref"]), (&json!("hello_first"), &json!("1")));
    let mut a = Client::of(&server, &ada);
    let mut code = |frame: Message| {
        a.socket.send(frame).expect("sent");
        text(&a.hear("error")["problem"]["code"])
    };
    assert_eq!(code(Message::text("{")), "bad_json");
    assert_eq!(code(Message::text("[]")), "op_missing");
    assert_eq!(code(Message::text(r#"{"op":"fly"}"#)), "op_unknown");
    assert_eq!(code(Message::text(r#"{"op":"send","channel":"1"}"#)), "bad_field");
    assert_eq!(code(Message::text("[".repeat(5_000))), "bad_json");
    assert_eq!(code(Message::binary(vec![1, 2, 3])), "text_only");
    let many: Vec<String> = (1..=201).map(|id| id.to_string()).collect();
    assert_eq!(code(Message::text(json!({ "op": "watch_presence", "users": many }).to_string())), "too_many_users");
    let (_, channel) = server.guild(&ada);
    for (text, expected) in [("", "text_empty"), ("a\0b", "text_has_nul"), (&*"x".repeat(4_001), "text_too_long")] {
        a.say(json!({ "op": "send", "channel": channel, "nonce": "n", "text": text, "ref": "s" }));
        let refused = a.hear("error");
        assert_eq!((&refused["problem"]["code"], &refused["nonce"]), (&json!(expected), &json!("n")));
    }
    assert_eq!(a.send(&channel, "n", "fits")["number"], 1, "what was refused left nothing");
}

#[test]
fn oversize_frames_and_foreign_pages_are_turned_away() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let mut a = Client::of(&server, &ada);
    a.socket.send(Message::text("x".repeat(70_000))).expect("sent");
    assert_eq!(a.closes(), 1009);

    let upgrade = |origin: &str| {
        let headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Origin", origin),
        ];
        server.raw("GET", "/ws", &headers, b"")
    };
    let evil = upgrade("http://evil.example");
    assert_eq!((evil.status, &evil.body["code"]), (403, &json!("wrong_origin")));
    let plain = server.raw("GET", "/ws", &[], b"");
    assert_eq!((plain.status, &plain.body["code"]), (426, &json!("not_a_websocket")));
}

#[test]
fn messages_are_deflated_for_those_who_take_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let stream = format!("messages/channel/{channel}");
    let offer = "permessage-deflate; client_max_window_bits; server_max_window_bits=10, \
                 permessage-deflate; server_max_window_bits=14";
    let (mut bare, agreed) = Bare::open(&server, offer);
    let all = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12";
    assert_eq!(agreed.as_deref(), Some(all));
    bare.write_deflated(&json!({ "op": "hello", "token": ada }));
    bare.hear("ready");
    let streams = serde_json::Map::from_iter([(stream.clone(), 0.into())]);
    bare.write(0x81, json!({ "op": "watch", "streams": streams, "ref": "w" }).to_string().as_bytes());
    while bare.hear("watched").0["ref"] != "w" {}
    let mut plain = Client::of(&server, &ada);
    plain.watch(&stream, 0);
    let words = "to be, or not to be: ".repeat(30);
    bare.write_deflated(&json!({ "op": "send", "channel": channel, "nonce": "1", "text": words }));
    let (event, was_deflated) = bare.hear("event");
    assert!(was_deflated, "it is long");
    assert_eq!(event, plain.hear_event(&stream), "all hear the same");
    bare.write(0x81, br#"{"op":"ping"}"#);
    assert!(!bare.hear("pong").1, "it is short");
    bare.write(0xc1, &[0xff; 20]);
    assert_eq!(bare.closes(), 1007);

    let (mut bare, agreed) = Bare::open(&server, "permessage-deflate; server_max_window_bits=9");
    assert_eq!(agreed, None);
    bare.write(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    assert_eq!(bare.closes(), 1002, "it wasn't agreed");
}

#[test]
fn a_restart_is_announced_to_sockets() {
    let folder = Folder::new();
    let server = Server::start_with(program(&folder).args(["--listen", "127.0.0.1:0", "--data"]).arg(folder.data()));
    let ada = server.register("ada");
    let mut a = Client::of(&server, &ada);
    let stopping = std::thread::spawn(move || server.stop("TERM"));
    assert_eq!(a.closes(), 1012);
    assert_eq!(stopping.join().expect("no panic"), Some(0));
}
