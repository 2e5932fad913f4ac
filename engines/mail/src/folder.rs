use crate::message::{Encoding, Sender, message};
use async_trait::async_trait;
use kernel::{Problem, UserId};
use ports::{Mail, Mailer, Undelivered};
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// How many mails stay; the oldest go.
const KEPT: usize = 200;

/// Mails as files, for who runs the server: its people's links and addresses are in them, so nobody else may read them.
pub(crate) struct Folder {
    folder: PathBuf,
    from: Sender,
}

impl Folder {
    pub(crate) fn new(folder: &Path, from: Sender) -> Self {
        Self { folder: folder.to_owned(), from }
    }
}

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        let written = message(mail, &self.from, Encoding::Readable)?.formatted();
        // By time, so that a listing is in order, and the same for the same mail.
        let name = format!("{:014}-{}-{}{}", mail.at.0, mail.about, mail.id, ending(mail.account));
        let (folder, shown) = (self.folder.clone(), self.folder.join(&name));
        let kept = tokio::task::spawn_blocking(move || keep(&folder, &name, &written)).await;
        match kept.map_err(io::Error::other).and_then(|kept| kept) {
            Ok(()) => {
                tracing::info!(file = %shown.display(), about = mail.about, "a mail is in the folder: mail_url is log:");
                Ok(())
            }
            Err(error) => Err(Undelivered::Later(format!("{} can't be written: {error}", shown.display()))),
        }
    }

    async fn forget(&self, account: UserId, to: &str) -> Result<(), Problem> {
        let (folder, to) = (self.folder.clone(), to.to_owned());
        let forgotten = tokio::task::spawn_blocking(move || forget(&folder, account, &to)).await;
        forgotten.map_err(io::Error::other).and_then(|forgotten| forgotten).map_err(Problem::internal)
    }

    fn reaches_people(&self) -> bool {
        false
    }
}

/// How the names of all mails about an account end.
fn ending(account: UserId) -> String {
    format!("-of-{account}.eml")
}

/// Takes away the mails about an account, and those that name the address.
fn forget(folder: &Path, account: UserId, to: &str) -> io::Result<()> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed?,
    };
    let (ending, to) = (ending(account), to.to_lowercase());
    for entry in listed {
        let path = entry?.path();
        let is_about = path.to_str().is_some_and(|path| path.ends_with(&ending));
        let names = || fs::read(&path).is_ok_and(|mail| String::from_utf8_lossy(&mail).to_lowercase().contains(&to));
        if is_about || (!to.is_empty() && names()) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Writes the file whole, or not at all, and takes away the oldest that are too many.
fn keep(folder: &Path, name: &str, written: &[u8]) -> io::Result<()> {
    let (mut builder, mut options) = (DirBuilder::new(), OpenOptions::new());
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.recursive(true).create(folder)?;
    let part = folder.join(format!("{name}.part"));
    options.write(true).create(true).truncate(true).open(&part)?.write_all(written)?;
    fs::rename(&part, folder.join(name))?;
    let is_mail = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "eml");
    let listed = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut mails: Vec<PathBuf> = listed.filter(is_mail).collect();
    mails.sort();
    for old in mails.iter().take(mails.len().saturating_sub(KEPT)) {
        // Another process may have taken it away already.
        drop(fs::remove_file(old));
    }
    Ok(())
}
