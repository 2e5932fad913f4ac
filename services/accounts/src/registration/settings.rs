use crate::{
    Service,
    operating::{Act, Needs},
    rules,
};
use accounts_contract::{
    ActDetail, ActKind, Hand, RegistrationMode, RegistrationRules, RegistrationSettings, RegistrationSource,
    RegistrationTerms,
};
use kernel::{Problem, Result};

const MAX_DOMAINS: usize = 100;

/// What holds now.
pub(super) async fn rules(s: &Service) -> Result<RegistrationRules> {
    Ok(s.registration.rules().await?.map_or_else(|| s.config.registration_rules(), |(rules, _)| rules))
}

/// What whoever wants an account must know. The first one may always be made.
pub(crate) async fn terms(s: &Service) -> Result<RegistrationTerms> {
    let rules = if s.store.any_account().await? { rules(s).await? } else { RegistrationRules::default() };
    let RegistrationRules { mode, allowed_email_domains } = rules;
    Ok(RegistrationTerms { mode, invite_needed: mode == RegistrationMode::Invite, allowed_email_domains })
}

pub(crate) async fn registration_settings(s: &Service, by: Hand) -> Result<RegistrationSettings> {
    by.needs_operator(s).await?;
    told(s).await
}

async fn told(s: &Service) -> Result<RegistrationSettings> {
    let (settings_file, said) = (s.config.registration_rules(), s.registration.rules().await?);
    Ok(match said {
        None => RegistrationSettings {
            rules: settings_file.clone(),
            source: RegistrationSource::SettingsFile,
            settings_file,
            changed_at: None,
        },
        Some((rules, at)) => {
            RegistrationSettings { rules, source: RegistrationSource::Operator, settings_file, changed_at: Some(at) }
        }
    })
}

/// Says anew what holds, or lets the settings' file hold again.
pub(crate) async fn set_registration(
    s: &Service,
    by: Hand,
    new: Option<RegistrationRules>,
) -> Result<RegistrationSettings> {
    by.needs_operator(s).await?;
    let new = match new {
        None => None,
        Some(RegistrationRules { mode, allowed_email_domains }) => {
            Some(RegistrationRules { mode, allowed_email_domains: check_domains(allowed_email_domains)? })
        }
    };
    let (was, becomes) = (rules(s).await?, new.clone().unwrap_or_else(|| s.config.registration_rules()));
    let detail = ActDetail {
        from: Some(name(was.mode)),
        to: Some(name(becomes.mode)),
        allowed_email_domains: Some(becomes.allowed_email_domains),
        ..ActDetail::default()
    };
    let act = Act { kind: ActKind::RegistrationChanged, user: None, reason: None, detail };
    let act = act.by(s, &by).await?;
    s.registration.set_rules(new.as_ref(), &act).await?;
    told(s).await
}

fn name(mode: RegistrationMode) -> String {
    let name = match mode {
        RegistrationMode::Open => "open",
        RegistrationMode::Invite => "invite",
        RegistrationMode::Closed => "closed",
    };
    name.into()
}

/// Domains as they are compared: in lower case, each once.
pub(crate) fn check_domains(given: Vec<String>) -> Result<Vec<String>> {
    let mut domains = Vec::new();
    for domain in given {
        let domain = domain.trim().trim_start_matches('@').to_lowercase();
        if domain.len() > 253 || rules::email(&format!("a@{domain}")).is_err() {
            let detail = format!("{domain:?} isn't a domain of e-mail addresses: it looks like example.org.");
            return Err(Problem::field("allowed_email_domains", "domain_invalid", detail));
        }
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    if domains.len() > MAX_DOMAINS {
        let detail = format!("There are {} domains: name {MAX_DOMAINS} at most.", domains.len());
        return Err(Problem::field("allowed_email_domains", "too_many_domains", detail));
    }
    Ok(domains)
}
