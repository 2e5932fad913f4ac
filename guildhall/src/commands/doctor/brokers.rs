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
                "redis" if !keeps => plain(report, what, &REDIS, server),
                "amqp" if keeps => plain(report, what, &RABBITMQ, server),
                "amqps" if keeps => plain(report, what, &RABBITMQ_TLS, server),
                _ => {
                    let said = format!("{scheme}: isn't for this");
                    report.fault(what, &said, "Use nats://host:4222, or memory: for one process.");
                }
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

/// A broker that is greeted, and not signed in to.
struct Greeted {
    name: &'static str,
    port: u16,
    hello: &'static [u8],
    /// The beginnings of what it answers.
    answers: &'static [&'static [u8]],
    built_in: bool,
    feature: &'static str,
}

const REDIS: Greeted = Greeted {
    name: "Redis",
    port: 6379,
    hello: b"PING\r\n",
    // One that wants a password first is there, too.
    answers: &[b"+PONG", b"-NOAU"],
    built_in: cfg!(feature = "redis"),
    feature: "redis",
};

const RABBITMQ: Greeted = Greeted {
    name: "RabbitMQ",
    port: 5672,
    hello: b"AMQP\0\0\x09\x01",
    // A method frame on channel 0.
    answers: &[b"\x01\0\0"],
    built_in: cfg!(feature = "rabbitmq"),
    feature: "rabbitmq",
};

/// That it is there is all that can be seen from outside.
const RABBITMQ_TLS: Greeted = Greeted { port: 5671, hello: b"", answers: &[], ..RABBITMQ };

fn plain(report: &Report, what: &str, broker: &Greeted, server: &str) {
    let Greeted { name, feature, .. } = broker;
    let shown = format!("{name} at {server}");
    if !broker.built_in {
        let mend = format!("Build with --features {feature}, take a release or the image, or use nats://host:4222.");
        return report.fault(what, &format!("{shown}: this program was built without {name}"), &mend);
    }
    match greet(broker, server) {
        Ok(()) => report.ok(what, &format!("{shown} answers")),
        Err(error) => {
            report.fault(what, &format!("{shown} doesn't answer: {error}"), "Start it, or correct the address.");
        }
    }
}

fn greet(broker: &Greeted, server: &str) -> io::Result<()> {
    let mut stream = connect(&with_port(server, broker.port))?;
    if broker.hello.is_empty() {
        return Ok(());
    }
    stream.write_all(broker.hello)?;
    let mut answer = [0; 5];
    let read = stream.read(&mut answer)?;
    let known = broker.answers.iter().any(|known| answer[..read].starts_with(known));
    if known { Ok(()) } else { Err(io::Error::new(ErrorKind::InvalidData, format!("it isn't {}", broker.name))) }
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
