//! Looks at everything that Guildhall stands on, as it is set up here, and says what is wrong and how to mend it.

mod blobs;
mod brokers;
mod files;
mod mail;
mod postgres;
mod providers;
mod roles;

use super::{
    health::ask_own,
    refuse, say,
    serve::{FILES_ENOUGH, cannot_listen},
    stores::{STORES, Store},
};
use crate::config::{Config, service_token};
use engine_sql::RESERVE_SECONDS;
use kernel::{Result, Timestamp};
use ports::{Clock, SystemClock};
use std::{cell::Cell, io::ErrorKind, net::TcpListener};

/// 2025-01-01: no Guildhall ran before.
const EPOCH: Timestamp = Timestamp(1_735_689_600_000);

/// Tells what was found, line by line.
#[derive(Default)]
struct Report {
    faults: Cell<u32>,
    warnings: Cell<u32>,
}

impl Report {
    fn ok(&self, what: &str, said: &str) {
        say(&format!("ok       {what}: {said}"));
    }

    /// Works, but should be seen to.
    fn warning(&self, what: &str, said: &str, mend: &str) {
        self.warnings.set(self.warnings.get() + 1);
        say(&format!("warning  {what}: {said}\n         → {mend}"));
    }

    /// Keeps Guildhall from working, or from keeping its promises.
    fn fault(&self, what: &str, said: &str, mend: &str) {
        self.faults.set(self.faults.get() + 1);
        say(&format!("fault    {what}: {said}\n         → {mend}"));
    }
}

/// Looks at everything. Fails when there is a fault.
pub fn doctor(config: Result<Config>) -> Result<()> {
    let report = Report::default();
    match config {
        Ok(config) => examine(&report, &config)?,
        Err(problem) => report.fault("settings", &problem.detail, "Correct that setting."),
    }
    match (report.faults.get(), report.warnings.get()) {
        (0, 0) => say("All is well."),
        (0, 1) => say("No fault, 1 warning."),
        (0, warnings) => say(&format!("No fault, {warnings} warnings.")),
        (1, _) => return Err(refuse("faults", "1 fault: see above how to mend it.".into())),
        (faults, _) => return Err(refuse("faults", format!("{faults} faults: see above how to mend them."))),
    }
    Ok(())
}

fn examine(report: &Report, config: &Config) -> Result<()> {
    let place = if config.keeps_files() { "files in the data folder" } else { "PostgreSQL" };
    report.ok("settings", &format!("readable; roles: {}; databases: {place}", config.roles));
    let now = SystemClock.now();
    let stores: Vec<&Store> = STORES.iter().filter(|store| config.roles.has(store.role)).collect();
    let (mut held, mut high_water) = (None, None);
    if config.keeps_files() && config.roles.store() {
        (held, high_water) = files::examine(report, config, &stores);
    } else if config.roles.store() {
        // Services that share an address are looked at together.
        for together in stores.chunk_by(|one, next| config.database_of(one.role) == config.database_of(next.role)) {
            let url = config.database_of(together[0].role);
            let names: Vec<&str> = together.iter().map(|store| store.name()).collect();
            let what = match together.len() == stores.len() {
                true => "PostgreSQL".into(),
                false => format!("PostgreSQL of {}", names.join(", ")),
            };
            high_water = high_water.max(super::run(postgres::examine(report, &what, url, together))?);
        }
    }
    let runs = held.is_some() || ask_own(config).is_ok();
    match held.filter(|process| !process.is_empty()) {
        Some(process) => report.ok("server", &format!("runs, as process {process}")),
        None if runs => report.ok("server", "runs"),
        None => report.ok("server", "doesn't run"),
    }
    clock(report, now, high_water);
    addresses(report, config, runs);
    open_files(report);
    brokers::examine(report, config);
    if config.roles.use_files() {
        super::run(blobs::examine(report, config))?;
    }
    super::run(async {
        mail::examine(report, config).await;
        providers::examine(report, config).await;
        roles::examine(report, config).await
    })?;
    Ok(())
}

/// Ids never repeat, whatever the clock does; but what people read are its times.
fn clock(report: &Report, now: Timestamp, high_water_ms: Option<i64>) {
    let mend = "Set the clock, and let the system keep it right (NTP): timedatectl set-ntp true";
    let behind = high_water_ms.map_or(0, |until| (until - now.0) / 1_000 - RESERVE_SECONDS);
    if now < EPOCH {
        report.fault("clock", &format!("it says {now}, which is long ago"), mend);
    } else if behind > 1 {
        let said = format!("it says {now}, {behind} s before what it said already");
        report.warning("clock", &said, mend);
    } else {
        report.ok("clock", &format!("it says {now}, and didn't go back"));
    }
}

fn addresses(report: &Report, config: &Config, runs: bool) {
    let door = config.roles.has_door().then_some(("listen", config.listen.as_str()));
    let rpc = config.rpc.listen.as_deref().map(|address| ("rpc.listen", address));
    let metrics = config.metrics_listen.as_deref().map(|address| ("metrics_listen", address));
    for (what, address) in [door, rpc, metrics].into_iter().flatten() {
        match TcpListener::bind(address) {
            Ok(_) => report.ok(what, &format!("{address} is free")),
            Err(error) if error.kind() == ErrorKind::AddrInUse && runs => {
                report.ok(what, &format!("{address} is taken, as it should be while the server runs"));
            }
            Err(error) => {
                report.fault(
                    what,
                    &cannot_listen(address, error).detail,
                    "Stop what listens there, or set another address.",
                );
            }
        }
    }
    if config.rpc.listen.is_some()
        && let Err(problem) = service_token(config.service_token.as_deref())
    {
        report.fault("service_token", &problem.detail, "Set the same secret for all processes.");
    }
}

fn open_files(report: &Report) {
    match rlimit::Resource::NOFILE.get() {
        Ok((_, hard)) if hard >= FILES_ENOUGH => {
            report.ok("open files", &format!("up to {hard} at once, sockets among them"))
        }
        Ok((_, hard)) => report.warning(
            "open files",
            &format!("only {hard} at once, and every socket is one"),
            "Raise the hard limit: LimitNOFILE=65536 in systemd, ulimits in Compose, or ulimit -Hn.",
        ),
        Err(error) => report.warning("open files", &format!("the limit isn't known: {error}"), "Look at ulimit -Hn."),
    }
}

/// What the steps of a schema say: whether this program can work with it.
fn schema(report: &Report, what: &str, store: &Store, steps: &[i64]) {
    let known = engine_sql::versions(store.migrations);
    match store.unknown_step(steps) {
        Some(step) => report.fault(
            what,
            &format!("made by a newer Guildhall (schema {step})"),
            "Start that one, or restore a backup made before the upgrade.",
        ),
        None if steps == known => report.ok(what, "sound, and its schema is up to date"),
        None => report.ok(what, "sound; the next start brings its schema up to date"),
    }
}
