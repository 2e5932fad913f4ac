//! Time-sortable 64-bit ids: a newtype for each kind, strings in JSON, `i64` in a database.
//!
//! Layout, from the top: a zero sign bit, 41 bits of milliseconds since 2025-01-01T00:00:00Z, 10 bits of
//! node number, 12 bits of counter (after Twitter's Snowflake, 2010).

use crate::{Kind, Problem, Timestamp};

/// 2025-01-01T00:00:00Z in Unix milliseconds: the zero of every id's clock.
const EPOCH_MS: i64 = 1_735_689_600_000;
const NODE_BITS: u32 = 10;
const COUNTER_BITS: u32 = 12;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// When this id was made, by its own bits.
            pub fn created_at(self) -> Timestamp {
                Timestamp((self.0 >> (NODE_BITS + COUNTER_BITS)) + EPOCH_MS)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($what, ":{}"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Problem;
            fn from_str(s: &str) -> Result<Self, Problem> {
                let digits = !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
                match s.parse::<i64>() {
                    Ok(n) if digits && n > 0 => Ok(Self(n)),
                    _ => Err(Problem::new(Kind::BadRequest, "bad_id", concat!("That is not the id of a ", $what, ": ids are positive numbers, written as strings of digits."))),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(itoa::Buffer::new().format(self.0))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let s = std::borrow::Cow::<str>::deserialize(d)?;
                s.parse().map_err(|p: Problem| serde::de::Error::custom(p.detail))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .pattern(Some("^[1-9][0-9]{0,18}$"))
                    .description(Some(concat!("The id of a ", $what, ": a time-sortable 64-bit number, as a string.")))
                    .examples(["7301234567890123"])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

id!(/// A person, and the account that they sign in with: one id.
    UserId, "user");
id!(/// A community.
    GuildId, "guild");
id!(/// A text room: in a guild, a direct, a group or a thread.
    ChannelId, "channel");
id!(/// A role of a guild; the one that every member has bears the guild's number.
    RoleId, "role");
id!(/// One message.
    MessageId, "message");
id!(/// One sign-in on one device.
    SessionId, "session");
id!(/// What a person is to a provider that they sign in by.
    IdentityId, "identity");
id!(/// One archive of what a person gave.
    ExportId, "export");
id!(/// One passkey of a person.
    PasskeyId, "passkey");
id!(/// One event of any stream.
    EventId, "event");
id!(/// A code that lets people register.
    RegistrationCodeId, "registration code");
id!(/// One act of an operator or a moderator.
    ActId, "act");
id!(/// What somebody told a guild's moderators of.
    ReportId, "report");

/// The pure sequencer of ids: never repeats, never goes back, whatever the clock does.
#[derive(Debug)]
pub struct Snowflakes {
    node: i64,
    last_ms: i64,
    counter: i64,
}

impl Snowflakes {
    /// A sequencer for `node` (0 to 1023) whose ids all come after `high_water`.
    pub fn new(node: u16, high_water: Timestamp) -> Self {
        assert!(node < 1 << NODE_BITS, "node numbers have {NODE_BITS} bits");
        Self { node: node.into(), last_ms: high_water.0, counter: (1 << COUNTER_BITS) - 1 }
    }

    /// The next id's bits. A clock that stands still or goes back is clamped to the last moment used; when a
    /// millisecond's 4,096 ids are spent, the next millisecond is borrowed.
    pub fn next(&mut self, now: Timestamp) -> i64 {
        if now.0 > self.last_ms {
            self.last_ms = now.0;
            self.counter = 0;
        } else {
            self.counter += 1;
            if self.counter >> COUNTER_BITS != 0 {
                self.last_ms += 1;
                self.counter = 0;
            }
        }
        ((self.last_ms - EPOCH_MS) << (NODE_BITS + COUNTER_BITS)) | (self.node << COUNTER_BITS) | self.counter
    }

    /// The moment of the newest id: no id made so far is later.
    pub fn last(&self) -> Timestamp {
        Timestamp(self.last_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_while_the_clock_stands_goes_back_and_jumps() {
        let mut ids = Snowflakes::new(3, Timestamp(EPOCH_MS));
        let mut last = 0;
        for step in 0..20_000i64 {
            let clock = EPOCH_MS + 1_000 + if step % 7 == 0 { -3_600_000 } else { step / 5_000 };
            let id = ids.next(Timestamp(clock));
            assert!(id > last, "id {id} after {last}");
            last = id;
        }
        assert_eq!((last >> COUNTER_BITS) & 0x3ff, 3);
    }

    #[test]
    fn a_seeded_sequencer_starts_after_its_high_water_mark() {
        let mut first = Snowflakes::new(0, Timestamp(EPOCH_MS + 50));
        let before = (0..5_000).map(|_| first.next(Timestamp(EPOCH_MS + 60))).max().expect("some");
        let mut second = Snowflakes::new(0, first.last());
        assert!(second.next(Timestamp(EPOCH_MS)) > before);
    }

    #[test]
    fn json_is_a_string_and_nothing_else() {
        assert_eq!(serde_json::to_string(&UserId(42)).expect("json"), "\"42\"");
        assert!(serde_json::from_str::<UserId>("42").is_err());
        for bad in ["\"\"", "\"-1\"", "\"+1\"", "\"0\"", "\"9223372036854775808\"", "\"1 \""] {
            assert!(serde_json::from_str::<UserId>(bad).is_err(), "{bad}");
        }
    }
}
