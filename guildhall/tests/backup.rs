//! Backups of the real program while it works, and what comes back from them.

mod common;

use common::{Folder, Server, files, program, refusal, text};
use engine_sql::{Database, Migration};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

fn backup(folder: &Folder, to: &str) -> Command {
    let mut command = program(folder);
    command.args(["backup", "--to", to, "--data"]).arg(folder.data());
    command
}

fn restore(folder: &Folder, from: &str, data: &str) -> Command {
    let mut command = program(folder);
    command.args(["restore", "--from", from, "--data", data, "--without-ledger"]);
    command
}

/// Runs what should work, and gives what it says.
#[track_caller]
fn done(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn serve(folder: &Folder, data: &str) -> Server {
    Server::start_with(program(folder).args(["--listen", "127.0.0.1:0", "--data", data]))
}

fn send(server: &Server, token: &str, channel: &str, nonce: &str) -> Value {
    let body = json!({ "nonce": nonce, "text": format!("message {nonce}") });
    server.call("POST", &format!("/api/v1/channels/{channel}/messages"), Some(token), Some(&body)).expect(201)
}

/// The whole history of a channel, oldest first.
fn history(server: &Server, token: &str, channel: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map_or(0, |message| message["number"].as_i64().expect("a number"));
        let path = format!("/api/v1/channels/{channel}/messages?limit=100&after={after}");
        let page = server.call("GET", &path, Some(token), None).expect(200);
        let items = page["items"].as_array().expect("a list");
        if items.is_empty() {
            return all;
        }
        all.extend(items.iter().cloned());
    }
}

#[test]
fn a_backup_of_a_busy_server_comes_back_whole() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    let (guild, channel) = server.guild(&ada);
    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let sent_before = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                send(&server, &ada, &channel, &sent.load(Ordering::Relaxed).to_string());
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
        // The guild's own stream grows too, and messages follows it.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let body = json!({ "name": "passing" });
                let path = format!("/api/v1/guilds/{guild}/channels");
                let made = text(&server.call("POST", &path, Some(&ada), Some(&body)).expect(201)["id"]);
                server.call("DELETE", &format!("/api/v1/channels/{made}"), Some(&ada), None);
            }
        });
        let wait_for = |count| {
            while sent.load(Ordering::Relaxed) < count {
                std::thread::yield_now();
            }
        };
        wait_for(50);
        let mut before = Vec::new();
        for n in 0..4 {
            before.push(sent.load(Ordering::Relaxed));
            done(&mut backup(&folder, &format!("backup-{n}")));
            wait_for(before[n] + 10);
        }
        stop.store(true, Ordering::Relaxed);
        before
    });
    let all = history(&server, &ada, &channel);
    assert_eq!(server.stop("TERM"), Some(0));

    for (n, least) in sent_before.into_iter().enumerate() {
        let (from, data) = (format!("backup-{n}"), format!("restored-{n}"));
        let said = done(&mut restore(&folder, &from, &data));
        assert!(said.contains("restored") && said.contains("as of 20"), "{said}");
        no_cursor_is_ahead(&folder.0.join(&data));
        // The signing keys came along: the token is still good.
        let server = serve(&folder, &data);
        let back = history(&server, &ada, &channel);
        assert!(back.len() >= least && back.len() < all.len(), "{} of {least} to {}", back.len(), all.len());
        assert_eq!(back, all[..back.len()]);
        // A send that was retried across the restore shows once, and life goes on behind what there is.
        let again = send(&server, &ada, &channel, "0");
        assert_eq!(again["message"]["id"], all[0]["id"]);
        let new = send(&server, &ada, &channel, "new");
        assert_eq!(new["message"]["number"], back.len() as i64 + 1);
        assert!(!all.iter().any(|message| message["id"] == new["message"]["id"]), "an id came twice");
    }
}

