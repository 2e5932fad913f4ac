//! Senders that wait for their acknowledgement before they send again.

use crate::{
    dialect::{self, Dialect, Seat},
    histogram::Histogram,
    process,
    socket::Socket,
};
use mio::{Events, Interest, Poll, Token, unix::SourceFd};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    io::{Error, Result},
    time::{Duration, Instant},
};

const STALL: Duration = Duration::from_secs(10);
const READ_BYTES: usize = 64 * 1_024;

#[derive(Deserialize)]
pub(crate) struct Plan {
    dialect: Dialect,
    address: String,
    /// The server's processes (with its database, where that is apart), whose CPU is counted.
    pids: Vec<u32>,
    /// Makes nonces unique between runs.
    run: String,
    seats: Vec<Seat>,
    /// How many messages of one sender wait at the same time.
    window: usize,
    warm_seconds: f64,
    seconds: f64,
    /// Ends as soon as so many were acknowledged, to fill a room.
    count: Option<u64>,
}

#[derive(Serialize)]
pub(crate) struct Report {
    acks: u64,
    acks_per_second: f64,
    cpu_us_per_ack: f64,
    p50_ms: f64,
    p99_ms: f64,
}

struct Sender {
    socket: Socket,
    waiting: VecDeque<Instant>,
}

struct Load<'a> {
    plan: &'a Plan,
    poll: Poll,
    senders: Vec<Sender>,
    acks: u64,
    sent: u64,
    latencies: Histogram,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut load = Load::open(plan)?;
    load.run_for(plan.warm_seconds)?;
    load.latencies = Histogram::new();
    let (acks, cpu_us, began) = (load.acks, process::cpu_us(&plan.pids)?, Instant::now());
    load.run_for(plan.seconds)?;
    let seconds = began.elapsed().as_secs_f64();
    let cpu_us = process::cpu_us(&plan.pids)? - cpu_us;
    let acks = load.acks - acks;
    Ok(Report {
        acks,
        acks_per_second: acks as f64 / seconds,
        cpu_us_per_ack: cpu_us / acks as f64,
        p50_ms: load.latencies.quantile_ms(0.5),
        p99_ms: load.latencies.quantile_ms(0.99),
    })
}

impl<'a> Load<'a> {
    fn open(plan: &'a Plan) -> Result<Self> {
        let poll = Poll::new()?;
        let mut senders = Vec::new();
        for (at, seat) in plan.seats.iter().enumerate() {
            let mut socket = plan.dialect.open(&plan.address, seat, false)?;
            socket.stop_waiting()?;
            poll.registry().register(&mut SourceFd(&socket.fd()), Token(at), Interest::READABLE)?;
            senders.push(Sender { socket, waiting: VecDeque::new() });
        }
        let mut load = Self { plan, poll, senders, acks: 0, sent: 0, latencies: Histogram::new() };
        for at in 0..load.senders.len() {
            load.hear(at)?;
            (0..plan.window).try_for_each(|_| load.send(at))?;
        }
        Ok(load)
    }

    fn run_for(&mut self, seconds: f64) -> Result<()> {
        let (began, duration) = (Instant::now(), Duration::from_secs_f64(seconds));
        let enough = self.plan.count.unwrap_or(u64::MAX);
        let mut events = Events::with_capacity(1_024);
        let mut heard = (self.acks, began);
        while began.elapsed() < duration && self.acks < enough {
            self.poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            for event in &events {
                self.hear(event.token().0)?;
            }
            if self.acks > heard.0 {
                heard = (self.acks, Instant::now());
            } else if heard.1.elapsed() > STALL {
                return Err(Error::other(format!("nothing was acknowledged for {} s", STALL.as_secs())));
            }
        }
        Ok(())
    }

    fn hear(&mut self, at: usize) -> Result<()> {
        let dialect = self.plan.dialect;
        let Sender { socket, waiting } = &mut self.senders[at];
        let mut buffer = [0; READ_BYTES];
        let (mut acks, mut heartbeat) = (0, false);
        socket.hear(&mut buffer, |frame| {
            heartbeat |= dialect.is_heartbeat(frame);
            if dialect.acknowledges(frame)? {
                let sent = waiting.pop_front().ok_or_else(|| Error::other("more acknowledgements than messages"))?;
                self.latencies.add(sent.elapsed());
                acks += 1;
            }
            Ok(())
        })?;
        if heartbeat {
            socket.say(dialect::HEARTBEAT_ANSWER)?;
        }
        self.acks += acks;
        (0..acks).try_for_each(|_| self.send(at))
    }

    fn send(&mut self, at: usize) -> Result<()> {
        self.sent += 1;
        let nonce = format!("{}-{}", self.plan.run, self.sent);
        let text = dialect::stamped(0, self.sent);
        let frame = self.plan.dialect.send(&self.plan.seats[at].room, &nonce, &text);
        let sender = &mut self.senders[at];
        sender.waiting.push_back(Instant::now());
        sender.socket.say(&frame)
    }
}
