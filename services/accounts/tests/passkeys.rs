//! Passkeys from outside: every step of the specification that can fail, does.

#[allow(dead_code, reason = "the other tests need the rest")]
mod common;
#[path = "common/device.rs"]
mod device;

use accounts_contract::{
    ActKind, ActQuery, Asserted, Device, Hand, NewPasskey, Passkey, PasswordChange, Proof, SignedIn,
};
use common::{Desk, PASSWORD, desk, open, refused, told};
use device::{Authenticator, PRESENT, VERIFIED, base64url};
use kernel::{Caller, PasskeyId, Result};

type Told = (u16, String, Option<String>);
/// How it is refused, and what the device lies about.
type Lie = (&'static str, fn(&mut Authenticator));

fn refused_key(code: &str) -> Told {
    refused(422, code, Some("credential"))
}

impl Desk {
    async fn add(&self, caller: Caller, key: &mut Authenticator) -> Result<Passkey> {
        let options = self.accounts.passkey_creation(caller).await.expect("options");
        let credential = key.create(&options);
        self.accounts.add_passkey(caller, NewPasskey { name: " My phone ".into(), credential }).await
    }

    async fn sign_in(&self, passkey: Asserted) -> Result<SignedIn> {
        self.accounts.log_in_by_passkey(passkey, Device::default()).await
    }

    async fn log_in_by(&self, key: &mut Authenticator) -> Result<SignedIn> {
        let options = self.accounts.passkey_request(None).await.expect("options");
        self.sign_in(key.get(&options)).await
    }

    async fn prove_by(&self, caller: Caller, key: &mut Authenticator) -> Result<()> {
        let options = self.accounts.passkey_request(Some(caller)).await.expect("options");
        let passkey = Some(key.get(&options));
        self.accounts.prove(caller, Proof { passkey, ..Proof::default() }).await
    }

    async fn own(&self, caller: Caller) -> Vec<Passkey> {
        self.accounts.credentials(caller).await.expect("told").passkeys
    }
}

#[tokio::test]
async fn a_passkey_signs_in_without_an_address_and_without_another_factor() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let options = desk.accounts.passkey_creation(caller).await.expect("options");
    assert_eq!((&*options.rp.id, &*options.user.name), ("chat.example.org", "Ada@Example.org"));
    assert_eq!(options.pub_key_cred_params.iter().map(|kind| kind.alg).collect::<Vec<_>>(), [-8, -7, -257]);
    for (n, mut key) in [(1, Authenticator::ed25519(1)), (2, Authenticator::p256(2))] {
        let made = desk.add(caller, &mut key).await.expect("added");
        assert_eq!((&*made.name, made.last_used_at), ("My phone", None));
        desk.post.mail("passkey-added", "Ada@Example.org").await;
        desk.clock.advance_seconds(60);
        assert_eq!(desk.log_in_by(&mut key).await.expect("signed in").user, ada.user);
        let own = desk.own(caller).await;
        assert_eq!((own.len(), own[n - 1].last_used_at), (n, Some(desk.outside.clock.now())));
    }
    let known = desk.accounts.passkey_creation(caller).await.expect("options").exclude_credentials;
    assert_eq!(
        (known.len(), &*known[0].id, &*known[0].transports),
        (2, &*base64url([1; 20]), &["internal".into()][..])
    );
    let told = desk.accounts.credentials(caller).await.expect("told");
    assert_eq!(told.passkeys_at.as_deref(), Some("https://chat.example.org"));
}

