//! What every engine of the store of reports must do.

use super::*;
use crate::store::scene::{ADA, BOB, CID, Scene};
use engine_sql::Ground;

fn draft(id: i64, guild: GuildId, reporter: UserId, user: UserId, message: Option<i64>) -> Report {
    Report {
        id: ReportId(id),
        guild,
        reporter,
        user,
        channel: message.map(|_| ChannelId(7)),
        message: message.map(MessageId),
        reason: "Rude.".into(),
        state: ReportState::Open,
        by: None,
        note: String::new(),
        at: Timestamp(1),
    }
}

async fn file(scene: &Scene, report: Report) -> Result<Report, Refusal> {
    scene.reports.file(report, Vec::new()).await.expect("works").map(|done| done.value)
}

async fn ids(scene: &Scene, guild: GuildId, reader: UserId, state: Option<ReportState>) -> Vec<i64> {
    let listed = scene.reports.list(guild, reader, state, ReportId(i64::MAX), 50).await.expect("list");
    listed.iter().map(|report| report.id.0).collect()
}

async fn edit(scene: &Scene, actor: UserId, guild: GuildId, id: i64, change: Change) -> Result<Report, Refusal> {
    let done = scene.reports.edit(actor, (guild, ReportId(id)), change, Box::new(|_| Vec::new())).await;
    done.expect("works").map(|done| done.value)
}

async fn a_report_is_filed_once_and_handled(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    let first = draft(11, guild, BOB, CID, Some(9));
    assert_eq!(file(&scene, first.clone()).await, Ok(first.clone()));
    assert_eq!(file(&scene, draft(12, guild, BOB, CID, Some(9))).await, Ok(first.clone()), "it waits already");
    let person = draft(13, guild, BOB, CID, None);
    assert_eq!(file(&scene, person.clone()).await, Ok(person));
    assert_eq!(file(&scene, draft(14, GuildId(77), BOB, CID, None)).await, Err(Refusal::GuildGone));
    assert_eq!(ids(&scene, guild, ADA, None).await, [13, 11]);
    assert_eq!(ids(&scene, guild, CID, None).await, [0; 0], "not for whom it is about");
    let page = scene.reports.list(guild, ADA, None, ReportId(13), 50).await.expect("list");
    assert_eq!(page, std::slice::from_ref(&first));

    let take = Change { state: Some(ReportState::Taken), note: None };
    let taken = edit(&scene, ADA, guild, 11, take.clone()).await.expect("taken");
    assert_eq!((taken.state, taken.by), (ReportState::Taken, Some(ADA)));
    assert_eq!(edit(&scene, CID, guild, 11, take.clone()).await, Err(Refusal::ReportGone), "one's own case");
    assert_eq!(edit(&scene, ADA, GuildId(77), 11, take.clone()).await, Err(Refusal::GuildGone));
    assert_eq!(edit(&scene, ADA, guild, 99, take).await, Err(Refusal::ReportGone));
    assert_eq!(ids(&scene, guild, ADA, Some(ReportState::Open)).await, [13]);
    let close = Change { state: Some(ReportState::Closed), note: Some("Talked to Cid.".into()) };
    let closed = edit(&scene, ADA, guild, 11, close).await.expect("closed");
    assert_eq!((closed.state, closed.note.as_str()), (ReportState::Closed, "Talked to Cid."));
    let again = draft(15, guild, BOB, CID, Some(9));
    assert_eq!(file(&scene, again.clone()).await, Ok(again), "what is closed can come again");
    let open = Change { state: Some(ReportState::Open), note: None };
    assert_eq!(edit(&scene, ADA, guild, 11, open).await.expect("open again").by, None);
}

async fn only_so_many_wait(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    for n in 0..WAITING_PER_PERSON {
        file(&scene, draft(100 + n, guild, BOB, CID, Some(n + 1))).await.expect("filed");
    }
    assert_eq!(file(&scene, draft(200, guild, BOB, CID, None)).await, Err(Refusal::TooManyReports));
    assert!(file(&scene, draft(201, guild, ADA, CID, None)).await.is_ok(), "another's");
    let close = Change { state: Some(ReportState::Closed), note: None };
    edit(&scene, ADA, guild, 100, close).await.expect("closed");
    assert!(file(&scene, draft(202, guild, BOB, CID, None)).await.is_ok());
}

async fn who_goes_leaves_no_reports(ground: Ground) {
    let scene = Scene::new(ground);
    let guild = scene.guild(ADA).await.id;
    for report in [draft(11, guild, BOB, CID, None), draft(12, guild, CID, BOB, None), draft(13, guild, ADA, CID, None)]
    {
        file(&scene, report).await.expect("filed");
    }
    let note = Change { state: Some(ReportState::Taken), note: Some("Bob's words.".into()) };
    edit(&scene, BOB, guild, 13, note).await.expect("taken");
    assert_eq!(scene.reports.by(BOB).await.expect("list").len(), 1);
    assert_eq!(scene.reports.erase(BOB).await.expect("erased"), 3);
    assert_eq!(scene.reports.erase(BOB).await.expect("erased"), 0);
    let left = scene.reports.list(guild, ADA, None, ReportId(i64::MAX), 9).await.expect("list");
    assert_eq!(left.iter().map(|report| (report.id.0, report.note.as_str())).collect::<Vec<_>>(), [(13, "")]);
}

engine_sql::suite!(
    crate::MIGRATIONS;
    a_report_is_filed_once_and_handled,
    only_so_many_wait,
    who_goes_leaves_no_reports,
);
