//! A house with people in it, behind its real doors, and calls to it.

use crate::{Operation, table::Actor};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use guildhall::{compose::House, config::Config};
use http_body_util::BodyExt;
use ports::{OsRandom, SystemClock};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use tower::ServiceExt;

const PASSWORD: &str = "correct horse battery";
const PICTURE: &[u8] = include_bytes!("pixel.png");
/// An id that nothing has.
const NOTHING: &str = "4611686018427387904";

/// A person who is signed in.
#[derive(Clone, Default)]
struct Person {
    id: String,
    email: String,
    access: String,
    refresh: String,
}

impl Person {
    /// The refresh token begins with it.
    fn session(&self) -> &str {
        self.refresh.split('.').next().unwrap_or_default()
    }
}

/// One installation with one person of each kind; its guild, channels and invite are new for each call.
pub(crate) struct World {
    router: Router,
    folder: PathBuf,
    people: BTreeMap<&'static str, Person>,
    /// The person who calls, in a session of its own: a call may end it.
    acting: Option<Person>,
    /// Whom operators and moderators of the installation do something to: each call has another one.
    victim: Option<Person>,
    /// The ids of the current objects, by name.
    ids: BTreeMap<&'static str, String>,
    registered: u32,
}

impl Drop for World {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl World {
    pub(crate) async fn make() -> Self {
        let random: Arc<dyn ports::Random> = Arc::new(OsRandom);
        let name = format!("guildhall-authorization-{:x}", u64::from_le_bytes(random.bytes()));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        // Every call has a session of its own, so hashing passwords is made cheap here.
        let mut config = Config::default();
        config.data.clone_from(&folder);
        config.accounts.argon2_memory_kib = 64;
        config.accounts.argon2_passes = 1;
        config.accounts.providers.insert("nobody".into(), nobody());
        let house = House::open(&folder, &config, Arc::new(SystemClock), random).await.expect("a house");
        let router = house.router().expect("every service is here");
        let mut world = Self {
            router,
            folder,
            people: BTreeMap::new(),
            acting: None,
            victim: None,
            ids: BTreeMap::new(),
            registered: 0,
        };
        for who in ["operator", "outsider", "member", "allowed", "owner", "moderator", "admin", "bystander"] {
            let person = world.register(who).await;
            world.people.insert(who, person);
        }
        world
    }

    /// Makes all objects and the actor's session anew, so that a call that destroys or ends spoils no other.
    pub(crate) async fn renew(&mut self, actor: Actor) {
        self.acting = match name(actor) {
            Some(who) => Some(self.log_in(&self.people[who].email).await),
            None => None,
        };
        // A call may have ended all of a person's sessions.
        for who in ["owner", "member", "allowed", "moderator", "admin"] {
            let person = self.log_in(&self.people[who].email).await;
            self.people.insert(who, Person { id: self.people[who].id.clone(), ..person });
        }
        let (owner, allowed) = (self.people["owner"].clone(), self.people["allowed"].clone());
        let by = |person: &Person| Some(person.access.clone());
        if let Some(last) = self.ids.get("guild") {
            // It may be gone already. A person can be in so many guilds only.
            self.send("DELETE", &format!("/api/v1/guilds/{last}"), by(&owner), None).await;
        }
        let guild = self.done("POST", "/api/v1/guilds", by(&owner), Some(json!({ "name": "Cellar" }))).await;
        let guild = id(&guild);
        let invites = format!("/api/v1/guilds/{guild}/invites");
        let invite = self.done("POST", &invites, by(&owner), Some(json!({}))).await;
        let code = invite["code"].as_str().expect("a code").to_owned();
        for who in ["member", "allowed", "moderator", "admin"] {
            let accept = format!("/api/v1/invites/{code}/accept");
            self.done("POST", &accept, by(&self.people[who].clone()), None).await;
        }
        // The highest first; 64: administrator, 136: manages channels and roles.
        for (key, permissions) in [("admin", 64), ("moderator", 136), ("role", 0)] {
            let draft = json!({ "name": key, "permissions": permissions });
            let role = id(&self.done("POST", &format!("/api/v1/guilds/{guild}/roles"), by(&owner), Some(draft)).await);
            if let Some(person) = self.people.get(key) {
                let give = format!("/api/v1/guilds/{guild}/members/{}/roles/{role}", person.id);
                self.done("PUT", &give, by(&owner), None).await;
            }
            self.ids.insert(key, role);
        }
        let channels = format!("/api/v1/guilds/{guild}/channels");
        let open = self.done("POST", &channels, by(&owner), Some(json!({ "name": "open" }))).await;
        let draft = json!({ "name": "vault", "private": true, "allowed": [allowed.id] });
        let private = self.done("POST", &channels, by(&owner), Some(draft)).await;
        let direct = self.done("POST", "/api/v1/me/directs", by(&owner), Some(json!({ "user": allowed.id }))).await;
        for (key, message, channel) in [
            ("open", "open message", &open),
            ("private", "private message", &private),
            ("direct", "direct message", &direct),
        ] {
            let channel = id(channel);
            let draft = json!({ "nonce": format!("{key}-{guild}"), "text": "Psst." });
            let sent =
                self.done("POST", &format!("/api/v1/channels/{channel}/messages"), by(&owner), Some(draft)).await;
            self.ids.insert(message, id(&sent["message"]));
            self.ids.insert(key, channel);
        }
        let draft = json!({ "user": self.people["member"].id, "reason": "The matrix." });
        let report = self.done("POST", &format!("/api/v1/guilds/{guild}/reports"), by(&owner), Some(draft)).await;
        self.ids.insert("report", id(&report));
        self.renew_operating().await;
        self.ids.insert("guild", guild);
        self.ids.insert("code", code);
    }

