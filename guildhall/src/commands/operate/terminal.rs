//! Asking whoever types. A password is never an argument: arguments are seen by everybody on the machine.

use crate::commands::refuse;
use kernel::{Problem, Result};
use std::io::{self, BufRead, IsTerminal, Write};

/// A new password: from the terminal, unseen and twice; otherwise the first line of the input.
pub(super) fn password() -> Result<String> {
    if !io::stdin().is_terminal() {
        return line(
            "give the password as a line of the input: printf '%s\\n' \"$PASSWORD\" | guildhall user create …",
        );
    }
    let first = unseen("Password: ")?;
    if unseen("Once more: ")? == first {
        Ok(first)
    } else {
        Err(refuse("passwords_differ", "the two passwords differ: try again.".into()))
    }
}

/// Whether whoever types says yes. Without a terminal it must have been said before, by a flag.
pub(super) fn confirm(question: &str) -> Result<()> {
    if !io::stdin().is_terminal() {
        return Err(refuse("not_confirmed", format!("{question} Say so with --yes.")));
    }
    ask(&format!("{question} [y/N] "))?;
    match line("")?.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(refuse("not_confirmed", "nothing was changed.".into())),
    }
}

fn ask(question: &str) -> Result<()> {
    let mut out = io::stderr();
    out.write_all(question.as_bytes()).and_then(|()| out.flush()).map_err(Problem::internal)
}

fn line(missing: &str) -> Result<String> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(Problem::internal)?;
    if read == 0 && !missing.is_empty() {
        return Err(refuse("password_missing", missing.into()));
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// A line that the terminal doesn't show.
#[cfg(unix)]
fn unseen(question: &str) -> Result<String> {
    use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
    ask(question)?;
    let stdin = io::stdin();
    let before = tcgetattr(&stdin).map_err(Problem::internal)?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &silent).map_err(Problem::internal)?;
    let read = line("");
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &before).map_err(Problem::internal)?;
    ask("\n")?;
    read
}

/// A line that the terminal shows: here it can't be told not to.
#[cfg(not(unix))]
fn unseen(question: &str) -> Result<String> {
    ask(question)?;
    line("")
}
