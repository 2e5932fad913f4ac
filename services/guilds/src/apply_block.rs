use crate::{Service, store::blocks::Block, tell::Pen};
use guilds_contract::AcquaintanceChanged;
use kernel::{Result, StreamName, UserId};

/// Notes what people said of a block; who is late changes nothing. Both are told that something changed, not what.
pub(crate) async fn apply_block(s: &Service, person: UserId, other: UserId, is_blocked: bool, seq: i64) -> Result<()> {
    let mut pen = Pen::new(&s.ground, 2).await?;
    let events = [(person, other), (other, person)].map(|(one, user)| {
        pen.event(StreamName::user("guilds", one), "acquaintance_changed", &AcquaintanceChanged { user })
    });
    let block = Block { person, other, is_blocked, seq };
    s.ground.announce(s.blocks.apply(block, events.into()).await?);
    Ok(())
}
