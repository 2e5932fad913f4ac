use kernel::{Kind, Problem, Timestamp};
use people_contract::FriendState;

const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// The longest wait is reached long before.
const DOUBLINGS_MAX: u32 = 10;

/// What the other one has where a person has this.
pub(crate) fn mirrored(state: FriendState) -> FriendState {
    match state {
        FriendState::Friend => FriendState::Friend,
        FriendState::Incoming => FriendState::Outgoing,
        FriendState::Outgoing => FriendState::Incoming,
    }
}

/// What a person has after asking somebody to be friends: requests that cross make friends.
pub(crate) fn asked(state: Option<FriendState>) -> FriendState {
    match state {
        None | Some(FriendState::Outgoing) => FriendState::Outgoing,
        Some(FriendState::Incoming | FriendState::Friend) => FriendState::Friend,
    }
}

/// How many requests a person sent lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    pub(crate) requests: u32,
    pub(crate) last_at: Timestamp,
}

impl Pace {
    /// The pace with one request more, or when there may be one.
    pub(crate) fn next(before: Option<Self>, at_once: u32, now: Timestamp) -> Result<Self, Timestamp> {
        let recent = before.filter(|pace| now < pace.last_at.plus_seconds(LONGEST_WAIT_SECONDS));
        let Some(Self { requests, last_at }) = recent else { return Ok(Self { requests: 1, last_at: now }) };
        if let Some(doublings) = requests.checked_sub(at_once) {
            let wait = (FIRST_WAIT_SECONDS << doublings.min(DOUBLINGS_MAX)).min(LONGEST_WAIT_SECONDS);
            let free_at = last_at.plus_seconds(wait);
            if now < free_at {
                return Err(free_at);
            }
        }
        Ok(Self { requests: requests.saturating_add(1), last_at: now })
    }
}

pub(crate) fn oneself() -> Problem {
    Problem::field("user", "friend_oneself", "You can’t be your own friend here: choose somebody else.")
}

pub(crate) fn not_taken() -> Problem {
    let detail = "This person doesn’t take friend requests from you. Ask them in another way.";
    Problem::forbidden("friend_request_not_taken", detail)
}

pub(crate) fn blocked() -> Problem {
    Problem::new(Kind::Conflict, "friend_blocked", "You have blocked this person: unblock them first.")
}

pub(crate) fn block_oneself() -> Problem {
    Problem::field("user", "block_oneself", "You can’t block yourself: choose somebody else.")
}

pub(crate) fn blocks_full() -> Problem {
    Problem::new(Kind::Conflict, "too_many_blocks", "You have blocked as many people as one can: unblock some first.")
}

pub(crate) fn friends_full(is_caller: bool) -> Problem {
    let detail = match is_caller {
        true => "You have as many friends as one can have here: end a friendship first.",
        false => "This person has as many friends as one can have here.",
    };
    Problem::new(Kind::Conflict, "too_many_friends", detail)
}

pub(crate) fn requests_full(is_caller: bool) -> Problem {
    let detail = match is_caller {
        true => "Too many of your requests wait for an answer: take one back first.",
        false => "Too many requests wait for this person’s answer: try again later.",
    };
    Problem::new(Kind::Conflict, "too_many_friend_requests", detail)
}

pub(crate) fn too_fast(free_at: Timestamp, now: Timestamp) -> Problem {
    let seconds = u32::try_from(u64::try_from(free_at.0 - now.0).unwrap_or(0).div_ceil(1_000)).unwrap_or(u32::MAX);
    let detail = format!("You sent many friend requests: the next one goes in {seconds} s.");
    Problem::new(Kind::TooMany, "friend_requests_too_fast", detail).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FriendState::{Friend, Incoming, Outgoing};

    #[test]
    fn both_sides_say_the_same_and_crossing_requests_make_friends() {
        for state in [Friend, Incoming, Outgoing] {
            assert_eq!(mirrored(mirrored(state)), state);
        }
        assert_eq!(asked(None), Outgoing);
        assert_eq!(asked(Some(mirrored(asked(None)))), Friend);
        for state in [Friend, Outgoing] {
            assert_eq!(asked(Some(state)), state, "nothing changes");
        }
    }

    #[test]
    fn the_wait_grows_to_an_hour_and_an_hour_forgets() {
        let (mut pace, mut now, mut waits) = (None, Timestamp(1_000), Vec::new());
        for _ in 0..13 {
            if let Err(free_at) = Pace::next(pace, 3, now) {
                waits.push((free_at.0 - now.0) / 1_000);
                assert!(Pace::next(pace, 3, Timestamp(free_at.0 - 1)).is_err());
                now = free_at;
            }
            pace = Some(Pace::next(pace, 3, now).expect("waited"));
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600], "and an hour begins anew");
        let kept = Pace { requests: u32::MAX, last_at: now };
        assert_eq!(Pace::next(Some(kept), 3, now), Err(now.plus_seconds(3_600)));
        assert_eq!(Pace::next(Some(kept), 3, now.plus_seconds(3_600)).expect("free").requests, 1);
    }
}
