//! JSON text frames: `{"op": …, "ref": …}`.

use kernel::{Kind, Problem};
use realtime_contract::Request;

const OPS: [&str; 8] = ["hello", "watch", "unwatch", "watch_presence", "send", "read", "presence", "ping"];

/// An op that couldn't be read: why, and the reference that it carried, where that much was readable.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) reference: Option<String>,
    pub(crate) problem: Problem,
}

/// Reads one frame.
pub(crate) fn read(frame: &str) -> Result<Request, Unreadable> {
    // Only what can't be read is looked at twice, to say why.
    if let Ok(request) = serde_json::from_str(frame) {
        return Ok(request);
    }
    let value: serde_json::Value = serde_json::from_str(frame).map_err(|e| Unreadable {
        reference: None,
        problem: Problem::new(Kind::BadRequest, "bad_json", format!("The frame isn't JSON: {e}.")),
    })?;
    let reference = value.get("ref").and_then(|r| r.as_str()).map(str::to_owned);
    let problem = match value.get("op").and_then(|op| op.as_str()) {
        None => {
            Problem::field("op", "op_missing", "Every frame is an object with an op, for example {\"op\":\"ping\"}.")
        }
        Some(op) if !OPS.contains(&op) => {
            Problem::field("op", "op_unknown", format!("There is no op of that name; there are: {}.", OPS.join(", ")))
        }
        Some(_) => match serde_json::from_value(value) {
            Ok(request) => return Ok(request),
            Err(e) => Problem::new(Kind::Unprocessable, "bad_field", format!("The op's fields can't be read: {e}.")),
        },
    };
    Err(Unreadable { reference, problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use realtime_contract::ClientOp;

    #[test]
    fn ops_are_read_with_their_reference() {
        let request = read(r#"{"op":"send","ref":"7","channel":"5","nonce":"n","text":"hi","later":1}"#).expect("read");
        assert_eq!(request.reference.as_deref(), Some("7"));
        assert!(matches!(request.op, ClientOp::Send { channel, draft } if channel.0 == 5 && draft.text == "hi"));
        let request = read(r#"{"op":"watch","streams":{"messages/channel/5":12}}"#).expect("read");
        assert!(matches!(request.op, ClientOp::Watch { streams } if streams.len() == 1));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let code = |frame| {
            let unreadable = read(frame).expect_err("unreadable");
            (unreadable.problem.code.into_owned(), unreadable.reference)
        };
        assert_eq!(code("{"), ("bad_json".into(), None));
        assert_eq!(code("7"), ("op_missing".into(), None));
        assert_eq!(code(r#"{"op":"fly","ref":"a"}"#), ("op_unknown".into(), Some("a".into())));
        assert_eq!(code(r#"{"op":"send","ref":"a","channel":5}"#), ("bad_field".into(), Some("a".into())));
        assert_eq!(code(r#"{"op":"watch","streams":{"x":1}}"#).0, "bad_field");
        assert_eq!(code(&"[".repeat(10_000)).0, "bad_json");
    }
}
