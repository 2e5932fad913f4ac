//! The bus on RabbitMQ, for those who have one. It has no fan-out: `fanout_url` names a NATS or a Redis.
//!
//! Bells are published to the durable topic exchange `<prefix>.bells` by their stream's name (`.` for `/`) and rang when
//! RabbitMQ confirms them. A follower is a durable queue `<prefix>.bells.<name>`, bound to what it follows and shared by
//! all nodes: it misses nothing from the first moment that a node with it was there. A bell whose follower failed stays
//! with its node for the pause, and then goes back to the queue; so 1,000 of them per node and follower can fail before
//! the others wait for a pause. Bells are hints: a queue keeps a week and 256 MiB.
//!
//! The queues are of the virtual host's default type. On a cluster that is better `quorum`, with a policy that sets no
//! `delivery-limit`: then they outlive a node. On one node it is better `classic`: a quorum queue of RabbitMQ 3.10 that is
//! killed within seconds after it was made never comes back.
//!
//! Needs RabbitMQ 3.10 or newer. URLs: `amqp://user:password@host:5672/vhost`, or `amqps://` with a certificate that the
//! system trusts.

use crate::{
    ringer::{Held, Ringer, pause},
    running::Running,
};
use async_trait::async_trait;
use futures_util::StreamExt;
use kernel::{Problem, Result};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ExchangeKind,
    message::Delivery,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicPublishOptions, BasicQosOptions,
        ConfirmSelectOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions,
    },
    types::{FieldTable, ShortString},
    uri::AMQPUri,
};
use ports::{Bell, Bus, Follower};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

/// How long RabbitMQ may take to connect, or to answer.
const DEADLINE: Duration = Duration::from_secs(3);
/// A server that says nothing for twice as long is gone.
const HEARTBEAT_SECONDS: u16 = 5;
/// How often a connection is looked at, and how long to wait before the next one.
const RETRY: Duration = Duration::from_millis(250);
/// Bells that a node holds per follower.
const UNANSWERED: u16 = 1_000;
const WEEK_MS: i64 = 7 * 24 * 3_600 * 1_000;
const BYTES: i64 = 256 << 20;

/// The bus on RabbitMQ. See the module.
pub struct RabbitBus {
    desk: Arc<Desk>,
    followers: Mutex<Vec<Arc<dyn Follower>>>,
    tasks: Mutex<Vec<Running>>,
}

struct Desk {
    uri: AMQPUri,
    prefix: String,
    link: watch::Sender<Option<Link>>,
    /// How many followers of this node have no queue yet. None before the bus opens.
    without_queue: watch::Sender<Option<usize>>,
}

#[derive(Clone)]
struct Link {
    connection: Arc<Connection>,
    /// Where bells are published and confirmed.
    bells: Channel,
}

impl Link {
    fn is_up(&self) -> bool {
        self.connection.status().connected() && self.bells.status().connected()
    }
}

impl RabbitBus {
    /// Goes on trying in the background when there is no server yet.
    pub async fn open(mut uri: AMQPUri, prefix: &str) -> Self {
        uri.query.heartbeat = Some(HEARTBEAT_SECONDS);
        let (link, without_queue) = (watch::Sender::new(None), watch::Sender::new(None));
        let desk = Arc::new(Desk { uri, prefix: prefix.into(), link, without_queue });
        let mut link = desk.link.subscribe();
        let task = Running::start(desk.clone().keep_connected());
        if timeout(DEADLINE, link.wait_for(Option::is_some)).await.is_err() {
            tracing::warn!("RabbitMQ doesn't answer yet: going on without it, and trying again");
        }
        Self { desk, followers: Mutex::default(), tasks: Mutex::new(vec![task]) }
    }
}

#[async_trait]
impl Bus for RabbitBus {
    async fn ring(&self, bell: Bell) -> Result<()> {
        let link = self.desk.link.borrow().clone().filter(Link::is_up);
        let Some(link) = link else { return Err(away()) };
        // A server that confirms within the deadline, or none.
        timeout(DEADLINE, self.desk.publish(&link, &bell)).await.map_err(|late| away().because(late))?
    }

    fn follow(&self, follower: Arc<dyn Follower>) {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).push(follower);
    }

    fn open(&self) {
        let followers = std::mem::take(&mut *self.followers.lock().unwrap_or_else(PoisonError::into_inner));
        self.desk.without_queue.send_replace(Some(followers.len()));
        let tasks = followers.into_iter().map(|follower| Running::start(self.desk.clone().serve(follower)));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
    }
}

impl Desk {
    async fn keep_connected(self: Arc<Self>) {
        let mut told = false;
        loop {
            match timeout(DEADLINE, self.connect()).await {
                Ok(Ok(link)) => {
                    told = false;
                    tracing::info!("connected to RabbitMQ");
                    self.link.send_replace(Some(link.clone()));
                    while link.is_up() {
                        sleep(RETRY).await;
                    }
                    self.link.send_replace(None);
                    tracing::warn!("RabbitMQ is away");
                }
                Ok(Err(error)) if !told => {
                    told = true;
                    tracing::warn!(%error, "RabbitMQ can't be used; trying again");
                }
                _ => {}
            }
            sleep(RETRY).await;
        }
    }

