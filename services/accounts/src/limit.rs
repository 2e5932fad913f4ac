//! Wrong passwords are counted per address, whether there is an account or not.

use kernel::{Kind, Problem, Result, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// So many failures are free within the window; then the wait doubles with each.
const FREE: u32 = 5;
const WINDOW_SECONDS: i64 = 15 * 60;
const MAX_WAIT_SECONDS: i64 = WINDOW_SECONDS;
/// Addresses remembered at most: beyond that those whose window is over are forgotten, then all.
const ADDRESSES: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<HashMap<String, Failed>>);

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last: Timestamp,
}

impl Failed {
    fn wait_until(self) -> Timestamp {
        let beyond = self.times.saturating_sub(FREE);
        let wait = if beyond == 0 { 0 } else { (1 << beyond.min(20)).min(MAX_WAIT_SECONDS) };
        self.last.plus_seconds(wait)
    }

    fn is_over(self, now: Timestamp) -> bool {
        now > self.last.plus_seconds(WINDOW_SECONDS)
    }
}

impl Failures {
    /// Refuses an address that must wait.
    pub(crate) fn check(&self, address: &str, now: Timestamp) -> Result<()> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failed) = failures.get(address).copied() else { return Ok(()) };
        if failed.is_over(now) {
            failures.remove(address);
            return Ok(());
        }
        let wait_ms = failed.wait_until().0 - now.0;
        if wait_ms <= 0 {
            return Ok(());
        }
        let seconds = u32::try_from(wait_ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
        let detail = format!("Too many wrong passwords for this address: try again in {seconds} s.");
        Err(Problem::new(Kind::TooMany, "too_many_attempts", detail).retry_after(seconds))
    }

    pub(crate) fn failed(&self, address: &str, now: Timestamp) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ADDRESSES {
            failures.retain(|_, failed| !failed.is_over(now));
            if failures.len() >= ADDRESSES {
                failures.clear();
            }
        }
        let failed = failures.entry(address.to_owned()).or_insert(Failed { times: 0, last: now });
        *failed = Failed { times: failed.times + 1, last: now };
    }

    pub(crate) fn succeeded(&self, address: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_passes() {
        let failures = Failures::default();
        let now = Timestamp(1_000_000);
        for _ in 0..FREE {
            failures.failed("ada", now);
            assert!(failures.check("ada", now).is_ok());
        }
        let mut waits = Vec::new();
        for _ in 0..3 {
            failures.failed("ada", now);
            waits.push(failures.check("ada", now).expect_err("must wait").retry_after.expect("a time"));
        }
        assert_eq!(waits, [3, 5, 9]);
        assert!(failures.check("ada", now.plus_seconds(9)).is_ok());
        assert!(failures.check("bob", now).is_ok(), "others don't wait");
        failures.succeeded("ada");
        assert!(failures.check("ada", now).is_ok());
    }
}
