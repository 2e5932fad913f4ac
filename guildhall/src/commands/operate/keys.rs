use super::{reach::with_accounts, table::json};
use crate::{commands::say, config::Config};
use accounts_contract::Hand;
use kernel::Result;

/// What is done with the installation's keys.
#[derive(clap::Subcommand)]
pub enum KeysCommand {
    /// Lets new keys sign sessions and seal secrets. Nobody is logged out: what was signed is good until it ends
    Rotate,
}

/// # Errors
/// The server can't be reached, or the key's file can't be written.
pub fn keys(config: &Config, command: KeysCommand, as_json: bool) -> Result<()> {
    let KeysCommand::Rotate = command;
    let done = with_accounts(config, false, async |accounts| accounts.rotate_keys(Hand::CommandLine).await)?;
    if as_json {
        return json(&done);
    }
    say(&format!("{} signs from now on; what older keys signed is good until it ends", done.kid));
    let anew = done.sealed_anew;
    match done.encryption_renewed {
        true => say(&format!("a new key seals secrets of authenticator apps: {anew} were sealed anew")),
        false => say(&format!(
            "accounts.encryption_key names the key that seals secrets: to change it, put a new one before the old one and start \
             again. {anew} were sealed anew with the first"
        )),
    }
    if done.unreadable > 0 {
        say(&format!("{} secrets can't be read: the key that they were sealed with is missing", done.unreadable));
    }
    Ok(())
}
