//! The one place where a problem becomes an HTTP response.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, Uri, header},
    response::IntoResponse,
};
use contract::RequestId;
use kernel::{Kind, Problem};
use serde::{Serialize, Serializer};

/// A problem on its way out. Handlers answer `Result<…, Refusal>` and use `?`.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) Problem);

pub(crate) type Answer<T> = Result<T, Refusal>;

/// A body on its way out. A page of history fits without growing the buffer often.
pub(crate) struct Json<T>(pub(crate) T);

const BODY_BYTES: usize = 1 << 10;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        let mut body = Vec::with_capacity(BODY_BYTES);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
            Err(error) => Refusal(Problem::internal(error)).into_response(),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        let Self(problem) = self;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if problem.kind == Kind::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, challenge(&problem.code));
        }
        if let Some(seconds) = problem.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        // The layer around every call logs the cause, beside the request id that it gives.
        response.extensions_mut().insert(Blame(problem.clone()));
        let document = Document { problem: &problem, request_id: RequestId::current() };
        *response.body_mut() = Body::from(serde_json::to_vec(&document).unwrap_or_default());
        response
    }
}

/// The problem, and which request it answers: what an operator finds in the log.
#[derive(Serialize)]
struct Document<'p> {
    #[serde(flatten)]
    problem: &'p Problem,
    #[serde(serialize_with = "as_text", skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
}

fn as_text<S: Serializer>(id: &Option<RequestId>, to: S) -> Result<S::Ok, S::Error> {
    id.as_ref().map(RequestId::as_str).serialize(to)
}

/// The problem of a response, with the cause that its body doesn't tell.
#[derive(Clone)]
pub(crate) struct Blame(pub(crate) Problem);

/// RFC 6750 §3: an unusable token is named, a missing one is only asked for.
fn challenge(code: &str) -> HeaderValue {
    match code {
        "token_expired" | "token_invalid" | "session_ended" => {
            HeaderValue::from_static(r#"Bearer realm="guildhall", error="invalid_token""#)
        }
        _ => HeaderValue::from_static(r#"Bearer realm="guildhall""#),
    }
}

pub(crate) async fn no_such_address(uri: Uri) -> Refusal {
    Refusal(Problem::new(
        Kind::NotFound,
        "not_found",
        format!("There is no {} here: /api/openapi.json lists every address.", uri.path()),
    ))
}

/// The router adds the header `Allow`.
pub(crate) async fn method_not_allowed() -> Refusal {
    Refusal(Problem::new(
        Kind::NotAllowed,
        "method_not_allowed",
        "This address has no such method: the header Allow names those that it has.",
    ))
}
