//! The socket door: translates frames to ops of a realtime session, and back. One session protocol; a codec per
//! transport. It knows no rules: who may do what, and what is answered, is realtime's.

mod codec;
mod deflate;
mod frames;
mod ws;

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use deflate::Deflate;
use kernel::Problem;
use realtime_contract::Realtime;
use serde::Deserialize;
use std::sync::Arc;
use tungstenite::handshake::server::create_response;

/// The longest frame that a client may send, in bytes: a text of 4,000 characters fits several times.
pub const MAX_FRAME_BYTES: usize = 64 * 1_024;

/// Section `[socket]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// From how many bytes on a message is deflated, for clients that can inflate it; 0: none is, in either direction.
    pub deflate_from_bytes: u32,
}

impl Default for Config {
    /// Below this, what is left out isn't worth the time.
    fn default() -> Self {
        Self { deflate_from_bytes: 256 }
    }
}

#[derive(Clone)]
struct Door {
    realtime: Arc<dyn Realtime>,
    deflate: Option<Arc<Deflate>>,
    /// The origin that people see, where it is configured.
    public_origin: Option<Arc<str>>,
}

/// `GET /ws`. `public_url` is the address that people see, when it isn't what the browser's Host header says.
pub fn router(realtime: Arc<dyn Realtime>, public_url: Option<&str>, config: &Config) -> Router {
    let public_origin = public_url.and_then(|url| url.parse::<Uri>().ok()).and_then(|uri| origin_of(&uri));
    let from_bytes = usize::try_from(config.deflate_from_bytes).unwrap_or(usize::MAX);
    let deflate = (from_bytes > 0).then(|| Arc::new(Deflate::new(from_bytes)));
    Router::new().route("/ws", get(open)).with_state(Door { realtime, deflate, public_origin })
}

async fn open(State(door): State<Door>, mut request: Request) -> Response {
    if let Err(problem) = check_origin(request.headers(), door.public_origin.as_deref()) {
        return refuse(problem);
    }
    let agreed = door.deflate.and_then(|deflate| Some((deflate, deflate::negotiate(request.headers())?)));
    let upgrade = request.extensions_mut().remove::<hyper::upgrade::OnUpgrade>();
    let handshake = create_response(&request.map(drop));
    let (Some(upgrade), Ok(mut answer)) = (upgrade, handshake) else {
        let detail = "This address speaks WebSocket only: open it with a WebSocket client.";
        let mut answer = refuse(Problem::new(kernel::Kind::BadRequest, "not_a_websocket", detail));
        *answer.status_mut() = StatusCode::UPGRADE_REQUIRED;
        answer.headers_mut().insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
        return answer;
    };
    let deflate = agreed.map(|(deflate, extension)| {
        answer.headers_mut().insert(header::SEC_WEBSOCKET_EXTENSIONS, extension);
        deflate
    });
    tokio::spawn(ws::run(upgrade, door.realtime, deflate));
    answer.map(|()| Body::empty())
}

/// A page of another site must not open sockets in a visitor's name (cross-site WebSocket hijacking). Programs
/// send no Origin.
fn check_origin(headers: &HeaderMap, public_origin: Option<&str>) -> kernel::Result<()> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let host = text(header::HOST).unwrap_or_default();
    let same_host = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    let public = public_origin.is_some_and(|public| public.eq_ignore_ascii_case(origin));
    if same_host || public {
        return Ok(());
    }
    Err(Problem::forbidden("wrong_origin", "A page of another site can't open this socket."))
}

fn origin_of(uri: &Uri) -> Option<Arc<str>> {
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?).into())
}

fn refuse(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, Json(&problem)).into_response();
    let kind = header::HeaderValue::from_static("application/problem+json");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "chat.example:8080".parse().expect("a value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn only_our_own_pages_and_programs_may_open_a_socket() {
        let public = origin_of(&"https://people.example/x".parse().expect("a uri"));
        let asks = |origin| check_origin(&headers(origin), public.as_deref()).is_ok();
        assert!(asks(None));
        assert!(asks(Some("http://chat.example:8080")));
        assert!(asks(Some("https://people.example")));
        for other in
            ["http://evil.example", "null", "https://people.example.evil", "http://chat.example", "chat.example:8080"]
        {
            assert!(!asks(Some(other)), "{other}");
        }
    }
}
