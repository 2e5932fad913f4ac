use super::*;
use crate::{Database, testing};
use sqlx::{AssertSqlSafe, query, query_scalar};
use std::{cell::Cell, path::PathBuf};

/// By name, things come before what they refer to.
const MIGRATIONS: &[Migration] = &[Migration {
    version: 100,
    name: "things",
    sql: "CREATE TABLE wholes (id BIGINT NOT NULL PRIMARY KEY, data TEXT);
          CREATE TABLE things (
            name TEXT NOT NULL, place BIGINT NOT NULL, whole BIGINT NOT NULL REFERENCES wholes (id), note TEXT,
            good BOOLEAN NOT NULL, small INTEGER, PRIMARY KEY (name, place)
          ) /*sqlite WITHOUT ROWID*/;",
}];

/// A file with rows that are hard to move, and an empty database.
struct Scene {
    scratch: testing::Scratch,
    file: PathBuf,
    url: String,
}

impl Scene {
    async fn new() -> Self {
        let scratch = testing::sqlite().await;
        scratch.ground(MIGRATIONS).await;
        let Database::Sqlite(pools) = &scratch.database else { panic!("SQLite") };
        let file = pools.file();
        let scene = Self { scratch, file, url: testing::postgres_database().await };
        scene
            .write("INSERT INTO wholes SELECT value * 2251799813685249, hex(randomblob(40)) FROM generate(3500)")
            .await;
        // Letters that a dictionary puts in another order than their bytes; quotes; nothing; empty; the ends of integers.
        for (i, name) in ["a", "B", "ä", "Ω", "é", "e\u{301}", "😀", "-", "'", "\"x\" \\n", " ", ""].iter().enumerate()
        {
            let sql = "INSERT INTO things VALUES ($1, $2, 0, $3, $4, $5)";
            let mut tx = scene.pools().begin().await.expect("begun");
            let place = [i64::MIN, -1, i64::MAX][i % 3];
            query(sql)
                .bind(name)
                .bind(place)
                .bind((i % 2 == 0).then(|| name.repeat(i)))
                .bind(i % 2 == 0)
                .bind((i % 4 > 0).then_some(i32::MIN + i as i32))
                .execute(&mut *tx)
                .await
                .expect("written");
            tx.commit().await.expect("committed");
        }
        scene
    }

    fn pools(&self) -> &crate::sqlite::Pools {
        let Database::Sqlite(pools) = &self.scratch.database else { panic!("SQLite") };
        pools
    }

    async fn write(&self, sql: &str) {
        let numbers = "(WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 3499) SELECT value FROM n)";
        let mut tx = self.pools().begin().await.expect("begun");
        query(AssertSqlSafe(sql.replace("generate(3500)", numbers))).execute(&mut *tx).await.expect("written");
        tx.commit().await.expect("committed");
    }

