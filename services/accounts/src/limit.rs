//! Wrong passwords are counted per address, whether there is an account or not: at most 10 in 15 minutes.

use kernel::{Kind, Problem, Result, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So many failures are free within the window; then the wait doubles with each …
const FREE: u32 = 5;
/// … until so many are reached, which makes it the whole window.
const MOST: u32 = 10;
const WINDOW_SECONDS: i64 = 15 * 60;
/// How many addresses may have failed within the window before others must wait, too.
const ADDRESSES: usize = 20_000;
const FULL_RETRY_SECONDS: u32 = 60;

/// Addresses are long and personal; their hash is neither.
type Key = [u8; 32];

pub(crate) struct Failures {
    by_address: Mutex<HashMap<Key, Failed>>,
    addresses: usize,
}

#[derive(Clone, Copy, Debug)]
struct Failed {
    times: u32,
    last: Timestamp,
    /// Attempts whose outcome isn't known yet: guessing in parallel gains nothing.
    trying: u32,
}

impl Failed {
    /// Seconds from `now` until one more attempt is allowed; 0 is now.
    fn wait_seconds(self, now: Timestamp) -> u32 {
        if self.times < FREE {
            return u32::from(self.times + self.trying >= FREE);
        }
        let wait = if self.times >= MOST { WINDOW_SECONDS } else { 2 << (self.times - FREE) };
        let left_ms = u64::try_from(self.last.plus_seconds(wait).0 - now.0).unwrap_or(0);
        u32::try_from(left_ms.div_ceil(1_000)).unwrap_or(u32::MAX).max(self.trying.min(1))
    }

    fn is_over(self, now: Timestamp) -> bool {
        self.trying == 0 && now >= self.last.plus_seconds(WINDOW_SECONDS)
    }
}

impl Default for Failures {
    fn default() -> Self {
        Self::with_room_for(ADDRESSES)
    }
}

impl Failures {
    fn with_room_for(addresses: usize) -> Self {
        Self { by_address: Mutex::default(), addresses }
    }

    /// Begins an attempt, or refuses an address that must wait.
    pub(crate) fn begin(&self, address: &str, now: Timestamp) -> Result<Attempt<'_>> {
        let key = Sha256::digest(address).into();
        let mut by_address = self.lock();
        if by_address.get(&key).is_some_and(|failed| failed.is_over(now)) {
            by_address.remove(&key);
        }
        if !by_address.contains_key(&key) && by_address.len() >= self.addresses {
            by_address.retain(|_, failed| !failed.is_over(now));
            if by_address.len() >= self.addresses {
                return Err(too_many(FULL_RETRY_SECONDS));
            }
        }
        let failed = by_address.entry(key).or_insert(Failed { times: 0, last: now, trying: 0 });
        match failed.wait_seconds(now) {
            0 => failed.trying += 1,
            seconds => return Err(too_many(seconds)),
        }
        Ok(Attempt { failures: self, key })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failed>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many(seconds: u32) -> Problem {
    let detail = format!("Too many attempts to sign in: try again in {seconds} s.");
    Problem::new(Kind::TooMany, "too_many_attempts", detail).retry_after(seconds)
}

/// One attempt to sign in. Dropped without an outcome (the server is busy, the caller went away) it doesn't count.
#[must_use = "tell how it went"]
pub(crate) struct Attempt<'a> {
    failures: &'a Failures,
    key: Key,
}

impl Attempt<'_> {
    pub(crate) fn failed(self, now: Timestamp) {
        if let Some(failed) = self.failures.lock().get_mut(&self.key) {
            failed.times += 1;
            failed.last = now;
        }
    }

    pub(crate) fn succeeded(self) {
        if let Some(failed) = self.failures.lock().get_mut(&self.key) {
            failed.times = 0;
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut by_address = self.failures.lock();
        let Some(failed) = by_address.get_mut(&self.key) else { return };
        failed.trying = failed.trying.saturating_sub(1);
        if failed.times + failed.trying == 0 {
            by_address.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn wait(failures: &Failures, address: &str, now: Timestamp) -> u32 {
        match failures.begin(address, now) {
            Ok(_) => 0,
            Err(problem) => problem.retry_after.expect("a time"),
        }
    }

    #[test]
    fn the_wait_grows_to_the_whole_window_and_passes() {
        let failures = Failures::default();
        let (mut now, mut waits) = (NOW, Vec::new());
        for _ in 0..MOST {
            failures.begin("ada", now).expect("allowed").failed(now);
            waits.push(wait(&failures, "ada", now));
            if waits.len() < MOST as usize {
                now = now.plus_seconds(waits[waits.len() - 1].into());
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 900]);
        assert_eq!(wait(&failures, "bob", now), 0, "others don't wait");
        assert_eq!(wait(&failures, "ada", Timestamp(now.0 + 899_001)), 1);
        assert_eq!(wait(&failures, "ada", now.plus_seconds(900)), 0);
        for _ in 0..FREE {
            let now = now.plus_seconds(900);
            failures.begin("ada", now).expect("forgotten").failed(now);
        }
    }

    #[test]
    fn a_success_forgets_and_no_outcome_counts_for_nothing() {
        let failures = Failures::default();
        for _ in 0..FREE - 1 {
            failures.begin("ada", NOW).expect("allowed").failed(NOW);
        }
        for _ in 0..20 {
            drop(failures.begin("ada", NOW).expect("nothing came of the others"));
        }
        failures.begin("ada", NOW).expect("allowed").succeeded();
        assert!(failures.lock().is_empty());
    }

    #[test]
    fn parallel_attempts_are_as_few_as_those_in_a_row() {
        let failures = Failures::default();
        let trying: Vec<_> = (0..20).filter_map(|_| failures.begin("ada", NOW).ok()).collect();
        assert_eq!(trying.len(), FREE as usize);
        trying.into_iter().for_each(|attempt| attempt.failed(NOW));
        let later = NOW.plus_seconds(2);
        let _one = failures.begin("ada", later).expect("allowed");
        assert_eq!(wait(&failures, "ada", later), 1, "one at a time from now on");
    }

    #[test]
    fn memory_is_bounded() {
        let failures = Failures::with_room_for(2);
        for address in ["ada", "bob"] {
            failures.begin(address, NOW).expect("allowed").failed(NOW);
        }
        assert_eq!(wait(&failures, "cid", NOW), FULL_RETRY_SECONDS);
        assert_eq!(wait(&failures, "ada", NOW), 0, "whoever is counted already may go on");
        assert_eq!(wait(&failures, "cid", NOW.plus_seconds(900)), 0);
        assert!(failures.lock().is_empty(), "what is over was forgotten");
    }
}
