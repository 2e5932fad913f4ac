use crate::store::Store;
use guilds_contract::{ChannelDeleted, GuildDeleted};
use kernel::Result;

/// A deleted channel takes what was said in it along.
pub(crate) async fn channel_deleted(store: &dyn Store, event: &ChannelDeleted) -> Result<()> {
    Ok(store.purge(event.channel).await?)
}

pub(crate) async fn guild_deleted(store: &dyn Store, event: &GuildDeleted) -> Result<()> {
    for channel in &event.channels {
        store.purge(*channel).await?;
    }
    Ok(())
}
