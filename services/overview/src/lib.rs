//! Overview: all that a client starts from, in one answer.
//!
//! * owns: nothing; every answer is put together from its owners' at the time of asking
//! * emits: nothing
//! * listens to: nothing
//! * calls: guilds (where is the person at home?), messages (heads and markers), people (names), accounts

mod overview;

use accounts_contract::Accounts;
use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use guilds_contract::Guilds;
use kernel::{Caller, Result, UserId};
use messages_contract::Messages;
use overview_contract::{Overview, View};
use people_contract::People;
use ports::Clock;
use std::sync::Arc;

/// Who overview calls.
#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub people: Arc<dyn People>,
    pub guilds: Arc<dyn Guilds>,
    pub messages: Arc<dyn Messages>,
    pub clock: Arc<dyn Clock>,
}

struct Service {
    deps: Deps,
}

/// The overview service.
pub fn build(deps: Deps) -> Arc<dyn Overview> {
    Arc::new(Service { deps })
}

#[async_trait]
impl Overview for Service {
    async fn overview(&self, caller: Caller) -> Result<View> {
        overview::overview(self, caller).await
    }

    async fn export(&self, _user: UserId, _after: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }

    async fn erase(&self, user: UserId, _wishes: Wishes) -> Result<Receipt> {
        Ok(Receipt { service: "overview".into(), user, at: self.deps.clock.now(), erased: 0 })
    }

    async fn scrub(&self) -> Result<()> {
        Ok(())
    }

    async fn snapshot(&self, _after: Option<String>) -> Result<Part> {
        Ok(Part::default())
    }
}
