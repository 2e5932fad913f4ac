//! Where a bucket is, as an address says it.

use kernel::{Problem, Result};
use percent_encoding::percent_decode_str;
use std::fmt;

/// `s3://key:secret@bucket/folder?endpoint=https://host:9000&region=eu-central-1`, of which only the bucket is needed.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    pub bucket: String,
    /// What stands before every key.
    pub folder: Option<String>,
    /// A server of one's own. Absent: AWS.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// Id and secret. Absent: as the environment says.
    pub keys: Option<(String, String)>,
}

impl Settings {
    /// Reads what stands behind `s3:`.
    pub(crate) fn parse(rest: &str) -> Result<Self> {
        let rest = rest.strip_prefix("//").ok_or_else(|| bad("isn't an address like s3://bucket."))?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (keys, place) = match place.rsplit_once('@') {
            Some((keys, place)) => (Some(pair(keys)?), place),
            None => (None, place),
        };
        let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
        let fits = |name: &str| {
            name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_'))
        };
        if bucket.len() < 3 || !fits(bucket) {
            return Err(bad("names no bucket: it should be like s3://bucket."));
        }
        let folder = folder.trim_matches('/');
        if !folder.is_empty() && !folder.split('/').all(|part| !part.trim_matches('.').is_empty() && fits(part)) {
            return Err(bad("has a folder that isn't of letters, digits, -, _ and dots."));
        }
        let folder = (!folder.is_empty()).then(|| folder.to_owned());
        let mut settings = Self { bucket: bucket.into(), folder, endpoint: None, region: None, keys };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("endpoint", endpoint)) => settings.endpoint = Some(endpoint_of(endpoint)?),
                Some(("region", region)) if !region.is_empty() && fits(region) => settings.region = Some(region.into()),
                Some(("region", _)) => return Err(bad("has a region that can't be one.")),
                _ => return Err(bad("has an option that isn't known: there are endpoint and region.")),
            }
        }
        Ok(settings)
    }
}

fn pair(keys: &str) -> Result<(String, String)> {
    let decoded =
        |part: &str| percent_decode_str(part).decode_utf8().ok().map(String::from).filter(|part| !part.is_empty());
    let pair = keys.split_once(':').and_then(|(id, secret)| Some((decoded(id)?, decoded(secret)?)));
    pair.ok_or_else(|| {
        bad("has half of a pair of keys: it should be like s3://key:secret@bucket, with %2F for / and so on.")
    })
}

fn endpoint_of(given: &str) -> Result<String> {
    let given = percent_decode_str(given).decode_utf8_lossy();
    let host = given.strip_prefix("https://").or_else(|| given.strip_prefix("http://")).unwrap_or_default();
    let host = host.trim_end_matches('/');
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '?' | '#')) {
        return Err(bad("has an endpoint that isn't an address like https://host:9000."));
    }
    Ok(given.trim_end_matches('/').to_owned())
}

/// What is wrong with the address, of which nothing is told: it may hold a secret.
pub(super) fn bad(what: &str) -> Problem {
    crate::open::bad("s3", what)
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bucket {}", self.bucket)?;
        if let Some(folder) = &self.folder {
            write!(f, "/{folder}")?;
        }
        match &self.endpoint {
            Some(endpoint) => write!(f, " at {endpoint}"),
            None => f.write_str(" at AWS"),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_all_that_is_needed() {
        let settings = Settings::parse("//hall").expect("an address");
        assert_eq!((settings.bucket.as_str(), settings.folder, settings.endpoint), ("hall", None, None));
        let whole = "//me:a%2Fb%40c@hall/chat/files/?endpoint=http://127.0.0.1:9000/&region=eu-central-1";
        let settings = Settings::parse(whole).expect("an address");
        let shown = format!("{settings:?} {settings}");
        let expected = Settings {
            bucket: "hall".into(),
            folder: Some("chat/files".into()),
            endpoint: Some("http://127.0.0.1:9000".into()),
            region: Some("eu-central-1".into()),
            keys: Some(("me".into(), "a/b@c".into())),
        };
        assert!(settings == expected, "{shown}");
        assert!(shown.contains("hall/chat/files at http://127.0.0.1:9000") && !shown.contains("a/b@c"), "{shown}");
    }

    #[test]
    fn what_is_no_address_is_refused_without_telling_secrets() {
        for rest in [
            "hall",
            "//",
            "//ab",
            "//ha ll",
            "//me@hall",
            "//:hunter2@hall",
            "//me:@hall",
            "//hall/../x",
            "//hall/a b",
            "//hall?size=3",
            "//hall?endpoint=host",
            "//hall?endpoint=https://",
            "//hall?endpoint=https://me:hunter2@host",
            "//hall?region=",
            "//me:hunter2@hall?region=a b",
        ] {
            let problem = Settings::parse(rest).expect_err("refused");
            assert_eq!(problem.code, "bad_blobs_url", "{rest}");
            assert!(!problem.detail.contains("hunter2"), "{problem}");
        }
    }
}
