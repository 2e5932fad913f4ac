//! The doctor, on healthy installs and on sick ones: each illness is named, with what mends it.

mod common;

use common::{Folder, Server, files, github::Github, program};
use engine_sql::{Database, Migration};
use kernel::Timestamp;
use ports::{Clock, SystemClock};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

/// What it says, and whether it found no fault.
struct Diagnosis {
    said: String,
    well: bool,
}

impl Diagnosis {
    fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let complaint = String::from_utf8(output.stderr).expect("UTF-8");
        let well = output.status.success();
        assert_eq!(output.status.code(), Some(if well { 0 } else { 1 }), "{said}{complaint}");
        assert_eq!(well, complaint.is_empty(), "{said}{complaint}");
        assert_eq!(well, !said.contains("fault    "), "{said}{complaint}");
        Self { said, well }
    }

    /// There is a line of this grade with all these words, and with something to do where it isn't ok.
    #[track_caller]
    fn has(&self, grade: &str, words: &[&str]) -> &Self {
        let lines: Vec<&str> = self.said.lines().collect();
        let found =
            lines.iter().position(|line| line.starts_with(grade) && words.iter().all(|word| line.contains(word)));
        let Some(at) = found else { panic!("no {grade} with {words:?}:\n{}", self.said) };
        let mend = lines.get(at + 1).is_some_and(|next| next.trim_start().starts_with("→ ") && next.len() > 15);
        assert_eq!(mend, grade != "ok", "{}", self.said);
        self
    }
}

