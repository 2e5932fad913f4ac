//! Puts the house together: every service is either built here, on its own database, or called where it is. Nothing else
//! knows which.

mod databases;

use crate::{
    config::{Config, Role, Rpc, service_token},
    data::ACCOUNTS_KEY,
};
use accounts::holder;
use accounts_contract::{Accounts, AccountsClient, serve_accounts};
use axum::Router;
use contract::grpc::{Remote, Service};
use databases::Databases;
use engine_sql::Outside;
use files_contract::{Files, FilesClient, serve_files};
use gate::Gate;
use guilds_contract::{Guilds, GuildsClient, serve_guilds};
use kernel::{Problem, Result};
use messages_contract::{Messages, MessagesClient, serve_messages};
use overview_contract::{Overview, OverviewClient, serve_overview};
use people_contract::{People, PeopleClient, serve_people};
use ports::{Blobs, Clock, Random};
use realtime_contract::Realtime;
use std::{path::Path, sync::Arc};

/// Where `log:` mail is, in the data folder.
const MAIL: &str = "mail";

/// The services that this process runs or calls, by their contracts.
pub struct House {
    config: Config,
    accounts: Option<Arc<dyn Accounts>>,
    people: Option<Arc<dyn People>>,
    guilds: Option<Arc<dyn Guilds>>,
    messages: Option<Arc<dyn Messages>>,
    files: Option<Arc<dyn Files>>,
    overview: Option<Arc<dyn Overview>>,
    realtime: Option<Arc<dyn Realtime>>,
    random: Arc<dyn Random>,
    blobs: Option<Arc<dyn Blobs>>,
    databases: Databases,
}

impl House {
    /// Builds what this process runs, with `folder` for databases that are files, and finds what that calls.
    pub async fn open(folder: &Path, config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self> {
        let databases = Databases::open(folder, config).await?;
        let engine_bus::Engines { fanout, bus } =
            engine_bus::open(&config.bus_url, config.fanout_url.as_deref()).await?;
        let blobs = match config.roles.use_files() {
            true => Some(config.blobs()?.open().await?),
            false => None,
        };
        let outside = Outside { clock: clock.clone(), random: random.clone(), fanout: fanout.clone(), bus };
        let place = Placement(config);

        let files = async {
            let (database, config) = (databases.of(Role::Files)?, config.files.clone());
            databases.name(Role::Files, files::build(database, &outside, needed(&blobs)?, config).await)
        };
        let files = place.service(Role::Files, files, |remote| Arc::new(FilesClient(remote))).await?;
        let later = people::LaterGuilds::default();
        let people = async {
            let (files, guilds) = (needed(&files)?, later.clone());
            let deps = people::Deps { files, guilds, config: config.people.clone() };
            databases.name(Role::People, people::build(databases.of(Role::People)?, &outside, deps).await)
        };
        let people = place.service(Role::People, people, |remote| Arc::new(PeopleClient(remote))).await?;
        let guilds = async {
            let (people, files) = (needed(&people)?, needed(&files)?);
            let (database, config) = (databases.of(Role::Guilds)?, config.guilds.clone());
            databases.name(Role::Guilds, guilds::build(database, &outside, people, files, config).await)
        };
        let guilds = place.service(Role::Guilds, guilds, |remote| Arc::new(GuildsClient(remote))).await?;
        if let Some(guilds) = &guilds {
            later.are(guilds);
        }
        let gate = guilds.clone().map(|guilds| Gate::new(guilds, fanout.clone()));
        let messages = async {
            let (database, config) = (databases.of(Role::Messages)?, config.messages.clone());
            let built = messages::build(database, &outside, needed(&gate)?, needed(&guilds)?, config).await;
            databases.name(Role::Messages, built)
        };
        let messages = place.service(Role::Messages, messages, |remote| Arc::new(MessagesClient(remote))).await?;
        let accounts = async {
            let mailer = engine_mail::open(&config.mail_url, &config.sender(), &folder.join(MAIL))?;
            let mail = accounts::Mailing { mailer, public_url: config.address().into() };
            let key_place = key_place(folder, config);
            let (database, config) = (databases.of(Role::Accounts)?, config.accounts.clone());
            let people = needed(&people)?;
            // Who leaves goes from the guilds first, so that nothing more is said there.
            let (all, messages, files) = (needed(&guilds)?, needed(&messages)?, needed(&files)?);
            let holders = vec![holder(all.clone()), holder(messages), holder(people.clone()), holder(files)];
            let (invites, blobs) = (Arc::new(all), needed(&blobs)?);
            let deps = accounts::Deps { people, holders, invites, mail, blobs, key_place };
            databases.name(Role::Accounts, accounts::build(database, &outside, deps, config).await)
        };
        let accounts = place.service(Role::Accounts, accounts, |remote| Arc::new(AccountsClient(remote))).await?;
        let overview = async {
            let (accounts, people) = (needed(&accounts)?, needed(&people)?);
            let (guilds, messages) = (needed(&guilds)?, needed(&messages)?);
            Ok(overview::build(overview::Deps { accounts, people, guilds, messages, clock }))
        };
        let overview = place.service(Role::Overview, overview, |remote| Arc::new(OverviewClient(remote))).await?;
        let realtime = match config.roles.has(Role::Realtime) {
            false => None,
            true => {
                let (accounts, people) = (needed(&accounts)?, needed(&people)?);
                let (guilds, messages) = (needed(&guilds)?, needed(&messages)?);
                let (gate, random) = (needed(&gate)?, random.clone());
                let deps = realtime::Deps { accounts, people, guilds, messages, gate, random };
                Some(realtime::build(fanout, deps))
            }
        };
        outside.bus.open();
        Ok(Self {
            config: config.clone(),
            accounts,
            people,
            guilds,
            messages,
            files,
            overview,
            realtime,
            random,
            blobs,
            databases,
        })
    }

    /// All services, where this process runs or calls them all.
    pub fn services(&self) -> Result<door_rest::Deps> {
        Ok(door_rest::Deps {
            accounts: needed(&self.accounts)?,
            people: needed(&self.people)?,
            guilds: needed(&self.guilds)?,
            messages: needed(&self.messages)?,
            overview: needed(&self.overview)?,
            blobs: needed(&self.blobs)?,
            random: self.random.clone(),
            public_url: self.config.public_url.as_deref().map(Into::into),
            trusted_proxies: Arc::new(self.config.trusted_proxies.clone()),
        })
    }

    /// Accounts, where this process runs or calls it.
    pub fn accounts(&self) -> Result<Arc<dyn Accounts>> {
        needed(&self.accounts)
    }

    pub fn realtime(&self) -> Option<&Arc<dyn Realtime>> {
        self.realtime.as_ref()
    }

    /// The doors that this process runs. The web client answers what no other door has.
    pub fn router(&self) -> Result<Router> {
        let mut router = Router::new();
        if let Some(realtime) = &self.realtime {
            let (config, public_url) = (&self.config.socket, self.config.public_url.as_deref());
            router = router.merge(door_socket::router(realtime.clone(), public_url, config));
        }
        Ok(match self.config.roles.has(Role::Gateway) {
            true => router.merge(door_rest::router(self.services()?)).merge(door_web::router()),
            false => router.merge(door_rest::health(needed(&self.accounts)?)),
        })
    }

    /// The services that other processes may call here.
    pub fn contracts(&self) -> Vec<Service> {
        let runs = |role| self.config.roles.has(role);
        let accounts = self.accounts.clone().filter(|_| runs(Role::Accounts)).map(serve_accounts);
        let people = self.people.clone().filter(|_| runs(Role::People)).map(serve_people);
        let guilds = self.guilds.clone().filter(|_| runs(Role::Guilds)).map(serve_guilds);
        let messages = self.messages.clone().filter(|_| runs(Role::Messages)).map(serve_messages);
        let overview = self.overview.clone().filter(|_| runs(Role::Overview)).map(serve_overview);
        let files = self.files.clone().filter(|_| runs(Role::Files)).map(serve_files);
        [accounts, people, guilds, messages, files, overview].into_iter().flatten().collect()
    }

    /// Waits for what is being written, moves it into the databases' files, and closes them.
    pub async fn close(self) {
        self.databases.close().await;
    }
}

/// Where the key is that seals secrets of accounts: beside the databases that are files, also after they were moved away.
fn key_place(folder: &Path, config: &Config) -> accounts::KeyPlace {
    let file = folder.join(ACCOUNTS_KEY);
    match config.keeps_files() || file.exists() {
        true => accounts::KeyPlace::File(file),
        false => accounts::KeyPlace::Database,
    }
}

/// Where each service is.
struct Placement<'c>(&'c Config);

