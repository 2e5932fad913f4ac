//! Starting and stopping the real program: what can't work is refused with one clear sentence.

mod common;

use common::{Folder, Server, program, refusal};
use engine_sql::{Database, Migration};
use std::fs;

fn serve(folder: &Folder) -> std::process::Command {
    let mut command = program(folder);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command
}

#[test]
fn it_makes_what_it_needs_and_says_so() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    assert_eq!(server.call("GET", "/readyz", None, None).status, 200);
    assert_eq!(server.call("GET", "/api/v1/setup", None, None).expect(200)["set_up"], false);
    let said = server.heard("create the first account");
    assert!(said.contains("made the data folder"), "{said}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.data()).expect("data").permissions());
        assert_eq!(mode & 0o777, 0o700, "others can read the data");
    }
    server.register("ada");
    assert_eq!(server.call("GET", "/api/v1/setup", None, None).expect(200)["set_up"], true);
    assert_eq!(server.stop("TERM"), Some(0));
    let again = Server::start(&folder);
    let said = again.heard("open http://");
    assert!(!said.contains("made the data folder") && !said.contains("first account"), "{said}");
}

#[test]
fn it_stops_cleanly_when_told() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let server = Server::start(&folder);
        let ada = server.register("ada");
        let (_, channel) = server.guild(&ada);
        let said = server.said.clone();
        assert_eq!(server.stop(signal), Some(0), "{signal}");
        assert!(said.lock().expect("no panic").contains("finishing what has begun"));
        let files = common::files(&folder.data());
        assert!(!files.iter().any(|f| f.ends_with("-wal")), "a journal was left behind: {files:?}");
        let again = Server::start(&folder);
        assert_eq!(again.call("GET", &format!("/api/v1/channels/{channel}"), Some(&ada), None).status, 200);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_may_open_as_many_sockets_as_the_system_allows() {
    let folder = Folder::new();
    let mut command = std::process::Command::new("sh");
    let script = format!("ulimit -Sn 256; exec {} --listen 127.0.0.1:0 --data data", env!("CARGO_BIN_EXE_guildhall"));
    command.args(["-c", &script]).current_dir(&folder.0).stdin(std::process::Stdio::null());
    let server = Server::start_with(&mut command);
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).expect("Linux tells");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    let [soft, hard] = [3, 4].map(|word| files.split_whitespace().nth(word));
    assert!(soft.is_some() && soft == hard && soft != Some("256"), "{files}");
}

#[test]
fn a_taken_port_is_refused() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = refusal(program(&folder).args(["--listen", &address, "--data"]).arg(folder.data()));
    assert!(said.contains(&address) && said.contains("taken") && said.contains("--listen"), "{said}");
    assert!(!folder.data().exists(), "a start that fails changes nothing");
}

#[test]
fn a_second_start_on_the_same_data_is_refused() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let said = refusal(&mut serve(&folder));
    let pid = server.pid().to_string();
    assert!(said.contains(&pid) && said.contains("data") && said.contains("--data"), "{said}");
    assert!(refusal(program(&folder).args(["demo", "--data"]).arg(folder.data())).contains(&pid));
    assert_eq!(server.call("GET", "/healthz", None, None).status, 200, "the first one goes on");
    // A killed one leaves no lock behind.
    assert_eq!(server.stop("KILL"), None);
    Server::start(&folder);
}

#[test]
fn a_data_folder_that_cannot_be_is_refused() {
    let folder = Folder::new();
    fs::write(folder.0.join("file"), "").expect("a file");
    for data in [folder.0.join("file/data"), folder.0.join("file"), "/proc/guildhall".into()] {
        let said = refusal(program(&folder).args(["--listen", "127.0.0.1:0", "--data"]).arg(&data));
        assert!(said.contains(&data.display().to_string()) && said.contains("--data"), "{said}");
    }
}

#[test]
fn a_corrupt_database_is_refused_by_its_name() {
    for name in ["accounts.db", "people.db", "guilds.db", "messages.db", "files.db"] {
        let folder = Folder::new();
        assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
        let file = folder.data().join(name);
        fs::write(&file, "This was a database once.\n".repeat(300)).expect("a file");
        let said = refusal(&mut serve(&folder));
        assert!(said.contains(name) && said.contains("backup"), "{said}");
        assert_eq!(fs::read_to_string(&file).expect("still there").len(), 7_800, "it was touched");
    }
}

#[test]
fn a_newer_database_is_refused_by_its_name() {
    let folder = Folder::new();
    assert_eq!(Server::start(&folder).stop("TERM"), Some(0));
    // As a later version would have left it: with a step of the schema that this one doesn't know.
    let file = folder.data().join("guilds.db");
    fs::remove_file(&file).expect("gone");
    let later = [Migration { version: 9_999, name: "later", sql: "CREATE TABLE later (id BIGINT PRIMARY KEY)" }];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let database = Database::sqlite(&file).await.expect("opens");
        database.migrate(&later).await.expect("migrates");
        database.close().await;
    });
    let said = refusal(&mut serve(&folder));
    assert!(said.contains("guilds.db") && said.contains("newer Guildhall") && said.contains("9999"), "{said}");
}

