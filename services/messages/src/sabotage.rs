//! Ways of being wrong, which the fault tests' checker must notice. Never in the program that people run: the feature
//! `sabotage` compiles it, `GUILDHALL_TEST_SABOTAGE` in the environment chooses.

use crate::{
    send,
    store::{Ready, Store},
    writer::Job,
};
use engine_sql::Ground;
use kernel::{ChannelId, Event, MessageId};
use messages_contract::{Message, Sent};
use std::{collections::HashMap, time::Duration};

/// How late the disk is when it isn't waited for.
const LATE: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    AckBeforeCommit,
    PublishBeforeCommit,
    NoDedupe,
}

pub(crate) struct Sabotage {
    way: Option<Way>,
    /// The newest `seq` and number of each channel, as far as known.
    heads: HashMap<ChannelId, (i64, i64)>,
}

impl Sabotage {
    pub(crate) fn from_environment() -> Self {
        let way = match std::env::var("GUILDHALL_TEST_SABOTAGE").as_deref() {
            Ok("ack-before-commit") => Some(Way::AckBeforeCommit),
            Ok("publish-before-commit") => Some(Way::PublishBeforeCommit),
            Ok("no-dedupe") => Some(Way::NoDedupe),
            _ => None,
        };
        Self { way, heads: HashMap::new() }
    }

    /// Spoils a group. Answers whether it is done with, or still to be written as it should be.
    pub(crate) async fn spoil(&mut self, ground: &Ground, store: &dyn Store, group: &mut Vec<Job>) -> bool {
        let Some(way) = self.way else { return false };
        let spoiled = match way {
            Way::NoDedupe => self.forget_nonces(ground, group).await,
            early => self.commit_late(early, ground, store, std::mem::take(group)).await,
        };
        if let Err(problem) = spoiled {
            tracing::warn!(?problem, "not even the sabotage worked");
        }
        group.is_empty()
    }

    /// Every send counts as one that nobody sent before.
    async fn forget_nonces(&self, ground: &Ground, group: &mut [Job]) -> kernel::Result<()> {
        let ids = ground.mint.ids(group.len()).await?;
        group.iter_mut().zip(ids).for_each(|(job, id)| job.pending.nonce_key = id);
        Ok(())
    }

    async fn commit_late(
        &mut self,
        way: Way,
        ground: &Ground,
        store: &dyn Store,
        jobs: Vec<Job>,
    ) -> kernel::Result<()> {
        let ids = ground.mint.ids(jobs.len()).await?;
        let sent_at = ground.now();
        let (ready, mut answers): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .zip(ids)
            .map(|(job, id)| (Ready { pending: job.pending, id: MessageId(id), sent_at }, Some(job.answer)))
            .unzip();
        if let Some(guesses) = self.guess(&ready) {
            match way {
                Way::AckBeforeCommit => {
                    for (answer, guess) in answers.iter_mut().zip(guesses) {
                        drop(answer.take().map(|answer| answer.send(Ok(guess))));
                    }
                }
                _ => ground.announce_events(guesses.iter().map(event).collect()),
            }
        }
        tokio::time::sleep(LATE).await;
        let results = ground.announce(store.commit(ready).await?);
        for (answer, result) in answers.into_iter().zip(results) {
            if let Ok(sent) = &result {
                let head = self.heads.entry(sent.message.channel).or_default();
                *head = (*head).max((sent.seq, sent.message.number));
            }
            drop(answer.map(|answer| answer.send(result)));
        }
        Ok(())
    }

    /// What the commit will answer, where all channels' heads are known.
    fn guess(&self, group: &[Ready]) -> Option<Vec<Sent>> {
        let mut heads = self.heads.clone();
        let guess = |ready: &Ready| {
            let Ready { pending, id, sent_at } = ready.clone();
            let (seq, number) = heads.get_mut(&pending.channel)?;
            (*seq, *number) = (*seq + 1, *number + 1);
            let place = (pending.channel, *number);
            let message = Message::new(id, place, pending.author, pending.text, pending.reply_to, sent_at);
            Some(Sent { nonce: pending.nonce, seq: *seq, message })
        };
        group.iter().map(guess).collect()
    }
}

fn event(sent: &Sent) -> Event {
    let new = send::message_sent(&sent.message, &sent.nonce);
    Event { stream: new.stream, seq: sent.seq, id: new.id, at: new.at, kind: new.kind.into(), data: new.data }
}
