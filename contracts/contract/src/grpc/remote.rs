use super::{MAX_MESSAGE_BYTES, Raw, ServiceToken, context, decode, encode, problem_of};
use bytes::Bytes;
use kernel::{Problem, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{net::lookup_host, time::Instant};
use tonic::{
    Code, ConnectError, Status, client,
    transport::{Channel, Endpoint},
};
use tracing::{Instrument, Span};

/// How long a call may take, with all its attempts.
const DEADLINE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);
/// An idle connection is asked whether it still is one.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_ANSWER: Duration = Duration::from_secs(5);
/// How often names are looked up: processes come and go.
const LOOKUP: Duration = Duration::from_secs(5);
const LOOKUP_AGAIN: Duration = Duration::from_millis(500);
/// How long a process that couldn't be reached is passed over.
const DOWN_MS: u64 = 1_000;

/// A remote service: all processes that its names stand for, asked in turn.
#[derive(Clone)]
pub struct Remote {
    peers: Arc<Peers>,
    /// None: whoever may open the socket may call.
    token: Option<ServiceToken>,
}

struct Peers {
    /// `host:port`.
    names: Vec<String>,
    list: RwLock<Vec<Arc<Peer>>>,
    next: AtomicUsize,
    began: Instant,
}

struct Peer {
    /// None: a socket of this machine.
    address: Option<SocketAddr>,
    channel: Channel,
    /// Milliseconds since the beginning.
    down_until: AtomicU64,
}

impl Remote {
    /// Connects when it is first used. `addresses` are one or more of `http://host:port`, separated by commas; a name that
    /// stands for several processes is asked for all of them, again and again. Must be called on a runtime.
    pub fn new(addresses: &str, token: ServiceToken) -> Result<Self> {
        let names = addresses.split(',').map(|address| name_of(address.trim())).collect::<Result<Vec<_>>>()?;
        let peers =
            Arc::new(Peers { names, list: RwLock::default(), next: AtomicUsize::new(0), began: Instant::now() });
        tokio::spawn(look_up(Arc::downgrade(&peers)));
        Ok(Self { peers, token: Some(token) })
    }

    /// A process of this machine that serves contracts on the Unix socket `file`. Connects when it is first used.
    ///
    /// # Errors
    /// The file's name is no text.
    #[cfg(unix)]
    pub fn on_socket(file: &std::path::Path) -> Result<Self> {
        let name = file.to_str().ok_or_else(|| Problem::internal("the socket's name is no text"))?;
        let endpoint = Endpoint::from_shared(format!("unix:{name}")).map_err(Problem::internal)?;
        let channel = endpoint.connect_timeout(CONNECT).connect_lazy();
        let peer = Peer { address: None, channel, down_until: AtomicU64::new(0) };
        let peers = Peers {
            names: Vec::new(),
            list: RwLock::new(vec![Arc::new(peer)]),
            next: AtomicUsize::new(0),
            began: Instant::now(),
        };
        Ok(Self { peers: Arc::new(peers), token: None })
    }

    #[doc(hidden)]
    pub async fn call<A: Serialize, R: DeserializeOwned>(
        &self,
        path: &'static str,
        idempotent: bool,
        arguments: &A,
    ) -> Result<R> {
        let body = encode(arguments)?;
        let began = Instant::now();
        let span = context::calling(path);
        let asking = self.ask(path, idempotent, body).instrument(span.clone());
        let answer = tokio::time::timeout(DEADLINE, asking).await;
        let answer = answer.unwrap_or_else(|late| Err(unreachable().because(late)));
        context::note(&span, &answer);
        let code = answer.as_ref().err().map_or("ok".into(), |problem| problem.code.clone());
        metrics::histogram!("guildhall_rpc_seconds", "call" => path, "code" => code).record(began.elapsed());
        decode(&answer?)
    }

