//! Reading a request. Whatever can't be read is refused as a problem that names the place.

use crate::{MAX_BODY_BYTES, answer::Refusal};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use files_contract::Upload;
use kernel::{Kind, Limit, Problem, Result};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

/// A JSON body that may be left out.
pub(crate) struct MaybeJson<T>(pub(crate) T);

/// A picture as the body.
pub(crate) struct Image(pub(crate) Upload);

/// The ids in the path. One that can't be an id names nothing: 404.
pub(crate) struct Path<T>(pub(crate) T);

/// The query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        expect_json(&request)?;
        let body = Bytes::from_request(request, state).await.map_err(unreadable_body)?;
        Ok(Self(parse(&body)?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for MaybeJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let typed = expect_json(&request);
        let body = Bytes::from_request(request, state).await.map_err(unreadable_body)?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        typed?;
        Ok(Self(parse(&body)?))
    }
}

impl<S: Send + Sync> FromRequest<S> for Image {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let given = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let content_type = given.to_owned();
        if !content_type.trim_start().to_ascii_lowercase().starts_with("image/") {
            let detail = "This call takes a picture: send its bytes, with a header like `Content-Type: image/png`.";
            return Err(Problem::new(Kind::Unsupported, "not_an_image", detail).into());
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Upload::too_long(),
            _ => unreadable_body(rejection),
        })?;
        Ok(Self(Upload { content_type, bytes: body.into() }))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::not_found("address").into()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(e) => Err(Problem::new(
                Kind::BadRequest,
                "bad_query",
                format!("The query can't be read: {}.", e.body_text().trim_end_matches('.')),
            )
            .into()),
        }
    }
}

fn expect_json(request: &Request) -> Result<()> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Unsupported,
        "not_json",
        "This call takes JSON: send the header `Content-Type: application/json`.",
    ))
}

fn unreadable_body(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let limit = MAX_BODY_BYTES / 1024;
        return Problem::new(Kind::TooLarge, "body_too_large", format!("The body is too large: {limit} KiB at most."));
    }
    Problem::new(Kind::BadRequest, "bad_body", "The body ended before it was whole: send it again.").because(rejection)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|e| {
        let place = e.valid_up_to();
        Problem::new(Kind::BadRequest, "bad_utf8", format!("The body isn't UTF-8 from byte {place} on.")).because(e)
    })?;
    // serde would take a list for the fields in their order; then their order would be part of the interface.
    if text.trim_start().starts_with('[') {
        return Err(Problem::new(Kind::Unprocessable, "bad_field", "The body has the wrong shape: send an object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value =
        serde_path_to_error::deserialize(&mut json).map_err(|e| unacceptable(e.path().to_string(), e.into_inner()))?;
    json.end().map_err(|e| unacceptable(String::new(), e))?;
    Ok(value)
}

/// Broken JSON has a line and a column; JSON of the wrong shape has a field.
fn unacceptable(path: String, error: serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        let (line, column) = (error.line(), error.column());
        let detail = format!("The body isn't JSON: look at line {line}, column {column}.");
        return Problem::new(Kind::BadRequest, "bad_json", detail).because(error);
    }
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    // serde names a missing field only in its words; the path then is its parent's.
    let missing = said.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let parent = path.trim_matches('.');
    let field = match missing {
        Some(name) if parent.is_empty() => name.to_owned(),
        Some(name) => format!("{parent}.{name}"),
        None => parent.to_owned(),
    };
    let detail = match missing {
        Some(_) => format!("The field {field} is missing: send it."),
        None => format!("The body has the wrong shape: {said}."),
    };
    let problem = Problem::new(Kind::Unprocessable, "bad_field", detail);
    Problem { field: Some(field).filter(|f| !f.is_empty()).map(Into::into), ..problem }
}

/// A cursor that is a number from 0.
pub(crate) fn cursor(field: &'static str, raw: Option<String>) -> Result<Option<i64>> {
    let Some(raw) = raw else { return Ok(None) };
    let digits = !raw.is_empty() && raw.bytes().all(|b| b.is_ascii_digit());
    match raw.parse() {
        Ok(number) if digits => Ok(Some(number)),
        _ => Err(bad_cursor(field)),
    }
}

pub(crate) fn bad_cursor(field: &'static str) -> Problem {
    let detail = format!("{field} isn't a cursor: use the `next` of an earlier page, or a message's number.");
    Problem { field: Some(field.into()), ..Problem::new(Kind::BadRequest, "bad_cursor", detail) }
}

/// A page's size. What isn't a number is as unacceptable as one out of range.
pub(crate) fn limit(raw: Option<String>) -> Result<Limit> {
    Limit::parse(raw.map(|raw| raw.parse().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Shape {
        #[allow(dead_code, reason = "only its parsing is tested")]
        name: String,
        #[serde(default)]
        #[allow(dead_code, reason = "only its parsing is tested")]
        tags: Vec<u8>,
    }

    fn refused(body: &[u8]) -> (u16, String, Option<String>) {
        let problem = parse::<Shape>(body).expect_err("refused");
        assert!(!problem.detail.is_empty());
        (problem.status(), problem.code.into_owned(), problem.field.map(|f| f.into_owned()))
    }

    #[test]
    fn what_is_unreadable_is_told_apart_from_what_is_unacceptable() {
        let code = |status, code: &str| (status, code.to_owned(), None);
        assert_eq!(refused(b""), code(400, "bad_json"));
        assert_eq!(refused(b"{"), code(400, "bad_json"));
        assert_eq!(refused(br#"{"name":"a"} x"#), code(400, "bad_json"));
        assert_eq!(refused(b"{\"name\":\"\xff\"}"), code(400, "bad_utf8"));
        assert_eq!(refused("[".repeat(10_000).as_bytes()).0, 422);
        let field = |name: &str| (422, "bad_field".to_owned(), Some(name.to_owned()));
        assert_eq!(refused(b"{}"), field("name"));
        assert_eq!(refused(br#"{"name":5}"#), field("name"));
        assert_eq!(refused(br#"{"name":"a","tags":[1,"b"]}"#), field("tags[1]"));
        assert_eq!(refused(b"7"), code(422, "bad_field"));
        assert_eq!(refused(br#"["ada@example.org"]"#), code(422, "bad_field"));
    }

    #[test]
    fn a_depth_bomb_is_refused() {
        let bomb = format!("{{\"x\":{}", "[".repeat(20_000));
        assert_eq!(refused(bomb.as_bytes()), (400, "bad_json".to_owned(), None));
    }

    #[test]
    fn cursors_are_plain_numbers() {
        assert_eq!(cursor("before", None).expect("none"), None);
        assert_eq!(cursor("before", Some("12".into())).expect("number"), Some(12));
        for bad in ["", "-1", "+1", "x", "9223372036854775808", "1 "] {
            let problem = cursor("before", Some(bad.into())).expect_err("refused");
            assert_eq!(
                (problem.status(), problem.code.as_ref(), problem.field.as_deref()),
                (400, "bad_cursor", Some("before"))
            );
        }
    }
}
