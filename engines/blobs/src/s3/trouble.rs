//! What can go wrong with a bucket.

use kernel::{Kind, Problem};
use object_store::Error;
use std::fmt;

/// For the operator, in a few words; the whole story is its source.
#[derive(Debug)]
struct Trouble {
    what: String,
    source: Error,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

const NO_BUCKET: &str = "NoSuchBucket";
/// Codes and statuses of servers whose disk or quota is at its end.
const FULL: [&str; 4] = ["StorageFull", "QuotaExceeded", "InsufficientStorage", "status code: 507"];

/// Whether the server is there, has the bucket, and has nothing under that key.
pub(super) fn is_absent(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. }) && !error.to_string().contains(NO_BUCKET)
}

pub(super) fn trouble(source: Error) -> Problem {
    let said = source.to_string();
    let full = FULL.iter().any(|word| said.contains(word));
    let what = match &source {
        _ if said.contains(NO_BUCKET) => "the bucket isn't there".to_owned(),
        _ if full => "it is full".to_owned(),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            format!("it refuses these keys ({})", code(&said).unwrap_or("without saying why"))
        }
        _ => code(&said).map_or_else(|| innermost(&source), ToOwned::to_owned),
    };
    let problem = match full {
        true => {
            Problem::new(Kind::Full, "disk_full", "The file storage is full: nothing was saved. Tell the operator.")
        }
        false => Problem::unavailable("The file storage can't be reached: try again; it is safe to."),
    };
    problem.because(Trouble { what, source })
}

/// The server's own word for it.
fn code(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code)
}

fn innermost(error: &Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(make: impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Error, said: &str) -> (u16, String) {
        let problem = trouble(make(said.into()));
        (problem.status(), problem.cause.expect("a cause").to_string())
    }

    #[test]
    fn servers_say_it_in_their_ways() {
        let generic = |source| Error::Generic { store: "S3", source };
        let denied = |source| Error::PermissionDenied { path: "a".into(), source };
        let missing = |source| Error::NotFound { path: "a".into(), source };
        let body =
            |code: &str| format!("Server returned error response: <Error><Code>{code}</Code><Message>No.</Message>");
        assert_eq!(told(generic, &body("XMinioStorageFull")), (507, "it is full".into()));
        assert_eq!(
            told(generic, "Server returned non-2xx status code: 507 Insufficient Storage: "),
            (507, "it is full".into())
        );
        let refused = "it refuses these keys (SignatureDoesNotMatch)";
        assert_eq!(told(denied, &body("SignatureDoesNotMatch")), (503, refused.into()));
        assert_eq!(told(missing, &body("NoSuchBucket")), (503, "the bucket isn't there".into()));
        assert_eq!(told(generic, &body("SlowDown")), (503, "SlowDown".into()));
        assert_eq!(told(generic, "connection refused"), (503, "connection refused".into()));
    }
}
