use super::{connect, is_up, subject};
use crate::{
    node::{Ears, Letter, NodeFanout, Wire},
    running::Running,
};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use async_trait::async_trait;
use futures_util::StreamExt;
use kernel::Result;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What waits on one topic for this node's sinks, at most. Sinks don't block, so this fills only on a busy machine.
const WAITING: usize = 1_024;

/// Fan-out on core subjects.
pub async fn open(servers: Vec<ServerAddr>, prefix: &str) -> Result<NodeFanout> {
    let ears = Arc::new(Ears::default());
    let options = ConnectOptions::new().no_echo().subscription_capacity(WAITING);
    let told = ears.clone();
    let client = connect(servers, options, "fan-out", move |event| {
        if matches!(event, Event::SlowConsumer(_)) {
            told.lost(1, "this node is slower than what it hears");
        }
    });
    let wire =
        NatsWire { client: client.await?, prefix: prefix.into(), ears: ears.clone(), listening: Mutex::default() };
    Ok(NodeFanout::start(wire, ears))
}

struct NatsWire {
    client: Client,
    prefix: String,
    ears: Arc<Ears>,
    listening: Mutex<HashMap<String, Running>>,
}

#[async_trait]
impl Wire for NatsWire {
    fn is_up(&self) -> bool {
        is_up(&self.client)
    }

    async fn send(&self, said: Vec<Letter>) -> usize {
        let mut lost = 0;
        for Letter { line, said } in said {
            let sent = self.client.publish(subject(&self.prefix, "live", &line), said.into()).await;
            lost += usize::from(sent.is_err());
        }
        lost
    }

    async fn listen(&self, line: &str) {
        // The client subscribes anew on every connection.
        let mut said = match self.client.subscribe(subject(&self.prefix, "live", line)).await {
            Ok(said) => said,
            Err(error) => return tracing::error!(line, %error, "a line can't be listened to"),
        };
        let ears = self.ears.clone();
        let task = Running::start(async move {
            while let Some(message) = said.next().await {
                ears.hear(&message.payload);
            }
        });
        self.listening.lock().unwrap_or_else(PoisonError::into_inner).insert(line.into(), task);
    }

    async fn leave(&self, line: &str) {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner).remove(line);
    }
}
