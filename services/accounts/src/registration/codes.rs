use crate::{
    Service,
    operating::{Act, Needs},
    store::registration::Code,
};
use accounts_contract::{ActDetail, ActKind, Hand, RegistrationCode, RegistrationCodeDraft};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{At, Limit, Page, Problem, RegistrationCodeId, Result};

const NOTE_MAX_CHARS: usize = 80;
const MAX_USES: u32 = 1_000_000;
/// From a minute to ten years.
const EXPIRES_IN: std::ops::RangeInclusive<u32> = 60..=10 * 366 * 24 * 3_600;
/// Of those who registered with a code, the last ones are told.
const USES_TOLD: i64 = 20;

pub(crate) async fn registration_codes(
    s: &Service,
    by: Hand,
    before: Option<RegistrationCodeId>,
    limit: Limit,
) -> Result<Page<RegistrationCode>> {
    by.needs_operator(s).await?;
    let codes = s.registration.codes(before, limit.get()).await?;
    let next = codes.last().filter(|_| codes.len() as i64 == limit.get()).map(|code| code.id.to_string());
    let mut items = Vec::with_capacity(codes.len());
    for code in codes {
        items.push(told(s, code).await?);
    }
    Ok(Page { items, next, at: At::new() })
}

async fn told(s: &Service, code: Code) -> Result<RegistrationCode> {
    let used_by = if code.uses == 0 { Vec::new() } else { s.registration.uses(code.id, USES_TOLD).await? };
    Ok(code.told(&s.mail.public_url, s.ground.now(), used_by))
}

pub(crate) async fn make_registration_code(
    s: &Service,
    by: Hand,
    draft: RegistrationCodeDraft,
) -> Result<RegistrationCode> {
    by.needs_operator(s).await?;
    let RegistrationCodeDraft { note, max_uses, expires_in } = draft;
    let note = note.unwrap_or_default().trim().to_owned();
    if note.chars().count() > NOTE_MAX_CHARS || note.chars().any(char::is_control) {
        return Err(Problem::field("note", "note_unusable", "A note is one line of 80 characters at most."));
    }
    if max_uses.is_some_and(|uses| !(1..=MAX_USES).contains(&uses)) {
        return Err(Problem::field("max_uses", "max_uses_out_of_range", "A code is good for 1 to 1,000,000 accounts."));
    }
    if expires_in.is_some_and(|seconds| !EXPIRES_IN.contains(&seconds)) {
        return Err(Problem::field(
            "expires_in",
            "expires_in_out_of_range",
            "A code is good for a minute to ten years.",
        ));
    }
    let now = s.ground.now();
    let code = Code {
        id: RegistrationCodeId(s.ground.mint.id().await?),
        code: URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<16>()),
        note,
        made_by: by.person(),
        created_at: now,
        expires_at: expires_in.map(|seconds| now.plus_seconds(seconds.into())),
        revoked_at: None,
        max_uses,
        uses: 0,
    };
    let detail = ActDetail { code: Some(code.id), until: code.expires_at, ..ActDetail::default() };
    let act = Act { kind: ActKind::RegistrationCodeMade, user: None, reason: None, detail };
    s.registration.add_code(&code, &act.by(s, &by).await?).await?;
    told(s, code).await
}

/// Makes a code worthless; one that is already stays as it is.
pub(crate) async fn revoke_registration_code(s: &Service, by: Hand, code: RegistrationCodeId) -> Result<()> {
    by.needs_operator(s).await?;
    let detail = ActDetail { code: Some(code), ..ActDetail::default() };
    let act = Act { kind: ActKind::RegistrationCodeRevoked, user: None, reason: None, detail };
    let is_there = s.registration.revoke(code, &act.by(s, &by).await?).await?;
    if is_there { Ok(()) } else { Err(Problem::not_found("registration code")) }
}
