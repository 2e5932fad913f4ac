use crate::{Database, Journal, Migration, Mint, Relay};
use kernel::{Committed, Event, EventId, NewEvent, Result, StreamName, Timestamp};
use ports::{Announce, Bus, Clock, Fanout, Random};
use serde::Serialize;
use std::sync::Arc;

/// What a process gives to every service that it runs.
#[derive(Clone)]
pub struct Outside {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub fanout: Arc<dyn Fanout>,
    pub bus: Arc<dyn Bus>,
}

/// What every service stands on: its database, brought up to date, and the way out for its events.
#[derive(Clone)]
pub struct Ground {
    pub database: Database,
    pub journal: Arc<dyn Journal>,
    pub mint: Arc<Mint>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub fanout: Arc<dyn Fanout>,
    pub bus: Arc<dyn Bus>,
    relay: Relay,
}

impl Ground {
    /// Brings the schema up to date and starts the relay.
    pub async fn open(database: Database, migrations: &[Migration], outside: &Outside) -> Result<Self> {
        database.migrate(migrations).await?;
        let journal = database.journal();
        let mint = Arc::new(Mint::open(journal.clone(), outside.clock.clone(), &*outside.random).await?);
        let relay = Relay::start(journal.clone(), outside.bus.clone());
        let Outside { clock, random, fanout, bus, .. } = outside.clone();
        Ok(Self { database, journal, mint, clock, random, fanout, bus, relay })
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An event that is about to be committed, with its id and moment.
    pub async fn event(&self, stream: StreamName, kind: &'static str, data: &impl Serialize) -> Result<NewEvent> {
        Ok(NewEvent::new(stream, EventId(self.mint.id().await?), self.now(), kind, data))
    }

    /// Leaves nothing of what was deleted in the database's files.
    pub async fn scrub(&self) -> Result<()> {
        Ok(self.database.scrub().await?)
    }

    /// Tells everyone what was committed, and gives the value.
    pub fn announce<T>(&self, committed: Committed<T>) -> T {
        if !committed.events.is_empty() {
            self.relay.grew(&committed.events);
        }
        self.fanout.announce(committed)
    }

    /// Tells everyone events that were committed without a value.
    pub fn announce_events(&self, events: Vec<Event>) {
        self.announce(Committed { value: (), events });
    }
}
