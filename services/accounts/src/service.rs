//! The contract, one line per use case.

use crate::{Service, authenticate, erase, log_in, log_out, read, refresh, register};
use accounts_contract::{Accounts, Authenticated, Credentials, Device, Me, Registration, SignedIn};
use async_trait::async_trait;
use contract::{Part, Receipt};
use kernel::{Caller, Difference, Reader, Result, StreamName, UserId};

#[async_trait]
impl Accounts for Service {
    async fn register(&self, registration: Registration, device: Device) -> Result<SignedIn> {
        register::register(self, registration, device).await
    }

    async fn log_in(&self, credentials: Credentials, device: Device) -> Result<SignedIn> {
        log_in::log_in(self, credentials, device).await
    }

    async fn refresh(&self, refresh_token: String) -> Result<SignedIn> {
        refresh::refresh(self, &refresh_token).await
    }

    async fn log_out(&self, caller: Caller) -> Result<()> {
        log_out::log_out(self, caller).await
    }

    async fn authenticate(&self, access_token: String) -> Result<Authenticated> {
        authenticate::authenticate(self, &access_token)
    }

    async fn me(&self, caller: Caller) -> Result<Me> {
        read::me(self, caller.user).await
    }

    async fn is_set_up(&self) -> Result<bool> {
        Ok(self.store.any_account().await?)
    }

    async fn difference(&self, reader: Reader, stream: StreamName, since: i64) -> Result<Difference> {
        read::difference(self, reader, &stream, since).await
    }

    async fn export(&self, user: UserId, _after: Option<String>) -> Result<Part> {
        read::export(self, user).await
    }

    async fn erase(&self, user: UserId) -> Result<Receipt> {
        erase::erase(self, user).await
    }

    async fn snapshot(&self, after: Option<String>) -> Result<Part> {
        read::snapshot(self, after).await
    }
}
