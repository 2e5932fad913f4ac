//! Accounts that come from a provider, and providers that come to an account.

use crate::{PASSWORD, Stage, refused, told};
use accounts::ProviderKind;
use accounts_contract::{AuthDone, AuthPurpose, Identity, PasswordChange, PasswordReset, Proof};
use kernel::{Caller, Reader, Result, StreamName};
use serde_json::json;

impl Stage {
    async fn identities(&self, caller: Caller) -> Vec<Identity> {
        self.accounts.credentials(caller).await.expect("told").identities
    }

    async fn link(&self, caller: Caller, subject: &str) -> Result<Identity> {
        let way = self.begin_link(caller, AuthPurpose::Link).await?;
        self.say(&self.claims(&way, subject));
        match self.finish(&way).await? {
            AuthDone::Linked { identity, next } => {
                assert_eq!(next, "/");
                Ok(identity)
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_comes_back_to_it() {
    let stage = Stage::oidc().await;
    let ada = stage.come("ada").await.expect("in");
    let user = &ada.user;
    assert_eq!((&*user.email, user.email_verified, &*user.display_name), ("ada@example.org", true, "The ada"));
    assert!(user.operator, "the first one runs the installation, whatever the way in");
    assert_eq!(stage.post.count(), 0, "there is nothing to prove by mail");
    stage.clock.advance_seconds(60);
    let again = stage.come("ada").await.expect("in");
    assert_eq!(again.user.id, ada.user.id);
    let bob = stage.come("bob").await.expect("in");
    assert!(bob.user.id != ada.user.id && !bob.user.operator);
    let caller = stage.caller(&ada).await;
    let credentials = stage.accounts.credentials(caller).await.expect("told");
    let [own] = &credentials.identities[..] else { panic!("{credentials:?}") };
    assert!(!credentials.password);
    assert_eq!(
        (own.provider.as_deref(), &*own.title, own.email.as_deref()),
        (Some("own"), "Own ID", Some("ada@example.org"))
    );
    assert_eq!(own.used_at, own.linked_at.plus_seconds(60));
    assert_eq!(told(stage.log_in("ada@example.org", "").await), refused(401, "wrong_credentials", None));
    assert_eq!(told(stage.log_in("ada@example.org", PASSWORD).await), refused(401, "wrong_credentials", None));
}

#[tokio::test]
async fn an_address_that_has_an_account_never_links_by_itself() {
    let stage = Stage::oidc().await;
    let ada = stage.ada().await;
    assert_eq!(told(stage.come("ada").await), refused(409, "identity_email_taken", Some("email")));
    assert_eq!(stage.identities(stage.caller(&ada).await).await, []);
}

#[tokio::test]
async fn an_address_that_the_provider_hasn_t_proven_is_proven_by_mail() {
    let stage = Stage::new(ProviderKind::Oidc, true).await;
    stage.ada().await;
    let come = async |subject: &str| {
        let way = stage.begin().await;
        let mut claims = stage.claims(&way, subject);
        claims["email_verified"] = json!(false);
        stage.say(&claims);
        stage.finish(&way).await
    };
    // A free address and a taken one look alike.
    for (subject, letter) in [("bob", "verify-email"), ("ada", "already-registered")] {
        let done = come(subject).await.expect("mailed");
        assert!(matches!(done, AuthDone::CheckEmail { email } if email == format!("{subject}@example.org")));
        let to = if subject == "ada" { "Ada@Example.org" } else { "bob@example.org" };
        if letter == "verify-email" {
            assert_eq!(told(come("bob").await), refused(403, "email_unverified", Some("email")));
            let token = stage.post.token(letter, to).await;
            stage.accounts.verify_email(token, Default::default()).await.expect("proven");
        } else {
            stage.post.mail(letter, to).await;
        }
    }
    assert!(matches!(come("bob").await, Ok(AuthDone::SignedIn { .. })));
    stage.come("eve").await.expect("the provider has proven hers");
}

#[tokio::test]
async fn a_provider_is_linked_by_who_proves_to_be_the_person_and_unlinked_again() {
    let stage = Stage::oidc().await;
    let ada = stage.ada().await;
    let caller = stage.caller(&ada).await;
    let first = stage.link(caller, "countess").await.expect("linked");
    assert_eq!(stage.link(caller, "countess").await.expect("the same").id, first.id);
    assert_eq!(stage.come("countess").await.expect("in").user.id, ada.user.id);
    let second = stage.link(caller, "augusta").await.expect("several are fine");
    assert_eq!(stage.identities(caller).await.iter().map(|i| i.id).collect::<Vec<_>>(), [first.id, second.id]);

    let bob = stage.register("bob@example.org", PASSWORD, "Bob").await.expect("registered");
    let bob = stage.caller(&bob).await;
    assert_eq!(told(stage.link(bob, "countess").await), refused(409, "identity_taken", None));
    assert_eq!(told(stage.accounts.unlink(bob, first.id, None).await), refused(404, "not_found", None));

    stage.clock.advance_seconds(601);
    let needed = refused(403, "proof_needed", None);
    assert_eq!(told(stage.begin_link(caller, AuthPurpose::Link).await.map(|_| ())), needed);
    assert_eq!(told(stage.accounts.unlink(caller, first.id, None).await), needed);
    let proof = Some(Proof { password: Some(PASSWORD.into()), ..Proof::default() });
    stage.accounts.unlink(caller, first.id, proof).await.expect("unlinked");
    assert_eq!(stage.identities(caller).await.len(), 1);
    let stream = StreamName::user("accounts", caller.user);
    let log = stage.accounts.difference(Reader::Service, stream, 0).await.expect("log").events;
    assert_eq!(log.iter().filter(|event| event.kind == "account_changed").count(), 3, "two linked, one unlinked");
    assert!(stage.come("countess").await.expect("somebody new").user.id != ada.user.id);
}

#[tokio::test]
async fn the_last_credential_stays_until_there_is_a_password() {
    let stage = Stage::oidc().await;
    let ada = stage.come("ada").await.expect("in");
    let caller = stage.caller(&ada).await;
    let identity = stage.identities(caller).await.remove(0);
    let unlink = || stage.accounts.unlink(caller, identity.id, None);
    assert_eq!(told(unlink().await), refused(409, "last_credential", None));
    let change = PasswordChange { old_password: None, password: PASSWORD.into() };
    stage.accounts.change_password(caller, change).await.expect("a first password");
    unlink().await.expect("unlinked");
    assert_eq!(stage.log_in("ada@example.org", PASSWORD).await.expect("in").user.id, ada.user.id);

    let bob = stage.come("bob").await.expect("in");
    stage.accounts.ask_password_reset("bob@example.org".into(), Default::default()).await.expect("asked");
    let token = stage.post.token("reset-password", "bob@example.org").await;
    let reset = PasswordReset { token, password: PASSWORD.into() };
    stage.accounts.reset_password(reset, Default::default()).await.expect("set by mail, too");
    assert_eq!(stage.log_in("bob@example.org", PASSWORD).await.expect("in").user.id, bob.user.id);
}

#[tokio::test]
async fn who_has_no_password_proves_by_the_provider() {
    let stage = Stage::oidc().await;
    let caller = stage.caller(&stage.come("ada").await.expect("in")).await;
    stage.come("eve").await.expect("in");
    stage.clock.advance_seconds(601);
    assert_eq!(told(stage.begin_link(caller, AuthPurpose::Link).await.map(|_| ())).1, "proof_needed");
    let prove = async |subject: &str, signed_in_ago: i64| {
        let way = stage.begin_link(caller, AuthPurpose::Prove).await.expect("begun");
        assert_eq!(way.query["max_age"], "0");
        let mut claims = stage.claims(&way, subject);
        claims["auth_time"] = json!(stage.now() - signed_in_ago);
        stage.say(&claims);
        stage.finish(&way).await
    };
    assert_eq!(told(prove("eve", 0).await), refused(403, "identity_foreign", None));
    assert_eq!(told(prove("nobody", 0).await), refused(403, "identity_foreign", None));
    assert_eq!(told(prove("ada", 361).await), refused(403, "id_token_stale", None));
    assert_eq!(told(stage.begin_link(caller, AuthPurpose::Link).await.map(|_| ())).1, "proof_needed");
    assert!(matches!(prove("ada", 0).await, Ok(AuthDone::Proven { .. })));
    stage.link(caller, "countess").await.expect("proven now");
}

#[tokio::test]
async fn what_a_session_began_ends_with_it() {
    let stage = Stage::oidc().await;
    let ada = stage.ada().await;
    let caller = stage.caller(&ada).await;
    let way = stage.begin_link(caller, AuthPurpose::Link).await.expect("begun");
    stage.say(&stage.claims(&way, "countess"));
    stage.accounts.log_out(caller).await.expect("out");
    assert_eq!(told(stage.finish(&way).await), refused(401, "session_ended", None));
    assert!(stage.come("countess").await.expect("somebody new").user.id != ada.user.id);
}

#[tokio::test]
async fn an_archive_has_what_providers_know_and_an_erasure_takes_it() {
    let stage = Stage::oidc().await;
    let ada = stage.come("ada").await.expect("in");
    let records = stage.accounts.export(ada.user.id, None).await.expect("exported").records;
    let identity = &records.iter().find(|record| record.kind == "identity").expect("an identity").value;
    assert_eq!((&identity["issuer"], &identity["subject"]), (&json!(stage.provider.issuer), &json!("ada")));
    assert_eq!(identity["email"], "ada@example.org");
    stage.accounts.erase(ada.user.id, Default::default()).await.expect("erased");
    let records = stage.accounts.export(ada.user.id, None).await.expect("exported").records;
    assert!(!records.iter().any(|record| record.kind == "identity"), "{records:?}");
    assert!(stage.come("ada").await.expect("somebody new").user.id != ada.user.id);
}
