use crate::{Service, facts, tell::Pen};
use guilds_contract::{Channel, ChannelDeleted};
use kernel::{Caller, ChannelId, Result, StreamName};

/// Deletes a channel. The last one may go, too.
pub(crate) async fn delete_channel(s: &Service, caller: Caller, channel: ChannelId) -> Result<()> {
    let guild = facts::managed_guild(s, caller, channel).await?;
    let mut pen = Pen::new(&s.ground, 2).await?;
    let tell = move |last: &Channel| {
        let deleted = ChannelDeleted { guild, channel };
        if !last.private {
            return vec![pen.event(StreamName::guild(guild), "channel_deleted", &deleted)];
        }
        // Who was on the list is not for every member to read.
        vec![pen.event(StreamName::channel(channel), "channel_deleted", &deleted), pen.access_changed(guild, None)]
    };
    s.ground.announce(s.channels.delete(guild, channel, Box::new(tell)).await??);
    Ok(())
}
