//! A WebSocket client (RFC 6455) of the least cost: it opens, says text frames, and hears frames of a server that is
//! trusted to speak well.

use std::{
    io::{Error, ErrorKind, Read, Result, Write},
    net::TcpStream,
    os::fd::AsRawFd,
    time::Duration,
};

/// How long a server may take to answer while a socket is prepared.
const PATIENCE: Duration = Duration::from_secs(30);
/// Frames are masked, as the protocol wants it; nothing here needs the mask to be secret.
const MASK: [u8; 4] = [0x5a, 0xc3, 0x3c, 0xa5];
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

pub(crate) struct Socket {
    stream: TcpStream,
    /// The start of a frame whose rest has not come yet.
    rest: Vec<u8>,
}

impl Socket {
    /// Opens a socket at `path`; it waits for what it reads until [`Self::stop_waiting`].
    pub(crate) fn open(address: &str, path: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut socket = Self { stream, rest: Vec::new() };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        socket.stream.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        let end = loop {
            let mut buffer = [0; 1_024];
            let n = socket.stream.read(&mut buffer)?;
            head.extend_from_slice(&buffer[..n]);
            if let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if n == 0 {
                return Err(refused(&head));
            }
        };
        if !head.starts_with(b"HTTP/1.1 101") {
            return Err(refused(&head));
        }
        socket.rest = head.split_off(end);
        Ok(socket)
    }

    pub(crate) fn fd(&self) -> i32 {
        self.stream.as_raw_fd()
    }

    pub(crate) fn stop_waiting(&mut self) -> Result<()> {
        self.stream.set_nonblocking(true)
    }

    pub(crate) fn say(&mut self, text: &str) -> Result<()> {
        self.write(TEXT, text.as_bytes())
    }

    /// Waits for a frame that `wanted` takes; those before it are let pass.
    pub(crate) fn wait_for(&mut self, mut wanted: impl FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        let mut buffer = vec![0; 4_096];
        let mut met = false;
        loop {
            self.feed(0, &mut buffer, |frame| {
                met = met || wanted(frame)?;
                Ok(())
            })?;
            if met {
                return Ok(());
            }
            let n = self.stream.read(&mut buffer)?;
            if n == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.rest.extend_from_slice(&buffer[..n]);
        }
    }

    /// Hears all that has come, through a buffer that many sockets share.
    pub(crate) fn hear(&mut self, buffer: &mut [u8], mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        loop {
            let n = match self.stream.read(buffer) {
                Ok(0) => return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed a socket")),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.feed(n, buffer, &mut each)?;
            // A read that leaves room has taken everything: what comes later wakes us again.
            if n < buffer.len() {
                return Ok(());
            }
        }
    }

    fn feed(&mut self, n: usize, buffer: &mut [u8], mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if self.rest.is_empty() {
            let used = self.frames(&buffer[..n], &mut each)?;
            self.rest.extend_from_slice(&buffer[used..n]);
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(&buffer[..n]);
        let used = self.frames(&all, &mut each)?;
        all.drain(..used);
        self.rest = all;
        Ok(())
    }

    /// Gives each whole text frame to `each`; answers how many bytes were whole frames.
    fn frames(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<usize> {
        let mut at = 0;
        while let Some((start, length)) = extent(&bytes[at..]) {
            let Some(payload) = bytes.get(at + start..at + start + length) else { break };
            match bytes[at] & 0x0f {
                TEXT => each(payload)?,
                PING => self.write(PONG, payload)?,
                CLOSE => return Err(Error::other(format!("the server closed: {}", String::from_utf8_lossy(payload)))),
                _ => {}
            }
            at += start + length;
        }
        Ok(at)
    }

    fn write(&mut self, opcode: u8, payload: &[u8]) -> Result<()> {
        let mut frame = vec![0x80 | opcode];
        match u16::try_from(payload.len()).map_err(|_| ErrorKind::InvalidInput)? {
            length @ 126.. => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            short => frame.push(0x80 | short.to_be_bytes()[1]),
        }
        frame.extend(MASK);
        frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        // What is said is small and rare: a server that doesn't take it is not one to measure.
        self.stream.write_all(&frame)
    }
}

/// Where the payload of the frame at the front starts, and its length; None before its head is there.
fn extent(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(1)? & 0x7f {
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            Some((10, usize::try_from(length).ok()?))
        }
        126 => Some((4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)))),
        short => Some((2, usize::from(short))),
    }
}

fn refused(head: &[u8]) -> Error {
    let first = String::from_utf8_lossy(head).lines().next().unwrap_or("nothing").to_owned();
    Error::other(format!("the server did not open a socket: {first}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A socket, and the server's end of it after the handshake.
    fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 1_024];
            let n = stream.read(&mut request).expect("a request");
            assert!(request[..n].ends_with(b"\r\n\r\n"));
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").expect("written");
            stream
        });
        let socket = Socket::open(&address, "/ws").expect("open");
        (socket, server.join().expect("a server"))
    }

    #[test]
    fn frames_are_heard_whole_however_they_are_cut() {
        let (mut socket, mut server) = pair();
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x89, 1, b'p', 0x81, 126, 1, 0];
        bytes.extend([b'x'; 256]);
        for cut in bytes.chunks(3) {
            server.write_all(cut).expect("written");
        }
        let mut heard = Vec::new();
        let all = socket.wait_for(|frame| {
            heard.push(frame.len());
            Ok(heard.len() == 2)
        });
        all.expect("two frames");
        assert_eq!(heard, [2, 256]);
        let mut pong = [0; 7];
        server.read_exact(&mut pong).expect("the answer to the ping");
        assert_eq!((pong[0], pong[1], pong[6] ^ MASK[0]), (0x8a, 0x81, b'p'));
    }

    #[test]
    fn an_end_is_an_error() {
        let (mut socket, mut server) = pair();
        server.write_all(&[0x88, 2, 0x03, 0xe8]).expect("written");
        assert!(socket.wait_for(|_| Ok(true)).is_err());
        drop(server);
        assert!(socket.wait_for(|_| Ok(true)).is_err());
    }
}
