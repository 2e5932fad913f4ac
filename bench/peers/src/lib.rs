//! What the peers in Rust share: the few ops that they understand, and the frame that they send, which has the shape
//! and the size of Guildhall's.

use serde::Deserialize;

/// A client's frame.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    Join { room: String },
    Send { room: String, text: String },
}

/// The answer to a join.
pub const JOINED: &str = r#"{"op":"joined"}"#;

/// Reads a client's frame; None when it isn't an op.
pub fn read(text: &str) -> Option<Op> {
    serde_json::from_str(text).ok()
}

/// The frame that tells a room of a message, its `seq`th.
pub fn event(room: &str, seq: u64, text: &str) -> String {
    // A string always has a JSON form.
    let text = serde_json::Value::from(text);
    format!(
        r#"{{"op":"event","stream":"messages/channel/{room}","seq":{seq},"id":"123456789012345678","at":"2026-01-01T00:00:00.000Z","kind":"message_sent","data":{{"nonce":"0123456789-{seq}","message":{{"id":"123456789012345678","channel":"{room}","number":{seq},"author":"123456789012345678","text":{text},"reply_to":null,"sent_at":"2026-01-01T00:00:00.000Z","deleted":false}}}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Event, EventId, MessageId, NewEvent, StreamName, Timestamp, UserId};
    use messages_contract::{Message, MessageSent};
    use serde_json::Value;

    const ID: i64 = 123_456_789_012_345_678;
    const TEXT: &str = "\"Hello\", she said";

    /// The frame that Guildhall sends.
    fn guildhalls() -> String {
        let at = Timestamp(1_767_225_600_123);
        let channel = kernel::ChannelId(ID);
        let message = Message::new(MessageId(ID), (channel, 7), UserId(ID), TEXT.into(), None, at);
        let data = MessageSent { nonce: "0123456789-7".into(), message };
        let new = NewEvent::new(StreamName::channel(channel), EventId(ID), at, "message_sent", &data);
        let NewEvent { stream, id, at, kind, data } = new;
        Event { stream, seq: 7, id, at, kind: kind.into(), data }.frame()
    }

    /// The names of all fields, with those within.
    fn fields(value: &Value) -> Vec<String> {
        let Value::Object(map) = value else { return Vec::new() };
        map.iter().flat_map(|(name, v)| [vec![name.clone()], fields(v)].concat()).collect()
    }

    #[test]
    fn the_frame_has_the_shape_and_the_size_of_guildhalls() {
        let (ours, theirs) = (guildhalls(), event(&ID.to_string(), 7, TEXT));
        let read = |frame: &str| serde_json::from_str::<Value>(frame).expect("JSON");
        assert_eq!(fields(&read(&ours)), fields(&read(&theirs)));
        assert_eq!(read(&theirs)["data"]["message"]["text"], TEXT);
        assert!(ours.len().abs_diff(theirs.len()) * 20 < ours.len(), "{ours}\n{theirs}");
    }

    #[test]
    fn what_is_no_op_is_nothing() {
        assert!(matches!(read(r#"{"op":"join","room":"a"}"#), Some(Op::Join { room }) if room == "a"));
        assert!(matches!(read(r#"{"op":"send","room":"a","text":"b"}"#), Some(Op::Send { .. })));
        assert!(read(r#"{"op":"send","room":"a"}"#).is_none());
        assert!(read("hello").is_none());
    }
}
