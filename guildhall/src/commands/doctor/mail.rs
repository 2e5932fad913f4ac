//! Where mail goes, and whether it would.

use super::Report;
use crate::config::{Config, Role};

pub(super) async fn examine(report: &Report, config: &Config) {
    if !config.roles.has(Role::Accounts) {
        return;
    }
    let what = "mail_url";
    let server = match engine_mail::server(&config.mail_url, &config.sender()) {
        Ok(Some(server)) => server,
        Ok(None) => {
            let said = "log: mails stay on this machine; to reach people, set it to smtp://user:password@host:587";
            return report.ok(what, said);
        }
        Err(problem) => return report.fault(what, &problem.detail, "Correct it, or mail_from."),
    };
    match server.ask().await {
        Ok(()) => {
            report.ok(what, &format!("the mail server answers and lets us in; mails are from {}", config.sender()))
        }
        Err(problem) => {
            report.fault(what, &format!("the mail server: {}", problem.detail), "Correct the address, or start it.");
        }
    }
    if config.public_url.is_none() {
        let said = format!("isn't set: links in mails lead to {}", config.address());
        report.warning("public_url", &said, "Set it to the address that people see: https://chat.example.org");
    }
}
