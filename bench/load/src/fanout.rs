//! Rooms that talk: a message is in flight until every socket of its room has it; then its slot sends the next.

use crate::{
    dialect::{self, Dialect, Seat},
    histogram::Histogram,
    process,
    socket::Socket,
};
use memchr::memmem::Finder;
use mio::{Events, Interest, Poll, Token, unix::SourceFd};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    io::{Error, Result},
    time::{Duration, Instant},
};

const STALL: Duration = Duration::from_secs(10);
const TURN_EVENTS: usize = 1_024;
/// More than a socket gets in one turn, so that one read takes it all.
const READ_BYTES: usize = 256 * 1_024;

#[derive(Deserialize)]
pub(crate) struct Plan {
    dialect: Dialect,
    address: String,
    /// The server's processes, whose CPU is counted.
    pids: Vec<u32>,
    /// Makes nonces unique between runs.
    run: String,
    seats: Vec<Seat>,
    /// Messages in flight per room, each from a socket of its own.
    in_flight: usize,
    warm_seconds: f64,
    seconds: f64,
}

#[derive(Serialize)]
pub(crate) struct Report {
    deliveries: u64,
    deliveries_per_second: f64,
    cpu_us_per_delivery: f64,
    p50_ms: f64,
    p99_ms: f64,
}

/// One message in flight, again and again.
struct Slot {
    sender: usize,
    sent_nanos: u64,
    room_size: u32,
    left: u32,
}

struct State {
    began: Instant,
    finder: Finder<'static>,
    slots: Vec<Slot>,
    /// Slots whose message has come everywhere.
    done: Vec<usize>,
    deliveries: u64,
    latencies: Histogram,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut load = Load::open(plan)?;
    load.run_for(plan, plan.warm_seconds)?;
    load.state.latencies = Histogram::new();
    let (deliveries, cpu_us, began) = (load.state.deliveries, process::cpu_us(&plan.pids)?, Instant::now());
    load.run_for(plan, plan.seconds)?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu_us = process::cpu_us(&plan.pids)? - cpu_us;
    let deliveries = load.state.deliveries - deliveries;
    Ok(Report {
        deliveries,
        deliveries_per_second: deliveries as f64 / seconds,
        cpu_us_per_delivery: cpu_us / deliveries as f64,
        p50_ms: load.state.latencies.quantile_ms(0.5),
        p99_ms: load.state.latencies.quantile_ms(0.99),
    })
}

struct Load {
    poll: Poll,
    sockets: Vec<Socket>,
    state: State,
    buffer: Vec<u8>,
    sent: u64,
    started: bool,
}

impl Load {
    fn open(plan: &Plan) -> Result<Self> {
        let poll = Poll::new()?;
        let mut sockets = Vec::with_capacity(plan.seats.len());
        for seat in &plan.seats {
            sockets.push(plan.dialect.open(&plan.address, seat, true)?);
        }
        for (at, socket) in sockets.iter_mut().enumerate() {
            socket.stop_waiting()?;
            poll.registry().register(&mut SourceFd(&socket.fd()), Token(at), Interest::READABLE)?;
        }
        let state = State {
            began: Instant::now(),
            finder: dialect::stamp_finder(),
            slots: slots(&plan.seats, plan.in_flight),
            done: Vec::new(),
            deliveries: 0,
            latencies: Histogram::new(),
        };
        Ok(Self { poll, sockets, state, buffer: vec![0; READ_BYTES], sent: 0, started: false })
    }

