//! The transport of every contract: unary gRPC with JSON messages; a refusal is a status whose details are
//! the problem document.

mod context;
mod health;
mod remote;
mod serve;

use bytes::{Buf, BufMut};
use kernel::{Kind, Problem, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use tonic::{Code, Status, codec, metadata::MetadataMap};

pub use bytes::Bytes;
pub use health::ask_health;
pub use remote::Remote;
#[cfg(unix)]
pub use serve::serve_on_socket;
pub use serve::{Service, serve};

/// The largest answer is where a person in many large guilds is at home: a few megabytes.
const MAX_MESSAGE_BYTES: usize = 32 << 20;

/// The shared secret of a fleet's processes: each call between them carries it.
#[derive(Clone)]
pub struct ServiceToken(Arc<str>);

const TOKEN_MIN_CHARS: usize = 32;

impl ServiceToken {
    /// Takes 32 printable ASCII characters or more.
    pub fn new(token: &str) -> Result<Self> {
        let long = token.len() >= TOKEN_MIN_CHARS && token.bytes().all(|byte| byte.is_ascii_graphic());
        let detail = "A service token is a secret of 32 or more printable characters without spaces, the same for all processes.";
        long.then(|| Self(token.into())).ok_or_else(|| Problem::field("service_token", "bad_service_token", detail))
    }

    /// Whether the call carries it. Takes the same time wherever the first difference is.
    fn is_in(&self, call: &http::HeaderMap) -> bool {
        let given = call.get(http::header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        given.is_some_and(|given| {
            let own = self.0.as_bytes();
            given.len() == own.len() && given.iter().zip(own).fold(0, |found, (a, b)| found | (a ^ b)) == 0
        })
    }

    fn put_in(&self, metadata: &mut MetadataMap) {
        if let Ok(value) = format!("Bearer {}", self.0).parse() {
            metadata.insert("authorization", value);
        }
    }
}

impl std::fmt::Debug for ServiceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServiceToken")
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
        Err(_)
            if matches!(
                status.code(),
                Code::Internal | Code::Unknown | Code::Unimplemented | Code::Unauthenticated
            ) =>
        {
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
