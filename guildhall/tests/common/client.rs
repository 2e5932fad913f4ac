//! A client of the socket, on the plainest WebSocket library.
#![allow(dead_code, reason = "each test uses its part")]

use super::Server;
use serde_json::{Value, json};
use std::{
    net::TcpStream,
    time::{Duration, Instant},
};
use tungstenite::{Error, Message, WebSocket, client::IntoClientRequest, protocol::CloseFrame};

/// A client of the socket that takes every answer in its order.
pub struct Client {
    pub socket: WebSocket<TcpStream>,
}

impl Client {
    pub fn open(server: &Server) -> Self {
        let request = format!("ws://{}/ws", server.address).into_client_request().expect("a request");
        let stream = TcpStream::connect(&server.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let (socket, _) = tungstenite::client(request, stream).expect("an upgrade");
        Self { socket }
    }

    /// Opens a socket and says hello.
    pub fn of(server: &Server, token: &str) -> Self {
        let mut client = Self::open(server);
        client.say(json!({ "op": "hello", "token": token, "ref": "h" }));
        let ready = client.hear("ready");
        assert_eq!(ready["ref"], "h");
        client
    }

    pub fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).expect("sent");
    }

    pub fn next(&mut self) -> Result<Value, Option<CloseFrame>> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(frame)) => return Err(frame),
                Ok(_) => {}
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Err(None),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The next frame with this op; others are passed over.
    #[track_caller]
    pub fn hear(&mut self, op: &str) -> Value {
        loop {
            match self.next() {
                Ok(frame) if frame["op"] == op => return frame,
                Ok(_) => {}
                Err(close) => panic!("closed while waiting for {op}: {close:?}"),
            }
        }
    }

    #[track_caller]
    pub fn hear_event(&mut self, stream: &str) -> Value {
        loop {
            let event = self.hear("event");
            if event["stream"] == stream {
                return event;
            }
        }
    }

    #[track_caller]
    pub fn closes(&mut self) -> u16 {
        loop {
            match self.next() {
                Ok(_) => {}
                Err(frame) => return frame.map(|f| f.code.into()).unwrap_or_else(|| panic!("closed without a code")),
            }
        }
    }

    pub fn watch(&mut self, stream: &str, since: i64) -> Value {
        let streams = serde_json::Map::from_iter([(stream.to_owned(), since.into())]);
        self.say(json!({ "op": "watch", "streams": streams, "ref": stream }));
        loop {
            let frame = self.next().expect("an answer");
            if frame["ref"] == stream && frame["op"] != "reset" {
                return frame;
            }
        }
    }

    /// Sends a message and answers its acknowledgement.
    #[track_caller]
    pub fn send(&mut self, channel: &str, nonce: &str, text: &str) -> Value {
        self.say(json!({ "op": "send", "channel": channel, "nonce": nonce, "text": text }));
        let ack = self.hear("ack");
        assert_eq!(ack["nonce"], nonce);
        ack
    }

    /// Whether nothing with this op comes for a while.
    pub fn is_silent(&mut self, op: &str, millis: u64) -> bool {
        let until = Instant::now() + Duration::from_millis(millis);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            self.socket.get_ref().set_read_timeout(Some(left)).expect("a timeout");
            let read = self.socket.read();
            self.socket.get_ref().set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
            match read {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).expect("JSON");
                    if frame["op"] == op {
                        return false;
                    }
                }
                Ok(_) => {}
                Err(Error::Io(e))
                    if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
