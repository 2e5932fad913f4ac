//! What people and programs get wrong, over real HTTP: each is refused with a problem document, and nothing is lost.

mod common;

use common::{Folder, PASSWORD, Server, text};
use serde_json::json;

fn json_header(bearer: &str) -> [(&'static str, &str); 2] {
    [("Authorization", bearer), ("Content-Type", "application/json")]
}

#[test]
fn accounts_are_refused_by_the_field() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    let register = |email: &str, password: &str, name: &str| {
        let body = json!({ "email": email, "password": password, "display_name": name });
        server.call("POST", "/api/v1/accounts", None, Some(&body))
    };
    register("ada@test.example", PASSWORD, "Eve").refused(409, "email_taken", Some("email"));
    register("ADA@Test.example", PASSWORD, "Eve").refused(409, "email_taken", Some("email"));
    register("eve@test.example", "short", "Eve").refused(422, "password_weak", Some("password"));
    register("not an address", PASSWORD, "Eve").refused(422, "email_invalid", Some("email"));
    register("eve@test.example", PASSWORD, "  ").refused(422, "name_empty", Some("display_name"));
    register("eve@test.example", PASSWORD, &"e".repeat(81)).refused(422, "text_too_long", Some("display_name"));
    // Nothing of the refused ones was kept.
    register("eve@test.example", PASSWORD, "Eve").expect(201);
}

#[test]
fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    let log_in = |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        server.call("POST", "/api/v1/sessions", None, Some(&body))
    };
    let wrong = log_in("ada@test.example", "wrong horse battery");
    wrong.refused(401, "wrong_credentials", None);
    assert!(wrong.header("www-authenticate").is_some());
    assert_eq!(log_in("nobody@test.example", PASSWORD).said(), wrong.said());
    log_in("ada@test.example", PASSWORD).expect(201);
}

#[test]
fn tokens_that_are_bad_ended_or_foreign_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let token = server.register("ada");
    let me = |token: Option<&str>| server.call("GET", "/api/v1/me", token, None);
    let missing = me(None);
    missing.refused(401, "token_missing", None);
    assert_eq!(missing.header("www-authenticate"), Some(r#"Bearer realm="guildhall""#));
    let other = server.raw("GET", "/api/v1/me", &[("Authorization", "Basic YWRhOmFkYQ==")], b"");
    other.refused(401, "token_missing", None);
    for bad in ["x", "a.b.c", &format!("{token}x"), &token[..token.len() - 4]] {
        let refused = me(Some(bad));
        refused.refused(401, "token_invalid", None);
        assert!(refused.header("www-authenticate").is_some_and(|v| v.contains("invalid_token")));
    }
    // The signature of another installation.
    let elsewhere = Folder::new();
    let foreign = Server::start(&elsewhere).register("ada");
    me(Some(&foreign)).refused(401, "token_invalid", None);
    assert_eq!(me(Some(&token)).status, 200);
    assert_eq!(server.call("DELETE", "/api/v1/sessions/current", Some(&token), None).status, 204);
    me(Some(&token)).refused(401, "session_ended", None);
}

#[test]
fn an_expired_token_is_refused_and_can_be_refreshed() {
    let folder = Folder::new();
    std::fs::write(folder.0.join("guildhall.toml"), "[accounts]\naccess_token_seconds = 1\n").expect("a file");
    let server = Server::start(&folder);
    let body = json!({ "email": "ada@test.example", "password": PASSWORD, "display_name": "Ada" });
    let signed_in = server.call("POST", "/api/v1/accounts", None, Some(&body)).expect(201);
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    let expired = server.call("GET", "/api/v1/me", signed_in["access_token"].as_str(), None);
    expired.refused(401, "token_expired", None);
    let refresh = json!({ "refresh_token": signed_in["refresh_token"] });
    let fresh = server.call("POST", "/api/v1/tokens/refresh", None, Some(&refresh)).expect(200);
    assert_eq!(server.call("GET", "/api/v1/me", fresh["access_token"].as_str(), None).status, 200);
    let bad = json!({ "refresh_token": "x" });
    server.call("POST", "/api/v1/tokens/refresh", None, Some(&bad)).refused(401, "refresh_unknown", None);
    server.call("POST", "/api/v1/tokens/refresh", None, None).refused(401, "refresh_token_missing", None);
}

#[test]
fn a_browser_keeps_its_refresh_token_in_a_cookie() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let body = json!({ "email": "ada@test.example", "password": PASSWORD, "display_name": "Ada" }).to_string();
    let ours = format!("http://{}", server.address);
    let web = |method: &str, path: &str, origin: &str, cookie: &str, body: &str| {
        let headers = [
            ("X-Guildhall-Client", "web"),
            ("Origin", origin),
            ("Cookie", cookie),
            ("Content-Type", "application/json"),
        ];
        server.raw(method, path, &headers, body.as_bytes())
    };
    web("POST", "/api/v1/accounts", "https://evil.example", "", &body).refused(403, "wrong_origin", None);
    let signed_in = web("POST", "/api/v1/accounts", &ours, "", &body);
    assert_eq!((signed_in.status, signed_in.body.get("refresh_token")), (201, None));
    let set = signed_in.header("set-cookie").expect("a cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/tokens"] {
        assert!(set.contains(attribute), "{set}");
    }
    let cookie = set.split(';').next().expect("a value");
    let refresh = |origin: &str, cookie: &str| web("POST", "/api/v1/tokens/refresh", origin, cookie, "");
    refresh("https://evil.example", cookie).refused(403, "wrong_origin", None);
    // Without the header that only our own pages can send, the cookie is not looked at.
    let forged = server.raw("POST", "/api/v1/tokens/refresh", &[("Cookie", cookie)], b"");
    forged.refused(401, "refresh_token_missing", None);
    let refreshed = refresh(&ours, cookie);
    assert_eq!((refreshed.status, refreshed.body.get("refresh_token")), (200, None));
    let bearer = format!("Bearer {}", text(&refreshed.body["access_token"]));
    let headers = [("Authorization", bearer.as_str()), ("X-Guildhall-Client", "web")];
    let out = server.raw("DELETE", "/api/v1/sessions/current", &headers, b"");
    assert!(out.status == 204 && out.header("set-cookie").is_some_and(|c| c.contains("Max-Age=0")), "{}", out.head);
    let after = refresh(&ours, refreshed.header("set-cookie").and_then(|c| c.split(';').next()).expect("a cookie"));
    assert_eq!(after.status, 401);
}

