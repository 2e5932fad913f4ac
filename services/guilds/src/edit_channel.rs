use crate::{
    Service, facts,
    rules::{Change, acts},
    tell::Pen,
};
use guilds_contract::{Channel, ChannelChanged, ChannelEdit, GuildAct, Subject};
use kernel::{Caller, ChannelId, Result, StreamName};

/// Changes a channel. When it turns private or open, what everyone may see changes.
pub(crate) async fn edit_channel(
    s: &Service,
    caller: Caller,
    channel: ChannelId,
    edit: ChannelEdit,
) -> Result<Channel> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let change = Change::parse(edit)?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let tell = move |(before, after): &(Channel, Channel)| {
        let stream = if after.private { StreamName::channel(channel) } else { StreamName::guild(guild) };
        let mut events = vec![pen.event(stream, "channel_edited", &ChannelChanged { channel: after.clone() })];
        if before.private != after.private {
            events.push(pen.access_changed(guild, None));
        }
        let differences = acts::of_channels(before, after);
        events.push(pen.noted(guild, caller.user, GuildAct::ChannelEdited, Subject::Channel(channel), differences));
        events
    };
    Ok(s.ground.announce(s.channels.edit(guild, channel, change, Box::new(tell)).await??))
}
