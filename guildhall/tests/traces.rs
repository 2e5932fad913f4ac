//! Traces reach a collector, whole, from one process and from several; a collector that is away hurts nobody.

#[path = "common/collector.rs"]
mod collector;
mod common;

use collector::{Collector, Span};
use common::{Folder, PASSWORD, Server, client::Client, program};
use serde_json::json;
use std::{
    fs::File,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const SECRET: &str = "the secret of the hall";
/// Not a word that an id in hexadecimal digits may hold by chance.
const PERSON: &str = "wilhelmina";

/// A process that is gone when dropped.
struct Part(Child);

impl Part {
    fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "not yet: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn nats(folder: &Folder) -> (Part, String) {
    let program = "/usr/sbin/nats-server";
    let program = if Path::new(program).exists() { program } else { "nats-server" };
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(folder.0.join("nats"));
    let nats = Part::start(command.stderr(Stdio::null()));
    wait_until("NATS is there", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    (nats, format!("nats://127.0.0.1:{port}"))
}

fn traced<'c>(command: &'c mut Command, collector: &str) -> &'c mut Command {
    command.env("GUILDHALL_TELEMETRY_OTLP_ENDPOINT", collector).env("OTEL_BSP_SCHEDULE_DELAY", "50")
}

fn served(folder: &Folder) -> Command {
    let mut command = program(folder);
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
    command
}

/// Sends a message by REST and one by the socket; answers the channel.
fn talk(server: &Server) -> String {
    let token = server.register(PERSON);
    let (_, channel) = server.guild(&token);
    let body = json!({ "nonce": "by-rest", "text": SECRET }).to_string();
    let headers = [
        ("Authorization", format!("Bearer {token}")),
        ("Content-Type", "application/json".into()),
        ("X-Request-Id", "asked-by-a-test".into()),
        // Clients don't decide what is traced.
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00".into()),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("/api/v1/channels/{channel}/messages");
    let answer = server.raw("POST", &path, &headers, body.as_bytes());
    assert_eq!(answer.header("x-request-id"), Some("asked-by-a-test"));
    answer.expect(201);
    let mut client = Client::of(server, &token);
    client.say(json!({ "op": "send", "channel": channel, "nonce": "by-socket", "text": SECRET }));
    client.hear("ack");
    channel
}

/// The spans below `span`, one by one, by these names.
#[track_caller]
fn chain(collector: &Collector, first: &str, names: &[&str]) -> Vec<Span> {
    let mut chain = vec![collector.span(first, None)];
    for name in names {
        let above = chain[chain.len() - 1].id.clone();
        chain.push(collector.span(name, Some(&above)));
    }
    for span in &chain {
        assert_eq!(span.trace, chain[0].trace, "{} is in another trace", span.name);
    }
    chain
}

fn says_nothing_of_people(collector: &Collector) {
    let told = format!("{:?}", collector.spans());
    for secret in [SECRET, PASSWORD, PERSON, "test.example", "Bearer", "eyJ", "by-rest", "by-socket"] {
        assert!(!told.contains(secret), "{secret:?} is in a span");
    }
}

#[test]
fn in_a_fleet_a_trace_goes_from_the_door_to_the_store() {
    let (collector, folder, services) = (Collector::start(0), Folder::new(), Folder::new());
    let (_nats, bus) = nats(&folder);
    let rpc = format!("127.0.0.1:{}", free_port());
    let shared =
        [("GUILDHALL_BUS_URL", bus.as_str()), ("GUILDHALL_SERVICE_TOKEN", "a-secret-of-thirty-two-characters")];
    let mut below = program(&services);
    below.args(["--data"]).arg(services.data()).envs(shared).env("GUILDHALL_RPC_LISTEN", &rpc);
    let roles = "accounts,people,guilds,messages,files,overview";
    let _below = Part::start(traced(below.env("GUILDHALL_ROLES", roles), &collector.endpoint));
    let mut door = served(&folder);
    for role in roles.split(',') {
        door.env(format!("GUILDHALL_RPC_{}", role.to_uppercase()), format!("http://{rpc}"));
    }
    let door = door.envs(shared).env("GUILDHALL_ROLES", "gateway,realtime");
    let door = Server::start_with(traced(door, &collector.endpoint));
    wait_until("the services are there", || door.call("GET", "/readyz", None, None).status == 200);
    talk(&door);

    let send = "guildhall.v1.Messages/send";
    let by_rest = chain(&collector, "POST /api/v1/channels/{channel}/messages", &[send, send, "messages commit"]);
    let kinds: Vec<_> = by_rest.iter().map(|span| span.kind.as_str()).collect();
    assert_eq!(kinds, ["SERVER", "CLIENT", "SERVER", "INTERNAL"]);
    let roles: Vec<_> = by_rest.iter().map(|span| span.text("guildhall.roles")).collect();
    let (above, below) = ("gateway, realtime", "accounts, people, guilds, messages, files, overview");
    assert_eq!(roles, [above, above, below, below]);
    assert_eq!(by_rest[0].text("request.id"), "asked-by-a-test");
    assert_eq!(by_rest[0].text("http.response.status_code"), "201");
    assert_eq!(by_rest[1].text("rpc.method"), "send");
    assert_eq!(by_rest[3].text("group.messages"), "1");
    assert_ne!(by_rest[0].trace, "0af7651916cd43dd8448eb211c80319c");

    let by_socket = chain(&collector, "socket send", &[send, send, "messages commit"]);
    assert_eq!(by_socket[0].text("socket.op"), "send");
    assert!(by_socket[0].nanos >= by_socket[1].nanos, "the op ended before its answer");
    chain(&collector, "socket hello", &["guildhall.v1.Accounts/authenticate"]);
    says_nothing_of_people(&collector);
}

#[test]
fn in_one_process_a_trace_is_as_whole() {
    let (collector, folder) = (Collector::start(0), Folder::new());
    // What every program that makes traces hears is heard, too.
    let mut command = served(&folder);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint).env("OTEL_SERVICE_NAME", "the hall");
    let server = Server::start_with(&mut command);
    talk(&server);
    // What waits when the process ends is sent before.
    assert_eq!(server.stop("TERM"), Some(0));
    let by_rest = chain(&collector, "POST /api/v1/channels/{channel}/messages", &["messages commit"]);
    assert_eq!(by_rest[1].text("service.name"), "the hall");
    chain(&collector, "socket send", &["messages commit"]);
    chain(&collector, "messages.guilds", &[]);
    says_nothing_of_people(&collector);
}

