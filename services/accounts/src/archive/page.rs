//! Pages of an archive that people read: plain HTML that needs nothing else.

use contract::Record;
use guilds_contract::{Channel, Guild, Invite, Member, PlaceName};
use kernel::{ChannelId, GuildId, Problem, Result, Timestamp};
use messages_contract::Message;
use people_contract::Profile;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{collections::HashMap, fmt::Write};

/// What the files of an archive are.
pub(super) const README: &str = include_str!("readme.txt");
const STYLE: &str = include_str!("page.css");

/// What the places are called that the person's messages stand in.
pub(super) struct Known {
    places: HashMap<ChannelId, String>,
    guilds: HashMap<GuildId, String>,
}

impl Known {
    pub(super) fn of(records: &[Record]) -> Result<Self> {
        let (mut places, mut guilds) = (HashMap::new(), HashMap::new());
        for place in all::<PlaceName>(records, "place")? {
            guilds.insert(place.guild, place.guild_name.clone());
            places.insert(place.channel, format!("{} · #{}", place.guild_name, place.channel_name));
        }
        for direct in all::<Channel>(records, "channel")? {
            places.insert(direct.id, format!("Direct messages {}", direct.id));
        }
        Ok(Self { places, guilds })
    }

    fn place(&self, channel: ChannelId) -> String {
        let left = || format!("A channel that you no longer see ({channel})");
        self.places.get(&channel).cloned().unwrap_or_else(left)
    }

    fn guild(&self, guild: GuildId) -> String {
        self.guilds.get(&guild).cloned().unwrap_or_else(|| format!("Guild {guild}"))
    }
}

pub(super) fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title><style>{STYLE}</style>\n<main><h1>{title}</h1>\n"
    )
}

const END: &str = "</main></html>\n";

/// Messages by channel, as they come: by channel and number.
pub(super) struct Messages<'k> {
    known: &'k Known,
    channel: Option<ChannelId>,
}

impl<'k> Messages<'k> {
    pub(super) fn new(known: &'k Known) -> Self {
        Self { known, channel: None }
    }

    pub(super) fn add<'r>(&mut self, records: impl Iterator<Item = &'r Record>) -> Result<String> {
        let mut html = String::new();
        for record in records {
            let message: Message = read(record)?;
            if self.channel.replace(message.channel) != Some(message.channel) {
                _ = writeln!(html, "<h2>{}</h2>", escaped(&self.known.place(message.channel)));
            }
            let (sent_at, text) = (shown(message.sent_at), escaped(&message.text));
            _ = writeln!(html, "<p><time>{sent_at}</time> {text}</p>");
        }
        Ok(html)
    }

    pub(super) fn end(self) -> String {
        let nothing = if self.channel.is_none() { "<p>You have said nothing that is kept.</p>\n" } else { "" };
        format!("{nothing}{END}")
    }
}

/// The page that the archive is opened with.
pub(super) fn index(records: &[Record], known: &Known, at: Timestamp) -> Result<String> {
    let mut html = head("What Guildhall keeps of you");
    _ = writeln!(
        html,
        "<p>As of {}. <a href=\"messages.html\">Your messages</a>; all of it for programs: <code>data/</code>, see <a href=\"README.txt\">README.txt</a>.</p>",
        shown(at)
    );
    let names = all::<Profile>(records, "profile")?.into_iter().map(|profile| profile.display_name);
    section(&mut html, "Others see you as", names);
    let of = |kind: &'static str| records.iter().filter(move |record| record.kind == kind).map(|record| &record.value);
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    section(&mut html, "You sign in as", of("account").map(|account| text(account, "email")));
    section(&mut html, "Your passkeys", of("passkey").map(|passkey| text(passkey, "name")));
    let device = |session: &Value| format!("{}: {}", text(session, "last_used_at"), text(session, "user_agent"));
    section(&mut html, "Where you signed in, by last use", of("session").map(device));
    section(&mut html, "Guilds that you own", all::<Guild>(records, "guild")?.into_iter().map(|guild| guild.name));
    let joined = |member: Member| format!("{}, since {}", known.guild(member.guild), shown(member.joined_at));
    section(&mut html, "Guilds that you are in", all::<Member>(records, "member")?.into_iter().map(joined));
    let invite = |invite: Invite| format!("{}: {}, used {} times", known.guild(invite.guild), invite.code, invite.uses);
    section(&mut html, "Invites that you made", all::<Invite>(records, "invite")?.into_iter().map(invite));
    html.push_str(END);
    Ok(html)
}

fn section(html: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let items: String = lines.map(|line| format!("<li>{}</li>\n", escaped(&line))).collect();
    if !items.is_empty() {
        _ = writeln!(html, "<h2>{title}</h2>\n<ul>\n{items}</ul>");
    }
}

fn all<T: DeserializeOwned>(records: &[Record], kind: &str) -> Result<Vec<T>> {
    records.iter().filter(|record| record.kind == kind).map(read).collect()
}

fn read<T: DeserializeOwned>(record: &Record) -> Result<T> {
    serde_json::from_value(record.value.clone()).map_err(Problem::internal)
}

/// To the minute, in UTC: where the reader is isn't known.
fn shown(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{MessageId, UserId};

    fn message(channel: i64, number: i64, text: &str) -> Record {
        let (place, sent_at) = ((ChannelId(channel), number), Timestamp(1_767_225_600_000));
        let message = Message::new(MessageId(number), place, UserId(1), text.into(), None, sent_at);
        Record::new("message", &message).expect("a record")
    }

    #[test]
    fn messages_stand_below_their_channels_and_are_only_text() {
        let place = PlaceName {
            guild: GuildId(1),
            guild_name: "A & B".into(),
            channel: ChannelId(5),
            channel_name: "general".into(),
        };
        let known = Known::of(&[Record::new("place", &place).expect("a record")]).expect("read");
        let mut messages = Messages::new(&known);
        let first = messages.add([message(5, 1, "<script>x</script>"), message(5, 2, "b")].iter()).expect("written");
        let second = messages.add([message(5, 3, "c"), message(6, 1, "d")].iter()).expect("written");
        assert_eq!(first.matches("<h2>A &amp; B · #general</h2>").count(), 1);
        assert!(first.contains("<p><time>2026-01-01 00:00 UTC</time> &lt;script&gt;x&lt;/script&gt;</p>"), "{first}");
        assert_eq!(second.matches("<h2>").count(), 1, "{second}");
        assert!(second.contains("A channel that you no longer see (6)"));
        assert_eq!(messages.end(), END);
        assert!(Messages::new(&known).end().contains("You have said nothing"));
    }
}
