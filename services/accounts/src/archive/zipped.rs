use bytes::Bytes;
use futures_util::stream;
use kernel::{Problem, Result};
use ports::ByteStream;
use std::io::{self, BufWriter, Write};
use tokio::sync::mpsc::{self, Receiver, Sender};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// How much goes on at once, and how many such pieces may wait.
const PIECE_BYTES: usize = 64 << 10;
const WAITING: usize = 4;

enum Step {
    File(String),
    Bytes(Vec<u8>),
}

/// A zip archive that is written while it is read: neither memory nor a disk holds it.
pub(super) struct Zip(Sender<Step>);

impl Zip {
    /// Begins an archive; its bytes come from the stream as it is written. One that is dropped before [`finish`](Self::finish) makes
    /// the stream fail.
    pub(super) fn begin() -> (Self, ByteStream) {
        let (steps, written) = mpsc::channel(WAITING);
        let (pieces, read) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = write(written, &pieces) {
                // Nobody reads any more: then nobody is told either.
                drop(pieces.blocking_send(Err(Problem::internal(error))));
            }
        });
        let stream = stream::unfold(read, |mut read| async { Some((read.recv().await?, read)) });
        (Self(steps), Box::pin(stream))
    }

    /// Begins a file in it.
    pub(super) async fn file(&self, name: &str) -> Result<()> {
        self.step(Step::File(name.into())).await
    }

    /// Goes on with the file.
    pub(super) async fn add(&self, bytes: impl Into<Vec<u8>>) -> Result<()> {
        self.step(Step::Bytes(bytes.into())).await
    }

    pub(super) async fn finish(self) -> Result<()> {
        self.step(Step::File(String::new())).await
    }

    async fn step(&self, step: Step) -> Result<()> {
        self.0.send(step).await.map_err(|_| Problem::unavailable("The archive can't be kept at the moment."))
    }
}

fn write(mut steps: Receiver<Step>, pieces: &Sender<Result<Bytes>>) -> io::Result<()> {
    let out = BufWriter::with_capacity(PIECE_BYTES, Pieces(pieces));
    let mut zip = ZipWriter::new_stream(out);
    // A moment would be that of whoever looks; the records tell theirs.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    loop {
        match steps.blocking_recv() {
            Some(Step::File(end)) if end.is_empty() => return zip.finish()?.into_inner().flush(),
            Some(Step::File(name)) => zip.start_file(name, options)?,
            Some(Step::Bytes(bytes)) => zip.write_all(&bytes)?,
            None => return Err(io::Error::other("it was given up")),
        }
    }
}

struct Pieces<'a>(&'a Sender<Result<Bytes>>);

impl Write for Pieces<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(piece)));
        sent.map(|()| piece.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    async fn all(mut stream: ByteStream) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes)
    }

    #[tokio::test]
    async fn what_is_put_in_is_in_it() {
        let (zip, stream) = Zip::begin();
        let long = "long ".repeat(200_000);
        let written = async {
            zip.file("data/a.json").await?;
            zip.add("[").await?;
            zip.add("]").await?;
            zip.file("b.html").await?;
            zip.add(long.as_bytes()).await?;
            zip.finish().await
        };
        let (written, read) = tokio::join!(written, all(stream));
        written.expect("written");
        let mut archive = ZipArchive::new(Cursor::new(read.expect("read"))).expect("an archive");
        let mut text = |name| {
            let mut text = String::new();
            archive.by_name(name).expect("there").read_to_string(&mut text).expect("text");
            text
        };
        assert_eq!((text("data/a.json").as_str(), text("b.html") == long), ("[]", true));
    }

    #[tokio::test]
    async fn one_that_is_given_up_fails() {
        let (zip, stream) = Zip::begin();
        zip.file("a").await.expect("begun");
        drop(zip);
        assert!(all(stream).await.is_err());
    }

    #[tokio::test]
    async fn nobody_writes_for_nobody() {
        let (zip, stream) = Zip::begin();
        drop(stream);
        zip.file("a").await.expect("begun");
        let mut written = Ok(());
        for n in 0..200_u64 {
            // What can't be deflated reaches the end of the buffer soon.
            let noise: Vec<u8> =
                (0..50_000_u64).map(|i| ((n * 50_000 + i).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
            written = zip.add(noise).await;
            if written.is_err() {
                break;
            }
        }
        assert_eq!(written.expect_err("it is noticed").status(), 503);
    }
}
