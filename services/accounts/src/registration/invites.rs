use async_trait::async_trait;
use guilds_contract::Guilds;
use kernel::Result;
use std::sync::Arc;

/// Invites into guilds, which let people register, too.
#[async_trait]
pub trait Invites: Send + Sync {
    /// Whether an invite works; otherwise not found, or gone.
    async fn check(&self, code: &str) -> Result<()>;
}

#[async_trait]
impl Invites for Arc<dyn Guilds> {
    async fn check(&self, code: &str) -> Result<()> {
        self.preview_invite(code.to_owned()).await.map(|_| ())
    }
}
