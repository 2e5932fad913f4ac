//! A private mail server, and the authority that signed its certificate.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/server.py");
const NEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/need-smtp");

pub struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    pub port: u16,
    folder: Scratch,
}

impl Server {
    /// `mode` is `plain`, `starttls` or `tls`.
    pub fn start(mode: &str) -> Self {
        let python = Command::new(NEED).stderr(Stdio::inherit()).output().expect("tests/need-smtp runs");
        assert!(python.status.success(), "tests/need-smtp failed");
        let python = String::from_utf8(python.stdout).expect("a path");
        let folder = Scratch::make();
        certificates(folder.path());
        let mut child = Command::new(python.trim())
            .arg(SCRIPT)
            .arg(mode)
            .args([folder.path().join("server.pem"), folder.path().join("server.key")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut said = BufReader::new(child.stdout.take().expect("piped"));
        let mut port = String::new();
        said.read_line(&mut port).expect("a line");
        Self { child, said, port: port.trim().parse().expect("a port"), folder }
    }

    /// What an address needs so that the server is trusted.
    pub fn authority(&self) -> String {
        format!("ca={}", self.folder.path().join("ca.pem").display())
    }

    /// The next mail that was taken.
    pub fn mail(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("a mail")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An authority of its own, and a certificate for this machine that it signed.
fn certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .expect("written");
    for step in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Tests -keyout ca.key -out ca.pem",
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.test -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    ] {
        let done = Command::new("openssl").args(step.split(' ')).current_dir(folder).output().expect("openssl runs");
        assert!(done.status.success(), "{step}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// A folder that goes with its test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn make() -> Self {
        let random: &dyn ports::Random = &ports::OsRandom;
        let name = format!("guildhall-mail-{:x}", u64::from_le_bytes(random.bytes()));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
