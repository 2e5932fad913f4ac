//! Moderation, through the real program: who is taken out, or timed out, notices at once, on sockets that were open before.

mod common;

use common::{Folder, Server, client::Client, text};
use serde_json::{Value, json};

struct Scene {
    server: Server,
    ada: String,
    bob: String,
    bob_id: String,
    guild: String,
    hall: String,
    _folder: Folder,
}

impl Scene {
    /// A guild of Ada's that Bob is in.
    fn new() -> Self {
        let folder = Folder::new();
        let server = Server::start(&folder);
        let (ada, bob) = (server.register("ada"), server.register("bob"));
        let (guild, hall) = server.guild(&ada);
        let bob_id = text(&server.call("GET", "/api/v1/me", Some(&bob), None).expect(200)["id"]);
        let scene = Self { server, ada, bob, bob_id, guild, hall, _folder: folder };
        assert_eq!(scene.join(), 200);
        scene
    }

    /// Bob follows a fresh invite.
    fn join(&self) -> u16 {
        let invites = format!("/api/v1/guilds/{}/invites", self.guild);
        let invite = self.server.call("POST", &invites, Some(&self.ada), Some(&json!({}))).expect(201);
        let accept = format!("/api/v1/invites/{}/accept", text(&invite["code"]));
        self.server.call("POST", &accept, Some(&self.bob), None).status
    }

    /// Ada does something about Bob.
    fn act(&self, method: &str, path: &str, body: Option<Value>) -> u16 {
        let path = format!("/api/v1/guilds/{}/{path}", self.guild).replace("BOB", &self.bob_id);
        self.server.call(method, &path, Some(&self.ada), body.as_ref()).status
    }

    fn watching(&self) -> Client {
        let mut client = Client::of(&self.server, &self.bob);
        for stream in [format!("messages/channel/{}", self.hall), format!("guilds/guild/{}", self.guild)] {
            assert_eq!(client.watch(&stream, 0)["op"], "watched");
        }
        client
    }
}

#[test]
fn who_is_kicked_or_banned_hears_nothing_more() {
    let scene = Scene::new();
    let mut a = Client::of(&scene.server, &scene.ada);
    for (turn, (method, path, body, status)) in
        [("DELETE", "members/BOB?reason=Loud.", None, 204), ("PUT", "bans/BOB", Some(json!({})), 200)]
            .into_iter()
            .enumerate()
    {
        let mut b = scene.watching();
        assert_eq!(scene.act(method, path, body), status);
        let mut gone = [text(&b.hear("refused")["stream"]), text(&b.hear("refused")["stream"])];
        gone.sort();
        assert_eq!(gone, [format!("guilds/guild/{}", scene.guild), format!("messages/channel/{}", scene.hall)]);
        a.send(&scene.hall, &format!("after {turn}"), "silence");
        assert!(b.is_silent("event", 500), "{path}");
        assert_eq!(b.watch(&format!("messages/channel/{}", scene.hall), 0)["op"], "refused");
        let is_back = if path.starts_with("bans") { 403 } else { 200 };
        assert_eq!(scene.join(), is_back, "{path}");
    }
    assert_eq!(scene.act("DELETE", "bans/BOB", None), 204);
    assert_eq!(scene.join(), 200);
}

#[test]
fn who_is_timed_out_hears_but_says_nothing() {
    let scene = Scene::new();
    let (mut a, mut b) = (Client::of(&scene.server, &scene.ada), scene.watching());
    let stream = format!("messages/channel/{}", scene.hall);
    let mut said = 0;
    let mut say = |b: &mut Client| {
        said += 1;
        let nonce = format!("bob {said}");
        b.say(json!({ "op": "send", "channel": scene.hall, "nonce": nonce, "text": "Me again." }));
        loop {
            let answer = b.next().expect("open");
            match answer["op"].as_str() {
                Some("ack") => return "said".to_owned(),
                Some("error") if answer["nonce"] == nonce => return text(&answer["problem"]["code"]),
                _ => {}
            }
        }
    };
    assert_eq!(say(&mut b), "said");
    assert_eq!(scene.act("PUT", "members/BOB/time-out", Some(json!({ "seconds": 600 }))), 200);
    assert_eq!(say(&mut b), "timed_out", "at once, whatever was remembered");
    a.send(&scene.hall, "1", "Can you hear me?");
    while b.hear_event(&stream)["data"]["message"]["text"] != "Can you hear me?" {}
    assert_eq!(scene.act("DELETE", "members/BOB/time-out", None), 200);
    assert_eq!(say(&mut b), "said");
}

#[test]
fn the_staffs_stream_is_for_the_staff() {
    let scene = Scene::new();
    let staff = format!("guilds/staff/{}", scene.guild);
    let role = json!({ "name": "Guard", "permissions": 2_097_152 });
    let roles = format!("/api/v1/guilds/{}/roles", scene.guild);
    let role = text(&scene.server.call("POST", &roles, Some(&scene.ada), Some(&role)).expect(201)["id"]);
    let mut b = scene.watching();
    assert_eq!(b.watch(&staff, 0)["op"], "refused");
    assert_eq!(scene.act("PUT", &format!("members/BOB/roles/{role}"), None), 204);
    assert_eq!(b.watch(&staff, 0)["op"], "watched");
    let log = format!("/api/v1/guilds/{}/audit-log", scene.guild);
    let noted = scene.server.call("GET", &log, Some(&scene.bob), None).expect(200);
    assert_eq!((&noted["items"][0]["act"], &noted["items"][0]["role"]), (&json!("role_given"), &json!(role)));
    assert_eq!(scene.act("DELETE", &format!("members/BOB/roles/{role}"), None), 204);
    assert_eq!(b.hear("refused")["stream"], json!(staff));
    scene.server.call("GET", &log, Some(&scene.bob), None).refused(403, "missing_permission", None);
}
