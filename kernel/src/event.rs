//! Events: what changed, in the order of their stream. The log is the truth; live delivery is a hint.

use crate::{EventId, StreamName, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// A change that is about to be committed with its announcement. `seq` is given in the transaction.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub stream: StreamName,
    pub id: EventId,
    pub at: Timestamp,
    /// In the past tense: `message_sent`.
    pub kind: &'static str,
    /// The event's JSON, encoded once.
    pub data: Box<RawValue>,
}

impl NewEvent {
    pub fn new(stream: StreamName, id: EventId, at: Timestamp, kind: &'static str, data: &impl Serialize) -> Self {
        // Our own types with string keys: encoding them has no way to fail.
        let data = serde_json::value::to_raw_value(data).expect("events are plain data");
        Self { stream, id, at, kind, data }
    }

    /// The event as it stands in its stream.
    pub fn at_seq(self, seq: i64) -> Event {
        Event { stream: self.stream, seq, id: self.id, at: self.at, kind: self.kind.into(), data: self.data }
    }
}

/// A committed event. `seq` counts 1, 2, 3 … in its stream, without holes.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    pub stream: StreamName,
    pub seq: i64,
    pub id: EventId,
    pub at: Timestamp,
    pub kind: String,
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

impl Event {
    /// The typed data of an event whose kind is known.
    pub fn parse<T: DeserializeOwned>(&self) -> crate::Result<T> {
        serde_json::from_str(self.data.get()).map_err(crate::Problem::internal)
    }

    /// The frame that every client gets, byte for byte: `{"op":"event","stream":…}`.
    pub fn frame(&self) -> String {
        format!(
            r#"{{"op":"event","stream":"{}","seq":{},"id":"{}","at":"{}","kind":"{}","data":{}}}"#,
            self.stream,
            self.seq,
            self.id,
            self.at,
            self.kind,
            self.data.get()
        )
    }
}

/// A value with the events that were committed with it. Whoever holds one must announce it.
#[derive(Debug)]
#[must_use = "announce the events: `fanout.announce(committed)`"]
pub struct Committed<T> {
    pub value: T,
    pub events: Vec<Event>,
}

/// What came after a `seq` in one stream.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    pub events: Vec<Event>,
    /// The newest `seq` of the stream when this was read.
    pub head: i64,
    /// Ask again after the last event: there is more.
    pub more: bool,
    /// Too far behind, or past what is kept: fetch the state anew and watch from `head`.
    pub reset: bool,
}

impl Difference {
    /// How many events one answer holds at most.
    pub const MAX_EVENTS: i64 = 100;
    /// Further behind than this, fetching anew is cheaper than replaying.
    pub const MAX_BEHIND: i64 = 1_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_the_event_with_its_op() {
        let event = Event {
            stream: "messages/channel/7".parse().expect("name"),
            seq: 3,
            id: EventId(9),
            at: Timestamp(0),
            kind: "message_sent".into(),
            data: RawValue::from_string(r#"{"text":"a \"b\""}"#.into()).expect("json"),
        };
        let mut frame: serde_json::Value = serde_json::from_str(&event.frame()).expect("valid json");
        assert_eq!(frame.as_object_mut().expect("object").remove("op"), Some("event".into()));
        assert_eq!(frame, serde_json::to_value(&event).expect("json"));
    }
}
