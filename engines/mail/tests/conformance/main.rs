//! What mailers must do: with a real mail server that takes, refuses, is away, hangs or breaks off, and with a folder.

mod server;

use engine_mail::open;
use kernel::{Timestamp, UserId};
use ports::{Mail, Mailer, Undelivered};
use server::{Scratch, Server};
use std::{io::Write, net::TcpListener, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

const FROM: &str = "Guildhall <chat@example.org>";
const LOGIN: &str = "guild%20hall:p%40ss%2Fword@";
const LINK: &str = "https://chat.example.org/verify#token=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ-_=";

fn mail(id: i64, to: &str) -> Mail {
    Mail {
        id,
        at: Timestamp(1_767_225_600_000 + id),
        about: "reset-password",
        account: UserId(7),
        to: to.into(),
        subject: "Passwort zurücksetzen".into(),
        text: format!("Für dich:\n\n{LINK}\n"),
        html: format!("<p>Für dich: <a href=\"{LINK}\">öffnen</a></p>"),
        language: "de",
    }
}

fn mailer(url: &str) -> Arc<dyn Mailer> {
    open(url, FROM, Path::new("/nowhere")).expect("an address")
}

async fn undelivered(url: &str, to: &str) -> Undelivered {
    let why = mailer(url).send(&mail(1, to)).await.expect_err("undelivered");
    let (Undelivered::Later(words) | Undelivered::Never(words)) = &why;
    assert!(!words.is_empty() && !words.contains(to) && !words.contains("p@ss"), "{words}");
    why
}

fn is_later(why: &Undelivered) -> bool {
    matches!(why, Undelivered::Later(_))
}

#[tokio::test]
async fn a_mail_arrives_whole_over_tls_from_either_moment() {
    for (mode, scheme) in [("starttls", "smtp"), ("tls", "smtps")] {
        let mut server = Server::start(mode);
        let url = format!("{scheme}://{LOGIN}127.0.0.1:{}?{}", server.port, server.authority());
        assert!(mailer(&url).reaches_people());
        engine_mail::server(&url, FROM).expect("an address").expect("a server").ask().await.expect("it is there");
        mailer(&url).send(&mail(7, "ada@example.org")).await.expect("taken");
        let got = server.mail();
        assert_eq!((&got["from"], &got["to"][0]), (&"chat@example.org".into(), &"ada@example.org".into()), "{mode}");
        assert_eq!((&got["tls"], &got["hello"]), (&true.into(), &"example.org".into()), "{mode}");
        let header = |name: &str| got["headers"][name].as_str().unwrap_or_default().to_owned();
        assert_eq!((header("subject"), header("to")), ("Passwort zurücksetzen".into(), "ada@example.org".into()));
        assert_eq!((header("from").as_str(), header("auto-submitted").as_str()), (FROM, "auto-generated"));
        assert_eq!(header("message-id"), "<reset-password.7@example.org>");
        assert!(header("date").contains("1 Jan 2026 00:00:00"), "{}", header("date"));
        let body = |kind: &str| got[kind].as_str().unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(body("text"), mail(7, "").text, "{mode}");
        assert_eq!(body("html").trim_end(), mail(7, "").html, "{mode}");
    }
}

#[tokio::test]
async fn a_server_on_this_machine_may_be_without_tls() {
    let mut server = Server::start("plain");
    mailer(&format!("smtp://127.0.0.1:{}?tls=none", server.port)).send(&mail(1, "a@example.org")).await.expect("taken");
    assert_eq!(server.mail()["tls"], false);
}

#[tokio::test]
async fn nothing_is_said_to_a_server_that_is_not_proven() {
    let server = Server::start("plain");
    let why = undelivered(&format!("smtp://127.0.0.1:{}", server.port), "ada@example.org").await;
    assert!(is_later(&why), "it has no TLS: {why:?}");
    for (mode, scheme) in [("starttls", "smtp"), ("tls", "smtps")] {
        let server = Server::start(mode);
        let why = undelivered(&format!("{scheme}://{LOGIN}127.0.0.1:{}", server.port), "ada@example.org").await;
        assert!(is_later(&why), "nobody knows who signed its certificate: {why:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_address_is_final_and_others_are_not() {
    let server = Server::start("starttls");
    let url = |login: &str| format!("smtp://{login}127.0.0.1:{}?{}", server.port, server.authority());
    assert_eq!(
        undelivered(&url(LOGIN), "never@example.org").await,
        Undelivered::Never("the server answered 550".into())
    );
    assert_eq!(
        undelivered(&url(LOGIN), "later@example.org").await,
        Undelivered::Later("the server answered 451".into())
    );
    let why = undelivered(&url("guild%20hall:wrong@"), "ada@example.org").await;
    assert_eq!(why, Undelivered::Later("the server answered 535".into()));
    let why = undelivered(&url(""), "ada@example.org").await;
    assert_eq!(why, Undelivered::Later("the server answered 530".into()));
    let why = undelivered(&url(LOGIN), "no address").await;
    assert!(!is_later(&why), "{why:?}");
}

#[tokio::test]
async fn a_server_that_is_away_may_come_back() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let url = format!("smtp://127.0.0.1:{free}");
    assert!(is_later(&undelivered(&url, "ada@example.org").await));
    assert!(engine_mail::server(&url, FROM).expect("an address").expect("a server").ask().await.is_err());
    assert!(is_later(&undelivered("smtp://nowhere.invalid", "ada@example.org").await));
}

/// Time that passes when nothing else happens: the end of patience comes at once.
#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_waited_for_so_long() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let before = tokio::time::Instant::now();
    assert!(is_later(&undelivered(&url, "ada@example.org").await));
    assert!(before.elapsed().as_secs() <= 31, "{:?}", before.elapsed());
}

#[tokio::test]
async fn a_server_that_breaks_off_may_come_back() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://127.0.0.1:{}?tls=none", listener.local_addr().expect("an address").port());
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            drop(client.write_all(b"220 mail.test ESMTP\r\n250-mail.test\r\n"));
        }
    });
    assert!(is_later(&undelivered(&url, "ada@example.org").await));
}

