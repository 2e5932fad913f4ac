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
    let running = Running(session.clone());
    tokio::spawn(async move {
        let session = &running.0;
        loop {
            let next = {
                let mut state = lock(&session.state);
                let next = state.sends.waiting.pop_front();
                state.sends.running = next.is_some();
                next
            };
            let Some((reference, channel, draft)) = next else { return };
            let nonce = draft.nonce.clone();
            let op = match session.service.deps.messages.send(caller, channel, draft).await {
                Ok(sent) => sent.into(),
                Err(problem) => ServerOp::Error { nonce: Some(nonce), problem },
            };
            session.answer(reference, op);
        }
    });
}

/// A task that breaks doesn't keep those behind it from being sent.
struct Running(Arc<Session>);

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.state).sends.running = false;
        }
    }
}
