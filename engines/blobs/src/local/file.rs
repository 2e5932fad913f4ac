//! What a file is: the body, then what is known of it.

use kernel::Timestamp;
use ports::{ContentType, Key, Listed};
use sha2::{Digest, Sha256};
use std::{
    fs::{File, Metadata},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::Path,
    time::UNIX_EPOCH,
};

/// What stands behind a body: the content type, its length in one byte, the body's SHA-256, and a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    pub content_type: ContentType,
    pub sha256: [u8; 32],
}

const MARK: &[u8; 8] = b"GHBLOB 1";
/// After the content type.
const FIXED_BYTES: usize = 1 + 32 + MARK.len();

impl Trailer {
    pub(super) fn encode(&self) -> Vec<u8> {
        let content_type = self.content_type.as_str().as_bytes();
        // It has at most 127 bytes.
        [content_type, &[content_type.len() as u8], &self.sha256, MARK].concat()
    }

    /// That of a file, and the length of its body.
    ///
    /// # Errors
    /// Also `InvalidData`: the file has none.
    pub fn read(file: &mut File) -> io::Result<(Self, u64)> {
        let whole = file.metadata()?.len();
        let mut fixed = [0; FIXED_BYTES];
        let at = whole.checked_sub(FIXED_BYTES as u64).ok_or_else(damaged)?;
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut fixed)?;
        let (length, rest) = fixed.split_at(1);
        let (sha256, mark) = rest.split_at(32);
        let bytes = at.checked_sub(length[0].into()).filter(|_| mark == MARK).ok_or_else(damaged)?;
        let mut content_type = vec![0; length[0].into()];
        file.seek(SeekFrom::Start(bytes))?;
        file.read_exact(&mut content_type)?;
        let content_type = std::str::from_utf8(&content_type).ok().and_then(|text| text.parse().ok());
        let sha256 = sha256.try_into().map_err(|_| damaged())?;
        Ok((Self { content_type: content_type.ok_or_else(damaged)?, sha256 }, bytes))
    }
}

/// Whether the file's body is what was put.
///
/// # Errors
/// The file can't be read. `InvalidData`: it isn't a blob's.
pub fn verify(file: &mut File) -> io::Result<bool> {
    let (trailer, bytes) = Trailer::read(file)?;
    file.seek(SeekFrom::Start(0))?;
    let mut body = file.take(bytes);
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 256 << 10]);
    loop {
        match body.read(&mut buffer)? {
            0 => return Ok(<[u8; 32]>::from(hash.finalize()) == trailer.sha256),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// What a list says of a file.
pub(super) fn listed(key: Key, file: &Path, metadata: &Metadata) -> io::Result<Listed> {
    let (_, bytes) = Trailer::read(&mut File::open(file)?)?;
    // When it was written, as its system says.
    let since_1970 = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let put_at = Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX));
    Ok(Listed { key, bytes, put_at })
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the file is damaged: it isn't what was put")
}