/// Messages follows guilds: events that a cursor is past would never be taken in.
fn no_cursor_is_ahead(data: &Path) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let messages = Database::sqlite(&data.join("messages.db")).await.expect("opens");
        let guilds = Database::sqlite(&data.join("guilds.db")).await.expect("opens");
        let cursors = messages.journal().cursors().await.expect("read");
        assert!(!cursors.is_empty(), "messages followed nothing");
        for (follower, stream, seq) in cursors {
            let head = guilds.journal().heads(std::slice::from_ref(&stream)).await.expect("read")[&stream];
            assert!(seq <= head, "{follower} is at {seq} of {stream}, which ends at {head}");
        }
        messages.close().await;
        guilds.close().await;
    });
}

#[test]
fn a_backup_says_what_is_in_it() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    assert_eq!(server.stop("KILL"), None);
    let before = files(&folder.data());
    assert!(
        before.iter().any(|name| name.ends_with("-wal")),
        "what was written last is still in the journal: {before:?}"
    );
    done(&mut backup(&folder, "copy"));
    let copy = folder.0.join("copy");
    assert_eq!(
        files(&copy),
        ["accounts.db", "accounts.key", "files.db", "guilds.db", "manifest.json", "messages.db", "people.db"]
    );
    let manifest: Value = serde_json::from_slice(&fs::read(copy.join("manifest.json")).expect("read")).expect("JSON");
    assert_eq!(manifest["guildhall"], env!("CARGO_PKG_VERSION"));
    let entries = manifest["files"].as_array().expect("a list");
    let entry = |name| entries.iter().find(|entry| entry["name"] == name).expect("an entry");
    assert_eq!(entry("accounts.db")["rows"]["accounts"], 1);
    assert_eq!(entry("people.db")["rows"]["profiles"], 1);
    for entry in entries {
        let bytes = fs::metadata(copy.join(text(&entry["name"]))).expect("a file").len();
        assert_eq!(entry["bytes"], bytes);
    }
    #[cfg(unix)]
    for path in [copy.clone(), copy.join("accounts.db"), copy.join("accounts.key")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).expect("there").permissions());
        assert_eq!(mode & 0o077, 0, "others can read the keys");
    }
}

#[test]
fn a_backup_that_cannot_be_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    let nothing = refusal(&mut backup(&folder, "copy"));
    assert!(nothing.contains("no databases") && nothing.contains("--data"), "{nothing}");
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    fs::create_dir(folder.0.join("taken")).expect("a folder");
    let taken = refusal(&mut backup(&folder, "taken"));
    assert!(taken.contains("taken is there already") && taken.contains("never overwrites"), "{taken}");
    assert!(refusal(&mut backup(&folder, "nowhere/copy")).contains("nowhere/copy"));
    let url = "postgres://me:hunter2@localhost/guildhall";
    let postgres = refusal(backup(&folder, "copy").env("GUILDHALL_DATABASE_URL", url));
    assert!(postgres.contains("pg_dump") && !postgres.contains("hunter2"), "{postgres}");
    #[cfg(unix)]
    {
        // A disk with room for half of it, as far as the program can tell.
        let program = env!("CARGO_BIN_EXE_guildhall");
        let script = format!("ulimit -f 90; trap '' XFSZ; exec {program} backup --to copy --data data");
        let mut command = Command::new("sh");
        let said = refusal(command.args(["-c", &script]).current_dir(&folder.0).env_clear());
        assert!(said.contains("can't be written"), "{said}");
    }
    fs::remove_file(folder.data().join("guilds.db")).expect("gone");
    let missing = refusal(&mut backup(&folder, "copy"));
    assert!(missing.contains("guilds.db") && missing.contains("restore"), "{missing}");
    assert_eq!(files(&folder.0), ["data", "taken"]);
    assert!(files(&folder.0.join("taken")).is_empty());
}

#[test]
fn a_damaged_database_is_not_backed_up() {
    let folder = Folder::new();
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    let file = folder.data().join("guilds.db");
    let mut bytes = fs::read(&file).expect("read");
    bytes[4_096 * 3..4_096 * 6].fill(0x55);
    fs::write(&file, bytes).expect("written");
    assert!(refusal(&mut backup(&folder, "copy")).contains("guilds.db"));
    assert_eq!(files(&folder.0), ["data"]);
}

