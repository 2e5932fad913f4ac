//! The real program on a free port with a data folder of its own, and the plainest HTTP client there can be: it
//! sends what it is given, byte for byte.
#![allow(dead_code, reason = "each test uses its part")]

pub mod bare;
pub mod client;
pub mod github;

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A folder that is gone when dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("guildhall-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The program, with nothing of this machine's own settings.
pub(crate) fn program(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guildhall"));
    command.current_dir(&folder.0).env_clear().stdin(Stdio::null());
    command
}

/// Runs a start that should fail, and gives the one sentence that it says.
pub(crate) fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("the program starts");
    let said = String::from_utf8(stderr).expect("UTF-8");
    assert_eq!(status.code(), Some(1), "it said: {said}");
    assert!(said.starts_with("guildhall: ") && said.lines().count() == 1, "not one sentence: {said}");
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{said}");
    said
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) said: Arc<Mutex<String>>,
}

impl Server {
    pub(crate) fn start(folder: &Folder) -> Self {
        Self::start_with(program(folder).args(["--listen", "127.0.0.1:0", "--data"]).arg(folder.data()))
    }

    /// Starts the command and waits until it says where it listens.
    pub(crate) fn start_with(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut first = String::new();
        out.read_line(&mut first).expect("a line");
        let address = first.trim().rsplit_once("http://").map(|(_, address)| address.to_owned());
        let address = address.unwrap_or_else(|| panic!("no address in {first:?}"));
        let said = Arc::new(Mutex::new(first));
        let rest = said.clone();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                rest.lock().expect("no panic").push_str(&format!("{line}\n"));
            }
        });
        Self { child, address, said }
    }

    /// All that it has said, when these words are among it. It greets after it says where it listens.
    #[track_caller]
    pub(crate) fn heard(&self, words: &str) -> String {
        for _ in 0..1_000 {
            let said = self.said.lock().expect("no panic").clone();
            if said.contains(words) {
                return said;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it never said {words:?}: {}", self.said.lock().expect("no panic"));
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends the process a signal and answers its exit code.
    pub(crate) fn stop(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status().expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("it ends").code()
    }

    pub(crate) fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![];
        headers.extend(bearer.as_deref().map(|bearer| ("Authorization", bearer)));
        headers.extend(body.map(|_| ("Content-Type", "application/json")));
        let body = body.map(ToString::to_string).unwrap_or_default();
        self.raw(method, path, &headers, body.as_bytes())
    }

    pub(crate) fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes()).expect("the head is sent");
        // A server may refuse a body by its length, and hang up before it is all sent.
        drop(stream.write_all(body));
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        Answer::parse(&bytes)
    }

    /// Registers a person and gives the access token.
    pub(crate) fn register(&self, name: &str) -> String {
        let body = json!({ "email": format!("{name}@test.example"), "password": PASSWORD, "display_name": name });
        let answer = self.call("POST", "/api/v1/accounts", None, Some(&body));
        answer.expect(201)["access_token"].as_str().expect("a token").to_owned()
    }

    /// Makes a guild and gives its id, and that of its first channel.
    pub(crate) fn guild(&self, token: &str) -> (String, String) {
        let guild = self.call("POST", "/api/v1/guilds", Some(token), Some(&json!({ "name": "Hall" })));
        let guild = text(&guild.expect(201)["id"]);
        let channels = self.call("GET", &format!("/api/v1/guilds/{guild}/channels"), Some(token), None);
        let channel = text(&channels.expect(200)["items"][0]["id"]);
        (guild, channel)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|at| at == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no HTTP answer: {:?}", String::from_utf8_lossy(bytes)));
        let (head, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("{head}"));
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        Self { status, head: head.into_owned(), body: json, bytes: body.to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} {}", self.head, self.body);
        self.body
    }

    /// The body without which call it answers: each has its own.
    pub(crate) fn said(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(problem) = body.as_object_mut() {
            problem.remove("request_id");
        }
        body
    }

    /// A refusal must be a whole problem document that says what to do, with this status, code and field.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, field: Option<&str>) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{} {}", self.head, self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.body["field"].as_str(), field, "{}", self.body);
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("urn:guildhall:problem:{code}"));
        assert!(self.body["title"].is_string() && self.body["detail"].as_str().is_some_and(|d| d.len() > 10));
        assert!(self.header("x-request-id").is_some(), "no request id: {}", self.head);
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The files of a data folder, and their sizes.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the data folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
