use super::On;
use guilds_contract::Membership;
use kernel::{Caller, ChannelId, Kind, Result, SessionId, StreamName};
use messages_contract::{Marker, MarkerMoved};

/// What was said before one came isn't news: a member's markers start at what was newest then.
pub(super) async fn member_joined(on: &On, event: &Membership) -> Result<()> {
    let caller = Caller { user: event.user, session: SessionId(0), role: kernel::InstanceRole::Member };
    let channels = match on.guilds.channels(caller, event.guild).await {
        Ok(page) => page.items,
        // Gone again meanwhile.
        Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::Forbidden) => return Ok(()),
        Err(problem) => return Err(problem),
    };
    let channels: Vec<ChannelId> = channels.into_iter().map(|channel| channel.id).collect();
    let mut heads = on.store.heads(event.user, &channels).await?;
    // Rows are locked in this order wherever markers move.
    heads.sort_unstable_by_key(|head| head.channel);
    let mut moves = Vec::new();
    for head in heads {
        if head.number == head.marker {
            continue;
        }
        let number = on.store.number_before(head.channel, event.at).await?;
        if number > head.marker {
            let (stream, channel) = (StreamName::user("messages", event.user), head.channel);
            let moved = MarkerMoved { channel, number, user: event.user };
            moves.push((Marker { channel, number }, on.ground.event(stream, "marker_moved", &moved).await?));
        }
    }
    on.ground.announce(on.store.start_markers(event.user, moves).await?);
    Ok(())
}
