use crate::{
    Service, facts,
    rules::acts,
    store::moderation::Change,
    tell::{Detail, Pen},
};
use guilds_contract::{GuildAct, Member, MemberEdit, MemberEdited, Subject};
use kernel::{Caller, GuildId, Name, Result, StreamName, UserId, permissions::Permission};

/// Changes what a member is called in the guild: oneself, or somebody who stands below.
pub(crate) async fn edit_member(
    s: &Service,
    caller: Caller,
    guild: GuildId,
    user: UserId,
    edit: MemberEdit,
) -> Result<Member> {
    let needed = if user == caller.user { Permission::ChangeNickname } else { Permission::ManageNicknames };
    facts::in_guild(s, caller, guild, needed).await?;
    let reason = acts::reason(edit.reason)?;
    let nickname = Some(edit.nickname).filter(|name| !name.trim().is_empty());
    let nickname = nickname.map(|name| Name::parse("nickname", &name)).transpose()?.map(Name::into_string);
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |(before, after): &(Member, Member)| {
        let differences = acts::changed("nickname", before.nickname.clone(), after.nickname.clone());
        let detail = Detail { reason, ..differences.into_iter().collect::<Vec<_>>().into() };
        vec![
            edited(&mut pen, after),
            pen.noted(guild, caller.user, GuildAct::NicknameChanged, Subject::User(user), detail),
        ]
    };
    let change = Change::Nickname(nickname);
    Ok(s.ground.announce(s.moderation.edit(caller.user, (guild, user), change, Box::new(tell)).await??))
}

/// `member_edited`: how a member is now.
pub(crate) fn edited(pen: &mut Pen, member: &Member) -> kernel::NewEvent {
    let Member { guild, user, timed_out_until, .. } = *member;
    let edited = MemberEdited { guild, user, nickname: member.nickname.clone(), timed_out_until };
    pen.event(StreamName::guild(guild), "member_edited", &edited)
}
