//! A socket: takes a few bytes at a time, or none; hands them on late, in order, until it breaks.

use crate::{Shared, lock};
use realtime_contract::{Frame, Wire};
use serde_json::Value;
use std::{
    io::{Error, ErrorKind, IoSlice, Result},
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// What lies on the way at most, in bytes: some cables hold little, some much.
const ON_THE_WAY: [usize; 2] = [4 << 10, 256 << 10];

pub(crate) struct Cable {
    shared: Arc<Shared>,
    on_the_way: usize,
    state: Mutex<State>,
    /// Something came, or the client reads again.
    moved: Notify,
    /// The client took what was there, or is gone.
    taken: Notify,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    /// The client doesn't read.
    stalled: bool,
    broken: bool,
}

impl Cable {
    pub(crate) fn new(shared: Arc<Shared>) -> Arc<Self> {
        let on_the_way = ON_THE_WAY[shared.chance.below(2) as usize];
        Arc::new(Self { shared, on_the_way, state: Mutex::default(), moved: Notify::new(), taken: Notify::new() })
    }

    pub(crate) fn cut(&self) {
        lock(&self.state).broken = true;
        self.moved.notify_one();
        self.taken.notify_waiters();
    }

    pub(crate) fn stall(&self, stalled: bool) {
        lock(&self.state).stalled = stalled;
        self.moved.notify_one();
    }

    pub(crate) fn has_room(&self) -> bool {
        lock(&self.state).bytes.len() < self.on_the_way
    }

    /// Waits until the client takes something, or is gone.
    pub(crate) async fn taken(&self) {
        self.taken.notified().await;
    }

    /// Waits for bytes and adds them to `read`; false: there will be none any more.
    pub(crate) async fn read(&self, read: &mut Vec<u8>) -> bool {
        loop {
            {
                let mut state = lock(&self.state);
                if state.broken {
                    return false;
                }
                if !state.stalled && !state.bytes.is_empty() {
                    read.append(&mut state.bytes);
                    self.taken.notify_waiters();
                    return true;
                }
            }
            self.moved.notified().await;
        }
    }
}

impl Wire for Cable {
    fn write(&self, frames: &[IoSlice<'_>]) -> Result<usize> {
        let mut state = lock(&self.state);
        if state.broken {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let room = self.on_the_way.saturating_sub(state.bytes.len());
        if room == 0 || self.shared.mishap(8) {
            return Err(Error::from(ErrorKind::WouldBlock));
        }
        let all: usize = frames.iter().map(|f| f.len()).sum();
        let most = if self.shared.mishap(3) { 1 + self.shared.chance.below(300) as usize } else { all };
        let taken = all.min(room).min(most);
        state.bytes.extend(frames.iter().flat_map(|f| f.iter().copied()).take(taken));
        self.moved.notify_one();
        Ok(taken)
    }

    fn ping(&self) -> Frame {
        Frame::raw(&[0x89, 0])
    }

    fn closing(&self, _: u16, _: &'static str) -> Frame {
        Frame::raw(&[0x88, 0])
    }
}

/// Takes the whole frames out of `bytes`.
pub(crate) fn frames(bytes: &mut Vec<u8>) -> Vec<Value> {
    let (mut at, mut frames) = (0, Vec::new());
    while bytes.len() >= at + 2 {
        let rest = &bytes[at..];
        let (header, len) = match rest[1] {
            126 if rest.len() >= 4 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
            126 => break,
            short => (2, usize::from(short)),
        };
        if rest.len() < header + len {
            break;
        }
        if rest[0] == 0x81 {
            frames.push(serde_json::from_slice(&rest[header..header + len]).expect("whole frames, in order"));
        }
        at += header + len;
    }
    bytes.drain(..at);
    frames
}
