//! Commands of operators: beside a running server, without one, and on PostgreSQL.

mod common;

use common::{Folder, PASSWORD, Server, client::Client, program, refusal, text};
use serde_json::{Value, json};
use std::{
    io::Write,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

const WITHIN: Duration = Duration::from_secs(1);

fn command(folder: &Folder, words: &[&str]) -> Command {
    let mut command = program(folder);
    command.args(words).arg("--data").arg(folder.data());
    // Hashing passwords is made cheap here.
    command.env("GUILDHALL_ACCOUNTS_ARGON2_MEMORY_KIB", "64").env("GUILDHALL_ACCOUNTS_ARGON2_PASSES", "1");
    command
}

/// Runs what should work, and gives what it says.
#[track_caller]
fn done(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let said = String::from_utf8(stdout).expect("UTF-8");
    assert!(status.success(), "{said}{}", String::from_utf8_lossy(&stderr));
    said
}

#[track_caller]
fn json_of(folder: &Folder, words: &[&str]) -> Value {
    let mut words = words.to_vec();
    words.push("--json");
    serde_json::from_str(&done(command(folder, &words))).expect("JSON")
}

/// Makes an account, with a password that is given as a line of the input.
#[track_caller]
fn create(mut command: Command) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    writeln!(child.stdin.take().expect("piped"), "{PASSWORD}").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn log_in(server: &Server, email: &str) -> common::Answer {
    server.call("POST", "/api/v1/sessions", None, Some(&json!({ "email": email, "password": PASSWORD })))
}

#[test]
fn without_a_server_the_command_opens_the_folder_itself() {
    let folder = Folder::new();
    let missing = refusal(&mut command(&folder, &["user", "list"]));
    assert!(missing.contains("there is no data folder") && missing.contains("--data"), "{missing}");
    create(command(&folder, &["user", "create", "ada@example.org", "--name", "Ada"]));
    create(command(&folder, &["user", "create", "bob@example.org", "--name", "Bob", "--role", "moderator"]));
    let listed = done(command(&folder, &["user", "list"]));
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 3 && lines[0].starts_with("ID ") && lines[1].contains("bob@example.org"), "{listed}");
    assert!(lines[1].contains("moderator") && lines[2].contains("operator"), "{listed}");
    let taken = refusal(&mut {
        let mut again = command(&folder, &["user", "create", "ada@example.org", "--name", "Ada"]);
        let input = folder.0.join("input");
        std::fs::write(&input, format!("{PASSWORD}\n")).expect("written");
        again.stdin(std::fs::File::open(input).expect("there"));
        again
    });
    assert!(taken.contains("e-mail address"), "{taken}");
    let silent = refusal(&mut command(&folder, &["user", "create", "cid@example.org", "--name", "Cid"]));
    assert!(silent.contains("password"), "{silent}");
    let last = refusal(&mut command(&folder, &["user", "demote", "ada@example.org"]));
    assert!(last.contains("appoint another operator first"), "{last}");
    let nobody = refusal(&mut command(&folder, &["user", "show", "nobody@example.org"]));
    assert!(nobody.contains("guildhall user list"), "{nobody}");
    let unsure = refusal(&mut command(&folder, &["user", "delete", "bob@example.org"]));
    assert!(unsure.contains("--yes"), "{unsure}");
    let usage = command(&folder, &["user", "suspend", "bob@example.org"]).output().expect("the program starts");
    assert_eq!(usage.status.code(), Some(2), "a suspension has a reason");
    let acts = json_of(&folder, &["audit"]);
    let kinds: Vec<&str> =
        acts.as_array().expect("a list").iter().map(|act| act["kind"].as_str().expect("text")).collect();
    assert_eq!(kinds, ["role_changed", "account_created", "account_created"]);
    assert!(acts.as_array().expect("a list").iter().all(|act| act["by"].is_null()), "{acts}");

    let server = Server::start(&folder);
    assert_eq!(log_in(&server, "ada@example.org").expect(201)["user"]["role"], "operator");
}

