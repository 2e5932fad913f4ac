//! Messages that are deflated on the wire (permessage-deflate, RFC 7692). Every message stands for itself, both ways: what
//! goes to many is deflated once, and a silent socket holds nothing.

use crate::{
    MAX_FRAME_BYTES,
    frames::{Broken, TOO_LARGE},
};
use axum::http::{HeaderMap, HeaderValue, header};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use std::sync::{Mutex, PoisonError};

/// Short texts gain nothing from more, and lose time.
const LEVEL: u32 = 3;
/// Back references reach 4 KiB, as far as most messages are long.
const WINDOW_BITS: u8 = 12;
/// How a flushed deflate stream ends, which the wire leaves out (RFC 7692 §7.2.1).
const FLUSHED: [u8; 4] = [0, 0, 0xff, 0xff];
/// An empty last block: where it ends the stream, nothing before it was cut off.
const LAST_BLOCK: [u8; 2] = [3, 0];
const BROKEN: Broken = (1007, "can't be inflated");
const NOTHING_KEPT: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const NOTHING_KEPT_IN_WINDOW: &str =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12";

/// Deflates and inflates for all sockets. As many machines are kept as were ever at work at the same time.
pub(crate) struct Deflate {
    /// JSON that is shorter goes as it is, in bytes.
    from_bytes: usize,
    deflaters: Mutex<Vec<Compress>>,
    inflaters: Mutex<Vec<Decompress>>,
}

impl Deflate {
    pub(crate) fn new(from_bytes: usize) -> Self {
        Self { from_bytes, deflaters: Mutex::default(), inflaters: Mutex::default() }
    }

    /// The payload of a deflated message; nothing where the text is short or becomes no shorter.
    pub(crate) fn deflate(&self, text: &[u8]) -> Option<Vec<u8>> {
        if text.len() < self.from_bytes {
            return None;
        }
        let idle = pop(&self.deflaters);
        let mut deflater =
            idle.unwrap_or_else(|| Compress::new_with_window_bits(Compression::new(LEVEL), false, WINDOW_BITS));
        let mut payload = Vec::with_capacity(text.len());
        let deflated = deflater.compress_vec(text, &mut payload, FlushCompress::Sync);
        deflater.reset();
        give_back(&self.deflaters, deflater);
        // With no room left it may not have been flushed to its end.
        if !matches!(deflated, Ok(Status::Ok)) || payload.len() == payload.capacity() || !payload.ends_with(&FLUSHED) {
            return None;
        }
        payload.truncate(payload.len() - FLUSHED.len());
        Some(payload)
    }

    /// What a client deflated, at most [`MAX_FRAME_BYTES`] of it.
    pub(crate) fn inflate(&self, mut payload: Vec<u8>) -> Result<Vec<u8>, Broken> {
        if payload.is_empty() {
            return Ok(payload);
        }
        payload.extend(FLUSHED.iter().chain(&LAST_BLOCK));
        let mut inflater = pop(&self.inflaters).unwrap_or_else(|| Decompress::new(false));
        let inflated = inflate(&mut inflater, &payload);
        inflater.reset(false);
        give_back(&self.inflaters, inflater);
        inflated
    }
}

fn inflate(inflater: &mut Decompress, mut payload: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut text = Vec::new();
    loop {
        text.reserve((payload.len() * 4).clamp(256, MAX_FRAME_BYTES));
        let (read, had) = (inflater.total_in(), text.len());
        let status = inflater.decompress_vec(payload, &mut text, FlushDecompress::None).map_err(|_| BROKEN)?;
        payload = &payload[(inflater.total_in() - read) as usize..];
        if text.len() > MAX_FRAME_BYTES {
            return Err(TOO_LARGE);
        }
        match status {
            Status::StreamEnd if payload.is_empty() => return Ok(text),
            // A client may end its own blocks (RFC 7692 §7.2.3.4); what follows is another stream.
            Status::StreamEnd => inflater.reset(false),
            _ if payload.is_empty() && text.len() == had => return Err(BROKEN),
            _ => {}
        }
    }
}

fn pop<T>(idle: &Mutex<Vec<T>>) -> Option<T> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give_back<T>(idle: &Mutex<Vec<T>>, machine: T) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(machine);
}

/// The answer to the first offer of a client that can be met, for its hand-shake (RFC 7692 §7.1).
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).find_map(answer).map(HeaderValue::from_static)
}

/// None: the offer isn't permessage-deflate, demands what isn't given, or has what RFC 7692 doesn't know.
fn answer(offer: &str) -> Option<&'static str> {
    let mut parts = offer.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("permessage-deflate") {
        return None;
    }
    let mut seen = Vec::new();
    let mut answer = NOTHING_KEPT;
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(unquoted(value.trim_start()))),
            None => (part, None),
        };
        let bits = value.map(window_bits);
        match (name, bits) {
            ("server_no_context_takeover" | "client_no_context_takeover", None)
            | ("client_max_window_bits", None | Some(Some(_))) => {}
            ("server_max_window_bits", Some(Some(bits))) if bits >= WINDOW_BITS => answer = NOTHING_KEPT_IN_WINDOW,
            _ => return None,
        }
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
    }
    Some(answer)
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// 8 to 15, without leading zeros.
fn window_bits(value: &str) -> Option<u8> {
    let bits = value.parse::<u8>().ok().filter(|bits| (8..=15).contains(bits))?;
    (value == bits.to_string()).then_some(bits)
}

#[cfg(test)]
mod tests;
