//! A collector of traces: what OpenTelemetry's own would be sent.

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::span::SpanKind,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, runtime::Runtime};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

#[derive(Clone, Debug)]
pub struct Span {
    pub name: String,
    pub kind: String,
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub nanos: u64,
    /// The span's, and its process'.
    attributes: BTreeMap<String, String>,
}

impl Span {
    #[track_caller]
    pub fn text(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).unwrap_or_else(|| panic!("no {attribute} in {self:?}"))
    }
}

pub struct Collector {
    pub endpoint: String,
    spans: Arc<Mutex<Vec<Span>>>,
    _runtime: Runtime,
}

impl Collector {
    /// Listens on the port, or on a free one.
    pub fn start(port: u16) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let spans = Arc::<Mutex<Vec<Span>>>::default();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", port))).expect("the port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let service = TraceServiceServer::new(Intake(spans.clone()));
        runtime.spawn(Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener)));
        Self { endpoint, spans, _runtime: runtime }
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().expect("no panic").clone()
    }

    /// The span of this name, below the span with this id or below none. They come in their own time.
    #[track_caller]
    pub fn span(&self, name: &str, parent: Option<&str>) -> Span {
        let began = Instant::now();
        loop {
            let spans = self.spans();
            let found = spans.iter().find(|span| span.name == name && span.parent == parent.unwrap_or_default());
            if let Some(span) = found {
                return span.clone();
            }
            assert!(began.elapsed() < Duration::from_secs(30), "no {name} below {parent:?} in {spans:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

struct Intake(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Intake {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.0.lock().expect("no panic");
        for process in request.into_inner().resource_spans {
            let own = process.resource.map(|resource| resource.attributes).unwrap_or_default();
            for span in process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                spans.push(Span {
                    kind: SpanKind::try_from(span.kind).map_or("", |kind| kind.as_str_name()).replace("SPAN_KIND_", ""),
                    trace: hex(&span.trace_id),
                    id: hex(&span.span_id),
                    parent: hex(&span.parent_span_id),
                    nanos: span.end_time_unix_nano - span.start_time_unix_nano,
                    attributes: own.iter().chain(&span.attributes).map(told).collect(),
                    name: span.name,
                });
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn told(attribute: &KeyValue) -> (String, String) {
    let value = match &attribute.value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text.clone(),
        Some(AnyValue { value: Some(Value::IntValue(number)) }) => number.to_string(),
        other => format!("{other:?}"),
    };
    (attribute.key.clone(), value)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
