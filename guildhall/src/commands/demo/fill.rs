//! Makes the people, the guilds and the messages of the plan, in the order of time.

use super::{
    PASSWORD, SEED,
    cast::{self, Channel, Guild},
    plan::{Planner, Post},
    script::{Scene, Script},
};
use accounts_contract::{Device, Registered, Registration};
use door_rest::Deps;
use guilds_contract::{ChannelDraft, ChannelEdit, GuildDraft, InviteDraft};
use kernel::{Caller, ChannelId, MessageId, Problem, Result, Timestamp};
use messages_contract::Draft;
use ports::{Clock, ManualClock, SeededRandom};
use std::collections::BTreeMap;

/// How long before now the last words of a place are said, in seconds: at least, and at most beyond that.
const FRESH: (u64, u64) = (90, 1_800);
const QUIET: (u64, u64) = (600, 80_000);

/// A channel or direct with what is to be said in it.
struct Place {
    channel: ChannelId,
    members: Vec<String>,
    unread: bool,
    posts: Vec<Post>,
    /// The messages that were sent, as far as the story has got.
    sent: Vec<MessageId>,
}

struct Filler<'a> {
    services: &'a Deps,
    clock: &'a ManualClock,
    now: Timestamp,
    random: SeededRandom,
    callers: BTreeMap<String, Caller>,
    places: Vec<Place>,
}

/// Tells the whole story; answers what there is now, in words.
pub(super) async fn fill(services: &Deps, clock: &ManualClock, now: Timestamp) -> Result<String> {
    let random = SeededRandom::new(SEED);
    let mut filler = Filler { services, clock, now, random, callers: BTreeMap::new(), places: Vec::new() };
    filler.make_people().await?;
    for guild in &cast::GUILDS {
        filler.make_guild(guild).await?;
    }
    filler.make_directs().await?;
    let messages = filler.tell().await?;
    filler.read().await?;
    filler.log_out().await?;
    let (people, guilds) = (cast::PEOPLE.len(), cast::GUILDS.len());
    let channels = cast::GUILDS.iter().map(|guild| guild.channels.len()).sum::<usize>();
    Ok(format!("{people} people, {guilds} guilds with {channels} channels, {messages} messages"))
}

impl Filler<'_> {
    /// The first is the one that the visitor signs in as, who so becomes the operator.
    async fn make_people(&mut self) -> Result<()> {
        for (key, name) in cast::PEOPLE {
            let (email, password, display_name) = (cast::email(key), PASSWORD.into(), name.into());
            let registration = Registration { email, password, display_name, invite: None };
            let registered = self.services.accounts.register(registration, Device::default()).await?;
            let Registered::SignedIn(signed_in) = registered else {
                return Err(Problem::internal("a sample account was not signed in"));
            };
            let caller = self.services.accounts.authenticate(signed_in.access_token).await?.caller;
            self.callers.insert(key.into(), caller);
            self.clock.advance_seconds(40);
        }
        Ok(())
    }

    async fn make_guild(&mut self, guild: &Guild) -> Result<()> {
        let owner = self.callers[guild.owner];
        let made = self.services.guilds.create_guild(owner, GuildDraft { name: guild.name.into() }).await?;
        let never = InviteDraft { expires_in: Some(0), max_uses: None };
        let invite = self.services.guilds.create_invite(owner, made.id, never).await?;
        for member in guild.members {
            self.clock.advance_seconds(30 + self.random.below(400) as i64);
            self.services.guilds.accept_invite(self.callers[*member], invite.code.clone()).await?;
        }
        let first = self.services.guilds.channels(owner, made.id).await?.items.first().map(|channel| channel.id);
        for (i, channel) in guild.channels.iter().enumerate() {
            self.clock.advance_seconds(20);
            let id = match first.filter(|_| i == 0) {
                Some(id) => {
                    let (name, topic) = (Some(channel.name.into()), Some(channel.topic.into()));
                    let edit = ChannelEdit { name, topic, ..ChannelEdit::default() };
                    self.services.guilds.edit_channel(owner, id, edit).await?.id
                }
                None => self.services.guilds.create_channel(owner, made.id, self.draft(channel)).await?.id,
            };
            let members = channel.allowed.unwrap_or(guild.members).iter().chain([&guild.owner]);
            let members: Vec<String> = members.map(ToString::to_string).collect();
            let script = Script::parse(channel.script).map_err(kernel::Problem::internal)?;
            self.place(id, members, channel.unread, &script);
        }
        Ok(())
    }

    fn draft(&self, channel: &Channel) -> ChannelDraft {
        let allowed = channel.allowed.unwrap_or_default().iter().map(|key| self.callers[*key].user).collect();
        let (name, topic) = (channel.name.into(), Some(channel.topic.into()));
        ChannelDraft { name, topic, private: channel.allowed.is_some(), allowed }
    }

    /// A direct's scenes are told one after the other, in the direct of those two.
    async fn make_directs(&mut self) -> Result<()> {
        let script = Script::parse(cast::DIRECTS).map_err(kernel::Problem::internal)?;
        let mut directs: BTreeMap<Vec<String>, Vec<Scene>> = BTreeMap::new();
        for scene in script.scenes {
            directs.entry(scene.between.clone()).or_default().push(scene);
        }
        for (i, (between, scenes)) in directs.into_iter().enumerate() {
            let [one, other] = [&between[0], &between[1]].map(|key| self.callers[key]);
            let direct = self.services.guilds.open_direct(one, other.user).await?;
            self.place(direct.id, between, i % 3 == 0, &Script::of(scenes));
        }
        Ok(())
    }

    fn place(&mut self, channel: ChannelId, members: Vec<String>, unread: bool, script: &Script) {
        let (least, more) = if unread { FRESH } else { QUIET };
        let until = self.now.plus_seconds(-((least + self.random.below(more)) as i64));
        // Everyone is there before anyone speaks.
        let from = self.clock.now().plus_seconds(4 * 3_600);
        let posts = Planner::new(&self.random, members.clone(), from, until).plan(script, unread.then_some(cast::YOU));
        self.places.push(Place { channel, members, unread, posts, sent: Vec::new() });
    }

    /// Sends every message at its moment.
    async fn tell(&mut self) -> Result<usize> {
        let mut order: Vec<(Timestamp, usize)> = Vec::new();
        for (i, place) in self.places.iter().enumerate() {
            order.extend(place.posts.iter().map(|post| (post.at, i)));
        }
        order.sort();
        for (at, i) in &order {
            let place = &mut self.places[*i];
            let post = &place.posts[place.sent.len()];
            self.clock.set(*at);
            let reply_to = post.answers.and_then(|to| place.sent.get(to).copied());
            let draft = Draft { nonce: format!("demo-{}", place.sent.len()), text: post.text.clone(), reply_to };
            let sent = self.services.messages.send(self.callers[&post.speaker], place.channel, draft).await?;
            place.sent.push(sent.message.id);
        }
        Ok(order.len())
    }

    /// Most people have read most of it. The visitor finds something new in some places.
    async fn read(&self) -> Result<()> {
        for place in &self.places {
            let newest = place.sent.len() as i64;
            for key in &place.members {
                let visitor = key == cast::YOU;
                if visitor && !place.unread || !visitor && self.random.below(4) > 0 {
                    self.services.messages.mark_read(self.callers[key], place.channel, newest).await?;
                }
            }
        }
        Ok(())
    }

    /// Nobody stays signed in.
    async fn log_out(&self) -> Result<()> {
        for caller in self.callers.values() {
            self.services.accounts.log_out(*caller).await?;
        }
        Ok(())
    }
}
