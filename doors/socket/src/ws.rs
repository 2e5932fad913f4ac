//! The WebSocket codec (RFC 6455).

use crate::codec;
use axum::{
    Error,
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use kernel::{Kind, Problem};
use realtime_contract::{Outgoing, Session};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

/// How often a silent client is asked whether it is still there, and how long its silence may last at most.
const PING_EVERY: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(40);
/// A client that doesn't take what is written for so long is gone.
const WRITE: Duration = Duration::from_secs(30);
/// How long a socket may stay without a hello.
const HELLO: Duration = Duration::from_secs(10);

/// What the reading half asks of the writing half.
enum Control {
    Ping,
    Close(u16, &'static str),
}

/// Runs a socket until either side ends it.
pub(crate) async fn run(socket: WebSocket, session: Arc<dyn Session>) {
    let (to_client, from_client) = socket.split();
    let (control, controls) = mpsc::channel(4);
    let mut writing = std::pin::pin!(write(to_client, &*session, controls));
    let reading = std::pin::pin!(read(from_client, &*session, control));
    tokio::select! {
        _ = &mut writing => {}
        // The writing half still says why the socket closes, but not for long.
        told = reading => if told {
            drop(timeout(Duration::from_secs(1), writing).await);
        },
    }
    session.close();
}

/// Reads until the socket ends; answers whether the client is still there to be told why.
async fn read(mut socket: SplitStream<WebSocket>, session: &dyn Session, control: mpsc::Sender<Control>) -> bool {
    let mut pings = interval(PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let opened = Instant::now();
    let mut heard = opened;
    let mut greeted = false;
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            _ = pings.tick() => {
                let close = if heard.elapsed() > SILENCE {
                    Some(Control::Close(4000, "silent"))
                } else if !greeted && opened.elapsed() > HELLO {
                    Some(Control::Close(4003, "say hello first"))
                } else {
                    None
                };
                let closes = close.is_some();
                if control.send(close.unwrap_or(Control::Ping)).await.is_err() || closes {
                    return closes;
                }
                continue;
            }
        };
        heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => {
                greeted = true;
                take(&text, session).await;
            }
            Some(Ok(Message::Binary(_))) => {
                let problem =
                    Problem::new(Kind::Unsupported, "text_only", "Frames are JSON in text frames, not binary.");
                session.refuse(None, problem);
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_))) | None => return false,
            Some(Err(error)) => {
                let Some((code, reason)) = close_code(&error) else { return false };
                return control.send(Control::Close(code, reason)).await.is_ok();
            }
        }
    }
}

async fn take(text: &str, session: &dyn Session) {
    match codec::read(text) {
        Ok(request) => session.receive(request).await,
        Err(unreadable) => session.refuse(unreadable.reference, unreadable.problem),
    }
}

/// Why the library gave up on a client, where the client can still be told.
fn close_code(error: &Error) -> Option<(u16, &'static str)> {
    let text = error.to_string();
    let says = |what: &str| text.contains(what);
    if says("Space limit exceeded") || says("too long") || says("too big") {
        Some((1009, "frame too large"))
    } else if says("UTF-8") || says("utf-8") {
        Some((1007, "not UTF-8"))
    } else if says("WebSocket protocol error") {
        Some((1002, "protocol error"))
    } else {
        None
    }
}

async fn write(
    mut socket: SplitSink<WebSocket, Message>,
    session: &dyn Session,
    mut controls: mpsc::Receiver<Control>,
) -> Result<(), Error> {
    let mut reading = true;
    loop {
        let outgoing = tokio::select! {
            outgoing = session.frames() => outgoing,
            control = controls.recv(), if reading => match control {
                Some(Control::Ping) => {
                    within(socket.send(Message::Ping(Default::default()))).await?;
                    continue;
                }
                Some(Control::Close(code, reason)) => Outgoing::Close(code, reason),
                None => {
                    reading = false;
                    continue;
                }
            },
        };
        match outgoing {
            Outgoing::Frames(frames) => {
                for frame in frames {
                    within(socket.feed(Message::Text(Utf8Bytes::from(&*frame)))).await?;
                }
                within(socket.flush()).await?;
            }
            Outgoing::Close(code, reason) => {
                let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
                return within(socket.send(Message::Close(Some(frame)))).await;
            }
        }
    }
}

/// A write that takes too long is an end: the client is gone, or a danger to the server's memory.
async fn within(write: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    timeout(WRITE, write).await.unwrap_or_else(|slow| Err(Error::new(slow)))
}
