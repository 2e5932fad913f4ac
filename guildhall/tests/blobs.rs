//! Files of the real program's installs: in backups, on the way to S3, and as the doctor sees them.

mod common;
#[allow(dead_code, reason = "the engine's own tests use more of it")]
#[path = "../../engines/blobs/tests/conformance/server.rs"]
mod s3;

use common::{Folder, Server, files, program, refusal};
use engine_blobs::Place;
use futures_util::{StreamExt, stream};
use ports::{Blobs, Key, Prefix, whole};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

async fn open(url: &str, data: &Path) -> Arc<dyn Blobs> {
    Place::parse(url, data).expect("a place").open().await.expect("it opens")
}

/// Puts `count` files where the URL says.
fn fill(url: &str, data: &Path, count: usize) {
    wait(async {
        let blobs = open(url, data).await;
        let puts = (0..count).map(|n| {
            let blobs = blobs.clone();
            async move {
                let (key, kind) = (
                    Key::new(format!("avatars/{}/{n:x}", n % 9)).expect("a key"),
                    "image/webp".parse().expect("a type"),
                );
                let body = vec![n as u8; if n == 0 { 20 << 20 } else { n * 100 }];
                blobs.put(&key, &kind, whole(body)).await.expect("kept");
            }
        });
        stream::iter(puts).for_each_concurrent(8, |put| put).await;
    });
}

/// All that is kept there: content types and bodies.
fn contents(url: &str, data: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    wait(async {
        let blobs = open(url, data).await;
        let (mut all, mut after) = (BTreeMap::new(), None);
        loop {
            let page = blobs.list(&Prefix::ALL, after.as_ref()).await.expect("a page");
            let Some(last) = page.last() else { return all };
            after = Some(last.key.clone());
            for listed in page {
                let blob = blobs.get(&listed.key, None).await.expect("an answer").expect("it is there");
                let kind = blob.meta.content_type.as_str().to_owned();
                all.insert(listed.key.to_string(), (kind, blob.collect().await.expect("its bytes")));
            }
        }
    })
}

/// A data folder that a server has used, with files in it.
fn used(count: usize) -> Folder {
    let folder = Folder::new();
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    fill("file:", &folder.data(), count);
    folder
}

fn command(folder: &Folder, words: &[&str]) -> Command {
    let mut command = program(folder);
    command.args(words);
    command
}

