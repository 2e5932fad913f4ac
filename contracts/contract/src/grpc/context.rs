//! What goes along with a call: the id of the request that it is part of, and its place in a trace (W3C Trace Context). Spans
//! have the target `spans`: where no collector asked for them, they are off and cost nothing.

use crate::RequestId;
use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::{Kind, Problem};
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::metadata::MetadataMap;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A call to another process; `path` is `/guildhall.v1.Messages/send`.
pub(super) fn calling(path: &str) -> Span {
    let (service, method) = names(path);
    tracing::info_span!(
        target: "spans",
        "call",
        otel.name = path.trim_start_matches('/'),
        otel.kind = "client",
        otel.status_code = Empty,
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        problem.code = Empty,
    )
}

/// The same call, in the process that answers it: a part of the trace that its caller is in.
pub(super) fn answering(path: &str, headers: &HeaderMap) -> Span {
    let (service, method) = names(path);
    let span = tracing::info_span!(
        target: "spans",
        "answer",
        otel.name = path.trim_start_matches('/'),
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        problem.code = Empty,
    );
    if !span.is_disabled() {
        let caller = TraceContextPropagator::new().extract(&Headers(headers));
        // It fails where spans are kept by no collector, only in a log.
        drop(span.set_parent(caller));
    }
    span
}

/// Notes how a call went.
pub(super) fn note<T>(span: &Span, answer: &kernel::Result<T>) {
    let Err(problem) = answer else { return };
    span.record("problem.code", &*problem.code);
    if is_ours(problem) {
        span.record("otel.status_code", "ERROR");
    }
}

/// A refusal is an answer like any other; these aren't.
fn is_ours(problem: &Problem) -> bool {
    matches!(problem.kind, Kind::Internal | Kind::Unavailable | Kind::Full)
}

/// Lets the call say what it is part of.
pub(super) fn put_in(metadata: &mut MetadataMap, span: &Span) {
    if !span.is_disabled() {
        TraceContextPropagator::new().inject_context(&span.context(), &mut Metadata(metadata));
    }
    if let Some(value) = RequestId::current().and_then(|id| id.as_str().parse().ok()) {
        metadata.as_mut().insert(REQUEST_ID, value);
    }
}

pub(super) fn request_of(headers: &HeaderMap) -> Option<RequestId> {
    headers.get(REQUEST_ID).and_then(|id| RequestId::parse(id.to_str().ok()?))
}

fn names(path: &str) -> (&str, &str) {
    path.trim_start_matches('/').split_once('/').unwrap_or_default()
}

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct Metadata<'m>(&'m mut MetadataMap);

impl Injector for Metadata<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            self.0.as_mut().insert(name, value);
        }
    }
}
