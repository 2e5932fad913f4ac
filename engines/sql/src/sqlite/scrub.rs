use super::{BUSY, Pools};
use crate::{Fault, Result};
use rusqlite::ffi;
use std::path::Path;

impl Pools {
    /// Writes the file anew, so that neither its pages nor its journal hold anything that was deleted: a page that was put
    /// in order may keep a copy of what has moved on it, which `secure_delete` doesn't know of. Whoever writes waits; whoever
    /// reads goes on. Takes as much disk as the file.
    pub(crate) async fn scrub(&self) -> Result<()> {
        let turn = self.turn.clone().lock_owned().await;
        let file = self.direct.file().to_owned();
        let scrubbed = tokio::task::spawn_blocking(move || {
            let done = scrub_now(&file);
            drop(turn);
            done
        });
        scrubbed.await.map_err(|_| Fault::Broken)?
    }
}

fn scrub_now(file: &Path) -> Result<()> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("VACUUM")?;
    // Waits for those who still read what was; what they read is in the journal's way.
    let in_the_way: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    match in_the_way {
        0 => Ok(()),
        _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None).into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Database, testing};

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_that_was_deleted_is_left_in_any_byte() {
        let scratch = testing::sqlite().await;
        scratch.ground(&[]).await;
        let Database::Sqlite(pools) = &scratch.database else { panic!("SQLite") };
        let write = |sql: &'static str| async move {
            let mut tx = pools.begin().await.expect("begun");
            sqlx::query(sql).execute(&mut *tx).await.expect("written");
            tx.commit().await.expect("committed");
        };
        let holds = |canary: &str| {
            let folder = pools.file().parent().expect("a folder").to_owned();
            let files = std::fs::read_dir(folder).expect("read").map(|file| file.expect("a file").path());
            let bytes = files.filter(|file| file.is_file()).map(|file| std::fs::read(file).expect("read"));
            bytes.into_iter().any(|bytes| bytes.windows(canary.len()).any(|at| at == canary.as_bytes()))
        };
        for _ in 0..40 {
            write("INSERT INTO dead_letters SELECT 'f', hex(randomblob(20)), abs(random()), 1, 'canary-' || hex(randomblob(300))").await;
        }
        write("INSERT INTO streams (name, seq, relayed) VALUES ('stays', 1, 0)").await;
        assert!(holds("canary-"));
        write("DELETE FROM dead_letters").await;
        assert!(holds("canary-"), "the journal still has it: without that, this test would show nothing");
        scratch.database.scrub().await.expect("scrubbed");
        assert!(!holds("canary-"));
        assert!(holds("stays"));
        write("INSERT INTO streams (name, seq, relayed) VALUES ('and goes on', 1, 0)").await;
    }
}
