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
