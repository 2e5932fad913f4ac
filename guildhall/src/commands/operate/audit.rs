use super::{
    reach::with_accounts,
    table::{json, table},
    words::{moment, who},
};
use crate::{commands::refuse, config::Config};
use accounts_contract::{Accounts, Act, ActKind, ActQuery, Hand};
use kernel::{ActId, Limit, Result, UserId};

/// What is asked of the audit.
#[derive(clap::Args)]
pub struct Audit {
    /// What was done to this account: an e-mail address or an id
    #[arg(long, value_name = "WHO")]
    user: Option<String>,
    /// What this account did
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Only this: account_suspended, role_changed …
    #[arg(long)]
    kind: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// # Errors
/// The server can't be reached, or there is no such account or kind.
pub fn audit(config: &Config, asked: &Audit) -> Result<()> {
    with_accounts(config, false, async |accounts| run(&*accounts, asked).await)
}

async fn run(accounts: &dyn Accounts, asked: &Audit) -> Result<()> {
    let query = ActQuery {
        user: id(accounts, asked.user.as_deref()).await?,
        by: id(accounts, asked.by.as_deref()).await?,
        kind: asked.kind.as_deref().map(kind).transpose()?,
    };
    let (mut acts, mut after): (Vec<Act>, Option<ActId>) = (Vec::new(), None);
    while acts.len() < asked.limit {
        let page = u32::try_from((asked.limit - acts.len()).min(Limit::MAX.into())).ok();
        let page = accounts.acts(Hand::CommandLine, query.clone(), after, Limit::parse(page)?).await?;
        acts.extend(page.items);
        after = page.next.map(|next| next.parse()).transpose()?;
        if after.is_none() {
            break;
        }
    }
    if asked.json {
        return json(&acts);
    }
    table(&["WHEN", "WHAT", "BY", "TO", "FROM WHERE", "MORE"], &acts.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// Accounts that are gone have left their ids.
async fn id(accounts: &dyn Accounts, given: Option<&str>) -> Result<Option<UserId>> {
    Ok(match given.map(|given| (given, given.parse::<UserId>())) {
        None => None,
        Some((_, Ok(user))) => Some(user),
        Some((given, Err(_))) => Some(who(accounts, given).await?.id),
    })
}

fn kind(given: &str) -> Result<ActKind> {
    ActKind::ALL.into_iter().find(|kind| kind.name() == given).ok_or_else(|| {
        let known = ActKind::ALL.map(ActKind::name).join(", ");
        refuse("no_such_kind", format!("{given:?} is no kind of act: there are {known}."))
    })
}

fn row(act: &Act) -> Vec<String> {
    let person = |user: Option<UserId>, name: &Option<String>| {
        user.map(|user| name.as_ref().map_or(user.to_string(), |name| format!("{name} ({user})")))
    };
    let changed = act.detail.to.as_ref().map(|to| match &act.detail.from {
        Some(from) => format!("{from} → {to}"),
        None => to.clone(),
    });
    let until = act.detail.until.map(|until| format!("until {}", moment(until)));
    let reason = Some(act.reason.clone()).filter(|reason| !reason.is_empty());
    vec![
        moment(act.at),
        act.kind.name().into(),
        person(act.by, &act.by_name).unwrap_or_else(|| "command line".into()),
        person(act.user, &act.user_name).unwrap_or_default(),
        act.place.clone(),
        [changed, until, reason].into_iter().flatten().collect::<Vec<_>>().join(", "),
    ]
}
