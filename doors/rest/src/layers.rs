//! What is around every call: a request id, a log line, headers for safety, and a net under panics.

use crate::answer::{Blame, Refusal};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use kernel::{Kind, Problem};
use ports::Random;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const API_CSP: &str = "default-src 'none'; frame-ancestors 'none'";

pub(crate) async fn around(State(random): State<Arc<dyn Random>>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers(), &random);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => Refusal(Problem::internal(words(&*panic))).into_response(),
    };
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis());
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
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The caller's own id where it is harmless in a log, otherwise a new one.
fn request_id(headers: &HeaderMap, random: &Arc<dyn Random>) -> String {
    let fit = |id: &&str| (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(fit) {
        Some(id) => id.to_owned(),
        None => format!("{:032x}", u128::from_be_bytes(random.bytes())),
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
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
