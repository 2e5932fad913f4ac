//! NATS: fan-out on core subjects, the bus on JetStream.
//!
//! * **Fan-out:** a line is the subject `<prefix>.live.<line>`, with `.` for `/`. The connection asks the server not to
//!   echo. What is published while the server is away is lost (at most once).
//! * **Bus:** bells are stored in the stream `<prefix>-bells`, on the subjects `<prefix>.bell.<stream>`; a bell that rings
//!   twice within two minutes is stored once. A follower is a durable pull consumer that all nodes share. Bells are
//!   hints: the stream keeps a week, 64 per stream and 256 MiB, so that a follower that was away for longer catches up
//!   with a stream when it rings next. Whoever wants other limits or replicas makes the stream beforehand.
//!
//! Both reconnect for ever, and say in the log when the server goes and comes, not how often they tried. Needs nats-server 2.9 or newer, with `-js` for the bus. URLs: `nats://` or `tls://`, with
//! `user:password@` or `token@` where the server asks for it; several servers of a cluster separated by commas.

mod bus;
mod fanout;

pub use bus::NatsBus;
pub use fanout::open as nats_fanout;

use async_nats::{Client, ConnectOptions, Event, ServerAddr, connection::State};
use kernel::{Problem, Result};
use percent_encoding::percent_decode_str;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long a request may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long a start waits for the server, before it goes on without.
const PATIENCE: Duration = Duration::from_secs(3);
/// A server that doesn't answer two of these is gone.
const PING: Duration = Duration::from_secs(5);

/// Connects, and goes on trying in the background when there is no server yet.
async fn connect(
    servers: Vec<ServerAddr>,
    options: ConnectOptions,
    what: &'static str,
    hear: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<Client> {
    let told = Told::default();
    let options = signed_in(options, &servers)
        .name("guildhall")
        .retry_on_initial_connect()
        .ping_interval(PING)
        .request_timeout(Some(DEADLINE))
        .reconnect_delay_callback(|tries| Duration::from_millis(20 << tries.min(6)).min(Duration::from_secs(1)))
        .event_callback(move |event| {
            told.tell(what, &event);
            hear(&event);
            async {}
        });
    let client = options.connect(servers).await.map_err(|e| Problem::unavailable("NATS can't be used.").because(e))?;
    let mut left = PATIENCE;
    while !is_up(&client) && !left.is_zero() {
        let pause = Duration::from_millis(10);
        tokio::time::sleep(pause).await;
        left = left.saturating_sub(pause);
    }
    if !is_up(&client) {
        tracing::warn!("NATS doesn't answer yet: going on without it, and trying again");
    }
    Ok(client)
}

/// With what the first address says of who connects, `nats://user:password@host` or `nats://token@host`: the library
/// leaves that aside.
fn signed_in(options: ConnectOptions, servers: &[ServerAddr]) -> ConnectOptions {
    let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let of_first = |part: for<'s> fn(&'s ServerAddr) -> Option<&'s str>| servers.first().and_then(part).map(plain);
    match (of_first(ServerAddr::username), of_first(ServerAddr::password)) {
        (Some(user), Some(password)) => options.user_and_password(user, password),
        (Some(token), None) => options.token(token),
        (None, _) => options,
    }
}

fn is_up(client: &Client) -> bool {
    client.connection_state() == State::Connected
}

/// What the log was told last of a connection: the library says the same again with every try.
#[derive(Default)]
struct Told(Mutex<String>);

impl Told {
    fn tell(&self, what: &'static str, event: &Event) {
        match event {
            _ if !self.is_news(event) => {}
            Event::Connected => tracing::info!(what, "connected to NATS"),
            Event::Disconnected => tracing::warn!(what, "NATS is away"),
            event => tracing::warn!(what, %event, "NATS"),
        }
    }

    fn is_news(&self, event: &Event) -> bool {
        // Counted by whom it concerns: it comes once per message.
        if matches!(event, Event::SlowConsumer(_)) {
            return false;
        }
        let said = event.to_string();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = *last != said;
        *last = said;
        is_news
    }
}

/// A line, or the name of a stream, below the prefix: `people/user/1` is `people.user.1`.
fn subject(prefix: &str, part: &str, name: &str) -> String {
    format!("{prefix}.{part}.{}", name.replace('/', "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_nats::ClientError;

    #[test]
    fn the_log_hears_of_a_change_and_not_of_every_try() {
        let told = Told::default();
        let failed = || Event::ClientError(ClientError::Other("connection refused".into()));
        let said = [Event::Connected, Event::Disconnected, failed(), failed(), failed(), Event::Connected, failed()];
        let news: Vec<bool> = said.iter().map(|event| told.is_news(event)).collect();
        assert_eq!(news, [true, true, true, false, false, true, true]);
        assert!(!told.is_news(&Event::SlowConsumer(1)));
    }
}