    /// Makes anew what operators of the installation see.
    async fn renew_operating(&mut self) {
        let operator = self.log_in(&self.people["operator"].email).await.access;
        // Who may register is as at the beginning.
        self.done("DELETE", "/api/v1/operator/registration", Some(operator.clone()), None).await;
        let code = self.done("POST", "/api/v1/operator/registration/codes", Some(operator), None).await;
        self.ids.insert("registration code", id(&code));
        self.registered += 1;
        let email = format!("victim{}@matrix.example", self.registered);
        self.victim = Some(self.register_as(&email, "victim").await);
    }

    /// Calls an operation on the current object of that kind.
    pub(crate) async fn call(&mut self, operation: &Operation, object: &str, actor: Actor) -> (u16, Value) {
        let path = self.path(operation, object, actor, false);
        self.answer(operation, &path, actor).await
    }

    /// Makes the outsider a moderator of the installation, and calls as that person: about a member, or about the operator.
    pub(crate) async fn call_as_moderator(&mut self, operation: &Operation, about_member: bool) -> u16 {
        let operator = self.log_in(&self.people["operator"].email).await.access;
        let role = format!("/api/v1/operator/accounts/{}/role", self.people["outsider"].id);
        let appoint = |role: &str| Some(json!({ "role": role }));
        self.done("PUT", &role, Some(operator.clone()), appoint("moderator")).await;
        self.renew(Actor::Outsider).await;
        let mut path = self.path(operation, "person", Actor::Outsider, false);
        if !about_member && let Some(victim) = &self.victim {
            path = path.replace(&victim.id, &self.people["operator"].id);
        }
        let (status, _) = self.answer(operation, &path, Actor::Outsider).await;
        self.done("PUT", &role, Some(operator), appoint("member")).await;
        status
    }

    /// Calls an operation on an object that isn't there.
    pub(crate) async fn call_missing(&mut self, operation: &Operation, object: &str, actor: Actor) -> (u16, Value) {
        let path = self.path(operation, object, actor, true);
        self.answer(operation, &path, actor).await
    }

    async fn answer(&mut self, operation: &Operation, path: &str, actor: Actor) -> (u16, Value) {
        assert_eq!(name(actor).is_some(), self.acting.is_some(), "renew the world for this actor first");
        let me = self.acting.clone();
        let body = self.body(operation, me.as_ref());
        self.send(&operation.method, path, me.map(|me| me.access), body).await
    }

