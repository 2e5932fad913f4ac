//! What messages does when others' streams grow.

mod channel_deleted;
mod member_joined;

use crate::store::Store;
use async_trait::async_trait;
use engine_sql::{Following, Ground, OnEvent, Source};
use guilds_contract::Guilds;
use kernel::{Difference, Event, Reader, Result, StreamName};
use std::sync::Arc;

struct GuildsSource(Arc<dyn Guilds>);

#[async_trait]
impl Source for GuildsSource {
    async fn difference(&self, stream: StreamName, since: i64) -> Result<Difference> {
        self.0.difference(Reader::Service, stream, since).await
    }
}

struct On {
    store: Arc<dyn Store>,
    ground: Ground,
    guilds: Arc<dyn Guilds>,
}

#[async_trait]
impl OnEvent for On {
    async fn on_event(&self, event: &Event) -> Result<()> {
        match event.kind.as_str() {
            "channel_deleted" => channel_deleted::channel_deleted(&*self.store, &event.parse()?).await,
            "guild_deleted" => channel_deleted::guild_deleted(&*self.store, &event.parse()?).await,
            "member_joined" => member_joined::member_joined(self, &event.parse()?).await,
            _ => Ok(()),
        }
    }
}

/// Follows the structure of guilds and of private channels.
pub(crate) fn follow_guilds(ground: &Ground, store: Arc<dyn Store>, guilds: Arc<dyn Guilds>) {
    for (name, follows) in [("messages.guilds", "guilds/guild/"), ("messages.channels", "guilds/channel/")] {
        let source = Arc::new(GuildsSource(guilds.clone()));
        let on = Arc::new(On { store: store.clone(), ground: ground.clone(), guilds: guilds.clone() });
        ground.bus.follow(Following::new(name, follows, ground.journal.clone(), ground.clock.clone(), source, on));
    }
}
