use super::{Act, Needs, last_operator, list::seen};
use crate::{
    Service, links, log_out, outbox, rules, staff,
    store::{
        letters::{About, Purpose},
        operating::{Change, Outcome, Piece},
    },
};
use accounts_contract::{
    AccountAct, AccountChanged, ActDetail, ActKind, Acted, Deletion, DeletionChanged, Hand, PasswordResetSent, Removal,
    Suspension, SuspensionDraft,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{InstanceRole, Kind, NewEvent, Problem, Result, SessionId, StreamName, UserId};

/// How often sessions may start under us before we give up.
const ATTEMPTS: usize = 5;

/// Does something with an account, and notes it in the same transaction.
pub(crate) async fn act_on_account(s: &Service, by: Hand, user: UserId, act: AccountAct) -> Result<Acted> {
    let role = by.needs_moderator(s).await?;
    let is_moderators = matches!(
        act,
        AccountAct::Suspend(_) | AccountAct::LiftSuspension | AccountAct::ResetPassword | AccountAct::EndSessions
    );
    if !is_moderators {
        by.needs_operator(s).await?;
    }
    let before = seen(s, user).await?;
    let members_only = role == InstanceRole::Moderator;
    if members_only && before.role != InstanceRole::Member {
        return Err(staff_refused());
    }
    let plan = Plan::of(s, &by, user, before.role, act)?;
    let Plan { kind, reason, detail, change, ends, tells } = plan;
    let act = Act { kind, user: Some(user), reason, detail }.by(s, &by).await?;
    for _ in 0..ATTEMPTS {
        let now = s.ground.now();
        let end = if ends { Some(living(s, user).await?) } else { None };
        let ending: Vec<SessionId> = end.iter().flatten().map(|(session, _)| *session).collect();
        let mut noted = act.clone();
        if ends {
            noted.detail.sessions = u32::try_from(ending.len()).ok();
        }
        let events = tells.event(s, user).await?.into_iter().collect();
        let piece = Piece { user, change: change.clone(), act: &noted, members_only, end, events };
        match s.operating.change(piece, now).await? {
            Outcome::Stale => continue,
            Outcome::NotThere => return Err(Problem::not_found("account")),
            Outcome::Staff => return Err(staff_refused()),
            Outcome::LastOperator => return Err(last_operator()),
            Outcome::Erasing => return Err(erasing()),
            Outcome::Same => {}
            Outcome::Done(committed) => {
                ending.into_iter().for_each(|session| log_out::remember(s, session, now));
                s.ground.announce(committed);
                staff::look(s).await?;
            }
        }
        return acted(s, user, kind, role).await;
    }
    Err(Problem::unavailable("The account is in use at this moment: try again."))
}

async fn living(s: &Service, user: UserId) -> Result<Vec<(SessionId, NewEvent)>> {
    let mut living = Vec::new();
    for session in s.store.sessions(user).await? {
        if session.ended_at.is_none() {
            living.push((session.id, log_out::event(s, user, session.id).await?));
        }
    }
    Ok(living)
}

/// What is told, and done when the rest is committed.
async fn acted(s: &Service, user: UserId, kind: ActKind, role: InstanceRole) -> Result<Acted> {
    let account = seen(s, user).await?;
    let (mut password_reset, mut deletion) = (None, None);
    match kind {
        ActKind::PasswordResetSent => {
            let letter = outbox::letter(s, About::Reset, user, &rules::email_key(&account.email)).await?;
            s.letters.post(&letter).await?;
            s.outbox.ring();
            // Where mail is a folder on the server nobody gets it, so the link is handed over by who asked.
            let link = match s.mail.mailer.reaches_people() || role != InstanceRole::Operator {
                true => None,
                false => {
                    let token = links::make(s, Purpose::Reset, user, &account.email).await?;
                    Some(format!("{}/reset-password#{token}", s.mail.public_url))
                }
            };
            let good_for = links::good_for_seconds(s, Purpose::Reset);
            password_reset = Some(PasswordResetSent { mailed_to: account.email.clone(), link, good_for });
        }
        ActKind::DeletionRequested => {
            deletion = s.deletions.of(user).await?.map(|leaving| leaving.deletion);
            s.leaving.look();
        }
        _ => {}
    }
    Ok(Acted { account, password_reset, deletion })
}

/// What the person's own clients hear.
enum Tells {
    Nothing,
    Changed,
    Deletion(DeletionChanged, &'static str),
}

impl Tells {
    async fn event(&self, s: &Service, user: UserId) -> Result<Option<NewEvent>> {
        let stream = StreamName::user("accounts", user);
        Ok(match self {
            Self::Nothing => None,
            Self::Changed => Some(s.ground.event(stream, "account_changed", &AccountChanged { user }).await?),
            Self::Deletion(changed, kind) => Some(s.ground.event(stream, kind, changed).await?),
        })
    }
}

/// What an act comes down to.
struct Plan {
    kind: ActKind,
    reason: Option<String>,
    detail: ActDetail,
    change: Change,
    /// Whether the person's sessions end.
    ends: bool,
    tells: Tells,
}

impl Plan {
    fn of(s: &Service, by: &Hand, user: UserId, was: InstanceRole, act: AccountAct) -> Result<Self> {
        let plain = |kind, change| Self {
            kind,
            reason: None,
            detail: ActDetail::default(),
            change,
            ends: false,
            tells: Tells::Nothing,
        };
        Ok(match act {
            AccountAct::Suspend(draft) => Self::suspend(s, by, draft)?,
            AccountAct::LiftSuspension => plain(ActKind::SuspensionLifted, Change::Lift),
            AccountAct::SetRole(change) => Self {
                reason: change.reason,
                detail: ActDetail {
                    from: Some(was.name().into()),
                    to: Some(change.role.name().into()),
                    ..ActDetail::default()
                },
                tells: Tells::Changed,
                ..plain(ActKind::RoleChanged, Change::Role(change.role))
            },
            AccountAct::ResetPassword => plain(ActKind::PasswordResetSent, Change::Note),
            AccountAct::VerifyEmail => Self { tells: Tells::Changed, ..plain(ActKind::EmailVerified, Change::Verify) },
            AccountAct::EndSessions => Self { ends: true, ..plain(ActKind::SessionsEnded, Change::Note) },
            AccountAct::Delete(removal) => Self::delete(s, by, user, removal)?,
            AccountAct::CancelDeletion => Self {
                tells: Tells::Deletion(DeletionChanged { due_at: None }, "deletion_cancelled"),
                ..plain(ActKind::DeletionCancelled, Change::Keep)
            },
        })
    }

    fn suspend(s: &Service, by: &Hand, draft: SuspensionDraft) -> Result<Self> {
        let SuspensionDraft { reason, until } = draft;
        let (reason, now) = (reason.trim().to_owned(), s.ground.now());
        if reason.is_empty() {
            let detail = "Say why, in 1 to 500 characters: the person is told when they log in.";
            return Err(Problem::field("reason", "reason_missing", detail));
        }
        if until.is_some_and(|until| until <= now) {
            return Err(Problem::field(
                "until",
                "until_passed",
                "A suspension ends in the future: name a later moment.",
            ));
        }
        let suspension = Suspension { reason: reason.clone(), since: now, until, by: by.person() };
        Ok(Self {
            kind: ActKind::AccountSuspended,
            reason: Some(reason),
            detail: ActDetail { until, ..ActDetail::default() },
            change: Change::Suspend(suspension),
            ends: true,
            tells: Tells::Nothing,
        })
    }

    fn delete(s: &Service, by: &Hand, user: UserId, removal: Removal) -> Result<Self> {
        let Removal { reason, at_once, wishes } = removal;
        if by.person() == Some(user) {
            let detail = "This is your own account: delete it in your settings, with your password.";
            return Err(Problem::new(Kind::Conflict, "own_account", detail));
        }
        let now = s.ground.now();
        let grace = if at_once { 0 } else { s.config.deletion_grace_seconds };
        let due_at = now.plus_seconds(grace.into());
        let code = URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<16>());
        Ok(Self {
            kind: ActKind::DeletionRequested,
            reason,
            detail: ActDetail { until: Some(due_at), ..ActDetail::default() },
            change: Change::Delete(Deletion { code, requested_at: now, due_at, wishes }),
            ends: true,
            tells: Tells::Deletion(DeletionChanged { due_at: Some(due_at) }, "deletion_requested"),
        })
    }
}

fn staff_refused() -> Problem {
    let detail = "This is an operator or a moderator of this server: only operators may do that to them.";
    Problem::forbidden("account_of_staff", detail)
}

fn erasing() -> Problem {
    let detail = "The days of grace are over and the account is being erased: nothing can be changed any more.";
    Problem::new(Kind::Conflict, "erasing_has_begun", detail)
}
