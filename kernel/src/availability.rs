use serde::{Deserialize, Serialize};

/// How somebody who is here is seen. Of several devices and nodes the greatest stands for the person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Idle,
    #[default]
    Online,
    DoNotDisturb,
}
