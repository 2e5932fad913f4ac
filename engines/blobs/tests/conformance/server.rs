//! A private S3 server, in memory: free port, ended by its process id. It takes any keys.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A server that ends with this.
pub struct Server {
    program: String,
    pub port: u16,
    process: Option<Child>,
}

impl Server {
    pub fn start() -> Self {
        let need = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/need-s3"));
        let need = need.into_iter().find(|script| script.is_file()).expect("tests/need-s3 is there");
        let output = Command::new(need).stderr(Stdio::inherit()).output().expect("tests/need-s3 runs");
        assert!(output.status.success(), "no S3 server: tests/need-s3");
        let program = String::from_utf8(output.stdout).expect("a path").trim().to_owned();
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = taken.local_addr().expect("an address").port();
        drop(taken);
        let mut server = Self { program, port, process: None };
        server.start_again();
        server
    }

    /// Starts the server with nothing in it, on the same port, and returns when it is ready.
    pub fn start_again(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["-H", "127.0.0.1", "-p", &self.port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("the server starts"));
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(120), "no S3 server");
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server at once, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is this process's child");
            process.wait().expect("it ended");
        }
    }

    /// The server stays, and answers nothing until it goes on.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the server runs").id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().expect("kill is there").success());
    }

    pub fn make_bucket(&self, bucket: &str) {
        let answer = self.ask("PUT", &format!("/{bucket}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Where a bucket is, for `blobs_url`.
    pub fn url(&self, bucket: &str) -> String {
        format!("s3://key:s%2Fcret@{bucket}?endpoint=http://127.0.0.1:{}&region=eu-central-1", self.port)
    }

    /// Asks as nobody: this server doesn't mind.
    pub fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server is there");
        let address = format!("127.0.0.1:{}", self.port);
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
