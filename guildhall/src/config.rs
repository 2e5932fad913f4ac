//! The settings. From weak to strong: defaults, `guildhall.toml`, `GUILDHALL_*` in the environment, flags.

mod environment;
mod fleet;

pub use fleet::{Role, Roles, Rpc, service_token};

use door_rest::TrustedProxies;
use engine_blobs::Place;
use figment::{
    Figment,
    error::Kind as Fault,
    providers::{Env, Format, Serialized, Toml},
};
use kernel::{Kind, Problem, Result};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const FILE: &str = "guildhall.toml";
/// Nearly no message is longer: who sets more means something else.
const DEFLATE_FROM_BYTES: u32 = 65_536;

/// Every setting, with its default.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address of the doors: `host:port`; port 0 takes a free one.
    pub listen: String,
    /// The folder of the databases.
    pub data: PathBuf,
    /// The address that people see, where it isn't the listener's: `https://chat.example.org`.
    pub public_url: Option<String>,
    /// `sqlite:` (files in the data folder), or `postgres://user:password@host/database`, with a schema per service.
    pub database_url: String,
    /// The same for one service: with a role of its own, it reaches nothing but its schema.
    pub database_url_accounts: Option<String>,
    pub database_url_people: Option<String>,
    pub database_url_guilds: Option<String>,
    pub database_url_messages: Option<String>,
    pub database_url_files: Option<String>,
    /// How processes hear of each other's changes: `memory:` (there is one process), or `nats://host:4222`.
    pub bus_url: String,
    /// The same for live delivery, where the bus doesn't do it: `redis://host:6379`.
    pub fanout_url: Option<String>,
    /// Where files are kept: `file:` (the folder `blobs` in the data folder), `file:/srv/blobs`, or `s3://bucket`.
    pub blobs_url: String,
    /// Where mail goes: `log:` (into the log, and `mail/` in the data folder), or a server: `smtp://user:password@host:587`,
    /// `smtps://user:password@host:465`.
    pub mail_url: String,
    /// Who mails are from: `Guildhall <chat@example.org>`. Absent: made of the public address.
    pub mail_from: Option<String>,
    /// The proxies before the doors that are believed about where a call comes from: addresses and networks.
    pub trusted_proxies: TrustedProxies,
    /// What this process runs: `all`, or some of the roles.
    pub roles: Roles,
    /// The secret that processes of one fleet share: 32 characters or more.
    pub service_token: Option<String>,
    pub rpc: Rpc,
    /// Where `/metrics` is told to Prometheus: `host:port`. Absent: nothing is measured.
    pub metrics_listen: Option<String>,
    pub log: Log,
    pub telemetry: Telemetry,
    pub accounts: accounts::Config,
    pub people: people::Config,
    pub guilds: guilds::Config,
    pub messages: messages::Config,
    pub files: files::Config,
    pub socket: door_socket::Config,
}

/// Section `[log]`. The log goes to the standard error stream.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; also by part: `info,door_rest=debug`.
    pub level: String,
    pub format: LogFormat,
}

/// Section `[telemetry]`: traces, by OpenTelemetry.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector, by OTLP over gRPC: `http://127.0.0.1:4317`. Absent: nothing is traced.
    pub otlp_endpoint: Option<String>,
    /// Which share of what begins at this process's doors is traced, from 0 to 1.
    pub sample_ratio: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// The settings that may be given as flags.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Flags {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "HOST:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// The folder that holds all data [default: data]
    #[arg(long, global = true, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// The address that people see [default: the listener's]
    #[arg(long, global = true, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// What this process runs: all, or some of gateway,realtime,accounts,people,guilds,messages,files,overview [default: all]
    #[arg(long, global = true, value_name = "ROLES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<String>,
    /// The settings' file [default: guildhall.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            data: "data".into(),
            public_url: None,
            database_url: "sqlite:".into(),
            database_url_accounts: None,
            database_url_people: None,
            database_url_guilds: None,
            database_url_messages: None,
            database_url_files: None,
            bus_url: "memory:".into(),
            fanout_url: None,
            blobs_url: "file:".into(),
            mail_url: "log:".into(),
            mail_from: None,
            trusted_proxies: TrustedProxies::default(),
            roles: Roles::default(),
            service_token: None,
            rpc: Rpc::default(),
            metrics_listen: None,
            log: Log::default(),
            telemetry: Telemetry::default(),
            accounts: accounts::Config::default(),
            people: people::Config::default(),
            guilds: guilds::Config::default(),
            messages: messages::Config::default(),
            files: files::Config::default(),
            socket: door_socket::Config::default(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info,async_nats=off".into(), format: LogFormat::Text }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { otlp_endpoint: None, sample_ratio: 1.0 }
    }
}

