//! What guilds does when others' streams grow.

use crate::{Service, apply_block};
use async_trait::async_trait;
use engine_sql::{Following, OnEvent, Source};
use kernel::{Difference, Event, Reader, Result, StreamName, UserId};
use people_contract::{BlockChanged, People};
use std::sync::Arc;

struct PeopleSource(Arc<dyn People>);

#[async_trait]
impl Source for PeopleSource {
    async fn difference(&self, stream: StreamName, since: i64) -> Result<Difference> {
        self.0.difference(Reader::Service, stream, since).await
    }
}

struct OnPeople(Arc<Service>);

#[async_trait]
impl OnEvent for OnPeople {
    /// Nearly always people has said it itself already.
    async fn on_event(&self, event: &Event) -> Result<()> {
        if event.kind != "block_changed" {
            return Ok(());
        }
        let (changed, person) = (event.parse::<BlockChanged>()?, UserId(event.stream.parts().2));
        apply_block::apply_block(&self.0, person, changed.user, changed.is_blocked, event.seq).await
    }
}

/// Follows who blocks whom.
pub(crate) fn follow_people(service: &Arc<Service>) {
    let (ground, source) = (&service.ground, Arc::new(PeopleSource(service.people.clone())));
    let on = Arc::new(OnPeople(service.clone()));
    let (journal, clock) = (ground.journal.clone(), ground.clock.clone());
    ground.bus.follow(Following::new("guilds.people", "people/user/", journal, clock, source, on));
}
