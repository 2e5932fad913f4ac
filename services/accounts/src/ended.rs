use crate::{Service, staff};
use kernel::{Result, SessionId, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, Weak},
    time::Duration,
};

/// For how long an end is told. More than the clocks of a fleet differ, and than a write takes.
const TOLD_SECONDS: i64 = 60;
/// How often a process looks for sessions that another one ended.
const LOOK: Duration = Duration::from_millis(400);

/// How long a refresh that began before its session ended may take until it issues its token.
const ISSUING_SECONDS: i64 = 60;

/// Sessions that ended so recently that an access token of theirs may still look good.
#[derive(Debug)]
pub(crate) struct Ended(Mutex<HashMap<SessionId, Timestamp>>);

impl Ended {
    pub(crate) fn new(ended: Vec<(SessionId, Timestamp)>) -> Self {
        Self(Mutex::new(ended.into_iter().collect()))
    }

    /// The moment before which an end needs no memory any more: every token from before it has expired.
    pub(crate) fn since(now: Timestamp, access_token_seconds: u32) -> Timestamp {
        now.plus_seconds(-i64::from(access_token_seconds) - ISSUING_SECONDS)
    }

    /// Remembers when sessions ended, and forgets those that ended before `since`.
    pub(crate) fn add(&self, sessions: &[(SessionId, Timestamp)], since: Timestamp) {
        let mut ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ended.extend(sessions.iter().copied());
        ended.retain(|_, at| *at >= since);
    }

    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }
}

/// The sessions that ended within the last minute, wherever that was. This process remembers them, too.
pub(crate) async fn ended(s: &Service) -> Result<Vec<SessionId>> {
    let now = s.ground.now();
    let ended = s.store.ended_since(now.plus_seconds(-TOLD_SECONDS)).await?;
    s.ended.add(&ended, Ended::since(now, s.config.access_token_seconds));
    Ok(ended.into_iter().map(|(session, _)| session).collect())
}

/// Learns, again and again, of sessions that another process ended, and of roles that it gave: its word may be lost.
pub(crate) fn follow(service: Weak<Service>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(service) = service.upgrade() else { return };
            let looked = async {
                ended(&service).await?;
                staff::look(&service).await
            };
            if let Err(problem) = looked.await {
                tracing::debug!(?problem, "what was changed elsewhere is learned of later");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use accounts_contract::{Accounts, Device, Registered, Registration};
    use engine_sql::{Outside, testing};
    use ports::ManualClock;
    use std::sync::Arc;

    #[tokio::test]
    async fn what_another_process_ended_is_ended_here_and_told_for_a_minute() {
        let start = Timestamp(1_767_225_600_000);
        let outside = |ahead_seconds| {
            let clock = Arc::new(ManualClock::at(start.plus_seconds(ahead_seconds)));
            (clock.clone(), Outside { clock, ..testing::outside() })
        };
        let ((here_clock, here), (_, there)) = (outside(0), outside(7));
        let [ours, theirs] = [testing::sqlite().await, testing::sqlite().await];
        let people =
            people::build(theirs.database.clone(), &here, people::Deps::new(Arc::new(files_contract::Nowhere)))
                .await
                .expect("people");
        let config = Config { argon2_memory_kib: 8, argon2_passes: 1, ..Config::default() };
        let open = async |outside| {
            let deps = crate::testing::deps(people.clone()).await;
            crate::open(ours.database.clone(), outside, deps, config.clone()).await.expect("accounts")
        };
        let (here, there) = (open(&here).await, open(&there).await);
        let ada = Registration {
            email: "ada@example.org".into(),
            password: "correct horse battery".into(),
            display_name: "Ada".into(),
            invite: None,
        };
        let Registered::SignedIn(ada) = there.register(ada, Device::default()).await.expect("registered") else {
            panic!("a first account is signed in");
        };
        let token = ada.access_token;
        here_clock.advance_seconds(7);
        let caller = here.authenticate(token.clone()).await.expect("signed in").caller;
        assert_eq!(here.ended().await.expect("asked"), []);

        there.log_out(caller).await.expect("ended");
        assert_eq!(here.ended().await.expect("asked"), [caller.session]);
        assert_eq!(here.authenticate(token.clone()).await.expect_err("refused").code, "session_ended");
        here_clock.advance_seconds(TOLD_SECONDS + 1);
        assert_eq!(here.ended().await.expect("asked"), []);
        assert_eq!(here.authenticate(token).await.expect_err("refused").code, "session_ended", "it is remembered");
    }
}