#[tokio::test]
async fn what_is_not_made_here_as_it_should_is_refused() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let lies: [Lie; 11] = [
        ("passkey_wrong_kind", |key| key.kind = Some("webauthn.get")),
        ("passkey_wrong_origin", |key| key.origin = "https://evil.example.org".into()),
        ("passkey_wrong_origin", |key| key.origin = "http://chat.example.org".into()),
        ("passkey_wrong_origin", |key| key.cross_origin = true),
        ("passkey_foreign", |key| key.party = "example.org".into()),
        ("passkey_unverified", |key| key.flags = PRESENT),
        ("passkey_unverified", |key| key.flags = VERIFIED),
        ("passkey_malformed", |key| key.flags |= 16),
        ("passkey_malformed", |key| key.credential = vec![1; 1_024]),
        ("passkey_attestation", |key| key.format = "fido-u2f"),
        ("passkey_attestation", |key| key.format = "packed"),
    ];
    for (n, (code, lie)) in lies.into_iter().enumerate() {
        let mut key = Authenticator::ed25519(1);
        lie(&mut key);
        assert_eq!(told(desk.add(caller, &mut key).await), refused_key(code), "{n}");
    }
    assert_eq!(desk.own(caller).await, []);
    let mut key = Authenticator::p256(1);
    (key.format, key.self_attested) = ("packed", true);
    desk.add(caller, &mut key).await.expect("what says nothing of the device is taken");
    assert_eq!(told(desk.add(caller, &mut key).await), refused(409, "passkey_known", None));

    let options = desk.accounts.passkey_creation(caller).await.expect("options");
    let good = Authenticator::ed25519(9).create(&options);
    for part in 0..4 {
        let mut credential = good.clone();
        match part {
            0 => credential.response.client_data = "not base64url!".into(),
            1 => credential.response.client_data = base64url("{}"),
            2 => credential.response.attestation_object = base64url([0xff; 40]),
            _ => credential.response.attestation_object.truncate(100),
        }
        let added = desk.accounts.add_passkey(caller, NewPasskey { name: "Key".into(), credential }).await;
        assert_eq!(told(added), refused_key("passkey_malformed"), "{part}");
    }
    let nameless = desk.accounts.add_passkey(caller, NewPasskey { name: " ".into(), credential: good }).await;
    assert_eq!(told(nameless), refused(422, "name_empty", Some("name")));
}

#[tokio::test]
async fn what_is_not_signed_here_as_it_should_is_refused() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    desk.add(caller, &mut Authenticator::ed25519(1)).await.expect("added");
    let handle = desk.accounts.passkey_creation(caller).await.expect("options").user.id;
    let lies: [Lie; 10] = [
        ("passkey_wrong_kind", |key| key.kind = Some("webauthn.create")),
        ("passkey_wrong_origin", |key| key.origin = "https://evil.example.org".into()),
        ("passkey_wrong_origin", |key| key.cross_origin = true),
        ("passkey_foreign", |key| key.party = "localhost".into()),
        ("passkey_unverified", |key| key.flags = PRESENT),
        ("passkey_unknown", |key| key.credential = vec![3; 20]),
        ("passkey_unknown", |key| key.credential = Vec::new()),
        ("passkey_of_another", |key| key.user_handle = None),
        ("passkey_of_another", |key| key.user_handle = Some(base64url([0; 8]))),
        ("passkey_signature", |key| {
            let credential = key.credential.clone();
            *key = Authenticator { credential, ..Authenticator::ed25519(2) };
        }),
    ];
    for (n, (code, lie)) in lies.into_iter().enumerate() {
        let mut key = Authenticator { user_handle: Some(handle.clone()), ..Authenticator::ed25519(1) };
        lie(&mut key);
        assert_eq!(told(desk.log_in_by(&mut key).await), refused_key(code), "{n}");
    }
    let mut key = Authenticator { user_handle: Some(handle), ..Authenticator::ed25519(1) };
    let mut changed = key.get(&desk.accounts.passkey_request(None).await.expect("options"));
    changed.response.authenticator_data = base64url([7; 36]);
    assert_eq!(told(desk.sign_in(changed.clone()).await), refused_key("passkey_malformed"));
    changed.response.signature = "?".into();
    assert_eq!(told(desk.sign_in(changed).await), refused_key("passkey_malformed"));
    desk.log_in_by(&mut key).await.expect("signed in");
}

