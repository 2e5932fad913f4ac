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
    /// Where the program may be: names, or whole paths.
    pub programs: &'static [&'static str],
    pub command: fn(program: &Path, folder: &Path, ports: [u16; 2]) -> Command,
    pub is_ready: fn(ports: [u16; 2], log: &str) -> bool,
}

/// A server that ends with this.
pub struct Broker {
    recipe: &'static Recipe,
    folder: PathBuf,
    /// The clients' port, and one for the server's own purposes.
    pub ports: [u16; 2],
    process: Option<Child>,
}

impl Broker {
    pub fn start(recipe: &'static Recipe) -> Self {
        let random: &dyn Random = &OsRandom;
        let folder = std::env::temp_dir().join(format!("guildhall-broker-{:x}", u128::from_le_bytes(random.bytes())));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let mut broker = Self { recipe, folder, ports: free_ports(), process: None };
        broker.start_again();
        broker
    }

    /// Starts the server with what it kept, on the same ports, and returns when it is ready.
    pub fn start_again(&mut self) {
        let program = self.recipe.programs.iter().find_map(|name| find(name));
        let program = program.unwrap_or_else(|| panic!("{} is missing: tests/need-brokers", self.recipe.programs[0]));
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
        if let Some(mut process) = self.process.take() {
            process.kill().expect("the server is this process's child");
            process.wait().expect("the server ended");
        }
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
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn said(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

/// Ports that nobody uses: both are taken before either is given back.
fn free_ports() -> [u16; 2] {
    let taken = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    taken.map(|listener| listener.local_addr().expect("an address").port())
}

/// A program in the search path, where administrators' programs are, or at a path whose folders may end in `*`.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}