#[test]
fn settings_that_are_wrong_are_refused() {
    let folder = Folder::new();
    let toml = folder.0.join("guildhall.toml");
    fs::write(&toml, "lisen = '127.0.0.1:0'\n").expect("a file");
    let said = refusal(&mut program(&folder));
    assert!(said.contains("guildhall.toml") && said.contains("lisen") && said.contains("listen"), "{said}");
    fs::write(&toml, "listen = \n").expect("a file");
    assert!(refusal(&mut program(&folder)).contains("guildhall.toml"));
    fs::remove_file(&toml).expect("gone");
    let said = refusal(program(&folder).env("GUILDHALL_DATABASE", "postgres://localhost/guildhall"));
    assert!(said.contains("environment") && said.contains("database_url"), "{said}");
    for listen in ["nonsense", "127.0.0.1:99999", "127.0.0.1", "[::1]:99999"] {
        assert!(refusal(program(&folder).env("GUILDHALL_LISTEN", listen)).contains(listen));
    }
    assert!(refusal(program(&folder).args(["--config", "nowhere.toml"])).contains("nowhere.toml"));
    assert!(!folder.data().exists());
}

#[test]
fn a_fleet_that_cannot_work_is_refused() {
    let folder = Folder::new();
    let nats = ("GUILDHALL_BUS_URL", "nats://127.0.0.1:1");
    let listen = [("GUILDHALL_RPC_LISTEN", "127.0.0.1:0")];
    let said = |settings: &[(&str, &str)]| refusal(program(&folder).envs(settings.iter().copied()));
    let unknown = said(&[("GUILDHALL_ROLES", "gateway,mesages")]);
    assert!(unknown.contains("mesages") && unknown.contains("messages"), "{unknown}");
    let deaf = said(&[("GUILDHALL_ROLES", "gateway")]);
    assert!(deaf.contains("memory:") && deaf.contains("nats://"), "{deaf}");
    let half = said(&[nats, ("GUILDHALL_FANOUT_URL", "memory:")]);
    assert!(half.contains("fanout_url") && half.contains("this process only"), "{half}");
    let unreachable = said(&[("GUILDHALL_ROLES", "messages"), nats]);
    assert!(unreachable.contains("rpc.listen"), "{unreachable}");
    let open = said(&[listen[0], nats]);
    assert!(open.contains("service_token") && open.contains("secret"), "{open}");
    let short = said(&[listen[0], nats, ("GUILDHALL_SERVICE_TOKEN", "x")]);
    assert!(short.contains("32"), "{short}");
    let database = said(&[("GUILDHALL_DATABASE_URL", "mysql://me:hunter2@localhost/x")]);
    assert!(database.contains("postgres://") && !database.contains("hunter2"), "{database}");
    let postgres = ("GUILDHALL_DATABASE_URL", "postgres://me:hunter2@127.0.0.1:1/x");
    let apart = said(&[postgres, nats]);
    assert!(apart.contains("blobs_url") && apart.contains("s3://") && apart.contains("?shared"), "{apart}");
    let together = said(&[postgres, nats, ("GUILDHALL_BLOBS_URL", "file:/mnt/blobs?shared")]);
    assert!(together.contains("PostgreSQL") && !together.contains("blobs_url"), "{together}");
    assert!(said(&[("GUILDHALL_BLOBS_URL", "ftp://me:hunter2@host")]).contains("blobs_url"));
    assert!(!folder.data().exists());
    let bus = said(&[("GUILDHALL_BUS_URL", "kafka://localhost")]);
    assert!(bus.contains("kafka") && bus.contains("memory:"), "{bus}");
}

#[test]
fn what_is_measured_is_told_where_it_is_asked_for() {
    let folder = Folder::new();
    let mut command = program(&folder);
    let server =
        Server::start_with(command.args(["--listen", "127.0.0.1:0"]).env("GUILDHALL_METRICS_LISTEN", "127.0.0.1:0"));
    let ada = server.register("ada");
    let (_, channel) = server.guild(&ada);
    let path = format!("/api/v1/channels/{channel}/messages");
    for nonce in ["a", "b", "b"] {
        let message = serde_json::json!({ "nonce": nonce, "text": "hello" });
        server.call("POST", &path, Some(&ada), Some(&message)).expect(201);
    }
    let said = server.said.lock().expect("no panic").clone();
    let address = said.lines().find_map(|line| line.strip_prefix("what is measured is told on http://")).expect("told");
    let address = address.trim_end_matches("/metrics");
    let ask = |address: &str| {
        let mut connection = std::net::TcpStream::connect(address).expect("it listens");
        std::io::Write::write_all(&mut connection, b"GET /metrics HTTP/1.0\r\n\r\n").expect("asked");
        std::io::read_to_string(connection).expect("answered")
    };
    let told = ask(address);
    let has = |line: &str| assert!(told.lines().any(|told| told.starts_with(line)), "no {line} in {told}");
    has("guildhall_messages_sent_total 2");
    has("guildhall_messages_commit_seconds_count 3");
    has(
        r#"guildhall_http_request_seconds_count{method="POST",route="/api/v1/channels/{channel}/messages",status="201"} 3"#,
    );
    has("process_open_fds ");
    assert!(!ask(&server.address).contains("guildhall_messages"), "not where everybody can read it");
}

#[test]
fn settings_come_from_everywhere() {
    let folder = Folder::new();
    fs::write(folder.0.join("guildhall.toml"), "listen = '127.0.0.1:1'\ndata = 'from-file'\n[log]\nformat = 'json'\n")
        .expect("a file");
    let mut command = program(&folder);
    command.env("GUILDHALL_DATA", "from-environment").env("GUILDHALL_LOG_LEVEL", "warn");
    let server = Server::start_with(command.args(["--listen", "127.0.0.1:0"]));
    assert_eq!(server.call("GET", "/healthz", None, None).status, 200);
    assert!(folder.0.join("from-environment/accounts.db").is_file() && !folder.0.join("from-file").exists());
}
