//! What the process counts, in the words of Prometheus. Parts count by the `metrics` facade wherever something happens; here
//! it is kept and told.

use axum::{Router, http::header, routing::get};
use kernel::{Problem, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

/// From half a millisecond to ten seconds.
const SECONDS: [f64; 13] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How often what was recorded is folded together; otherwise it waits for the next one who asks, and grows.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count. Before this, and in processes that nobody asks, counting costs next to nothing.
pub fn start() -> Result<Router> {
    let seconds = Matcher::Suffix("_seconds".into());
    let recorder = PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS).map_err(Problem::internal)?;
    let handle = recorder.install_recorder().map_err(Problem::internal)?;
    describe();
    tokio::spawn(keep_up(handle.clone()));
    let tell = move || {
        let handle = handle.clone();
        async move {
            measure_process();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render())
        }
    };
    Ok(Router::new().route("/metrics", get(tell)))
}

async fn keep_up(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}

fn describe() {
    metrics::describe_histogram!("guildhall_http_request_seconds", "How long calls of the REST API took.");
    metrics::describe_histogram!("guildhall_rpc_seconds", "How long calls to other processes took, with all attempts.");
    metrics::describe_histogram!("guildhall_messages_commit_seconds", "How long groups of messages took to the disk.");
    metrics::describe_counter!("guildhall_messages_sent_total", "Messages that were committed.");
    metrics::describe_counter!(
        "guildhall_messages_refused_total",
        "Sends refused because too many waited for the disk."
    );
    metrics::describe_counter!("guildhall_bells_failed_total", "Bells that the bus didn't take; they ring again.");
    metrics::describe_counter!("guildhall_dead_letters_total", "Events set aside because they could not be taken in.");
    metrics::describe_counter!(
        "guildhall_fanout_lost_total",
        "Live events and hints that didn't reach other processes; clients catch up."
    );
    metrics::describe_counter!(
        "guildhall_spans_lost_total",
        "Spans that the collector of traces didn't take; spans dropped while it was away for long aren't counted."
    );
    metrics::describe_gauge!("process_resident_memory_bytes", "Memory in use.");
    metrics::describe_gauge!("process_open_fds", "Open files, sockets among them.");
}

/// What the system says of this process, where it says it as Linux does.
fn measure_process() {
    if let Ok(folder) = std::fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(folder.count() as f64);
    }
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident =
        pages.as_deref().and_then(|pages| pages.split(' ').nth(1)).and_then(|pages| pages.parse::<f64>().ok());
    if let Some(pages) = resident {
        metrics::gauge!("process_resident_memory_bytes").set(pages * 4_096.0);
    }
}