    fn run_for(&mut self, plan: &Plan, seconds: f64) -> Result<()> {
        if !std::mem::replace(&mut self.started, true) {
            // What came before the polling began has to be taken once.
            (0..self.sockets.len()).try_for_each(|at| self.hear(plan, at))?;
            (0..self.state.slots.len()).try_for_each(|slot| self.send(plan, slot))?;
        }
        let (began, duration) = (Instant::now(), Duration::from_secs_f64(seconds));
        let mut events = Events::with_capacity(TURN_EVENTS);
        let mut heard = (self.state.deliveries, began);
        while began.elapsed() < duration {
            self.poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                self.hear(plan, event.token().0)?;
            }
            if self.state.deliveries > heard.0 {
                heard = (self.state.deliveries, Instant::now());
            } else if heard.1.elapsed() > STALL {
                return Err(Error::other(format!("nothing was delivered for {} s", STALL.as_secs())));
            }
        }
        Ok(())
    }

    fn hear(&mut self, plan: &Plan, at: usize) -> Result<()> {
        let Self { sockets, state, buffer, .. } = self;
        let mut heartbeat = false;
        sockets[at].hear(buffer, |frame| {
            heartbeat |= plan.dialect.is_heartbeat(frame);
            state.take(frame)
        })?;
        if heartbeat {
            self.sockets[at].say(dialect::HEARTBEAT_ANSWER)?;
        }
        while let Some(slot) = self.state.done.pop() {
            self.send(plan, slot)?;
        }
        Ok(())
    }

    fn send(&mut self, plan: &Plan, slot: usize) -> Result<()> {
        let nanos = u64::try_from(self.state.began.elapsed().as_nanos()).map_err(Error::other)?;
        let Slot { sender, sent_nanos, room_size, left } = &mut self.state.slots[slot];
        (*sent_nanos, *left) = (nanos, *room_size);
        self.sent += 1;
        let nonce = format!("{}-{}", plan.run, self.sent);
        let frame = plan.dialect.send(&plan.seats[*sender].room, &nonce, &dialect::stamped(slot, nanos));
        self.sockets[*sender].say(&frame)
    }
}

impl State {
    fn take(&mut self, frame: &[u8]) -> Result<()> {
        let Some((slot, nanos)) = dialect::stamp_of(frame, &self.finder) else { return dialect::refusal(frame) };
        let in_flight = self.slots.get_mut(slot).filter(|s| s.sent_nanos == nanos && s.left > 0);
        // One delivery too many shows here as one of a message that is no longer in flight.
        let in_flight = in_flight.ok_or_else(|| Error::other("a message was delivered twice"))?;
        in_flight.left -= 1;
        if in_flight.left == 0 {
            self.done.push(slot);
        }
        self.deliveries += 1;
        self.latencies.add(self.began.elapsed().saturating_sub(Duration::from_nanos(nanos)));
        Ok(())
    }
}

/// The first sockets of each room send.
fn slots(seats: &[Seat], in_flight: usize) -> Vec<Slot> {
    let mut rooms: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, seat) in seats.iter().enumerate() {
        rooms.entry(&seat.room).or_default().push(at);
    }
    let slot = |sender: usize, size: usize| Slot { sender, sent_nanos: 0, room_size: size as u32, left: 0 };
    let mut slots: Vec<Slot> =
        rooms.values().flat_map(|room| room.iter().take(in_flight).map(|at| slot(*at, room.len()))).collect();
    slots.sort_by_key(|slot| slot.sender);
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats() -> Vec<Seat> {
        ["a", "b", "a", "a", "b"].map(|room| Seat { room: room.into(), token: String::new(), address: None }).into()
    }

    fn state() -> State {
        let mut slots = slots(&seats(), 2);
        slots.iter_mut().for_each(|slot| slot.left = slot.room_size);
        let (done, latencies) = (Vec::new(), Histogram::new());
        State { began: Instant::now(), finder: dialect::stamp_finder(), slots, done, deliveries: 0, latencies }
    }

    #[test]
    fn each_room_has_its_own_senders() {
        let slots: Vec<_> = slots(&seats(), 2).iter().map(|slot| (slot.sender, slot.room_size)).collect();
        assert_eq!(slots, [(0, 3), (1, 2), (2, 3), (4, 2)]);
    }

    #[test]
    fn a_message_is_done_when_all_have_it_and_one_more_is_an_error() {
        let mut state = state();
        let frame = dialect::stamped(1, 0);
        state.take(frame.as_bytes()).expect("the first");
        assert!(state.done.is_empty());
        state.take(frame.as_bytes()).expect("the second");
        assert_eq!((&state.done[..], state.deliveries), (&[1][..], 2));
        assert!(state.take(frame.as_bytes()).is_err());
        assert!(state.take(dialect::stamped(0, 5).as_bytes()).is_err(), "an old stamp");
        assert!(state.take(dialect::stamped(99, 0).as_bytes()).is_err(), "an unknown slot");
        assert!(state.take(b"{\"op\":\"ack\"}").is_ok());
    }
}
