//! What people type, and what they are told.

use crate::commands::refuse;
use accounts_contract::{AccountQuery, AccountSeen, Accounts, Hand};
use kernel::{Limit, Problem, Result, Timestamp, UserId};

/// The account with that id, or with that address.
pub(super) async fn who(accounts: &dyn Accounts, given: &str) -> Result<AccountSeen> {
    if let Ok(user) = given.parse::<UserId>() {
        return Ok(accounts
            .show_account(Hand::CommandLine, user)
            .await
            .map_err(|problem| unknown(problem, given))?
            .account);
    }
    if !given.contains('@') {
        return Err(refuse("no_such_account", format!("{given:?} is neither an id nor an e-mail address.")));
    }
    let address = given.trim().to_lowercase();
    let query = AccountQuery { q: Some(address.clone()), ..AccountQuery::default() };
    let page = accounts.list_accounts(Hand::CommandLine, query, None, Limit::parse(Some(100))?).await?;
    let found = page.items.into_iter().find(|seen| seen.email.to_lowercase() == address);
    found.ok_or_else(|| unknown(Problem::not_found("account"), given))
}

fn unknown(problem: Problem, given: &str) -> Problem {
    if &*problem.code != "not_found" {
        return problem;
    }
    refuse("no_such_account", format!("there is no account {given}: guildhall user list shows those that there are."))
}

/// A span of time like `90m`, `12h`, `7d`, `2w`, in seconds.
pub(super) fn seconds(given: &str) -> Result<u32, String> {
    let unit = given.chars().last().unwrap_or_default();
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 24 * 3_600,
        'w' => 7 * 24 * 3_600,
        _ => return Err("a span of time has a unit: 90m, 12h, 7d or 2w".into()),
    };
    let count: u32 = given[..given.len() - unit.len_utf8()]
        .parse()
        .map_err(|_| "a span of time is a whole number with a unit: 90m, 12h, 7d or 2w".to_owned())?;
    count.checked_mul(each).ok_or_else(|| "that is more than a century".into())
}

/// A moment as it stands in a table: to the minute.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..16).map_or(text.clone(), |minute| minute.replace('T', " "))
}

pub(super) fn maybe(at: Option<Timestamp>) -> String {
    at.map(moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_have_units() {
        assert_eq!([seconds("90m"), seconds("12h"), seconds("7d")], [Ok(5_400), Ok(43_200), Ok(604_800)]);
        for bad in ["", "7", "d", "-1d", "1.5h", "7ü", "99999999w"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        assert_eq!(moment(Timestamp(1_763_719_848_120)), "2025-11-21 10:10");
    }
}