    fn path(&self, operation: &Operation, object: &str, actor: Actor, missing: bool) -> String {
        let id = |key: &str| if missing { NOTHING.to_owned() } else { self.ids[key].clone() };
        let me = name(actor).map_or(NOTHING, |who| self.people[who].id.as_str());
        let bystander = self.people["bystander"].id.clone();
        if operation.path.contains("/streams/") {
            let stream = match object {
                "own" => format!("messages/user/{me}"),
                "another's" if missing => format!("messages/user/{NOTHING}"),
                "another's" => format!("messages/user/{bystander}"),
                "guild" => format!("guilds/guild/{}", id("guild")),
                "staff" => format!("guilds/staff/{}", id("guild")),
                "structure" => format!("guilds/channel/{}", id("private")),
                channel => format!("messages/channel/{}", id(channel)),
            };
            return format!("/api/v1/streams/{stream}?since=0");
        }
        let mut path = operation.path.clone();
        let session = match (object, &self.acting) {
            ("own", Some(me)) if !missing => me.session(),
            ("another's", _) if !missing => self.people["bystander"].session(),
            _ => NOTHING,
        };
        path = path.replace("{session}", session);
        if matches!(object, "open" | "private" | "direct") {
            path = path.replace("{channel}", &id(object)).replace("{message}", &id(&format!("{object} message")));
        }
        let victim = self.victim.as_ref().map_or(NOTHING, |victim| &victim.id);
        let user = match operation.path.as_str() {
            path if ["/allowed/", "/members/", "/overwrites/"].iter().any(|part| path.contains(part)) => {
                &self.people["member"].id
            }
            path if path.starts_with("/api/v1/operator/") => victim,
            _ => &bystander,
        };
        path = path.replace("{role}", &id("role")).replace("{report}", &id("report"));
        path = path.replace("{user}", user).replace("{guild}", &id("guild"));
        path = path.replace("{code}", &if missing { "AAAAAAAAAAAAAAAAAAAAAA".to_owned() } else { id("code") });
        path = path.replace("{registration_code}", &id("registration code"));
        path = path.replace("{erasure}", "AAAAAAAAAAAAAAAAAAAAAA").replace("{export}", NOTHING);
        path = path.replace("{passkey}", NOTHING);
        path = path.replace("{provider}", "nobody").replace("{identity}", NOTHING);
        path = path.replace("{handle}", if missing { "nobody.of.that.name" } else { "bystander" });
        path = path.replace("{image}", &format!("avatar_{NOTHING}_{}", "0".repeat(32)));
        assert!(!path.contains('{'), "{path}: teach this test what to put there");
        if operation.id == "users" { format!("{path}?ids={bystander}") } else { path }
    }

