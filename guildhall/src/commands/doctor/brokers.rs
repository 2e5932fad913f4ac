//! The brokers, asked by the plainest means that their protocols have.

use super::Report;
use crate::config::Config;
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(2);
/// A line of a broker is at most so long.
const LINE_BYTES: u64 = 64 << 10;

pub(super) fn examine(report: &Report, config: &Config) {
    let urls = [("bus_url", Some(config.bus_url.as_str()), true), ("fanout_url", config.fanout_url.as_deref(), false)];
    for (what, url, keeps) in urls {
        let Some(url) = url.filter(|url| *url != "memory:") else { continue };
        let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
        let rest = rest.split(['?', '/']).next().unwrap_or_default();
        // With several servers of a cluster, what the first says of who connects is for all.
        let (who, servers) =
            rest.rsplit_once('@').map_or((None, rest), |(who, _)| (Some(who.split('@').next().unwrap_or(who)), rest));
        for server in servers.split(',') {
            let server = server.rsplit_once('@').map_or(server, |(_, place)| place);
            match scheme {
                "nats" | "tls" => nats(report, what, server, who, keeps),
                "redis" => redis(report, what, server),
                _ => report.fault(
                    what,
                    &format!("{scheme}: names no broker"),
                    "Use nats://host:4222, or memory: for one process.",
                ),
            }
        }
    }
}

fn nats(report: &Report, what: &str, server: &str, who: Option<&str>, keeps: bool) {
    let shown = format!("NATS at {server}");
    let (info, login) = match ask_nats(&with_port(server, 4222), who) {
        Ok(answers) => answers,
        Err(error) => {
            return report.fault(
                what,
                &format!("{shown} doesn't answer: {error}"),
                "Start it, or correct the address.",
            );
        }
    };
    if let Some(refusal) = login {
        return report.fault(
            what,
            &format!("{shown} refuses: {refusal}"),
            "Correct the user and password in the address.",
        );
    }
    let version = info["version"].as_str().unwrap_or("unknown");
    if keeps && info["jetstream"] != true {
        return report.fault(
            what,
            &format!("{shown} runs without JetStream"),
            "Start it with -js, or jetstream {} in its settings.",
        );
    }
    report.ok(what, &format!("{shown} answers, version {version}"));
}

/// What the server says of itself, and why it refuses who connects. Who connects over TLS isn't tried.
fn ask_nats(address: &str, who: Option<&str>) -> io::Result<(Value, Option<String>)> {
    let mut stream = connect(address)?;
    let mut lines = BufReader::new(stream.try_clone()?.take(LINE_BYTES));
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let info = line.strip_prefix("INFO ").and_then(|info| serde_json::from_str::<Value>(info).ok());
    let info = info.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "it isn't NATS"))?;
    // What was written as %XX would have to be read first.
    if info["tls_required"] == true || who.is_some_and(|who| who.contains('%')) {
        return Ok((info, None));
    }
    let mut hello = json!({ "verbose": false, "pedantic": false, "name": "guildhall doctor" });
    match who.map(|who| who.split_once(':')) {
        Some(Some((user, password))) => (hello["user"], hello["pass"]) = (user.into(), password.into()),
        Some(None) => hello["auth_token"] = who.into(),
        None => {}
    }
    write!(stream, "CONNECT {hello}\r\nPING\r\n")?;
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "PONG" => return Ok((info, None)),
            refusal if refusal.starts_with("-ERR") => return Ok((info, Some(refusal[4..].trim().to_owned()))),
            _ => {}
        }
    }
}

fn redis(report: &Report, what: &str, server: &str) {
    let ask = || {
        let mut stream = connect(&with_port(server, 6379))?;
        stream.write_all(b"PING\r\n")?;
        let mut line = String::new();
        BufReader::new(stream.take(LINE_BYTES)).read_line(&mut line)?;
        // One that wants a password first is there, too.
        let known = line.starts_with("+PONG") || line.starts_with("-NOAUTH");
        if known { Ok(()) } else { Err(io::Error::new(ErrorKind::InvalidData, "it isn't Redis")) }
    };
    match ask() {
        Ok(()) => report.ok(what, &format!("Redis at {server} answers")),
        Err(error) => {
            let said = format!("Redis at {server} doesn't answer: {error}");
            report.fault(what, &said, "Start it, or correct the address.");
        }
    }
}

fn with_port(server: &str, port: u16) -> String {
    let has_port = server.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { server.to_owned() } else { format!("{server}:{port}") }
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = ErrorKind::NotFound.into();
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
