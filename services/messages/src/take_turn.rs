use crate::{Service, store::turns::Turn};
use guilds_contract::Facts;
use kernel::{ChannelId, Kind, Problem, Result, UserId};

/// Lets somebody speak where one waits between two messages, when it is their turn. It is decided by a row in the store, which all
/// nodes share; channels without slow mode don't come here.
pub(crate) async fn take_turn(s: &Service, facts: Facts, author: UserId, channel: ChannelId, nonce: i64) -> Result<()> {
    let pace_seconds = i64::from(facts.pace_seconds());
    if pace_seconds == 0 {
        return Ok(());
    }
    let at = s.ground.now();
    let Some(last) = s.turns.take(Turn { author, channel, nonce, at }, pace_seconds).await? else { return Ok(()) };
    let left_ms = last.plus_seconds(pace_seconds).0 - at.0;
    let seconds = u32::try_from((left_ms.max(1) + 999) / 1_000).unwrap_or(1);
    let detail = format!("Slow mode is on here: write again in {seconds} seconds.");
    Err(Problem::new(Kind::TooMany, "slow_mode", detail).retry_after(seconds))
}
