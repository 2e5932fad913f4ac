use super::{
    reach::with_accounts,
    table::{facts, json, table},
    words::{maybe, moment, seconds},
};
use crate::{commands::say, config::Config};
use accounts_contract::{
    Accounts, Hand, RegistrationCode, RegistrationCodeDraft, RegistrationMode, RegistrationRules, RegistrationSettings,
    RegistrationSource,
};
use clap::{Subcommand, ValueEnum};
use kernel::{Limit, RegistrationCodeId, Result};

#[derive(Clone, Copy, ValueEnum)]
pub enum Mode {
    Open,
    Invite,
    Closed,
}

impl From<Mode> for RegistrationMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Open => Self::Open,
            Mode::Invite => Self::Invite,
            Mode::Closed => Self::Closed,
        }
    }
}

#[derive(Subcommand)]
pub enum RegistrationCommand {
    /// Shows who may register, and who said so
    Show,
    /// Says who may register. What isn't given stays
    Set {
        #[arg(long)]
        mode: Option<Mode>,
        /// A domain of e-mail addresses that are taken; several times for several
        #[arg(long = "domain", value_name = "DOMAIN", conflicts_with = "any_domain")]
        domains: Vec<String>,
        /// Take addresses of any domain
        #[arg(long)]
        any_domain: bool,
    },
    /// Lets the settings' file say it again
    Reset,
    /// Lists the codes that let people register, the newest first
    Codes,
    /// Makes a code that lets people register
    Invite {
        /// Whom it is for
        #[arg(long)]
        note: Option<String>,
        /// How many accounts may be made with it. Without it, any number
        #[arg(long)]
        uses: Option<u32>,
        /// How long it is good: 12h, 7d, 2w. Without it, until it is revoked
        #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
        seconds: Option<u32>,
    },
    /// Makes a code worthless
    Revoke {
        /// Its id
        code: RegistrationCodeId,
    },
}

/// # Errors
/// The server can't be reached, or accounts refuses it.
pub fn registration(config: &Config, command: RegistrationCommand, as_json: bool) -> Result<()> {
    with_accounts(config, false, async |accounts| run(&*accounts, command, as_json).await)
}

async fn run(accounts: &dyn Accounts, command: RegistrationCommand, as_json: bool) -> Result<()> {
    let by = Hand::CommandLine;
    match command {
        RegistrationCommand::Show => tell(&accounts.registration_settings(by).await?, as_json),
        RegistrationCommand::Set { mode, domains, any_domain } => {
            let now = accounts.registration_settings(by.clone()).await?.rules;
            let stay = domains.is_empty() && !any_domain;
            let rules = RegistrationRules {
                mode: mode.map_or(now.mode, Into::into),
                allowed_email_domains: if stay { now.allowed_email_domains } else { domains },
            };
            tell(&accounts.set_registration(by, Some(rules)).await?, as_json)
        }
        RegistrationCommand::Reset => tell(&accounts.set_registration(by, None).await?, as_json),
        RegistrationCommand::Codes => codes(accounts, as_json).await,
        RegistrationCommand::Invite { note, uses, seconds } => {
            let draft = RegistrationCodeDraft { note, max_uses: uses, expires_in: seconds };
            let made = accounts.make_registration_code(by, draft).await?;
            if as_json {
                return json(&made);
            }
            say(&made.link);
            Ok(())
        }
        RegistrationCommand::Revoke { code } => {
            accounts.revoke_registration_code(by, code).await?;
            if !as_json {
                say(&format!("code {code} lets nobody in any more"));
            }
            Ok(())
        }
    }
}

fn tell(settings: &RegistrationSettings, as_json: bool) -> Result<()> {
    if as_json {
        return json(settings);
    }
    let mode = match settings.rules.mode {
        RegistrationMode::Open => "open: anyone",
        RegistrationMode::Invite => "invite: whoever has a registration code or an invite into a guild",
        RegistrationMode::Closed => "closed: nobody",
    };
    let domains = match settings.rules.allowed_email_domains.as_slice() {
        [] => "any".into(),
        some => some.join(", "),
    };
    let said = match (settings.source, settings.changed_at) {
        (RegistrationSource::Operator, Some(at)) => format!("by an operator, {}", moment(at)),
        _ => "by the settings (accounts.registration)".into(),
    };
    facts(&[("registration", mode.into()), ("domains", domains), ("said", said)]);
    Ok(())
}

async fn codes(accounts: &dyn Accounts, as_json: bool) -> Result<()> {
    let (mut all, mut after): (Vec<RegistrationCode>, Option<RegistrationCodeId>) = (Vec::new(), None);
    loop {
        let limit = Limit::parse(Some(Limit::MAX.into()))?;
        let page = accounts.registration_codes(Hand::CommandLine, after, limit).await?;
        all.extend(page.items);
        after = page.next.map(|next| next.parse()).transpose()?;
        if after.is_none() {
            break;
        }
    }
    if as_json {
        return json(&all);
    }
    let row = |code: &RegistrationCode| {
        let uses = code.max_uses.map_or(code.uses.to_string(), |most| format!("{} of {most}", code.uses));
        let works = if code.works { "yes" } else { "no" };
        vec![
            code.id.to_string(),
            works.into(),
            uses,
            moment(code.created_at),
            maybe(code.expires_at),
            code.note.clone(),
            code.link.clone(),
        ]
    };
    table(&["ID", "WORKS", "USED", "MADE", "EXPIRES", "NOTE", "LINK"], &all.iter().map(row).collect::<Vec<_>>());
    Ok(())
}
