use crate::{Problem, Result, StreamName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For each stream, the `seq` that an answer surely reflects: read the answer, then watch from here, and
/// there is no hole. (Later events may already be in it; applying them again changes nothing.)
pub type At = BTreeMap<StreamName, i64>;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The cursor of the page that follows in the direction asked for; absent at the end.
    pub next: Option<String>,
    /// The `seq` of each stream that this page reflects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, i64>)]
    pub at: At,
}

/// How many items a page may hold: 1 to 100, 50 unless asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit(u16);

impl Limit {
    pub const MAX: u16 = 100;

    pub fn parse(asked: Option<u32>) -> Result<Self> {
        match asked {
            None => Ok(Self(50)),
            Some(n) if (1..=u32::from(Self::MAX)).contains(&n) => Ok(Self(n as u16)),
            Some(_) => Err(Problem::field(
                "limit",
                "limit_out_of_range",
                "A page holds 1 to 100 items: ask for a limit in that range.",
            )),
        }
    }

    pub fn get(self) -> i64 {
        self.0.into()
    }
}
