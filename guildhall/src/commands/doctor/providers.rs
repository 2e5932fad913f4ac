//! Whom people may sign in by: whether each is there, and who it should be.

use super::Report;
use crate::config::{Config, Role};
use ports::{Clock, SystemClock};

pub(super) async fn examine(report: &Report, config: &Config) {
    if !config.roles.has(Role::Accounts) || config.accounts.providers.is_empty() {
        return;
    }
    let examined = match accounts::examine(&config.accounts, &config.address(), SystemClock.now()).await {
        Ok(examined) => examined,
        Err(problem) => {
            let setting = problem.field.as_deref().unwrap_or("accounts.providers");
            return report.fault(setting, &problem.detail, "Correct that setting.");
        }
    };
    for accounts::Examined { name, redirect, found } in examined {
        let what = format!("accounts.providers.{name}");
        match found {
            Ok(host) => report.ok(&what, &format!("{host} answers; the redirect address to allow there is {redirect}")),
            Err(why) => {
                let mend = format!(
                    "Correct the issuer, or let this machine reach it; allow the redirect address {redirect} there."
                );
                report.fault(&what, &why, &mend);
            }
        }
    }
    if config.public_url.is_none() {
        let said = format!("isn't set: providers send people back to {}", config.address());
        report.warning("public_url", &said, "Set it to the address that people see: https://chat.example.org");
    }
}
