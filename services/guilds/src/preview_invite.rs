use crate::{Service, rules, store::Refusal};
use guilds_contract::{Invite, InvitePreview};
use kernel::Result;

/// What an invite leads to.
pub(crate) async fn preview_invite(s: &Service, code: &str) -> Result<InvitePreview> {
    let invite = find(s, code).await?;
    rules::usable(&invite, s.ground.now())?;
    let guild = s.guilds.find(invite.guild).await?.ok_or(Refusal::InviteUnknown)?;
    let inviter = s.people.find(invite.creator).await?.map(|profile| profile.display_name).unwrap_or_default();
    Ok(InvitePreview {
        code: invite.code,
        guild: guild.id,
        guild_name: guild.name,
        guild_icon: guild.icon,
        member_count: guild.member_count,
        inviter,
        expires_at: invite.expires_at,
    })
}

/// The invite of a code, whether it still works or not.
pub(crate) async fn find(s: &Service, code: &str) -> Result<Invite> {
    if !rules::is_code(code) {
        return Err(Refusal::InviteUnknown.into());
    }
    Ok(s.invites.find(code).await?.ok_or(Refusal::InviteUnknown)?)
}
