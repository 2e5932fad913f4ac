//! Leaving for good: after it, no byte of what a person gave is left in any file of the data folder.

mod common;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use common::{
    Folder, PASSWORD, Server,
    client::Client,
    github::{Github, Visit},
    program, text,
};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Long enough for rounds that wait for what is on its way, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn server(folder: &Folder, grace_seconds: u32) -> Server {
    server_with(folder, grace_seconds, &[])
}

fn server_with(folder: &Folder, grace_seconds: u32, settings: &[(&str, &str)]) -> Server {
    let more = settings;
    let settings =
        format!("[accounts]\ndeletion_grace_seconds = {grace_seconds}\nargon2_memory_kib = 64\nargon2_passes = 1\n");
    std::fs::write(folder.0.join("guildhall.toml"), settings).expect("written");
    Server::start_with(
        program(folder)
            .args(["--config", "guildhall.toml", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.data())
            .env("RUST_LOG", "debug")
            .envs(more.iter().copied()),
    )
}

struct Person {
    id: String,
    token: String,
}

fn register(server: &Server, email: &str, name: &str) -> Person {
    let body = json!({ "email": email, "password": PASSWORD, "display_name": name });
    let signed_in = server.call("POST", "/api/v1/accounts", None, Some(&body)).expect(201);
    Person { id: text(&signed_in["user"]["id"]), token: text(&signed_in["access_token"]) }
}

/// The names of the files below `folder` that hold these bytes.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    holding_bytes(folder, text.as_bytes())
}

fn holding_bytes(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding_bytes(&path, bytes));
        } else if !path.is_file() {
            // The socket that commands are answered on holds nothing.
        } else if std::fs::read(&path).expect("read").windows(bytes.len()).any(|at| at == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Gives a picture for a place; answers its bytes as they are kept.
fn put_picture(server: &Server, person: &Person, place: &str) -> Vec<u8> {
    let bearer = format!("Bearer {}", person.token);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "image/png")];
    let changed = server.raw("PUT", &format!("/api/v1/{place}"), &headers, include_bytes!("canary.png")).expect(200);
    let kind = place.rsplit('/').next().expect("a kind of picture");
    let shown = server.raw("GET", &format!("/files/images/{}", text(&changed[kind])), &[], b"");
    assert_eq!(shown.status, 200, "{}", shown.head);
    shown.bytes
}

