//! Puts the house together: every service on its own database, every door on the services' contracts.

use crate::config::Config;
use accounts_contract::Accounts;
use axum::Router;
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::{Database, Outside};
use gate::Gate;
use guilds_contract::Guilds;
use kernel::{Problem, Result};
use messages_contract::Messages;
use overview_contract::Overview;
use people_contract::People;
use ports::{Clock, Random};
use realtime_contract::Realtime;
use std::{path::Path, sync::Arc};

/// All services in one process, by their contracts.
pub struct House {
    pub accounts: Arc<dyn Accounts>,
    pub people: Arc<dyn People>,
    pub guilds: Arc<dyn Guilds>,
    pub messages: Arc<dyn Messages>,
    pub overview: Arc<dyn Overview>,
    pub realtime: Arc<dyn Realtime>,
    random: Arc<dyn Random>,
    databases: Vec<Database>,
}

impl House {
    /// Builds every service on a SQLite file of its own in `folder`.
    pub async fn open(folder: &Path, config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self> {
        let [people_db, accounts_db, guilds_db, messages_db] = databases(folder).await?;
        let databases = [&people_db, &accounts_db, &guilds_db, &messages_db].map(Clone::clone).to_vec();
        let fanout: Arc<dyn ports::Fanout> = Arc::new(MemoryFanout::default());
        let outside = Outside {
            clock: clock.clone(),
            random: random.clone(),
            fanout: fanout.clone(),
            bus: Arc::new(MemoryBus::default()),
        };
        let at = |name| move |problem| name_the_file(folder, name, problem);
        let people = people::build(people_db, &outside).await.map_err(at("people"))?;
        let (accounts, guilds) = tokio::try_join!(
            async {
                let built = accounts::build(accounts_db, &outside, people.clone(), config.accounts.clone()).await;
                built.map_err(at("accounts"))
            },
            async { guilds::build(guilds_db, &outside, people.clone()).await.map_err(at("guilds")) },
        )?;
        let gate = Gate::new(guilds.clone(), fanout.clone());
        let built = messages::build(messages_db, &outside, gate.clone(), guilds.clone(), config.messages.clone()).await;
        let messages = built.map_err(at("messages"))?;
        let overview = overview::build(overview::Deps {
            accounts: accounts.clone(),
            people: people.clone(),
            guilds: guilds.clone(),
            messages: messages.clone(),
            clock,
        });
        let deps = realtime::Deps {
            accounts: accounts.clone(),
            people: people.clone(),
            guilds: guilds.clone(),
            messages: messages.clone(),
            gate,
        };
        let realtime = realtime::build(fanout, deps);
        outside.bus.open();
        Ok(Self { accounts, people, guilds, messages, overview, realtime, random, databases })
    }

    /// Every door. The web client answers what no other door has.
    pub fn router(&self, config: &Config) -> Router {
        let rest = door_rest::Deps {
            accounts: self.accounts.clone(),
            people: self.people.clone(),
            guilds: self.guilds.clone(),
            messages: self.messages.clone(),
            overview: self.overview.clone(),
            random: self.random.clone(),
            public_url: config.public_url.as_deref().map(Into::into),
        };
        door_rest::router(rest)
            .merge(door_socket::router(self.realtime.clone(), config.public_url.as_deref()))
            .merge(door_web::router())
    }

    /// Waits for what is being written, moves it into the databases' files, and closes them.
    pub async fn close(self) {
        for database in &self.databases {
            database.close().await;
        }
    }
}

async fn databases(folder: &Path) -> Result<[Database; 4]> {
    let open = |name: &'static str| async move { Database::sqlite(&folder.join(format!("{name}.db"))).await };
    let (people, accounts, guilds, messages) =
        tokio::try_join!(open("people"), open("accounts"), open("guilds"), open("messages"))?;
    Ok([people, accounts, guilds, messages])
}

/// A schema that can't be brought up to date is known by its service; people know files.
fn name_the_file(folder: &Path, name: &str, problem: Problem) -> Problem {
    let file = folder.join(format!("{name}.db"));
    let detail = format!("{}: {}", file.display(), problem.detail);
    Problem { detail: detail.into(), ..problem }
}
