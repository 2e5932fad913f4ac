//! The OpenAPI document and Swagger UI, served from the binary.

use crate::answer::{Answer, Refusal};
use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use kernel::Problem;
use std::sync::Arc;
use utoipa_swagger_ui::Config;

const DOCUMENT: &str = "/api/openapi.json";
/// As it was written down; a test holds it against the calls.
const JSON: &str = include_str!("../openapi.json");
/// Swagger UI is all files of our own, except for images in its styles and the styles that it sets while running.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn router() -> Router {
    let config = Arc::new(Config::from(DOCUMENT).use_base_layout().try_it_out_enabled(true).display_operation_id(true));
    let page = move |path: String| {
        let config = config.clone();
        async move { file(&path, config) }
    };
    let index = page.clone();
    Router::new()
        .route(DOCUMENT, get(|| async { ([(header::CONTENT_TYPE, "application/json")], JSON) }))
        .route("/api/docs", get(|| async { Redirect::permanent("/api/docs/") }))
        .route("/api/docs/", get(move || index("index.html".into())))
        .route("/api/docs/{*file}", get(move |Path(path): Path<String>| page(path)))
}

fn file(path: &str, config: Arc<Config<'static>>) -> Answer<Response> {
    let file = utoipa_swagger_ui::serve(path, config).map_err(|e| Problem::internal(e.to_string()))?;
    let file = file.ok_or_else(|| Problem::not_found("page"))?;
    let kind = HeaderValue::from_str(&file.content_type).map_err(|e| Refusal(Problem::internal(e)))?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600")),
    ];
    Ok((headers, file.bytes.into_owned()).into_response())
}
