//! What waits to be written to one socket.

use realtime_contract::{Frame, Wire};
use std::{
    collections::VecDeque,
    io::{ErrorKind, IoSlice, Result},
};

/// How many frames go into one system call at most.
const BATCH_FRAMES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    All,
    /// The wire takes no more now.
    Some,
}

/// Whole frames in their order, the first of which may have been begun.
#[derive(Default)]
pub struct Out {
    queue: VecDeque<Frame>,
    /// How much of the first frame was written.
    begun: usize,
    /// What is held for it: of frames that aren't wholly written, and not as they are deflated.
    bytes: usize,
    blocked: bool,
}

impl Out {
    pub fn push(&mut self, frame: Frame) {
        self.bytes += frame.bytes().len();
        self.queue.push_back(frame);
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    pub fn unblock(&mut self) {
        self.blocked = false;
    }

    /// Forgets all that wasn't begun.
    pub fn drop_whole_frames(&mut self) {
        self.queue.truncate(usize::from(self.begun > 0));
        self.bytes = self.queue.front().map_or(0, |f| f.bytes().len());
    }

    /// Writes what waits.
    pub fn write(&mut self, wire: &dyn Wire) -> Result<Written> {
        while !self.queue.is_empty() {
            let mut slices = [IoSlice::new(&[]); BATCH_FRAMES];
            let mut count = 0;
            for (slice, frame) in slices.iter_mut().zip(&self.queue) {
                let skip = if count == 0 { self.begun } else { 0 };
                *slice = IoSlice::new(&wire.bytes(frame)[skip..]);
                count += 1;
            }
            match wire.write(&slices[..count]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => self.written(wire, written),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.blocked = true;
                    return Ok(Written::Some);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.queue.shrink_to(0);
        Ok(Written::All)
    }

    /// Writes `frames` when nothing waits, straight from where they are; what the wire doesn't take waits.
    pub fn write_through(&mut self, wire: &dyn Wire, frames: &[Frame]) -> Result<Written> {
        let (first, rest) = frames.split_at(frames.len().min(BATCH_FRAMES));
        let written = if first.is_empty() || !self.queue.is_empty() || self.blocked {
            0
        } else {
            match write_at_once(wire, first) {
                Ok(written) => written,
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.blocked = true;
                    0
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => 0,
                Err(e) => return Err(e),
            }
        };
        if rest.is_empty() && written == first.iter().map(|f| wire.bytes(f).len()).sum::<usize>() {
            return Ok(Written::All);
        }
        frames.iter().for_each(|frame| self.push(frame.clone()));
        self.written(wire, written);
        if self.blocked { Ok(Written::Some) } else { self.write(wire) }
    }

    fn written(&mut self, wire: &dyn Wire, mut count: usize) {
        count += self.begun;
        while let Some(frame) = self.queue.front() {
            let len = wire.bytes(frame).len();
            if count < len {
                break;
            }
            count -= len;
            self.bytes -= frame.bytes().len();
            self.queue.pop_front();
        }
        self.begun = count;
    }
}

/// Most often it is one frame: then no room for many is made.
fn write_at_once(wire: &dyn Wire, frames: &[Frame]) -> Result<usize> {
    if let [frame] = frames {
        return wire.write(&[IoSlice::new(wire.bytes(frame))]);
    }
    let mut slices = [IoSlice::new(&[]); BATCH_FRAMES];
    for (slice, frame) in slices.iter_mut().zip(frames) {
        *slice = IoSlice::new(wire.bytes(frame));
    }
    wire.write(&slices[..frames.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::SeededRandom;
    use std::sync::Mutex;

    /// A wire that takes what it likes.
    struct Moody {
        random: SeededRandom,
        taken: Mutex<Vec<u8>>,
        deflates: bool,
    }

    impl Moody {
        fn new(seed: u64) -> Self {
            Self { random: SeededRandom::new(seed), taken: Mutex::default(), deflates: seed.is_multiple_of(2) }
        }
    }

    impl Wire for Moody {
        fn write(&self, frames: &[IoSlice<'_>]) -> Result<usize> {
            let all: Vec<u8> = frames.iter().flat_map(|f| f.iter().copied()).collect();
            let takes = match self.random.below(4) {
                0 => return Err(ErrorKind::WouldBlock.into()),
                1 => all.len(),
                _ => 1 + self.random.below(all.len() as u64) as usize,
            };
            self.taken.lock().expect("a wire").extend(&all[..takes]);
            Ok(takes)
        }
        fn bytes<'f>(&self, frame: &'f Frame) -> &'f [u8] {
            if self.deflates { frame.deflated(|json| Some(json[..json.len() / 2].to_vec())) } else { frame.bytes() }
        }
        fn ping(&self) -> Frame {
            Frame::raw(&[])
        }
        fn closing(&self, _: u16, _: &'static str) -> Frame {
            Frame::raw(&[])
        }
    }

    #[test]
    fn bytes_leave_in_order_and_once_whatever_the_wire_takes() {
        for seed in 0..2_000 {
            let wire = Moody::new(seed);
            let (mut out, mut sent, mut ends) = (Out::default(), Vec::<u8>::new(), Vec::new());
            for step in 0..60u8 {
                let text = |n| Frame::text(&"abcdefg"[usize::from(step) % 4..][..1 + n as usize % 4]);
                let frames: Vec<Frame> = (0..wire.random.below(90)).map(text).collect();
                for frame in &frames {
                    sent.extend(wire.bytes(frame));
                    ends.push((sent.len(), frame.bytes().len()));
                }
                if out.is_empty() {
                    out.write_through(&wire, &frames).expect("no error");
                } else {
                    frames.into_iter().for_each(|f| out.push(f));
                }
                if wire.random.below(2) == 0 {
                    out.unblock();
                    out.write(&wire).expect("no error");
                }
                let taken = wire.taken.lock().expect("a wire").len();
                let waits: usize = ends.iter().filter(|(end, _)| *end > taken).map(|(_, held)| held).sum();
                assert_eq!(out.bytes(), waits, "seed {seed}");
            }
            while !out.is_empty() {
                out.unblock();
                out.write(&wire).expect("no error");
            }
            assert_eq!(*wire.taken.lock().expect("a wire"), sent, "seed {seed}");
        }
    }

    #[test]
    fn only_what_was_begun_stays_when_the_rest_is_dropped() {
        let wire = Moody::new(1);
        let mut out = Out::default();
        (0..5).for_each(|n| out.push(Frame::raw(&[n; 10])));
        out.begun = 3;
        out.drop_whole_frames();
        assert_eq!((out.bytes(), out.queue.len()), (10, 1));
        while !out.is_empty() {
            out.unblock();
            out.write(&wire).expect("no error");
        }
        assert_eq!(*wire.taken.lock().expect("a wire"), [0; 7]);
    }
}