impl Config {
    /// Reads the settings from everywhere.
    pub fn load(flags: &Flags) -> Result<Self> {
        let file = match &flags.config {
            Some(file) if !file.is_file() => {
                return Err(unusable(format!("the settings' file {} isn't there.", file.display())));
            }
            Some(file) => Toml::file_exact(file),
            None if std::path::Path::new(FILE).is_file() => Toml::file_exact(FILE),
            None => Toml::string(""),
        };
        // What every program that makes traces hears.
        let common = Env::raw().only(&["OTEL_EXPORTER_OTLP_ENDPOINT"]).map(|_| "telemetry.otlp_endpoint".into());
        let settings = environment::over(Figment::new().merge(common.split(".")).merge(file));
        Self::from(settings.merge(Serialized::defaults(flags)))
    }

    fn from(settings: Figment) -> Result<Self> {
        let config: Self = settings.extract().map_err(|e| refuse(&e))?;
        if let Some(url) = &config.public_url {
            check_url(url)?;
        }
        check_database("database_url", &config.database_url)?;
        for (name, url) in config.own_databases() {
            check_database(name, url)?;
            if config.keeps_files() || url == "sqlite:" {
                return Err(unusable(format!(
                    "{name} is for PostgreSQL: set database_url too, to postgres://user:password@host/database."
                )));
            }
        }
        check_deflate(config.socket.deflate_from_bytes)?;
        config.check_reach()?;
        config.blobs()?;
        config.check_blobs()?;
        config.telemetry.check()?;
        Ok(config)
    }

    /// The address that people see, without a slash at its end.
    pub fn address(&self) -> String {
        let given = self.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        given.unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// Who mails are from.
    pub fn sender(&self) -> String {
        self.mail_from.clone().unwrap_or_else(|| {
            let address = self.address();
            let host = address.split_once("://").map_or("", |(_, host)| host);
            // A port is no part of a mail's address, nor is a number without brackets.
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            let is_name = name.contains('.') && name.parse::<std::net::IpAddr>().is_err();
            format!("Guildhall <guildhall@{}>", if is_name { name } else { "localhost" })
        })
    }

    /// Whether databases are files in the data folder.
    pub fn keeps_files(&self) -> bool {
        self.database_url == "sqlite:"
    }

    /// The database of a service.
    pub fn database_of(&self, role: Role) -> &str {
        let own = match role {
            Role::Accounts => &self.database_url_accounts,
            Role::People => &self.database_url_people,
            Role::Guilds => &self.database_url_guilds,
            Role::Messages => &self.database_url_messages,
            Role::Files => &self.database_url_files,
            Role::Gateway | Role::Realtime | Role::Overview => &None,
        };
        own.as_deref().unwrap_or(&self.database_url)
    }

    fn own_databases(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("database_url_accounts", &self.database_url_accounts),
            ("database_url_people", &self.database_url_people),
            ("database_url_guilds", &self.database_url_guilds),
            ("database_url_messages", &self.database_url_messages),
            ("database_url_files", &self.database_url_files),
        ];
        all.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?)))
    }

    /// Where files are kept.
    pub fn blobs(&self) -> Result<Place> {
        Place::parse(&self.blobs_url, &self.data).map_err(|problem| unusable(problem.detail.into_owned()))
    }

    /// Files that are kept by several processes must be the same for all.
    fn check_blobs(&self) -> Result<()> {
        let is_one = self.keeps_files() || self.bus_url == "memory:" || !self.roles.use_files();
        if is_one || self.blobs()?.is_shared() {
            return Ok(());
        }
        Err(unusable(
            "blobs_url is a folder of this machine, but bus_url says that there are several processes: keep files in \
             s3://bucket, or in a folder that all of them see, file:/mnt/blobs?shared."
                .into(),
        ))
    }

    /// Roles that are spread over processes hear of each other by a broker only.
    fn check_reach(&self) -> Result<()> {
        let spread = !self.roles.is_whole() || self.rpc.listen.is_some();
        let reaches = engine_bus::reach_others(&self.bus_url, self.fanout_url.as_deref())?;
        if spread && !reaches {
            return Err(unusable(
                "bus_url is memory:, which reaches this process only: roles that are spread over processes need a broker, \
                 for example nats://127.0.0.1:4222."
                    .into(),
            ));
        }
        if self.roles.is_whole() || self.rpc.listen.is_some() || self.roles.has_door() {
            return Ok(());
        }
        let roles = &self.roles;
        Err(unusable(format!(
            "this process runs {roles}, and nobody can reach it: set rpc.listen to an address like 0.0.0.0:9000."
        )))
    }
}

