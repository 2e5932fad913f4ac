//! An installation with one provider, and a browser that goes there and back.

use crate::{
    common::{self, Desk, Post},
    provider::{CLIENT, CODE, Key, Provider, SECRET},
};
use accounts::ProviderKind;
use accounts_contract::{AuthAnswer, AuthBegun, AuthDone, AuthPurpose, Device, LinkRequest, SignedIn};
use engine_bus::{MemoryBus, MemoryFanout};
use engine_sql::Outside;
use kernel::{Caller, Result, Timestamp};
use ports::{ManualClock, OsRandom};
use serde_json::{Value, json};
use std::{collections::HashMap, ops::Deref, sync::Arc};

pub(crate) const NAME: &str = "own";

pub(crate) struct Stage {
    desk: Desk,
    pub(crate) provider: Provider,
    pub(crate) key: Key,
}

impl Deref for Stage {
    type Target = Desk;
    fn deref(&self) -> &Desk {
        &self.desk
    }
}

/// A way to the provider that was begun.
pub(crate) struct Way {
    pub(crate) browser: String,
    pub(crate) query: HashMap<String, String>,
}

impl Stage {
    pub(crate) async fn oidc() -> Self {
        Self::new(ProviderKind::Oidc, false).await
    }

    pub(crate) async fn new(kind: ProviderKind, reaches_people: bool) -> Self {
        let key = Key::new("first");
        let provider = Provider::start(&key).await;
        let settings = accounts::Provider {
            kind,
            title: Some("Own ID".into()),
            issuer: Some(provider.issuer.clone()),
            client_id: CLIENT.into(),
            client_secret: SECRET.into(),
            scopes: None,
        };
        let mut config = common::config();
        config.providers.insert(NAME.into(), settings);
        let clock = Arc::new(ManualClock::at(Timestamp(1_767_225_600_000)));
        let outside = Outside {
            clock: clock.clone(),
            random: Arc::new(OsRandom),
            fanout: Arc::new(MemoryFanout::default()),
            bus: Arc::new(MemoryBus::default()),
        };
        let scratch = [engine_sql::testing::sqlite().await, engine_sql::testing::sqlite().await];
        let people =
            people::build(scratch[0].database.clone(), &outside, people::Deps::new(Arc::new(files_contract::Nowhere)))
                .await
                .expect("people");
        let post = Arc::new(Post::new(reaches_people));
        let deps = common::deps(people, &post).await;
        let accounts = accounts::build(scratch[1].database.clone(), &outside, deps, config).await.expect("accounts");
        Self { desk: Desk { accounts, post, clock, outside, scratch }, provider, key }
    }

    pub(crate) async fn begin(&self) -> Way {
        self.begin_in(None).await
    }

    pub(crate) async fn begin_in(&self, browser: Option<&str>) -> Way {
        let (next, browser) = (Some("/invite/x".to_owned()), browser.map(Into::into));
        let begun = self.accounts.begin_auth(NAME.into(), next, None, browser, Device::default()).await;
        self.go(begun.expect("begun"))
    }

    pub(crate) async fn begin_link(&self, caller: Caller, purpose: AuthPurpose) -> Result<Way> {
        let request = LinkRequest { provider: NAME.into(), purpose, ..LinkRequest::default() };
        Ok(self.go(self.accounts.begin_link(caller, request, None).await?))
    }

    fn go(&self, begun: AuthBegun) -> Way {
        assert!(begun.location.starts_with(&format!("{}/", self.provider.issuer)), "{}", begun.location);
        let (_, query) = begun.location.split_once('?').expect("a query");
        let query: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        self.provider.set(|plan| plan.challenge.clone_from(&query["code_challenge"]));
        Way { browser: begun.browser, query }
    }

    /// What a good ID token says of that person.
    pub(crate) fn claims(&self, way: &Way, subject: &str) -> Value {
        let now = self.now();
        json!({
            "iss": self.provider.issuer, "sub": subject, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": way.query["nonce"], "email": format!("{subject}@example.org"), "email_verified": true,
            "name": format!("The {subject}"),
        })
    }

    pub(crate) fn now(&self) -> i64 {
        use ports::Clock;
        self.clock.now().unix_seconds()
    }

    /// The provider gives this token.
    pub(crate) fn give(&self, id_token: String) {
        let token = json!({ "access_token": "the access token", "token_type": "Bearer", "id_token": id_token });
        self.provider.set(|plan| plan.token = (200, token));
    }

    /// The provider says this of the person, well signed.
    pub(crate) fn say(&self, claims: &Value) {
        self.give(self.key.sign(&self.key.header(), claims));
    }

    pub(crate) fn answer(way: &Way) -> AuthAnswer {
        let state = way.query["state"].clone();
        AuthAnswer { provider: NAME.into(), state, code: Some(CODE.into()), error: None, iss: None }
    }

    pub(crate) async fn finish(&self, way: &Way) -> Result<AuthDone> {
        self.finish_with(way, Self::answer(way)).await
    }

    pub(crate) async fn finish_with(&self, way: &Way, answer: AuthAnswer) -> Result<AuthDone> {
        self.accounts.finish_auth(answer, Some(way.browser.clone()), Device::default()).await
    }

    /// Comes as that person, from beginning to end.
    pub(crate) async fn come(&self, subject: &str) -> Result<SignedIn> {
        let way = self.begin().await;
        self.say(&self.claims(&way, subject));
        match self.finish(&way).await? {
            AuthDone::SignedIn { signed_in, next } => {
                assert_eq!(next, "/invite/x");
                Ok(*signed_in)
            }
            other => panic!("{other:?}"),
        }
    }
}