    async fn connect(&self) -> Result<Link, lapin::Error> {
        let properties = ConnectionProperties::default().with_connection_name("guildhall".into());
        let connection = Connection::connect_uri(self.uri.clone(), properties).await?;
        let bells = connection.create_channel().await?;
        bells.confirm_select(ConfirmSelectOptions::default()).await?;
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        bells.exchange_declare(self.exchange(), ExchangeKind::Topic, options, FieldTable::default()).await?;
        Ok(Link { connection: Arc::new(connection), bells })
    }

    async fn publish(&self, link: &Link, bell: &Bell) -> Result<()> {
        // A bell that rang before this node's queues are there would be lost on them.
        drop(self.without_queue.subscribe().wait_for(|missing| *missing == Some(0)).await);
        // Our own types with string keys: encoding them has no way to fail.
        let payload = serde_json::to_vec(bell).expect("a bell is plain data");
        let stored = BasicProperties::default().with_delivery_mode(2);
        let key = bell.stream.as_str().replace('/', ".").into();
        let options = BasicPublishOptions::default();
        let confirmation = link.bells.basic_publish(self.exchange(), key, options, &payload, stored).await;
        let confirmation = confirmation.map_err(|e| away().because(e))?.await.map_err(|e| away().because(e))?;
        if confirmation.is_ack() { Ok(()) } else { Err(away()) }
    }

    /// Hands bells to a follower for as long as the bus lives.
    async fn serve(self: Arc<Self>, follower: Arc<dyn Follower>) {
        let (ringer, mut rings) = (Ringer::new(follower.clone()), JoinSet::new());
        let (mut links, mut has_queue) = (self.link.subscribe(), false);
        loop {
            let link = links.wait_for(Option::is_some).await.ok().and_then(|link| link.clone());
            let Some(link) = link else { return };
            match timeout(DEADLINE, self.bells(&link, &*follower)).await {
                Ok(Ok(bells)) => {
                    if !std::mem::replace(&mut has_queue, true) {
                        self.without_queue.send_modify(|missing| *missing = missing.map(|missing| missing - 1));
                    }
                    take_in(bells, &ringer, &mut rings).await;
                }
                Ok(Err(error)) => {
                    tracing::warn!(follower = follower.name(), %error, "bells don't come from RabbitMQ; trying again")
                }
                Err(_) => tracing::debug!(follower = follower.name(), "RabbitMQ is slow"),
            }
            drop(link);
            sleep(RETRY).await;
        }
    }

    /// The follower's bells, from a queue that all nodes share.
    async fn bells(&self, link: &Link, follower: &dyn Follower) -> Result<Consumer, lapin::Error> {
        let channel = link.connection.create_channel().await?;
        channel.basic_qos(UNANSWERED, BasicQosOptions::default()).await?;
        let mut limits = FieldTable::default();
        limits.insert("x-message-ttl".into(), WEEK_MS.into());
        limits.insert("x-max-length-bytes".into(), BYTES.into());
        let queue: ShortString = format!("{}.{}", self.exchange(), follower.name()).into();
        channel.queue_declare(queue.clone(), QueueDeclareOptions::durable(), limits).await?;
        // A binding ends at a `/`; the ringer drops what a beginning in the middle of a word doesn't cover.
        let whole = follower.follows().rsplit_once('/').map(|(whole, _)| whole.replace('/', "."));
        let key = whole.map_or_else(|| "#".into(), |whole| format!("{whole}.#").into());
        let none = FieldTable::default;
        channel.queue_bind(queue.clone(), self.exchange(), key, QueueBindOptions::default(), none()).await?;
        channel.basic_consume(queue, "".into(), BasicConsumeOptions::default(), none()).await
    }

    fn exchange(&self) -> ShortString {
        format!("{}.bells", self.prefix).into()
    }
}

/// Takes bells in until they stop coming.
async fn take_in(mut bells: Consumer, ringer: &Arc<Ringer<RabbitBell>>, rings: &mut JoinSet<()>) {
    while let Some(Ok(delivery)) = bells.next().await {
        match serde_json::from_slice(&delivery.data) {
            Ok(bell) => {
                if let Some(ring) = ringer.take(RabbitBell { bell, delivery }).await {
                    rings.spawn(ring);
                }
            }
            // It rings again: a newer node may know what it is.
            Err(_) => give_back(delivery),
        }
        while rings.try_join_next().is_some() {}
    }
}

struct RabbitBell {
    bell: Bell,
    delivery: Delivery,
}

#[async_trait]
impl Held for RabbitBell {
    fn bell(&self) -> &Bell {
        &self.bell
    }

    /// RabbitMQ hands a message on again only when its connection is gone, and with it the right to answer.
    fn is(&self, _: &Self) -> bool {
        false
    }

    async fn done(self) {
        // An answer that is lost makes the bell ring again.
        drop(self.delivery.acker.ack(BasicAckOptions::default()).await);
    }

    async fn again(self) {
        give_back(self.delivery);
    }

    /// RabbitMQ waits for half an hour, and longer for a connection that lives.
    async fn still(&self) {}
}

/// Back to the queue after a pause, in the background.
fn give_back(delivery: Delivery) {
    // It says whether a bell came back before, not how many times.
    let pause = pause(if delivery.redelivered { 4 } else { 1 });
    tokio::spawn(async move {
        sleep(pause).await;
        drop(delivery.acker.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await);
    });
}

fn away() -> Problem {
    Problem::unavailable("The bus doesn't answer.")
}