#[tokio::test]
async fn a_challenge_is_good_once_for_a_while_and_for_what_it_was_made_for() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let mut key = Authenticator::p256(1);
    let creation = desk.accounts.passkey_creation(caller).await.expect("options");
    let credential = key.create(&creation);
    let new = || NewPasskey { name: "Key".into(), credential: credential.clone() };
    let unknown = refused(422, "challenge_unknown", Some("challenge"));
    let other = desk.caller(&desk.log_in("ada@example.org", PASSWORD).await.expect("logged in")).await;
    assert_eq!(told(desk.accounts.add_passkey(other, new()).await), unknown, "another session's");
    desk.accounts.add_passkey(caller, new()).await.expect("added");
    let used = refused(410, "challenge_used", Some("challenge"));
    assert_eq!(told(desk.accounts.add_passkey(caller, new()).await), used);

    let asserted = key.get(&desk.accounts.passkey_request(None).await.expect("options"));
    desk.sign_in(asserted.clone()).await.expect("signed in");
    assert_eq!(told(desk.sign_in(asserted).await), used, "replayed");
    let options = desk.accounts.passkey_request(None).await.expect("options");
    desk.clock.advance_seconds(300);
    let late = told(desk.sign_in(key.get(&options)).await);
    assert_eq!(late, refused(410, "challenge_expired", Some("challenge")));
    let for_proof = desk.accounts.passkey_request(Some(caller)).await.expect("options");
    assert_eq!(told(desk.sign_in(key.get(&for_proof)).await), unknown);
    let mut made_up = for_proof;
    made_up.challenge = base64url([1; 64]);
    assert_eq!(told(desk.sign_in(key.get(&made_up)).await), unknown);

    let options = desk.accounts.passkey_request(None).await.expect("options");
    let node = open(&desk.scratch, &desk.outside, &desk.post).await;
    node.log_in_by_passkey(key.get(&options), Device::default()).await.expect("any node knows it");
}

#[tokio::test]
async fn a_counter_that_does_not_go_forward_is_refused() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let mut key = Authenticator { counter: 5, ..Authenticator::ed25519(1) };
    desk.add(caller, &mut key).await.expect("added");
    for (counter, goes_on) in [(6, true), (6, false), (0, false), (7, true)] {
        key.counter = counter;
        match desk.log_in_by(&mut key).await {
            Ok(_) => assert!(goes_on, "{counter}"),
            refused => assert!(!goes_on && told(refused) == refused_key("passkey_copied"), "{counter}"),
        }
    }
}

#[tokio::test]
async fn a_passkey_proves_and_only_its_own_person() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let (mut own, mut anothers) = (Authenticator::ed25519(1), Authenticator::ed25519(2));
    desk.add(caller, &mut own).await.expect("added");
    let bob = desk.caller(&desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered")).await;
    desk.add(bob, &mut anothers).await.expect("added");
    desk.clock.advance_seconds(601);
    let needed = refused(403, "proof_needed", None);
    assert_eq!(told(desk.accounts.passkey_creation(caller).await), needed);
    let id = desk.own(caller).await[0].id;
    assert_eq!(told(desk.accounts.remove_passkey(caller, id).await), needed);
    assert_eq!(told(desk.prove_by(caller, &mut anothers).await), refused_key("passkey_of_another"));
    anothers.user_handle = None;
    assert_eq!(told(desk.prove_by(caller, &mut anothers).await), refused_key("passkey_of_another"));
    own.user_handle = None;
    desk.prove_by(caller, &mut own).await.expect("proven");
    let change = PasswordChange { old_password: None, password: "another horse entirely".into() };
    desk.accounts.change_password(caller, change).await.expect("changed");
}

