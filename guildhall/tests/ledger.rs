//! Who was erased stays erased, also when a backup of before is restored.

mod common;

use common::{Folder, PASSWORD, Server, program, refusal, text};
use serde_json::json;
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Long enough for rounds that wait for what is on its way, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const EMAIL: &str = "canary@test.example";

fn command(folder: &Folder, words: &[&str]) -> Command {
    let mut command = program(folder);
    command.args(words);
    command
}

#[track_caller]
fn done(folder: &Folder, words: &[&str]) -> String {
    let output = command(folder, words).output().expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn serve(folder: &Folder, data: &str) -> Server {
    let mut command = command(folder, &["--listen", "127.0.0.1:0", "--data", data]);
    Server::start_with(command.env("GUILDHALL_ACCOUNTS_DELETION_GRACE_SECONDS", "0"))
}

/// Whether the file or a file below has the address.
fn holds(path: &Path) -> bool {
    if path.is_dir() {
        return fs::read_dir(path).expect("a folder").any(|entry| holds(&entry.expect("an entry").path()));
    }
    path.is_file() && fs::read(path).expect("read").windows(EMAIL.len()).any(|at| at == EMAIL.as_bytes())
}

fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "it takes too long: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A folder with a backup, `copy`, from before somebody was erased from `data`.
fn erased() -> Folder {
    let folder = Folder::new();
    let server = serve(&folder, "data");
    server.register("first");
    let canary = server.register("canary");
    done(&folder, &["backup", "--to", "copy"]);
    let ask = json!({ "password": PASSWORD });
    let deletion = server.call("DELETE", "/api/v1/me", Some(&canary), Some(&ask)).expect(202);
    let path = format!("/api/v1/erasures/{}", text(&deletion["code"]));
    wait_until("the erasure", || server.call("GET", &path, None, None).expect(200)["state"] == "done");
    assert!(done(&folder, &["ledger", "--to", "erased.jsonl"]).contains("one person was erased"));
    assert_eq!(server.stop("TERM"), Some(0));
    folder
}

#[test]
fn a_restore_wants_the_ledger_and_erases_again() {
    let folder = erased();
    assert!(holds(&folder.0.join("copy")) && !holds(&folder.data()), "nothing was planted, or it is there yet");
    let mut restore = command(&folder, &["restore", "--from", "copy", "--data", "back"]);
    let missing = refusal(&mut restore);
    assert!(missing.contains("--ledger") && missing.contains("blobs/erased"), "{missing}");
    assert!(missing.contains("--without-ledger") && missing.contains("guildhall ledger"), "{missing}");
    assert!(!folder.0.join("back").exists(), "it was made in spite of it");
    for (ledger, back) in [("data/blobs/erased", "by-folder"), ("erased.jsonl", "by-file")] {
        let said = done(&folder, &["restore", "--from", "copy", "--data", back, "--ledger", ledger]);
        assert!(said.contains("one person was erased"), "{said}");
        assert!(holds(&folder.0.join(back)));
        let server = serve(&folder, back);
        wait_until("the erasure again", || !holds(&folder.0.join(back)));
        let log_in = json!({ "email": EMAIL, "password": PASSWORD });
        server.call("POST", "/api/v1/sessions", None, Some(&log_in)).refused(401, "wrong_credentials", None);
        let log_in = json!({ "email": "first@test.example", "password": PASSWORD });
        server.call("POST", "/api/v1/sessions", None, Some(&log_in)).expect(201);
    }
    done(&folder, &["restore", "--from", "copy", "--data", "without", "--without-ledger"]);
    let server = serve(&folder, "without");
    let log_in = json!({ "email": EMAIL, "password": PASSWORD });
    server.call("POST", "/api/v1/sessions", None, Some(&log_in)).expect(201);
}

#[test]
fn what_is_no_ledger_is_refused_and_changes_nothing() {
    let folder = erased();
    let refused = |ledger: &str, word: &str| {
        let words = ["restore", "--from", "copy", "--data", "back", "--ledger", ledger];
        let said = refusal(&mut command(&folder, &words));
        assert!(said.contains(word), "{said}");
        assert!(!folder.0.join("back").exists(), "it left something");
    };
    refused("nowhere", "can't be read");
    refused("copy", "isn't of a ledger");
    refused("copy/manifest.json", "isn't of a ledger");
    let entry = fs::read_dir(folder.data().join("blobs/erased")).expect("a ledger").next().expect("an entry");
    let path = entry.expect("an entry").path();
    let mut bytes = fs::read(&path).expect("read");
    bytes[2] ^= 1;
    fs::write(&path, bytes).expect("written");
    refused("data/blobs/erased", "isn't of a ledger");
    let both = ["restore", "--from", "copy", "--data", "back", "--ledger", "erased.jsonl", "--without-ledger"];
    assert_eq!(command(&folder, &both).output().expect("it runs").status.code(), Some(2), "one or the other");
}
