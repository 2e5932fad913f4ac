use super::*;
use axum::http::Request;
use http_body_util::BodyExt;
use std::{borrow::Cow, io::Read};
use tower::ServiceExt;

const SCRIPT: &str = "assets/index-BkP3x.js";

fn built() -> Router {
    let page = Cow::Borrowed(&b"<!doctype html><div id=root></div>"[..]);
    let script = Cow::Owned("console.log('guildhall');\n".repeat(200).into_bytes());
    of(Assets::new([("index.html".to_owned(), page), (SCRIPT.to_owned(), script)].into_iter()))
}

async fn get(router: Router, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes().to_vec())
}

#[tokio::test]
async fn paths_that_people_navigate_to_are_the_clients() {
    for path in ["/", "/login", "/channels/7301234567890123/7301234567890124", "/invite/Zk3-_x"] {
        let (status, headers, body) = get(built(), path, &[]).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(body.starts_with(b"<!doctype html>"), "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], CSP);
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn a_missing_file_is_missing_and_not_a_page() {
    for path in ["/assets/gone-1.js", "/assets/x", "/robots.txt", "/..%2f..%2fetc/passwd.txt"] {
        assert_eq!(get(built(), path, &[]).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let post = Request::post("/login").body(Body::empty()).expect("a request");
    let response = built().oneshot(post).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "GET, HEAD");
}

#[tokio::test]
async fn hashed_files_are_kept_and_zipped() {
    let path = format!("/{SCRIPT}");
    let (_, plain_headers, plain) = get(built(), &path, &[]).await;
    assert_eq!(plain_headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert!(!plain_headers.contains_key(header::CONTENT_ENCODING));
    let (_, headers, zipped) = get(built(), &path, &[("accept-encoding", "br, gzip;q=0.8")]).await;
    assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(headers[header::VARY], "accept-encoding");
    assert!(zipped.len() < plain.len() / 10);
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&zipped[..]).read_to_end(&mut unzipped).expect("gzip");
    assert_eq!(unzipped, plain);
    let (_, headers, _) = get(built(), &path, &[("accept-encoding", "gzip;q=0")]).await;
    assert!(!headers.contains_key(header::CONTENT_ENCODING));
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let (_, headers, _) = get(built(), "/", &[]).await;
    let etag = headers[header::ETAG].to_str().expect("text").to_owned();
    let (status, _, body) = get(built(), "/login", &[("if-none-match", &etag)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(get(built(), "/", &[("if-none-match", "\"other\"")]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_program_without_its_client_says_so() {
    let (status, _, body) = get(of(Assets::new(std::iter::empty())), "/", &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(String::from_utf8_lossy(&body).contains("make run"));
}