#[tokio::test]
async fn passkeys_are_renamed_and_removed_by_their_person() {
    let desk = desk().await;
    let caller = desk.caller(&desk.ada().await).await;
    let mut key = Authenticator::ed25519(1);
    let made = desk.add(caller, &mut key).await.expect("added");
    let bob = desk.caller(&desk.register("bob@example.org", PASSWORD, "Bob").await.expect("registered")).await;
    for id in [made.id, PasskeyId(1)] {
        assert_eq!(told(desk.accounts.rename_passkey(bob, id, "Mine".into()).await).0, 404);
        assert_eq!(told(desk.accounts.remove_passkey(bob, id).await).0, 404);
    }
    let long = "x".repeat(81);
    assert_eq!(told(desk.accounts.rename_passkey(caller, made.id, long).await).2.as_deref(), Some("name"));
    assert_eq!(desk.accounts.rename_passkey(caller, made.id, "Key".into()).await.expect("renamed").name, "Key");
    desk.accounts.remove_passkey(caller, made.id).await.expect("removed: there is a password");
    assert_eq!(told(desk.log_in_by(&mut key).await), refused_key("passkey_unknown"));
    for n in 0..20 {
        desk.add(caller, &mut Authenticator::ed25519(n)).await.expect("added");
    }
    assert_eq!(told(desk.accounts.passkey_creation(caller).await), refused(409, "too_many_passkeys", None));
}

#[tokio::test]
async fn passkeys_are_exported_by_name_and_erased() {
    let desk = desk().await;
    let ada = desk.ada().await;
    let mut key = Authenticator::ed25519(1);
    desk.add(desk.caller(&ada).await, &mut key).await.expect("added");
    let export = format!("{:?}", desk.accounts.export(ada.user.id, None).await.expect("exported"));
    assert!(export.contains("My phone") && !export.contains(&base64url(&key.credential)));
    desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("erased");
    assert_eq!(told(desk.log_in_by(&mut key).await), refused_key("passkey_unknown"));
    assert_eq!(desk.accounts.erase(ada.user.id, contract::Wishes::default()).await.expect("again").erased, 0);
}

#[tokio::test]
async fn an_operator_takes_those_of_who_lost_them_and_a_new_password_lets_in() {
    let desk = desk().await;
    let operator = desk.caller(&desk.register("op@example.org", PASSWORD, "Op").await.expect("registered")).await;
    let ada = desk.ada().await;
    let caller = desk.caller(&ada).await;
    let (mut one, mut two) = (Authenticator::ed25519(1), Authenticator::p256(2));
    desk.add(caller, &mut one).await.expect("added");
    desk.add(caller, &mut two).await.expect("added");
    let by = |caller| Hand::Person { caller, address: None };
    let end = async |caller| desk.accounts.end_passkeys_of(by(caller), ada.user.id).await;
    assert_eq!(told(end(caller).await), refused(403, "operator_needed", None));
    assert_eq!(desk.accounts.show_account(by(operator), ada.user.id).await.expect("seen").passkeys, 2);
    end(operator).await.expect("taken");
    desk.post.mail("factors-removed", "Ada@Example.org").await;
    assert_eq!(desk.accounts.show_account(by(operator), ada.user.id).await.expect("seen").passkeys, 0);
    assert_eq!(told(desk.log_in_by(&mut one).await), refused_key("passkey_unknown"));
    let acts = async || {
        let limit = kernel::Limit::parse(None).expect("a limit");
        let page = desk.accounts.acts(by(operator), ActQuery::default(), None, limit).await.expect("acts");
        page.items.into_iter().map(|act| act.kind).collect::<Vec<_>>()
    };
    assert_eq!(acts().await, [ActKind::PasskeysRemoved]);
    end(operator).await.expect("there are none");
    assert_eq!(acts().await.len(), 1, "what changes nothing isn't noted");
    let nobody = desk.accounts.end_passkeys_of(by(operator), kernel::UserId(1)).await;
    assert_eq!(told(nobody), refused(404, "not_found", None));
    desk.clock.advance_seconds(601);
    assert_eq!(told(end(operator).await), refused(403, "proof_needed", None));
    desk.accounts.end_passkeys_of(Hand::CommandLine, ada.user.id).await.expect("the command line is believed");
}
