//! What the disk takes to make one page durable: the floor of an acknowledgement.

use crate::histogram::Histogram;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{Result, Write},
    path::PathBuf,
    time::Instant,
};

const PAGE_BYTES: usize = 4_096;

#[derive(Deserialize)]
pub(crate) struct Plan {
    folder: PathBuf,
    seconds: f64,
}

#[derive(Serialize)]
pub(crate) struct Report {
    p50_ms: f64,
    p99_ms: f64,
}

/// Appends pages to a file, each with a sync of its own.
pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let path = plan.folder.join("sync");
    let mut file = File::create(&path)?;
    let (began, mut latencies) = (Instant::now(), Histogram::new());
    while began.elapsed().as_secs_f64() < plan.seconds {
        let wrote = Instant::now();
        file.write_all(&[0x5a; PAGE_BYTES])?;
        file.sync_data()?;
        latencies.add(wrote.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(Report { p50_ms: latencies.quantile_ms(0.5), p99_ms: latencies.quantile_ms(0.99) })
}
