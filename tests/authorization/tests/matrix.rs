//! The authorization matrix. `matrix.txt` says what each kind of person is answered; an operation without a row, or
//! a row without its operation, fails. Cells that hold `?` are listed in `uncovered.txt`, which may only shrink.

#[path = "matrix/table.rs"]
mod table;
#[path = "matrix/world.rs"]
mod world;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use table::{Actor, Row};
use world::World;

/// How many cells may be uncovered. Lower it when you cover one; it never rises.
const MAX_UNCOVERED: i64 = 0;

/// An operation of the OpenAPI document.
struct Operation {
    id: String,
    method: String,
    path: String,
    signed: bool,
}

fn operations() -> BTreeMap<String, Operation> {
    let document = serde_json::to_value(door_rest::openapi()).expect("the document is JSON");
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an operationId").to_owned();
            let signed = operation["security"].as_array().is_some_and(|s| !s.is_empty());
            let method = method.to_ascii_uppercase();
            operations.insert(id.clone(), Operation { id, method, path: path.clone(), signed });
        }
    }
    operations
}

/// The kinds of object that an operation must have a row for, by what its path names.
fn objects(operation: &Operation) -> &'static [&'static str] {
    if operation.path.contains("{channel}") {
        &["open", "private", "direct"]
    } else if operation.path.contains("/streams/") {
        &["own", "another's", "guild", "staff", "structure", "open", "private", "direct"]
    } else if operation.path.contains("{guild}") {
        &["guild"]
    } else if operation.path.contains("{code}") {
        &["invite"]
    } else if operation.path.contains("{session}") {
        &["own", "another's"]
    } else if operation.path.contains("{erasure}") {
        &["erasure"]
    } else if operation.path.contains("{export}") {
        &["export"]
    } else if operation.path.contains("{registration_code}") {
        &["registration_code"]
    } else if operation.path.contains("{provider}") {
        &["provider"]
    } else if operation.path.contains("{identity}") {
        &["identity"]
    } else if operation.path.contains("{user}") {
        &["person"]
    } else {
        &["-"]
    }
}

#[test]
fn every_operation_has_its_rows() {
    let wanted: BTreeSet<(String, &str)> =
        operations().values().flat_map(|o| objects(o).iter().map(|object| (o.id.clone(), *object))).collect();
    let rows = table::rows();
    let given: BTreeSet<(String, &str)> = rows.iter().map(|r| (r.operation.clone(), r.object.as_str())).collect();
    assert_eq!(given.len(), rows.len(), "a row is there twice");
    let missing: Vec<_> = wanted.difference(&given).collect();
    let foreign: Vec<_> = given.difference(&wanted).collect();
    assert!(missing.is_empty(), "matrix.txt lacks rows for {missing:?}: write down who may call this");
    assert!(foreign.is_empty(), "matrix.txt has rows for operations that aren't there: {foreign:?}");
}

#[test]
fn what_is_uncovered_is_known_and_never_grows() {
    let open: BTreeSet<String> = table::rows().iter().flat_map(Row::uncovered).collect();
    let listed = table::listed_as_uncovered();
    assert_eq!(open, listed, "uncovered.txt isn't what matrix.txt leaves open");
    assert!(listed.len() as i64 <= MAX_UNCOVERED, "{} cells are uncovered, {MAX_UNCOVERED} may be", listed.len());
}

#[test]
fn nobody_does_without_a_token_what_the_document_secures() {
    let operations = operations();
    for row in table::rows() {
        let signed = operations[&row.operation].signed;
        let anonymous = row.status(Actor::Anonymous);
        assert!(!signed || anonymous == Some(401), "{} is secured, but {anonymous:?} for anonymous", row.operation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_answered_as_the_table_says() {
    let operations = operations();
    let mut world = World::make().await;
    let mut wrong = Vec::new();
    for row in table::rows() {
        let operation = &operations[&row.operation];
        for actor in Actor::ALL {
            let Some(expected) = row.status(actor) else { continue };
            world.renew(actor).await;
            let (status, body) = world.call(operation, &row.object, actor).await;
            let named = format!("{} {} as {actor:?}", row.operation, row.object);
            if status != expected {
                wrong.push(format!("{named}: {status} instead of {expected}: {body}"));
            }
            if status >= 400 && !is_problem(&body, status) {
                wrong.push(format!("{named}: {status} without a problem document: {body}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Moderators of the installation keep members in order; operators are none of their business.
#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_of_the_installation_is_answered_as_its_table_says() {
    let operations = operations();
    let rows = table::moderator_rows();
    let named: BTreeSet<&str> = rows.iter().map(|(operation, _)| operation.as_str()).collect();
    let wanted: BTreeSet<&str> =
        operations.values().filter(|o| o.path.starts_with("/api/v1/operator/")).map(|o| o.id.as_str()).collect();
    assert_eq!(named, wanted, "moderator.txt has a row for each operation below /api/v1/operator");
    let mut world = World::make().await;
    let mut wrong = Vec::new();
    for (name, expected) in &rows {
        let about_member = world.call_as_moderator(&operations[name], true).await;
        let about_operator = world.call_as_moderator(&operations[name], false).await;
        if [about_member, about_operator] != *expected {
            wrong.push(format!("{name}: {about_member} {about_operator} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A member's list of invites may be asked for, so it must not hold those of others.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_no_invites_of_others() {
    let operations = operations();
    let mut world = World::make().await;
    for (actor, seen) in [(Actor::Member, 0), (Actor::Owner, 1)] {
        world.renew(actor).await;
        let (_, body) = world.call(&operations["invites"], "guild", actor).await;
        assert_eq!(body["items"].as_array().map(Vec::len), Some(seen), "{actor:?}: {body}");
    }
}

fn is_problem(body: &Value, status: u16) -> bool {
    body["status"] == status && body["code"].is_string() && body["detail"].as_str().is_some_and(|d| !d.is_empty())
}

/// What can't be seen must look the same as what isn't there, word for word.
#[tokio::test(flavor = "multi_thread")]
async fn the_invisible_and_the_missing_look_the_same() {
    let operations = operations();
    let mut world = World::make().await;
    world.renew(Actor::Outsider).await;
    let mut compared = 0;
    for row in table::rows().iter().filter(|row| row.status(Actor::Outsider) == Some(404)) {
        let operation = &operations[&row.operation];
        let invisible = world.call(operation, &row.object, Actor::Outsider).await;
        let missing = world.call_missing(operation, &row.object, Actor::Outsider).await;
        assert_eq!(invisible, missing, "{} {}", row.operation, row.object);
        compared += 1;
    }
    assert!(compared > 30, "only {compared} were compared");
}
