//! Bodies in parts.

use super::trouble;
use bytes::Bytes;
use futures_util::StreamExt;
use kernel::Result;
use object_store::{
    Attributes, MultipartUpload, ObjectStore, PutMultipartOptions, PutPayload, aws::AmazonS3, path::Path,
};
use ports::ByteStream;

/// Some servers want all parts but the last to be of one size.
const PART_BYTES: usize = 8 << 20;

/// Cuts a body into parts.
pub(super) struct Parts {
    /// None when it has ended.
    body: Option<ByteStream>,
    /// What came with the last part and belongs to the next.
    rest: Bytes,
    bytes: u64,
}

impl Parts {
    pub(super) fn of(body: ByteStream) -> Self {
        Self { body: Some(body), rest: Bytes::new(), bytes: 0 }
    }

    /// The next part: a whole one, or what is left.
    pub(super) async fn next(&mut self) -> Result<PutPayload> {
        let (mut part, mut room) = (Vec::new(), PART_BYTES);
        loop {
            let taken = self.rest.split_to(self.rest.len().min(room));
            room -= taken.len();
            self.bytes += taken.len() as u64;
            part.push(taken);
            if !self.rest.is_empty() {
                return Ok(PutPayload::from_iter(part));
            }
            // Also after a whole part: whether another follows is known only then.
            let Some(body) = &mut self.body else { return Ok(PutPayload::from_iter(part)) };
            match body.next().await {
                Some(chunk) => self.rest = chunk?,
                None => self.body = None,
            }
        }
    }

    pub(super) fn ended(&self) -> bool {
        self.body.is_none() && self.rest.is_empty()
    }

    /// How much was in the parts so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// An upload that is taken back when it isn't finished.
pub(super) struct Upload(Option<Box<dyn MultipartUpload>>);

impl Upload {
    pub(super) async fn begin(store: &AmazonS3, path: &Path, attributes: Attributes) -> Result<Self> {
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        Ok(Self(Some(store.put_multipart_opts(path, options).await.map_err(trouble)?)))
    }

    pub(super) async fn put(&mut self, part: PutPayload) -> Result<()> {
        match &mut self.0 {
            Some(upload) => upload.put_part(part).await.map_err(trouble),
            None => Ok(()),
        }
    }

    pub(super) async fn finish(mut self) -> Result<()> {
        if let Some(upload) = &mut self.0 {
            upload.complete().await.map_err(trouble)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let (Some(mut upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) else { return };
        runtime.spawn(async move {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "an upload that broke off stays unfinished in the bucket");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn cut(chunks: &[usize]) -> Vec<usize> {
        let chunks: Vec<_> = chunks.iter().map(|len| Ok(Bytes::from(vec![0; *len]))).collect();
        let (mut parts, mut cut) = (Parts::of(stream::iter(chunks).boxed()), Vec::new());
        loop {
            cut.push(parts.next().await.expect("a part").content_length());
            if parts.ended() {
                assert_eq!(parts.bytes(), cut.iter().sum::<usize>() as u64);
                return cut;
            }
        }
    }

    #[tokio::test]
    async fn all_parts_but_the_last_are_whole() {
        assert_eq!(cut(&[]).await, [0]);
        assert_eq!(cut(&[0, 3, 0]).await, [3]);
        assert_eq!(cut(&[PART_BYTES]).await, [PART_BYTES]);
        assert_eq!(cut(&[PART_BYTES + 1]).await, [PART_BYTES, 1]);
        assert_eq!(cut(&[5, 2 * PART_BYTES, 7]).await, [PART_BYTES, PART_BYTES, 12]);
        assert_eq!(cut(&[PART_BYTES, PART_BYTES]).await, [PART_BYTES, PART_BYTES]);
    }
}
