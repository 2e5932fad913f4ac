//! What a socket that says nothing costs: the growth of the server's memory between some sockets and many, and the CPU that it
//! took to let them in.

use crate::{
    dialect::{Dialect, Seat},
    process,
};
use serde::{Deserialize, Serialize};
use std::{io::Result, process::Command, thread::sleep, time::Duration};

#[derive(Deserialize)]
pub(crate) struct Plan {
    dialect: Dialect,
    address: String,
    pid: u32,
    /// Those whose CPU is counted, when they aren't the server alone.
    #[serde(default)]
    pids: Vec<u32>,
    seats: Vec<Seat>,
    /// Opened before the first look, so that what the server allocates once isn't counted.
    first: usize,
    settle_seconds: f64,
    /// Sends SIGUSR2 before each look: our servers on Node.js collect their garbage then.
    collect: bool,
}

#[derive(Serialize)]
pub(crate) struct Report {
    kib_per_socket: f64,
    /// From the first byte to a room that is watched.
    cpu_us_per_socket: f64,
    sockets: usize,
    pss_mib: f64,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let (some, more) = plan.seats.split_at(plan.first.min(plan.seats.len()));
    let open = |seat: &Seat| plan.dialect.open(&plan.address, seat, true);
    let mut sockets = some.iter().map(open).collect::<Result<Vec<_>>>()?;
    let before = look(plan)?;
    let pids = if plan.pids.is_empty() { &[plan.pid][..] } else { &plan.pids };
    let cpu_us = process::cpu_us(pids)?;
    for seat in more {
        sockets.push(open(seat)?);
    }
    let cpu_us = process::cpu_us(pids)? - cpu_us;
    let after = look(plan)?;
    let kib_per_socket = (after - before) / more.len() as f64;
    let cpu_us_per_socket = cpu_us / more.len() as f64;
    Ok(Report { kib_per_socket, cpu_us_per_socket, sockets: sockets.len(), pss_mib: after / 1_024.0 })
}

fn look(plan: &Plan) -> Result<f64> {
    sleep(Duration::from_secs_f64(plan.settle_seconds));
    if plan.collect {
        Command::new("kill").args(["-USR2", &plan.pid.to_string()]).status()?;
        sleep(Duration::from_secs_f64(plan.settle_seconds));
    }
    process::pss_kib(plan.pid)
}
