//! Where pictures are cut to size: off the async threads, a few at a time, one of each person.

use crate::Config;
use engine_images::{Limits, Picture, Size, render};
use kernel::{Kind, Problem, Result, UserId};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

const RETRY_SECONDS: u32 = 2;

pub(crate) struct Workshop {
    limits: Limits,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    inside: Arc<Mutex<HashSet<UserId>>>,
}

/// A person whose picture is in hand, until dropped.
struct Inside(Arc<Mutex<HashSet<UserId>>>, UserId);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Workshop {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        config.check()?;
        let turns = config.images_parallel.max(1);
        Ok(Self {
            limits: Limits { pixels: config.image_pixels },
            turns: Arc::new(Semaphore::new(turns)),
            places: Arc::new(Semaphore::new(turns + config.images_queue)),
            inside: Arc::default(),
        })
    }

    /// The picture in each size. It is finished also when nobody waits for it any more, and holds its turn until then.
    pub(crate) async fn render(&self, by: UserId, bytes: Vec<u8>, sizes: Vec<Size>) -> Result<Vec<Picture>> {
        let inside = self.enter(by)?;
        let limits = self.limits;
        self.work(inside, move || render(&bytes, &sizes, limits)).await
    }

    fn enter(&self, by: UserId) -> Result<Inside> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if !inside.insert(by) {
            let detail = "Your last picture is still being made ready: one after the other.";
            return Err(Problem::new(Kind::TooMany, "too_many_uploads", detail).retry_after(RETRY_SECONDS));
        }
        Ok(Inside(self.inside.clone(), by))
    }

    async fn work<T: Send + 'static>(
        &self,
        inside: Inside,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = |_| {
            let detail = "Too many pictures are being made ready at this moment: try again in a moment.";
            Problem::unavailable(detail).retry_after(RETRY_SECONDS)
        };
        let place = self.places.clone().try_acquire_owned().map_err(busy)?;
        let turn =
            self.turns.clone().acquire_owned().await.map_err(|_| Problem::unavailable("The server is stopping."))?;
        let done = tokio::task::spawn_blocking(move || {
            let made = job();
            drop((turn, place, inside));
            made
        });
        // A decoder that panics has met a picture that its makers didn't think of.
        done.await.unwrap_or_else(|error| Err(engine_images::broken().because(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_few_work_some_wait_and_the_rest_is_sent_away() {
        let config = Config { images_parallel: 1, images_queue: 1, ..Config::default() };
        let workshop = Arc::new(Workshop::new(&config).expect("a workshop"));
        let (go, wait) = mpsc::channel::<()>();
        let (begun, first_began) = mpsc::channel::<()>();
        let begin = |user, job: Box<dyn FnOnce() -> Result<u8> + Send>| {
            let (inside, workshop) = (workshop.enter(UserId(user)).expect("free"), workshop.clone());
            tokio::spawn(async move { workshop.work(inside, job).await })
        };
        let first = begin(
            1,
            Box::new(move || {
                begun.send(()).expect("heard");
                wait.recv().expect("told");
                Ok(1)
            }),
        );
        first_began.recv().expect("it has the only turn");
        let twice = workshop.enter(UserId(1)).err().expect("one at a time");
        assert_eq!((twice.status(), twice.retry_after), (429, Some(RETRY_SECONDS)));
        let second = begin(2, Box::new(|| Ok(2)));
        while workshop.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let third = begin(3, Box::new(|| Ok(3))).await.expect("no panic").expect_err("sent away");
        assert_eq!((third.status(), third.retry_after), (503, Some(RETRY_SECONDS)));
        go.send(()).expect("heard");
        assert_eq!(first.await.expect("no panic").expect("made"), 1);
        assert_eq!(second.await.expect("no panic").expect("made"), 2);
        let fourth = begin(1, Box::new(|| Ok(4)));
        assert_eq!(fourth.await.expect("no panic").expect("there is room again"), 4);
    }

    #[tokio::test]
    async fn a_panic_is_a_broken_picture_and_frees_its_turn() {
        let workshop =
            Workshop::new(&Config { images_parallel: 1, images_queue: 0, ..Config::default() }).expect("made");
        for _ in 0..2 {
            let inside = workshop.enter(UserId(1)).expect("free");
            let made: Result<()> = workshop.work(inside, || panic!("an impossible picture")).await;
            assert_eq!(made.expect_err("refused").code, "image_broken");
        }
    }
}
