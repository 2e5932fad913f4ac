//! The WebSocket codec (RFC 6455): the library reads what the client sends and answers its control frames; what goes
//! out is written by the session, in frames that were made once for all who get them.

use crate::{MAX_FRAME_BYTES, codec};
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use kernel::{Kind, Problem};
use realtime_contract::{Flow, Frame, Realtime, Request, Session, Wire};
use std::{
    io::{self, ErrorKind, IoSlice, Read, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};
use tungstenite::{
    Error, Message, WebSocket,
    error::CapacityError,
    protocol::{Role, WebSocketConfig},
};

/// Enough for most ops; longer ones grow it for as long as they take.
const READ_BUFFER_BYTES: usize = 512;
/// How long a socket that was told to close may still talk before it is let go.
const FAREWELL: Duration = Duration::from_secs(1);

/// Takes a socket over from HTTP and runs it until either side ends it.
pub(crate) async fn run(upgrade: hyper::upgrade::OnUpgrade, realtime: Arc<dyn Realtime>) {
    let Ok(upgraded) = upgrade.await else { return };
    let Ok(parts) = downcast::<TokioIo<TcpStream>>(upgraded) else {
        tracing::error!("the listener's connections aren't plain TCP: sockets can't be served on it");
        return;
    };
    let stream = Arc::new(parts.io.into_inner());
    // What came with the hand-shake is copied: HTTP's buffer goes.
    let leftover = parts.read_buf.to_vec();
    drop(parts.read_buf);
    let Ok(session) = realtime.connect(Arc::new(TcpWire(stream.clone()))) else { return };
    // Whatever happens to this task, the session hears that the socket is gone.
    let session = Guard(session);
    let mut reader = Reader::new(stream.clone(), leftover);
    loop {
        let moved = match session.0.flow() {
            Flow::Ended => break,
            Flow::Blocked => tokio::select! {
                ready = stream.writable() => ready.map(|()| session.0.flush()),
                () = session.0.turned() => Ok(()),
            },
            Flow::Open => tokio::select! {
                ready = reader.ready() => match ready {
                    Ok(()) => reader.take_all(&*session.0).await,
                    Err(e) => Err(e),
                },
                () = session.0.turned() => Ok(()),
            },
        };
        if moved.is_err() {
            return;
        }
    }
    // Closing with unread input would reset the connection, and the client would never read why it was closed.
    drop(timeout(FAREWELL, reader.drain()).await);
}

struct Guard(Arc<dyn Session>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct TcpWire(Arc<TcpStream>);

impl Wire for TcpWire {
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        match frames {
            [one] => self.0.try_write(one),
            many => self.0.try_write_vectored(many),
        }
    }

    fn ping(&self) -> Frame {
        Frame::raw(&[0x89, 0])
    }

    fn closing(&self, code: u16, reason: &'static str) -> Frame {
        // A control frame holds 125 bytes; reasons are our own and short.
        let payload = &reason.as_bytes()[..reason.len().min(123)];
        let mut bytes = vec![0x88, payload.len() as u8 + 2];
        bytes.extend(code.to_be_bytes());
        bytes.extend(payload);
        Frame::raw(&bytes)
    }
}

/// What the library reads from and writes to: reads come from the socket, its own control frames are kept for the
/// session to write in their turn.
struct Pipe {
    stream: Arc<TcpStream>,
    control: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.try_read(buffer)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.control.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Reader {
    socket: WebSocket<Pipe>,
    /// Bytes that came with the hand-shake are read before the socket is waited for.
    has_leftover: bool,
}

impl Reader {
    fn new(stream: Arc<TcpStream>, leftover: Vec<u8>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_FRAME_BYTES))
            .max_frame_size(Some(MAX_FRAME_BYTES));
        let has_leftover = !leftover.is_empty();
        let pipe = Pipe { stream, control: Vec::new() };
        Self { socket: WebSocket::from_partially_read(pipe, leftover, Role::Server, Some(config)), has_leftover }
    }

    async fn ready(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.has_leftover) {
            return Ok(());
        }
        self.socket.get_ref().stream.readable().await
    }

    /// Takes every op that has come. Fails when the socket is over.
    async fn take_all(&mut self, session: &dyn Session) -> io::Result<()> {
        loop {
            let message = self.socket.read();
            self.pass_control_on(session);
            match message {
                Ok(Message::Text(text)) => {
                    session.heard();
                    match codec::read(&text) {
                        Ok(request) => self.take(session, request).await?,
                        Err(unreadable) => session.refuse(unreadable.reference, unreadable.problem),
                    }
                    session.heard();
                    if session.flow() != Flow::Open {
                        return Ok(());
                    }
                }
                Ok(Message::Binary(_)) => {
                    let detail = "Frames are JSON in text frames, not binary.";
                    session.refuse(None, Problem::new(Kind::Unsupported, "text_only", detail));
                }
                Ok(_) => session.heard(),
                Err(Error::Io(e)) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_)) => {
                    return Err(ErrorKind::ConnectionAborted.into());
                }
                Err(error) => {
                    let (code, reason) = close_code(&error);
                    session.end(code, reason);
                    return Ok(());
                }
            }
        }
    }

    /// Takes one op, and goes on writing while it takes its time: its own answers may be what has to be written.
    async fn take(&self, session: &dyn Session, request: Request) -> io::Result<()> {
        let stream = &self.socket.get_ref().stream;
        let mut taking = session.receive(request);
        loop {
            match session.flow() {
                Flow::Ended => return Ok(()),
                Flow::Open => tokio::select! {
                    () = &mut taking => return Ok(()),
                    () = session.turned() => {}
                },
                Flow::Blocked => tokio::select! {
                    () = &mut taking => return Ok(()),
                    () = session.turned() => {}
                    ready = stream.writable() => ready.map(|()| session.flush())?,
                },
            }
        }
    }

    fn pass_control_on(&mut self, session: &dyn Session) {
        let control = std::mem::take(&mut self.socket.get_mut().control);
        if !control.is_empty() {
            session.control(Frame::raw(&control));
        }
    }

    /// Reads on, without looking, until the client hangs up.
    async fn drain(&self) {
        let stream = &self.socket.get_ref().stream;
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut [0; 1_024]) {
                Ok(0) => return,
                Err(e) if e.kind() != ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
    }
}

/// How a client is told why the library gave up on it.
fn close_code(error: &Error) -> (u16, &'static str) {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => (1009, "frame too large"),
        Error::Utf8(_) => (1007, "not UTF-8"),
        _ => (1002, "protocol error"),
    }
}
