//! Sends of one session go to the disk one after the other, in the order in which they came.

use crate::{lock, session::Session};
use kernel::{Caller, ChannelId, Kind, Problem};
use messages_contract::Draft;
use realtime_contract::ServerOp;
use std::{collections::VecDeque, sync::Arc};

/// Sends of one session that may wait for their acknowledgement.
const WAITING_SENDS: usize = 64;

#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<(Option<String>, ChannelId, Draft)>,
    /// A task is taking from it.
    running: bool,
}

pub(crate) fn send(
    session: &Arc<Session>,
    caller: Caller,
    reference: Option<String>,
    channel: ChannelId,
    draft: Draft,
) {
    let mut state = lock(&session.state);
    if state.is_over() {
        return;
    }
    if state.sends.waiting.len() >= WAITING_SENDS {
        drop(state);
        let detail = "Too many messages wait for their acknowledgement: nothing was sent; try again in a second.";
        let problem = Problem::new(Kind::TooMany, "too_many_sends", detail).retry_after(1);
        return session.answer(reference, ServerOp::Error { nonce: Some(draft.nonce), problem });
    }
    state.sends.waiting.push_back((reference, channel, draft));
    if std::mem::replace(&mut state.sends.running, true) {
        return;
    }
    drop(state);
    let session = session.clone();
    tokio::spawn(async move {
        loop {
            let next = {
                let mut state = lock(&session.state);
                let next = state.sends.waiting.pop_front();
                state.sends.running = next.is_some();
                next
            };
            let Some((reference, channel, draft)) = next else { return };
            let nonce = draft.nonce.clone();
            let messages = session.service.deps.messages.clone();
            // A task of its own, so that one that breaks doesn't take those behind it along.
            let sent = tokio::spawn(async move { messages.send(caller, channel, draft).await }).await;
            let op = match sent.unwrap_or_else(|panic| Err(Problem::internal(panic))) {
                Ok(sent) => sent.into(),
                Err(problem) => ServerOp::Error { nonce: Some(nonce), problem },
            };
            session.answer(reference, op);
        }
    });
}
