//! The web door: the built client, embedded in the program. It needs nothing from any other server.

mod asset;

use asset::{Asset, Assets};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use std::sync::Arc;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// All that the client does stays with this server; nothing runs or paints that wasn't built into it.
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                   connect-src 'self'; font-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; \
                   form-action 'self'";
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Guildhall</title><h1>The web client isn't built</h1>\
                         <p>This program was compiled without its web client. In its source folder, <code>make \
                         run</code> builds both.<p>The server itself works: <a href=/api/docs/>its API</a>.\n";

/// The door, as the fallback of every path that no other door has.
pub fn router() -> Router {
    let embedded = Dist::iter().filter_map(|path| Some((path.to_string(), Dist::get(&path)?.data)));
    of(Assets::new(embedded))
}

fn of(assets: Assets) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(assets))
}

async fn serve(State(assets): State<Arc<Assets>>, request: Request) -> Response {
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => find(&assets, request.uri().path(), request.headers()),
        _ => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], "Pages are only read: use GET.\n")
            .into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

/// A file by its path, or the client's page, which knows the paths that people navigate to.
fn find(assets: &Assets, path: &str, headers: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    if let Some(asset) = assets.get(path) {
        return answer(asset, headers);
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') || path.starts_with("assets/") {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "There is no such file.\n")
            .into_response();
    }
    match assets.get("index.html") {
        Some(index) => answer(index, headers),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")],
            NOT_BUILT,
        )
            .into_response(),
    }
}

fn answer(asset: &Asset, asked: &HeaderMap) -> Response {
    let zipped = if accepts_gzip(asked) { asset.gzip() } else { None };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::ETAG, asset.etag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(asset.caching()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    if zipped.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    *response.body_mut() = Body::from(zipped.unwrap_or_else(|| asset.bytes.clone()));
    response
}

fn accepts_gzip(asked: &HeaderMap) -> bool {
    let encodings = asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    encodings.split(',').any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

#[cfg(test)]
mod tests;
