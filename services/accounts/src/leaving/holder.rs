use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use files_contract::Files;
use guilds_contract::Guilds;
use kernel::{Result, UserId};
use messages_contract::Messages;
use people_contract::People;
use std::sync::Arc;

/// A service that holds something of a person: what every contract has.
#[async_trait]
pub trait Holder: Send + Sync {
    /// The service's name, as in its streams.
    fn name(&self) -> &'static str;
    async fn export(&self, user: UserId, after: Option<String>) -> Result<Part>;
    async fn erase(&self, user: UserId, wishes: Wishes) -> Result<Receipt>;
    async fn scrub(&self) -> Result<()>;
}

/// A service as a holder.
pub fn holder<T: ?Sized>(service: Arc<T>) -> Arc<dyn Holder>
where
    Of<T>: Holder + 'static,
{
    Arc::new(Of(service))
}

#[doc(hidden)]
pub struct Of<T: ?Sized>(Arc<T>);

macro_rules! holders {
    ($($contract:ident as $name:literal),+) => { $(
        #[async_trait]
        impl Holder for Of<dyn $contract> {
            fn name(&self) -> &'static str {
                $name
            }

            async fn export(&self, user: UserId, after: Option<String>) -> Result<Part> {
                self.0.export(user, after).await
            }

            async fn erase(&self, user: UserId, wishes: Wishes) -> Result<Receipt> {
                self.0.erase(user, wishes).await
            }

            async fn scrub(&self) -> Result<()> {
                self.0.scrub().await
            }
        }
    )+ };
}

holders!(People as "people", Guilds as "guilds", Messages as "messages", Files as "files");
