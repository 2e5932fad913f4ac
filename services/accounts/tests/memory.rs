//! Passwords need much memory, but only while they are hashed.
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts::Config;
use accounts_contract::{Accounts, Credentials, Device};
use engine_sql::testing;
use std::sync::Arc;

const LOG_INS: usize = 48;
/// What one hash takes: many threads must not keep as much each.
const MAX_GROWTH_KIB: u64 = 19_456;

/// What this process holds of the machine's memory, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_goes_back_after_logging_in() {
    let [ours, theirs] = [testing::sqlite().await, testing::sqlite().await];
    let outside = testing::outside();
    let people = people::build(theirs.database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
        .await
        .expect("people");
    let config = Config { argon2_parallel: 8, ..Config::default() };
    let accounts: Arc<dyn Accounts> =
        accounts::build(ours.database.clone(), &outside, common::deps(people, &Arc::default()).await, config)
            .await
            .expect("accounts");
    let before = resident_kib();
    let logging_in = (0..LOG_INS).map(|n| {
        let accounts = accounts.clone();
        let credentials = Credentials { email: format!("p{n}@example.org"), password: "correct horse battery".into() };
        tokio::spawn(async move { accounts.log_in(credentials, Device::default()).await })
    });
    for done in logging_in.collect::<Vec<_>>() {
        assert_eq!(done.await.expect("no panic").expect_err("nobody is there").code, "wrong_credentials");
    }
    let growth = resident_kib().saturating_sub(before);
    assert!(growth < MAX_GROWTH_KIB, "{growth} KiB stayed");
}
