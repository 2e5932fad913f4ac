//! Where the sealing keys are: never in the tables that they seal, but where nothing else is shared.

use super::Sealing;
use crate::store::keys;
use kernel::{Kind, Problem, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// The secret's name in the database.
const NAME: &str = "sealing";

/// Where the keys are that seal secrets.
#[derive(Clone, Debug)]
pub enum KeyPlace {
    /// In a file of its own, which the first start makes.
    File(PathBuf),
    /// Beside the signing keys, where processes share nothing but the database.
    Database,
    /// In `[accounts] encryption_key`.
    Settings(crate::Secret),
}

impl KeyPlace {
    pub(super) fn is_settings(&self) -> bool {
        matches!(self, Self::Settings(_))
    }

    /// The newest first; none where none was made yet.
    pub(super) async fn read(&self, store: &dyn keys::Store) -> Result<Vec<Sealing>> {
        let text = match self {
            Self::File(path) => match fs::read_to_string(path) {
                Err(e) if e.kind() == ErrorKind::NotFound => None,
                read => Some(read.map_err(|e| unusable(path, "read", e))?),
            },
            Self::Database => store.secret(NAME).await?,
            Self::Settings(secret) => Some(secret.expose().to_owned()),
        };
        Sealing::parse_all(&text.unwrap_or_default()).ok_or_else(|| self.damaged())
    }

    /// Keeps the first key. Where processes share the place, the first of them wins.
    pub(super) async fn make(&self, store: &dyn keys::Store, text: &str) -> Result<()> {
        match self {
            Self::Database => Ok(store.add_secret(NAME, text).await?),
            Self::File(_) | Self::Settings(_) => self.write(store, text).await,
        }
    }

    pub(super) async fn write(&self, store: &dyn keys::Store, text: &str) -> Result<()> {
        match self {
            Self::File(path) => replace(path, text).map_err(|e| unusable(path, "written", e)),
            Self::Database => Ok(store.set_secret(NAME, text).await?),
            Self::Settings(_) => Err(Problem::internal("settings can't be written")),
        }
    }

    fn damaged(&self) -> Problem {
        let place = match self {
            Self::File(path) => path.display().to_string(),
            Self::Database => "what the database has of it".into(),
            Self::Settings(_) => "[accounts] encryption_key".into(),
        };
        let detail = format!(
            "{place} isn't a key: it is 32 random bytes in base64url, the newest first where there are several. Bring it back \
             from a backup."
        );
        Problem::new(Kind::Unprocessable, "bad_encryption_key", detail)
    }
}

/// Writes a file that only this user reads: it has all of the old text or all of the new.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("key.unfinished");
    match fs::remove_file(&beside) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn unusable(path: &Path, what: &str, error: io::Error) -> Problem {
    let detail = format!("the encryption key {} can't be {what}: {error}.", path.display());
    Problem::new(Kind::Unavailable, "encryption_key_unusable", detail).because(error)
}
