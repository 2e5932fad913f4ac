use axum::{body::Bytes, http::HeaderValue};
use flate2::{Compression, write::GzEncoder};
use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::OnceLock,
};

/// Smaller files gain nothing from being zipped, in bytes.
const WORTH_ZIPPING: usize = 1_024;

/// The client's files by their path, `index.html` or `assets/index-BkP3x.js`.
pub(crate) struct Assets(HashMap<String, Asset>);

impl Assets {
    pub(crate) fn new(files: impl Iterator<Item = (String, Cow<'static, [u8]>)>) -> Self {
        Self(files.map(|(path, bytes)| (path.clone(), Asset::new(&path, bytes))).collect())
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Asset> {
        self.0.get(path)
    }
}

pub(crate) struct Asset {
    pub(crate) bytes: Bytes,
    pub(crate) kind: &'static str,
    pub(crate) etag: HeaderValue,
    /// Its name has a hash of its content, so it never changes.
    hashed: bool,
    gzip: OnceLock<Option<Bytes>>,
}

impl Asset {
    fn new(path: &str, bytes: Cow<'static, [u8]>) -> Self {
        // Not secret and not for safety: it only has to differ when the file does.
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).expect("hexadecimal is a header");
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Self { bytes, kind: kind_of(path), etag, hashed: path.starts_with("assets/"), gzip: OnceLock::new() }
    }

    pub(crate) fn caching(&self) -> &'static str {
        if self.hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
    }

    /// Zipped once, when it is first asked for; None where that gains nothing.
    pub(crate) fn gzip(&self) -> Option<Bytes> {
        let zip = || {
            let text = ["text/", "application/json", "application/manifest", "image/svg"];
            if self.bytes.len() < WORTH_ZIPPING || !text.iter().any(|kind| self.kind.starts_with(kind)) {
                return None;
            }
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(7));
            encoder.write_all(&self.bytes).ok()?;
            encoder.finish().ok().map(Bytes::from)
        };
        self.gzip.get_or_init(zip).clone()
    }
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        _ => "application/octet-stream",
    }
}
