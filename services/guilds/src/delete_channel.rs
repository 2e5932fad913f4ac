use crate::{Service, facts, rules::acts, tell::Pen};
use guilds_contract::{Channel, ChannelDeleted, GuildAct, Subject};
use kernel::{Caller, ChannelId, Result, StreamName};

/// Deletes a channel. The last one may go, too.
pub(crate) async fn delete_channel(s: &Service, caller: Caller, channel: ChannelId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let mut pen = Pen::new(&s.ground, 3).await?;
    let tell = move |last: &Channel| {
        let deleted = ChannelDeleted { guild, channel };
        let subject = Subject::Channel(channel);
        let noted = pen.noted(guild, caller.user, GuildAct::ChannelDeleted, subject, acts::gone(&last.name));
        if !last.private {
            return vec![pen.event(StreamName::guild(guild), "channel_deleted", &deleted), noted];
        }
        // Who was on the list is not for every member to read.
        vec![
            pen.event(StreamName::channel(channel), "channel_deleted", &deleted),
            pen.access_changed(guild, None),
            noted,
        ]
    };
    s.ground.announce(s.channels.delete(guild, channel, Box::new(tell)).await??);
    Ok(())
}
