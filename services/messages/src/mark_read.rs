use crate::Service;
use kernel::{Caller, ChannelId, Problem, Result, StreamName, permissions::Permission};
use messages_contract::{Marker, MarkerMoved};

/// Moves the caller's read marker forward, at most to the newest message; it never goes back.
pub(crate) async fn mark_read(s: &Service, caller: Caller, channel: ChannelId, number: i64) -> Result<Marker> {
    if number < 0 {
        return Err(Problem::field("number", "bad_number", "A read marker is a message's number: 0 or more."));
    }
    s.gate.channel(caller.user, channel, Permission::View).await?;
    let head = s.store.heads(caller.user, &[channel]).await?.into_iter().next();
    let (newest, marker) = head.map_or((0, 0), |h| (h.number, h.marker));
    let number = number.min(newest);
    if number <= marker {
        return Ok(Marker { channel, number: marker });
    }
    let moved = MarkerMoved { channel, number, user: caller.user };
    let event = s.ground.event(StreamName::user("messages", caller.user), "marker_moved", &moved).await?;
    Ok(s.ground.announce(s.store.move_marker(caller.user, Marker { channel, number }, event).await?))
}
