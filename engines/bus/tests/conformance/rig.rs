//! The engines that suites run on.

use crate::broker::{Broker, Recipe, answers};
use engine_bus::Engines;
use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

/// An engine, and the nodes that use it.
pub trait Rig {
    async fn start() -> Self;

    /// A node of its own: what another process would have.
    async fn node(&self) -> Engines;
}

/// An engine with a broker between its nodes.
pub trait Brokered: Rig {
    fn broker(&mut self) -> &mut Broker;
}

/// A fan-out that carries a topic only to who listens to it.
pub trait Selective: Brokered {
    /// How many connections listen to the topic, as the broker says.
    async fn listeners(&self, topic: &str) -> usize;
}

pub struct Memory;

impl Rig for Memory {
    async fn start() -> Self {
        Self
    }

    async fn node(&self) -> Engines {
        engine_bus::open("memory:", None).await.expect("it opens")
    }
}

pub struct Nats(Broker);

/// What an address can only hold encoded.
const PASSWORD: &str = "p@ss/word";

static NATS: Recipe = Recipe {
    programs: &["nats-server"],
    command: |program, folder, [port, monitor]| {
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-m", &monitor.to_string(), "-js", "-sd"]);
        command.arg(folder.join("jetstream")).args(["--user", "guild hall", "--pass", PASSWORD]);
        command
    },
    is_ready: |[port, monitor], _| answers(port) && answers(monitor),
};

impl Rig for Nats {
    async fn start() -> Self {
        Self(Broker::start(&NATS))
    }

    async fn node(&self) -> Engines {
        let url = format!("nats://guild%20hall:p%40ss%2Fword@127.0.0.1:{}?prefix=test", self.0.ports[0]);
        engine_bus::open(&url, None).await.expect("it opens")
    }
}

impl Brokered for Nats {
    fn broker(&mut self) -> &mut Broker {
        &mut self.0
    }
}

impl Selective for Nats {
    async fn listeners(&self, topic: &str) -> usize {
        let mut server = TcpStream::connect(("127.0.0.1", self.0.ports[1])).expect("the server monitors itself");
        server.write_all(b"GET /connz?subs=1 HTTP/1.0\r\n\r\n").expect("a request");
        let mut connections = String::new();
        server.read_to_string(&mut connections).expect("an answer");
        connections.matches(&format!("\"test.live.{}\"", topic.replace('/', "."))).count()
    }
}

pub struct Redis(Broker);

static REDIS: Recipe = Recipe {
    programs: &["redis-server"],
    command: |program, folder, [port, _]| {
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no", "--dir"]);
        command.arg(folder);
        command
    },
    is_ready: |[port, _], _| answers(port),
};

impl Rig for Redis {
    async fn start() -> Self {
        Self(Broker::start(&REDIS))
    }

    async fn node(&self) -> Engines {
        let url = format!("redis://127.0.0.1:{}?prefix=test", self.0.ports[0]);
        engine_bus::open("memory:", Some(&url)).await.expect("it opens")
    }
}

impl Brokered for Redis {
    fn broker(&mut self) -> &mut Broker {
        &mut self.0
    }
}

impl Selective for Redis {
    async fn listeners(&self, topic: &str) -> usize {
        let mut server = TcpStream::connect(("127.0.0.1", self.0.ports[0])).expect("the server is there");
        write!(server, "PUBSUB NUMSUB test:live:{topic}\r\nQUIT\r\n").expect("a request");
        let mut answer = String::new();
        server.read_to_string(&mut answer).expect("an answer");
        let number = answer.lines().find_map(|line| line.strip_prefix(':')).expect("a number");
        number.parse().expect("a number")
    }
}
