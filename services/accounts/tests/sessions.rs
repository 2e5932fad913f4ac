//! Where a person is signed in, and ending that; limits by where people come from.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{Credentials, SignedIn};
use common::{Desk, PASSWORD, desk, from, refresh_of, refused, told};
use engine_sql::testing;
use std::time::Duration;

impl Desk {
    async fn log_in_from(&self, address: &str, password: &str) -> kernel::Result<SignedIn> {
        let credentials = Credentials { email: "ada@example.org".into(), password: password.into() };
        Ok(self.accounts.log_in(credentials, from(address)).await?.signed_in().expect("no second factor"))
    }
}

#[tokio::test]
async fn sessions_are_listed_with_device_and_place_and_end_one_by_one() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    desk.clock.advance_seconds(60);
    let away = desk.log_in_from("203.0.113.77", PASSWORD).await.expect("logged in");
    desk.clock.advance_seconds(60);
    desk.accounts.refresh(refresh_of(&away), Some(from("2001:db8:1:2::3"))).await.expect("refreshed");
    let listed = desk.accounts.sessions(caller).await.expect("listed");
    assert_eq!(listed.len(), 2);
    assert!(listed[0].current && listed[0].id == caller.session, "one's own first");
    let (other, own) = (&listed[1], &listed[0]);
    assert_eq!((&*other.device, &*other.place, other.current), ("Firefox on Linux", "2001:db8:1:*", false));
    assert_eq!((&*own.device, &*own.place), ("a test", ""));
    assert_eq!(other.last_used_at, other.created_at.plus_seconds(60));

    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let bob = desk.caller(&bob).await;
    assert_eq!(told(desk.accounts.end_session(bob, other.id).await), refused(404, "not_found", None));
    desk.accounts.end_session(caller, other.id).await.expect("ended");
    desk.accounts.end_session(caller, other.id).await.expect("and again");
    assert_eq!(told(desk.accounts.authenticate(away.access_token).await).1, "session_ended");
    assert_eq!(desk.accounts.sessions(caller).await.expect("listed").len(), 1);
}

#[tokio::test]
async fn all_others_end_or_all() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let others = [desk.log_in_from("127.0.0.1", PASSWORD).await, desk.log_in_from("203.0.113.7", PASSWORD).await];
    desk.accounts.end_sessions(caller, true).await.expect("ended");
    for other in others {
        let token = other.expect("logged in").access_token;
        assert_eq!(told(desk.accounts.authenticate(token).await).1, "session_ended");
    }
    assert!(desk.accounts.authenticate(ada.access_token.clone()).await.is_ok());
    desk.accounts.end_sessions(caller, false).await.expect("ended");
    assert_eq!(told(desk.accounts.authenticate(ada.access_token).await).1, "session_ended");
}

/// Guesses at many accounts are as limited as many at one.
#[tokio::test]
async fn a_place_that_guesses_must_wait_and_others_need_not() {
    let desk = desk().await;
    let ada = desk.ada().await;
    for n in 0..30 {
        let credentials = Credentials { email: format!("p{n}@example.org"), password: "a guess at it".into() };
        let wrong = desk.accounts.log_in(credentials, from("203.0.113.7")).await;
        assert_eq!(told(wrong).1, "wrong_credentials");
    }
    let slowed = refused(429, "too_many_attempts", None);
    assert_eq!(told(desk.log_in_from("203.0.113.7", PASSWORD).await), slowed);
    assert_eq!(told(desk.accounts.refresh("1.x".into(), Some(from("203.0.113.7"))).await), slowed);
    let link = desk.accounts.verify_email("x".into(), from("203.0.113.7")).await;
    assert_eq!(told(link), slowed);
    desk.log_in_from("203.0.113.8", PASSWORD).await.expect("others don't wait");
    desk.refresh(&refresh_of(&ada)).await.expect("nor who is signed in");
    desk.clock.advance_seconds(2);
    desk.log_in_from("203.0.113.7", PASSWORD).await.expect("logged in");
}

#[tokio::test]
async fn accounts_from_one_place_are_few() {
    let desk = desk().await;
    for n in 0..10 {
        desk.try_registering(&format!("p{n}@example.org"), from("2001:db8:1:2::3")).await.expect("registered");
    }
    let more = desk.try_registering("p10@example.org", from("2001:db8:1:2::4")).await;
    assert_eq!(more.expect_err("limited").retry_after, Some(30));
    desk.try_registering("p10@example.org", from("2001:db8:1:3::4")).await.expect("another household");
}

/// Two processes on one PostgreSQL: a token dies in both.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_each_process_what_the_others_ended() {
    let desk = desk().await;
    let shared = [testing::sqlite().await, testing::postgres().await];
    let one = common::open(&shared, &desk.outside, &desk.post).await;
    let other = common::open(&shared, &desk.outside, &desk.post).await;
    let desk = Desk { accounts: one, ..desk };
    let ada = desk.ada().await;
    let caller = other.authenticate(ada.access_token.clone()).await.expect("good in both").caller;
    desk.accounts.end_sessions(caller, false).await.expect("ended");
    let mut looks = 0;
    while other.authenticate(ada.access_token.clone()).await.is_ok() {
        looks += 1;
        assert!(looks < 2_000, "the other process never heard of it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(told(other.authenticate(ada.access_token).await), refused(401, "session_ended", None));
}
