//! The roles that this process calls and doesn't run.

use super::Report;
use crate::{
    compose::calls,
    config::{Config, Role, service_token},
};
use contract::grpc::{Remote, ask_health};
use kernel::{Problem, Result};
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn examine(report: &Report, config: &Config) -> Result<()> {
    let runs = |role: &Role| config.roles.has(*role);
    let is_called = |role: &Role| Role::ALL.iter().any(|caller| runs(caller) && calls(*caller).contains(role));
    for role in Role::ALL.into_iter().filter(|role| !runs(role) && is_called(role)) {
        let what = format!("rpc.{}", role.name());
        let addresses = match config.rpc.address(role) {
            Ok(addresses) => addresses,
            Err(problem) => {
                report.fault(&what, &problem.detail, "Set it.");
                continue;
            }
        };
        for address in addresses.split(',').map(str::trim) {
            match ask(role, address, config).await {
                Ok(()) => report.ok(&what, &format!("{address} answers, and takes the service token")),
                Err(problem) => {
                    let mend = "Start it, let this process reach it, and give both the same service_token.";
                    report.fault(&what, &format!("{address}: {}", problem.detail), mend);
                }
            }
        }
    }
    Ok(())
}

async fn ask(role: Role, address: &str, config: &Config) -> Result<()> {
    ask_health(address.to_owned(), PATIENCE).await?;
    let remote = Remote::new(address, service_token(config.service_token.as_deref())?)?;
    // No contract has such a method: who takes the token says so, and does nothing.
    let path = match role {
        Role::Accounts => "/guildhall.v1.Accounts/doctor",
        Role::People => "/guildhall.v1.People/doctor",
        Role::Guilds => "/guildhall.v1.Guilds/doctor",
        Role::Messages => "/guildhall.v1.Messages/doctor",
        Role::Files => "/guildhall.v1.Files/doctor",
        Role::Overview => "/guildhall.v1.Overview/doctor",
        Role::Gateway | Role::Realtime => return Ok(()),
    };
    let asked = tokio::time::timeout(PATIENCE, remote.call::<_, Value>(path, true, &Value::Null)).await;
    match asked.map_err(|late| Problem::unavailable("it doesn't answer.").because(late))? {
        Err(problem) if problem.code == "unknown_method" => Ok(()),
        Err(problem) if problem.code == "internal" => {
            Err(Problem { detail: "it doesn't take this service_token, or doesn't run that role.".into(), ..problem })
        }
        Err(problem) => Err(problem),
        Ok(_) => Ok(()),
    }
}
