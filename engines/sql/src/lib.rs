//! SQLite and PostgreSQL behind one SQL text.
//!
//! A service writes its SQL once, in `store/sql.rs`, in the subset that both speak: `$1`, `RETURNING`,
//! `ON CONFLICT`, `BIGINT`, `BOOLEAN`, `TEXT`. [`stamp!`] compiles that file for each engine. In migrations, what
//! stands in a comment `/*sqlite …*/` is SQL on SQLite only, and in `/*postgres …*/` on PostgreSQL only.
//!
//! Beside the pools, this crate keeps what every service has: the event log ([`Journal`]), the relay of bells
//! ([`Relay`]), following others' streams ([`Following`]) and making ids ([`Mint`]).

mod database;
mod fault;
mod following;
mod ground;
mod journal;
mod mint;
#[cfg(feature = "postgres")]
pub mod postgres;
mod relay;
pub mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "postgres")]
mod transfer;

pub use database::{Database, Migration, versions};
pub use fault::{Fault, Result};
pub use following::{Following, OnEvent, Source};
pub use ground::{Ground, Outside};
pub use journal::{Journal, patience, unbroken, without_reading};
pub use mint::{Mint, RESERVE_SECONDS};
pub use relay::Relay;
#[cfg(feature = "postgres")]
pub use transfer::{Progress, Transfer};

#[doc(hidden)]
pub use rusqlite;
#[doc(hidden)]
pub use sqlx;

/// Rows that one statement may hold at most. A message needs 9 parameters, and both engines take more than 30,000.
const POWER_MAX: usize = 256;

/// Cuts rows into runs whose lengths are powers of two, so that statements of many rows come in few texts, and each
/// is prepared once.
pub fn in_powers<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let len = 1 << rows.len().min(POWER_MAX).checked_ilog2()?;
        let (run, rest) = rows.split_at(len);
        rows = rest;
        Some(run)
    })
}

/// Compiles a file of SQL for each engine and writes `open(Database) -> Arc<dyn Store>`. The file implements the
/// trait `Store` of the module around it for `SqlStore`, whose `pools` are the engine's. What must be said to each engine
/// in its own way stands in a file per engine, included beside it.
#[cfg(feature = "postgres")]
#[macro_export]
macro_rules! stamp {
    ($file:literal $(, sqlite: $sqlite:literal, postgres: $postgres:literal)?) => {
        $crate::__stamp_engine!(sqlite, $file $(, $sqlite)?);
        $crate::__stamp_engine!(postgres, $file $(, $postgres)?);

        /// The store on whichever engine `database` is.
        pub(crate) fn open(database: &$crate::Database) -> std::sync::Arc<dyn Store> {
            match database {
                $crate::Database::Sqlite(pools) => std::sync::Arc::new(sqlite::SqlStore { pools: pools.clone() }),
                $crate::Database::Postgres(pools) => std::sync::Arc::new(postgres::SqlStore { pools: pools.clone() }),
            }
        }
    };
}

/// Compiles a file of SQL for each engine and writes `open(Database) -> Arc<dyn Store>`. The file implements the
/// trait `Store` of the module around it for `SqlStore`, whose `pools` are the engine's. What must be said to each engine
/// in its own way stands in a file per engine, included beside it.
#[cfg(not(feature = "postgres"))]
#[macro_export]
macro_rules! stamp {
    ($file:literal $(, sqlite: $sqlite:literal, postgres: $postgres:literal)?) => {
        $crate::__stamp_engine!(sqlite, $file $(, $sqlite)?);

        /// The store on whichever engine `database` is.
        pub(crate) fn open(database: &$crate::Database) -> std::sync::Arc<dyn Store> {
            match database {
                $crate::Database::Sqlite(pools) => std::sync::Arc::new(sqlite::SqlStore { pools: pools.clone() }),
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __stamp_engine {
    ($engine:ident, $file:literal $(, $own:literal)?) => {
        mod $engine {
            #[allow(unused_imports, reason = "a file may need only some of it")]
            use super::*;
            #[allow(unused_imports, reason = "a file may need only some of it")]
            use $crate::sqlx::{self, QueryBuilder, Row, query, query_as, query_scalar};
            #[allow(unused_imports, reason = "a file may need only some of it")]
            use $crate::$engine::*;

            pub(crate) struct SqlStore {
                pub(crate) pools: Pools,
            }

            include!($file);
            $( include!($own); )?
        }
    };
}

/// Runs each function of a suite, `async fn(Ground)`, on SQLite and on PostgreSQL, as tests of their own.
#[cfg(feature = "testing")]
#[macro_export]
macro_rules! suite {
    ($migrations:expr; $($test:ident),+ $(,)?) => {
        mod sqlite {
            $( #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let scratch = $crate::testing::sqlite().await;
                super::$test(scratch.ground($migrations).await).await;
            } )+
        }
        mod postgres {
            $( #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let scratch = $crate::testing::postgres().await;
                super::$test(scratch.ground($migrations).await).await;
            } )+
        }
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_are_cut_into_powers_of_two() {
        let lengths = |n: usize| super::in_powers(&vec![0; n]).map(<[_]>::len).collect::<Vec<_>>();
        assert!(lengths(0).is_empty());
        assert_eq!(lengths(1), [1]);
        assert_eq!(lengths(45), [32, 8, 4, 1]);
        assert_eq!(lengths(600), [256, 256, 64, 16, 8]);
    }
}
