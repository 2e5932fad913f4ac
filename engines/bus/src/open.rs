//! Opens engines by URL: `memory:`, `nats://host:4222` (or `tls://`); for the bus alone `amqp://host:5672` (or `amqps://`),
//! for the fan-out alone `redis://host:6379`.
//!
//! `?prefix=name` puts names of one's own before everything on the broker (default `guildhall`), so that communities can
//! share one.

use crate::{MemoryBus, MemoryFanout};
use kernel::{Kind, Problem, Result};
use ports::{Bus, Fanout};
use std::sync::Arc;

/// What a process says live, and what it relays.
pub struct Engines {
    pub fanout: Arc<dyn Fanout>,
    pub bus: Arc<dyn Bus>,
}

/// Opens the engines that the URLs name; without `fanout_url`, the bus's engine serves both.
///
/// # Errors
/// `bad_bus_url`, `bad_fanout_url`: the URL names no engine that can do this, or none that was built in.
/// A broker that is away is no error: what needs it fails until it is there.
pub async fn open(bus_url: &str, fanout_url: Option<&str>) -> Result<Engines> {
    let (bus, fanout) = read(bus_url, fanout_url)?;
    Ok(Engines { bus: bus.bus().await?, fanout: fanout.as_ref().unwrap_or(&bus).fanout().await? })
}

/// Whether what is said by way of these URLs reaches other processes. All of it does, or nothing.
///
/// # Errors
/// `bad_bus_url`, `bad_fanout_url`: the URLs don't go together.
pub fn reach_others(bus_url: &str, fanout_url: Option<&str>) -> Result<bool> {
    Ok(!read(bus_url, fanout_url)?.0.is_here())
}

/// The address of the bus, and that of the fan-out where it is another.
fn read(bus_url: &str, fanout_url: Option<&str>) -> Result<(Address, Option<Address>)> {
    let bus = Address::parse("bus_url", bus_url)?;
    let fanout = fanout_url.map(|url| Address::parse("fanout_url", url)).transpose()?;
    match &fanout {
        None if bus.scheme.starts_with("amqp") => {
            Err(bus.bad("has no fan-out: set fanout_url too, to redis://host:6379 or nats://host:4222."))
        }
        Some(fanout) if fanout.is_here() && !bus.is_here() => {
            Err(fanout.bad("reaches this process only, and bus_url reaches others: set fanout_url to a broker, too."))
        }
        Some(fanout) if bus.is_here() && !fanout.is_here() => {
            Err(bus.bad("reaches this process only, and fanout_url reaches others: set bus_url to a broker, too."))
        }
        _ => Ok((bus, fanout)),
    }
}

/// A URL, read as far as all engines agree.
struct Address {
    setting: &'static str,
    scheme: String,
    /// Without what stands after the question mark.
    #[cfg_attr(
        not(any(feature = "nats", feature = "rabbitmq", feature = "redis")),
        allow(dead_code, reason = "only brokers are somewhere")
    )]
    url: String,
    #[cfg_attr(
        not(any(feature = "nats", feature = "rabbitmq", feature = "redis")),
        allow(dead_code, reason = "only brokers are shared")
    )]
    prefix: String,
}

impl Address {
    fn parse(setting: &'static str, url: &str) -> Result<Self> {
        let whole = url;
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let scheme = url.split_once(':').map_or(url, |(scheme, _)| scheme);
        let mut address = Self { setting, scheme: scheme.into(), url: url.into(), prefix: "guildhall".into() };
        if scheme == "memory" && whole != "memory:" {
            return Err(address.bad("is memory: alone."));
        }
        for option in query.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("prefix", prefix)) if is_name(prefix) => address.prefix = prefix.into(),
                Some(("prefix", _)) => return Err(address.bad("has a prefix that isn't of letters, digits, - and _.")),
                _ => return Err(address.bad("has an option that isn't known: there is prefix.")),
            }
        }
        Ok(address)
    }

    /// Whether it reaches this process only.
    fn is_here(&self) -> bool {
        self.scheme == "memory"
    }

    async fn bus(&self) -> Result<Arc<dyn Bus>> {
        match self.scheme.as_str() {
            "memory" => Ok(Arc::new(MemoryBus::default())),
            #[cfg(feature = "nats")]
            "nats" | "tls" => Ok(Arc::new(crate::NatsBus::open(self.nats()?, &self.prefix).await?)),
            #[cfg(not(feature = "nats"))]
            "nats" | "tls" => Err(self.not_built("nats")),
            #[cfg(feature = "rabbitmq")]
            "amqp" | "amqps" => match self.url.parse() {
                Ok(uri) if self.has_host() => Ok(Arc::new(crate::RabbitBus::open(uri, &self.prefix).await)),
                _ => Err(self.bad("isn't an address like amqp://user:password@host:5672.")),
            },
            #[cfg(not(feature = "rabbitmq"))]
            "amqp" | "amqps" => Err(self.not_built("rabbitmq")),
            "redis" => Err(self.bad("keeps nothing for who is away: set fanout_url to it, and bus_url to another.")),
            _ => Err(self.bad("names no bus: there are memory:, nats://host:4222 and amqp://host:5672.")),
        }
    }

    async fn fanout(&self) -> Result<Arc<dyn Fanout>> {
        match self.scheme.as_str() {
            "memory" => Ok(Arc::new(MemoryFanout::default())),
            #[cfg(feature = "nats")]
            "nats" | "tls" => Ok(reminding(crate::nats_fanout(self.nats()?, &self.prefix).await?)),
            #[cfg(not(feature = "nats"))]
            "nats" | "tls" => Err(self.not_built("nats")),
            #[cfg(feature = "redis")]
            "redis" => match crate::redis_fanout(&self.url, &self.prefix).await {
                Some(fanout) => Ok(reminding(fanout)),
                None => Err(self.bad("isn't an address like redis://host:6379.")),
            },
            #[cfg(not(feature = "redis"))]
            "redis" => Err(self.not_built("redis")),
            _ => Err(self.bad("names no fan-out: there are memory:, nats://host:4222 and redis://host:6379.")),
        }
    }

    /// The servers of a cluster: `nats://a:4222,b:4222`.
    #[cfg(feature = "nats")]
    fn nats(&self) -> Result<Vec<async_nats::ServerAddr>> {
        let scheme = &self.scheme;
        let parts = self.url.strip_prefix(&format!("{scheme}://")).unwrap_or_default().split(',');
        let servers: Result<Vec<async_nats::ServerAddr>, _> =
            parts.map(|part| format!("{scheme}://{part}").parse()).collect();
        match servers {
            Ok(servers) if servers.iter().all(|server| !server.host().is_empty()) => Ok(servers),
            _ => Err(self.bad("isn't an address like nats://host:4222.")),
        }
    }

    #[cfg(feature = "rabbitmq")]
    fn has_host(&self) -> bool {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        !host.is_empty() && !host.starts_with([':', '/'])
    }

    #[cfg(not(all(feature = "nats", feature = "rabbitmq", feature = "redis")))]
    fn not_built(&self, feature: &str) -> Problem {
        self.bad(&format!("names an engine that this program was built without: build it with the feature {feature}."))
    }

    /// The URL may hold a password, so only its setting and its scheme are told.
    fn bad(&self, what: &str) -> Problem {
        let code = if self.setting == "bus_url" { "bad_bus_url" } else { "bad_fanout_url" };
        let detail = format!("{} ({}:) {what}", self.setting, self.scheme);
        Problem { field: Some(self.setting.into()), ..Problem::new(Kind::Unprocessable, code, detail) }
    }
}