    fn body(&mut self, operation: &Operation, me: Option<&Person>) -> Option<Value> {
        let new = format!("new{}@matrix.example", self.registered);
        let response = json!({
            "clientDataJSON": "x", "attestationObject": "x", "authenticatorData": "x", "signature": "x",
        });
        let credential = json!({ "id": "x", "response": response });
        Some(match operation.id.as_str() {
            "register" => {
                self.registered += 1;
                json!({ "email": new, "password": PASSWORD, "display_name": "New" })
            }
            "log_in" => json!({ "email": self.people["bystander"].email, "password": PASSWORD }),
            "refresh" => me.map_or(json!({}), |me| json!({ "refresh_token": me.refresh })),
            "resend_verification" | "ask_password_reset" | "change_email" => {
                // Mails to one address are limited.
                self.registered += 1;
                json!({ "email": new, "password": PASSWORD })
            }
            "verify_email" | "reset_password" => json!({ "token": "A".repeat(43), "password": PASSWORD }),
            "change_password" => json!({ "old_password": PASSWORD, "password": PASSWORD }),
            "delete_me" | "prove" => json!({ "password": PASSWORD }),
            "add_passkey" => json!({ "name": "Key", "credential": credential }),
            "log_in_by_passkey" => credential,
            "rename_passkey" => json!({ "name": "Key" }),
            "confirm_totp" => json!({ "code": "x" }),
            "second_factor" => json!({ "challenge": "x", "code": "x" }),
            "set_role" => json!({ "role": "moderator" }),
            "suspend" => json!({ "reason": "The matrix." }),
            "set_registration" => json!({ "mode": "invite" }),
            "finish_auth" => json!({ "provider": "nobody", "state": "made up", "code": "made up" }),
            "begin_link" => json!({ "provider": "nobody", "password": PASSWORD }),
            "edit_me" => json!({ "display_name": "Renamed" }),
            "edit_settings" => json!({ "enter_sends": false }),
            "create_guild" | "edit_guild" | "create_channel" | "edit_channel" | "create_role" | "edit_role" => {
                json!({ "name": "Renamed" })
            }
            "order_roles" => json!({ "roles": [self.ids["admin"], self.ids["moderator"], self.ids["role"]] }),
            "set_role_overwrite" | "set_user_overwrite" => json!({ "deny": 2 }),
            "create_invite" | "ban" => json!({}),
            "file_report" => json!({ "user": self.people["bystander"].id, "reason": "The matrix." }),
            "edit_report" => json!({ "state": "taken" }),
            "edit_member" => json!({ "nickname": "Renamed" }),
            "time_out" => json!({ "seconds": 60 }),
            "open_direct" => json!({ "user": self.people["bystander"].id }),
            "send_message" => json!({ "nonce": "matrix", "text": "Hello." }),
            "edit_message" => json!({ "text": "Hush." }),
            "delete_messages" => {
                let ids = ["open message", "private message", "direct message"].map(|key| &self.ids[key]);
                json!({ "messages": ids })
            }
            "mark_read" => json!({ "number": 1 }),
            "put_avatar" | "put_banner" | "put_icon" => json!(PICTURE),
            _ => return None,
        })
    }

    async fn log_in(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        person(email, &self.done("POST", "/api/v1/sessions", None, Some(body)).await)
    }

    async fn register(&mut self, who: &'static str) -> Person {
        self.register_as(&format!("{who}@matrix.example"), who).await
    }

    async fn register_as(&mut self, email: &str, who: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD, "display_name": who });
        let signed_in = self.done("POST", "/api/v1/accounts", None, Some(body)).await;
        assert_eq!(signed_in["user"]["operator"], who == "operator");
        person(email, &signed_in)
    }

    /// A call that prepares; it must work.
    async fn done(&self, method: &str, path: &str, token: Option<String>, body: Option<Value>) -> Value {
        let (status, body) = self.send(method, path, token, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {body}");
        body
    }

    async fn send(&self, method: &str, path: &str, token: Option<String>, body: Option<Value>) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            // What is no object is a picture.
            Some(Value::Array(_)) => request.header(header::CONTENT_TYPE, "image/png").body(Body::from(PICTURE)),
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("infallible");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let mut body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if let Some(problem) = body.as_object_mut() {
            // Each call has its own.
            problem.remove("request_id");
        }
        (status, body)
    }
}

/// A provider that isn't there.
fn nobody() -> accounts::Provider {
    accounts::Provider {
        kind: accounts::ProviderKind::Oidc,
        title: None,
        issuer: Some("http://127.0.0.1:9".into()),
        client_id: "guildhall".into(),
        client_secret: accounts::Secret::default(),
        scopes: None,
    }
}

fn name(actor: Actor) -> Option<&'static str> {
    match actor {
        Actor::Anonymous => None,
        Actor::Outsider => Some("outsider"),
        Actor::Member => Some("member"),
        Actor::Allowed => Some("allowed"),
        Actor::Owner => Some("owner"),
        Actor::Operator => Some("operator"),
        Actor::Moderator => Some("moderator"),
        Actor::Admin => Some("admin"),
    }
}

fn person(email: &str, signed_in: &Value) -> Person {
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    Person {
        id: text(&signed_in["user"]["id"]),
        email: email.to_owned(),
        access: text(&signed_in["access_token"]),
        refresh: text(&signed_in["refresh_token"]),
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap_or_else(|| panic!("no id in {object}")).to_owned()
}
