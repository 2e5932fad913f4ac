use super::say;
use crate::{
    compose::House,
    config::{Config, service_token, unusable},
    data::Data,
    measure, telemetry,
};
use axum::serve::ListenerExt;
use kernel::{Kind, Problem, Result};
use ports::{OsRandom, SystemClock};
use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// How long requests that have begun may take after the word to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long sockets get to hear that the server restarts.
const FAREWELL: Duration = Duration::from_millis(200);

/// Serves until the process is told to stop.
pub fn serve(config: &Config) -> Result<()> {
    super::run(async {
        let traces = telemetry::start(&config.log, &config.telemetry, config.roles.to_string())?;
        // The addresses first: a second start should change nothing.
        let doors = if config.roles.has_door() { Some(listen(&config.listen).await?) } else { None };
        let rpc = match &config.rpc.listen {
            Some(address) => Some((listen(address).await?, service_token(config.service_token.as_deref())?)),
            None => None,
        };
        let measured = match &config.metrics_listen {
            Some(address) => Some((listen(address).await?, measure::start()?)),
            None => None,
        };
        let data = if config.keeps_files() && config.roles.store() { Some(Data::hold(&config.data)?) } else { None };
        raise_file_limit();
        // Links in mails lead to where the door really is: port 0 takes a free one.
        let listen = doors.as_ref().map_or_else(|| config.listen.clone(), |(_, address)| address.to_string());
        let config = &Config { listen, ..config.clone() };
        let house = House::open(&config.data, config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
        let mut signals = Signals::hear()?;
        let (stop, stopping) = watch::channel(());
        let mut serving = JoinSet::new();
        let mut url = config.public_url.clone();
        if let Some((listener, address)) = doors {
            url.get_or_insert_with(|| format!("http://{address}"));
            say(&format!("Guildhall {} listens on http://{address}", env!("CARGO_PKG_VERSION")));
            let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
            let router = house.router()?.into_make_service_with_connect_info::<SocketAddr>();
            let served = axum::serve(listener, router).with_graceful_shutdown(told(stopping.clone()));
            serving.spawn(async { served.await.map_err(Problem::internal) });
        }
        if let Some(((listener, address), token)) = rpc {
            say(&format!("Guildhall {} answers other processes on {address}", env!("CARGO_PKG_VERSION")));
            serving.spawn(contract::grpc::serve(house.contracts(), token, listener, told(stopping.clone())));
        }
        if let Some(((listener, address), router)) = measured {
            say(&format!("what is measured is told on http://{address}/metrics"));
            let served = axum::serve(listener, router).with_graceful_shutdown(told(stopping.clone()));
            serving.spawn(async { served.await.map_err(Problem::internal) });
        }
        #[cfg(unix)]
        let _answers = super::operate::answer(config, &house, &mut serving, told(stopping));
        greet(config, data.as_ref(), &house, url).await;
        tokio::select! {
            ended = serving.join_next() => return Err(broke(ended)),
            signal = signals.told_to_stop() => say(&format!("{signal}: finishing what has begun")),
        }
        drop(stop);
        if let Some(realtime) = house.realtime() {
            realtime.drain();
        }
        if tokio::time::timeout(DRAIN, async { while serving.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!("some requests took over {} s and were cut off", DRAIN.as_secs());
        }
        tokio::time::sleep(FAREWELL).await;
        house.close().await;
        traces.close().await;
        say("stopped");
        Ok(())
    })
}

/// Waits for the word to stop.
async fn told(mut stopping: watch::Receiver<()>) {
    while stopping.changed().await.is_ok() {}
}

/// How many sockets a small machine may be asked to hold, each an open file.
pub(super) const FILES_ENOUGH: u64 = 4_096;

/// Every socket is an open file, and the usual limit is for programs with few.
fn raise_file_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= FILES_ENOUGH => {}
        Ok(limit) => tracing::warn!("only {limit} sockets and files may be open at once: raise the limit (ulimit -n)"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}

fn broke(ended: Option<Result<Result<()>, tokio::task::JoinError>>) -> Problem {
    match ended {
        Some(Ok(Err(problem))) => problem,
        Some(Err(e)) => Problem::internal(e),
        Some(Ok(Ok(()))) | None => Problem::internal("the listener ended by itself"),
    }
}

/// Says where things are, and what to do first.
async fn greet(config: &Config, data: Option<&Data>, house: &House, url: Option<String>) {
    match data {
        Some(Data { folder, made: true, .. }) => say(&format!("made the data folder {}", folder.display())),
        Some(Data { folder, .. }) => say(&format!("data folder {}", folder.display())),
        None => {}
    }
    if !config.roles.is_whole() {
        say(&format!("roles: {}", config.roles));
    }
    let (Ok(services), Some(url)) = (house.services(), url) else { return };
    match services.accounts.is_set_up().await {
        Ok(true) => say(&format!("open {url}")),
        Ok(false) => {
            say(&format!("first start: open {url} to create the first account, which runs this server"));
        }
        // Others of a fleet may start later.
        Err(problem) => tracing::warn!(?problem, "accounts don't answer yet"),
    }
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await.map_err(|e| cannot_listen(address, e))?;
    let address = listener.local_addr().map_err(Problem::internal)?;
    Ok((listener, address))
}

pub(super) fn cannot_listen(address: &str, error: std::io::Error) -> Problem {
    let detail = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{address} is taken: another program, perhaps another Guildhall, listens there. Stop it, or choose \
             another address: guildhall --listen 127.0.0.1:8081"
        ),
        ErrorKind::PermissionDenied => format!(
            "this user may not listen on {address}: ports below 1024 are for the system. Choose another: \
             guildhall --listen 127.0.0.1:8080"
        ),
        ErrorKind::AddrNotAvailable => {
            format!("this machine has no address like {address}: choose one of its own, or 0.0.0.0 for all.")
        }
        _ => {
            return unusable(format!(
                "listen is {address:?}, which can't be used: {error}. It should be like 127.0.0.1:8080."
            ));
        }
    };
    Problem::new(Kind::Conflict, "cannot_listen", detail).because(error)
}

/// The ways in which the system tells a process to stop.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn hear() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(Problem::internal);
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    /// Waits for the word to stop and answers what it was.
    async fn told_to_stop(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "told to stop",
            _ = self.interrupt.recv() => "interrupted",
        }
    }
}

/// The ways in which the system tells a process to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn hear() -> Result<Self> {
        Ok(Self)
    }

    /// Waits for the word to stop and answers what it was.
    async fn told_to_stop(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "interrupted",
            Err(_) => std::future::pending().await,
        }
    }
}
