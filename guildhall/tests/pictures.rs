//! Pictures and profiles through the real program: what it takes, how it hands them out, and who is told.

mod common;

use common::{Answer, Folder, Server, client::Client, text};
use serde_json::json;

const PICTURE: &[u8] = include_bytes!("canary.png");

fn put(server: &Server, token: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
    let bearer = format!("Bearer {token}");
    server.raw("PUT", path, &[("Authorization", &bearer), ("Content-Type", content_type)], body)
}

#[test]
fn a_picture_is_shown_to_whoever_has_its_name_and_can_be_kept_forever() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let me = put(&server, &ada, "/api/v1/me/avatar", "image/png", PICTURE).expect(200);
    let name = text(&me["avatar"]);
    let shown = server.raw("GET", &format!("/files/images/{name}?size=40"), &[], b"");
    assert_eq!(shown.status, 200);
    for (header, value) in [
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        assert_eq!(shown.header(header), Some(value), "{header}");
    }
    let kind = shown.header("content-type").expect("a type");
    assert!(["image/webp", "image/jpeg"].contains(&kind), "{kind}");
    assert!(shown.bytes != PICTURE && !shown.bytes.is_empty());
    let tag = shown.header("etag").expect("a tag").to_owned();
    let known = server.raw("GET", &format!("/files/images/{name}?size=40"), &[("If-None-Match", &tag)], b"");
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    server.raw("GET", &format!("/files/images/{name}?size=big"), &[], b"").refused(422, "bad_size", Some("size"));
    for nothing in ["avatar_1_00000000000000000000000000000000", "../../lock", "%2e%2e%2flock", "icon"] {
        server.raw("GET", &format!("/files/images/{nothing}"), &[], b"").refused(404, "not_found", None);
    }
    let other = put(&server, &ada, "/api/v1/me/avatar", "image/png", PICTURE).expect(200);
    assert_ne!(text(&other["avatar"]), name);
    server.raw("GET", &format!("/files/images/{name}"), &[], b"").refused(404, "not_found", None);
    let none = server.call("DELETE", "/api/v1/me/avatar", Some(&ada), None).expect(200);
    assert!(none["avatar"].is_null());
}

#[test]
fn what_is_no_picture_is_refused_with_a_reason() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let try_put = |content_type: &str, body: &[u8]| put(&server, &ada, "/api/v1/me/banner", content_type, body);
    try_put("application/json", b"{}").refused(415, "not_an_image", None);
    try_put("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").refused(415, "image_type", None);
    try_put("image/jpeg", PICTURE).refused(415, "image_type_differs", None);
    try_put("image/png", b"").refused(422, "body_empty", None);
    try_put("image/png", &PICTURE[..PICTURE.len() / 2]).refused(422, "image_broken", None);
    try_put("image/png", &vec![0; (8 << 20) + 1]).refused(413, "body_too_large", None);
    let large = server.raw("PATCH", "/api/v1/me", &[("Content-Type", "application/json")], &vec![b' '; 70_000]);
    assert!(large.status == 401 || large.status == 413, "other calls keep their limit: {}", large.head);
    assert!(server.call("GET", "/api/v1/me", Some(&ada), None).expect(200)["banner"].is_null());
}

#[test]
fn a_guilds_icon_goes_with_the_guild() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, bob) = (server.register("ada"), server.register("bob"));
    let (guild, _) = server.guild(&ada);
    let path = format!("/api/v1/guilds/{guild}/icon");
    put(&server, &bob, &path, "image/png", PICTURE).refused(404, "not_found", None);
    let icon = text(&put(&server, &ada, &path, "image/png", PICTURE).expect(200)["icon"]);
    let invites = format!("/api/v1/guilds/{guild}/invites");
    let code = text(&server.call("POST", &invites, Some(&ada), Some(&json!({}))).expect(201)["code"]);
    let preview = server.call("GET", &format!("/api/v1/invites/{code}"), None, None).expect(200);
    assert_eq!(text(&preview["guild_icon"]), icon);
    let shown = |name: &str| server.raw("GET", &format!("/files/images/{name}"), &[], b"").status;
    assert_eq!(shown(&icon), 200);
    server.call("DELETE", &format!("/api/v1/guilds/{guild}"), Some(&ada), None).expect(204);
    assert_eq!(shown(&icon), 404);
}

