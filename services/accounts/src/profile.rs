use crate::{Service, rules, store::Account};
use kernel::Result;
use people_contract::Profile;

/// The account's profile. A crash between the two is repaired here, with a name taken from the address: the one that
/// was chosen is kept nowhere else.
pub(crate) async fn profile(s: &Service, account: &Account) -> Result<Profile> {
    s.people.ensure(account.id, rules::name_from(&account.email)).await
}
