//! Fan-out on Redis' pub/sub, for those who have a Redis but no NATS. Redis keeps nothing for who is away, so it is no bus.
//!
//! A line is the channel `<prefix>:live:<line>`. Each node has one connection, for both directions, and reconnects for
//! ever. At most once: what is said while Redis is away is lost, and Redis drops a connection that reads too slowly. What
//! comes is heard where the connection is read, so that nothing queues here. Redis sends a node's own words back to it;
//! they carry the node's name and are dropped.
//!
//! Needs Redis 6 or newer (RESP3), or Valkey. No TLS: `redis://` belongs into a private network.

use crate::{
    node::{Ears, Letter, NodeFanout, Wire},
    running::Running,
};
use async_trait::async_trait;
use ports::{OsRandom, Random};
use redis::{AsyncConnectionConfig, Client, PushInfo, PushKind, RedisError, Value, aio::MultiplexedConnection};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

/// How long Redis may take to connect or to answer.
const DEADLINE: Duration = Duration::from_secs(3);
/// How often Redis is asked whether it is there.
const PING: Duration = Duration::from_secs(5);
/// How long to wait before connecting again: doubled each time, up to the second.
const RETRY: [Duration; 2] = [Duration::from_millis(20), Duration::from_secs(1)];
/// Channels subscribed to in one command.
const TOGETHER: usize = 1_000;
/// Bytes before what a node says: its name.
const NAME: usize = 16;

/// Fan-out on pub/sub. None when the URL can't be read.
pub async fn redis_fanout(url: &str, prefix: &str) -> Option<NodeFanout> {
    let client = Client::open(format!("{url}?protocol=resp3")).ok()?;
    let random: &dyn Random = &OsRandom;
    let ears = Arc::new(Ears::default());
    let desk = Arc::new(Desk {
        name: format!("{:0NAME$x}", u64::from_le_bytes(random.bytes())).into_bytes(),
        prefix: prefix.into(),
        ears: ears.clone(),
        topics: tokio::sync::Mutex::default(),
        connection: Mutex::default(),
    });
    let (up, mut is_up) = watch::channel(false);
    let task = Running::start(desk.clone().keep_connected(client, up));
    if timeout(DEADLINE, is_up.wait_for(|up| *up)).await.is_err() {
        tracing::warn!("Redis doesn't answer yet: going on without it, and trying again");
    }
    Some(NodeFanout::start(RedisWire { desk, _task: task }, ears))
}

struct RedisWire {
    desk: Arc<Desk>,
    _task: Running,
}

struct Desk {
    name: Vec<u8>,
    prefix: String,
    ears: Arc<Ears>,
    /// What the node listens to. Held while Redis is told, so that a new connection misses no change.
    topics: tokio::sync::Mutex<BTreeSet<String>>,
    connection: Mutex<Option<MultiplexedConnection>>,
}

#[async_trait]
impl Wire for RedisWire {
    fn is_up(&self) -> bool {
        self.desk.connection().is_some()
    }

    async fn send(&self, said: Vec<Letter>) -> usize {
        let Some(mut connection) = self.desk.connection().clone() else { return said.len() };
        let mut pipe = redis::pipe();
        for letter in &said {
            let said = [&self.desk.name, &letter.said[..]].concat();
            pipe.publish(self.desk.channel(&letter.line), said).ignore();
        }
        match pipe.exec_async(&mut connection).await {
            Ok(()) => 0,
            Err(_) => said.len(),
        }
    }

    async fn listen(&self, line: &str) {
        let mut topics = self.desk.topics.lock().await;
        topics.insert(line.into());
        let connection = self.desk.connection().clone();
        if let Some(mut connection) = connection {
            // Without an answer the connection is lost, and the next one listens to everything.
            drop(connection.subscribe(self.desk.channel(line)).await);
        }
    }

    async fn leave(&self, line: &str) {
        let mut topics = self.desk.topics.lock().await;
        topics.remove(line);
        let connection = self.desk.connection().clone();
        if let Some(mut connection) = connection {
            drop(connection.unsubscribe(self.desk.channel(line)).await);
        }
    }
}

impl Desk {
    async fn keep_connected(self: Arc<Self>, client: Client, up: watch::Sender<bool>) {
        let mut retry = RETRY[0];
        loop {
            let lost = Arc::new(Notify::new());
            match self.connect(&client, &lost).await {
                Ok(connection) => {
                    tracing::info!("connected to Redis");
                    up.send_replace(true);
                    retry = RETRY[0];
                    stay(connection, &lost).await;
                    *self.connection() = None;
                    tracing::warn!("Redis is away");
                }
                Err(error) => tracing::debug!(%error, "Redis doesn't answer"),
            }
            sleep(retry).await;
            retry = (retry * 2).min(RETRY[1]);
        }
    }

    /// A connection that listens to everything that the node listens to.
    async fn connect(
        self: &Arc<Self>,
        client: &Client,
        lost: &Arc<Notify>,
    ) -> Result<MultiplexedConnection, RedisError> {
        let (desk, gone) = (self.clone(), lost.clone());
        let pushed = move |push: PushInfo| {
            match push.kind {
                PushKind::Message => desk.hear(&push.data),
                PushKind::Disconnection => gone.notify_one(),
                _ => {}
            }
            Ok::<(), ()>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(DEADLINE))
            .set_push_sender(pushed);
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let topics = self.topics.lock().await;
        let channels: Vec<String> = topics.iter().map(|topic| self.channel(topic)).collect();
        for some in channels.chunks(TOGETHER) {
            connection.subscribe(some).await?;
        }
        *self.connection() = Some(connection.clone());
        Ok(connection)
    }

    fn hear(&self, message: &[Value]) {
        if let [_, Value::BulkString(said)] = message
            && let Some((name, said)) = said.split_at_checked(NAME)
            && name != self.name
        {
            self.ears.hear(said);
        }
    }

    fn channel(&self, topic: &str) -> String {
        format!("{}:live:{topic}", self.prefix)
    }

    fn connection(&self) -> MutexGuard<'_, Option<MultiplexedConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when the connection is lost.
async fn stay(mut connection: MultiplexedConnection, lost: &Notify) {
    while timeout(PING, lost.notified()).await.is_err() {
        if redis::cmd("PING").exec_async(&mut connection).await.is_err() {
            return;
        }
    }
}
