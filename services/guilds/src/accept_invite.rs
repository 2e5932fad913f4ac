use crate::{Service, preview_invite, tell::Pen};
use guilds_contract::{Guild, Member};
use kernel::{Caller, Result};

/// Joins by an invite. Who is a member already is welcome, and uses nothing up.
pub(crate) async fn accept_invite(s: &Service, caller: Caller, code: &str) -> Result<Guild> {
    let invite = preview_invite::find(s, code).await?;
    let new = Member::new(invite.guild, caller.user, s.ground.now());
    let events = Pen::new(&s.ground, 2).await?.joined(&new);
    Ok(s.ground.announce(s.guilds.accept(code, new, events).await??))
}
