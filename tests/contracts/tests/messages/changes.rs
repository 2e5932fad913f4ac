//! Changing and deleting what was said.

use super::*;
use messages_contract::{Deleted, Edit, MessageDeleted, MessageEdited};

fn edit(text: &str, version: Option<i64>) -> Edit {
    Edit { text: text.into(), version }
}

fn refused<T: std::fmt::Debug>(result: kernel::Result<T>) -> (u16, String) {
    let problem = result.expect_err("refused");
    (problem.status(), problem.code.into_owned())
}

async fn an_edit_is_heard_read_and_never_overwrites_another(town: Town) {
    town.bob_joins().await;
    let said = town.say(BOB, town.hall, "helo").await;
    let (ear, _held) = town.listen(town.hall);
    town.clock.advance_seconds(5);
    let change = |caller, edit| town.messages.edit(caller, town.hall, said.id, edit);
    let edited = change(BOB, edit("hello", Some(0))).await.expect("edited");
    assert_eq!((edited.version, edited.text.as_str(), edited.number), (1, "hello", said.number));
    assert_eq!(edited.edited_at, Some(town.outside.clock.now()));
    assert_eq!(change(BOB, edit("hello", Some(0))).await.expect("a repeat"), edited, "a repeat changes nothing");
    assert_eq!(refused(change(BOB, edit("hullo", Some(0))).await), (409, "stale_edit".into()));
    assert_eq!(refused(change(ADA, edit("mine", None)).await), (403, "not_author".into()));
    assert_eq!(refused(change(BOB, edit(" ", None)).await), (422, "text_empty".into()));
    let heard = ear.0.lock().expect("an ear").clone();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].parse::<MessageEdited>().expect("an edit").message, edited);
    assert_eq!(town.messages.message(ADA, town.hall, said.id).await.expect("read"), edited);
    let texts = |caller| town.messages.versions(caller, town.hall, said.id);
    for caller in [ADA, BOB] {
        let versions = texts(caller).await.expect("the author and who manages messages");
        assert_eq!(versions.iter().map(|v| v.text.as_str()).collect::<Vec<_>>(), ["helo"]);
    }
    let own = town.say(ADA, town.hall, "of the owner").await;
    let others = town.messages.versions(BOB, town.hall, own.id).await;
    assert_eq!(refused(others), (403, "missing_permission".into()));
    town.guilds.leave(BOB, town.guild).await.expect("left");
    assert_eq!(refused(change(BOB, edit("from outside", None)).await).0, 404);
    assert_eq!(refused(texts(BOB).await).0, 404);
}

async fn a_deleted_message_leaves_a_tombstone_and_no_text(town: Town) {
    town.bob_joins().await;
    let said = town.say(BOB, town.hall, "canary-1").await;
    town.messages.edit(BOB, town.hall, said.id, edit("canary-2", None)).await.expect("edited");
    let other = town.say(ADA, town.hall, "stays").await;
    let delete = |caller, ids: Vec<MessageId>| town.messages.delete(caller, town.hall, ids);
    assert_eq!(refused(delete(BOB, vec![other.id]).await), (403, "missing_permission".into()));
    assert_eq!(refused(delete(BOB, vec![said.id, other.id]).await).0, 403, "all or none");
    let (ear, _held) = town.listen(town.hall);
    assert_eq!(delete(BOB, vec![said.id]).await.expect("deleted"), Deleted { messages: 1 });
    assert_eq!(delete(BOB, vec![said.id]).await.expect("a repeat"), Deleted { messages: 0 });
    let heard = ear.0.lock().expect("an ear").clone();
    assert_eq!(heard.len(), 1);
    let deleted: MessageDeleted = heard[0].parse().expect("a deletion");
    assert_eq!((deleted.message, deleted.redacted), (said.id, vec![1, 2]));
    let tombstone = town.messages.message(ADA, town.hall, said.id).await.expect("there");
    assert_eq!(tombstone, said.clone().tombstone());
    assert_eq!(refused(town.messages.edit(BOB, town.hall, said.id, edit("x", None)).await).0, 409);
    let log = town.messages.difference(Reader::Person(ADA), StreamName::messages(town.hall), 0).await.expect("log");
    let text: String = log.events.iter().map(Event::frame).collect();
    assert!(!text.contains("canary") && text.contains("stays"));
    let again = town.messages.send(BOB, town.hall, draft("canary-1", "canary-1")).await.expect("a late retry");
    assert!(again.message.deleted, "what was deleted isn't said again");
}

