use super::say;
use crate::config::{Config, unusable};
use contract::grpc::ask_health;
use kernel::{Kind, Problem, Result};
use std::{
    io::{self, BufRead, BufReader, ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

/// How long connecting may take, and how long the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the Guildhall that was started with these settings whether it can do its work: at its doors, or where it answers
/// other processes. For a container's health check, where no other program is at hand. Fails when it can't.
pub fn health(config: &Config) -> Result<()> {
    ask_own(config)?;
    say("ready");
    Ok(())
}

/// The same, without a word.
pub(super) fn ask_own(config: &Config) -> Result<()> {
    if config.roles.has_door() {
        ask_door(own_address(&config.listen)?)
    } else if let Some(listen) = &config.rpc.listen {
        let address = format!("http://{}", own_address(listen)?);
        super::run(ask_health(address, PATIENCE))
    } else {
        Err(unusable(format!("the roles {} listen nowhere: set rpc.listen.", config.roles)))
    }
}

fn ask_door(address: SocketAddr) -> Result<()> {
    match ask(address) {
        Ok(answer) if answer.split(' ').nth(1) == Some("200") => Ok(()),
        Ok(answer) => Err(Problem::unavailable(format!("Guildhall at {address} isn't ready: it says {answer:?}."))),
        Err(error) => {
            let detail = format!("no Guildhall answers at {address}: {error}.");
            Err(Problem::new(Kind::Unavailable, "not_reached", detail).because(error))
        }
    }
}

/// Where a listener is reached from its own machine: one on all addresses is on the loopback too.
fn own_address(listen: &str) -> Result<SocketAddr> {
    let unknown = || unusable(format!("{listen:?} is no address to ask."));
    let mut address = listen.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(unknown)?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok(address)
}

/// The first line of what `/readyz` answers.
fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(256)).read_line(&mut line)?;
    if line.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
