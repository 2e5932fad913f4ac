//! What the process tells of itself while it runs: the log, and traces where a collector wants them. Parts make spans with the
//! target `spans` wherever something begins that is worth a place in a trace; nothing in them says what people said or who
//! they are.

mod export;

use crate::config::{Log, LogFormat, Telemetry, unusable};
use export::Export;
use kernel::{Problem, Result};
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use std::{io::stderr, time::Duration};
use tracing::{Level, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Targets, fmt, layer::SubscriberExt, registry::LookupSpan,
    util::SubscriberInitExt,
};

/// How long the last spans may take to reach the collector when the process ends.
const FAREWELL: Duration = Duration::from_secs(2);
const SPANS: &str = "spans";

/// Traces on their way to a collector, or nothing where nobody wants them.
pub struct Traces(Option<SdkTracerProvider>);

/// Starts the log, and traces when there is a collector's address. Must be called on a runtime.
pub fn start(log: &Log, telemetry: &Telemetry, roles: String) -> Result<Traces> {
    let provider =
        telemetry.otlp_endpoint.as_deref().map(|endpoint| provider(endpoint, telemetry, roles)).transpose()?;
    let filter = EnvFilter::try_new(&log.level).map_err(|e| {
        unusable(format!(
            "log.level is {:?}, which can't be read: {e}. It can be error, warn, info, debug or trace.",
            log.level
        ))
    })?;
    // A span is no line. Where nobody wants traces, this turns spans off at their source: then they cost a glance.
    let filter = filter.add_directive(format!("{SPANS}=off").parse().map_err(Problem::internal)?);
    let started = match &provider {
        None => Registry::default().with(filter).with(lines(log.format)).try_init(),
        Some(provider) => {
            let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("guildhall"));
            let spans =
                spans.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
            let spans = spans.with_filter(Targets::new().with_target(SPANS, Level::INFO));
            Registry::default().with(lines(log.format).with_filter(filter)).with(spans).try_init()
        }
    };
    started.map_err(Problem::internal)?;
    Ok(Traces(provider))
}

fn lines<S: Subscriber + for<'l> LookupSpan<'l>>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync> {
    let lines = fmt::layer().with_writer(stderr);
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

/// The sampler decides at the door; whoever is called follows.
fn provider(endpoint: &str, telemetry: &Telemetry, roles: String) -> Result<SdkTracerProvider> {
    let export = Export::to(endpoint)?;
    let resource = Resource::builder().with_attribute(KeyValue::new("guildhall.roles", roles));
    let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => resource,
        None => resource.with_service_name("guildhall"),
    };
    let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(telemetry.sample_ratio)));
    let batches = BatchSpanProcessor::builder(export).build();
    let provider = SdkTracerProvider::builder().with_span_processor(batches).with_sampler(sampler);
    Ok(provider.with_resource(resource).build())
}

impl Traces {
    /// Sends what still waits. A collector that is away isn't waited for.
    pub async fn close(self) {
        let Self(Some(provider)) = self else { return };
        drop(tokio::task::spawn_blocking(move || drop(provider.shutdown_with_timeout(FAREWELL))).await);
    }
}
