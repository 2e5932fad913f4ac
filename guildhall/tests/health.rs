//! What a container's health check asks.

mod common;

use common::{Folder, Server, program, refusal};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
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
