use crate::{Service, rules::Place, store::operating::NewAct};
use accounts_contract::{ActDetail, ActKind, Hand};
use kernel::{ActId, InstanceRole, Kind, Problem, Result, UserId};

const REASON_MAX_CHARS: usize = 500;

/// What whoever acts must be.
#[async_trait::async_trait]
pub(crate) trait Needs {
    /// What whoever acts is now: a token or a socket may be older than that. The command line is an operator.
    async fn role(&self, s: &Service) -> Result<InstanceRole>;

    async fn needs_operator(&self, s: &Service) -> Result<()>;

    /// Answers which of the two it is.
    async fn needs_moderator(&self, s: &Service) -> Result<InstanceRole>;

    /// None: the command line.
    fn person(&self) -> Option<UserId>;
}

#[async_trait::async_trait]
impl Needs for Hand {
    async fn role(&self, s: &Service) -> Result<InstanceRole> {
        match self {
            Self::CommandLine => Ok(InstanceRole::Operator),
            Self::Person { caller, .. } => {
                let account = s.store.account(caller.user).await?.ok_or_else(crate::read::gone)?;
                Ok(account.role)
            }
        }
    }

    async fn needs_operator(&self, s: &Service) -> Result<()> {
        match self.role(s).await? {
            InstanceRole::Operator => Ok(()),
            InstanceRole::Moderator | InstanceRole::Member => {
                Err(Problem::forbidden("operator_needed", "Only operators of this server may do that."))
            }
        }
    }

    async fn needs_moderator(&self, s: &Service) -> Result<InstanceRole> {
        match self.role(s).await? {
            InstanceRole::Member => {
                Err(Problem::forbidden("moderator_needed", "Only operators and moderators of this server may do that."))
            }
            role => Ok(role),
        }
    }

    fn person(&self) -> Option<UserId> {
        match self {
            Self::Person { caller, .. } => Some(caller.user),
            Self::CommandLine => None,
        }
    }
}

/// What is done, as it will be noted.
pub(crate) struct Act {
    pub(crate) kind: ActKind,
    pub(crate) user: Option<UserId>,
    pub(crate) reason: Option<String>,
    pub(crate) detail: ActDetail,
}

impl Act {
    pub(crate) async fn by(self, s: &Service, hand: &Hand) -> Result<NewAct> {
        let place = match hand {
            Hand::Person { address, .. } => Place::of(address.as_deref()).shown.unwrap_or_default(),
            Hand::CommandLine => String::new(),
        };
        let Self { kind, user, reason, detail } = self;
        let reason = reason_of(reason)?;
        let id = ActId(s.ground.mint.id().await?);
        Ok(NewAct { id, at: s.ground.now(), kind, by: hand.person(), place, user, reason, detail })
    }
}

/// A reason as it is kept.
fn reason_of(given: Option<String>) -> Result<String> {
    let reason = given.unwrap_or_default().trim().to_owned();
    if reason.chars().count() > REASON_MAX_CHARS || reason.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Problem::field("reason", "reason_too_long", "A reason is 500 characters of plain text at most."));
    }
    Ok(reason)
}

pub(crate) fn last_operator() -> Problem {
    let detail = "Nobody could run this server afterwards: appoint another operator first.";
    Problem::new(Kind::Conflict, "last_operator", detail)
}
