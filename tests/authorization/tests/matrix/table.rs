//! Reads `matrix.txt` and `uncovered.txt`.

use std::collections::BTreeSet;

const MATRIX: &str = include_str!("matrix.txt");
const MODERATOR: &str = include_str!("moderator.txt");
const UNCOVERED: &str = include_str!("uncovered.txt");

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Without a token.
    Anonymous,
    /// Signed in, but not in the guild nor the direct.
    Outsider,
    /// Of the guild; not on the private channel's list, not in the direct.
    Member,
    /// A member on the private channel's list, and in the direct.
    Allowed,
    /// The guild's owner, and in the direct.
    Owner,
    /// Runs the installation, but is not in the guild.
    Operator,
    /// A member with a role that manages roles and channels; not on the private channel's list, not in the direct.
    Moderator,
    /// A member with a role that is administrator; not in the direct.
    Admin,
}

impl Actor {
    pub(crate) const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Outsider,
        Self::Member,
        Self::Allowed,
        Self::Owner,
        Self::Operator,
        Self::Moderator,
        Self::Admin,
    ];
}

/// What everyone is answered who calls an operation on a kind of object.
pub(crate) struct Row {
    pub(crate) operation: String,
    pub(crate) object: String,
    statuses: [Option<u16>; 8],
}

impl Row {
    /// None: uncovered.
    pub(crate) fn status(&self, actor: Actor) -> Option<u16> {
        self.statuses[actor as usize]
    }

    pub(crate) fn uncovered(&self) -> Vec<String> {
        let open = Actor::ALL.into_iter().filter(|actor| self.status(*actor).is_none());
        open.map(|actor| format!("{} {} {actor:?}", self.operation, self.object)).collect()
    }
}

pub(crate) fn rows() -> Vec<Row> {
    lines(MATRIX).map(row).collect()
}

/// Each operation, with its status about a member and about an operator.
pub(crate) fn moderator_rows() -> Vec<(String, [u16; 2])> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.len(), 3, "a row has an operation and two statuses: {line}");
        (words[0].to_owned(), [1, 2].map(|i| words[i].parse().expect("a status")))
    };
    lines(MODERATOR).map(row).collect()
}

pub(crate) fn listed_as_uncovered() -> BTreeSet<String> {
    lines(UNCOVERED).map(str::to_owned).collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn row(line: &str) -> Row {
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words.len(), 10, "a row has an operation, an object and eight statuses: {line}");
    let status = |word: &str| match word {
        "?" => None,
        status => Some(status.parse().unwrap_or_else(|_| panic!("{status} is no status: {line}"))),
    };
    let statuses = std::array::from_fn(|i| status(words[i + 2]));
    Row { operation: words[0].into(), object: words[1].into(), statuses }
}