#[test]
fn what_a_killed_backup_left_is_in_nobodys_way() {
    let folder = Folder::new();
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    let left = folder.0.join("copy.unfinished");
    fs::create_dir(&left).expect("a folder");
    fs::write(left.join("messages.db"), "half").expect("a file");
    let lock = fs::File::create(left.join("lock")).expect("a file");
    lock.lock().expect("locked");
    let running = refusal(&mut backup(&folder, "copy"));
    assert!(running.contains("another guildhall backup"), "{running}");
    drop(lock);
    done(&mut backup(&folder, "copy"));
    assert_eq!(files(&folder.0), ["copy", "data"]);
    done(&mut restore(&folder, "copy", "back"));
}

#[test]
fn a_restore_that_cannot_be_is_refused_and_changes_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    done(&mut backup(&folder, "copy"));
    let held = refusal(&mut restore(&folder, "copy", "data"));
    assert!(held.contains(&server.pid().to_string()) && held.contains("stop it"), "{held}");
    assert_eq!(server.stop("TERM"), Some(0));
    let full = refusal(&mut restore(&folder, "copy", "data"));
    assert!(full.contains("isn't empty") && full.contains("--data"), "{full}");
    let none = refusal(&mut restore(&folder, "data", "back"));
    assert!(none.contains("isn't a backup") && none.contains("manifest.json"), "{none}");

    let copy = folder.0.join("copy");
    let refused = |change: &dyn Fn(), words: &[&str]| {
        let kept = folder.0.join("kept");
        assert!(Command::new("cp").arg("-a").args([&copy, &kept]).status().expect("cp runs").success());
        change();
        let said = refusal(&mut restore(&folder, "copy", "back"));
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        assert!(!folder.0.join("back").exists(), "it left something");
        fs::remove_dir_all(&copy).expect("gone");
        fs::rename(&kept, &copy).expect("back");
    };
    let messages = copy.join("messages.db");
    let flip = || {
        let mut bytes = fs::read(&messages).expect("read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&messages, bytes).expect("written");
    };
    refused(&flip, &["messages.db is damaged", "manifest.json"]);
    refused(&|| fs::remove_file(&messages).expect("gone"), &["messages.db can't be read"]);
    let rewrite = |from: &str, to: &str| {
        let manifest = fs::read_to_string(copy.join("manifest.json")).expect("read");
        assert!(manifest.contains(from), "{manifest}");
        fs::write(copy.join("manifest.json"), manifest.replace(from, to)).expect("written");
    };
    refused(&|| rewrite("\"format\": 1", "\"format\": 2"), &["newer"]);
    refused(&|| rewrite("people.db", "../people.db"), &["newer"]);
    refused(&|| rewrite("\"files\"", "\"flies\""), &["manifest.json is damaged"]);
    done(&mut restore(&folder, "copy", "back"));
}

#[test]
fn a_backup_of_a_newer_one_is_refused() {
    let folder = Folder::new();
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    let file = folder.data().join("people.db");
    fs::remove_file(&file).expect("gone");
    let later = [Migration { version: 9_999, name: "later", sql: "CREATE TABLE later (id BIGINT PRIMARY KEY)" }];
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let database = Database::sqlite(&file).await.expect("opens");
        database.migrate(&later).await.expect("migrates");
        database.close().await;
    });
    done(&mut backup(&folder, "copy"));
    assert!(refusal(&mut restore(&folder, "copy", "back")).contains("newer"));
    assert!(!folder.0.join("back").exists());
}

#[test]
fn nobody_starts_on_a_restore_that_was_killed() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let ada = server.register("ada");
    done(&mut backup(&folder, "copy"));
    assert_eq!(server.stop("TERM"), Some(0));
    // As the kill left it: the mark is there, and some of the files.
    let back = folder.0.join("back");
    fs::create_dir(&back).expect("a folder");
    fs::write(back.join("restoring"), "").expect("a mark");
    fs::write(back.join("messages.db"), "half").expect("a file");
    let said = refusal(program(&folder).args(["--listen", "127.0.0.1:0", "--data", "back"]));
    assert!(said.contains("didn't finish") && said.contains("guildhall restore"), "{said}");
    done(&mut restore(&folder, "copy", "back"));
    let server = serve(&folder, "back");
    assert_eq!(server.call("GET", "/api/v1/me", Some(&ada), None).status, 200);
}
