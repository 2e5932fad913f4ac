//! Registering, signing in and out, and what tokens are good for.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;

use accounts_contract::{Credentials, Device};
use common::{PASSWORD, config, deps, desk, open, refresh_of, refused, told};
use kernel::{Event, InstanceRole, Reader, StreamName};
use ports::Sink;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn the_first_account_runs_the_place_and_signs_in_again() {
    let desk = desk().await;
    assert!(!desk.accounts.is_set_up().await.expect("asked"));
    let ada = desk.ada().await;
    assert!(ada.user.operator && desk.accounts.is_set_up().await.expect("asked"));
    assert_eq!((&*ada.user.email, &*ada.user.display_name), ("Ada@Example.org", "Ada"));
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    assert!(!bob.user.operator);
    let again = desk.log_in(" ada@example.ORG", PASSWORD).await.expect("logged in");
    assert_eq!(again.user, ada.user);
    let caller = desk.caller(&again).await;
    assert_eq!((caller.user, caller.role), (ada.user.id, InstanceRole::Operator));
    assert_eq!(desk.accounts.me(caller).await.expect("me"), ada.user);
}

#[tokio::test]
async fn bad_registrations_are_refused_by_the_field() {
    let desk = desk().await;
    desk.ada().await;
    let taken = told(desk.register("ADA@example.org", PASSWORD, "Eve").await);
    assert_eq!(taken, refused(409, "email_taken", Some("email")));
    let weak = told(desk.register("eve@example.org", "password12", "Eve").await);
    assert_eq!(weak, refused(422, "password_weak", Some("password")));
    let invalid = told(desk.register("eve", PASSWORD, "Eve").await);
    assert_eq!(invalid, refused(422, "email_invalid", Some("email")));
    let nameless = told(desk.register("eve@example.org", PASSWORD, " ").await);
    assert_eq!(nameless, refused(422, "name_empty", Some("display_name")));
}

