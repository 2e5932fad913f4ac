//! Pages of history over REST, one after the other on one connection.

use crate::{histogram::Histogram, process};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, Error, Read, Result, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

#[derive(Deserialize)]
pub(crate) struct Plan {
    address: String,
    pids: Vec<u32>,
    token: String,
    channel: String,
    /// How many messages the channel holds: pages are taken from anywhere in it.
    messages: u64,
    page_messages: u64,
    warm_seconds: f64,
    seconds: f64,
}

#[derive(Serialize)]
pub(crate) struct Report {
    pages: u64,
    cpu_us_per_page: f64,
    p50_ms: f64,
    p99_ms: f64,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let stream = TcpStream::connect(&plan.address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut client = Client { plan, connection: BufReader::new(stream), chance: 1, latencies: Histogram::new() };
    client.run_for(plan.warm_seconds)?;
    client.latencies = Histogram::new();
    let cpu_us = process::cpu_us(&plan.pids)?;
    let pages = client.run_for(plan.seconds)?;
    Ok(Report {
        pages,
        cpu_us_per_page: (process::cpu_us(&plan.pids)? - cpu_us) / pages as f64,
        p50_ms: client.latencies.quantile_ms(0.5),
        p99_ms: client.latencies.quantile_ms(0.99),
    })
}

struct Client<'a> {
    plan: &'a Plan,
    connection: BufReader<TcpStream>,
    chance: u64,
    latencies: Histogram,
}

impl Client<'_> {
    fn run_for(&mut self, seconds: f64) -> Result<u64> {
        let (began, mut pages) = (Instant::now(), 0);
        while began.elapsed().as_secs_f64() < seconds {
            self.page()?;
            pages += 1;
        }
        Ok(pages)
    }

    fn page(&mut self) -> Result<()> {
        let Plan { address, token, channel, messages, page_messages, .. } = self.plan;
        let before = page_messages + 1 + self.random() % (messages - page_messages);
        let request = format!(
            "GET /api/v1/channels/{channel}/messages?limit={page_messages}&before={before} HTTP/1.1\r\n\
             Host: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let asked = Instant::now();
        self.connection.get_mut().write_all(request.as_bytes())?;
        let body = self.answer()?;
        self.latencies.add(asked.elapsed());
        let found = memmem::find_iter(&body, br#""number":"#).count() as u64;
        if found != *page_messages {
            return Err(Error::other(format!("a page of {found} messages before {before}, not of {page_messages}")));
        }
        Ok(())
    }

    fn answer(&mut self) -> Result<Vec<u8>> {
        let (mut first, mut length) = (String::new(), None);
        self.connection.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            self.connection.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            }
        }
        if !first.starts_with("HTTP/1.1 200") {
            return Err(Error::other(format!("a page was refused: {}", first.trim())));
        }
        let mut body = vec![0; length.ok_or_else(|| Error::other("an answer without Content-Length"))?];
        self.connection.read_exact(&mut body)?;
        Ok(body)
    }

    /// The same pages in every run (xorshift).
    fn random(&mut self) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance
    }
}
