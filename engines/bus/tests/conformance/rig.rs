//! The engines that suites run on.

use crate::broker::{Broker, Recipe, answers};
use engine_bus::{Engines, MemoryBus, MemoryFanout, RabbitBus};
use std::{
    fs::Permissions,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    process::Command,
    sync::{Arc, Weak},
};
use tokio::sync::Mutex;

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
    /// How many connections listen to the line, as the broker says.
    async fn listeners(&self, line: &str) -> usize;
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
    program: "nats-server",
    helper: None,
    command: |program, folder, [port, monitor, _]| {
        let mut command = Command::new(program);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-m", &monitor.to_string(), "-js", "-sd"]);
        command.arg(folder.join("jetstream")).args(["--user", "guild hall", "--pass", PASSWORD]);
        command
    },
    is_ready: |[port, monitor, _], _| answers(port) && answers(monitor),
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
    async fn listeners(&self, line: &str) -> usize {
        let mut server = TcpStream::connect(("127.0.0.1", self.0.ports[1])).expect("the server monitors itself");
        server.write_all(b"GET /connz?subs=1 HTTP/1.0\r\n\r\n").expect("a request");
        let mut connections = String::new();
        server.read_to_string(&mut connections).expect("an answer");
        connections.matches(&format!("\"test.live.{}\"", line.replace('/', "."))).count()
    }
}

pub struct Redis(Broker);

static REDIS: Recipe = Recipe {
    program: "redis-server",
    helper: None,
    command: |program, folder, [port, ..]| {
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no", "--dir"]);
        command.arg(folder);
        command
    },
    is_ready: |[port, ..], _| answers(port),
};

impl Rig for Redis {
    async fn start() -> Self {
        Self(Broker::start(&REDIS))
    }

    async fn node(&self) -> Engines {
        let url = format!("redis://127.0.0.1:{}", self.0.ports[0]);
        let fanout = engine_bus::redis_fanout(&url, "test").await.expect("it opens");
        Engines { fanout: Arc::new(fanout), bus: Arc::<MemoryBus>::default() }
    }
}

impl Brokered for Redis {
    fn broker(&mut self) -> &mut Broker {
        &mut self.0
    }
}

impl Selective for Redis {
    async fn listeners(&self, line: &str) -> usize {
        let mut server = TcpStream::connect(("127.0.0.1", self.0.ports[0])).expect("the server is there");
        write!(server, "PUBSUB NUMSUB test:live:{line}\r\nQUIT\r\n").expect("a request");
        let mut answer = String::new();
        server.read_to_string(&mut answer).expect("an answer");
        let number = answer.lines().find_map(|line| line.strip_prefix(':')).expect("a number");
        number.parse().expect("a number")
    }
}

/// A server of the test's own.
pub struct Rabbit(Broker);

/// A server for all tests that leave it alone: it takes long to start.
pub struct SharedRabbit {
    broker: Arc<Broker>,
    prefix: String,
}

static RABBIT: Recipe = Recipe {
    program: "rabbitmq-server",
    command: |program, folder, [port, distribution, names]| {
        let cookie = folder.join(".erlang.cookie");
        if !cookie.exists() {
            std::fs::write(&cookie, "guildhall").expect("a cookie can be written");
            std::fs::set_permissions(&cookie, Permissions::from_mode(0o400)).expect("a cookie can be hidden");
            std::fs::write(folder.join("plugins"), "[].").expect("a list can be written");
        }
        let mut command = Command::new(program);
        command
            .env("HOME", folder)
            .env("ERL_EPMD_PORT", names.to_string())
            .env("RABBITMQ_NODENAME", format!("test{port}@localhost"))
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", port.to_string())
            .env("RABBITMQ_DIST_PORT", distribution.to_string())
            .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
            .env("RABBITMQ_LOG_BASE", folder.join("logs"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            // The script becomes the server, so that the test's child is the server itself.
            .env("RABBITMQ_ALLOW_INPUT", "1")
            .env("RABBITMQ_SERVER_START_ARGS", "-noinput");
        command
    },
    // Otherwise the first Erlang program on the machine starts one that stays.
    helper: Some(|[_, _, names]| {
        let mut command = Command::new("epmd");
        command.args(["-port", &names.to_string(), "-address", "127.0.0.1"]);
        command
    }),
    is_ready: |[port, ..], log| log.contains("completed with") && answers(port),
};

impl Rig for Rabbit {
    async fn start() -> Self {
        Self(start_rabbit().await)
    }

    async fn node(&self) -> Engines {
        rabbit_node(&self.0, "test").await
    }
}

impl Brokered for Rabbit {
    fn broker(&mut self) -> &mut Broker {
        &mut self.0
    }
}

impl Rig for SharedRabbit {
    async fn start() -> Self {
        static SHARED: Mutex<(Weak<Broker>, usize)> = Mutex::const_new((Weak::new(), 0));
        let mut shared = SHARED.lock().await;
        let broker = match shared.0.upgrade() {
            Some(broker) => broker,
            None => Arc::new(start_rabbit().await),
        };
        *shared = (Arc::downgrade(&broker), shared.1 + 1);
        Self { broker, prefix: format!("test{}", shared.1) }
    }

    async fn node(&self) -> Engines {
        rabbit_node(&self.broker, &self.prefix).await
    }
}

async fn start_rabbit() -> Broker {
    tokio::task::spawn_blocking(|| Broker::start(&RABBIT)).await.expect("the server starts")
}

async fn rabbit_node(broker: &Broker, prefix: &str) -> Engines {
    let uri = format!("amqp://127.0.0.1:{}", broker.ports[0]).parse().expect("an address");
    let bus = RabbitBus::open(uri, prefix).await;
    Engines { fanout: Arc::<MemoryFanout>::default(), bus: Arc::new(bus) }
}