fn doctor(folder: &Folder) -> Command {
    let mut command = program(folder);
    command.args(["doctor", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command
}

fn diagnose(folder: &Folder) -> Diagnosis {
    Diagnosis::of(&mut doctor(folder))
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

/// A data folder that a server has used.
fn used() -> Folder {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register("ada");
    assert_eq!(server.stop("TERM"), Some(0));
    folder
}

#[test]
fn a_healthy_install_is_well_before_its_start_while_it_runs_and_after() {
    let folder = Folder::new();
    let before = diagnose(&folder);
    assert!(before.well && !folder.data().exists(), "it made something");
    before.has("ok", &["data folder", "first start"]);

    let server = Server::start(&folder);
    server.register("ada");
    let pid = server.pid().to_string();
    let mut beside = program(&folder);
    beside.args(["doctor", "--listen", &server.address, "--data"]).arg(folder.data());
    let running = Diagnosis::of(&mut beside);
    running.has("ok", &["server", "runs", &pid]).has("ok", &["listen", &server.address, "taken"]);
    running.has("ok", &["accounts.db", "up to date"]);
    assert!(running.well, "{}", running.said);
    assert_eq!(server.call("GET", "/readyz", None, None).status, 200, "it disturbed the server");
    assert_eq!(server.stop("TERM"), Some(0));

    let (names, bytes) = (files(&folder.data()), fs::read(folder.data().join("accounts.db")).expect("read"));
    let after = diagnose(&folder);
    assert!(after.well, "{}", after.said);
    after.has("ok", &["server", "doesn't run"]).has("ok", &["clock"]);
    assert!(after.said.contains("disk: "), "{}", after.said);
    assert_eq!(files(&folder.data()), names);
    assert!(fs::read(folder.data().join("accounts.db")).expect("read") == bytes, "it changed something");
}

#[test]
fn what_is_wrong_with_settings_and_addresses_is_found() {
    let folder = Folder::new();
    fs::write(folder.0.join("guildhall.toml"), "lisen = 1").expect("a file");
    diagnose(&folder).has("fault", &["settings", "lisen"]);
    fs::remove_file(folder.0.join("guildhall.toml")).expect("gone");
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    Diagnosis::of(program(&folder).args(["doctor", "--listen", &address]))
        .has("fault", &["listen", &address, "another program"]);
    Diagnosis::of(program(&folder).args(["doctor", "--listen", "nonsense"])).has("fault", &["listen", "nonsense"]);
    #[cfg(unix)]
    {
        let script = format!(
            "ulimit -Sn 256; ulimit -Hn 256; exec {} doctor --listen 127.0.0.1:0",
            env!("CARGO_BIN_EXE_guildhall")
        );
        let few = Diagnosis::of(Command::new("sh").args(["-c", &script]).current_dir(&folder.0).env_clear());
        few.has("warning", &["open files", "256"]);
        assert!(few.well);
    }
}

#[test]
fn what_is_wrong_with_the_data_folder_is_found() {
    let folder = Folder::new();
    fs::write(folder.data(), "").expect("a file");
    diagnose(&folder).has("fault", &["data folder", "isn't a folder"]);
    let folder = used();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder.data(), fs::Permissions::from_mode(0o755)).expect("set");
        let open = diagnose(&folder);
        open.has("warning", &["data folder", "other users"]);
        assert!(open.well && open.said.contains("chmod 700"), "{}", open.said);
    }
    fs::write(folder.data().join("restoring"), "").expect("a file");
    diagnose(&folder).has("fault", &["data folder", "didn't finish"]);
}

#[test]
fn what_is_wrong_with_a_database_is_found() {
    let folder = used();
    let file = folder.data().join("guilds.db");
    let whole = fs::read(&file).expect("read");
    let mut damaged = whole.clone();
    damaged[4_096 * 3..4_096 * 6].fill(0x55);
    fs::write(&file, damaged).expect("written");
    diagnose(&folder).has("fault", &["guilds.db"]).has("ok", &["people.db"]);
    fs::write(&file, "This was a database once.\n".repeat(300)).expect("written");
    diagnose(&folder).has("fault", &["guilds.db"]);
    fs::remove_file(&file).expect("gone");
    diagnose(&folder).has("fault", &["guilds.db", "isn't there"]);
    let later = [Migration { version: 9_999, name: "later", sql: "CREATE TABLE later (id BIGINT PRIMARY KEY)" }];
    wait(async {
        let database = Database::sqlite(&file).await.expect("opens");
        database.migrate(&later).await.expect("migrates");
        database.close().await;
    });
    diagnose(&folder).has("fault", &["guilds.db", "newer", "9999"]);
    fs::write(&file, &whole).expect("written");
    assert!(diagnose(&folder).well);
}

#[test]
fn a_clock_that_went_back_is_found() {
    let folder = used();
    wait(async {
        let database = Database::sqlite(&folder.data().join("people.db")).await.expect("opens");
        let later = SystemClock.now().plus_seconds(2 * 3_600);
        database.journal().raise_high_water(0, later).await.expect("noted");
        database.close().await;
    });
    let found = diagnose(&folder);
    found.has("warning", &["clock", " s before"]);
    assert!(found.well && found.said.contains("NTP"), "{}", found.said);
}

#[test]
fn what_is_wrong_with_postgres_is_found() {
    let folder = Folder::new();
    let url = wait(engine_sql::testing::postgres_database());
    let with = |url: &str| Diagnosis::of(doctor(&folder).env("GUILDHALL_DATABASE_URL", url));
    let away = with("postgres://me:hunter2@127.0.0.1:1/guildhall");
    away.has("fault", &["PostgreSQL", "can't be used"]);
    assert!(!away.said.contains("hunter2"), "{}", away.said);
    let fresh = with(&url);
    fresh.has("ok", &["PostgreSQL", "version"]).has("ok", &["schema people", "first start"]);
    // The tests' own server doesn't wait for its disk, unless it is told to.
    let syncs = std::env::var("GUILDHALL_TEST_POSTGRES_FSYNC").is_ok_and(|fsync| fsync == "on");
    fresh.has(if syncs { "ok" } else { "fault" }, &["its disk", "fsync"]);
    let mut serve = program(&folder);
    serve.args(["--listen", "127.0.0.1:0"]).env("GUILDHALL_DATABASE_URL", &url);
    let server = Server::start_with(&mut serve);
    server.register("ada");
    with(&url).has("ok", &["schema people", "up to date"]).has("ok", &["clock"]);
    assert_eq!(server.stop("TERM"), Some(0));
    wait(async {
        let later = [Migration { version: 9_999, name: "later", sql: "CREATE TABLE later (id BIGINT PRIMARY KEY)" }];
        let people = Database::postgres(&url, "people").await.expect("opens");
        let later_on = Timestamp(SystemClock.now().0 + 7_200_000);
        people.journal().raise_high_water(0, later_on).await.expect("noted");
        people.close().await;
        let moving = Database::postgres(&url, "moving_people").await.expect("opens");
        moving.migrate(&later).await.expect("made");
        moving.close().await;
    });
    with(&url).has("warning", &["clock", " s before"]).has("warning", &["guildhall migrate", "didn't finish"]);
}

/// Says what NATS says, to everybody who comes.
fn nats(info: &'static str, answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            write!(stream, "INFO {info}\r\n").expect("written");
            let mut lines = BufReader::new(stream.try_clone().expect("the same")).lines();
            let hello = lines.next().expect("a line").expect("read");
            assert!(hello.starts_with("CONNECT {"), "{hello}");
            assert_eq!(lines.next().expect("a line").expect("read"), "PING");
            write!(stream, "{}\r\n", answer.replace("HELLO", &hello)).expect("written");
        }
    });
    address
}

