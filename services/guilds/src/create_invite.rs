use crate::{
    Service, facts, rules,
    tell::{Detail, Pen},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use guilds_contract::{GuildAct, Invite, InviteDraft, Subject};
use kernel::{Caller, GuildId, Result, permissions::Permission};

/// Makes a way into a guild.
pub(crate) async fn create_invite(s: &Service, caller: Caller, guild: GuildId, draft: InviteDraft) -> Result<Invite> {
    facts::in_guild(s, caller, guild, Permission::CreateInvite).await?;
    let created_at = s.ground.now();
    let (expires_at, max_uses) = rules::terms(&draft, created_at)?;
    let code = BASE64_URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<16>());
    let invite = Invite { code, guild, creator: caller.user, created_at, expires_at, max_uses, uses: 0 };
    let mut pen = Pen::new(&s.ground, 1).await?;
    let events = vec![pen.noted(guild, caller.user, GuildAct::InviteCreated, Subject::Guild(guild), Detail::default())];
    Ok(s.ground.announce(s.invites.create(invite, events).await??))
}