#[track_caller]
fn done(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn files_are_backed_up_and_come_back() {
    let folder = used(30);
    let backup = ["backup", "--to", "copy"];
    let said = done(&mut command(&folder, &backup));
    assert!(said.contains("blobs: 21.0 MB in 30 files"), "{said}");
    // As other programs check it, too.
    let copy = folder.0.join("copy");
    let check = Command::new("sha256sum").args(["--check", "--quiet", "blobs.sha256"]).current_dir(&copy).status();
    assert!(check.expect("sha256sum is there").success());
    let restore = ["restore", "--from", "copy", "--data", "back", "--without-ledger"];
    assert!(done(&mut command(&folder, &restore)).contains("in 30 files"));
    let (data, back) = (folder.data(), folder.0.join("back"));
    assert!(contents("file:", &back) == contents("file:", &data), "they differ");
    Server::start_with(program(&folder).args(["--listen", "127.0.0.1:0", "--data", "back"]));

    let into = |url: &str| {
        let mut command = command(&folder, &["restore", "--from", "copy", "--data", "again", "--without-ledger"]);
        command.env("GUILDHALL_BLOBS_URL", url);
        command
    };
    let elsewhere = refusal(&mut into("s3://bucket"));
    assert!(elsewhere.contains("--blobs-to") && elsewhere.contains("the bucket bucket"), "{elsewhere}");
    let taken = format!("file:{}", data.join("blobs").display());
    assert!(refusal(&mut into(&taken)).contains("never overwrites"));
    // A restore that was killed is done anew.
    fs::create_dir_all(folder.0.join("again/blobs/avatars")).expect("a folder");
    fs::write(folder.0.join("again/restoring"), "").expect("a mark");
    fs::write(folder.0.join("again/blobs/avatars/left"), "half").expect("a file");
    done(&mut into("file:"));
    assert!(contents("file:", &folder.0.join("again")) == contents("file:", &data), "they differ");
}

#[test]
fn damage_is_found_on_both_ways() {
    let folder = used(3);
    done(&mut command(&folder, &["backup", "--to", "copy"]));
    let copy = folder.0.join("copy");
    let spoil = |file: &Path| {
        let sound = fs::read(file).expect("read");
        let mut bytes = sound.clone();
        bytes[0] ^= 1;
        fs::write(file, bytes).expect("written");
        sound
    };
    for name in ["blobs/avatars/1/1", "blobs.sha256"] {
        let sound = spoil(&copy.join(name));
        let said = refusal(&mut command(&folder, &["restore", "--from", "copy", "--data", "back", "--without-ledger"]));
        assert!(said.contains(name) && said.contains("damaged"), "{said}");
        fs::write(copy.join(name), sound).expect("written");
    }
    assert!(!folder.0.join("back").exists());
    spoil(&folder.data().join("blobs/avatars/2/2"));
    let said = refusal(&mut command(&folder, &["backup", "--to", "other"]));
    assert!(said.contains("blobs/avatars/2/2") && said.contains("older backup"), "{said}");
    assert_eq!(files(&folder.0), ["copy", "data"]);
}

#[test]
fn a_move_to_s3_that_is_killed_goes_on() {
    let folder = used(120);
    let server = s3::Server::start();
    server.make_bucket("hall");
    let url = server.url("hall");
    let migrate = || command(&folder, &["migrate", "--blobs-to", &url]);
    let running = Server::start(&folder);
    assert!(refusal(&mut migrate()).contains(&running.pid().to_string()));
    assert_eq!(running.stop("TERM"), Some(0));
    // Killed when some are there.
    let mut child = migrate().stdout(Stdio::null()).spawn().expect("the program starts");
    while !server.ask("GET", "/hall").contains("<Key>avatars/") {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let said = done(&mut migrate());
    assert!(said.contains("moved 120 files") && said.contains("were there already"), "{said}");
    assert!(said.contains("s3://key:…@hall") && !said.contains("cret"), "{said}");
    assert!(contents(&url, &folder.data()) == contents("file:", &folder.data()), "they differ");
    // What differs is copied again.
    wait(async {
        let key = Key::new("avatars/7/7").expect("a key");
        open(&url, &folder.data())
            .await
            .put(&key, &"image/webp".parse().expect("a type"), whole(vec![0; 700]))
            .await
            .expect("kept");
    });
    assert!(done(&mut migrate()).contains("119 of them were there already"));
    assert!(contents(&url, &folder.data()) == contents("file:", &folder.data()), "they differ");
    // The server runs on them, and its backup says where they are.
    let mut serve = program(&folder);
    serve.env("GUILDHALL_BLOBS_URL", &url).args(["--listen", "127.0.0.1:0"]);
    Server::start_with(&mut serve);
    let said = done(command(&folder, &["backup", "--to", "copy"]).env("GUILDHALL_BLOBS_URL", &url));
    assert!(said.contains("the bucket hall at http://127.0.0.1") && said.contains("isn't copied"), "{said}");
    assert!(!folder.0.join("copy/blobs").exists());
}

#[test]
fn a_move_that_cannot_be_is_refused() {
    let folder = used(3);
    let mut server = s3::Server::start();
    server.make_bucket("theirs");
    let to = |url: &str| refusal(&mut command(&folder, &["migrate", "--blobs-to", url]));
    fill(&server.url("theirs"), &folder.data(), 4);
    let theirs = to(&server.url("theirs"));
    assert!(theirs.contains("avatars/3/3") && theirs.contains("isn't from here"), "{theirs}");
    let missing = to(&server.url("missing"));
    assert!(missing.contains("the bucket isn't there") && !missing.contains("cret"), "{missing}");
    assert!(to("file:").contains("already"));
    let none = to("ftp://me:hunter2@host");
    assert!(none.contains("--blobs-to") && !none.contains("hunter2"), "{none}");
    server.kill();
    assert!(to(&server.url("hall")).to_lowercase().contains("refused"));
}

#[test]
fn the_doctor_looks_at_files() {
    let folder = used(1);
    let mut server = s3::Server::start();
    server.make_bucket("hall");
    let ask = |url: &str| {
        let mut command = command(&folder, &["doctor", "--listen", "127.0.0.1:0"]);
        let output = command.env("GUILDHALL_BLOBS_URL", url).output().expect("the program starts");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(!said.contains("cret"), "{said}");
        let line =
            said.lines().find(|line| line.split_once(' ').is_some_and(|(_, rest)| rest.trim().starts_with("files: ")));
        let line = line.unwrap_or_else(|| panic!("nothing of files: {said}"));
        (line.to_owned(), output.status.success())
    };
    let (line, well) = ask("file:");
    assert!(well && line.starts_with("ok") && line.contains("data/blobs: one was written"), "{line}");
    assert_eq!(contents("file:", &folder.data()).len(), 1, "it left something");
    let (line, well) = ask("file:/nowhere/at/all");
    assert!(well && line.contains("first file makes it"), "{line}");
    let (line, well) = ask(&server.url("hall"));
    assert!(well && line.starts_with("ok") && line.contains("the bucket hall at http://127.0.0.1"), "{line}");
    assert!(contents(&server.url("hall"), &folder.data()).is_empty(), "it left something");
    let (line, well) = ask(&server.url("missing"));
    assert!(!well && line.starts_with("fault") && line.contains("the bucket isn't there"), "{line}");
    server.kill();
    let (line, well) = ask(&server.url("hall"));
    assert!(!well && line.starts_with("fault") && line.to_lowercase().contains("refused"), "{line}");
}
