//! Files that haven't their names yet.

use super::{ATTEMPTS, sync};
use ports::{OsRandom, Random};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// No key begins with a dot.
pub(super) const FOLDER: &str = ".unfinished";

/// A file that is being written, locked by the one who writes it. It goes when it isn't finished.
pub(super) struct Unfinished(pub(super) PathBuf);

impl Unfinished {
    pub(super) fn begin(root: &Path) -> io::Result<(Self, File)> {
        let folder = root.join(FOLDER);
        make(&folder)?;
        let random: &dyn Random = &OsRandom;
        let path = folder.join(format!("{:032x}", u128::from_le_bytes(random.bytes())));
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.write(true).create_new(true).open(&path)?;
        let unfinished = Self(path);
        file.lock()?;
        Ok((unfinished, file))
    }

    /// Gives it its name, in the place of what has it, and sees to it that all names on the way are on the disk.
    pub(super) fn name(self, root: &Path, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(root);
        let mut attempts = 0..ATTEMPTS;
        loop {
            make(folder)?;
            match fs::rename(&self.0, path) {
                // A delete found the folder empty and took it away.
                Err(e) if e.kind() == ErrorKind::NotFound && self.0.exists() && attempts.next().is_some() => {}
                named => break named?,
            }
        }
        // Whoever made a folder may not have synced it yet, so all are.
        path.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).try_for_each(sync)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Removes what nobody writes any more.
pub(super) fn clear(root: &Path) -> io::Result<()> {
    let files = match fs::read_dir(root.join(FOLDER)) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    for file in files {
        let path = file?.path();
        // Another process of this folder may have been quicker.
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_ok() {
            drop(fs::remove_file(&path));
        }
    }
    Ok(())
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
