//! How often something may be tried: some times freely, then after waits that double, up to the whole window. What is counted
//! is kept in this process's memory.

use crate::rules::Place;
use kernel::{Kind, Problem, Result, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What is limited.
#[derive(Debug)]
pub(crate) struct Rule {
    /// For people: `Too many …`
    what: &'static str,
    /// So many times are free within the window; then the wait begins …
    free: u32,
    first_wait_seconds: i64,
    /// … and doubles with each, until so many are reached, which makes it the whole window.
    most: u32,
    window_seconds: i64,
}

/// Wrong passwords of one address, whether there is an account or not.
const LOG_IN: Rule =
    Rule { what: "attempts to sign in", free: 5, first_wait_seconds: 2, most: 10, window_seconds: 15 * 60 };
/// Wrong passwords, tokens and links from one place, whomever they are for.
const GUESSES: Rule =
    Rule { what: "wrong attempts", free: 30, first_wait_seconds: 2, most: 40, window_seconds: 15 * 60 };
/// Wrong codes of one account, whoever gives them.
const CODES: Rule = Rule { what: "wrong codes", free: 5, first_wait_seconds: 2, most: 10, window_seconds: 15 * 60 };
/// Accounts made from one place.
const REGISTER: Rule =
    Rule { what: "accounts were made here", free: 10, first_wait_seconds: 30, most: 16, window_seconds: 3_600 };
/// Browsers sent to a provider from one place: each is a row in the database.
const BEGUN: Rule =
    Rule { what: "sign-ins were begun here", free: 30, first_wait_seconds: 2, most: 40, window_seconds: 15 * 60 };
/// Mails asked for to one address.
const LETTERS_TO: Rule =
    Rule { what: "mails were asked for", free: 3, first_wait_seconds: 60, most: 6, window_seconds: 3_600 };
/// Mails asked for from one place.
const LETTERS_FROM: Rule =
    Rule { what: "mails were asked for", free: 10, first_wait_seconds: 30, most: 16, window_seconds: 3_600 };

/// How many keys a limit may count at once before others must wait, too.
const KEYS: usize = 20_000;
const FULL_RETRY_SECONDS: u32 = 60;

/// Addresses are long and personal; their hash is neither.
type Key = [u8; 32];

/// All limits.
pub(crate) struct Limits {
    pub(crate) log_in: Limit,
    pub(crate) guesses: Limit,
    pub(crate) codes: Limit,
    pub(crate) register: Limit,
    pub(crate) begun: Limit,
    pub(crate) letters_to: Limit,
    pub(crate) letters_from: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            log_in: Limit::new(&LOG_IN, KEYS),
            guesses: Limit::new(&GUESSES, KEYS),
            codes: Limit::new(&CODES, KEYS),
            register: Limit::new(&REGISTER, KEYS),
            begun: Limit::new(&BEGUN, KEYS),
            letters_to: Limit::new(&LETTERS_TO, KEYS),
            letters_from: Limit::new(&LETTERS_FROM, KEYS),
        }
    }
}

/// One limit, with those whom it counts.
pub(crate) struct Limit {
    rule: &'static Rule,
    keys: usize,
    by_key: Mutex<HashMap<Key, Counted>>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    times: u32,
    last: Timestamp,
    /// Attempts whose outcome isn't known yet: trying in parallel gains nothing.
    trying: u32,
}

impl Counted {
    /// Seconds from `now` until one more attempt is allowed; 0 is now.
    fn wait_seconds(self, rule: &Rule, now: Timestamp) -> u32 {
        if self.times < rule.free {
            return u32::from(self.times + self.trying >= rule.free);
        }
        let doubled = rule.first_wait_seconds << (self.times.min(rule.most) - rule.free);
        let wait = if self.times >= rule.most { rule.window_seconds } else { doubled.min(rule.window_seconds) };
        let left_ms = u64::try_from(self.last.plus_seconds(wait).0 - now.0).unwrap_or(0);
        u32::try_from(left_ms.div_ceil(1_000)).unwrap_or(u32::MAX).max(self.trying.min(1))
    }

    fn is_over(self, rule: &Rule, now: Timestamp) -> bool {
        self.trying == 0 && now >= self.last.plus_seconds(rule.window_seconds)
    }
}

impl Limit {
    fn new(rule: &'static Rule, keys: usize) -> Self {
        Self { rule, keys, by_key: Mutex::default() }
    }

