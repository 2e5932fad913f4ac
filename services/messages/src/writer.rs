//! Group commit: what waits while one group is being written becomes the next group. Nobody waits for a timer;
//! one fsync covers a group; senders are answered after it.

use crate::{
    Config, send,
    store::{Pending, Ready, Store},
};
use engine_sql::Ground;
use kernel::{Kind, MessageId, Problem, Result};
use messages_contract::Sent;
use ports::Hint;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tracing::{Span, field::Empty};

pub(crate) struct Job {
    pub(crate) pending: Pending,
    /// From the moment that it waits to its answer.
    pub(crate) span: Span,
    pub(crate) answer: oneshot::Sender<Result<Sent>>,
}

/// The way to the disk.
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    pub(crate) fn start(ground: Ground, store: Arc<dyn Store>, config: &Config) -> Self {
        let (queue, jobs) = mpsc::channel(config.queue_messages);
        tokio::spawn(write_groups(ground, store, jobs, config.group_messages));
        Self { queue }
    }

    /// Answers when the message is on disk, or why it isn't.
    pub(crate) async fn commit(&self, pending: Pending) -> Result<Sent> {
        let (answer, answered) = oneshot::channel();
        let span =
            tracing::info_span!(target: "spans", "messages commit", group.messages = Empty, group.write_us = Empty);
        self.queue.try_send(Job { pending, span, answer }).map_err(|_| {
            metrics::counter!("guildhall_messages_refused_total").increment(1);
            let detail = "Too many messages wait for the disk: nothing was sent; try again in a second.";
            Problem { code: "too_busy".into(), ..Problem::unavailable(detail) }
        })?;
        answered
            .await
            .map_err(|_| Problem::unavailable("The message may not have been sent: try again; it is safe to."))?
    }
}

async fn write_groups(ground: Ground, store: Arc<dyn Store>, mut jobs: mpsc::Receiver<Job>, group_messages: usize) {
    let mut group = Vec::new();
    #[cfg(feature = "sabotage")]
    let mut sabotage = crate::sabotage::Sabotage::from_environment();
    while jobs.recv_many(&mut group, group_messages).await > 0 {
        #[cfg(feature = "sabotage")]
        if sabotage.spoil(&ground, &*store, &mut group).await {
            continue;
        }
        let (pending, waiting): (Vec<_>, Vec<_>) =
            group.drain(..).map(|job| (job.pending, (job.answer, job.span))).unzip();
        let began = Instant::now();
        let (ground, store) = (ground.clone(), store.clone());
        // A group that breaks must not end the writer: its senders are told to try again.
        let results = tokio::spawn(async move { write(&ground, &*store, pending).await }).await.unwrap_or_default();
        let (messages, write_us) = (waiting.len(), began.elapsed().as_micros() as u64);
        for ((answer, span), result) in waiting.into_iter().zip(results) {
            span.record("group.messages", messages).record("group.write_us", write_us);
            // A sender that went away doesn't need its answer: the message is on disk, and its nonce with it.
            drop(answer.send(result));
        }
    }
}

/// Writes a group. When a group fails for a reason of one of its items, each is written alone, so that one
/// bad item never fails the others.
async fn write(ground: &Ground, store: &dyn Store, group: Vec<Pending>) -> Vec<Result<Sent>> {
    let count = group.len();
    match write_together(ground, store, group.clone()).await {
        Ok(sent) => sent,
        Err(problem) if count == 1 || matches!(problem.kind, Kind::Unavailable | Kind::Full) => {
            tracing::warn!(?problem, count, "a group of messages was not written");
            vec![Err(problem); count]
        }
        Err(problem) => {
            tracing::warn!(?problem, count, "a group of messages failed; writing each alone");
            let mut results = Vec::with_capacity(count);
            for pending in group {
                results.extend(match write_together(ground, store, vec![pending]).await {
                    Ok(sent) => sent,
                    Err(problem) => vec![Err(problem)],
                });
            }
            results
        }
    }
}

async fn write_together(ground: &Ground, store: &dyn Store, group: Vec<Pending>) -> Result<Vec<Result<Sent>>> {
    let ids = ground.mint.ids(group.len()).await?;
    let now = ground.now();
    let guilds: HashMap<_, _> = group.iter().map(|p| (p.channel, p.guild)).collect();
    let ready = group.into_iter().zip(ids).map(|(pending, id)| Ready { pending, id: MessageId(id), sent_at: now });
    let began = Instant::now();
    let committed = store.commit(ready.collect()).await?;
    metrics::histogram!("guildhall_messages_commit_seconds").record(began.elapsed());
    metrics::counter!("guildhall_messages_sent_total").increment(committed.events.len() as u64);
    let fresh: HashSet<MessageId> = committed.events.iter().map(|e| MessageId(e.id.0)).collect();
    let results = ground.announce(committed);
    let (new, repeated): (Vec<&Sent>, Vec<&Sent>) =
        results.iter().flatten().partition(|sent| fresh.contains(&sent.message.id));
    hint_heads(ground, &guilds, new.into_iter());
    for sent in repeated.into_iter().filter(|sent| !sent.message.deleted) {
        // Perhaps the process or the connection broke between commit and announcement; who has it drops it by its seq.
        ground.fanout.publish(Arc::new(send::message_sent(&sent.message, &sent.nonce).at_seq(sent.seq)));
    }
    Ok(results)
}

/// Tells those who don't watch these channels how far they are now: once per channel and group.
fn hint_heads<'a>(
    ground: &Ground,
    guilds: &HashMap<kernel::ChannelId, Option<kernel::GuildId>>,
    sent: impl Iterator<Item = &'a Sent>,
) {
    let mut newest = HashMap::new();
    for sent in sent {
        let number = newest.entry(sent.message.channel).or_insert(0);
        *number = sent.message.number.max(*number);
    }
    for (channel, number) in newest {
        let topic = match guilds.get(&channel).copied().flatten() {
            Some(guild) => format!("heads/guild/{guild}"),
            None => format!("heads/channel/{channel}"),
        };
        ground.fanout.hint(&topic, Hint::Head { channel, number });
    }
}