    /// Asks until there is an answer: another process when one can't be reached, and again when the connection broke and
    /// asking twice does what asking once does.
    async fn ask(&self, path: &'static str, idempotent: bool, body: Bytes) -> Result<Bytes> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let Some(peer) = self.peers.pick() else {
                // No name has been found yet; the deadline ends this.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let status = match self.ask_one(&peer, path, body.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            let unsent = is_caused_by::<ConnectError>(&status);
            if unsent {
                peer.down_until.store(self.peers.elapsed_ms() + DOWN_MS, Relaxed);
            }
            // What the service itself refused carries its problem.
            let broke = unsent || is_caused_by::<tonic::transport::Error>(&status) || is_away(&status);
            if !broke {
                return Err(problem_of(status));
            }
            if attempt >= ATTEMPTS || !(unsent || idempotent) {
                return Err(unreachable().because(status));
            }
            tokio::time::sleep(PAUSE * attempt).await;
        }
    }

    async fn ask_one(&self, peer: &Peer, path: &'static str, body: Bytes) -> std::result::Result<Bytes, Status> {
        let mut grpc = client::Grpc::new(peer.channel.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        grpc.ready().await.map_err(|e| Status::from_error(e.into()))?;
        let mut request = tonic::Request::new(body);
        request.set_timeout(DEADLINE);
        if let Some(token) = &self.token {
            token.put_in(request.metadata_mut());
        }
        context::put_in(request.metadata_mut(), &Span::current());
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(grpc.unary(request, path, Raw).await?.into_inner())
    }
}

impl Peers {
    fn elapsed_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// The next that isn't known to be down; when all are, the next.
    fn pick(&self) -> Option<Arc<Peer>> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let first = self.next.fetch_add(1, Relaxed);
        let now = self.elapsed_ms();
        let turn = |n: usize| list.get((first.wrapping_add(n)) % list.len());
        let mut turns = (0..list.len()).filter_map(turn);
        turns.find(|peer| peer.down_until.load(Relaxed) <= now).or_else(|| list.get(first % list.len().max(1))).cloned()
    }

    /// Keeps the connections to those that are still there. Answers whether any is.
    fn set(&self, found: HashSet<SocketAddr>) -> bool {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        list.retain(|peer| peer.address.is_none_or(|address| found.contains(&address)));
        let new = found.iter().filter(|address| !list.iter().any(|peer| peer.address == Some(**address)));
        let new: Vec<_> = new.map(|address| Arc::new(Peer::new(*address))).collect();
        list.extend(new);
        !list.is_empty()
    }
}

impl Peer {
    fn new(address: SocketAddr) -> Self {
        let endpoint = Endpoint::from(
            http::Uri::builder()
                .scheme("http")
                .authority(address.to_string())
                .path_and_query("/")
                .build()
                .unwrap_or_default(),
        );
        let channel = endpoint
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE_ANSWER)
            .keep_alive_while_idle(true)
            .connect_lazy();
        Self { address: Some(address), channel, down_until: AtomicU64::new(0) }
    }
}

async fn look_up(peers: Weak<Peers>) {
    while let Some(peers) = peers.upgrade() {
        let (mut found, mut failed) = (HashSet::new(), false);
        for name in &peers.names {
            match lookup_host(name).await {
                Ok(addresses) => found.extend(addresses),
                Err(error) => {
                    tracing::warn!(name, %error, "a service's address isn't known");
                    failed = true;
                }
            }
        }
        // While names can't be looked up, those that are known go on being asked.
        let any = if failed && found.is_empty() { false } else { peers.set(found) };
        drop(peers);
        tokio::time::sleep(if any { LOOKUP } else { LOOKUP_AGAIN }).await;
    }
}

fn name_of(address: &str) -> Result<String> {
    let bad = || {
        Problem::field(
            "rpc",
            "bad_service_address",
            format!("{address:?} isn't a service's address: those are like http://host:port."),
        )
    };
    let uri: http::Uri = address.parse().map_err(|_| bad())?;
    let authority = uri.authority().filter(|authority| authority.port().is_some()).ok_or_else(bad)?;
    let plain = uri.scheme_str() == Some("http") && matches!(uri.path(), "" | "/");
    if plain { Ok(authority.to_string()) } else { Err(bad()) }
}

/// The process is stopping, or something between here and there says that it isn't there.
fn is_away(status: &Status) -> bool {
    status.code() == Code::Unavailable && status.details().is_empty()
}

fn is_caused_by<E: std::error::Error + 'static>(status: &Status) -> bool {
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn unreachable() -> Problem {
    Problem::unavailable("A part of this server can't be reached: try again.")
}
