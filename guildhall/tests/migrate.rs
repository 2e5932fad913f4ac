//! Moving the real program's data to PostgreSQL: killed half-way, run again, started there.

mod common;

use common::{Folder, Server, program, refusal, text};
use ports::{OsRandom, Random};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

fn database() -> String {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(engine_sql::testing::postgres_database())
}

fn migrate(folder: &Folder, url: &str) -> Command {
    let mut command = program(folder);
    command.args(["migrate", "--to", url, "--data"]).arg(folder.data());
    command
}

/// The sample community, in the data folder.
fn demo(folder: &Folder) {
    let made = program(folder).args(["demo", "--data"]).arg(folder.data()).output().expect("the program starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Everything that a person sees: the overview, and the whole history of every channel in it.
fn view(server: &Server, token: &str) -> Value {
    let overview = server.call("GET", "/api/v1/overview", Some(token), None).expect(200);
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let guilds = list(&overview["guilds"]);
    let mut channels: Vec<String> =
        guilds.iter().flat_map(|guild| list(&guild["channels"])).map(|c| text(&c["channel"]["id"])).collect();
    channels.extend(list(&overview["directs"]).iter().map(|direct| text(&direct["channel"]["id"])));
    assert!(channels.len() > 30, "{overview}");
    let mut histories = Vec::new();
    for channel in channels {
        let mut after = 0;
        loop {
            let path = format!("/api/v1/channels/{channel}/messages?limit=100&after={after}");
            let page = server.call("GET", &path, Some(token), None).expect(200);
            let Some(last) = page["items"].as_array().and_then(|items| items.last()) else { break };
            after = last["number"].as_i64().expect("a number");
            histories.push(page);
        }
    }
    json!({ "overview": overview, "histories": histories })
}

#[test]
fn a_move_that_is_killed_goes_on_and_the_server_starts_on_it_as_it_was() {
    let folder = Folder::new();
    demo(&folder);
    let server = Server::start(&folder);
    let credentials = json!({ "email": "ada@demo.example", "password": "a-hall-full-of-friends" });
    let signed_in = server.call("POST", "/api/v1/sessions", None, Some(&credentials)).expect(201);
    let token = text(&signed_in["access_token"]);
    let before = view(&server, &token);
    let url = database();
    let held = refusal(&mut migrate(&folder, &url));
    assert!(held.contains(&server.pid().to_string()) && held.contains("stop it"), "{held}");
    assert_eq!(server.stop("TERM"), Some(0));
    let files =
        ["accounts.db", "people.db", "guilds.db", "messages.db", "files.db"].map(|name| folder.data().join(name));
    let bytes = || files.clone().map(|file| fs::read(file).expect("read"));
    let untouched = bytes();

    // Each is killed a little further on, at some moment after a table.
    let (mut lines, mut kills) = (1, 0);
    loop {
        let mut child = migrate(&folder, &url).stdout(Stdio::piped()).spawn().expect("the program starts");
        let said = BufReader::new(child.stdout.take().expect("piped")).lines();
        let heard = said.map_while(Result::ok).take(lines).count();
        let moment = u64::from((&OsRandom as &dyn Random).bytes::<1>()[0] % 40);
        std::thread::sleep(Duration::from_millis(moment));
        drop(child.kill());
        if child.wait().expect("it ends").success() {
            break;
        }
        if heard == 0 && refusal(&mut migrate(&folder, &url)).contains("already") {
            // The one before was killed between its last step and its end.
            break;
        }
        assert_eq!(heard, lines, "it failed by itself");
        (lines, kills) = (lines + 5, kills + 1);
    }
    assert!(kills >= 4, "killed {kills} times only");
    assert!(bytes() == untouched, "the data folder was changed");
    let again = refusal(&mut migrate(&folder, &url));
    assert!(again.contains("already") && again.contains("empty database"), "{again}");

    let server =
        Server::start_with(program(&folder).env("GUILDHALL_DATABASE_URL", &url).args(["--listen", "127.0.0.1:0"]));
    // The token is still good, and everything is what it was.
    let after = view(&server, &token);
    assert_eq!(after["overview"], before["overview"]);
    assert_eq!(after["histories"], before["histories"]);
    // Life goes on: new ids and numbers come behind what there is.
    let newest = before["histories"][0]["items"].as_array().and_then(|items| items.last()).expect("a message");
    let channel = text(&newest["channel"]);
    let draft = json!({ "nonce": "after", "text": "We have moved." });
    let path = format!("/api/v1/channels/{channel}/messages");
    let sent = server.call("POST", &path, Some(&token), Some(&draft)).expect(201);
    let id = |message: &Value| text(&message["id"]).parse::<i64>().expect("an id");
    let ids = before["histories"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|page| page["items"].as_array().expect("a list"));
    assert!(ids.map(id).max() < Some(id(&sent["message"])));
    server.register("newcomer");
}

#[test]
fn a_move_that_cannot_be_is_refused() {
    let folder = Folder::new();
    let nothing = refusal(&mut migrate(&folder, "postgres://me:hunter2@127.0.0.1:1/guildhall"));
    assert!(nothing.contains("no databases"), "{nothing}");
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    for address in ["mysql://me:hunter2@localhost/x", "guildhall"] {
        let said = refusal(&mut migrate(&folder, address));
        assert!(said.contains("postgres://") && !said.contains("hunter2"), "{said}");
    }
    let away = refusal(&mut migrate(&folder, "postgres://me:hunter2@127.0.0.1:1/guildhall"));
    assert!(away.contains("can't be reached") && !away.contains("hunter2"), "{away}");
    // A database on which a server was started already.
    let url = database();
    let server =
        Server::start_with(program(&folder).env("GUILDHALL_DATABASE_URL", &url).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(server.stop("TERM"), Some(0));
    let used = refusal(&mut migrate(&folder, &url));
    assert!(used.contains("already") && used.contains("empty database"), "{used}");
}
