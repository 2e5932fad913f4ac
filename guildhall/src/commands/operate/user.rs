use super::{
    reach::with_accounts,
    table::{facts, json, table},
    terminal,
    words::{maybe, moment, seconds, who},
};
use crate::{commands::say, config::Config};
use accounts_contract::{
    AccountAct, AccountDetail, AccountQuery, AccountSeen, AccountState, Accounts, Acted, Hand, PasswordResetSent,
    Registration, Removal, RoleChange, SuspensionDraft,
};
use clap::{Subcommand, ValueEnum};
use contract::Wishes;
use kernel::{InstanceRole, Limit, Result, UserId};
use ports::{Clock, SystemClock};

#[derive(Clone, Copy, ValueEnum)]
pub enum Role {
    Member,
    Moderator,
    Operator,
}

impl From<Role> for InstanceRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Moderator => Self::Moderator,
            Role::Operator => Self::Operator,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum State {
    Active,
    Suspended,
    Leaving,
    Unverified,
}

impl From<State> for AccountState {
    fn from(state: State) -> Self {
        match state {
            State::Active => Self::Active,
            State::Suspended => Self::Suspended,
            State::Leaving => Self::Leaving,
            State::Unverified => Self::Unverified,
        }
    }
}

/// WHO is an e-mail address or an id.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Lists accounts, the newest first
    List {
        /// The beginning of an address, a part of a name, or an id
        query: Option<String>,
        #[arg(long)]
        state: Option<State>,
        #[arg(long)]
        role: Option<Role>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Shows one account with its sessions
    Show { who: String },
    /// Makes an account. The password is asked for, or read from the input
    Create {
        email: String,
        /// What others see
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: Option<Role>,
    },
    /// Appoints an operator or a moderator
    Promote {
        who: String,
        #[arg(long, default_value = "operator")]
        role: Role,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Makes an operator or a moderator a member again
    Demote {
        who: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Ends someone's sessions, and lets them log in no more
    Suspend {
        who: String,
        /// Told to the person
        #[arg(long)]
        reason: String,
        /// For how long: 90m, 12h, 7d, 2w. Without it, until it is lifted
        #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
        seconds: Option<u32>,
    },
    /// Lifts a suspension
    Unsuspend { who: String },
    /// Mails the link to set a new password, and says it where no mail reaches people
    ResetPassword { who: String },
    /// Takes someone's address for proven
    Verify { who: String },
    /// Deletes an account with all that is kept of the person
    Delete {
        who: String,
        /// Without days of grace
        #[arg(long)]
        at_once: bool,
        /// For the audit
        #[arg(long)]
        reason: Option<String>,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Keeps an account that was to be deleted
    Keep { who: String },
    /// Someone's sessions
    Sessions {
        #[command(subcommand)]
        command: SessionCommand,
    },
}

#[derive(Subcommand)]
pub enum SessionCommand {
    /// Lists them
    List { who: String },
    /// Ends them all
    End { who: String },
}

/// # Errors
/// The server can't be reached, there is no such account, or accounts refuses it.
pub fn user(config: &Config, command: UserCommand, as_json: bool) -> Result<()> {
    let may_make = matches!(command, UserCommand::Create { .. });
    with_accounts(config, may_make, async |accounts| run(&*accounts, command, as_json).await)
}

async fn run(accounts: &dyn Accounts, command: UserCommand, as_json: bool) -> Result<()> {
    use UserCommand as User;
    let reach = Reach { accounts, as_json };
    match command {
        User::List { query, state, role, limit } => {
            let query = AccountQuery { q: query, state: state.map(Into::into), role: role.map(Into::into) };
            reach.list(query, limit).await
        }
        User::Show { who } => reach.show(&who).await,
        User::Create { email, name, role } => reach.create(email, name, role).await,
        User::Promote { who, role, reason } => {
            reach.act(&who, AccountAct::SetRole(RoleChange { role: role.into(), reason })).await
        }
        User::Demote { who, reason } => {
            reach.act(&who, AccountAct::SetRole(RoleChange { role: InstanceRole::Member, reason })).await
        }
        User::Suspend { who, reason, seconds } => {
            let until = seconds.map(|seconds| SystemClock.now().plus_seconds(seconds.into()));
            reach.act(&who, AccountAct::Suspend(SuspensionDraft { reason, until })).await
        }
        User::Unsuspend { who } => reach.act(&who, AccountAct::LiftSuspension).await,
        User::ResetPassword { who } => reach.act(&who, AccountAct::ResetPassword).await,
        User::Verify { who } => reach.act(&who, AccountAct::VerifyEmail).await,
        User::Delete { who, at_once, reason, yes } => reach.delete(&who, at_once, reason, yes).await,
        User::Keep { who } => reach.act(&who, AccountAct::CancelDeletion).await,
        User::Sessions { command: SessionCommand::List { who } } => reach.sessions(&who).await,
        User::Sessions { command: SessionCommand::End { who } } => reach.act(&who, AccountAct::EndSessions).await,
    }
}

struct Reach<'a> {
    accounts: &'a dyn Accounts,
    as_json: bool,
}

impl Reach<'_> {
    async fn list(&self, query: AccountQuery, limit: usize) -> Result<()> {
        let (mut found, mut after): (Vec<AccountSeen>, Option<UserId>) = (Vec::new(), None);
        while found.len() < limit {
            let page = u32::try_from((limit - found.len()).min(Limit::MAX.into())).ok();
            let page =
                self.accounts.list_accounts(Hand::CommandLine, query.clone(), after, Limit::parse(page)?).await?;
            found.extend(page.items);
            after = page.next.map(|next| next.parse()).transpose()?;
            if after.is_none() {
                break;
            }
        }
        if self.as_json {
            return json(&found);
        }
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table(&["ID", "E-MAIL", "NAME", "ROLE", "STATE", "MADE", "SEEN", "SESSIONS"], &rows);
        Ok(())
    }

    async fn show(&self, given: &str) -> Result<()> {
        let user = who(self.accounts, given).await?.id;
        let detail = self.accounts.show_account(Hand::CommandLine, user).await?;
        if self.as_json { json(&detail) } else { show(&detail) }
    }

    async fn create(&self, email: String, display_name: String, role: Option<Role>) -> Result<()> {
        let registration = Registration { email, password: terminal::password()?, display_name, invite: None };
        let mut made = self.accounts.create_account(Hand::CommandLine, registration).await?;
        let role = role.map(InstanceRole::from).filter(|role| *role > made.account.role);
        if let Some(role) = role {
            let act = AccountAct::SetRole(RoleChange { role, reason: None });
            made.account = self.accounts.act_on_account(Hand::CommandLine, made.account.id, act).await?.account;
        }
        if self.as_json { json(&made) } else { show(&made) }
    }

    async fn act(&self, given: &str, act: AccountAct) -> Result<()> {
        let user = who(self.accounts, given).await?.id;
        let acted = self.accounts.act_on_account(Hand::CommandLine, user, act).await?;
        if self.as_json { json(&acted) } else { tell(&acted) }
    }

    async fn delete(&self, given: &str, at_once: bool, reason: Option<String>, yes: bool) -> Result<()> {
        let account = who(self.accounts, given).await?;
        if !yes {
            let when = if at_once { "now, for good" } else { "when the days of grace are over" };
            terminal::confirm(&format!(
                "{} ({}) is deleted {when}, with all that is kept of them.",
                account.email, account.display_name
            ))?;
        }
        let removal = Removal { reason, at_once, wishes: Wishes::default() };
        self.act(&account.id.to_string(), AccountAct::Delete(removal)).await
    }

    async fn sessions(&self, given: &str) -> Result<()> {
        let user = who(self.accounts, given).await?.id;
        let sessions = self.accounts.show_account(Hand::CommandLine, user).await?.sessions;
        if self.as_json {
            return json(&sessions);
        }
        sessions_table(&sessions);
        Ok(())
    }
}

fn sessions_table(sessions: &[accounts_contract::Session]) {
    let row = |s: &accounts_contract::Session| {
        vec![s.id.to_string(), s.device.clone(), s.place.clone(), moment(s.created_at), moment(s.last_used_at)]
    };
    table(&["SESSION", "DEVICE", "PLACE", "SINCE", "USED"], &sessions.iter().map(row).collect::<Vec<_>>());
}

fn row(seen: &AccountSeen) -> Vec<String> {
    vec![
        seen.id.to_string(),
        seen.email.clone(),
        seen.display_name.clone(),
        seen.role.name().into(),
        state(seen),
        moment(seen.created_at),
        maybe(seen.last_seen_at),
        seen.sessions.to_string(),
    ]
}

fn state(seen: &AccountSeen) -> String {
    match (&seen.deletion_due_at, &seen.suspension, seen.email_verified) {
        (Some(_), ..) => "leaving",
        (None, Some(_), _) => "suspended",
        (None, None, true) => "active",
        (None, None, false) => "unverified",
    }
    .into()
}

fn show(
    AccountDetail { account, sessions, registered_with, passkeys, has_authenticator }: &AccountDetail,
) -> Result<()> {
    facts(&known(account));
    let app = if *has_authenticator { "on" } else { "off" };
    facts(&[("passkeys", passkeys.to_string()), ("app", app.into())]);
    if let Some(code) = registered_with {
        facts(&[("registered by", format!("code {code}"))]);
    }
    if !sessions.is_empty() {
        say("");
        sessions_table(sessions);
    }
    Ok(())
}

fn known(account: &AccountSeen) -> Vec<(&'static str, String)> {
    let suspended = account.suspension.as_ref().map(|s| {
        let until = s.until.map(|until| format!(" until {}", moment(until))).unwrap_or_default();
        format!("since {}{until}: {}", moment(s.since), s.reason)
    });
    let verified = if account.email_verified { "" } else { " (not proven)" };
    vec![
        ("id", account.id.to_string()),
        ("e-mail", format!("{}{verified}", account.email)),
        ("name", account.display_name.clone()),
        ("role", account.role.name().into()),
        ("made", moment(account.created_at)),
        ("seen", maybe(account.last_seen_at)),
        ("suspended", suspended.unwrap_or_default()),
        ("erased at", maybe(account.deletion_due_at)),
    ]
}

fn tell(Acted { account, password_reset, deletion }: &Acted) -> Result<()> {
    if let Some(PasswordResetSent { mailed_to, link, good_for }) = password_reset {
        match link {
            None => say(&format!("the link is mailed to {mailed_to}")),
            Some(link) => {
                say(&format!(
                    "no mail reaches people here: hand this over, it is good once, for {} minutes",
                    good_for / 60
                ));
                say(link);
            }
        }
        return Ok(());
    }
    facts(&known(account));
    if let Some(deletion) = deletion {
        say(&format!("what became of it: /api/v1/erasures/{}", deletion.code));
    }
    Ok(())
}
