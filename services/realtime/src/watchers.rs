//! Who watches a lane. A watcher keeps its place for as long as it watches, so that passes and changes don't wait for
//! each other.

use std::sync::{Arc, Weak};

/// So many watchers are taken at a time, and by one worker.
pub(crate) const CHUNK: usize = 64;

pub(crate) struct Watchers<T> {
    /// By place; who has left is a [`Weak`] of nobody. A session that is over lets go of its socket, also while it
    /// stands here.
    places: Vec<Weak<T>>,
    left: u32,
    /// No place before this one is free.
    free_from: u32,
}

impl<T> Default for Watchers<T> {
    fn default() -> Self {
        Self { places: Vec::new(), left: 0, free_from: 0 }
    }
}

impl<T> Watchers<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.len() == self.left as usize
    }

    /// How many parts of [`CHUNK`] there are.
    pub(crate) fn chunks(&self) -> usize {
        self.places.len().div_ceil(CHUNK)
    }

    /// Answers the place, for [`Self::leave`].
    pub(crate) fn join(&mut self, session: &Arc<T>) -> u32 {
        let watcher = Arc::downgrade(session);
        let nobody = |place: &Weak<T>| place.ptr_eq(&Weak::new());
        let free = if self.left > 0 { self.places[self.free_from as usize..].iter().position(nobody) } else { None };
        let place = match free {
            Some(after) => {
                let place = self.free_from as usize + after;
                self.left -= 1;
                self.places[place] = watcher;
                place
            }
            None => {
                if self.places.len() < 4 {
                    self.places.reserve_exact(1);
                }
                self.places.push(watcher);
                self.places.len() - 1
            }
        };
        self.free_from = place as u32 + 1;
        place as u32
    }

    pub(crate) fn leave(&mut self, place: u32) {
        self.places[place as usize] = Weak::new();
        self.left += 1;
        self.free_from = self.free_from.min(place);
        while self.places.last().is_some_and(|last| last.ptr_eq(&Weak::new())) {
            self.places.pop();
            self.left -= 1;
        }
        self.free_from = self.free_from.min(self.places.len() as u32);
        if self.places.capacity() > 4 * self.places.len() {
            self.places.shrink_to(2 * self.places.len());
        }
    }

    /// Those of one chunk who are there.
    pub(crate) fn chunk(&self, chunk: usize) -> impl Iterator<Item = Arc<T>> + '_ {
        let start = (chunk * CHUNK).min(self.places.len());
        let places = &self.places[start..self.places.len().min(start + CHUNK)];
        // An upgrade waits for memory by itself, a look doesn't: looking at all of them first waits once for many.
        std::hint::black_box(places.iter().map(Weak::strong_count).sum::<usize>());
        places.iter().filter_map(Weak::upgrade)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::SeededRandom;
    use std::collections::BTreeMap;

    #[test]
    fn everyone_keeps_one_place_and_what_is_left_is_used_again() {
        for seed in 0..200 {
            let random = SeededRandom::new(seed);
            let (mut watchers, mut there) = (Watchers::default(), BTreeMap::new());
            let mut most = 0;
            for n in 0..600_u64 {
                if random.below(5) < 2 + u64::from(n < 300) {
                    let session = Arc::new(n);
                    let place = watchers.join(&session);
                    assert!(there.insert(place, session).is_none(), "seed {seed}: a place was given twice");
                    most = most.max(there.len());
                } else if let Some(place) = there.keys().nth(random.below(there.len().max(1) as u64) as usize).copied()
                {
                    there.remove(&place);
                    watchers.leave(place);
                }
                assert_eq!(watchers.is_empty(), there.is_empty());
            }
            let found: Vec<u64> = (0..watchers.chunks()).flat_map(|c| watchers.chunk(c)).map(|s| *s).collect();
            assert_eq!(found, there.values().map(|s| **s).collect::<Vec<_>>(), "seed {seed}");
            assert!(watchers.places.len() <= most, "seed {seed}: places are used again");
            for place in there.into_keys() {
                watchers.leave(place);
            }
            assert_eq!((watchers.places.capacity(), watchers.left), (0, 0), "nothing stays");
        }
    }
}
