//! Mail, behind the port `Mailer`.
//!
//! | address | what becomes of a mail |
//! |---|---|
//! | `log:`, `log:FOLDER` | a file in the folder, readable in any mail program or editor, and a line in the log that names it |
//! | `smtp://[user:password@]host[:587]` | handed to that server; STARTTLS is required |
//! | `smtps://[user:password@]host[:465]` | the same over TLS from the first byte |
//!
//! After `?` an SMTP address may have `ca=FILE` (PEM: the authority that signed the server's certificate, where that is none
//! that everyone knows), and `tls=none`, for a server on this machine only.
//!
//! A mail is tried once for each call, within 30 s; who calls tries again. It is handed over at least once: its Message-ID
//! stays the same.

mod address;
mod folder;
mod message;
mod smtp;

use address::Address;
use kernel::{Problem, Result};
use ports::Mailer;
use std::{path::Path, sync::Arc};

pub use smtp::Smtp;

/// The mailer of an address. `from` is who mails are from: `Guildhall <chat@example.org>`; `folder` is where `log:` puts
/// them.
///
/// # Errors
/// `bad_settings`: the address, or `from`, isn't one.
pub fn open(url: &str, from: &str, folder: &Path) -> Result<Arc<dyn Mailer>> {
    let from = message::Sender::parse(from)?;
    Ok(match Address::parse(url)? {
        Address::Folder(named) => Arc::new(folder::Folder::new(named.as_deref().unwrap_or(folder), from)),
        Address::Server(server) => Arc::new(Smtp::new(&server, from)?),
    })
}

/// The server of an address, to be asked whether it is there; none for `log:`.
pub fn server(url: &str, from: &str) -> Result<Option<Smtp>> {
    match Address::parse(url)? {
        Address::Folder(_) => Ok(None),
        Address::Server(server) => Smtp::new(&server, message::Sender::parse(from)?).map(Some),
    }
}

fn unusable(detail: String) -> Problem {
    Problem::new(kernel::Kind::Unprocessable, "bad_settings", detail)
}