impl Placement<'_> {
    /// The service as it is built here, or by a call where it is, or nothing when no role of this process calls it.
    async fn service<T: ?Sized>(
        &self,
        role: Role,
        here: impl Future<Output = Result<Arc<T>>>,
        there: impl FnOnce(Remote) -> Arc<T>,
    ) -> Result<Option<Arc<T>>> {
        let Self(config) = self;
        if config.roles.has(role) {
            return here.await.map(Some);
        }
        let is_called = Role::ALL.into_iter().any(|caller| config.roles.has(caller) && calls(caller).contains(&role));
        is_called.then(|| remote(&config.rpc, role, config).map(there)).transpose()
    }
}

fn remote(rpc: &Rpc, role: Role, config: &Config) -> Result<Remote> {
    Remote::new(rpc.address(role)?, service_token(config.service_token.as_deref())?)
}

/// Who calls whom: what the sign of each service says.
pub(crate) fn calls(caller: Role) -> &'static [Role] {
    match caller {
        Role::Files => &[],
        Role::People => &[Role::Guilds, Role::Files],
        Role::Guilds => &[Role::People, Role::Files],
        Role::Accounts => &[Role::People, Role::Guilds, Role::Messages, Role::Files],
        Role::Messages => &[Role::Guilds],
        Role::Overview | Role::Realtime => &[Role::Accounts, Role::People, Role::Guilds, Role::Messages],
        Role::Gateway => &[Role::Accounts, Role::People, Role::Guilds, Role::Messages, Role::Overview],
    }
}

/// A service that [`calls`] says is called.
fn needed<T: ?Sized>(service: &Option<Arc<T>>) -> Result<Arc<T>> {
    service.clone().ok_or_else(|| Problem::internal("a service is called that wasn't placed"))
}
