//! NATS: fan-out on core subjects, the bus on JetStream.
//!
//! * **Fan-out:** a topic is the subject `<prefix>.live.<topic>`, with `.` for `/`. The connection asks the server not to
//!   echo. What is published while the server is away is lost (at most once).
//! * **Bus:** bells are stored in the stream `<prefix>-bells`, on the subjects `<prefix>.bell.<stream>`; a bell that rings
//!   twice within two minutes is stored once. A follower is a durable pull consumer that all nodes share. Bells are
//!   hints: the stream keeps a week, 64 per stream and 256 MiB, so that a follower that was away for longer catches up
//!   with a stream when it rings next. Whoever wants other limits or replicas makes the stream beforehand.
//!
//! Both reconnect for ever. Needs nats-server 2.9 or newer, with `-js` for the bus. URLs: `nats://` or `tls://`, with
//! `user:password@` or `token@` where the server asks for it; several servers of a cluster separated by commas.

mod bus;
mod fanout;

pub use bus::NatsBus;
pub use fanout::open as nats_fanout;

use async_nats::{Client, ConnectOptions, Event, ServerAddr, connection::State};
use kernel::{Problem, Result};
use percent_encoding::percent_decode_str;
use std::time::Duration;

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
    told: impl Fn(&Event) + Clone + Send + Sync + 'static,
) -> Result<Client> {
    let options = signed_in(options, &servers)
        .name("guildhall")
        .retry_on_initial_connect()
        .ping_interval(PING)
        .request_timeout(Some(DEADLINE))
        .reconnect_delay_callback(|tries| Duration::from_millis(20 << tries.min(6)).min(Duration::from_secs(1)))
        .event_callback(move |event| {
            told(&event);
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

/// Says what happens to a connection.
fn tell(what: &'static str, event: &Event) {
    match event {
        Event::Connected => tracing::info!(what, "connected to NATS"),
        Event::Disconnected => tracing::warn!(what, "NATS is away"),
        // Counted by whom it concerns: it comes once per message.
        Event::SlowConsumer(_) => {}
        event => tracing::warn!(what, %event, "NATS"),
    }
}

/// A topic, or the name of a stream, below the prefix: `people/user/1` is `people.user.1`.
fn subject(prefix: &str, part: &str, name: &str) -> String {
    format!("{prefix}.{part}.{}", name.replace('/', "."))
}
