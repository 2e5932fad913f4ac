//! A mail as it is written down (RFC 5322), in text and HTML.

use crate::unusable;
use kernel::Result;
use lettre::{
    Message,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
};
use ports::{Mail, Undelivered};
use std::time::{Duration, UNIX_EPOCH};

/// Who mails are from.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    mailbox: Mailbox,
    /// The part after the `@`.
    pub(crate) domain: String,
}

impl Sender {
    pub(crate) fn parse(from: &str) -> Result<Self> {
        let bad = || unusable(format!("mail_from is {from:?}, which isn't like Guildhall <chat@example.org>."));
        let mailbox: Mailbox = from.parse().map_err(|_| bad())?;
        let domain = mailbox.email.domain().to_owned();
        Ok(Self { mailbox, domain })
    }
}

/// How the bodies may be encoded.
#[derive(Clone, Copy)]
pub(crate) enum Encoding {
    /// For people who look at the file.
    Readable,
    /// For any server.
    Safe,
}

/// Tells programs that answer mails by themselves not to (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

pub(crate) fn message(mail: &Mail, from: &Sender, encoding: Encoding) -> Result<Message, Undelivered> {
    let never = |_| Undelivered::Never("its address can't be written down".into());
    let part = |kind: ContentType, body: &str| {
        let part = SinglePart::builder().header(kind);
        match encoding {
            Encoding::Readable => {
                let lines = body.replace('\n', "\r\n").into_bytes();
                part.body(Body::dangerous_pre_encoded(lines, ContentTransferEncoding::EightBit))
            }
            Encoding::Safe => part.body(body.to_owned()),
        }
    };
    let bodies = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
        .singlepart(part(ContentType::TEXT_HTML, &mail.html));
    Message::builder()
        .from(from.mailbox.clone())
        .to(Mailbox::new(None, mail.to.parse().map_err(never)?))
        .subject(&mail.subject)
        .date(UNIX_EPOCH + Duration::from_millis(mail.at.0.unsigned_abs()))
        .message_id(Some(format!("<{}.{}@{}>", mail.about, mail.id, from.domain)))
        .header(AutoSubmitted)
        .multipart(bodies)
        .map_err(|error| Undelivered::Never(format!("it can't be written down: {error}")))
}
