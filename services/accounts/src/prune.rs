//! Sessions that nobody uses any more end by themselves, and what is left of an ended one is forgotten in time.

use crate::{Service, log_out, operating};
use kernel::Result;
use std::{sync::Weak, time::Duration};

const EVERY: Duration = Duration::from_secs(3_600);
const PART: i64 = 500;
/// For so long a link or a sign-in by a provider that was used or has expired is told so, and not that it is unknown.
const TELL_LINKS_SECONDS: i64 = 7 * 24 * 3_600;

/// Prunes every hour, for as long as the service lives.
pub(crate) fn start(service: Weak<Service>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(service) = service.upgrade() else { return };
            if let Err(problem) = prune(&service).await {
                tracing::warn!(?problem, "old sessions stay until the next try");
            }
        }
    });
}

/// Ends sessions that weren't used for too long, so that their sockets hear of it, and forgets those that ended as
/// long ago: until then their refresh tokens are told that the session ended.
pub(crate) async fn prune(s: &Service) -> Result<()> {
    let before = s.ground.now().plus_seconds(-i64::from(s.config.session_idle_seconds));
    loop {
        let idle = s.store.idle_sessions(before, PART).await?;
        for (session, user) in &idle {
            log_out::end(s, *user, *session).await?;
        }
        if idle.len() < PART as usize {
            break;
        }
    }
    s.factors.forget_challenges(s.ground.now()).await?;
    operating::forget(s).await?;
    s.letters.forget_links(s.ground.now().plus_seconds(-TELL_LINKS_SECONDS)).await?;
    s.identities.forget_requests(s.ground.now().plus_seconds(-TELL_LINKS_SECONDS)).await?;
    Ok(s.store.forget_sessions(before).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use accounts_contract::{Accounts, Device, Registered, Registration};
    use engine_sql::{Outside, testing};
    use kernel::{Reader, StreamName, Timestamp};
    use ports::ManualClock;
    use std::sync::Arc;

    #[tokio::test]
    async fn an_idle_session_ends_aloud_and_is_forgotten_as_much_later() {
        let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
        let outside = Outside { clock: clock.clone(), ..testing::outside() };
        let [ours, theirs] = [testing::sqlite().await, testing::sqlite().await];
        let people =
            people::build(theirs.database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
                .await
                .expect("people");
        let config =
            Config { argon2_memory_kib: 8, argon2_passes: 1, session_idle_seconds: 1_000, ..Config::default() };
        let service = crate::open(ours.database.clone(), &outside, crate::testing::deps(people).await, config)
            .await
            .expect("accounts");
        let ada = Registration {
            email: "ada@example.org".into(),
            password: "correct horse battery".into(),
            display_name: "Ada".into(),
            invite: None,
        };
        let Registered::SignedIn(ada) = service.register(ada, Device::default()).await.expect("registered") else {
            panic!("signed in")
        };
        let user = ada.user.id;
        let sessions = async || service.store.sessions(user).await.expect("asked");
        let told = async || {
            let stream = StreamName::user("accounts", user);
            let log = service.difference(Reader::Service, stream, 2).await.expect("log");
            log.events.into_iter().map(|e| e.kind).collect::<Vec<_>>()
        };
        clock.advance_seconds(1_000);
        prune(&service).await.expect("pruned");
        assert_eq!((sessions().await[0].ended_at, told().await.len()), (None, 0), "it is still good");
        clock.advance_seconds(1);
        prune(&service).await.expect("pruned");
        assert!(sessions().await[0].ended_at.is_some() && service.ended.has(sessions().await[0].id));
        clock.advance_seconds(1_000);
        prune(&service).await.expect("pruned");
        assert_eq!((sessions().await.len(), told().await), (1, vec!["session_ended".to_owned()]));
        clock.advance_seconds(1);
        prune(&service).await.expect("pruned");
        assert_eq!(sessions().await, []);
    }
}
