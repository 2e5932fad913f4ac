//! The pure heart of a lane: frames in the order of their `seq`, whatever order they arrive in.

use kernel::Event;
use messages_contract::MessageDeleted;
use realtime_contract::Frame;
use std::collections::{BTreeMap, VecDeque};

/// How many frames a lane keeps for those who are a little behind.
const KEPT_FRAMES: usize = 512;
/// How many bytes of frames a lane keeps at most, the newest frame apart.
const KEPT_BYTES: usize = 1 << 20;
/// How many frames may wait for one that is missing.
const WAITING_FRAMES: usize = 1_024;

/// What came of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It, and perhaps some that waited for it, can be read now.
    Appended,
    /// It is there already.
    Known,
    /// One before it is missing.
    Gap,
    /// It waits until the owner has said where the stream is.
    Early,
}

/// What lies after a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// These frames; the cursor moves to this `seq`.
    Frames(Vec<Frame>, i64),
    /// Some of it isn't kept any more: ask the stream's owner.
    Behind,
}

/// Frames of one stream, contiguous, the newest ones. Most streams are silent most of the time: they hold nothing.
#[derive(Debug, Default)]
pub struct Track {
    /// The `seq` of the last frame that can be read; unknown until the owner was asked.
    last: Option<i64>,
    held: Option<Box<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// By their `seq`, those before which one is missing.
    waiting: BTreeMap<i64, Frame>,
    /// How far the stream is, as was said; what it says of it may have been lost.
    reached: i64,
}

impl Track {
    /// The owner says that the stream is at `head`: what waited continues from there.
    pub fn open(&mut self, head: i64) {
        if self.last.is_none() {
            self.last = Some(head);
            self.take_waiting();
        }
    }

    /// The owner says that what is missing is gone: everyone behind `head` must fetch anew.
    pub fn reset(&mut self, head: i64) {
        if head > self.last() {
            self.last = Some(head);
            let held = self.held.get_or_insert_default();
            held.frames.clear();
            held.bytes = 0;
        }
        self.take_waiting();
    }

    pub fn is_open(&self) -> bool {
        self.last.is_some()
    }

    pub fn last(&self) -> i64 {
        self.last.unwrap_or(0)
    }

    /// Whether a frame is missing.
    pub fn has_gap(&self) -> bool {
        let missing = |held: &Held| !held.waiting.is_empty() || held.reached > self.last();
        self.is_open() && self.held.as_deref().is_some_and(missing)
    }

    /// The stream is known to have come this far. Answers whether a frame is missing.
    pub fn reach(&mut self, seq: i64) -> bool {
        if self.last.is_none_or(|last| last < seq) {
            let held = self.held.get_or_insert_default();
            held.reached = held.reached.max(seq);
        }
        self.has_gap()
    }

    /// Takes an event's frame. A deletion takes those along that told what was deleted.
    pub fn take(&mut self, event: &Event) -> Pushed {
        if event.kind == "message_deleted"
            && let Ok(MessageDeleted { redacted, .. }) = event.parse()
        {
            self.forget(&redacted);
        }
        self.push(event.seq, || Frame::text(&event.frame()))
    }

    pub fn push(&mut self, seq: i64, frame: impl FnOnce() -> Frame) -> Pushed {
        match self.last {
            Some(last) if seq <= last => Pushed::Known,
            Some(last) if seq == last + 1 => {
                self.append(frame());
                self.take_waiting();
                Pushed::Appended
            }
            _ => {
                // Beyond the bound the oldest stay: they are what the repair reaches first.
                let waiting = &mut self.held.get_or_insert_default().waiting;
                if waiting.len() < WAITING_FRAMES {
                    waiting.insert(seq, frame());
                }
                if self.is_open() { Pushed::Gap } else { Pushed::Early }
            }
        }
    }

    /// Frames of these `seq`s aren't as the owner tells them any more. Who is still before them asks the owner.
    fn forget(&mut self, seqs: &[i64]) {
        let (last, Some(held)) = (self.last(), &mut self.held) else { return };
        held.waiting.retain(|seq, _| !seqs.contains(seq));
        let Some(newest) = seqs.iter().filter(|seq| **seq <= last).max() else { return };
        let kept_before = usize::try_from(last - newest).unwrap_or(0);
        while held.frames.len() > kept_before {
            held.bytes -= held.frames.pop_front().map_or(0, |f| f.bytes().len());
        }
    }

    /// What can be read after `cursor`.
    pub fn after(&self, cursor: i64) -> After {
        let last = self.last();
        if usize::try_from(last - cursor).unwrap_or(0) > self.kept() {
            return After::Behind;
        }
        After::Frames(self.tail(cursor).0, last.max(cursor))
    }

    /// The newest frames after `cursor`, as many of them as are kept, and the `seq` of the last.
    pub fn tail(&self, cursor: i64) -> (Vec<Frame>, i64) {
        let last = self.last();
        let wanted = usize::try_from(last - cursor).unwrap_or(0).min(self.kept());
        let frames = self.held.iter().flat_map(|held| held.frames.range(held.frames.len() - wanted..));
        (frames.cloned().collect(), last)
    }