#[test]
fn invites_that_are_unknown_used_up_or_revoked_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, ben) = (server.register("ada"), server.register("ben"));
    let (guild, _) = server.guild(&ada);
    let invites = format!("/api/v1/guilds/{guild}/invites");
    let accept =
        |token: &str, code: &str| server.call("POST", &format!("/api/v1/invites/{code}/accept"), Some(token), None);
    let preview = |code: &str| server.call("GET", &format!("/api/v1/invites/{code}"), None, None);
    for unknown in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "..%2Fme"] {
        preview(unknown).refused(404, "invite_unknown", None);
        accept(&ben, unknown).refused(404, "invite_unknown", None);
    }
    let once = server.call("POST", &invites, Some(&ada), Some(&json!({ "max_uses": 1 }))).expect(201);
    let code = text(&once["code"]);
    accept(&ben, &code).expect(200);
    accept(&ben, &code).expect(200);
    accept(&server.register("cleo"), &code).refused(410, "invite_used_up", None);
    let revoked = server.call("POST", &invites, Some(&ada), Some(&json!({}))).expect(201);
    let code = text(&revoked["code"]);
    assert_eq!(server.call("DELETE", &format!("{invites}/{code}"), Some(&ada), None).status, 204);
    preview(&code).refused(404, "invite_unknown", None);
    let wrong = |body| server.call("POST", &invites, Some(&ada), Some(&body));
    assert_eq!(wrong(json!({ "max_uses": 0 })).body["field"], "max_uses");
    assert_eq!(wrong(json!({ "expires_in": 5 })).body["field"], "expires_in");
    assert_eq!(wrong(json!({ "expires_in": -1 })).status, 422);
}

#[test]
fn another_guilds_channel_looks_like_none() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let (ada, eve) = (server.register("ada"), server.register("eve"));
    let (_, channel) = server.guild(&ada);
    let read = |channel: &str| server.call("GET", &format!("/api/v1/channels/{channel}/messages"), Some(&eve), None);
    let hidden = read(&channel);
    hidden.refused(404, "not_found", None);
    assert_eq!(hidden.said(), read("4611686018427387904").said());
    for id in ["x", "0", "-1", "99999999999999999999", "%00"] {
        assert_eq!(read(id).status, 404, "{id}");
    }
    let draft = json!({ "nonce": "1", "text": "Let me in." });
    let path = format!("/api/v1/channels/{channel}/messages");
    server.call("POST", &path, Some(&eve), Some(&draft)).refused(404, "not_found", None);
}

