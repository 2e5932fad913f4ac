//! What this process is in a fleet: the roles that it runs, and where the others are.

use super::unusable;
use contract::grpc::ServiceToken;
use kernel::{Problem, Result};
use serde::{Deserialize, Deserializer};

/// A part of Guildhall that a process can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// REST and the web client.
    Gateway,
    /// Sockets.
    Realtime,
    Accounts,
    People,
    Guilds,
    Messages,
    Files,
    Overview,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Gateway,
        Self::Realtime,
        Self::Accounts,
        Self::People,
        Self::Guilds,
        Self::Messages,
        Self::Files,
        Self::Overview,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Realtime => "realtime",
            Self::Accounts => "accounts",
            Self::People => "people",
            Self::Guilds => "guilds",
            Self::Messages => "messages",
            Self::Files => "files",
            Self::Overview => "overview",
        }
    }

    /// Whether people connect to it, not other processes.
    fn is_door(self) -> bool {
        matches!(self, Self::Gateway | Self::Realtime)
    }

    /// Whether it keeps something.
    fn stores(self) -> bool {
        matches!(self, Self::Accounts | Self::People | Self::Guilds | Self::Messages | Self::Files)
    }
}

/// The roles of one process: a list, or words between commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Default for Roles {
    fn default() -> Self {
        Self(Role::ALL.to_vec())
    }
}

impl Roles {
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Those that keep something, without doors.
    pub fn storing() -> Self {
        Self(Role::ALL.into_iter().filter(|role| role.stores()).collect())
    }

    pub fn is_whole(&self) -> bool {
        Role::ALL.iter().all(|role| self.has(*role))
    }

    pub fn has_door(&self) -> bool {
        self.0.iter().any(|role| role.is_door())
    }

    pub fn store(&self) -> bool {
        self.0.iter().any(|role| role.stores())
    }

    /// Whether files are kept, or handed out.
    pub fn use_files(&self) -> bool {
        self.store() || self.has(Role::Gateway)
    }

    fn read<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let role = |word: &str| {
            let known = Role::ALL.map(Role::name).join(", ");
            let role = Role::ALL.into_iter().find(|role| role.name() == word);
            role.ok_or_else(|| format!("{word:?} isn't a role: there are {known}, and all"))
        };
        let mut roles = Vec::new();
        for word in words.map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "all" => roles.extend(Role::ALL),
                word => roles.push(role(word)?),
            }
        }
        if roles.is_empty() {
            Err("a process needs a role: gateway, messages …, or all".into())
        } else {
            Ok(Self(roles))
        }
    }
}

impl std::fmt::Display for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = Role::ALL.into_iter().filter(|role| self.has(*role)).map(Role::name).collect();
        f.write_str(&names.join(", "))
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Given {
            Words(String),
            List(Vec<String>),
        }
        let read = match Given::deserialize(d)? {
            Given::Words(words) => Self::read(words.split(',')),
            Given::List(list) => Self::read(list.iter().map(String::as_str)),
        };
        read.map_err(serde::de::Error::custom)
    }
}

/// Section `[rpc]`: gRPC between processes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rpc {
    /// Where other processes reach the roles of this one: `host:port`.
    pub listen: Option<String>,
    /// Where the roles are that this process doesn't run: `http://host:port`, several with commas between them. A name that
    /// stands for several processes is all of them.
    pub accounts: Option<String>,
    pub people: Option<String>,
    pub guilds: Option<String>,
    pub messages: Option<String>,
    pub files: Option<String>,
    pub overview: Option<String>,
}

impl Rpc {
    /// Where a role is that this process doesn't run.
    pub fn address(&self, role: Role) -> Result<&str> {
        let address = match role {
            Role::Accounts => &self.accounts,
            Role::People => &self.people,
            Role::Guilds => &self.guilds,
            Role::Messages => &self.messages,
            Role::Files => &self.files,
            Role::Overview => &self.overview,
            Role::Gateway | Role::Realtime => &None,
        };
        address.as_deref().ok_or_else(|| {
            let name = role.name();
            unusable(format!(
                "this process doesn't run {name}, and rpc.{name} doesn't say where it is: set it to an address like \
                 http://{name}:9000, or add {name} to the roles."
            ))
        })
    }
}

/// The secret that calls between processes carry.
pub fn service_token(given: Option<&str>) -> Result<ServiceToken> {
    let given = given.ok_or_else(|| {
        unusable(
            "service_token isn't set: processes that call each other need the same secret of 32 characters or more, for \
             example from: openssl rand -hex 32"
                .into(),
        )
    })?;
    ServiceToken::new(given).map_err(|problem| Problem { code: "bad_settings".into(), ..problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_words_or_a_list() {
        let read = |words: &str| Roles::read(words.split(','));
        assert_eq!(read("gateway, realtime").expect("roles"), Roles(vec![Role::Gateway, Role::Realtime]));
        assert!(read("all").expect("roles").is_whole());
        assert!(!read("messages").expect("roles").has_door());
        assert!(read("mesages").expect_err("refused").contains("mesages"));
        assert!(read(" ,").is_err());
        assert_eq!(read("realtime,gateway").expect("roles").to_string(), "gateway, realtime");
    }

    #[test]
    fn a_role_that_is_elsewhere_needs_an_address() {
        let rpc = Rpc { people: Some("http://people:9000".into()), ..Rpc::default() };
        assert_eq!(rpc.address(Role::People).expect("there"), "http://people:9000");
        assert!(rpc.address(Role::Guilds).expect_err("refused").detail.contains("rpc.guilds"));
    }
}
