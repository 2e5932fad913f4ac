use crate::{ChannelId, GuildId, Kind, Problem, UserId};
use std::{fmt, str::FromStr, sync::Arc};

/// The name of a stream: `service/kind/id`, for example `messages/channel/7301234567890123`. Everyone who
/// may watch a stream may read all of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

impl StreamName {
    pub fn user(service: &'static str, user: UserId) -> Self {
        Self(format!("{service}/user/{user}").into())
    }

    /// The structure of a guild, as every member sees it.
    pub fn guild(guild: GuildId) -> Self {
        Self(format!("guilds/guild/{guild}").into())
    }

    /// The structure of a private channel, for those who may see it.
    pub fn channel(channel: ChannelId) -> Self {
        Self(format!("guilds/channel/{channel}").into())
    }

    /// What those hear who keep order in a guild.
    pub fn staff(guild: GuildId) -> Self {
        Self(format!("guilds/staff/{guild}").into())
    }

    /// What is said in a channel.
    pub fn messages(channel: ChannelId) -> Self {
        Self(format!("messages/channel/{channel}").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service, the kind and the id that this name is made of.
    pub fn parts(&self) -> (&str, &str, i64) {
        let mut parts = self.0.splitn(3, '/');
        let (service, kind) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        (service, kind, parts.next().and_then(|id| id.parse().ok()).unwrap_or(0))
    }
}

impl FromStr for StreamName {
    type Err = Problem;
    fn from_str(s: &str) -> Result<Self, Problem> {
        const KNOWN: [&str; 8] = [
            "accounts/user",
            "people/user",
            "guilds/user",
            "messages/user",
            "guilds/guild",
            "guilds/channel",
            "guilds/staff",
            "messages/channel",
        ];
        match s.rsplit_once('/') {
            Some((head, id)) if KNOWN.contains(&head) && id.parse::<UserId>().is_ok_and(|n| n.to_string() == id) => {
                Ok(Self(s.into()))
            }
            _ => Err(Problem {
                field: Some("stream".into()),
                ..Problem::new(
                    Kind::BadRequest,
                    "bad_stream",
                    "A stream is named service/kind/id, for example messages/channel/7301234567890123.",
                )
            }),
        }
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for StreamName {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for StreamName {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = std::borrow::Cow::<str>::deserialize(d)?;
        s.parse().map_err(|p: Problem| serde::de::Error::custom(p.detail))
    }
}

impl utoipa::PartialSchema for StreamName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .description(Some("The name of a stream: service/kind/id."))
            .examples(["messages/channel/7301234567890123"])
            .into()
    }
}
impl utoipa::ToSchema for StreamName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_names_parse() {
        assert_eq!("messages/channel/12".parse::<StreamName>().expect("name").parts(), ("messages", "channel", 12));
        for bad in [
            "",
            "messages",
            "messages/channel",
            "messages/channel/",
            "messages/channel/01",
            "messages/channel/x",
            "other/user/1",
            "messages/channel/1/2",
        ] {
            assert!(bad.parse::<StreamName>().is_err(), "{bad}");
        }
    }
}
