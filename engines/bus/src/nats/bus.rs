use super::{DEADLINE, connect, is_up, subject};
use crate::{
    ringer::{Held, Ringer, STILL, pause},
    running::Running,
};
use async_nats::{
    ConnectOptions, ServerAddr,
    jetstream::{
        AckKind, Context, Message,
        consumer::{AckPolicy, pull},
        context::{PublishError, PublishErrorKind},
        message::PublishMessage,
        stream::{Config, DiscardPolicy, Stream},
    },
};
use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt};
use kernel::{Problem, Result};
use ports::{Bell, Bus, Follower};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);
const BYTES: i64 = 256 << 20;
/// Nodes may ring one stream a little out of order, so its last bell alone would not do.
const PER_STREAM: i64 = 64;
/// Bells on their way to one follower, those that wait to ring again included.
const UNANSWERED: i64 = 10_000;
/// Bells that a node fetches at a time.
const BATCH: usize = 64;
/// How long a follower's task waits before it tries again.
const RETRY: Duration = Duration::from_millis(250);

/// The bus on JetStream. See the module.
pub struct NatsBus {
    desk: Arc<Desk>,
    followers: Mutex<Vec<Arc<dyn Follower>>>,
    tasks: Mutex<Vec<Running>>,
}

struct Desk {
    context: Context,
    prefix: String,
}

impl NatsBus {
    pub async fn open(servers: Vec<ServerAddr>, prefix: &str) -> Result<Self> {
        let client = connect(servers, ConnectOptions::new(), "bus", |_| {}).await?;
        let mut context = async_nats::jetstream::new(client);
        context.set_timeout(DEADLINE);
        let desk = Arc::new(Desk { context, prefix: prefix.into() });
        if is_up(&desk.context.client()) {
            desk.stream().await.map_err(|e| {
                Problem::unavailable("NATS has no room for bells: is JetStream on (`nats-server -js`)?")
                    .because(Cause(e))
            })?;
        }
        Ok(Self { desk, followers: Mutex::default(), tasks: Mutex::default() })
    }
}

#[async_trait]
impl Bus for NatsBus {
    async fn ring(&self, bell: Bell) -> Result<()> {
        if !is_up(&self.desk.context.client()) {
            return Err(away());
        }
        // A server that answers within the deadline, or none.
        timeout(DEADLINE, self.desk.store(&bell)).await.map_err(|late| away().because(late))?
    }

    fn follow(&self, follower: Arc<dyn Follower>) {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).push(follower);
    }

    fn open(&self) {
        let followers = std::mem::take(&mut *self.followers.lock().unwrap_or_else(PoisonError::into_inner));
        let tasks = followers.into_iter().map(|follower| Running::start(self.desk.clone().serve(follower)));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).extend(tasks);
    }
}

impl Desk {
    /// The stream of bells, made where there is none.
    async fn stream(&self) -> Result<Stream, async_nats::Error> {
        let config = Config {
            name: format!("{}-bells", self.prefix),
            subjects: vec![format!("{}.bell.>", self.prefix)],
            max_age: WEEK,
            max_bytes: BYTES,
            max_messages_per_subject: PER_STREAM,
            discard: DiscardPolicy::Old,
            ..Config::default()
        };
        Ok(self.context.get_or_create_stream(config).await?)
    }

    async fn store(&self, bell: &Bell) -> Result<()> {
        let stored = match self.publish(bell).await {
            // A server that was set up anew.
            Err(e) if e.kind() == PublishErrorKind::StreamNotFound => {
                self.stream().await.map_err(|e| away().because(Cause(e)))?;
                self.publish(bell).await
            }
            stored => stored,
        };
        stored.map_err(|e| away().because(e))
    }

    async fn publish(&self, bell: &Bell) -> Result<(), PublishError> {
        // Our own types with string keys: encoding them has no way to fail.
        let payload = serde_json::to_vec(bell).expect("a bell is plain data");
        let once = format!("{}:{}", bell.stream, bell.seq);
        let message = PublishMessage::build().message_id(once).payload(payload.into());
        self.context.send_publish(subject(&self.prefix, "bell", bell.stream.as_str()), message).await?.await?;
        Ok(())
    }

