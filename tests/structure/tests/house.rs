//! The rules of ARCHITECTURE.md, held against the crates' own metadata and sources: an arrow (a dependency) only
//! points down, and every room keeps to its trade.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

const MAX_LINES: usize = 400;

/// A crate of the house.
#[derive(Debug)]
struct Room {
    name: String,
    /// Its folder, from the root: `services/messages`.
    folder: String,
    /// The rooms that it depends on, by name; those that only its tests need are left out.
    arrows: Vec<String>,
}

impl Room {
    fn kind(&self) -> &str {
        self.folder.split('/').next().unwrap_or_default()
    }

    fn floor(&self) -> Option<u8> {
        match self.kind() {
            "kernel" => Some(0),
            "ports" => Some(1),
            "contracts" | "engines" => Some(2),
            "gate" => Some(3),
            "services" => Some(4),
            "doors" => Some(5),
            "guildhall" => Some(6),
            "tests" | "bench" => Some(7),
            _ => None,
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project's root")
}

fn house() -> BTreeMap<String, Room> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = packages.iter().map(|p| text(&p["name"])).collect();
    let room = |package: &Value| {
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let folder = manifest.parent().and_then(|f| f.strip_prefix(root()).ok()).expect("a folder of the house");
        let needed = package["dependencies"].as_array().expect("dependencies").iter().filter(|d| d["kind"].is_null());
        let arrows = needed.map(|d| text(&d["name"])).filter(|name| names.contains(name)).collect();
        let name = text(&package["name"]);
        (name.clone(), Room { name, folder: folder.display().to_string(), arrows })
    };
    packages.iter().map(room).collect()
}

/// Every Rust file of the house, with its path from the root and its text.
fn sources() -> Vec<(String, String)> {
    let list = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.rs"])
        .current_dir(root())
        .output()
        .expect("git runs");
    let list = String::from_utf8(list.stdout).expect("paths are UTF-8");
    let read = |path: &str| Some((path.to_owned(), std::fs::read_to_string(root().join(path)).ok()?));
    list.lines().filter_map(read).collect()
}

/// Why an arrow may not be, or None.
fn fault(from: &Room, to: &Room) -> Option<&'static str> {
    let (Some(high), Some(low)) = (from.floor(), to.floor()) else { return Some("a room without a floor") };
    if high == 7 {
        return None;
    }
    match (from.kind(), to.kind()) {
        ("contracts", "contracts") => None,
        ("contracts", "engines") | ("engines", "contracts") => Some("contracts and engines don't know each other"),
        ("engines", "engines") => Some("an engine is a leaf"),
        ("services", "services") => Some("a service knows others' contracts only"),
        ("gate", "engines") => Some("the gate knows contracts only"),
        ("doors", "services" | "engines" | "gate" | "doors") => Some("a door knows contracts only"),
        ("contracts", "ports") => Some("a contract compiles without what implements it"),
        _ if high <= low => Some("an arrow points up"),
        _ => None,
    }
}

#[test]
fn every_arrow_points_down() {
    let house = house();
    assert!(house.len() > 10, "the house was not read: {house:?}");
    let mut faults = Vec::new();
    for room in house.values() {
        assert!(room.floor().is_some(), "{} ({}) has no floor", room.name, room.folder);
        for arrow in &room.arrows {
            if let Some(why) = fault(room, &house[arrow]) {
                faults.push(format!("{} -> {arrow}: {why}", room.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_arrow_would_be_seen() {
    let room = |folder: &str| Room { name: folder.into(), folder: folder.into(), arrows: Vec::new() };
    let faulty = [
        ("kernel", "ports"),
        ("contracts/messages", "services/messages"),
        ("services/messages", "services/guilds"),
        ("services/messages", "doors/rest"),
        ("doors/rest", "services/messages"),
        ("doors/rest", "engines/sql"),
        ("engines/sql", "engines/bus"),
        ("gate", "services/guilds"),
        ("attic", "kernel"),
    ];
    for (from, to) in faulty {
        assert!(fault(&room(from), &room(to)).is_some(), "{from} -> {to} passed");
    }
    for (from, to) in
        [("services/messages", "gate"), ("doors/rest", "contracts/messages"), ("guildhall", "engines/sql")]
    {
        assert_eq!(fault(&room(from), &room(to)), None, "{from} -> {to}");
    }
}

#[test]
fn every_service_has_a_sign_on_its_door() {
    for room in house().values().filter(|r| r.kind() == "services") {
        let sign = std::fs::read_to_string(root().join(&room.folder).join("src/lib.rs")).expect("a lib.rs");
        for word in ["//! * owns:", "//! * emits:", "//! * listens to:", "//! * calls:"] {
            assert!(sign.contains(word), "{}/src/lib.rs lacks `{word}`", room.folder);
        }
    }
}

#[test]
fn only_stores_and_the_engine_name_a_database() {
    let naming = ["sqlx", "SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
    let may = |path: &str| {
        path.starts_with("engines/sql/") || path.contains("/src/store") || path.starts_with("tests/structure/")
    };
    let mut faults = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !may(path)) {
        faults.extend(naming.iter().filter(|word| text.contains(**word)).map(|word| format!("{path}: {word}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_kernel_waits_for_nothing() {
    let words = ["async fn", ".await", "std::fs", "std::net", "tokio", "SystemTime", "Instant"];
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("kernel/")) {
        for word in words {
            assert!(!text.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn rooms_stay_small() {
    let large: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (text.lines().count(), path))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert!(large.is_empty(), "files over {MAX_LINES} lines: is a wall in the wrong place?\n{}", large.join("\n"));
}
