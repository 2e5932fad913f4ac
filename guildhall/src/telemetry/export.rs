use crate::config::unusable;
use kernel::Result;
use opentelemetry_otlp::{SpanExporter as Otlp, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Spans on their way to the collector by OTLP over gRPC. One that is away loses spans, which are counted, and makes one line in
/// the log, not one for each attempt.
#[derive(Debug)]
pub(super) struct Export {
    otlp: Otlp,
    endpoint: String,
    is_away: AtomicBool,
}

impl Export {
    /// Connects when there is something to send. Must be called on a runtime.
    pub(super) fn to(endpoint: &str) -> Result<Self> {
        let otlp = Otlp::builder().with_tonic().with_endpoint(endpoint).build().map_err(|e| {
            unusable(format!(
                "telemetry.otlp_endpoint is {endpoint:?}, which can't be used: {e}. It should be like http://127.0.0.1:4317."
            ))
        })?;
        Ok(Self { otlp, endpoint: endpoint.to_owned(), is_away: AtomicBool::new(false) })
    }
}

impl SpanExporter for Export {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let sent = self.otlp.export(batch).await;
        let was_away = self.is_away.swap(sent.is_err(), Ordering::Relaxed);
        match &sent {
            Ok(()) if was_away => tracing::info!(endpoint = self.endpoint, "traces reach their collector again"),
            Ok(()) => {}
            Err(error) => {
                metrics::counter!("guildhall_spans_lost_total").increment(spans);
                if !was_away {
                    tracing::warn!(endpoint = self.endpoint, %error, "traces don't reach their collector: they are dropped");
                }
            }
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.otlp.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.otlp.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.otlp.set_resource(resource);
    }
}
