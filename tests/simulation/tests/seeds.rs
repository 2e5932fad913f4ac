//! Thousands of stories, each told by its seed: `SEED=17` tells one of them again, `SEEDS=100000` tells more.

use simulation::{Fault, Story, play};
use std::sync::atomic::{AtomicU64, Ordering};

const SEEDS: u64 = 2_000;
/// A fault is found within so many stories.
const FOUND_WITHIN: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// Tells stories on all cores; answers each one's end, by seed.
fn tell(seeds: std::ops::Range<u64>) -> Vec<(u64, Result<Story, String>)> {
    let next = AtomicU64::new(seeds.start);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut told = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return told;
            }
            told.push((seed, play(seed, &[])));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a story breaks no worker")).collect()
    })
}

#[test]
fn every_story_ends_well() {
    let seeds = number("SEED").map_or(0..number("SEEDS").unwrap_or(SEEDS), |seed| seed..seed + 1);
    let told = tell(seeds);
    let broken: Vec<String> =
        told.iter().filter_map(|(seed, end)| Some(format!("SEED={seed}\n{}", end.as_ref().err()?))).collect();
    assert!(broken.is_empty(), "{} of {} stories end badly\n{}", broken.len(), told.len(), broken.join("\n\n"));
    let good: Vec<&Story> = told.iter().filter_map(|(_, end)| end.as_ref().ok()).collect();
    let events: usize = good.iter().map(|story| story.events).sum();
    let (resets, tails): (u64, usize) = (good.iter().map(|s| s.resets).sum(), good.iter().map(|s| s.tails).sum());
    println!("{} stories: {events} events, {resets} resets, {tails} ends lost with a node", good.len());
    if told.len() > 100 {
        assert!(events > told.len() * 50 && resets > 0, "these stories show nothing");
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [1, 2, 3] {
        assert_eq!(play(seed, &[]), play(seed, &[]), "seed {seed}");
        assert_eq!(play(seed, &[Fault::LaneForwards]), play(seed, &[Fault::LaneForwards]), "seed {seed}");
    }
}

/// Plays until the faults show, and checks by what it was known.
fn found(faults: &[Fault], by: &[&str]) {
    let known = |end: String| end.lines().any(|line| by.iter().any(|rule| line.starts_with(rule)));
    let within = (0..FOUND_WITHIN).find(|seed| play(*seed, faults).err().is_some_and(known));
    assert!(within.is_some(), "{faults:?} went unnoticed in {FOUND_WITHIN} stories");
}

#[test]
fn found_a_client_that_shows_whatever_comes() {
    found(&[Fault::ClientShowsAll], &["shown"]);
}

#[test]
fn found_a_client_that_never_asks() {
    // Where lanes do as they should, a client has nothing to ask for.
    found(&[Fault::LaneForwards, Fault::ClientNeverAsks], &["shown"]);
}

#[test]
fn clients_make_good_for_lanes_that_forward_what_comes() {
    for seed in 0..FOUND_WITHIN {
        let broken = play(seed, &[Fault::LaneForwards]).err().unwrap_or_default();
        let shown: Vec<&str> = broken.lines().filter(|line| !line.starts_with("wire")).collect();
        assert!(shown.is_empty(), "seed {seed}\n{}", shown.join("\n"));
    }
}

#[test]
fn found_a_client_that_ignores_a_reset() {
    found(&[Fault::ClientIgnoresReset], &["shown"]);
}

#[test]
fn found_a_lane_that_forwards_what_comes() {
    found(&[Fault::LaneForwards], &["wire"]);
}

#[test]
fn found_a_node_that_never_reminds() {
    found(&[Fault::NeverReminds], &["shown"]);
}

#[test]
fn found_a_watch_that_is_live_too_early() {
    found(&[Fault::LiveBeforeFetched], &["wire"]);
}

#[test]
fn found_an_outbox_that_marks_before_it_rings() {
    found(&[Fault::MarksBeforeItRings], &["bell"]);
}

#[test]
fn found_a_database_that_forgets_nonces() {
    found(&[Fault::ForgetsNonces], &["twice"]);
}

#[test]
fn found_a_writer_that_acknowledges_before_the_commit() {
    found(&[Fault::AcksBeforeCommit], &["lost", "changed"]);
}

#[test]
fn found_a_writer_that_publishes_before_the_commit() {
    found(&[Fault::PublishesBeforeCommit], &["phantom"]);
}
