//! The floor: a bare epoll loop on one thread that only writes. It knows no accounts and stores nothing; a frame is made
//! once per message, and each delivery is one `write`. With `coalesce`, what came in one turn of the loop goes to a socket
//! in one `write`.
//!   bench-floor PORT [coalesce]

use bench_peers::{JOINED, Op, event, read};
use mio::{
    Events, Interest, Poll, Token,
    net::{TcpListener, TcpStream},
};
use std::{
    collections::{BTreeSet, HashMap},
    io::{Error, ErrorKind, Read, Result, Write},
};
use tungstenite::handshake::derive_accept_key;

const LISTENER: Token = Token(usize::MAX);
const TURN_EVENTS: usize = 1_024;
const READ_BYTES: usize = 16 * 1_024;

struct Client {
    stream: TcpStream,
    upgraded: bool,
    input: Vec<u8>,
    /// What the kernel did not take yet.
    waiting: Vec<u8>,
}

#[derive(Default)]
struct Room {
    members: Vec<usize>,
    seq: u64,
    /// Frames of this turn, when they are coalesced.
    news: Vec<u8>,
}

struct Floor {
    poll: Poll,
    listener: TcpListener,
    clients: Vec<Option<Client>>,
    names: HashMap<String, usize>,
    rooms: Vec<Room>,
    coalesce: bool,
    changed: BTreeSet<usize>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().unwrap_or_default();
    let address = format!("127.0.0.1:{port}").parse().map_err(|_| Error::other("bench-floor PORT [coalesce]"))?;
    let coalesce = arguments.next().is_some_and(|word| word == "coalesce");
    let poll = Poll::new()?;
    let mut listener = TcpListener::bind(address)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let (clients, names, rooms, changed) = Default::default();
    Floor { poll, listener, clients, names, rooms, coalesce, changed }.run()
}

impl Floor {
    fn run(mut self) -> Result<()> {
        let mut events = Events::with_capacity(TURN_EVENTS);
        loop {
            self.poll.poll(&mut events, None)?;
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    Token(at) => {
                        if event.is_writable() {
                            self.write(at, &[]);
                        }
                        if event.is_readable() && self.take(at).is_err() {
                            self.clients[at] = None;
                        }
                    }
                }
            }
            for room in std::mem::take(&mut self.changed) {
                let news = std::mem::take(&mut self.rooms[room].news);
                self.tell(room, &news);
            }
        }
    }

    fn accept(&mut self) -> Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nodelay(true)?;
            let token = Token(self.clients.len());
            self.poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
            self.clients.push(Some(Client { stream, upgraded: false, input: Vec::new(), waiting: Vec::new() }));
        }
    }

    /// Reads what a client says and does it. An error is the client's end.
    fn take(&mut self, at: usize) -> Result<()> {
        let Some(client) = &mut self.clients[at] else { return Ok(()) };
        let mut buffer = [0; READ_BYTES];
        loop {
            match client.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => client.input.extend_from_slice(&buffer[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if !client.upgraded {
            let Some(answer) = upgrade(&mut client.input)? else { return Ok(()) };
            client.upgraded = true;
            self.write(at, answer.as_bytes());
        }
        while let Some(text) = self.clients[at].as_mut().and_then(|client| unframe(&mut client.input)) {
            match read(&text).ok_or(ErrorKind::InvalidData)? {
                Op::Join { room } => {
                    let room = self.room(room);
                    self.rooms[room].members.push(at);
                    self.write(at, &frame(JOINED));
                }
                Op::Send { room, text } => self.send(room, &text),
            }
        }
        Ok(())
    }

    fn room(&mut self, name: String) -> usize {
        *self.names.entry(name).or_insert_with(|| {
            self.rooms.push(Room::default());
            self.rooms.len() - 1
        })
    }

    fn send(&mut self, name: String, text: &str) {
        let at = self.room(name.clone());
        let room = &mut self.rooms[at];
        room.seq += 1;
        let frame = frame(&event(&name, room.seq, text));
        if self.coalesce {
            room.news.extend_from_slice(&frame);
            self.changed.insert(at);
        } else {
            self.tell(at, &frame);
        }
    }

    fn tell(&mut self, room: usize, bytes: &[u8]) {
        let members = std::mem::take(&mut self.rooms[room].members);
        for member in &members {
            self.write(*member, bytes);
        }
        self.rooms[room].members = members;
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let Some(client) = &mut self.clients[at] else { return };
        if client.waiting.is_empty() {
            let written = client.stream.write(bytes).unwrap_or(0);
            client.waiting.extend_from_slice(&bytes[written..]);
            return;
        }
        client.waiting.extend_from_slice(bytes);
        let written = client.stream.write(&client.waiting).unwrap_or(0);
        client.waiting.drain(..written);
    }
}

/// Answers the request that opens a socket, once it is there as a whole.
fn upgrade(input: &mut Vec<u8>) -> Result<Option<String>> {
    let Some(end) = input.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let request: Vec<u8> = input.drain(..end + 4).collect();
    let request = String::from_utf8(request).map_err(|_| ErrorKind::InvalidData)?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| derive_accept_key(value.trim().as_bytes()))
    };
    let accept = request.lines().find_map(header).ok_or(ErrorKind::InvalidData)?;
    Ok(Some(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )))
}

/// Takes one masked frame of up to 64 KiB from the front, as text.
fn unframe(input: &mut Vec<u8>) -> Option<String> {
    let (start, length) = match input.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes([*input.get(2)?, *input.get(3)?]))),
        short => (2, usize::from(short)),
    };
    let end = start + 4 + length;
    if input.len() < end {
        return None;
    }
    let mask = [input[start], input[start + 1], input[start + 2], input[start + 3]];
    let text = input[start + 4..end].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    input.drain(..end);
    String::from_utf8(text).ok()
}

/// A text frame of up to 64 KiB.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(length @ 126..) => frame.extend([126, length.to_be_bytes()[0], length.to_be_bytes()[1]]),
        Ok(length) => frame.push(length.to_be_bytes()[1]),
        Err(_) => return Vec::new(),
    }
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's frame: masked.
    fn masked(text: &str) -> Vec<u8> {
        let mut bytes = frame(text);
        let start = bytes.len() - text.len();
        bytes[1] |= 0x80;
        let mask = [1, 2, 3, 4];
        bytes[start..].iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        bytes.splice(start..start, mask);
        bytes
    }

    #[test]
    fn frames_are_taken_whole_whatever_their_length() {
        for text in ["", "hi", &"x".repeat(125), &"x".repeat(126), &"x".repeat(60_000)] {
            let mut input = masked(text);
            let last = input.pop().expect("a byte");
            assert_eq!(unframe(&mut input), None, "{} bytes without the last", text.len());
            input.extend([last, 0x81]);
            assert_eq!(unframe(&mut input).as_deref(), Some(text));
            assert_eq!(input, [0x81]);
        }
    }

    #[test]
    fn a_request_is_answered_once_it_is_whole() {
        let request = b"GET /ws HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let mut input = request[..20].to_vec();
        assert_eq!(upgrade(&mut input).expect("so far good"), None);
        input.extend_from_slice(&request[20..]);
        let answer = upgrade(&mut input).expect("a request").expect("whole");
        assert!(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
        assert!(upgrade(&mut b"GET / HTTP/1.1\r\n\r\n".to_vec()).is_err());
    }
}
