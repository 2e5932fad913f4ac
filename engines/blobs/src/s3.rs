//! Blobs in a bucket of S3, or of a server that speaks as S3 does: for any number of processes.
//!
//! A key is the object's key, below the folder that the address names. A body of up to 8 MiB is one request; a longer one goes
//! in parts of that size, one after the other, so that memory is bounded and 78 GiB fit. What breaks off is taken back; what
//! a killed process began stays as an unfinished upload, which nobody finds, but which takes room: let the bucket's
//! lifecycle end uploads that are older than a day.
//!
//! As durable as the server: it has said that it has the object. Requests that fail on the way are sent again, some times
//! within ten seconds; all that is sent is safe to repeat. Whoever reads while an object is replaced goes on with the old
//! one as long as the connection holds; when it breaks, reading fails instead of mixing the two.

mod settings;
mod trouble;
mod upload;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Result, Timestamp};
use object_store::{
    Attribute, Attributes, BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectMeta, ObjectStore, PutOptions,
    RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use ports::{Blob, Blobs, ByteStream, ContentType, Key, LIST_MAX, Listed, Meta, Prefix};
pub use settings::Settings;
use std::{ops::Range, time::Duration};
use trouble::{is_absent, trouble};
use upload::{Parts, Upload};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long the server may take for an answer or the next piece of one, or to take a part.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a call may take that moves no bodies, with all its attempts.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often, and for how long, a request is sent again.
const RETRIES: usize = 4;
const RETRYING: Duration = Duration::from_secs(10);
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

pub struct S3Blobs {
    store: AmazonS3,
    /// What stands before every key: empty, or a folder with `/` behind it.
    folder: String,
}

impl S3Blobs {
    /// Nothing is sent yet. Keys that the settings don't have are taken from the environment (`AWS_ACCESS_KEY_ID` …), or from
    /// what the cloud gives its machines and pods.
    ///
    /// # Errors
    /// `bad_blobs_url`: half of a pair of keys, or a region or an endpoint that can't be one.
    pub fn open(settings: &Settings) -> Result<Self> {
        // Another part may have chosen it already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_read_timeout(SILENCE)
            // Large bodies take as long as they take.
            .with_timeout_disabled();
        let [init_backoff, max_backoff] = PAUSES;
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff, max_backoff, base: 2.0 },
            max_retries: RETRIES,
            retry_timeout: RETRYING,
        };
        let mut builder = AmazonS3Builder::from_env().with_client_options(client).with_retry(retry);
        builder = builder.with_bucket_name(&settings.bucket);
        // AWS wants the bucket in the host's name; who runs a server of their own has one name.
        builder = match &settings.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://")),
            None => builder.with_virtual_hosted_style_request(true),
        };
        if let Some(region) = &settings.region {
            builder = builder.with_region(region);
        }
        if let Some((id, secret)) = &settings.keys {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        let store = builder.build().map_err(|error| settings::bad("can't be used").because(error))?;
        Ok(Self { store, folder: settings.folder.as_ref().map_or_else(String::new, |folder| format!("{folder}/")) })
    }

    fn path(&self, key: &Key) -> Path {
        Path::from(format!("{}{key}", self.folder))
    }

    fn below(&self, prefix: &Prefix) -> Path {
        Path::from(format!("{}{}", self.folder, prefix.as_str()))
    }

    /// The key of an object, where it is one of ours.
    fn listed(&self, object: &ObjectMeta) -> Option<Listed> {
        let key = Key::new(object.location.as_ref().strip_prefix(self.folder.as_str())?).ok()?;
        Some(Listed { key, bytes: object.size, put_at: Timestamp(object.last_modified.timestamp_millis()) })
    }

    async fn ask(
        &self,
        key: &Key,
        range: Option<Range<u64>>,
        head: bool,
    ) -> object_store::Result<object_store::GetResult> {
        let (path, range) = (self.path(key), range.map(GetRange::Bounded));
        let asked = self.store.get_opts(&path, GetOptions { range, head, ..GetOptions::default() });
        in_time(asked).await
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, key: &Key, content_type: &ContentType, body: ByteStream) -> Result<u64> {
        let content_type = content_type.as_str().to_owned();
        let attributes = Attributes::from_iter([(Attribute::ContentType, content_type)]);
        let (path, mut parts) = (self.path(key), Parts::of(body));
        let mut part = parts.next().await?;
        if parts.ended() {
            let options = PutOptions { attributes, ..PutOptions::default() };
            self.store.put_opts(&path, part, options).await.map_err(trouble)?;
            return Ok(parts.bytes());
        }
        let mut upload = Upload::begin(&self.store, &path, attributes).await?;
        loop {
            upload.put(part).await?;
            if parts.ended() {
                break;
            }
            part = parts.next().await?;
        }
        upload.finish().await?;
        Ok(parts.bytes())
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Blob>> {
        let got = match self.ask(key, range.clone(), false).await {
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => {
                // A range outside the whole is refused without saying so in one way.
                return match (self.head(key).await?, range) {
                    (None, _) => Ok(None),
                    (Some(meta), Some(range)) => Err(meta.part(Some(range)).err().unwrap_or_else(|| trouble(error))),
                    (Some(_), None) => Err(trouble(error)),
                };
            }
            Ok(got) => got,
        };
        let meta = meta(&got.attributes, got.meta.size);
        Ok(Some(Blob { meta, range: got.range.clone(), body: got.into_stream().map_err(trouble).boxed() }))
    }

    async fn head(&self, key: &Key) -> Result<Option<Meta>> {
        match self.ask(key, None, true).await {
            Ok(got) => Ok(Some(meta(&got.attributes, got.meta.size))),
            // An answer without a body doesn't say whether it is the bucket that isn't there.
            Err(object_store::Error::NotFound { .. }) => match self.ask(key, None, false).await {
                Ok(got) => Ok(Some(meta(&got.attributes, got.meta.size))),
                Err(error) if is_absent(&error) => Ok(None),
                Err(error) => Err(trouble(error)),
            },
            Err(error) => Err(trouble(error)),
        }
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let key = stream::once(std::future::ready(Ok(self.path(key)))).boxed();
        let gone = in_time(self.store.delete_stream(key).try_collect::<Vec<_>>()).await;
        match gone {
            Err(error) if !is_absent(&error) => Err(trouble(error)),
            _ => Ok(()),
        }
    }

    async fn delete_prefix(&self, prefix: &Prefix) -> Result<u64> {
        let (mut gone, mut after) = (0, None);
        loop {
            let page = self.list(prefix, after.as_ref()).await?;
            let Some(last) = page.last() else { return Ok(gone) };
            after = Some(last.key.clone());
            gone += page.len() as u64;
            let paths: Vec<_> = page.iter().map(|listed| Ok(self.path(&listed.key))).collect();
            let deleting = self.store.delete_stream(stream::iter(paths).boxed()).try_collect::<Vec<_>>();
            in_time(deleting).await.map_err(trouble)?;
        }
    }

    async fn list(&self, prefix: &Prefix, after: Option<&Key>) -> Result<Vec<Listed>> {
        let below = self.below(prefix);
        let below = (!below.as_ref().is_empty()).then_some(&below);
        let objects = match after {
            Some(after) => self.store.list_with_offset(below, &self.path(after)),
            None => self.store.list(below),
        };
        let ours = objects.try_filter_map(async |object| Ok(self.listed(&object)));
        in_time(ours.take(LIST_MAX).try_collect()).await.map_err(trouble)
    }
}

fn meta(attributes: &Attributes, bytes: u64) -> Meta {
    let said = attributes.get(&Attribute::ContentType).and_then(|said| said.parse().ok());
    Meta { content_type: said.unwrap_or_else(ContentType::bytes), bytes }
}

async fn in_time<T>(call: impl Future<Output = object_store::Result<T>>) -> object_store::Result<T> {
    let done = tokio::time::timeout(DEADLINE, call).await;
    done.unwrap_or_else(|late| Err(object_store::Error::Generic { store: "S3", source: Box::new(late) }))
}