/// What goes over a network may be lost.
#[cfg(any(feature = "nats", feature = "redis"))]
fn reminding(fanout: crate::NodeFanout) -> Arc<dyn Fanout> {
    Arc::new(crate::Reminding::start(Arc::new(fanout)))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(bus: &str, fanout: Option<&str>) -> Problem {
        open(bus, fanout).await.err().expect("refused")
    }

    #[tokio::test]
    async fn nothing_has_to_be_installed() {
        open("memory:", None).await.expect("in memory");
        open("memory:", Some("memory:")).await.expect("in memory");
    }

    #[tokio::test]
    async fn what_names_no_engine_is_refused_without_telling_passwords() {
        for url in [
            "",
            "kafka://me:hunter2@host",
            "memory",
            "memory:?prefix=a",
            "nats://h?prefix=a.b",
            "nats://h?prefix=",
            "nats://h?size=3",
        ] {
            let problem = refused(url, None).await;
            assert_eq!((problem.code.as_ref(), problem.field.as_deref()), ("bad_bus_url", Some("bus_url")), "{url}");
            assert!(!problem.detail.contains("hunter2"), "{problem}");
        }
        for url in ["smtp://host", "redis:", "redis://", "redis://host:port", "redis://host/db"] {
            assert_eq!(refused("amqp://host:1", Some(url)).await.code, "bad_fanout_url", "{url}");
        }
        for url in ["amqp:", "amqp://", "amqp://:5672", "amqp://me:hunter2@/", "amqp://host:port"] {
            let problem = refused(url, Some("redis://host")).await;
            assert_eq!(problem.code, "bad_bus_url", "{url}");
            assert!(!problem.detail.contains("hunter2"), "{problem}");
        }
        assert_eq!(refused("amqp://host:1", Some("amqp://host")).await.code, "bad_fanout_url");
        assert!(refused("amqp://host", None).await.detail.contains("fanout_url"));
        assert!(refused("redis://host", None).await.detail.contains("fanout_url"));
    }

    #[tokio::test]
    async fn all_that_is_said_reaches_others_or_nothing() {
        for (bus, fanout) in [("nats://host", "memory:"), ("amqp://host", "memory:"), ("memory:", "redis://host")] {
            let problem = refused(bus, Some(fanout)).await;
            assert!(problem.detail.contains("this process only"), "{problem}");
        }
        assert!(!reach_others("memory:", None).expect("in memory"));
        assert!(!reach_others("memory:", Some("memory:")).expect("in memory"));
        assert!(reach_others("nats://host", None).expect("a broker"));
        assert!(reach_others("amqp://host", Some("redis://host")).expect("brokers"));
    }

    #[cfg(feature = "nats")]
    #[tokio::test]
    async fn servers_are_named_by_their_host() {
        for url in ["nats:", "nats://", "nats://host:port", "nats://a,"] {
            assert_eq!(refused(url, None).await.code, "bad_bus_url", "{url}");
        }
        let servers = Address::parse("bus_url", "tls://a:1,b:2?prefix=x").and_then(|a| a.nats()).expect("two servers");
        let seen: Vec<_> = servers.iter().map(|s| (s.host(), s.port(), s.tls_required())).collect();
        assert_eq!(seen, [("a", 1, true), ("b", 2, true)]);
    }

    #[cfg(not(feature = "nats"))]
    #[tokio::test]
    async fn an_engine_that_was_not_built_in_is_named() {
        assert!(refused("nats://host", None).await.detail.contains("feature nats"));
    }
}