/// Waits until the deletion with that code is done.
fn wait(server: &Server, code: &str) -> Value {
    let began = Instant::now();
    loop {
        let erasure = server.call("GET", &format!("/api/v1/erasures/{code}"), None, None).expect(200);
        if erasure["state"] == "done" {
            return erasure;
        }
        assert!(began.elapsed() < PATIENCE, "it takes too long: {erasure}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn invite(server: &Server, from: &Person, guild: &str, to: &Person) -> String {
    let invites = format!("/api/v1/guilds/{guild}/invites");
    let code = text(&server.call("POST", &invites, Some(&from.token), Some(&json!({}))).expect(201)["code"]);
    server.call("POST", &format!("/api/v1/invites/{code}/accept"), Some(&to.token), None).expect(200);
    code
}

/// Makes a passkey of that name, as a device does whose credential and key are of no use.
fn passkey(server: &Server, token: &str, name: &str) {
    const OF_LOCALHOST: &str = "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2M";
    let path = "/api/v1/me/credentials/passkeys";
    let options = server.call("POST", &format!("{path}/options"), Some(token), Some(&json!({}))).expect(200);
    let at = server.call("GET", "/api/v1/me/credentials", Some(token), None).expect(200)["passkeys_at"].clone();
    let said = json!({ "type": "webauthn.create", "challenge": options["challenge"], "origin": at }).to_string();
    // Present, verified, a new credential of 16 bytes; then its key in COSE: Ed25519.
    let mut data = URL_SAFE_NO_PAD.decode(OF_LOCALHOST).expect("base64url");
    data.push(0x45);
    data.extend([[0; 4].as_slice(), &[0; 16], &[0, 16], &[7; 16]].concat());
    data.extend([0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20]);
    data.extend([7; 32]);
    let length = u8::try_from(data.len()).expect("short");
    let object = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[length], &data].concat();
    let response = json!({
        "clientDataJSON": URL_SAFE_NO_PAD.encode(said), "attestationObject": URL_SAFE_NO_PAD.encode(object),
    });
    let new = json!({ "name": name, "credential": { "id": "x", "response": response } });
    server.call("POST", path, Some(token), Some(&new)).expect(201);
}

fn from_base32(text: &str) -> Vec<u8> {
    let value = |c: u8| u64::from(if c >= b'A' { c - b'A' } else { c - b'2' + 26 });
    let group = |eight: &[u8]| {
        let bits = eight.iter().fold(0, |bits, c| bits << 5 | value(*c));
        bits.to_be_bytes()[3..].to_vec()
    };
    text.as_bytes().chunks_exact(8).flat_map(group).collect()
}

#[test]
fn no_byte_of_a_person_who_left_is_anywhere() {
    let folder = Folder::new();
    let github = Github::start("canary-login", "canary-identity@example.org");
    let running = server_with(&folder, 0, &github.settings());
    let bob = register(&running, "bob@example.org", "Bob");
    let ada = register(&running, "canary-email@example.org", "canary-name");
    let call = |method: &str, path: &str, body: Value| running.call(method, path, Some(&ada.token), Some(&body));

    // Everywhere that a person may leave a text.
    let profile = json!({
        "display_name": "canary-second-name", "handle": "canary.handle", "bio": "canary-bio", "pronouns": "canary-pronouns",
        "status": { "emoji": "🐤", "text": "canary-status" }, "accent_color": "#c0ffee"
    });
    call("PATCH", "/api/v1/me", profile).expect(200);
    call("PATCH", "/api/v1/me", json!({ "handle": "canary.other.handle" })).expect(200);
    call("PATCH", "/api/v1/me/settings", json!({ "theme": "dark" })).expect(200);
    call("PUT", &format!("/api/v1/me/friends/{}", bob.id), json!({})).expect(200);
    let eve = register(&running, "eve@example.org", "Eve");
    call("PUT", &format!("/api/v1/me/blocks/{}", eve.id), json!({})).expect(200);
    running.call("PUT", &format!("/api/v1/me/blocks/{}", ada.id), Some(&eve.token), None).expect(200);
    let pictures: Vec<Vec<u8>> = ["me/avatar", "me/banner"].map(|place| put_picture(&running, &ada, place)).into();
    let guild = text(&call("POST", "/api/v1/guilds", json!({ "name": "canary-guild" })).expect(201)["id"]);
    call("PATCH", &format!("/api/v1/guilds/{guild}"), json!({ "name": "canary-guild-renamed" })).expect(200);
    let channels = format!("/api/v1/guilds/{guild}/channels");
    let draft = json!({ "name": "canary-channel", "topic": "canary-topic", "private": true });
    let channel = text(&call("POST", &channels, draft).expect(201)["id"]);
    let code = invite(&running, &ada, &guild, &bob);
    let (hall, room) = running.guild(&bob.token);
    invite(&running, &bob, &hall, &ada);
    // As a moderator, and as one whom moderators name.
    let named = json!({ "nickname": "canary-nickname", "reason": "canary-own-reason" });
    call("PATCH", &format!("/api/v1/guilds/{hall}/members/{}", ada.id), named).expect(200);
    let draft = json!({ "name": "Guard", "permissions": 512 + 4_096 });
    let role =
        running.call("POST", &format!("/api/v1/guilds/{hall}/roles"), Some(&bob.token), Some(&draft)).expect(201);
    let give = format!("/api/v1/guilds/{hall}/members/{}/roles/{}", ada.id, text(&role["id"]));
    running.call("PUT", &give, Some(&bob.token), None).expect(204);
    let report = json!({ "user": bob.id, "reason": "canary-report" });
    call("POST", &format!("/api/v1/guilds/{hall}/reports"), report).expect(201);
    call("PUT", &format!("/api/v1/guilds/{hall}/bans/{}", eve.id), json!({ "reason": "canary-ban-reason" }))
        .expect(200);
    let direct = call("POST", "/api/v1/me/directs", json!({ "user": bob.id })).expect(200);
    for place in [&channel, &room, &text(&direct["id"])] {
        for n in 0..60 {
            let draft = json!({ "nonce": format!("canary-nonce-{n}"), "text": format!("canary-text {n} {}", "x".repeat(n * 20)) });
            call("POST", &format!("/api/v1/channels/{place}/messages"), draft).expect(201);
        }
    }
    // One of them is changed twice.
    let room_messages = format!("/api/v1/channels/{room}/messages");
    let draft = json!({ "nonce": "canary-nonce-edited", "text": "canary-first" });
    let message = text(&call("POST", &room_messages, draft).expect(201)["message"]["id"]);
    for words in ["canary-edited", "canary-edited-again"] {
        call("PATCH", &format!("{room_messages}/{message}"), json!({ "text": words })).expect(200);
    }
    let says = json!({ "nonce": "b", "text": "It was bob who said this." });
    running.call("POST", &format!("/api/v1/channels/{room}/messages"), Some(&bob.token), Some(&says)).expect(201);
    passkey(&running, &ada.token, "canary-passkey");
    let secret = text(&call("POST", "/api/v1/me/credentials/totp", json!({})).expect(201)["secret"]);
    let secret = URL_SAFE_NO_PAD.encode(from_base32(&secret));
    // Two ways to a provider: one is gone to its end, the other isn't.
    let visit = || {
        let begun = call("POST", "/api/v1/me/identities", json!({ "provider": "github", "next": "/canary-next" }));
        Visit::begun(&begun, begun.body["location"].as_str().expect("a location"))
    };
    let (_, linked) = (visit(), visit().end(&running, "canary-code").expect(200));
    assert_eq!(
        (&linked["purpose"], &linked["identity"]["email"]),
        (&json!("link"), &json!("canary-identity@example.org"))
    );
    let mut socket = Client::of(&running, &ada.token);
    let icon = put_picture(&running, &ada, &format!("guilds/{guild}/icon"));
    for canary in [
        "canary-email",
        "canary-name",
        "canary-text",
        "canary-edited-again",
        "canary-guild",
        "canary-topic",
        "canary.handle",
        "canary-bio",
        "canary-pronouns",
        "canary-status",
        "#c0ffee",
        "canary-passkey",
        "canary-identity",
        "canary-next",
        "canary-nickname",
        "canary-own-reason",
        "canary-ban-reason",
        "canary-report",
    ] {
        assert!(!holding(&folder.data(), canary).is_empty(), "{canary} isn't planted");
    }

    for picture in pictures.iter().chain([&icon]) {
        assert!(!holding_bytes(&folder.data(), picture).is_empty(), "a picture isn't planted");
    }
    assert_eq!(holding(&folder.data(), &secret), Vec::<String>::new(), "an app's secret is only there sealed");

    // She runs the place for a while, and is noted as one whom something is done to.
    let operate = |by: &str, method: &str, path: &str, body: Value| {
        running.call(method, &format!("/api/v1/operator/{path}"), Some(by), Some(&body))
    };
    let role = |role: &str| json!({ "role": role, "reason": "canary-reason" });
    operate(&bob.token, "PUT", &format!("accounts/{}/role", ada.id), role("operator")).expect(200);
    let note = json!({ "note": "canary-note", "max_uses": 1 });
    operate(&ada.token, "POST", "registration/codes", note).expect(201);
    operate(&ada.token, "PUT", &format!("accounts/{}/role", bob.id), role("moderator")).expect(200);
    operate(&ada.token, "PUT", &format!("accounts/{}/role", bob.id), role("operator")).expect(200);
    assert!(!holding(&folder.data(), "canary-reason").is_empty() && !holding(&folder.data(), "canary-note").is_empty());

    // An archive of her is one more place.
    let export = text(&call("POST", "/api/v1/me/export", json!({})).expect(202)["id"]);
    let began = Instant::now();
    while running.call("GET", &format!("/api/v1/me/export/{export}"), Some(&ada.token), None).expect(200)["ready_at"]
        .is_null()
    {
        assert!(began.elapsed() < PATIENCE, "the archive takes too long");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(folder.data().join("blobs/exports").join(&ada.id).join(&export).exists());
    assert!(!holding(&folder.data().join("mail"), "canary-email").is_empty(), "no mail is planted");

    let asked = call("DELETE", "/api/v1/me", json!({ "password": "not my password", "wishes": {} }));
    asked.refused(422, "wrong_password", Some("password"));
    let wishes = json!({ "guilds": "delete", "messages": "erase" });
    let deletion = call("DELETE", "/api/v1/me", json!({ "password": PASSWORD, "wishes": wishes })).expect(202);
    let erasure = wait(&running, &text(&deletion["code"]));
    assert!(socket.closes() >= 4_000, "the socket lives on");

    let services: Vec<&str> = erasure["receipts"]
        .as_array()
        .expect("receipts")
        .iter()
        .map(|r| r["service"].as_str().expect("text"))
        .collect();
    assert_eq!(services, ["accounts", "guilds", "messages", "people", "files"]);
    assert_eq!(erasure["user"], ada.id);
    let friends = running.call("GET", "/api/v1/me/friends", Some(&bob.token), None).expect(200);
    assert_eq!(friends["items"], json!([]), "nobody has her as a friend");
    let blocks = running.call("GET", "/api/v1/me/blocks", Some(&eve.token), None).expect(200);
    assert_eq!(blocks["items"], json!([]), "nobody has her blocked");
    verify(&running, &erasure);

    // What others had stays, without her.
    let history = running.call("GET", &format!("/api/v1/channels/{room}/messages"), Some(&bob.token), None).expect(200);
    let items = history["items"].as_array().expect("items");
    assert_eq!(items.last().expect("bob's")["text"], "It was bob who said this.");
    assert!(items[0]["deleted"] == true && items[0]["text"] == "");
    running.call("GET", "/api/v1/me", Some(&ada.token), None).refused(401, "session_ended", None);
    let log_in = json!({ "email": "canary-email@example.org", "password": PASSWORD });
    running.call("POST", "/api/v1/sessions", None, Some(&log_in)).refused(401, "wrong_credentials", None);
    running.call("GET", &format!("/api/v1/guilds/{guild}"), Some(&bob.token), None).refused(404, "not_found", None);
    assert!(!running.said.lock().expect("no panic").contains("4711"), "the client's secret is in the log");

    // Neither while it runs nor after it stopped, nor in what it logged.
    for picture in pictures.iter().chain([&icon]) {
        assert_eq!(holding_bytes(&folder.data(), picture), Vec::<String>::new());
    }
    for canary in ["canary", "#c0ffee", "🐤", &code, &secret] {
        assert_eq!(holding(&folder.data(), canary), Vec::<String>::new(), "{canary}");
    }
    let said = running.said.lock().expect("no panic").clone();
    assert!(!said.contains("canary"), "{said}");
    assert_eq!(running.stop("TERM"), Some(0));
    assert_eq!(holding(&folder.data(), "canary"), Vec::<String>::new());
}

/// The certificate is a JWS whose payload is what the erasure says.
fn verify(server: &Server, erasure: &Value) {
    let keys = server.call("GET", "/api/v1/keys", None, None).expect(200);
    let certificate = text(&erasure["certificate"]);
    let claims = verified(&certificate, &keys["keys"][0]);
    assert_eq!((&claims["sub"], &claims["receipts"]), (&erasure["user"], &erasure["receipts"]));
    assert_eq!(claims["done_at"], erasure["done_at"]);
}

/// The claims of a JWS (RFC 7515) that verifies with an Ed25519 key (RFC 8037).
fn verified(jws: &str, key: &Value) -> Value {
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let (signed, signature) = jws.rsplit_once('.').expect("a signature");
    let (header, claims) = signed.split_once('.').expect("claims");
    let header: Value = serde_json::from_slice(&bytes(header)).expect("a header");
    assert_eq!((&header["alg"], &header["typ"], &header["kid"]), (&json!("EdDSA"), &json!("erasure+jwt"), &key["kid"]));
    let public: [u8; 32] = bytes(key["x"].as_str().expect("a key")).try_into().expect("32 bytes");
    let signature = Signature::from_slice(&bytes(signature)).expect("64 bytes");
    VerifyingKey::from_bytes(&public).expect("a key").verify_strict(signed.as_bytes(), &signature).expect("verifies");
    serde_json::from_slice(&bytes(claims)).expect("claims")
}

#[test]
fn a_backup_from_before_is_erased_again() {
    let folder = Folder::new();
    let running = server(&folder, 0);
    register(&running, "first@example.org", "First");
    let ada = register(&running, "canary@example.org", "canary");
    assert_eq!(running.stop("TERM"), Some(0));
    let databases = ["accounts.db", "people.db", "guilds.db", "messages.db", "files.db"];
    let backup = folder.0.join("backup");
    std::fs::create_dir(&backup).expect("made");
    for name in databases {
        std::fs::copy(folder.data().join(name), backup.join(name)).expect("copied");
    }
    let running = server(&folder, 0);
    let ask = json!({ "password": PASSWORD });
    let deletion = running.call("DELETE", "/api/v1/me", Some(&ada.token), Some(&ask)).expect(202);
    wait(&running, &text(&deletion["code"]));
    // The ledger knows what backups don't, so it is in none of them.
    assert!(folder.data().join("blobs/erased").join(&ada.id).exists());
    let later = folder.0.join("later");
    let made = program(&folder).arg("backup").arg("--to").arg(&later).arg("--data").arg(folder.data()).output();
    assert!(made.expect("it runs").status.success() && later.join("people.db").exists());
    assert!(!later.join("blobs/erased").exists());
    assert_eq!(running.stop("TERM"), Some(0));
    for name in databases {
        std::fs::copy(backup.join(name), folder.data().join(name)).expect("copied");
    }
    assert!(!holding(&folder.data(), "canary@example.org").is_empty());
    let running = server(&folder, 3_600);
    let began = Instant::now();
    while !holding(&folder.data(), "canary").is_empty() {
        assert!(began.elapsed() < PATIENCE, "it came back");
        std::thread::sleep(Duration::from_millis(100));
    }
    let log_in = json!({ "email": "canary@example.org", "password": PASSWORD });
    running.call("POST", "/api/v1/sessions", None, Some(&log_in)).refused(401, "wrong_credentials", None);
}

#[test]
fn a_deletion_waits_can_be_cancelled_and_goes_on_after_a_kill() {
    let folder = Folder::new();
    let running = server(&folder, 3_600);
    register(&running, "first@example.org", "First");
    let ada = register(&running, "ada@example.org", "Ada");
    let call = |running: &Server, method: &str, path: &str, body: Option<Value>| {
        running.call(method, path, Some(&ada.token), body.as_ref())
    };
    assert_eq!(call(&running, "GET", "/api/v1/me/deletion", None).expect(200), Value::Null);
    let ask = Some(json!({ "password": PASSWORD }));
    let first = call(&running, "DELETE", "/api/v1/me", ask.clone()).expect(202);
    assert_eq!(call(&running, "DELETE", "/api/v1/me", ask.clone()).expect(202), first, "the first one stands");
    assert_eq!(call(&running, "GET", "/api/v1/me/deletion", None).expect(200), first);
    let code = text(&first["code"]);
    let erasure = running.call("GET", &format!("/api/v1/erasures/{code}"), None, None).expect(200);
    assert_eq!((&erasure["state"], &erasure["certificate"]), (&json!("waiting"), &Value::Null));
    call(&running, "DELETE", "/api/v1/me/deletion", None).expect(204);
    call(&running, "DELETE", "/api/v1/me/deletion", None).expect(204);
    running.call("GET", &format!("/api/v1/erasures/{code}"), None, None).refused(404, "not_found", None);
    drop(running);

    // Killed at several moments, it is finished by whoever comes after.
    let running = server(&folder, 1);
    let deletion = call(&running, "DELETE", "/api/v1/me", ask).expect(202);
    let mut running = running;
    for millis in [900, 1_100, 3_000] {
        std::thread::sleep(Duration::from_millis(millis));
        drop(running);
        running = server(&folder, 1);
    }
    let erasure = wait(&running, &text(&deletion["code"]));
    verify(&running, &erasure);
    assert_eq!(holding(&folder.data(), "ada@example.org"), Vec::<String>::new());
}