#[test]
fn what_is_wrong_with_brokers_is_found() {
    let folder = Folder::new();
    let with = |url: &str| Diagnosis::of(doctor(&folder).env("GUILDHALL_BUS_URL", url));
    with("nats://127.0.0.1:1").has("fault", &["bus_url", "127.0.0.1:1", "doesn't answer"]);
    let info = r#"{"version":"2.10.1","jetstream":true}"#;
    let well = with(&format!("nats://{}?prefix=x", nats(info, "PONG")));
    well.has("ok", &["bus_url", "2.10.1"]);
    assert!(well.well, "{}", well.said);
    let bare = nats(r#"{"version":"2.10.1"}"#, "PONG");
    with(&format!("nats://{bare}")).has("fault", &["bus_url", "without JetStream"]);
    let refusing = nats(info, "-ERR 'Authorization Violation'");
    let refused = with(&format!("nats://me:hunter2@{refusing}"));
    refused.has("fault", &["bus_url", &refusing, "Authorization Violation"]);
    assert!(!refused.said.contains("hunter2"), "{}", refused.said);
    // Others are asked as they are spoken to; passwords are never shown.
    let rabbit = ("GUILDHALL_BUS_URL", "amqp://me:hunter2@127.0.0.1:1");
    let others = Diagnosis::of(doctor(&folder).envs([rabbit, ("GUILDHALL_FANOUT_URL", "redis://127.0.0.1:1")]));
    others.has("fault", &["bus_url", "RabbitMQ", "127.0.0.1:1"]).has("fault", &["fanout_url", "Redis"]);
    assert!(!others.said.contains("hunter2"), "{}", others.said);
    Diagnosis::of(doctor(&folder).envs([rabbit])).has("fault", &["settings", "amqp", "fanout_url"]);
    with("redis://127.0.0.1:1").has("fault", &["bus_url", "redis"]);
    // Two servers, of which one is away: both are named.
    let both = with(&format!("nats://{},127.0.0.1:1", nats(info, "PONG")));
    both.has("ok", &["bus_url", "2.10.1"]).has("fault", &["bus_url", "127.0.0.1:1"]);
}

#[test]
fn providers_are_asked() {
    let folder = Folder::new();
    let with = |more: &[(&str, &str)]| {
        let settings = [
            ("GUILDHALL_PUBLIC_URL", "https://chat.example.org"),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_MY_ID_KIND", "oidc"),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_MY_ID_CLIENT_ID", "guildhall"),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_MY_ID_CLIENT_SECRET", "hunter2"),
        ];
        let diagnosis = Diagnosis::of(doctor(&folder).envs(settings).envs(more.iter().copied()));
        assert!(!diagnosis.said.contains("hunter2"), "{}", diagnosis.said);
        diagnosis
    };
    with(&[]).has("fault", &["accounts.providers.my-id.issuer"]);
    let issuer = "GUILDHALL_ACCOUNTS_PROVIDERS_MY_ID_ISSUER";
    with(&[(issuer, "http://127.0.0.1:1")]).has("fault", &["accounts.providers.my-id", "can't be reached"]);
    let github = Github::start("ada", "ada@example.org");
    with(&[(issuer, &github.address), ("GUILDHALL_ACCOUNTS_PROVIDERS_MY_ID_KIND", "github")])
        .has("ok", &["accounts.providers.my-id", "https://chat.example.org/api/v1/auth/my-id/callback"]);
}

/// Gone when dropped.
struct Part(Child);

impl Drop for Part {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn roles_elsewhere_are_asked() {
    let folder = Folder::new();
    let token = "the-secret-of-a-fleet-that-lives-for-a-test";
    let settings = [
        ("GUILDHALL_BUS_URL", "nats://127.0.0.1:1"),
        ("GUILDHALL_ROLES", "people"),
        ("GUILDHALL_RPC_FILES", "http://127.0.0.1:1"),
        ("GUILDHALL_RPC_GUILDS", "http://127.0.0.1:1"),
        ("GUILDHALL_RPC_LISTEN", "127.0.0.1:0"),
        ("GUILDHALL_SERVICE_TOKEN", token),
        ("GUILDHALL_LOG_LEVEL", "error"),
    ];
    let mut child = program(&folder).envs(settings).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let _part = Part(child);
    let address = line.trim().rsplit(' ').next().expect("an address").to_owned();
    let there = format!("http://{address}");
    let ask = |token: &str| {
        let mut command = doctor(&folder);
        command.envs(settings).env_remove("GUILDHALL_RPC_LISTEN").env("GUILDHALL_SERVICE_TOKEN", token);
        command
            .env("GUILDHALL_ROLES", "realtime")
            .env("GUILDHALL_RPC_PEOPLE", &there)
            .env("GUILDHALL_RPC_GUILDS", &there);
        Diagnosis::of(command.env("GUILDHALL_RPC_ACCOUNTS", "http://127.0.0.1:1"))
    };
    let found = ask(token);
    found.has("ok", &["rpc.people", &address, "takes the service token"]);
    found.has("fault", &["rpc.guilds", &address]).has("fault", &["rpc.accounts", "127.0.0.1:1"]);
    found.has("fault", &["rpc.messages", "doesn't say where it is"]);
    ask("another-secret-which-is-long-enough-to-be-one").has("fault", &["rpc.people", &address, "service_token"]);
}
