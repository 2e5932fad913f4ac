//! The contract, one line per use case.

use crate::{
    Service, archive, ask, authenticate, authenticator, begin_auth, cancel_deletion, change_email, delete_account,
    ended, erase, finish_auth, identities, leaving, log_in, log_out, operating, passkeys, proof, read, refresh,
    register, registration, rotate_keys, second_factor, sessions, set_language, set_password, store::letters::About,
    verify_email,
};
use accounts_contract::{
    AccountAct, AccountDetail, AccountQuery, AccountSeen, Accounts, Act, ActQuery, Acted, Asserted, AuthAnswer,
    AuthBegun, AuthDone, Authenticated, CreationOptions, Credentials, Deletion, DeletionRequest, Device, EmailChange,
    Erasure, Export, Hand, KeysRotated, LinkRequest, LoggedIn, Me, NewPasskey, Numbers, OwnCredentials, Passkey,
    PasswordChange, PasswordReset, Proof, Provider, PublicKeys, RecoveryCodes, Registered, Registration,
    RegistrationCode, RegistrationCodeDraft, RegistrationRules, RegistrationSettings, RegistrationTerms,
    RequestOptions, SecondFactor, Session, SignedIn, TotpDraft, Verified,
};
use async_trait::async_trait;
use contract::{Part, Receipt, Wishes};
use kernel::{
    ActId, Caller, Difference, ExportId, IdentityId, Limit, Page, PasskeyId, Reader, RegistrationCodeId, Result,
    SessionId, StreamName, UserId,
};

#[async_trait]
impl Accounts for Service {
    async fn register(&self, registration: Registration, device: Device) -> Result<Registered> {
        register::register(self, registration, device).await
    }

    async fn log_in(&self, credentials: Credentials, device: Device) -> Result<LoggedIn> {
        log_in::log_in(self, credentials, device).await
    }

    async fn second_factor(&self, step: SecondFactor, device: Device) -> Result<SignedIn> {
        second_factor::second_factor(self, step, device).await
    }

    async fn providers(&self) -> Result<Vec<Provider>> {
        Ok(self.providers.list())
    }

    async fn begin_auth(
        &self,
        provider: String,
        next: Option<String>,
        invite: Option<String>,
        browser: Option<String>,
        device: Device,
    ) -> Result<AuthBegun> {
        begin_auth::begin_auth(self, &provider, [next, invite], browser.as_deref(), &device).await
    }

    async fn begin_link(&self, caller: Caller, request: LinkRequest, browser: Option<String>) -> Result<AuthBegun> {
        begin_auth::begin_link(self, caller, request, browser.as_deref()).await
    }

    async fn finish_auth(&self, answer: AuthAnswer, browser: Option<String>, device: Device) -> Result<AuthDone> {
        finish_auth::finish_auth(self, answer, browser.as_deref(), device).await
    }

    async fn unlink(&self, caller: Caller, identity: IdentityId, proof: Option<Proof>) -> Result<()> {
        identities::unlink(self, caller, identity, proof).await
    }

    async fn refresh(&self, refresh_token: String, device: Option<Device>) -> Result<SignedIn> {
        refresh::refresh(self, &refresh_token, device.unwrap_or_default()).await
    }

    async fn log_out(&self, caller: Caller) -> Result<()> {
        log_out::log_out(self, caller).await
    }

    async fn verify_email(&self, token: String, device: Device) -> Result<Verified> {
        verify_email::verify_email(self, &token, &device).await
    }

    async fn resend_verification(&self, email: String, device: Device) -> Result<()> {
        ask::ask(self, About::Verify, &email, &device).await
    }

    async fn ask_password_reset(&self, email: String, device: Device) -> Result<()> {
        ask::ask(self, About::Reset, &email, &device).await
    }

    async fn reset_password(&self, reset: PasswordReset, device: Device) -> Result<()> {
        set_password::reset(self, reset, &device).await
    }

    async fn change_password(&self, caller: Caller, change: PasswordChange) -> Result<()> {
        set_password::change(self, caller, change).await
    }

    async fn change_email(&self, caller: Caller, change: EmailChange) -> Result<()> {
        change_email::change_email(self, caller, change).await
    }

    async fn prove(&self, caller: Caller, proof: Proof) -> Result<()> {
        proof::prove(self, caller, proof).await
    }

    async fn credentials(&self, caller: Caller) -> Result<OwnCredentials> {
        proof::credentials(self, caller).await
    }

    async fn begin_totp(&self, caller: Caller) -> Result<TotpDraft> {
        authenticator::begin(self, caller).await
    }

    async fn confirm_totp(&self, caller: Caller, code: String) -> Result<RecoveryCodes> {
        authenticator::confirm(self, caller, &code).await
    }

    async fn end_totp(&self, caller: Caller) -> Result<()> {
        authenticator::end(self, caller).await
    }

    async fn renew_recovery_codes(&self, caller: Caller) -> Result<RecoveryCodes> {
        authenticator::renew_codes(self, caller).await
    }

    async fn end_totp_of(&self, by: Hand, user: UserId) -> Result<()> {
        authenticator::end_of(self, &by, user).await
    }

    async fn end_passkeys_of(&self, by: Hand, user: UserId) -> Result<()> {
        passkeys::end_all_of(self, &by, user).await
    }

    async fn set_language(&self, caller: Caller, language: String) -> Result<()> {
        set_language::set_language(self, caller, &language).await
    }

