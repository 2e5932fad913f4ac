use super::On;
use guilds_contract::Membership;
use kernel::{Caller, ChannelId, InstanceRole, Kind, Result, SessionId, StreamName, UserId};
use messages_contract::{Marker, MarkerMoved};

/// What was said before one came isn't news: a member's markers start at what was newest then.
pub(super) async fn member_joined(on: &On, event: &Membership) -> Result<()> {
    let channels = match on.guilds.channels(as_if(event.user), event.guild).await {
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

/// Asks what that person may see, by a session that nobody has: 1 is before all that are given, and 0, which isn't an id, would
/// be refused by another process.
fn as_if(user: UserId) -> Caller {
    Caller { user, session: SessionId(1), role: InstanceRole::Member }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_gets_through_to_another_process() {
        let asks = as_if(UserId(7));
        let json = serde_json::to_value(asks).expect("written");
        assert_eq!(serde_json::from_value::<Caller>(json).expect("read"), asks);
    }
}