async fn who_manages_messages_deletes_many_at_once(town: Town) {
    town.bob_joins().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(town.say(if n % 2 == 0 { BOB } else { ADA }, town.hall, &n.to_string()).await.id);
    }
    let elsewhere = town.say(ADA, town.den, "elsewhere").await;
    let delete = |ids: Vec<MessageId>| town.messages.delete(ADA, town.hall, ids);
    assert_eq!(refused(delete(Vec::new()).await).0, 422);
    assert_eq!(refused(delete((1..=101).map(MessageId).collect()).await).0, 422);
    assert_eq!(refused(delete(vec![elsewhere.id]).await).0, 404, "another channel's");
    let named = vec![ids[3], ids[0], ids[0], elsewhere.id, ids[2]];
    assert_eq!(delete(named).await.expect("deleted"), Deleted { messages: 3 });
    let page = town.messages.history(ADA, town.hall, limit(10), Window::default()).await.expect("a page");
    assert_eq!(page.items.iter().map(|m| m.deleted).collect::<Vec<_>>(), [true, false, true, true, false]);
    assert!(!town.messages.message(ADA, town.den, elsewhere.id).await.expect("there").deleted);
}

async fn what_one_said_in_a_guild_since_a_time_goes_together(town: Town) {
    town.bob_joins().await;
    town.guilds.allow(ADA, town.den, BOB.user).await.expect("allowed");
    let early = town.say(BOB, town.hall, "early").await;
    town.clock.advance_seconds(10);
    let since = town.outside.clock.now();
    let late = [town.say(BOB, town.hall, "late").await, town.say(BOB, town.den, "late too").await];
    let other = town.say(ADA, town.hall, "another's").await;
    let own = town.guilds.create_guild(BOB, GuildDraft { name: "Bob's".into() }).await.expect("a guild").id;
    let home = town.guilds.channels(BOB, own).await.expect("channels").items[0].id;
    let elsewhere = town.say(BOB, home, "at home").await;
    let delete = |caller| town.messages.delete_said(caller, town.guild, BOB.user, since);
    assert_eq!(refused(delete(BOB).await).0, 403);
    // Also of who was put out already.
    town.guilds.leave(BOB, town.guild).await.expect("left");
    assert_eq!(delete(ADA).await.expect("deleted"), Deleted { messages: 2 });
    assert_eq!(delete(ADA).await.expect("a repeat"), Deleted { messages: 0 });
    let is_gone = async |caller, message: &Message| {
        town.messages.message(caller, message.channel, message.id).await.expect("there").deleted
    };
    assert!(is_gone(ADA, &late[0]).await && is_gone(ADA, &late[1]).await);
    assert!(!is_gone(ADA, &early).await && !is_gone(ADA, &other).await && !is_gone(BOB, &elsewhere).await);
}

async fn texts_from_before_are_exported_and_erased(town: Town) {
    town.bob_joins().await;
    let said = town.say(BOB, town.hall, "canary-1").await;
    town.messages.edit(BOB, town.hall, said.id, edit("canary-2", None)).await.expect("edited");
    let part = town.messages.export(BOB.user, None).await.expect("exported");
    let kinds: Vec<&str> = part.records.iter().map(|r| r.kind.as_str()).collect();
    assert_eq!(kinds, ["marker", "message", "version"]);
    assert_eq!(part.records[2].value["text"], "canary-1");
    town.messages.erase(BOB.user, Wishes::default()).await.expect("erased");
    let log = town.messages.difference(Reader::Service, StreamName::messages(town.hall), 0).await.expect("the log");
    assert!(!log.events.iter().any(|event| event.frame().contains("canary")));
    assert_eq!(town.messages.versions(ADA, town.hall, said.id).await.expect("none"), []);
}

both_ways!(
    an_edit_is_heard_read_and_never_overwrites_another,
    a_deleted_message_leaves_a_tombstone_and_no_text,
    who_manages_messages_deletes_many_at_once,
    what_one_said_in_a_guild_since_a_time_goes_together,
    texts_from_before_are_exported_and_erased,
);
