//! Opens engines by URL: `file:` is the folder `blobs` in the data folder, `file:/path` another, `file:/path?shared` one that
//! other processes see, too, `s3://bucket` a bucket ([`crate::s3::Settings`]).

use crate::LocalBlobs;
use kernel::{Kind, Problem, Result};
use ports::Blobs;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where blobs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Folder {
        path: PathBuf,
        /// Whether it was said that other processes see the same folder.
        shared: bool,
    },
    #[cfg(feature = "s3")]
    Bucket(crate::s3::Settings),
}

impl Place {
    /// Reads the URL.
    ///
    /// # Errors
    /// `bad_blobs_url`: it names no engine, or none that was built in.
    pub fn parse(url: &str, data: &Path) -> Result<Self> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        match (scheme, rest) {
            ("file", "") if url == "file:" => Ok(Self::Folder { path: data.join("blobs"), shared: false }),
            ("file", rest) => {
                let (path, shared) = rest.strip_suffix("?shared").map_or((rest, false), |path| (path, true));
                // An authority, as in file://host/path, would be another machine.
                let path = path.strip_prefix("//").unwrap_or(path);
                match path.starts_with('/') && !path.contains('?') {
                    true => Ok(Self::Folder { path: path.into(), shared }),
                    false => Err(bad(
                        scheme,
                        "isn't a folder: it is file: alone, or with a whole path, file:/srv/blobs (file:/srv/blobs?shared \
                         where several processes see the same folder).",
                    )),
                }
            }
            #[cfg(feature = "s3")]
            ("s3", rest) => Ok(Self::Bucket(crate::s3::Settings::parse(rest)?)),
            #[cfg(not(feature = "s3"))]
            ("s3", _) => {
                Err(bad(scheme, "names an engine that this program was built without: build it with the feature s3."))
            }
            _ => Err(bad(scheme, "names no place for files: there are file:, file:/srv/blobs and s3://bucket.")),
        }
    }

    /// Whether every process that is set up so sees the same.
    pub fn is_shared(&self) -> bool {
        !matches!(self, Self::Folder { shared: false, .. })
    }

    /// Opens the engine, and fails where a folder is there that can't be read. One that is away is no error: what needs it fails until it is there.
    pub async fn open(self) -> Result<Arc<dyn Blobs>> {
        match self {
            Self::Folder { path, .. } => Ok(Arc::new(LocalBlobs::open(path).await?)),
            #[cfg(feature = "s3")]
            Self::Bucket(settings) => Ok(Arc::new(crate::S3Blobs::open(&settings)?)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, .. } => path.display().fmt(f),
            #[cfg(feature = "s3")]
            Self::Bucket(settings) => settings.fmt(f),
        }
    }
}

/// The URL may hold a secret, so only its scheme is told.
pub(crate) fn bad(scheme: &str, what: &str) -> Problem {
    let detail = format!("blobs_url ({scheme}:) {what}");
    Problem { field: Some("blobs_url".into()), ..Problem::new(Kind::Unprocessable, "bad_blobs_url", detail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_in_the_data_folder_or_named_whole() {
        let place = |url| Place::parse(url, Path::new("/data"));
        let folder = |path: &str, shared| Place::Folder { path: path.into(), shared };
        assert_eq!(place("file:").expect("a folder"), folder("/data/blobs", false));
        for url in ["file:/srv/blobs", "file:///srv/blobs"] {
            assert_eq!(place(url).expect("a folder"), folder("/srv/blobs", false));
        }
        let shared = place("file:/srv/blobs?shared").expect("a folder");
        assert!(
            shared == folder("/srv/blobs", true)
                && shared.is_shared()
                && !place("file:").expect("a folder").is_shared()
        );
        let wrong =
            ["", "file", "file:blobs", "file:?shared", "file://host/blobs", "file:/a?b=c", "ftp://me:hunter2@host"];
        for url in wrong {
            let problem = place(url).expect_err("refused");
            assert_eq!(
                (problem.code.as_ref(), problem.field.as_deref()),
                ("bad_blobs_url", Some("blobs_url")),
                "{url}"
            );
            assert!(!problem.detail.contains("hunter2"), "{problem}");
        }
    }

    #[cfg(not(feature = "s3"))]
    #[test]
    fn an_engine_that_was_not_built_in_is_named() {
        let problem = Place::parse("s3://bucket", Path::new("/data")).expect_err("refused");
        assert!(problem.detail.contains("feature s3"), "{problem}");
    }
}
