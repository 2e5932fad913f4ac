use crate::{Service, operating::Needs};
use accounts_contract::{Hand, Numbers};
use kernel::Result;

const WEEK_SECONDS: i64 = 7 * 24 * 3_600;

pub(crate) async fn numbers(s: &Service, by: Hand) -> Result<Numbers> {
    by.needs_moderator(s).await?;
    let now = s.ground.now();
    let counted = s.operating.numbers(now, now.plus_seconds(-WEEK_SECONDS)).await?;
    let mail_reaches_people = s.mail.mailer.reaches_people();
    Ok(Numbers { version: env!("CARGO_PKG_VERSION").into(), mail_reaches_people, ..counted })
}