    /// Hands bells to a follower for as long as the bus lives.
    async fn serve(self: Arc<Self>, follower: Arc<dyn Follower>) {
        let (ringer, mut rings) = (Ringer::new(follower.clone()), JoinSet::new());
        let mut told = false;
        loop {
            let fault = match self.bells(&*follower).await {
                Ok(bells) => {
                    told = false;
                    take_in(bells, &ringer, &mut rings).await
                }
                Err(fault) => fault,
            };
            if !told {
                told = true;
                tracing::warn!(follower = follower.name(), %fault, "bells don't come from NATS; trying again");
            }
            sleep(RETRY).await;
        }
    }

    /// The follower's bells, from where all nodes together are.
    async fn bells(&self, follower: &dyn Follower) -> Result<pull::Stream, async_nats::Error> {
        // A subject ends at a `/`; the ringer drops what a beginning in the middle of a word doesn't cover.
        let whole = follower.follows().rsplit_once('/').map(|(whole, _)| whole);
        let filter = whole.map_or_else(|| ">".into(), |whole| format!("{whole}/>"));
        let config = pull::Config {
            durable_name: Some(follower.name().replace(['.', '*', '>', '/', '\\', ' '], "_")),
            filter_subject: subject(&self.prefix, "bell", &filter),
            ack_policy: AckPolicy::Explicit,
            ack_wait: STILL * 3,
            max_deliver: -1,
            max_ack_pending: UNANSWERED,
            ..pull::Config::default()
        };
        let consumer = self.stream().await?.create_consumer(config).await?;
        Ok(consumer.stream().max_messages_per_batch(BATCH).heartbeat(Duration::from_secs(5)).messages().await?)
    }
}

/// Takes bells in until they stop coming, and says why they did.
async fn take_in(
    mut bells: pull::Stream,
    ringer: &Arc<Ringer<NatsBell>>,
    rings: &mut JoinSet<()>,
) -> async_nats::Error {
    let mut fault = None;
    loop {
        // What was fetched before a fault is here all the same.
        let next = if fault.is_none() { bells.next().await } else { bells.next().now_or_never().flatten() };
        match next {
            Some(Ok(message)) => match NatsBell::read(&message) {
                Some((bell, place, times)) => {
                    if let Some(ring) = ringer.take(NatsBell { bell, message, place, times }).await {
                        rings.spawn(ring);
                    }
                }
                // It rings again: a newer node may know what it is.
                None => drop(message.ack_with(AckKind::Nak(Some(pause(u32::MAX)))).await),
            },
            Some(Err(error)) if fault.is_none() => fault = Some(error.into()),
            _ => return fault.unwrap_or_else(|| "the consumer is gone".into()),
        }
        while rings.try_join_next().is_some() {}
    }
}

struct NatsBell {
    bell: Bell,
    message: Message,
    /// Its place in JetStream's stream.
    place: u64,
    /// How many times it was handed on.
    times: u32,
}

impl NatsBell {
    /// What a message says: the bell, its place, and how many times it was handed on.
    fn read(message: &Message) -> Option<(Bell, u64, u32)> {
        let info = message.info().ok()?;
        let times = u32::try_from(info.delivered).unwrap_or(1);
        Some((serde_json::from_slice(&message.payload).ok()?, info.stream_sequence, times))
    }

    /// An answer that is lost makes the bell ring again.
    async fn answer(&self, kind: AckKind) {
        if let Err(error) = self.message.ack_with(kind).await {
            tracing::debug!(stream = %self.bell.stream, %error, "NATS doesn't hear of a bell");
        }
    }
}

#[async_trait]
impl Held for NatsBell {
    fn bell(&self) -> &Bell {
        &self.bell
    }

    fn is(&self, other: &Self) -> bool {
        self.place == other.place
    }

    async fn done(self) {
        self.answer(AckKind::Ack).await;
    }

    async fn again(self) {
        self.answer(AckKind::Nak(Some(pause(self.times)))).await;
    }

    async fn still(&self) {
        self.answer(AckKind::Progress).await;
    }
}

fn away() -> Problem {
    Problem::unavailable("The bus doesn't answer.")
}

/// An error without a type.
#[derive(Debug)]
struct Cause(async_nats::Error);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {}
