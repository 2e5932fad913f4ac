use crate::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// What a person may do in the whole installation, beside what everybody may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceRole {
    #[default]
    Member,
    /// Keeps members in order: suspends them, and helps them back in.
    Moderator,
    /// Runs this installation (the first account does, and whom it appoints).
    Operator,
}

impl InstanceRole {
    pub const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Operator];

    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Operator => "operator",
        }
    }
}

/// Who calls: a person, signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub struct Caller {
    pub user: UserId,
    pub session: SessionId,
    pub role: InstanceRole,
}

/// What travels between processes: one from before there were roles knows operators only.
#[derive(Serialize, Deserialize)]
struct Wire {
    user: UserId,
    session: SessionId,
    operator: bool,
    #[serde(default)]
    role: Option<InstanceRole>,
}

impl From<Wire> for Caller {
    fn from(Wire { user, session, operator, role }: Wire) -> Self {
        let before = if operator { InstanceRole::Operator } else { InstanceRole::Member };
        Self { user, session, role: role.unwrap_or(before) }
    }
}

impl From<Caller> for Wire {
    fn from(Caller { user, session, role }: Caller) -> Self {
        Self { user, session, operator: role == InstanceRole::Operator, role: Some(role) }
    }
}

/// Who reads a stream: a person, with what that person may read, or a service that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Person(Caller),
    Service,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_from_before_roles_understands_and_is_understood() {
        let caller = Caller { user: UserId(7), session: SessionId(8), role: InstanceRole::Moderator };
        let json = serde_json::to_value(caller).expect("json");
        assert_eq!(json["operator"], false);
        assert_eq!(serde_json::from_value::<Caller>(json).expect("back"), caller);
        let before = r#"{"user":"7","session":"8","operator":true}"#;
        assert_eq!(serde_json::from_str::<Caller>(before).expect("a caller").role, InstanceRole::Operator);
    }
}
