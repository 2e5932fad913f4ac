//! What a container's health check asks.

mod common;

use common::{Folder, Server, program, refusal};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{Command, Stdio},
    time::Duration,
};

#[test]
fn a_server_that_is_ready_is_healthy_and_none_is_not() {
    let folder = Folder::new();
    let server = Server::start_with(program(&folder).args(["--listen", "0.0.0.0:0", "--data"]).arg(folder.data()));
    // It listens on all addresses; the check asks on the loopback, with the same settings.
    let listen = server.address.clone();
    let ask = || program(&folder).arg("health").env("GUILDHALL_LISTEN", &listen).output().expect("the program starts");
    let healthy = ask();
    assert!(healthy.status.success(), "{}", String::from_utf8_lossy(&healthy.stderr));
    assert_eq!(String::from_utf8_lossy(&healthy.stdout), "ready\n");
    assert_eq!(server.stop("TERM"), Some(0));
    let said = refusal(program(&folder).args(["health", "--listen", &listen]));
    assert!(said.contains("no Guildhall answers at 127.0.0.1:"), "{said}");
}

#[test]
fn a_server_that_cannot_do_its_work_is_not_healthy() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listen = listener.local_addr().expect("an address").to_string();
    let away = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody asks");
        let asked = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        assert_eq!(asked.collect::<Vec<_>>()[0], "GET /readyz HTTP/1.1");
        write!(stream, "HTTP/1.1 503 Service Unavailable\r\n\r\n").expect("written");
    });
    let said = refusal(program(&folder).args(["health", "--listen", &listen]));
    assert!(said.contains("isn't ready") && said.contains("503"), "{said}");
    away.join().expect("answered");
}

#[test]
fn a_process_without_a_door_is_asked_where_it_answers_others() {
    let folder = Folder::new();
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").to_string();
    let settings = |command: &mut Command| {
        command.env("GUILDHALL_ROLES", "people").env("GUILDHALL_RPC_LISTEN", &free);
        command.env("GUILDHALL_RPC_FILES", "http://127.0.0.1:1").env("GUILDHALL_RPC_GUILDS", "http://127.0.0.1:1");
        // A broker that is away keeps nobody from starting.
        command.env("GUILDHALL_BUS_URL", "nats://127.0.0.1:9");
        command.env("GUILDHALL_SERVICE_TOKEN", "0123456789abcdef0123456789abcdef");
    };
    let ask = || {
        let mut command = program(&folder);
        settings(command.arg("health"));
        command
    };
    assert!(refusal(&mut ask()).contains("no Guildhall answers"));
    let mut command = program(&folder);
    settings(command.args(["--data", "data"]).stdout(Stdio::null()).stderr(Stdio::null()));
    let mut people = command.spawn().expect("the program starts");
    // It listens before it is ready: until then a question waits, or is given up and asked again.
    let ready = (0..60).any(|_| {
        std::thread::sleep(Duration::from_millis(500));
        ask().output().expect("the program starts").status.success()
    });
    people.kill().expect("it runs");
    people.wait().expect("it ends");
    assert!(ready, "it never became ready");
    assert!(refusal(&mut ask()).contains("no Guildhall answers"));
}
