//! Moves an embedded install to PostgreSQL, and files from a folder to S3. What is moved stays as it is where it was.

mod blobs;

use super::{refuse, say, stores};
use crate::{
    config::Config,
    data::{ACCOUNTS_KEY, Data},
};
use engine_sql::{Progress, Transfer};
use kernel::Result;
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// How often it is said how far a long table is.
const TELL: Duration = Duration::from_secs(2);

/// Moves the databases to `to` and files to `blobs_to`, whichever is named. May be killed, and run again.
pub fn migrate(config: &Config, to: Option<&str>, blobs_to: Option<&str>) -> Result<()> {
    if let Some(to) = to {
        databases(config, to)?;
    }
    if let Some(to) = blobs_to {
        // Nobody may put files meanwhile. Who has the databases elsewhere stops the servers by hand.
        let _data = if config.keeps_files() { Some(Data::hold(&config.data)?) } else { None };
        let moved = super::run(blobs::move_all(config, to))?;
        let shown = without_password(to);
        say(&format!("moved {moved} files from {} to {shown}", config.blobs()?));
        say(&format!("start on it: GUILDHALL_BLOBS_URL={shown} guildhall serve"));
    }
    Ok(())
}

/// Copies every service's file to its schema in the database `to`, and proves the copy.
///
/// # Errors
/// A server holds the data folder; the database can't be reached, or has rows that aren't from this move; a row that was
/// read back isn't what was copied.
fn databases(config: &Config, to: &str) -> Result<()> {
    if !(to.starts_with("postgres://") || to.starts_with("postgresql://")) {
        let detail =
            "--to isn't the address of a PostgreSQL database: those are like postgres://user:password@host/database.";
        return Err(refuse("bad_address", detail.into()));
    }
    let kept = stores::in_folder(config)?;
    let data = Data::hold(&config.data)?;
    let began = Instant::now();
    let rows = super::run(async {
        let schemas: Vec<&'static str> = kept.iter().map(|store| store.name()).collect();
        let transfer = Transfer::begin(to, &schemas).await?;
        let mut rows = 0;
        for store in &kept {
            let told = Cell::new(began);
            let tell = |Progress { schema, table, rows, of }: Progress<'_>| {
                if rows == of || told.get().elapsed() > TELL {
                    told.set(Instant::now());
                    say(&format!("{schema}.{table}: {rows} of {of} rows"));
                }
            };
            let moved = transfer.copy(store.name(), &store.file(&data.folder), store.migrations, &tell).await?;
            say(&format!("{}: all {moved} rows read back, and the same", store.name()));
            rows += moved;
        }
        transfer.finish().await?;
        Ok(rows)
    })?;
    let (folder, seconds, shown) = (data.folder.display(), began.elapsed().as_secs_f32(), without_password(to));
    say(&format!("moved {rows} rows from {folder} to {shown}, in {seconds:.1} s"));
    say(&format!("start on it: GUILDHALL_DATABASE_URL={shown} guildhall serve"));
    if data.folder.join(ACCOUNTS_KEY).exists() {
        let key = data.folder.join(ACCOUNTS_KEY);
        say(&format!(
            "{} goes on sealing secrets of accounts: a process with another data folder needs what is in it as \
             GUILDHALL_ACCOUNTS_ENCRYPTION_KEY",
            key.display()
        ));
    }
    say(&format!("{folder} is as it was: keep it as a backup, but don't start on it again, or the two grow apart."));
    Ok(())
}

fn without_password(url: &str) -> String {
    let hidden = url.split_once("://").and_then(|(scheme, rest)| {
        let (who, place) = rest.rsplit_once('@')?;
        let (user, _) = who.split_once(':')?;
        Some(format!("{scheme}://{user}:…@{place}"))
    });
    hidden.unwrap_or_else(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://me:a@b:c@host:5432/db"), "postgres://me:…@host:5432/db");
        assert_eq!(without_password("postgres://me@host/db"), "postgres://me@host/db");
        assert_eq!(without_password("postgres:///db"), "postgres:///db");
    }
}
