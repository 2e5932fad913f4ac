//! A plain chat server as the axum and tokio documents suggest it: a broadcast channel per room, two halves per
//! socket. It stores nothing.
//!   bench-axum PORT

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    routing::get,
};
use bench_peers::{JOINED, Op, event, read};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast::{self, error::TryRecvError};

/// How many frames a slow reader may be behind before it misses some.
const ROOM_FRAMES: usize = 1_024;

struct Room {
    frames: broadcast::Sender<Utf8Bytes>,
    seq: AtomicU64,
}

type Rooms = Arc<Mutex<HashMap<String, Arc<Room>>>>;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_default();
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let open = |upgrade: WebSocketUpgrade, State(rooms): State<Rooms>| async move {
        upgrade.on_upgrade(|socket| run(socket, rooms))
    };
    axum::serve(listener, Router::new().route("/ws", get(open)).with_state(Rooms::default())).await
}

fn room(rooms: &Rooms, name: &str) -> Arc<Room> {
    let mut rooms = rooms.lock().expect("nobody panics while holding the rooms");
    let open = || Arc::new(Room { frames: broadcast::channel(ROOM_FRAMES).0, seq: AtomicU64::new(0) });
    rooms.entry(name.to_owned()).or_insert_with(open).clone()
}

async fn run(socket: WebSocket, rooms: Rooms) {
    let (to_client, mut from_client) = socket.split();
    let mut idle = Some(to_client);
    while let Some(Ok(message)) = from_client.next().await {
        let Message::Text(text) = message else { continue };
        match read(&text) {
            Some(Op::Join { room: name }) => {
                let frames = room(&rooms, &name).frames.subscribe();
                if let Some(to_client) = idle.take() {
                    tokio::spawn(write(to_client, frames));
                }
            }
            Some(Op::Send { room: name, text }) => {
                let room = room(&rooms, &name);
                let seq = room.seq.fetch_add(1, Ordering::Relaxed) + 1;
                drop(room.frames.send(event(&name, seq, &text).into()));
            }
            None => return,
        }
    }
}

/// Writes what the room says: all that is there, then one flush.
async fn write(mut to_client: SplitSink<WebSocket, Message>, mut frames: broadcast::Receiver<Utf8Bytes>) {
    if to_client.send(Message::Text(JOINED.into())).await.is_err() {
        return;
    }
    while let Ok(frame) = frames.recv().await {
        if to_client.feed(Message::Text(frame)).await.is_err() {
            return;
        }
        loop {
            match frames.try_recv() {
                Ok(frame) => drop(to_client.feed(Message::Text(frame)).await),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return,
            }
        }
        if to_client.flush().await.is_err() {
            return;
        }
    }
}
