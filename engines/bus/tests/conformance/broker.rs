//! Private instances of brokers: own folder, free port, ended by their process id.

use ports::{OsRandom, Random};
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How an engine's server is started.
pub struct Recipe {
    pub program: &'static str,
    pub command: fn(program: &Path, folder: &Path, ports: [u16; PORTS]) -> Command,
    /// What the server needs beside it, as long as it is used.
    pub helper: Option<fn(ports: [u16; PORTS]) -> Command>,
    pub is_ready: fn(ports: [u16; PORTS], log: &str) -> bool,
}

/// How many ports a server gets: the clients' first.
pub const PORTS: usize = 3;

/// A server that ends with this.
pub struct Broker {
    recipe: &'static Recipe,
    folder: PathBuf,
    pub ports: [u16; PORTS],
    process: Option<Child>,
    helper: Option<Child>,
}

impl Broker {
    pub fn start(recipe: &'static Recipe) -> Self {
        let random: &dyn Random = &OsRandom;
        let folder = std::env::temp_dir().join(format!("guildhall-broker-{:x}", u128::from_le_bytes(random.bytes())));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let ports = free_ports();
        let helper = recipe.helper.map(|helper| helper(ports).spawn().expect("the helper starts"));
        let mut broker = Self { recipe, folder, ports, process: None, helper };
        broker.start_again();
        broker
    }

    /// Starts the server with what it kept, on the same ports, and returns when it is ready.
    pub fn start_again(&mut self) {
        let program = find(self.recipe.program);
        let program = program.unwrap_or_else(|| panic!("{0} is missing: tests/need {0}", self.recipe.program));
        let log = self.folder.join("log");
        let output = fs::File::create(&log).expect("a log can be written");
        let mut command = (self.recipe.command)(&program, &self.folder, self.ports);
        command.stdin(Stdio::null()).stdout(output.try_clone().expect("a log")).stderr(output);
        self.process = Some(command.spawn().expect("the server starts"));
        let start = Instant::now();
        while !(self.recipe.is_ready)(self.ports, &said(&log)) {
            let ended = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(120), "no server: {}", said(&log));
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(&mut self) {
        end(self.process.take());
    }
}

impl Broker {
    /// The server stays, and answers nothing until it goes on.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the server runs").id().to_string();
        let done = Command::new("kill").args([signal, &process]).status().expect("kill is there");
        assert!(done.success(), "the server runs");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
        end(self.helper.take());
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn end(process: Option<Child>) {
    if let Some(mut process) = process {
        process.kill().expect("it is this process's child");
        process.wait().expect("it ended");
    }
}

pub fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn said(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

/// Ports that nobody uses: all are taken before any is given back.
fn free_ports() -> [u16; PORTS] {
    let taken = [(); PORTS].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    taken.map(|listener| listener.local_addr().expect("an address").port())
}

/// A program in the search path, or where Debian has servers.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/rabbitmq/lib").into_iter().flatten().flatten();
    let rabbit = versions.map(|version| version.path().join("sbin"));
    let folders = rabbit.chain(["/usr/sbin".into(), "/usr/local/sbin".into()]).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}
