use crate::commands::say;
use kernel::{Problem, Result};
use serde::Serialize;

/// Says rows under their heads, each column as wide as it must be.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heads[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say(cells.join("  ").trim_end());
    };
    line(&mut heads.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
}

/// Says facts, one per line.
pub(super) fn facts(facts: &[(&str, String)]) {
    let width = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        say(&format!("{name:<width$}  {value}"));
    }
}

/// Says a value for programs.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    say(&serde_json::to_string_pretty(value).map_err(Problem::internal)?);
    Ok(())
}