impl Telemetry {
    fn check(&self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            let ratio = self.sample_ratio;
            return Err(unusable(format!(
                "telemetry.sample_ratio is {ratio}, which isn't a share from 0 to 1, like 0.1."
            )));
        }
        match &self.otlp_endpoint {
            Some(endpoint) if !endpoint.starts_with("http://") => Err(unusable(format!(
                "telemetry.otlp_endpoint is {endpoint:?}, which can't be used: it is a collector in your own network, like \
                 http://127.0.0.1:4317, which may send traces on by TLS."
            ))),
            _ => Ok(()),
        }
    }
}

fn check_database(name: &str, url: &str) -> Result<()> {
    if url == "sqlite:" || url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(());
    }
    // A password is never shown.
    let shown = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, place))) => format!("{scheme}://…@{place}"),
        _ => url.to_owned(),
    };
    Err(unusable(format!(
        "{name} is {shown:?}: it can be sqlite: (files in the data folder) or postgres://user:password@host/database."
    )))
}

fn check_deflate(from_bytes: u32) -> Result<()> {
    if from_bytes <= DEFLATE_FROM_BYTES {
        return Ok(());
    }
    Err(unusable(format!(
        "socket.deflate_from_bytes is {from_bytes}: it can be 0 (nothing is deflated) to {DEFLATE_FROM_BYTES}; 256 is a good one."
    )))
}

fn check_url(url: &str) -> Result<()> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.trim_end_matches('/')).unwrap_or_default();
    if host.is_empty() || host.contains(|c: char| c == '/' || c.is_whitespace()) {
        return Err(unusable(format!(
            "public_url is {url:?}, which isn't an address like https://chat.example.org (without a path)."
        )));
    }
    Ok(())
}

/// What nobody may see, not even in a complaint.
fn is_secret(path: &str) -> bool {
    path.ends_with("client_secret") || path.ends_with("token")
}

/// One sentence: where, what, and what would do.
fn refuse(error: &figment::Error) -> Problem {
    let place = match error.metadata.as_ref() {
        Some(m) => m.source.as_ref().map_or_else(|| m.name.to_string(), ToString::to_string),
        None => "the settings".into(),
    };
    let path = error.path.join(".");
    unusable(match &error.kind {
        Fault::UnknownField(name, known) => {
            let name = if path.is_empty() || path == *name { name.clone() } else { format!("{path}.{name}") };
            format!("{place} has {name}, which isn't a setting: there are {}.", known.join(", "))
        }
        Fault::InvalidType(_, wanted) if is_secret(&path) => format!("{place} sets {path} to what isn't {wanted}."),
        Fault::InvalidType(found, wanted) | Fault::InvalidValue(found, wanted) => {
            format!("{place} sets {path} to {found}, which should be {wanted}.")
        }
        Fault::UnknownVariant(found, known) => {
            format!("{place} sets {path} to {found}: it can be {}.", known.join(", "))
        }
        // The parser draws the line at fault below its sentence; the sentence says where it is.
        Fault::Message(text) => {
            let said: Vec<&str> = text.lines().filter(|line| !line.contains('|') && !line.is_empty()).collect();
            format!("{place} can't be read: {}.", said.join(": "))
        }
        _ => format!("{place} can't be read: {error}."),
    })
}

pub(crate) fn unusable(detail: String) -> Problem {
    Problem::new(Kind::Unprocessable, "bad_settings", detail)
}

#[cfg(test)]
mod tests;
