use crate::Service;
use guilds_contract::Channel;
use kernel::{Caller, ChannelId, Limit, Reader, Result, StreamName, UserId};
use messages_contract::Head;
use overview_contract::{ChannelView, GuildView, View};
use std::collections::{BTreeSet, HashMap};

/// Puts the view together. Heads of streams are read before the state that they go with, so that watching from
/// `at` leaves no hole.
pub(crate) async fn overview(s: &Service, caller: Caller) -> Result<View> {
    let mut at = own_streams(s, caller).await?;
    let home = s.deps.guilds.home(caller).await?;
    at.extend(home.at);
    let channels: Vec<ChannelId> =
        home.guilds.iter().flat_map(|g| &g.channels).chain(&home.directs).map(|c| c.id).collect();
    let heads = s.deps.messages.heads(caller, channels).await?;
    at.extend(heads.at);
    let heads: HashMap<ChannelId, Head> = heads.heads.into_iter().map(|h| (h.channel, h)).collect();
    let view = |channel: Channel| {
        let silent = Head { channel: channel.id, number: 0, marker: 0, last_message_at: None };
        ChannelView { head: heads.get(&channel.id).copied().unwrap_or(silent), channel }
    };
    let people: BTreeSet<UserId> =
        home.directs.iter().flat_map(|d| d.recipients.iter().copied()).chain([caller.user]).collect();
    let people: Vec<UserId> = people.into_iter().collect();
    let mut users = Vec::with_capacity(people.len());
    for some in people.chunks(Limit::MAX.into()) {
        users.extend(s.deps.people.profiles(some.to_vec()).await?);
    }
    let guilds = home.guilds.into_iter().map(|g| GuildView {
        guild: g.guild,
        channels: g.channels.into_iter().map(view).collect(),
        roles: g.roles,
        my_roles: g.my_roles,
        permissions: g.permissions,
        in_channels: g.in_channels,
        timed_out_until: g.timed_out_until,
    });
    Ok(View { guilds: guilds.collect(), directs: home.directs.into_iter().map(view).collect(), users, at })
}

/// Where the person's streams of accounts and people stand. A `since` beyond the head answers just the head.
async fn own_streams(s: &Service, caller: Caller) -> Result<kernel::At> {
    let reader = Reader::Person(caller);
    let (accounts, people) = (StreamName::user("accounts", caller.user), StreamName::user("people", caller.user));
    let accounts_head = s.deps.accounts.difference(reader, accounts.clone(), i64::MAX).await?.head;
    let people_head = s.deps.people.difference(reader, people.clone(), i64::MAX).await?.head;
    Ok(kernel::At::from([(accounts, accounts_head), (people, people_head)]))
}
