//! The ground floor: what every room speaks. Pure values and pure functions; no I/O, no async, no
//! clock and no randomness of its own.

mod availability;
mod caller;
mod event;
mod id;
mod page;
pub mod permissions;
mod problem;
mod stream;
mod text;
mod time;

pub use availability::Availability;
pub use caller::{Caller, InstanceRole, Reader};
pub use event::{Committed, Difference, Event, NewEvent};
pub use id::{
    ActId, ChannelId, EventId, ExportId, GuildId, IdentityId, MessageId, PasskeyId, RegistrationCodeId, ReportId,
    RoleId, SessionId, Snowflakes, UserId,
};
pub use page::{At, Limit, Page};
pub use problem::{Kind, Problem, Result};
pub use stream::StreamName;
pub use text::{Name, Text, Topic, line, paragraph};
pub use time::Timestamp;