#[test]
fn who_shares_a_place_is_told_of_a_change_and_asks_anew() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let [ada, bob, cid] = ["ada", "bob", "cid"].map(|name| server.register(name));
    let ada_id = text(&server.call("GET", "/api/v1/me", Some(&ada), None).expect(200)["id"]);
    let (guild, _) = server.guild(&ada);
    let invites = format!("/api/v1/guilds/{guild}/invites");
    let code = text(&server.call("POST", &invites, Some(&ada), Some(&json!({}))).expect(201)["code"]);
    server.call("POST", &format!("/api/v1/invites/{code}/accept"), Some(&bob), None).expect(200);
    let [mut fellow, mut stranger, mut own] = [&bob, &cid, &ada].map(|token| Client::of(&server, token));
    for client in [&mut fellow, &mut stranger] {
        client.say(json!({ "op": "watch_presence", "users": [ada_id] }));
        client.hear("presence");
    }
    server.call("PATCH", "/api/v1/me", Some(&ada), Some(&json!({ "handle": "countess" }))).expect(200);
    assert_eq!(fellow.hear("profiles")["users"], json!([ada_id]));
    assert_eq!(own.hear_event(&format!("people/user/{ada_id}"))["kind"], "profile_edited");
    let found = server.call("GET", "/api/v1/users/by-handle/@Countess", Some(&bob), None).expect(200);
    assert_eq!((&found["id"], &found["handle"]), (&json!(ada_id), &json!("countess")));
    stranger.say(json!({ "op": "ping" }));
    while let Ok(frame) = stranger.next() {
        assert_ne!(frame["op"], "profiles", "a stranger isn't told");
        if frame["op"] == "pong" {
            break;
        }
    }
    server.call("PATCH", "/api/v1/me/settings", Some(&ada), Some(&json!({ "theme": "dark" }))).expect(200);
    let changed = own.hear_event(&format!("people/user/{ada_id}"));
    assert_eq!((&changed["kind"], &changed["data"]), (&json!("settings_changed"), &json!({ "version": 1 })));
    for (body, field) in [(json!({ "colour": "red" }), "colour"), (json!({ "theme": "pink" }), "theme")] {
        let refused = server.call("PATCH", "/api/v1/me/settings", Some(&ada), Some(&body));
        assert_eq!(refused.status, 422, "{field}: {}", refused.body);
    }
    let taken = server.call("PATCH", "/api/v1/me", Some(&bob), Some(&json!({ "handle": "COUNTESS" })));
    taken.refused(409, "handle_taken", Some("handle"));
}

#[test]
fn an_archive_has_the_pictures_as_files() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let avatar = text(&put(&server, &ada, "/api/v1/me/avatar", "image/png", PICTURE).expect(200)["avatar"]);
    let (guild, _) = server.guild(&ada);
    let icon = put(&server, &ada, &format!("/api/v1/guilds/{guild}/icon"), "image/png", PICTURE).expect(200);
    server.call("PATCH", "/api/v1/me/settings", Some(&ada), Some(&json!({ "density": "compact" }))).expect(200);
    let export = text(&server.call("POST", "/api/v1/me/export", Some(&ada), None).expect(202)["id"]);
    let path = format!("/api/v1/me/export/{export}");
    for _ in 0..1_200 {
        if !server.call("GET", &path, Some(&ada), None).expect(200)["ready_at"].is_null() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let bearer = format!("Bearer {ada}");
    let archive = server.raw("GET", &format!("{path}/archive"), &[("Authorization", &bearer)], b"");
    assert_eq!(archive.status, 200, "{}", archive.head);
    // The names of a zip's files stand in it as they are.
    for name in [&avatar, &text(&icon["icon"]), "data/files.json"] {
        let named = format!("{}{name}", if name.starts_with("data") { "" } else { "pictures/" });
        let holds = archive.bytes.windows(named.len()).any(|at| at == named.as_bytes());
        assert!(holds, "{named} isn't in the archive");
    }
}
