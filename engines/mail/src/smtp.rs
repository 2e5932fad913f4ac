use crate::{
    address::{self, Server},
    message::{Encoding, Sender, message},
    unusable,
};
use async_trait::async_trait;
use kernel::{Problem, Result};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use ports::{Mail, Mailer, Undelivered};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
/// How long one mail may take, with connecting.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that takes mails. Mails are few: each has a connection of its own, so there is none that went stale.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Sender,
}

impl Smtp {
    pub(crate) fn new(server: &Server, from: Sender) -> Result<Self> {
        let tls = match server.tls {
            address::Tls::None => Tls::None,
            address::Tls::AfterHello => Tls::Required(parameters(server)?),
            address::Tls::AtOnce => Tls::Wrapper(parameters(server)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.domain.clone()))
            .timeout(Some(CONNECT));
        if let Some((user, password)) = &server.login {
            transport = transport.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: transport.build(), from })
    }

    /// Whether the server is there and lets us in.
    pub async fn ask(&self) -> Result<()> {
        let fails = |why: String| Problem::unavailable(why);
        match tokio::time::timeout(CONNECT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(fails("it doesn't answer as a mail server does.".into())),
            Ok(Err(error)) => Err(fails(format!("{}.", words(&error)))),
            Err(_) => Err(fails("it doesn't answer.".into())),
        }
    }
}

fn parameters(server: &Server) -> Result<TlsParameters> {
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(file) = &server.authority {
        let shown = file.display();
        let pem = std::fs::read(file).map_err(|e| unusable(format!("mail_url: {shown} can't be read: {e}.")))?;
        let authority = Certificate::from_pem(&pem);
        tls = tls.add_root_certificate(
            authority.map_err(|_| unusable(format!("mail_url: {shown} isn't a certificate in PEM.")))?,
        );
    }
    tls.build_rustls().map_err(|e| unusable(format!("mail_url: TLS to {} can't be set up: {e}.", server.host)))
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), Undelivered> {
        let message = message(mail, &self.from, Encoding::Safe)?;
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() && !is_ours(&error) => Err(Undelivered::Never(words(&error))),
            Ok(Err(error)) => Err(Undelivered::Later(words(&error))),
            Err(_) => Err(Undelivered::Later(format!("the server took over {} s", PATIENCE.as_secs()))),
        }
    }

    fn reaches_people(&self) -> bool {
        true
    }
}

/// Refusals of who we are, not of the mail: an operator can mend those, and then the mail goes. RFC 4954: 530 to 538.
fn is_ours(error: &Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 500..=504 | 530..=538))
}

/// What happened, without the server's own words: they may hold the address.
fn words(error: &Error) -> String {
    let because = || {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        cause.to_string()
    };
    match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_timeout() => "the server doesn't answer".into(),
        None if error.is_tls() => format!("TLS failed: {}", because()),
        None if error.is_client() => because(),
        None => format!("the connection failed: {}", because()),
    }
}
