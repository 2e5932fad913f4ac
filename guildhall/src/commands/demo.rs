//! Fills an empty install with a lively sample community, so that newcomers and screenshots see a real place. All of
//! it goes through the services' contracts, with a clock that is led from three weeks ago to now.

mod cast;
mod fill;
mod plan;
mod script;

use super::say;
use crate::{
    compose::House,
    config::{Config, unusable},
    data::Data,
};
use accounts_contract::RegistrationMode;
use kernel::{Result, Timestamp};
use ports::{Clock, ManualClock, OsRandom, SystemClock};
use std::{sync::Arc, time::Instant};

/// How far back the sample's story begins, in seconds.
const STORY_SECONDS: i64 = 21 * 24 * 3_600;
/// What everybody knows is no secret: the sample is for looking at, not for the open internet.
const PASSWORD: &str = "a-hall-full-of-friends";
/// The same story every time; only its dates follow the day.
const SEED: u64 = 0x6775_696c_6468_616c;

/// Fills the data folder, which must be without accounts.
pub fn demo(config: &Config) -> Result<()> {
    super::run(async {
        let data = Data::hold(&config.data)?;
        let now = SystemClock.now();
        let clock = Arc::new(ManualClock::at(Timestamp(now.0 - STORY_SECONDS * 1_000)));
        // The people of a story have no mail.
        let mut config = Config { mail_url: "log:".into(), ..config.clone() };
        config.accounts.require_verified_email = Some(false);
        config.accounts.registration = RegistrationMode::Open;
        config.accounts.allowed_email_domains.clear();
        let house = House::open(&data.folder, &config, clock.clone(), Arc::new(OsRandom)).await?;
        let folder = data.folder.display();
        let services = house.services()?;
        if services.accounts.is_set_up().await? {
            house.close().await;
            return Err(unusable(format!(
                "{folder} already has accounts, and the demo only fills an empty install: name another folder, for \
                 example guildhall demo --data demo-data"
            )));
        }
        let started = Instant::now();
        say(&format!("filling {folder} with a sample community …"));
        let filled = fill::fill(&services, &clock, now).await;
        house.close().await;
        let told = filled?;
        let seconds = started.elapsed().as_secs_f32();
        say(&format!("{told}, in {seconds:.1} s"));
        say(&format!("start it:  guildhall serve --data {folder}"));
        say(&format!("sign in:   {} with the password {PASSWORD}", cast::email(cast::YOU)));
        say("Everyone in it has that password: show it to people, but not to the open internet.");
        Ok(())
    })
}
