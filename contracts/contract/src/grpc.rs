//! The transport of every contract: unary gRPC with JSON messages; a refusal is a status whose details are
//! the problem document.

use bytes::{Buf, BufMut};
use kernel::{Kind, Problem, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc, task};
use tonic::{
    Code, Status,
    body::Body,
    client, codec, server,
    service::{AxumBody, AxumRouter, Routes},
    transport::Channel,
};

pub use bytes::Bytes;

/// The largest answer is where a person in many large guilds is at home: a few megabytes.
const MAX_MESSAGE_BYTES: usize = 32 << 20;

/// A remote service: a channel that calls go through.
#[derive(Clone)]
pub struct Remote(Channel);

impl Remote {
    /// Connects when it is first used. `uri` is like `http://127.0.0.1:9000`.
    pub fn new(uri: &str) -> Result<Self> {
        let endpoint = tonic::transport::Endpoint::from_shared(uri.to_owned()).map_err(|e| {
            Problem::field("uri", "bad_service_address", "A service address is like http://host:port.").because(e)
        })?;
        Ok(Self(endpoint.connect_lazy()))
    }

    #[doc(hidden)]
    pub async fn call<A: Serialize, R: DeserializeOwned>(&self, path: &'static str, arguments: &A) -> Result<R> {
        let mut grpc = client::Grpc::new(self.0.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        grpc.ready()
            .await
            .map_err(|e| Problem::unavailable("A part of this server can't be reached: try again.").because(e))?;
        let request = tonic::Request::new(encode(arguments)?);
        let answer = grpc.unary(request, http::uri::PathAndQuery::from_static(path), Raw).await;
        decode(&answer.map_err(problem_of)?.into_inner())
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Bytes>> + Send>>;
type Dispatch = dyn Fn(String, Bytes) -> Answer + Send + Sync;

/// A contract served over gRPC: mount it with `tonic::service::Routes` or `Server::add_service`.
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

    /// Serves this contract on `listener` until `stop` resolves.
    pub async fn serve(self, listener: tokio::net::TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
        let route = format!("/{}/{{method}}", self.path);
        let service = tower::util::MapRequest::new(self, |r: http::Request<AxumBody>| r.map(Body::new));
        let router = Routes::from(AxumRouter::new().route_service(&route, service));
        tonic::transport::Server::builder()
            .add_routes(router)
            .serve_with_incoming_shutdown(tonic::transport::server::TcpIncoming::from(listener), stop)
            .await
            .map_err(Problem::internal)
    }
}

impl tower::Service<http::Request<Body>> for Service {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let call = Call { method, dispatch: self.dispatch.clone() };
        Box::pin(async move {
            Ok(server::Grpc::new(Raw).max_decoding_message_size(MAX_MESSAGE_BYTES).unary(call, request).await)
        })
    }
}

struct Call {
    method: String,
    dispatch: Arc<Dispatch>,
}

impl server::UnaryService<Bytes> for Call {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let answer = (self.dispatch)(std::mem::take(&mut self.method), request.into_inner());
        // A caller that goes away doesn't take a commit's announcement with it.
        let answer = tokio::spawn(answer);
        Box::pin(async move {
            let answer = answer.await.unwrap_or_else(|e| Err(Problem::internal(e)));
            answer.map(tonic::Response::new).map_err(status_of)
        })
    }
}

#[doc(hidden)]
pub fn encode(value: &impl Serialize) -> Result<Bytes> {
    serde_json::to_vec(value).map(Bytes::from).map_err(Problem::internal)
}

#[doc(hidden)]
pub fn decode<T: DeserializeOwned>(bytes: &Bytes) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| {
        Problem::new(Kind::BadRequest, "bad_json", "The message can't be read as this call's JSON.").because(e)
    })
}

#[doc(hidden)]
pub fn unknown_method(method: &str) -> Problem {
    Problem::new(
        Kind::NotFound,
        "unknown_method",
        format!("This contract has no method {method}: the caller may be newer."),
    )
}

/// The one map from a kind of problem to a gRPC code; the whole document travels in the details.
fn status_of(problem: Problem) -> Status {
    let code = match problem.kind {
        Kind::BadRequest | Kind::Unprocessable | Kind::Unsupported => Code::InvalidArgument,
        Kind::Unauthenticated => Code::Unauthenticated,
        Kind::Forbidden => Code::PermissionDenied,
        Kind::NotFound | Kind::Gone => Code::NotFound,
        Kind::NotAllowed => Code::Unimplemented,
        Kind::Conflict => Code::Aborted,
        Kind::TooLarge => Code::OutOfRange,
        Kind::TooMany | Kind::Full => Code::ResourceExhausted,
        Kind::Unavailable => Code::Unavailable,
        Kind::Internal => Code::Internal,
    };
    let details = serde_json::to_vec(&problem).unwrap_or_default();
    Status::with_details(code, problem.code.into_owned(), details.into())
}

fn problem_of(status: Status) -> Problem {
    match serde_json::from_slice(status.details()) {
        Ok(problem) => problem,
        Err(_) if matches!(status.code(), Code::Internal | Code::Unknown | Code::Unimplemented) => {
            Problem::internal(status)
        }
        Err(_) => Problem::unavailable("A part of this server can't be reached: try again.").because(status),
    }
}

/// gRPC messages as they are: the JSON is made and read around it.
#[derive(Clone, Copy, Default)]
struct Raw;

impl codec::Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;
    fn encoder(&mut self) -> Raw {
        Raw
    }
    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl codec::Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, to: &mut codec::EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl codec::Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut codec::DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
