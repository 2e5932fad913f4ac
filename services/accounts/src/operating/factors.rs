use super::{Act, Needs};
use crate::{
    Service, proof,
    store::{Account, operating::NewAct},
};
use accounts_contract::{ActDetail, ActKind, Hand};
use kernel::{Problem, Result, UserId};

/// Whose passkeys or authenticator app an operator takes, and how it is noted. A person proves first who it is: it is a step
/// into another's account.
pub(crate) async fn taking_factors(s: &Service, by: &Hand, user: UserId, kind: ActKind) -> Result<(Account, NewAct)> {
    by.needs_operator(s).await?;
    if let Hand::Person { caller, .. } = by {
        proof::demand(s, *caller, None, "password").await?;
    }
    let account = s.store.account(user).await?.ok_or_else(|| Problem::not_found("account"))?;
    let act = Act { kind, user: Some(user), reason: None, detail: ActDetail::default() };
    Ok((account, act.by(s, by).await?))
}
