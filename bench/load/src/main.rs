//! The load client. It reads one plan (JSON) from its input, does it on one thread, and writes one report (JSON). It is no
//! client of Guildhall's: it knows the few frames that it must say, counts what it hears and looks for stamps in it.
//! Server CPU is what the system counted for the server's process and its children while the load ran.

mod acks;
mod dialect;
mod fanout;
mod histogram;
mod idle;
mod pages;
mod process;
mod socket;
mod sync;

use serde::Deserialize;
use std::io::{Error, Result};

#[derive(Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
enum Plan {
    Fanout(fanout::Plan),
    Idle(idle::Plan),
    Acks(acks::Plan),
    Pages(pages::Plan),
    Sync(sync::Plan),
}

fn main() -> Result<()> {
    let plan: Plan = serde_json::from_reader(std::io::stdin().lock())?;
    let report = match plan {
        Plan::Fanout(plan) => fanout::run(&plan).and_then(|report| told(&report)),
        Plan::Idle(plan) => idle::run(&plan).and_then(|report| told(&report)),
        Plan::Acks(plan) => acks::run(&plan).and_then(|report| told(&report)),
        Plan::Pages(plan) => pages::run(&plan).and_then(|report| told(&report)),
        Plan::Sync(plan) => sync::run(&plan).and_then(|report| told(&report)),
    }?;
    println!("{report}");
    Ok(())
}

fn told(report: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(report).map_err(Error::other)
}