#[tokio::test]
async fn the_folder_keeps_readable_files_for_the_operator_alone_and_few() {
    let scratch = Scratch::make();
    let folder = scratch.path().join("mail");
    let mailer = open("log:", FROM, &folder).expect("an address");
    assert!(!mailer.reaches_people());
    for id in 1..=205 {
        mailer.send(&mail(id, "ada@example.org")).await.expect("written");
    }
    mailer.send(&mail(205, "ada@example.org")).await.expect("written again, over itself");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    assert_eq!(names.len(), 200);
    assert!(names[0].ends_with("-reset-password-6-of-7.eml"), "the oldest went: {}", names[0]);
    let file = folder.join(names.last().expect("a mail"));
    let text = std::fs::read_to_string(&file).expect("readable");
    assert!(text.contains(LINK) && text.contains("Für dich"), "{text}");
    assert!(text.contains("To: ada@example.org") && text.contains("multipart/alternative"), "{text}");
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
}

#[tokio::test]
async fn the_folder_forgets_the_mails_of_an_account_and_to_an_address() {
    let scratch = Scratch::make();
    let folder = scratch.path().join("mail");
    let mailer = open("log:", FROM, &folder).expect("an address");
    mailer.forget(UserId(7), "ada@example.org").await.expect("nothing is there yet");
    let to = |account, id, to: &str| Mail { account: UserId(account), ..mail(id, to) };
    for mail in [to(7, 1, "old@example.org"), to(0, 2, "Ada@Example.org"), to(17, 3, "bob@example.org")] {
        mailer.send(&mail).await.expect("kept");
    }
    mailer.forget(UserId(7), "ada@example.org").await.expect("forgotten");
    let left: Vec<_> = std::fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert_eq!(left.len(), 1);
    assert!(std::fs::read_to_string(&left[0]).expect("read").contains("bob@example.org"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_may_be_mended() {
    let why = undelivered("log:/proc/nowhere", "ada@example.org").await;
    assert!(is_later(&why), "{why:?}");
    assert_eq!(open("log:", "nobody", Path::new("x")).err().expect("refused").code, "bad_settings");
    let missing = open("smtps://mail.example.org?ca=/nowhere.pem", FROM, Path::new("x"));
    assert!(missing.err().expect("refused").detail.contains("/nowhere.pem"));
}
