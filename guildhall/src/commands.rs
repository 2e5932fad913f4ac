//! What people type, one file per command.

mod demo;
mod serve;

pub use demo::demo;
pub use serve::serve;

use kernel::{Problem, Result};
use std::{future::Future, io::Write};

/// Tells whoever started the program. That nobody listens any more is no reason to stop.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Runs a command's work on all cores.
fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Problem::internal)?.block_on(work)
}
