//! What people type, one file per command.

mod backup;
mod demo;
mod doctor;
mod health;
mod ledger;
mod migrate;
mod operate;
mod restore;
mod serve;
mod stores;

pub use backup::backup;
pub use demo::demo;
pub use doctor::doctor;
pub use health::health;
pub use ledger::ledger;
pub use migrate::migrate;
pub use operate::{Audit, KeysCommand, RegistrationCommand, UserCommand, audit, keys, registration, user};
pub use restore::restore;
pub use serve::serve;

use kernel::{Kind, Problem, Result};
use std::{future::Future, io::Write, path::Path};

/// Tells whoever started the program. That nobody listens any more is no reason to stop.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Runs a command's work on all cores.
fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Problem::internal)?.block_on(work)
}

/// A command that can't do what it was asked to.
fn refuse(code: &'static str, detail: String) -> Problem {
    Problem::new(Kind::Unprocessable, code, detail)
}

/// What a database says of a file, in a sentence that names the file.
fn cannot(what: &str, file: &Path, problem: Problem) -> Problem {
    let shown = file.display();
    let cause = problem.cause.as_ref().map(ToString::to_string).unwrap_or_default();
    let detail = match problem.kind {
        Kind::Full => format!("{shown} can't be {what}: the disk is full. Nothing half-made was left there."),
        _ => format!("{shown} can't be {what}: {cause}."),
    };
    Problem { detail: detail.into(), ..problem }
}

/// What the system says of a file, in a sentence that names the file.
fn io(what: &str, file: &Path, error: std::io::Error) -> Problem {
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    let problem = Problem::new(if full { Kind::Full } else { Kind::Unavailable }, "file_unusable", "");
    cannot(what, file, problem.because(error))
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