#[test]
fn a_process_that_knows_no_accounts_says_where_to_go() {
    let folder = Folder::new();
    let mut elsewhere = command(&folder, &["user", "list"]);
    // Nobody is at any of these addresses, nor is asked.
    elsewhere.envs([
        ("GUILDHALL_ROLES", "messages"),
        ("GUILDHALL_DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing"),
        ("GUILDHALL_BUS_URL", "nats://127.0.0.1:9"),
        ("GUILDHALL_BLOBS_URL", "s3://key:secret@nothing?endpoint=http://127.0.0.1:9"),
        ("GUILDHALL_RPC_LISTEN", "127.0.0.1:0"),
        ("GUILDHALL_RPC_GUILDS", "http://127.0.0.1:9"),
        ("GUILDHALL_SERVICE_TOKEN", "a secret between processes of one test"),
    ]);
    let told = refusal(&mut elsewhere);
    assert!(told.contains("messages") && told.contains("the role accounts"), "{told}");
}

#[test]
fn beside_a_running_server_a_command_reaches_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let bob = server.register("bob");
    server.heard("open http");
    let socket = folder.data().join("commands.sock");
    let kind = std::fs::metadata(&socket).expect("a socket");
    assert!(kind.file_type().is_socket());
    assert_eq!(kind.permissions().mode() & 0o777, 0o600, "for this user alone");

    let mut ear = Client::of(&server, &bob);
    let suspended = json_of(&folder, &["user", "suspend", "bob@test.example", "--reason", "Spam.", "--for", "2h"]);
    let began = Instant::now();
    assert_eq!(suspended["account"]["suspension"]["reason"], "Spam.");
    assert_eq!(ear.closes(), 4_001, "the socket was closed with its reason");
    assert!(began.elapsed() < WITHIN, "it took {:?}", began.elapsed());
    server.call("GET", "/api/v1/me", Some(&bob), None).refused(401, "session_ended", None);
    let out = log_in(&server, "bob@test.example");
    out.refused(403, "suspended", None);
    assert!(out.body["detail"].as_str().expect("text").contains("Spam."), "{}", out.body);
    done(command(&folder, &["user", "unsuspend", "bob@test.example"]));
    let bob = text(&log_in(&server, "bob@test.example").expect(201)["access_token"]);

    let accounts = "/api/v1/operator/accounts";
    server.call("GET", accounts, Some(&bob), None).refused(403, "moderator_needed", None);
    done(command(&folder, &["user", "promote", "bob@test.example", "--role", "moderator"]));
    server.call("GET", accounts, Some(&bob), None).expect(200);
    assert_eq!(server.call("GET", "/api/v1/me", Some(&bob), None).expect(200)["role"], "moderator");

    let shown = done(command(&folder, &["registration", "show"]));
    assert!(shown.contains("open") && shown.contains("accounts.registration"), "{shown}");
    done(command(&folder, &["registration", "set", "--mode", "invite"]));
    let new = |invite: Option<&str>| {
        let body =
            json!({ "email": "cid@test.example", "password": PASSWORD, "display_name": "Cid", "invite": invite });
        server.call("POST", "/api/v1/accounts", None, Some(&body))
    };
    new(None).refused(403, "invite_needed", Some("invite"));
    let link = done(command(&folder, &["registration", "invite", "--uses", "1", "--for", "7d"]));
    let (page, code) = link.trim().split_once("?invite=").expect("a link");
    assert_eq!(page, format!("http://{}/register", server.address));
    new(Some(code)).expect(201);
    let codes = json_of(&folder, &["registration", "codes"]);
    assert_eq!((&codes[0]["uses"], &codes[0]["works"]), (&json!(1), &json!(false)));

    let reset = json_of(&folder, &["user", "reset-password", "cid@test.example"]);
    assert!(text(&reset["password_reset"]["link"]).contains("/reset-password#"), "{reset}");
    let cid = done(command(&folder, &["user", "sessions", "end", "cid@test.example"]));
    assert!(cid.contains("cid@test.example"), "{cid}");
    let deleted = json_of(&folder, &["user", "delete", "cid@test.example", "--yes"]);
    assert!(deleted["account"]["deletion_due_at"].is_string(), "{deleted}");
    done(command(&folder, &["user", "keep", "cid@test.example"]));
    let told = server.call("GET", "/api/v1/operator/audit", Some(&ada), None).expect(200);
    assert_eq!(told["items"][0]["kind"], "deletion_cancelled");
    assert!(done(command(&folder, &["audit", "--user", "cid@test.example"])).contains("command line"));

    assert_eq!(server.stop("TERM"), Some(0));
    assert!(!socket.exists(), "it goes with the server");
}