    async fn passkey_creation(&self, caller: Caller) -> Result<CreationOptions> {
        passkeys::creation(self, caller).await
    }

    async fn add_passkey(&self, caller: Caller, new: NewPasskey) -> Result<Passkey> {
        passkeys::add(self, caller, new).await
    }

    async fn rename_passkey(&self, caller: Caller, passkey: PasskeyId, name: String) -> Result<Passkey> {
        passkeys::rename(self, caller, passkey, &name).await
    }

    async fn remove_passkey(&self, caller: Caller, passkey: PasskeyId) -> Result<()> {
        passkeys::remove(self, caller, passkey).await
    }

    async fn passkey_request(&self, caller: Option<Caller>) -> Result<RequestOptions> {
        passkeys::request(self, caller).await
    }

    async fn log_in_by_passkey(&self, passkey: Asserted, device: Device) -> Result<SignedIn> {
        passkeys::log_in(self, &passkey, device).await
    }

    async fn sessions(&self, caller: Caller) -> Result<Vec<Session>> {
        sessions::sessions(self, caller).await
    }

    async fn end_session(&self, caller: Caller, session: SessionId) -> Result<()> {
        sessions::end_session(self, caller, session).await
    }

    async fn end_sessions(&self, caller: Caller, keep_current: bool) -> Result<()> {
        sessions::end_sessions(self, caller, keep_current).await
    }

    async fn authenticate(&self, access_token: String) -> Result<Authenticated> {
        authenticate::authenticate(self, &access_token).await
    }

    async fn ended(&self) -> Result<Vec<SessionId>> {
        ended::ended(self).await
    }

    async fn me(&self, caller: Caller) -> Result<Me> {
        read::me(self, caller.user).await
    }

    async fn is_set_up(&self) -> Result<bool> {
        Ok(self.store.any_account().await?)
    }

    async fn registration(&self) -> Result<RegistrationTerms> {
        registration::terms(self).await
    }

    async fn registration_settings(&self, by: Hand) -> Result<RegistrationSettings> {
        registration::registration_settings(self, by).await
    }

    async fn set_registration(&self, by: Hand, rules: Option<RegistrationRules>) -> Result<RegistrationSettings> {
        registration::set_registration(self, by, rules).await
    }

    async fn registration_codes(
        &self,
        by: Hand,
        after: Option<RegistrationCodeId>,
        limit: Limit,
    ) -> Result<Page<RegistrationCode>> {
        registration::registration_codes(self, by, after, limit).await
    }

    async fn make_registration_code(&self, by: Hand, draft: RegistrationCodeDraft) -> Result<RegistrationCode> {
        registration::make_registration_code(self, by, draft).await
    }

    async fn revoke_registration_code(&self, by: Hand, code: RegistrationCodeId) -> Result<()> {
        registration::revoke_registration_code(self, by, code).await
    }

    async fn list_accounts(
        &self,
        by: Hand,
        query: AccountQuery,
        after: Option<UserId>,
        limit: Limit,
    ) -> Result<Page<AccountSeen>> {
        operating::list_accounts(self, by, query, after, limit).await
    }

    async fn show_account(&self, by: Hand, user: UserId) -> Result<AccountDetail> {
        operating::show_account(self, by, user).await
    }

    async fn create_account(&self, by: Hand, registration: Registration) -> Result<AccountDetail> {
        operating::create_account(self, by, registration).await
    }

    async fn act_on_account(&self, by: Hand, user: UserId, act: AccountAct) -> Result<Acted> {
        operating::act_on_account(self, by, user, act).await
    }

    async fn acts(&self, by: Hand, query: ActQuery, after: Option<ActId>, limit: Limit) -> Result<Page<Act>> {
        operating::acts(self, by, query, after, limit).await
    }

    async fn numbers(&self, by: Hand) -> Result<Numbers> {
        operating::numbers(self, by).await
    }

    async fn delete_account(&self, caller: Caller, request: DeletionRequest) -> Result<Deletion> {
        delete_account::delete_account(self, caller, request).await
    }

    async fn deletion(&self, caller: Caller) -> Result<Option<Deletion>> {
        Ok(self.deletions.of(caller.user).await?.map(|leaving| leaving.deletion))
    }

    async fn cancel_deletion(&self, caller: Caller) -> Result<()> {
        cancel_deletion::cancel_deletion(self, caller).await
    }

    async fn erasure(&self, code: String) -> Result<Erasure> {
        leaving::erasure(self, &code).await
    }

    async fn request_export(&self, caller: Caller) -> Result<Export> {
        archive::request_export(self, caller).await
    }

    async fn exports(&self, caller: Caller) -> Result<Page<Export>> {
        archive::exports(self, caller).await
    }

    async fn export_of(&self, caller: Caller, id: ExportId) -> Result<Export> {
        archive::export_of(self, caller, id).await
    }

    async fn rotate_keys(&self, by: Hand) -> Result<KeysRotated> {
        rotate_keys::rotate_keys(self, &by).await
    }

    async fn public_keys(&self) -> Result<PublicKeys> {
        Ok(leaving::public_keys(self))
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, _after: Option<String>) -> Result<Part> {
        read::export(self, user).await
    }

    async fn erase(&self, user: UserId, _wishes: Wishes) -> Result<Receipt> {
        erase::erase(self, user).await
    }

    async fn scrub(&self) -> Result<()> {
        self.ground.scrub().await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        read::snapshot(self, after).await
    }
}
