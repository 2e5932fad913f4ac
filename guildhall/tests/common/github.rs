//! A server shaped like GitHub, where there is one person.
#![allow(dead_code, reason = "each test uses its part")]

use super::{Answer, Server};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

pub struct Github {
    pub address: String,
}

impl Github {
    /// Whoever comes is this person.
    pub fn start(login: &'static str, email: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                drop(serve(stream.expect("a connection"), login, email));
            }
        });
        Self { address }
    }

    pub fn settings(&self) -> [(&'static str, &str); 4] {
        [
            ("GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_KIND", "github"),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_ISSUER", &self.address),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_CLIENT_ID", "0042"),
            ("GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_CLIENT_SECRET", "4711"),
        ]
    }
}

fn serve(mut stream: TcpStream, login: &str, email: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((_, value)) =
            line.to_ascii_lowercase().split_once("content-length:").filter(|(name, _)| name.is_empty())
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let form = String::from_utf8_lossy(&body);
    let answer = match first.split(' ').nth(1).unwrap_or_default() {
        "/login/oauth/access_token" if form.contains("client_id=0042&client_secret=4711&") => {
            json!({ "access_token": "let-in" })
        }
        "/login/oauth/access_token" => json!({ "error": "incorrect_client_credentials" }),
        "/api/v3/user" => json!({ "id": 7, "login": login, "name": login }),
        "/api/v3/user/emails" => json!([{ "email": email, "primary": true, "verified": true }]),
        _ => Value::Null,
    };
    let answer = answer.to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "{head}Content-Length: {}\r\n\r\n{answer}", answer.len())
}

/// A browser that was sent to GitHub.
pub struct Visit {
    pub state: String,
    cookie: String,
}

impl Visit {
    /// What an answer that begins one gives the browser: where to go, and what to keep.
    pub fn begun(answer: &Answer, location: &str) -> Self {
        let (_, state) = location.split_once("&state=").expect("a state");
        let state = state.split('&').next().expect("a value").to_owned();
        let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a value").to_owned();
        Self { state, cookie }
    }

    /// Comes back with that code.
    pub fn end(&self, server: &Server, code: &str) -> Answer {
        let body = json!({ "provider": "github", "state": self.state, "code": code }).to_string();
        let headers = [("Content-Type", "application/json"), ("Cookie", &self.cookie)];
        server.raw("POST", "/api/v1/sessions/exchange", &headers, body.as_bytes())
    }
}
