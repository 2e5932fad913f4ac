//! What is around every call: a request id, a log line, headers for safety, and a net under panics.

use crate::answer::{Blame, Refusal};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::RequestId;
use futures_util::FutureExt;
use kernel::{Kind, Problem};
use ports::Random;
use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinError;
use tracing::{Instrument, Span, field::Empty};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const API_CSP: &str = "default-src 'none'; frame-ancestors 'none'";

pub(crate) async fn around(State(random): State<Arc<dyn Random>>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers(), &random);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let span = span_of(&method, route.as_ref(), &id);
    let work = id.clone().during(next.run(request)).instrument(span.clone());
    let done = if method.is_safe() {
        AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| words(&*panic))
    } else {
        // A task of its own: a client that hangs up doesn't take the announcement of a commit with it.
        tokio::spawn(work).await.map_err(broken)
    };
    let mut response = match done {
        Ok(response) => response,
        Err(words) => id.clone().during(async { Refusal(Problem::internal(words)).into_response() }).await,
    };
    let (status, took) = (response.status().as_u16(), started.elapsed());
    note(&span, status);
    count(&method, route.as_ref(), status, took);
    let ms = took.as_millis();
    match response.extensions_mut().remove::<Blame>() {
        Some(Blame(problem)) if problem.kind == Kind::Internal => {
            tracing::error!(request = %id, %method, path, status, ms, ?problem, "failed");
        }
        Some(Blame(problem)) if status >= 500 => {
            tracing::warn!(request = %id, %method, path, status, ms, ?problem, "unavailable");
        }
        Some(Blame(problem)) => {
            tracing::debug!(request = %id, %method, path, status, ms, code = %problem.code, "refused")
        }
        None => tracing::debug!(request = %id, %method, path, status, ms, "answered"),
    }
    protect(response.headers_mut(), &path);
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The call's place in a trace. A trace begins here, whatever the caller says of one: else anyone could have all traces kept.
/// It names the route, not the address: invites' codes stand in addresses.
fn span_of(method: &Method, route: Option<&MatchedPath>, id: &RequestId) -> Span {
    tracing::info_span!(
        target: "spans",
        parent: None,
        "request",
        otel.name = match route {
            Some(route) => format!("{method} {}", route.as_str()),
            None => method.to_string(),
        },
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = %method,
        http.route = route.map(MatchedPath::as_str),
        http.response.status_code = Empty,
        request.id = %id,
    )
}

fn note(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// By route, not by address: there are few routes.
fn count(method: &Method, route: Option<&MatchedPath>, status: u16, took: Duration) {
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::histogram!("guildhall_http_request_seconds", &labels).record(took);
}

/// The caller's own id where it is harmless in a log, otherwise a new one.
fn request_id(headers: &HeaderMap, random: &Arc<dyn Random>) -> RequestId {
    let given = headers.get(REQUEST_ID).and_then(|id| RequestId::parse(id.to_str().ok()?));
    given.unwrap_or_else(|| RequestId::new(u128::from_be_bytes(random.bytes())))
}

fn broken(error: JoinError) -> String {
    error.try_into_panic().map_or_else(|_| "was ended".into(), |panic| words(&*panic))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", words.unwrap_or("without words"))
}

/// Answers are for their asker alone, and never a page.
fn protect(headers: &mut HeaderMap, path: &str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(API_CSP));
    if path.starts_with("/api/v1") {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, http::StatusCode, middleware, routing::get};
    use http_body_util::BodyExt;
    use ports::SeededRandom;
    use tower::ServiceExt;

    async fn answer(path: &str) -> (StatusCode, HeaderMap, serde_json::Value) {
        let random: Arc<dyn Random> = Arc::new(SeededRandom::new(1));
        let broken = || async { Err::<(), _>(Refusal(Problem::internal("the secret cause"))) };
        let panics = || async {
            if true {
                panic!("the secret {}", "words")
            }
        };
        let away = || async { Err::<(), _>(Refusal(Problem::unavailable("Not now: try again.").retry_after(7))) };
        let router =
            Router::new().route("/broken", get(broken)).route("/panics", get(panics)).route("/away", get(away));
        let router = router.layer(middleware::from_fn_with_state(random, around));
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let (parts, body) = router.oneshot(request).await.expect("infallible").into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains("secret"), "the cause left the house");
        (parts.status, parts.headers, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn what_breaks_is_a_problem_without_its_cause() {
        for path in ["/broken", "/panics"] {
            let (status, headers, body) = answer(path).await;
            assert_eq!((status.as_u16(), body["code"].as_str()), (500, Some("internal")), "{path}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
            assert_eq!(headers[REQUEST_ID].len(), 32);
            assert_eq!(body["request_id"].as_str(), headers[REQUEST_ID].to_str().ok());
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], API_CSP);
        }
    }

    #[tokio::test]
    async fn what_is_away_says_when_to_come_back() {
        let (status, headers, body) = answer("/away").await;
        assert_eq!((status.as_u16(), body["retry_after"].as_u64()), (503, Some(7)));
        assert_eq!(headers[header::RETRY_AFTER], "7");
    }
}
