use crate::config::Config;
use files_contract::Files;
use guilds_contract::Guilds;
use kernel::{Problem, Result};
use std::sync::{Arc, OnceLock, Weak};

/// What people stands on beside its ground.
pub struct Deps {
    pub files: Arc<dyn Files>,
    pub guilds: LaterGuilds,
    pub config: Config,
}

impl Deps {
    /// With the usual settings, where nobody is in a guild yet.
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files, guilds: LaterGuilds::default(), config: Config::default() }
    }
}

/// Guilds, which itself calls people: it is known a moment after people is built. Held weakly, so that both can go.
#[derive(Clone, Default)]
pub struct LaterGuilds(Arc<OnceLock<Weak<dyn Guilds>>>);

impl LaterGuilds {
    /// Says where guilds is; the first word counts.
    pub fn are(&self, guilds: &Arc<dyn Guilds>) {
        self.0.get_or_init(|| Arc::downgrade(guilds));
    }

    pub(crate) fn get(&self) -> Result<Arc<dyn Guilds>> {
        let guilds = self.0.get().and_then(Weak::upgrade);
        guilds.ok_or_else(|| Problem::unavailable("Guilds isn't there at the moment: try again."))
    }
}
