//! How a command reaches accounts: a server that runs holds the data folder, so it answers on a socket there; without one
//! the command opens the services itself, as a node would.

use crate::{
    commands::refuse,
    compose::{House, calls},
    config::{Config, Role, Roles},
    data::Data,
};
use accounts_contract::{Accounts, AccountsClient};
use contract::grpc::Remote;
use kernel::{Kind, Problem, Result};
use ports::{OsRandom, SystemClock};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The socket, in the data folder. Whoever may open it may do what an operator may.
const SOCKET: &str = "commands.sock";
/// What was announced gets that long to be told to other nodes.
const TELL: Duration = Duration::from_millis(300);

fn socket(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(SOCKET)
}

/// Does a command's work with accounts, wherever that is. `may_make` the data folder, where there is none.
pub(super) fn with_accounts<T>(
    config: &Config,
    may_make: bool,
    work: impl AsyncFnOnce(Arc<dyn Accounts>) -> Result<T>,
) -> Result<T> {
    crate::commands::run(async {
        #[cfg(unix)]
        if std::os::unix::net::UnixStream::connect(socket(&config.data)).is_ok() {
            return work(Arc::new(AccountsClient(Remote::on_socket(&socket(&config.data))?))).await;
        }
        if !reaches_accounts(&config.roles) {
            let detail = format!(
                "a process with the roles {} doesn't know accounts: run this with the settings of one with the role accounts.",
                config.roles
            );
            return Err(refuse("no_accounts", detail));
        }
        let data = match config.keeps_files() {
            true => Some(hold(&config.data, may_make)?),
            false => None,
        };
        // No door is opened: people stay where they are connected.
        let roles = if config.roles.is_whole() { Roles::storing() } else { config.roles.clone() };
        let config = Config { roles, ..config.clone() };
        let house = House::open(&config.data, &config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
        let done = work(house.accounts()?).await;
        if data.is_none() {
            tokio::time::sleep(TELL).await;
        }
        house.close().await;
        done
    })
}

fn reaches_accounts(roles: &Roles) -> bool {
    let runs = |role: &Role| roles.has(*role);
    runs(&Role::Accounts) || Role::ALL.iter().any(|role| runs(role) && calls(*role).contains(&Role::Accounts))
}

fn hold(folder: &Path, may_make: bool) -> Result<Data> {
    if !folder.exists() && !may_make {
        let shown = folder.display();
        return Err(refuse("no_data", format!("there is no data folder {shown}: name the right one with --data.")));
    }
    Data::hold(folder).map_err(|problem| match &*problem.code {
        "data_in_use" => {
            let detail = format!(
                "a Guildhall uses the data folder {} and doesn't answer commands at {}: stop it first, or look into its log.",
                folder.display(),
                socket(folder).display()
            );
            Problem::new(Kind::Conflict, "server_silent", detail)
        }
        _ => problem,
    })
}

/// Lets commands reach this process, until it is told to stop. The socket is gone when the answer is dropped.
#[cfg(unix)]
pub(in crate::commands) fn answer(
    config: &Config,
    house: &House,
    serving: &mut tokio::task::JoinSet<Result<()>>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Option<Answering> {
    // Where processes hear of each other, a command is one more of them.
    let is_alone = config.keeps_files() || config.bus_url == "memory:";
    if !is_alone || !config.roles.has(Role::Accounts) {
        return None;
    }
    match bind(&config.data) {
        Ok((listener, answering)) => {
            serving.spawn(contract::grpc::serve_on_socket(house.contracts(), listener, stop));
            Some(answering)
        }
        Err(error) => {
            let file = socket(&config.data);
            tracing::warn!(%error, file = %file.display(), "commands like guildhall user can't reach this server");
            None
        }
    }
}

/// Nobody but this user may open it: it is made so that others can't write to it, and that is what connecting takes.
#[cfg(unix)]
fn bind(folder: &Path) -> std::io::Result<(tokio::net::UnixListener, Answering)> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let file = socket(folder);
    match std::fs::remove_file(&file) {
        // One that was killed left it.
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = std::os::unix::net::UnixListener::bind(&file)?;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok((tokio::net::UnixListener::from_std(listener)?, Answering(file)))
}

/// The socket's file, for as long as it is answered.
#[cfg(unix)]
pub(in crate::commands) struct Answering(PathBuf);

#[cfg(unix)]
impl Drop for Answering {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}
