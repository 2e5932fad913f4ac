use super::{MAX_MESSAGE_BYTES, Raw, ServiceToken, context, status_of};
use crate::RequestId;
use bytes::Bytes;
use kernel::{Kind, Problem, Result};
use std::{convert::Infallible, pin::Pin, sync::Arc, task};
use tokio::net::TcpListener;
use tonic::{
    Status,
    body::Body,
    server,
    service::{AxumBody, AxumRouter, Routes},
    transport::{Server, server::TcpIncoming},
};
use tower::util::MapRequest;
use tracing::{Instrument, Span};

type Answer = Pin<Box<dyn Future<Output = Result<Bytes>> + Send>>;
type Dispatch = dyn Fn(String, Bytes) -> Answer + Send + Sync;

/// A contract that can be served over gRPC.
#[derive(Clone)]
pub struct Service {
    path: &'static str,
    dispatch: Arc<Dispatch>,
}

impl Service {
    #[doc(hidden)]
    pub fn new(path: &'static str, dispatch: impl Fn(String, Bytes) -> Answer + Send + Sync + 'static) -> Self {
        Self { path, dispatch: Arc::new(dispatch) }
    }
}

/// Serves contracts, and `grpc.health.v1`, on `listener` until `stop` resolves. Whoever calls a contract must have the token.
pub async fn serve(
    services: Vec<Service>,
    token: ServiceToken,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let (reporter, health) = tonic_health::server::health_reporter();
    for service in &services {
        reporter.set_service_status(service.path, tonic_health::ServingStatus::Serving).await;
    }
    Server::builder()
        .tcp_nodelay(true)
        .add_routes(routes(services, Some(&token)).add_service(health))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener).with_nodelay(Some(true)), stop)
        .await
        .map_err(Problem::internal)
}

/// Serves contracts on a Unix socket until `stop` resolves. Whoever may open the socket may call.
#[cfg(unix)]
pub async fn serve_on_socket(
    services: Vec<Service>,
    listener: tokio::net::UnixListener,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let connections = futures_util::stream::unfold(listener, |listener| async move {
        let connection = listener.accept().await.map(|(connection, _)| connection);
        Some((connection, listener))
    });
    Server::builder()
        .add_routes(routes(services, None))
        .serve_with_incoming_shutdown(connections, stop)
        .await
        .map_err(Problem::internal)
}

fn routes(services: Vec<Service>, token: Option<&ServiceToken>) -> Routes {
    let mut router = AxumRouter::new();
    for service in services {
        let route = format!("/{}/{{method}}", service.path);
        let guarded = Guarded { service, token: token.cloned() };
        router = router.route_service(&route, MapRequest::new(guarded, |r: http::Request<AxumBody>| r.map(Body::new)));
    }
    Routes::from(router)
}

/// A service that answers those who have the token, where there is one.
#[derive(Clone)]
struct Guarded {
    service: Service,
    token: Option<ServiceToken>,
}

impl tower::Service<http::Request<Body>> for Guarded {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if self.token.as_ref().is_some_and(|token| !token.is_in(request.headers())) {
            let refusal = Status::unauthenticated("this call needs the service token");
            return Box::pin(async move { Ok(refusal.into_http()) });
        }
        let path = request.uri().path();
        let span = context::answering(path, request.headers());
        let method = path.rsplit('/').next().unwrap_or_default().to_owned();
        let request_id = context::request_of(request.headers());
        let call = Call { method, request_id, span, dispatch: self.service.dispatch.clone() };
        Box::pin(async move {
            Ok(server::Grpc::new(Raw).max_decoding_message_size(MAX_MESSAGE_BYTES).unary(call, request).await)
        })
    }
}

struct Call {
    method: String,
    request_id: Option<RequestId>,
    span: Span,
    dispatch: Arc<Dispatch>,
}

impl server::UnaryService<Bytes> for Call {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let method = std::mem::take(&mut self.method);
        let answer = (self.dispatch)(method.clone(), request.into_inner());
        let (id, span) = (self.request_id.take(), std::mem::replace(&mut self.span, Span::none()));
        // A caller that goes away doesn't take a commit's announcement with it.
        let answer = match id.clone() {
            Some(id) => tokio::spawn(id.during(answer).instrument(span.clone())),
            None => tokio::spawn(answer.instrument(span.clone())),
        };
        Box::pin(async move {
            let answer = answer.await.unwrap_or_else(|e| Err(Problem::internal(e)));
            context::note(&span, &answer);
            // The cause doesn't travel: it is told here.
            match &answer {
                Err(problem) if problem.kind == Kind::Internal => {
                    let request = id.as_ref().map(tracing::field::display);
                    tracing::error!(request, method, ?problem, "failed");
                }
                _ => {}
            }
            answer.map(tonic::Response::new).map_err(status_of)
        })
    }
}