    /// Begins an attempt, or refuses one that must wait.
    pub(crate) fn begin(&self, key: &str, now: Timestamp) -> Result<Attempt<'_>> {
        let key = Sha256::digest(key).into();
        let mut by_key = self.lock();
        if by_key.get(&key).is_some_and(|counted| counted.is_over(self.rule, now)) {
            by_key.remove(&key);
        }
        if !by_key.contains_key(&key) && by_key.len() >= self.keys {
            by_key.retain(|_, counted| !counted.is_over(self.rule, now));
            if by_key.len() >= self.keys {
                return Err(self.refuse(FULL_RETRY_SECONDS));
            }
        }
        let counted = by_key.entry(key).or_insert(Counted { times: 0, last: now, trying: 0 });
        match counted.wait_seconds(self.rule, now) {
            0 => counted.trying += 1,
            seconds => return Err(self.refuse(seconds)),
        }
        Ok(Attempt { of: Some((self, key)) })
    }

    /// The same for a place; one that isn't known isn't limited.
    pub(crate) fn begin_at(&self, place: &Place, now: Timestamp) -> Result<Attempt<'_>> {
        place.key.as_deref().map_or(Ok(Attempt { of: None }), |key| self.begin(key, now))
    }

    fn refuse(&self, seconds: u32) -> Problem {
        let detail = format!("Too many {}: try again in {seconds} s.", self.rule.what);
        Problem::new(Kind::TooMany, "too_many_attempts", detail).retry_after(seconds)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Counted>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt. Dropped without an outcome (the server is busy, the caller went away) it doesn't count.
#[must_use = "tell how it went"]
pub(crate) struct Attempt<'a> {
    of: Option<(&'a Limit, Key)>,
}

impl Attempt<'_> {
    /// It is one of those that are limited.
    pub(crate) fn counts(self, now: Timestamp) {
        if let Some((limit, key)) = self.of
            && let Some(counted) = limit.lock().get_mut(&key)
        {
            counted.times += 1;
            counted.last = now;
        }
    }

    /// It shows that those before were no harm.
    pub(crate) fn clears(self) {
        if let Some((limit, key)) = self.of
            && let Some(counted) = limit.lock().get_mut(&key)
        {
            counted.times = 0;
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let Some((limit, key)) = self.of else { return };
        let mut by_key = limit.lock();
        let Some(counted) = by_key.get_mut(&key) else { return };
        counted.trying = counted.trying.saturating_sub(1);
        if counted.times + counted.trying == 0 {
            by_key.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn wait(limit: &Limit, address: &str, now: Timestamp) -> u32 {
        match limit.begin(address, now) {
            Ok(_) => 0,
            Err(problem) => problem.retry_after.expect("a time"),
        }
    }

    #[test]
    fn the_wait_grows_to_the_whole_window_and_passes() {
        let limit = Limit::new(&LOG_IN, KEYS);
        let (mut now, mut waits) = (NOW, Vec::new());
        for _ in 0..LOG_IN.most {
            limit.begin("ada", now).expect("allowed").counts(now);
            waits.push(wait(&limit, "ada", now));
            if waits.len() < LOG_IN.most as usize {
                now = now.plus_seconds(waits[waits.len() - 1].into());
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 900]);
        assert_eq!(wait(&limit, "bob", now), 0, "others don't wait");
        assert_eq!(wait(&limit, "ada", Timestamp(now.0 + 899_001)), 1);
        assert_eq!(wait(&limit, "ada", now.plus_seconds(900)), 0);
        for _ in 0..LOG_IN.free {
            let now = now.plus_seconds(900);
            limit.begin("ada", now).expect("forgotten").counts(now);
        }
    }

    #[test]
    fn a_success_forgets_and_no_outcome_counts_for_nothing() {
        let limit = Limit::new(&LOG_IN, KEYS);
        for _ in 0..LOG_IN.free - 1 {
            limit.begin("ada", NOW).expect("allowed").counts(NOW);
        }
        for _ in 0..20 {
            drop(limit.begin("ada", NOW).expect("nothing came of the others"));
        }
        limit.begin("ada", NOW).expect("allowed").clears();
        assert!(limit.lock().is_empty());
    }

    #[test]
    fn parallel_attempts_are_as_few_as_those_in_a_row() {
        let limit = Limit::new(&LOG_IN, KEYS);
        let trying: Vec<_> = (0..20).filter_map(|_| limit.begin("ada", NOW).ok()).collect();
        assert_eq!(trying.len(), LOG_IN.free as usize);
        trying.into_iter().for_each(|attempt| attempt.counts(NOW));
        let later = NOW.plus_seconds(2);
        let _one = limit.begin("ada", later).expect("allowed");
        assert_eq!(wait(&limit, "ada", later), 1, "one at a time from now on");
    }

    #[test]
    fn every_limit_grows_and_none_waits_for_longer_than_its_window() {
        for rule in [&LOG_IN, &GUESSES, &CODES, &REGISTER, &BEGUN, &LETTERS_TO, &LETTERS_FROM] {
            let waits: Vec<u32> = (0..rule.most + 5)
                .map(|times| Counted { times, last: NOW, trying: 0 }.wait_seconds(rule, NOW))
                .collect();
            assert!(waits.is_sorted(), "{rule:?}: {waits:?}");
            assert_eq!(waits[rule.free as usize - 1], 0, "{rule:?}");
            assert_eq!(i64::from(waits[rule.free as usize]), rule.first_wait_seconds, "{rule:?}");
            assert_eq!(i64::from(waits[waits.len() - 1]), rule.window_seconds, "{rule:?}");
        }
    }

    #[test]
    fn who_comes_from_nowhere_is_not_counted() {
        let limits = Limits::default();
        for _ in 0..100 {
            limits.register.begin_at(&Place::of(Some("127.0.0.1")), NOW).expect("allowed").counts(NOW);
        }
        let place = Place::of(Some("203.0.113.7"));
        for _ in 0..REGISTER.free {
            limits.register.begin_at(&place, NOW).expect("allowed").counts(NOW);
        }
        assert_eq!(limits.register.begin_at(&place, NOW).err().expect("refused").retry_after, Some(30));
        assert!(limits.register.begin_at(&Place::of(Some("203.0.113.8")), NOW).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let limit = Limit::new(&LOG_IN, 2);
        for address in ["ada", "bob"] {
            limit.begin(address, NOW).expect("allowed").counts(NOW);
        }
        assert_eq!(wait(&limit, "cid", NOW), FULL_RETRY_SECONDS);
        assert_eq!(wait(&limit, "ada", NOW), 0, "whoever is counted already may go on");
        assert_eq!(wait(&limit, "cid", NOW.plus_seconds(900)), 0);
        assert!(limit.lock().is_empty(), "what is over was forgotten");
    }
}