#[tokio::test]
async fn wrong_credentials_look_alike_and_are_slowed_down() {
    let desk = desk().await;
    desk.ada().await;
    let wrong = told(desk.log_in("ada@example.org", "not the password").await);
    assert_eq!(wrong, refused(401, "wrong_credentials", None));
    assert_eq!(told(desk.log_in("nobody@example.org", "not the password").await), wrong);
    for address in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..5 {
            drop(desk.log_in(address, "not the password").await);
        }
        let slowed = desk.log_in(address, PASSWORD).await.expect_err("slowed down");
        assert_eq!(&*slowed.code, "too_many_attempts");
        assert!(slowed.retry_after.is_some_and(|s| s > 0));
    }
    desk.clock.advance_seconds(2);
    assert!(desk.log_in("ada@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn first_registrations_at_once_make_one_operator() {
    let desk = Arc::new(desk().await);
    let registering = (0..4).map(|n| {
        let desk = desk.clone();
        tokio::spawn(async move { desk.register(&format!("p{n}@example.org"), PASSWORD, "P").await })
    });
    let mut operators = 0;
    for registered in registering.collect::<Vec<_>>() {
        let registered = registered.await.expect("no panic").expect("registered");
        assert_eq!(desk.caller(&registered).await.role, registered.user.role);
        operators += usize::from(registered.user.operator);
    }
    assert_eq!(operators, 1);
}

#[tokio::test]
async fn one_address_registered_twice_at_once_is_one_account() {
    let desk = Arc::new(desk().await);
    let registering = (0..4).map(|_| {
        let desk = desk.clone();
        tokio::spawn(async move { desk.register("ada@example.org", PASSWORD, "Ada").await })
    });
    let mut made = 0;
    for registered in registering.collect::<Vec<_>>() {
        match registered.await.expect("no panic") {
            Ok(_) => made += 1,
            Err(problem) => assert_eq!(problem.code, "email_taken"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_profile_that_was_not_made_is_made_at_log_in() {
    let desk = desk().await;
    desk.scratch[0].database.close().await;
    assert_eq!(desk.register("ada@example.org", PASSWORD, "Ada").await.expect_err("people is away").status(), 503);
    let people = engine_sql::testing::sqlite().await;
    let people =
        people::build(people.database.clone(), &desk.outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
            .await
            .expect("people");
    let deps = deps(people, &desk.post).await;
    let accounts = accounts::build(desk.scratch[1].database.clone(), &desk.outside, deps, config()).await;
    let credentials = Credentials { email: "ada@example.org".into(), password: PASSWORD.into() };
    let ada = accounts.expect("accounts").log_in(credentials, Device::default()).await.expect("logged in");
    let ada = ada.signed_in().expect("no second factor");
    assert_eq!((&*ada.user.display_name, ada.user.operator), ("ada", true));
}

#[tokio::test]
async fn what_is_no_address_is_refused_like_any_wrong_one() {
    let desk = desk().await;
    desk.ada().await;
    for address in ["", "ada", "ada@example.org\0", &"a".repeat(100_000)] {
        assert_eq!(told(desk.log_in(address, PASSWORD).await), refused(401, "wrong_credentials", None));
    }
}

#[tokio::test]
async fn an_access_token_is_good_until_it_expires_and_only_here() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let ask = |token: String| desk.accounts.authenticate(token);
    desk.clock.advance_seconds(599);
    assert!(ask(ada.access_token.clone()).await.is_ok());
    desk.clock.advance_seconds(1);
    assert_eq!(told(ask(ada.access_token.clone()).await), refused(401, "token_expired", None));

    let invalid = refused(401, "token_invalid", None);
    let [header, claims, signature] = ada.access_token.split('.').collect::<Vec<_>>()[..] else { panic!("a JWT") };
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let mut changed = claims.to_owned();
    changed.replace_range(5..6, if &claims[5..6] == "A" { "B" } else { "A" });
    for token in [
        String::new(),
        "x.y.z".into(),
        format!("{none}.{claims}."),
        format!("{header}.{changed}.{signature}"),
        format!("{header}.{claims}.{}", "A".repeat(86)),
    ] {
        assert_eq!(told(ask(token.clone()).await), invalid, "{token}");
    }
    let foreign = common::desk().await.ada().await;
    assert_eq!(told(ask(foreign.access_token).await), invalid);
}

#[tokio::test]
async fn logging_out_ends_tokens_at_once_and_after_a_restart() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let other = desk.log_in("ada@example.org", PASSWORD).await.expect("logged in");
    let caller = desk.caller(&ada).await;
    desk.accounts.log_out(caller).await.expect("logged out");
    desk.accounts.log_out(caller).await.expect("and again");
    let ended = refused(401, "session_ended", None);
    assert_eq!(told(desk.accounts.authenticate(ada.access_token.clone()).await), ended);
    assert_eq!(told(desk.refresh(&refresh_of(&ada)).await), ended);
    assert!(desk.accounts.authenticate(other.access_token.clone()).await.is_ok(), "the other session lives");
    let restarted = open(&desk.scratch, &desk.outside, &desk.post).await;
    assert_eq!(told(restarted.authenticate(ada.access_token).await), ended);
    assert!(restarted.authenticate(other.access_token).await.is_ok(), "keys outlive the process");
}

#[tokio::test]
async fn a_refresh_token_answers_one_successor_for_30_seconds() {
    let desk = desk().await;
    let first = refresh_of(&desk.ada().await);
    let second = refresh_of(&desk.refresh(&first).await.expect("exchanged"));
    assert_ne!(first, second);
    desk.clock.advance_seconds(30);
    let same = desk.refresh(&first).await.expect("within the grace");
    assert_eq!(refresh_of(&same), second);
    let third = refresh_of(&desk.refresh(&second).await.expect("exchanged"));
    assert_ne!(second, third);
}

#[tokio::test]
async fn a_tab_that_is_behind_gets_the_newest_token() {
    let desk = desk().await;
    let first = refresh_of(&desk.ada().await);
    let second = refresh_of(&desk.refresh(&first).await.expect("exchanged"));
    desk.clock.advance_seconds(20);
    let third = refresh_of(&desk.refresh(&second).await.expect("exchanged"));
    let late = desk.refresh(&first).await.expect("within the grace");
    assert_eq!(refresh_of(&late), third);
    desk.clock.advance_seconds(600);
    desk.refresh(&third).await.expect("still the good one");
}

#[tokio::test]
async fn a_session_that_refreshes_for_ever_is_slowed_down_and_lives() {
    let desk = desk().await;
    let first = refresh_of(&desk.ada().await);
    let mut newest = first.clone();
    for _ in 0..70 {
        newest = refresh_of(&desk.refresh(&newest).await.expect("exchanged"));
    }
    assert_eq!(told(desk.refresh(&first).await), refused(429, "too_many_refreshes", None));
    desk.refresh(&newest).await.expect("exchanged");
}

#[tokio::test]
async fn tabs_that_refresh_at_once_get_the_same_token() {
    let desk = desk().await;
    let first = refresh_of(&desk.ada().await);
    let tabs = (0..8).map(|_| {
        let (accounts, token) = (desk.accounts.clone(), first.clone());
        tokio::spawn(async move { accounts.refresh(token, None).await })
    });
    let mut successors = Vec::new();
    for tab in tabs.collect::<Vec<_>>() {
        successors.push(refresh_of(&tab.await.expect("no panic").expect("exchanged")));
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn a_reused_refresh_token_ends_the_session_and_a_guess_does_not() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let first = refresh_of(&ada);
    let second = desk.refresh(&first).await.expect("exchanged");
    let (session, _) = first.split_once('.').expect("two parts");
    let unknown = refused(401, "refresh_unknown", None);
    for guess in [format!("{session}.{}", "A".repeat(43)), "1.x".into(), String::new(), "no dot".into()] {
        assert_eq!(told(desk.refresh(&guess).await), unknown, "{guess}");
    }
    assert!(desk.accounts.authenticate(second.access_token.clone()).await.is_ok(), "a guess ends nothing");
    desk.clock.advance_seconds(31);
    assert_eq!(told(desk.refresh(&first).await), refused(401, "refresh_reused", None));
    let ended = refused(401, "session_ended", None);
    assert_eq!(told(desk.accounts.authenticate(second.access_token.clone()).await), ended);
    assert_eq!(told(desk.refresh(&refresh_of(&second)).await), ended);
}

#[tokio::test]
async fn a_session_that_is_not_used_expires() {
    let desk = desk().await;
    let ada = desk.ada().await;
    desk.clock.advance_seconds(30 * 24 * 3_600 + 1);
    assert_eq!(told(desk.refresh(&refresh_of(&ada)).await), refused(401, "refresh_expired", None));
}

#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Sink for Ear {
    fn event(&self, event: &Arc<Event>) {
        self.0.lock().expect("an ear").push(event.kind.clone());
    }
}

#[tokio::test]
async fn the_stream_tells_of_sessions_to_their_person_alone() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let bob = desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let (ada_calls, bob_calls) = (desk.caller(&ada).await, desk.caller(&bob).await);
    let stream = StreamName::user("accounts", ada.user.id);
    let ear = Arc::new(Ear::default());
    let _held = desk.outside.fanout.subscribe(stream.as_str(), ear.clone());
    desk.accounts.log_out(ada_calls).await.expect("logged out");
    assert_eq!(*ear.0.lock().expect("an ear"), ["session_ended"]);
    let log = desk.accounts.difference(Reader::Person(ada_calls), stream.clone(), 0).await.expect("own");
    let kinds: Vec<_> = log.events.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(kinds, ["account_registered", "session_started", "session_ended"]);
    let text: String = log.events.iter().map(Event::frame).collect();
    assert!(!text.contains("xample.org"), "events hold ids only");
    assert_eq!(told(desk.accounts.difference(Reader::Person(bob_calls), stream, 0).await).0, 404);
}

#[tokio::test]
async fn a_person_is_exported_without_secrets_and_erased() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let export = format!("{:?}", desk.accounts.export(ada.user.id, None).await.expect("exported"));
    assert!(export.contains("Ada@Example.org") && export.contains("a test"));
    assert!(!export.contains("argon2") && !export.contains("hash"));
    assert!(desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("erased").erased >= 1);
    assert_eq!(desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("again").erased, 0);
    assert_eq!(told(desk.accounts.authenticate(ada.access_token).await).1, "session_ended");
    assert_eq!(told(desk.accounts.me(caller).await).1, "account_gone");
    assert_eq!(told(desk.log_in("ada@example.org", PASSWORD).await).1, "wrong_credentials");
    assert!(desk.ada().await.user.id != ada.user.id, "the address is free again");
}
