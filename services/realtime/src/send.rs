//! Sends of one session go to the disk one after the other, in the order in which they came.

use crate::{lock, session::Session};
use kernel::{Caller, ChannelId, Kind, Problem};
use messages_contract::Draft;
use realtime_contract::ServerOp;
use std::{collections::VecDeque, sync::Arc};
use tracing::{Instrument, Level, Span};

/// Sends of one session that may wait for their acknowledgement.
const WAITING_SENDS: usize = 64;

#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<Waiting>,
    /// A task is taking from it.
    running: bool,
}

struct Waiting {
    reference: Option<String>,
    channel: ChannelId,
    draft: Draft,
    /// The op that asked: it lasts until it is answered.
    span: Span,
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
    let span = if tracing::enabled!(target: "spans", Level::INFO) { Span::current() } else { Span::none() };
    state.sends.waiting.push_back(Waiting { reference, channel, draft, span });
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
            let Some(Waiting { reference, channel, draft, span }) = next else { return };
            let nonce = draft.nonce.clone();
            let sending = session.service.deps.messages.send(caller, channel, draft);
            let op = match sending.instrument(span).await {
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