#[test]
fn what_no_ratio_chooses_is_not_traced() {
    let (collector, folder) = (Collector::start(0), Folder::new());
    let mut command = served(&folder);
    let server = Server::start_with(traced(command.env("GUILDHALL_TELEMETRY_SAMPLE_RATIO", "0"), &collector.endpoint));
    talk(&server);
    assert_eq!(server.stop("TERM"), Some(0));
    assert_eq!(collector.spans().len(), 0);
}

#[test]
fn a_collector_that_is_away_hurts_nobody_and_is_said_once() {
    let (folder, port) = (Folder::new(), free_port());
    let log = folder.0.join("log");
    let mut command = served(&folder);
    command.stderr(File::create(&log).expect("a log"));
    command.env("OTEL_EXPORTER_OTLP_TIMEOUT", "100").env("OTEL_BSP_MAX_QUEUE_SIZE", "64");
    command.env("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16");
    let server = Server::start_with(traced(&mut command, &format!("http://127.0.0.1:{port}")));
    let told = || std::fs::read_to_string(&log).expect("a log");
    let away = "traces don't reach their collector";
    let token = server.register(PERSON);
    wait_until("the log says so", || told().contains(away));
    for _ in 0..300 {
        server.call("GET", "/api/v1/me", Some(&token), None).expect(200);
    }
    let collector = Collector::start(port);
    wait_until("spans come once it is there", || {
        server.call("GET", "/api/v1/me", Some(&token), None).expect(200);
        !collector.spans().is_empty()
    });
    wait_until("the log says that, too", || told().contains("traces reach their collector again"));
    assert_eq!(told().matches(away).count(), 1, "{}", told());
    assert_eq!(server.stop("TERM"), Some(0));
}
