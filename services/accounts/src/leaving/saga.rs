use super::{certificate, ledger};
use crate::{Service, erase, store::deletions::Leaving};
use contract::Receipt;
use kernel::{Problem, Result, Timestamp, UserId};
use std::time::Duration;

/// How long a process may be silent until another one takes over.
const HOLD_SECONDS: i64 = 20;
const HOLD_AGAIN: Duration = Duration::from_secs(5);
/// Accounts that are erased together; their traces are scrubbed away at once.
const TOGETHER: usize = 100;
/// What was allowed a moment ago may still arrive: cached facts and calls on their way.
const SETTLE: Duration = Duration::from_secs(2);
/// A person who is out writes nothing any more: the second round finds at most what was on its way.
const ROUNDS: usize = 5;

/// Erases every account that is due, then what is left of them in free space.
pub(super) async fn erase_due(s: &Service) -> Result<()> {
    loop {
        let mut due = Vec::new();
        while due.len() < TOGETHER
            && let Some(leaving) = s.deletions.take(s.ground.now(), until(s)).await?
        {
            due.push(leaving);
        }
        if due.is_empty() {
            return Ok(());
        }
        let users: Vec<_> = due.iter().map(|leaving| leaving.user).collect();
        tokio::select! {
            done = erase_together(s, due) => done?,
            lost = hold(s, &users) => lost?,
        }
    }
}

/// Keeps others from taking over what is in hand here; ends only when that fails.
async fn hold(s: &Service, users: &[UserId]) -> Result<()> {
    loop {
        tokio::time::sleep(HOLD_AGAIN).await;
        for user in users {
            s.deletions.hold(*user, until(s)).await?;
        }
    }
}

async fn erase_together(s: &Service, due: Vec<Leaving>) -> Result<()> {
    let mut erased = Vec::with_capacity(due.len());
    for leaving in due {
        erased.push(erase_everywhere(s, leaving).await?);
    }
    s.ground.scrub().await?;
    for holder in &s.holders {
        holder.scrub().await?;
    }
    for leaving in erased {
        let done_at = s.ground.now();
        let certificate = certificate::sign(s, &leaving, done_at)?;
        s.deletions.finish(leaving.user, done_at, &certificate).await?;
        tracing::info!(user = %leaving.user, "an account was erased in every service");
    }
    Ok(())
}

fn until(s: &Service) -> Timestamp {
    s.ground.now().plus_seconds(HOLD_SECONDS)
}

/// Rounds over all services until one of them finds nothing.
async fn erase_everywhere(s: &Service, mut leaving: Leaving) -> Result<Leaving> {
    let (user, wishes) = (leaving.user, leaving.deletion.wishes);
    ledger::note(s, &leaving).await?;
    for round in 0..ROUNDS {
        if round > 0 {
            tokio::time::sleep(SETTLE).await;
        }
        // The account goes first: from then on nobody signs in with it.
        let mut found = add(s, &mut leaving, erase::erase(s, user).await?).await?;
        for holder in &s.holders {
            found += add(s, &mut leaving, holder.erase(user, wishes).await?).await?;
        }
        if round > 0 && found == 0 {
            return Ok(leaving);
        }
    }
    Err(Problem::internal(format!("{user} is erased and goes on writing")))
}

/// Adds to what the service said before, and notes it. Answers how much it was.
async fn add(s: &Service, leaving: &mut Leaving, new: Receipt) -> Result<u64> {
    let found = new.erased;
    match leaving.receipts.iter_mut().find(|receipt| receipt.service == new.service) {
        Some(receipt) => {
            receipt.erased += found;
            receipt.at = new.at;
        }
        None => leaving.receipts.push(new),
    }
    s.deletions.note(leaving.user, &leaving.receipts).await?;
    Ok(found)
}