#[test]
fn texts_that_are_no_messages_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let path = format!("/api/v1/channels/{channel}/messages");
    let send = |nonce: &str, text: &str| {
        server.call("POST", &path, Some(&ada), Some(&json!({ "nonce": nonce, "text": text })))
    };
    send("1", "").refused(422, "text_empty", Some("text"));
    send("1", " \n\t ").refused(422, "text_empty", Some("text"));
    send("1", &"é".repeat(4_001)).refused(422, "text_too_long", Some("text"));
    send("1", "a\0b").refused(422, "text_has_nul", Some("text"));
    assert_eq!(send("", "Hello").body["field"], "nonce");
    assert_eq!(send(&"n".repeat(65), "Hello").body["field"], "nonce");
    let longest = "é".repeat(4_000);
    let sent = send("1", &longest).expect(201);
    assert_eq!(
        (sent["message"]["text"].as_str(), sent["message"]["number"].as_i64()),
        (Some(longest.as_str()), Some(1))
    );
    // The same nonce again is the same message; with another text it is a mistake.
    assert_eq!(send("1", &longest).expect(201)["message"]["id"], sent["message"]["id"]);
    assert_eq!(send("1", "Something else").status, 422);
    let history = server.call("GET", &path, Some(&ada), None).expect(200);
    assert_eq!(history["items"].as_array().map(Vec::len), Some(1), "nothing of the refused was kept");
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let path = format!("/api/v1/channels/{channel}/messages");
    let bearer = format!("Bearer {ada}");
    let post = |body: &[u8]| server.raw("POST", &path, &json_header(&bearer), body);
    post(b"{\"nonce\": \"1\",").refused(400, "bad_json", None);
    post(b"").refused(400, "bad_json", None);
    post(b"{\"nonce\":\"1\",\"text\":\"\xff\xfe\"}").refused(400, "bad_utf8", None);
    post(format!("{{\"x\":{}", "[".repeat(30_000)).as_bytes()).refused(400, "bad_json", None);
    post(b"{\"nonce\":\"1\"}").refused(422, "bad_field", Some("text"));
    post(b"{\"nonce\":1,\"text\":\"a\"}").refused(422, "bad_field", Some("nonce"));
    post(b"{\"nonce\":\"1\",\"text\":\"a\",\"reply_to\":\"x\"}").refused(422, "bad_field", Some("reply_to"));
    post(b"[]").refused(422, "bad_field", None);
    let large = format!(r#"{{"nonce":"1","text":"{}"}}"#, "a".repeat(64 * 1024));
    post(large.as_bytes()).refused(413, "body_too_large", None);
    let plain = [("Authorization", bearer.as_str()), ("Content-Type", "text/plain")];
    server.raw("POST", &path, &plain, b"{}").refused(415, "not_json", None);
    server.raw("POST", &path, &plain[..1], b"{}").refused(415, "not_json", None);
}

#[test]
fn queries_and_addresses_that_are_wrong_are_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (guild, channel) = server.guild(&ada);
    let get = |path: &str| server.call("GET", path, Some(&ada), None);
    let messages = |query: &str| get(&format!("/api/v1/channels/{channel}/messages?{query}"));
    for field in ["before", "after", "around"] {
        for bad in ["x", "-1", "1.5", "", "99999999999999999999"] {
            messages(&format!("{field}={bad}")).refused(400, "bad_cursor", Some(field));
        }
    }
    for bad in ["0", "101", "x", "-1", "99999999999"] {
        messages(&format!("limit={bad}")).refused(422, "limit_out_of_range", Some("limit"));
    }
    messages("limit=1&limit=2").refused(400, "bad_query", None);
    assert_eq!(messages("before=1&after=1").body["code"], "bad_cursor");
    get(&format!("/api/v1/guilds/{guild}/members?after=x")).refused(400, "bad_cursor", Some("after"));
    get(&format!("/api/v1/streams/messages/channel/{channel}")).refused(400, "bad_cursor", Some("since"));
    get(&format!("/api/v1/streams/messages/channel/{channel}?since=-1")).refused(400, "bad_cursor", Some("since"));
    get("/api/v1/streams/messages/channel/x?since=0").refused(400, "bad_stream", Some("stream"));
    get("/api/v1/users?ids=1,x").refused(400, "bad_id", Some("ids"));
    let many = (1..=101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    get(&format!("/api/v1/users?ids={many}")).refused(422, "too_many_ids", Some("ids"));
    get("/api/v1/nothing").refused(404, "not_found", None);
    get("/api").refused(404, "not_found", None);
    let wrong = server.call("PUT", "/api/v1/guilds", Some(&ada), None);
    wrong.refused(405, "method_not_allowed", None);
    let allowed = wrong.header("allow").unwrap_or_default();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{}", wrong.head);
}

#[test]
fn every_answer_is_protected() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    for path in ["/api/v1/setup", "/api/v1/nothing", "/healthz", "/readyz", "/api/openapi.json", "/api/docs/", "/"] {
        let answer = server.call("GET", path, None, None);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("referrer-policy").is_some(), "{path}");
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("script-src 'unsafe"),
            "{path}: {policy}"
        );
    }
    assert_eq!(server.call("GET", "/api/v1/setup", None, None).header("cache-control"), Some("no-store"));
    let asked = server.raw("GET", "/healthz", &[("X-Request-Id", "from-the-proxy-1")], b"");
    assert_eq!(asked.header("x-request-id"), Some("from-the-proxy-1"));
    let rude = server.raw("GET", "/healthz", &[("X-Request-Id", "a b\tc;d=e")], b"");
    assert!(rude.header("x-request-id").is_some_and(|id| id.len() == 32));
    let docs = server.raw("GET", "/api/docs/", &[], b"");
    assert!(docs.status == 200 && docs.header("content-type").is_some_and(|t| t.starts_with("text/html")));
    assert_eq!(server.call("GET", "/api/docs/swagger-ui-bundle.js", None, None).status, 200);
    assert_eq!(server.call("GET", "/api/openapi.json", None, None).expect(200)["openapi"], "3.1.0");
}
