//! The real program on PostgreSQL: several that start at once, a role for each service, TLS.

mod common;

use common::{Folder, Server, program, refusal, text};
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

const SERVICES: [&str; 5] = ["accounts", "people", "guilds", "messages", "files"];

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(work)
}

fn database() -> String {
    wait(engine_sql::testing::postgres_database())
}

fn serve(folder: &Folder, url: &str) -> Command {
    let mut command = program(folder);
    command.env("GUILDHALL_DATABASE_URL", url).args(["--listen", "127.0.0.1:0"]);
    command
}

#[test]
fn many_may_make_a_new_database_at_once() {
    let (folder, url) = (Folder::new(), database());
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(|| Server::start_with(&mut serve(&folder, &url)))).collect();
        starting.into_iter().map(|started| started.join().expect("it starts")).collect()
    });
    // They are one: whom one signs in, all know; what one makes, all have.
    let ada = servers[0].register("ada");
    let (_, channel) = servers[1].guild(&ada);
    let mut ids = Vec::new();
    for (n, server) in servers.iter().enumerate() {
        let draft = json!({ "nonce": n.to_string(), "text": "We are one." });
        let sent = server.call("POST", &format!("/api/v1/channels/{channel}/messages"), Some(&ada), Some(&draft));
        let message = sent.expect(201)["message"].clone();
        assert_eq!(message["number"], n as i64 + 1);
        ids.push(text(&message["id"]));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), servers.len(), "an id came twice");
}

/// The address, for another role.
fn of_role(url: &str, role: &str) -> String {
    url.replacen("postgres://postgres@", &format!("postgres://{role}@"), 1)
}

#[test]
fn a_service_with_a_role_of_its_own_reaches_nothing_else() {
    let (folder, url) = (Folder::new(), database());
    // One role made everything; then each service gets its own.
    let server = Server::start_with(&mut serve(&folder, &url));
    let ada = server.register("ada");
    assert_eq!(server.stop("TERM"), Some(0));
    let roles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/postgres/roles.sql");
    let roles = std::fs::read_to_string(roles).expect("it is there");
    let say = |url: &str, sql: &str| wait(engine_sql::testing::postgres_say(url, sql));
    for _ in 0..2 {
        say(&url, &roles).expect("as it is documented");
    }
    let own = |command: &mut Command| {
        command.env("GUILDHALL_DATABASE_URL", of_role(&url, "nobody_who_is_there"));
        for service in SERVICES {
            let name = format!("GUILDHALL_DATABASE_URL_{}", service.to_uppercase());
            command.env(name, of_role(&url, &format!("guildhall_{service}")));
        }
    };
    let mut command = serve(&folder, &url);
    own(&mut command);
    let server = Server::start_with(&mut command);
    let (_, channel) = server.guild(&ada);
    let draft = json!({ "nonce": "a", "text": "Each to their own." });
    server.call("POST", &format!("/api/v1/channels/{channel}/messages"), Some(&ada), Some(&draft)).expect(201);
    server.register("grace");
    let mut doctor = program(&folder);
    own(doctor.args(["doctor", "--listen", "127.0.0.1:0"]));
    let said = String::from_utf8(doctor.output().expect("the program starts").stdout).expect("UTF-8");
    for service in SERVICES {
        assert!(
            said.lines().any(|line| line.starts_with("ok")
                && line.contains(&format!("schema {service}: "))
                && line.contains("up to date")),
            "{said}"
        );
    }
    assert!(!said.contains("its rights"), "{said}");
    assert_eq!(server.stop("TERM"), Some(0));

    let tables = [("accounts", "accounts"), ("people", "profiles"), ("guilds", "guilds"), ("messages", "messages")];
    for service in SERVICES {
        let role = of_role(&url, &format!("guildhall_{service}"));
        for (schema, table) in tables {
            let read = say(&role, &format!("TABLE {schema}.{table}"));
            match service == schema {
                true => read.expect("its own"),
                false => {
                    assert!(read.expect_err("another's").contains("permission denied"), "{service} reads {schema}")
                }
            }
        }
        // An upgrade changes tables and replaces functions, which only their owner may.
        let strange = include_str!("postgres/strangers.sql").replace("{service}", service);
        say(&role, &strange).expect("it owns all that is in its schema");
        assert!(say(&role, "CREATE SCHEMA more").expect_err("refused").contains("permission denied"));
    }
}