#[test]
fn a_server_that_was_killed_leaves_no_socket_that_stands_in_the_way() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    server.heard("open http");
    server.stop("KILL");
    assert!(folder.data().join("commands.sock").exists());
    assert!(done(command(&folder, &["user", "list"])).contains("ada@test.example"), "the folder is opened");
    let server = Server::start(&folder);
    server.heard("open http");
    assert!(done(command(&folder, &["user", "list"])).contains("ada@test.example"), "the server is asked");
}

#[test]
fn on_postgresql_a_command_is_one_more_process() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let database =
        tokio::runtime::Runtime::new().expect("a runtime").block_on(engine_sql::testing::postgres_database());
    let server = Server::start_with(
        program(&folder)
            .env("GUILDHALL_DATABASE_URL", &database)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.data()),
    );
    server.register("ada");
    let bob = server.register("bob");
    server.heard("open http");
    let run = |folder: &Folder, words: &[&str]| {
        let mut command = command(folder, words);
        command.env("GUILDHALL_DATABASE_URL", &database);
        done(command)
    };
    // From another folder the server's socket isn't seen: the command opens the database.
    run(&elsewhere, &["user", "promote", "bob@test.example", "--role", "moderator"]);
    let began = Instant::now();
    while server.call("GET", "/api/v1/operator/accounts", Some(&bob), None).status != 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "the server never learns of it");
    }
    run(&elsewhere, &["user", "sessions", "end", "bob@test.example"]);
    while server.call("GET", "/api/v1/me", Some(&bob), None).status != 401 {
        assert!(began.elapsed() < Duration::from_secs(10), "the server never learns of it");
    }
    assert!(run(&folder, &["audit"]).contains("role_changed"), "the server's own socket");
}

#[test]
fn keys_are_rotated_with_a_server_and_without() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    server.heard("open http");
    let keys = |server: &Server| server.call("GET", "/api/v1/keys", None, None).expect(200)["keys"].clone();
    let first = keys(&server);
    let file = folder.data().join("accounts.key");
    let sealing = std::fs::read_to_string(&file).expect("a key");
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    let rotated = json_of(&folder, &["keys", "rotate"]);
    assert_eq!((&rotated["encryption_renewed"], &rotated["unreadable"]), (&json!(true), &json!(0)));
    let second = keys(&server);
    assert_eq!((&second[0]["kid"], &second[1]), (&rotated["kid"], &first[0]), "the old one verifies, too");
    let now = std::fs::read_to_string(&file).expect("a key");
    assert!(now.ends_with(&sealing) && now != sealing, "the one before stands behind the new one");
    server.call("GET", "/api/v1/me", Some(&ada), None).expect(200);
    assert!(done(command(&folder, &["audit"])).contains("keys_rotated"));
    assert_eq!(server.stop("TERM"), Some(0));

    let said = done(command(&folder, &["keys", "rotate"]));
    assert!(said.contains("signs from now on"), "{said}");
    let server = Server::start(&folder);
    assert_eq!(keys(&server).as_array().expect("a list").len(), 3);
    server.call("GET", "/api/v1/me", Some(&ada), None).expect(200);
    assert_eq!(std::fs::read_to_string(&file).expect("keys").lines().count(), 2, "older ones are forgotten");
}
