//! Opens engines by URL: `file:` is the folder `blobs` in the data folder, `file:/path` another, `s3://bucket` a bucket
//! ([`crate::s3::Settings`]).

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
    Folder(PathBuf),
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
            ("file", "") if url == "file:" => Ok(Self::Folder(data.join("blobs"))),
            ("file", path) if !path.contains('?') => {
                // An authority, as in file://host/path, would be another machine.
                let path = path.strip_prefix("//").unwrap_or(path);
                match path.starts_with('/') {
                    true => Ok(Self::Folder(path.into())),
                    false => {
                        Err(bad(scheme, "isn't a folder: it is file: alone, or with a whole path, file:/srv/blobs."))
                    }
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

    /// Opens the engine, and fails where a folder is there that can't be read. One that is away is no error: what needs it fails until it is there.
    pub async fn open(self) -> Result<Arc<dyn Blobs>> {
        match self {
            Self::Folder(folder) => Ok(Arc::new(LocalBlobs::open(folder).await?)),
            #[cfg(feature = "s3")]
            Self::Bucket(settings) => Ok(Arc::new(crate::S3Blobs::open(&settings)?)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
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
        let folder = |url| Place::parse(url, Path::new("/data"));
        assert_eq!(folder("file:").expect("a folder"), Place::Folder("/data/blobs".into()));
        for url in ["file:/srv/blobs", "file:///srv/blobs"] {
            assert_eq!(folder(url).expect("a folder"), Place::Folder("/srv/blobs".into()));
        }
        for url in ["", "file", "file:blobs", "file://host/blobs", "file:/a?b=c", "ftp://me:hunter2@host"] {
            let problem = folder(url).expect_err("refused");
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
