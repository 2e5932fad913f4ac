//! The WebSocket codec (RFC 6455): one task per socket reads what its client says; what goes out is written by the
//! session, in frames that were made once for all who get them.

use crate::{
    codec,
    deflate::Deflate,
    frames::{Frames, Said},
};
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use kernel::{Kind, Problem};
use realtime_contract::{ClientOp, Flow, Frame, Later, Realtime, Request, Session, Wire};
use socket2::SockRef;
use std::{
    future::poll_fn,
    io::{self, ErrorKind, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};
use tracing::{Instrument, Span};

/// Read at a time; it lies on the stack.
const READ_BYTES: usize = 4_096;
/// How long a socket that was told to close may still talk before it is let go.
const FAREWELL: Duration = Duration::from_secs(1);

/// Takes a socket over from HTTP and runs it until either side ends it.
pub(crate) async fn run(
    upgrade: hyper::upgrade::OnUpgrade,
    realtime: Arc<dyn Realtime>,
    deflate: Option<Arc<Deflate>>,
) {
    let Some(mut talk) = take_over(upgrade, &*realtime, deflate).await else { return };
    while let Ok(Some(taking)) = poll_fn(|cx| talk.poll_op(cx)).await {
        if talk.take(taking).await.is_err() {
            return;
        }
    }
    if !talk.client_closed {
        // Closing with unread input would reset the connection, and the client would never read why it was closed.
        drop(timeout(FAREWELL, poll_fn(|cx| talk.poll_silence(cx))).await);
    }
}

async fn take_over(
    upgrade: hyper::upgrade::OnUpgrade,
    realtime: &dyn Realtime,
    deflate: Option<Arc<Deflate>>,
) -> Option<Talk> {
    let Ok(parts) = downcast::<TokioIo<TcpStream>>(upgrade.await.ok()?) else {
        tracing::error!("the listener's connections aren't plain TCP: sockets can't be served on it");
        return None;
    };
    let (read, write) = parts.io.into_inner().into_split();
    let session = realtime.connect(Arc::new(TcpWire { write, deflate: deflate.clone() })).ok()?;
    let mut frames = Frames::new(deflate);
    frames.push(&parts.read_buf);
    Some(Talk { session: Guard(session), read, frames, client_closed: false })
}

/// Whatever happens to the socket's task, the session hears that the socket is gone.
struct Guard(Arc<dyn Session>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct TcpWire {
    write: OwnedWriteHalf,
    /// Where it was agreed that messages may be deflated.
    deflate: Option<Arc<Deflate>>,
}

impl Wire for TcpWire {
    /// Straight to the socket, which is most often ready. Only one that isn't asks the runtime, which then wakes the task.
    fn write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        let socket = SockRef::from(self.write.as_ref());
        let written = match frames {
            [one] => socket.send(one),
            many => socket.send_vectored(many),
        };
        match written {
            Err(e) if e.kind() == ErrorKind::WouldBlock => self.write.try_write_vectored(frames),
            written => written,
        }
    }

    fn bytes<'f>(&self, frame: &'f Frame) -> &'f [u8] {
        match &self.deflate {
            Some(deflate) => frame.deflated(|json| deflate.deflate(json)),
            None => frame.bytes(),
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

/// The answer to a ping carries the same payload, which is at most 125 bytes.
fn pong(payload: &[u8]) -> Frame {
    Frame::raw(&[&[0x8a, payload.len() as u8], payload].concat())
}

/// The op's place in a trace: a trace begins here.
fn span_of(op: &ClientOp) -> Span {
    tracing::info_span!(
        target: "spans",
        parent: None,
        "op",
        otel.name = format!("socket {}", op.name()),
        otel.kind = "server",
        socket.op = op.name(),
    )
}

/// One socket's conversation.
struct Talk {
    session: Guard,
    read: OwnedReadHalf,
    frames: Frames,
    /// The client said goodbye: nothing more comes from it.
    client_closed: bool,
}

impl Talk {
    /// The client's next op, which the session has begun to take; none when the session is over. Fails when the socket is.
    fn poll_op(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Later<()>>>> {
        loop {
            match self.session.0.poll_flow(cx) {
                Flow::Ended => return Poll::Ready(Ok(None)),
                Flow::Blocked => {
                    ready!(self.poll_flush(cx))?;
                    continue;
                }
                Flow::Open => {}
            }
            match self.frames.next() {
                Ok(Some(said)) => {
                    self.session.0.heard();
                    if let Some(request) = self.hear(said) {
                        return Poll::Ready(Ok(Some(self.receive(request))));
                    }
                }
                Ok(None) => ready!(self.poll_read(cx))?,
                Err((code, reason)) => self.session.0.end(code, reason),
            }
        }
    }

    /// An op goes to the session; all else is answered here.
    fn hear(&mut self, said: Said) -> Option<Request> {
        match said {
            Said::Text(text) => match codec::read(&text) {
                Ok(request) => return Some(request),
                Err(unreadable) => self.session.0.refuse(unreadable.reference, unreadable.problem),
            },
            Said::Binary => {
                let detail = "Frames are JSON in text frames, not binary.";
                self.session.0.refuse(None, Problem::new(Kind::Unsupported, "text_only", detail));
            }
            Said::Ping(payload) => self.session.0.control(pong(&payload)),
            Said::Pong => {}
            Said::Close(code) => {
                self.client_closed = true;
                self.session.0.end(code.unwrap_or(1000), "");
            }
        }
        None
    }

    fn receive(&self, request: Request) -> Later<()> {
        let span = span_of(&request.op);
        let taking = self.session.0.receive(request);
        if span.is_disabled() { taking } else { Box::pin(taking.instrument(span)) }
    }

    /// Waits until an op is taken, and goes on writing meanwhile: its own answers may be what has to be written.
    async fn take(&self, mut taking: Later<()>) -> io::Result<()> {
        let taken = poll_fn(|cx| {
            loop {
                if taking.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(io::Result::Ok(()));
                }
                match self.session.0.poll_flow(cx) {
                    Flow::Ended => return Poll::Ready(Ok(())),
                    Flow::Open => return Poll::Pending,
                    Flow::Blocked => ready!(self.poll_flush(cx))?,
                }
            }
        });
        taken.await?;
        self.session.0.heard();
        Ok(())
    }

    /// Writes what waited, once the socket takes more.
    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.read.as_ref().poll_write_ready(cx))?;
        self.session.0.flush();
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut buffer = [const { MaybeUninit::uninit() }; READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut buffer);
        ready!(Pin::new(&mut self.read).poll_read(cx, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Err(ErrorKind::UnexpectedEof.into()));
        }
        self.frames.push(buffer.filled());
        Poll::Ready(Ok(()))
    }

    /// Reads on, without looking, until the client hangs up.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.frames = Frames::default();
        while ready!(self.poll_read(cx)).is_ok() {
            self.frames = Frames::default();
        }
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every open socket holds for as long as it is open.
    #[test]
    fn a_sockets_task_is_small() {
        fn bytes<A, B, C, F>(_: fn(A, B, C) -> F) -> usize {
            size_of::<F>()
        }
        let task = bytes(run);
        assert!(task <= 384, "{task} bytes");
    }
}
