use super::say;
use crate::{
    compose::House,
    config::{Config, Log, LogFormat, unusable},
    data::Data,
};
use axum::serve::ListenerExt;
use kernel::{Kind, Problem, Result};
use ports::{OsRandom, SystemClock};
use std::{io::ErrorKind, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// How long requests that have begun may take after the word to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long sockets get to hear that the server restarts.
const FAREWELL: Duration = Duration::from_millis(200);

/// Serves until the process is told to stop.
pub fn serve(config: &Config) -> Result<()> {
    start_log(&config.log)?;
    super::run(async {
        // The address first: a second start should change nothing.
        let (listener, address) = listen(&config.listen).await?;
        let data = Data::hold(&config.data)?;
        raise_file_limit();
        let house = House::open(&data.folder, config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
        let url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let mut signals = Signals::hear()?;
        greet(&data, &url, address, house.accounts.is_set_up().await?);
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let serving = axum::serve(listener, house.router(config)).with_graceful_shutdown(async {
            drop(stopping.await);
        });
        let mut serving = tokio::spawn(serving.into_future());
        tokio::select! {
            ended = &mut serving => return Err(broke(ended)),
            signal = signals.told_to_stop() => say(&format!("{signal}: finishing what has begun")),
        }
        drop(stop);
        house.realtime.drain();
        if tokio::time::timeout(DRAIN, serving).await.is_err() {
            tracing::warn!("some requests took over {} s and were cut off", DRAIN.as_secs());
        }
        tokio::time::sleep(FAREWELL).await;
        house.close().await;
        say("stopped");
        Ok(())
    })
}

/// How many sockets a small machine may be asked to hold, each an open file.
const FILES_ENOUGH: u64 = 4_096;

/// Every socket is an open file, and the usual limit is for programs with few.
fn raise_file_limit() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit >= FILES_ENOUGH => {}
        Ok(limit) => tracing::warn!("only {limit} sockets and files may be open at once: raise the limit (ulimit -n)"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}

fn broke(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Problem {
    match ended {
        Ok(Err(e)) => Problem::internal(e),
        Ok(Ok(())) => Problem::internal("the listener ended by itself"),
        Err(e) => Problem::internal(e),
    }
}

fn greet(data: &Data, url: &str, address: SocketAddr, set_up: bool) {
    say(&format!("Guildhall {} listens on http://{address}", env!("CARGO_PKG_VERSION")));
    let folder = data.folder.display();
    if data.made {
        say(&format!("made the data folder {folder}"));
    } else {
        say(&format!("data folder {folder}"));
    }
    if set_up {
        say(&format!("open {url}"));
    } else {
        say(&format!("first start: open {url} to create the first account, which runs this server"));
    }
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await.map_err(|e| cannot_listen(address, e))?;
    let address = listener.local_addr().map_err(Problem::internal)?;
    Ok((listener, address))
}

fn cannot_listen(address: &str, error: std::io::Error) -> Problem {
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

fn start_log(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|e| {
        unusable(format!(
            "log.level is {:?}, which can't be read: {e}. It can be error, warn, info, debug or trace.",
            log.level
        ))
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => subscriber.try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
    started.map_err(Problem::internal)
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
