//! The PostgreSQL server, and the services' schemas in it.

use super::{super::stores::Store, Report, schema};
use engine_sql::postgres::Inspection;
use kernel::Result;

const VERSION_MIN: i64 = 130_000;

/// Looks at the database of these stores, which is called `what`. Answers up to which moment ids may have been made.
pub(super) async fn examine(report: &Report, what: &str, url: &str, stores: &[&Store]) -> Result<Option<i64>> {
    let names: Vec<&str> = stores.iter().map(|store| store.name()).collect();
    let found = match Inspection::of(url, &names).await {
        Ok(found) => found,
        Err(fault) => {
            let mend = "Check database_url: host, port, user, password and name; and that PostgreSQL runs.";
            report.fault(what, &format!("can't be used: {fault}"), mend);
            return Ok(None);
        }
    };
    let (version, number) = (found.version, format!("{}.{}", found.version / 10_000, found.version % 10_000));
    match version {
        VERSION_MIN.. => report.ok(what, &format!("version {number}")),
        _ => report.fault(what, &format!("version {number}"), "Upgrade it to 13 or newer."),
    }
    match found.syncs {
        true => report.ok("its disk", "fsync and full_page_writes are on"),
        false => report.fault(
            "its disk",
            "fsync or full_page_writes is off: what was acknowledged doesn't survive a loss of power",
            "ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on; and let it reload its settings.",
        ),
    }
    if found.encoding != "UTF8" {
        let said = format!("the database is in {}", found.encoding);
        report.fault(
            "its encoding",
            &said,
            "Make one with: CREATE DATABASE guildhall ENCODING 'UTF8' TEMPLATE template0;",
        );
    }
    let makes_schemas = stores.iter().any(|store| !found.schemas.contains_key(store.name()));
    if makes_schemas && !found.may_make_schemas {
        let said = "this user may not make schemas in the database, and one is missing";
        report.fault("its rights", said, "As its owner: GRANT CREATE ON DATABASE name TO user;");
    }
    let needed = Inspection::CONNECTIONS * stores.len() as i64;
    if found.connections_max < needed {
        let said = format!("it takes {} at once, and this process alone may need {needed}", found.connections_max);
        report.warning("its connections", &said, "ALTER SYSTEM SET max_connections = 200; and restart it.");
    }
    if found.moving {
        let said = "a move into this database didn't finish (schemas moving_…)";
        report.warning("guildhall migrate", said, "Run it again; or drop those schemas.");
    }
    for store in stores {
        let what = format!("schema {}", store.name());
        match found.schemas.get(store.name()) {
            None => report.ok(&what, "none yet: the first start makes it"),
            Some(found) if !found.may_use => {
                let mend = format!("As its owner: GRANT ALL ON SCHEMA {} TO user;", store.name());
                report.fault(&what, "this user may not use it", &mend);
            }
            Some(found) => schema(report, &what, store, &found.steps),
        }
    }
    Ok(found.schemas.values().filter_map(|schema| schema.high_water_ms).max())
}