    fn kept(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.frames.len())
    }

    fn append(&mut self, frame: Frame) {
        self.last = Some(self.last() + 1);
        let held = self.held.get_or_insert_default();
        held.bytes += frame.bytes().len();
        held.frames.push_back(frame);
        while held.frames.len() > KEPT_FRAMES || (held.bytes > KEPT_BYTES && held.frames.len() > 1) {
            held.bytes -= held.frames.pop_front().map_or(0, |f| f.bytes().len());
        }
    }

    fn take_waiting(&mut self) {
        loop {
            let last = self.last();
            let Some(held) = &mut self.held else { return };
            match held.waiting.first_key_value() {
                Some((seq, _)) if *seq <= last + 1 => {}
                _ => return,
            }
            if let Some((seq, frame)) = held.waiting.pop_first()
                && seq > last
            {
                self.append(frame);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::SeededRandom;

    fn frame(seq: i64) -> Frame {
        Frame::text(&seq.to_string())
    }

    fn read(track: &Track, cursor: &mut i64) -> Vec<i64> {
        match track.after(*cursor) {
            After::Behind => panic!("behind {cursor}"),
            After::Frames(frames, next) => {
                *cursor = next;
                frames.iter().map(|f| String::from_utf8_lossy(f.json()).parse().expect("a number")).collect()
            }
        }
    }

    #[test]
    fn frames_come_out_once_and_in_order_whatever_order_they_come_in() {
        for seed in 0..4_000 {
            let random = SeededRandom::new(seed);
            let head = random.below(5) as i64;
            let mut track = Track::default();
            let mut arriving: Vec<i64> = (1..=40).chain(1..=40).collect();
            for i in (1..arriving.len()).rev() {
                arriving.swap(i, random.below(i as u64 + 1) as usize);
            }
            let (mut seen, mut cursor) = (Vec::new(), head);
            let opens_at = random.below(20) as usize;
            for (step, seq) in arriving.into_iter().enumerate() {
                if step == opens_at {
                    track.open(head);
                }
                track.push(seq, || frame(seq));
                if step >= opens_at && random.below(3) == 0 {
                    seen.extend(read(&track, &mut cursor));
                }
            }
            track.open(head);
            seen.extend(read(&track, &mut cursor));
            assert_eq!(seen, (head + 1..=40).collect::<Vec<_>>(), "seed {seed}");
            assert!(!track.has_gap());
        }
    }

    #[test]
    fn a_gap_waits_and_is_named() {
        let mut track = Track::default();
        track.open(0);
        assert_eq!(track.push(2, || frame(2)), Pushed::Gap);
        assert!(track.has_gap());
        assert_eq!(track.push(1, || frame(1)), Pushed::Appended);
        assert!(!track.has_gap());
        assert_eq!(track.push(2, || frame(2)), Pushed::Known);
        assert_eq!(read(&track, &mut 0), [1, 2]);
    }

    #[test]
    fn a_frame_that_is_only_said_to_be_there_is_missing_until_it_comes() {
        let mut track = Track::default();
        assert!(!track.reach(1), "nothing is known before the owner was asked");
        track.open(0);
        assert!(track.has_gap());
        track.push(1, || frame(1));
        assert!(!track.has_gap() && !track.reach(1));
        assert!(track.reach(3));
        track.push(2, || frame(2));
        assert!(track.has_gap());
        track.reset(3);
        assert!(!track.has_gap());
    }

    #[test]
    fn a_reset_ends_a_gap_that_cannot_be_filled() {
        let mut track = Track::default();
        track.open(0);
        track.push(9, || frame(9));
        track.push(12, || frame(12));
        track.reset(11);
        assert!(!track.has_gap());
        assert_eq!(track.after(0), After::Behind);
        assert_eq!(read(&track, &mut 11), [12]);
    }

    #[test]
    fn what_was_redacted_is_not_kept() {
        let mut track = Track::default();
        track.forget(&[1]);
        track.open(0);
        for seq in [1, 2, 3, 4, 6] {
            track.push(seq, || frame(seq));
        }
        track.forget(&[2]);
        assert_eq!((track.after(1), read(&track, &mut 2)), (After::Behind, vec![3, 4]));
        track.forget(&[1, 6]);
        assert_eq!(track.push(5, || frame(5)), Pushed::Appended);
        assert_eq!(read(&track, &mut 2), [3, 4, 5], "what waited is told by the owner");
        track.forget(&[5]);
        assert_eq!((track.after(4), track.after(5)), (After::Behind, After::Frames(Vec::new(), 5)));
    }

    #[test]
    fn a_cursor_too_far_behind_is_told_so_and_memory_stays_bounded() {
        let mut track = Track::default();
        track.open(0);
        for seq in 1..=2_000 {
            track.push(seq, || frame(seq));
        }
        assert_eq!(track.after(0), After::Behind);
        assert_eq!(read(&track, &mut (2_000 - KEPT_FRAMES as i64)).len(), KEPT_FRAMES);
        let big = Frame::text(&"x".repeat(KEPT_BYTES));
        for seq in 2_001..2_010 {
            track.push(seq, || big.clone());
        }
        let held = track.held.as_ref().expect("frames");
        assert!(held.bytes <= 2 * KEPT_BYTES && held.frames.len() <= 2);
    }
}