#[test]
fn a_role_of_its_own_needs_a_database_for_all() {
    let folder = Folder::new();
    let own = ("GUILDHALL_DATABASE_URL_PEOPLE", "postgres://me:hunter2@127.0.0.1/x");
    let alone = refusal(program(&folder).envs([own]));
    assert!(alone.contains("database_url_people") && !alone.contains("hunter2"), "{alone}");
    let wrong = refusal(program(&folder).env("GUILDHALL_DATABASE_URL_PEOPLE", "mysql://me:hunter2@127.0.0.1/x"));
    assert!(wrong.contains("database_url_people") && !wrong.contains("hunter2"), "{wrong}");
}

/// A PostgreSQL that takes connections over TLS alone, as localhost. Ends when its standard input does.
struct Guarded {
    process: Child,
    url: String,
    authority: String,
}

impl Guarded {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/with-postgres");
        let say = r#"echo "$GUILDHALL_TEST_POSTGRES_URL"; echo "$GUILDHALL_TEST_POSTGRES_CA"; cat"#;
        let mut command = Command::new(script);
        command.args(["sh", "-c", say]).env("GUILDHALL_TEST_POSTGRES_TLS", "on");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().expect("a line").expect("UTF-8");
        let url = line().replace("127.0.0.1", "localhost");
        Self { process, url, authority: line() }
    }

    fn url(&self, options: &str) -> String {
        format!("{}?{options}", self.url)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

#[test]
fn tls_is_spoken_and_held_to_what_was_asked_for() {
    let (folder, server) = (Folder::new(), Guarded::start());
    let ca = format!("sslrootcert={}", server.authority);
    let refused = |url: &str| {
        let said = refusal(&mut serve(&folder, url));
        assert!(!said.contains("hunter2"), "{said}");
        said
    };
    // Whole verification, and less.
    let with_password = server.url(&format!("sslmode=verify-full&{ca}")).replace("postgres@", "postgres:hunter2@");
    let running = Server::start_with(&mut serve(&folder, &with_password));
    running.register("ada");
    assert_eq!(running.stop("TERM"), Some(0));
    let numbered = server.url(&format!("sslmode=verify-ca&{ca}")).replace("localhost", "127.0.0.1");
    for url in [numbered, server.url("sslmode=require"), server.url("")] {
        assert_eq!(Server::start_with(&mut serve(&folder, &url)).stop("TERM"), Some(0), "{url}");
    }

    let plain = refused(&server.url("sslmode=disable"));
    assert!(plain.contains("no encryption"), "{plain}");
    let unknown = refused(&server.url("sslmode=verify-full"));
    assert!(unknown.contains("UnknownIssuer") && unknown.contains("sslrootcert"), "{unknown}");
    let other = Guarded::start();
    let wrong = refused(&server.url(&format!("sslmode=verify-ca&sslrootcert={}", other.authority)));
    assert!(wrong.contains("isn't trusted") && wrong.contains("sslrootcert"), "{wrong}");
    let name = refused(&server.url(&format!("sslmode=verify-full&{ca}")).replace("localhost", "127.0.0.1"));
    assert!(name.contains("isn't trusted") && name.contains("server's name"), "{name}");
    let mut doctor = program(&folder);
    doctor.args(["doctor", "--listen", "127.0.0.1:0"]).env("GUILDHALL_DATABASE_URL", server.url("sslmode=verify-full"));
    let said = String::from_utf8(doctor.output().expect("the program starts").stdout).expect("UTF-8");
    assert!(said.contains("fault    PostgreSQL") && said.contains("UnknownIssuer"), "{said}");
}
