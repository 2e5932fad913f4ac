use crate::{Service, read, rules::Language};
use accounts_contract::AccountChanged;
use kernel::{Caller, Problem, Result, StreamName};

/// Writes mails in another language from now on, also those that wait.
pub(crate) async fn set_language(s: &Service, caller: Caller, language: &str) -> Result<()> {
    let unknown = || Problem::field("language", "bad_language", "Mails are written in en or de: choose one of them.");
    let language = Language::of(language).ok_or_else(unknown)?;
    let account = s.store.account(caller.user).await?.ok_or_else(read::gone)?;
    if account.language == language {
        return Ok(());
    }
    let (stream, changed) = (StreamName::user("accounts", caller.user), AccountChanged { user: caller.user });
    let event = s.ground.event(stream, "account_changed", &changed).await?;
    let done = s.store.set_language(caller.user, language, event).await?.ok_or_else(read::gone)?;
    s.ground.announce(done);
    Ok(())
}
