//! The files below a folder, in the order of their keys.

use super::{file::listed, is_absent};
use ports::{Key, Listed, Prefix};
use std::{fs, io, path::Path};

/// The next files below the prefix whose keys come after `after`. What isn't a blob's is passed over.
pub(super) fn files(root: &Path, prefix: &Prefix, after: Option<&Key>, max: usize) -> io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    walk(root, prefix.as_str(), after.map(Key::as_str), max, &mut found)?;
    Ok(found)
}

fn walk(root: &Path, folder: &str, after: Option<&str>, max: usize, found: &mut Vec<Listed>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(e) if is_absent(&e) => return Ok(()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        // A folder that leads to `after` sorts before it.
        if after.is_none_or(|after| key.as_str() > after || after.starts_with(&format!("{key}/"))) {
            names.push(key);
        }
    }
    names.sort_unstable();
    for name in names {
        if found.len() == max {
            break;
        }
        let Ok(key) = Key::new(name) else { continue };
        let path = root.join(key.as_str());
        // What went in the meantime isn't there.
        let kept = fs::symlink_metadata(&path).and_then(|metadata| {
            if metadata.is_dir() {
                walk(root, key.as_str(), after, max, found)?;
            } else if metadata.is_file() {
                found.push(listed(key, &path, &metadata)?);
            }
            Ok(())
        });
        kept.or_else(|error| if is_absent(&error) { Ok(()) } else { Err(error) })?;
    }
    Ok(())
}