    async fn on_target(&self, sql: &str) -> Option<i64> {
        let mut connection = PgConnection::connect(&self.url).await.expect("PostgreSQL opens");
        match sql.starts_with("SELECT") {
            true => query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.ok(),
            false => query(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.map(|_| 0).ok(),
        }
    }

    async fn begin(&self) -> Result<Transfer> {
        Transfer::begin(&self.url, &["things"]).await
    }

    /// Copies until a batch for which `until` holds was noted; there it breaks off, as a kill would.
    async fn copy_until(&self, until: impl Fn(Progress<'_>) -> bool) {
        let transfer = self.begin().await.expect("began");
        let (reached, there) = (Cell::new(false), tokio::sync::Notify::new());
        let tell = |progress: Progress<'_>| {
            if until(progress) {
                reached.set(true);
                there.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = there.notified() => {}
            done = transfer.copy("things", &self.file, MIGRATIONS, &tell) => drop(done.expect("copied")),
        }
        assert!(reached.get(), "it was never there");
    }

    async fn copy(&self) -> Result<i64> {
        let transfer = self.begin().await?;
        let rows = transfer.copy("things", &self.file, MIGRATIONS, &|_| {}).await?;
        transfer.finish().await?;
        Ok(rows)
    }
}

const COUNT: &str = "SELECT (SELECT count(*) FROM things.wholes) + (SELECT count(*) FROM things.things)";

#[tokio::test]
async fn every_row_goes_over_and_the_schema_gets_its_name_at_the_end() {
    let scene = Scene::new().await;
    let transfer = scene.begin().await.expect("began");
    let rows = transfer.copy("things", &scene.file, MIGRATIONS, &|_| {}).await.expect("copied");
    assert_eq!((rows, scene.on_target(COUNT).await), (3_512, None), "it has its name before it is finished");
    transfer.finish().await.expect("finished");
    assert_eq!(scene.on_target(COUNT).await, Some(3_512));
    assert_eq!(scene.on_target("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'moving%'").await, Some(0));
    assert_eq!(scene.on_target("SELECT count(*) FROM pg_class WHERE relname = '_move'").await, Some(0));
    // A server that starts there finds its schema up to date, and its ids reserved.
    let database = Database::postgres(&scene.url, "things").await.expect("opens");
    database.migrate(MIGRATIONS).await.expect("up to date");
    let own = scene.scratch.database.journal().high_water(0).await.expect("read");
    assert_eq!(database.journal().high_water(0).await.expect("read"), own);
}

#[tokio::test]
async fn a_move_that_broke_off_goes_on_where_it_was() {
    let scene = Scene::new().await;
    scene.copy_until(|p| p.table == "wholes" && p.rows == 2_000).await;
    assert_eq!(scene.on_target("SELECT count(*) FROM moving_things.wholes").await, Some(2_000));
    let next = scene.on_target("SELECT pg_current_xact_id()::text::bigint").await.expect("a transaction");
    assert_eq!(scene.copy().await.expect("copied"), 3_512);
    let kept = format!("SELECT count(*) FROM things.wholes WHERE xmin::text::bigint < {next}");
    assert_eq!(scene.on_target(&kept).await, Some(2_000), "it began anew");
    assert_eq!(scene.on_target(COUNT).await, Some(3_512));
}

#[tokio::test]
async fn a_file_that_changed_in_between_is_copied_anew() {
    let scene = Scene::new().await;
    scene.copy_until(|p| p.table == "wholes" && p.rows == 3_000).await;
    scene.write("UPDATE wholes SET data = 'changed' WHERE id = 0").await;
    assert_eq!(scene.copy().await.expect("copied"), 3_512);
    assert_eq!(scene.on_target("SELECT count(*) FROM things.wholes WHERE data = 'changed'").await, Some(1));
}

#[tokio::test]
async fn a_changed_byte_is_found() {
    for change in [
        "UPDATE moving_things.wholes SET data = overlay(data PLACING 'z' FROM 7) WHERE id = 0",
        "UPDATE moving_things.things SET note = NULL WHERE note = ''",
        "UPDATE moving_things.things SET small = small + 1 WHERE name = 'B'",
        "UPDATE moving_things.things SET good = NOT good WHERE name = 'e\u{301}'",
        "UPDATE moving_things.wholes SET id = id + 1 WHERE id = 2251799813685249",
    ] {
        let scene = Scene::new().await;
        scene.copy_until(|p| p.table == "things" && p.rows == p.of).await;
        scene.on_target(change).await.expect("changed");
        let problem = scene.copy().await.expect_err(change);
        assert_eq!(problem.code, "copy_differs", "{change}: {problem:?}");
        assert_eq!(scene.on_target(COUNT).await, None, "it got its name");
        assert_eq!(scene.copy().await.expect("copied anew"), 3_512);
    }
}

#[tokio::test]
async fn rows_of_others_are_refused_and_left_alone() {
    let scene = Scene::new().await;
    let refused = async |when: &str| {
        let problem = scene.copy().await.expect_err(when);
        assert_eq!(problem.code, "target_not_empty", "{when}: {problem:?}");
    };
    scene.on_target("CREATE SCHEMA things").await.expect("made");
    scene.on_target("CREATE TABLE things.theirs (id BIGINT)").await.expect("made");
    refused("somebody else's table").await;
    scene.on_target("DROP TABLE things.theirs").await.expect("dropped");
    // As a server leaves it that started there.
    let database = Database::postgres(&scene.url, "things").await.expect("opens");
    database.migrate(MIGRATIONS).await.expect("made");
    database.journal().raise_high_water(0, kernel::Timestamp(1)).await.expect("noted");
    refused("a used schema").await;
    assert_eq!(database.journal().high_water(0).await.expect("read"), kernel::Timestamp(1));
    scene.on_target("DELETE FROM things.id_high_water").await.expect("deleted");
    database.close().await;
    // Half-way, somebody adds a row.
    scene.copy_until(|p| p.table == "wholes" && p.rows == 1_000).await;
    scene.on_target("INSERT INTO moving_things.wholes VALUES (1, '')").await.expect("added");
    refused("a row too many").await;
    scene.on_target("DELETE FROM moving_things.wholes WHERE id = 1").await.expect("deleted");
    assert_eq!(scene.copy().await.expect("copied"), 3_512);
    refused("a second time").await;
}

#[tokio::test]
async fn another_version_is_refused() {
    let scene = Scene::new().await;
    let transfer = scene.begin().await.expect("began");
    let newer = [MIGRATIONS[0], Migration { version: 101, name: "later", sql: "SELECT 1" }];
    for (migrations, word) in [(&newer[..], "older"), (&[], "newer")] {
        let problem = transfer.copy("things", &scene.file, migrations, &|_| {}).await.expect_err(word);
        assert!(problem.code == "other_version" && problem.detail.contains(word), "{problem:?}");
    }
}

#[tokio::test]
async fn what_postgres_cannot_hold_is_said() {
    let scene = Scene::new().await;
    scene.write("UPDATE wholes SET data = 'a' || char(0) || 'b' WHERE id = 0").await;
    let problem = scene.copy().await.expect_err("refused");
    assert!(problem.code == "postgres_refused" && problem.detail.contains("wholes"), "{problem:?}");
    scene.write("UPDATE wholes SET data = CAST(x'ff' AS TEXT) WHERE id = 0").await;
    let problem = scene.copy().await.expect_err("refused");
    assert!(problem.code == "database_corrupt" && problem.detail.contains("wholes"), "{problem:?}");
}
