//! A client of the socket without a library: what goes over the wire is what the test says.
#![allow(dead_code, reason = "each test uses its part")]

use super::Server;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A socket's bare bytes, of a client that can inflate.
pub struct Bare(TcpStream);

impl Bare {
    /// Answers what the server said of extensions, too.
    pub fn open(server: &Server, offer: &str) -> (Self, Option<String>) {
        let mut stream = TcpStream::connect(&server.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let head = format!(
            "GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: {offer}\r\n\r\n",
            server.address
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            answer.extend(byte);
        }
        let answer = String::from_utf8(answer).expect("text").to_ascii_lowercase();
        let agreed = answer.lines().find_map(|line| line.strip_prefix("sec-websocket-extensions: "));
        (Self(stream), agreed.map(str::to_owned))
    }

    /// A frame under a mask that changes nothing.
    pub fn write(&mut self, first: u8, payload: &[u8]) {
        let length = u16::try_from(payload.len()).expect("a short frame").to_be_bytes();
        let header = [first, 0xfe, length[0], length[1], 0, 0, 0, 0];
        self.0.write_all(&[&header[..], payload].concat()).expect("sent");
    }

    pub fn write_deflated(&mut self, frame: &Value) {
        let mut payload = Vec::with_capacity(4_096);
        let text = frame.to_string();
        let mut deflater = Compress::new(Compression::best(), false);
        deflater.compress_vec(text.as_bytes(), &mut payload, FlushCompress::Sync).expect("deflated");
        self.write(0xc1, &payload[..payload.len() - 4]);
    }

    /// The next frame: its first byte and its payload.
    pub fn read(&mut self) -> (u8, Vec<u8>) {
        let mut header = [0; 2];
        self.0.read_exact(&mut header).expect("a frame");
        let length = match header[1] {
            126 => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length).expect("a length");
                usize::from(u16::from_be_bytes(length))
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).expect("a payload");
        (header[0], payload)
    }

    /// The next frame with this op, and whether it came deflated.
    pub fn hear(&mut self, op: &str) -> (Value, bool) {
        loop {
            let (first, mut payload) = self.read();
            if first == 0xc1 {
                payload.extend([0, 0, 0xff, 0xff]);
                let mut text = Vec::with_capacity(1 << 16);
                let mut inflater = Decompress::new_with_window_bits(false, 12);
                inflater.decompress_vec(&payload, &mut text, FlushDecompress::Sync).expect("inflated");
                payload = text;
            }
            let frame: Value = serde_json::from_slice(&payload).unwrap_or_else(|_| panic!("{first:#x} isn't a text"));
            if frame["op"] == op {
                return (frame, first == 0xc1);
            }
        }
    }

    pub fn closes(&mut self) -> u16 {
        loop {
            let (first, payload) = self.read();
            if first == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }
}
