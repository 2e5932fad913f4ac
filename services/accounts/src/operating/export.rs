use crate::{Service, store::operating::NewAct};
use accounts_contract::{ActDetail, ActKind, ActQuery};
use contract::Record;
use kernel::{ActId, RegistrationCodeId, Result, Timestamp, UserId};
use serde::Serialize;

/// Acts are read in parts of so many.
const PART: i64 = 500;

#[derive(Serialize)]
struct ExportedSuspension<'a> {
    reason: &'a str,
    since: Timestamp,
    until: Option<Timestamp>,
}

#[derive(Serialize)]
struct ExportedCode<'a> {
    id: RegistrationCodeId,
    note: &'a str,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    max_uses: Option<u32>,
    uses: u32,
}

#[derive(Serialize)]
struct ExportedUse {
    code: RegistrationCodeId,
    used_at: Timestamp,
}

#[derive(Serialize)]
struct ExportedAct<'a> {
    id: ActId,
    at: Timestamp,
    kind: ActKind,
    place: &'a str,
    user: Option<UserId>,
    reason: &'a str,
    detail: &'a ActDetail,
}

/// What is kept of a person for operators, and what the person did as one.
pub(crate) async fn export(s: &Service, user: UserId, records: &mut Vec<Record>) -> Result<()> {
    if let Some(suspension) = s.operating.suspension(user, s.ground.now()).await? {
        let (reason, since, until) = (suspension.reason.as_str(), suspension.since, suspension.until);
        records.push(Record::new("suspension", &ExportedSuspension { reason, since, until })?);
    }
    if let Some((code, used_at)) = s.registration.used_by(user).await? {
        records.push(Record::new("registration_code_use", &ExportedUse { code, used_at })?);
    }
    for code in s.registration.made_by(user).await? {
        let exported = ExportedCode {
            id: code.id,
            note: &code.note,
            created_at: code.created_at,
            expires_at: code.expires_at,
            revoked_at: code.revoked_at,
            max_uses: code.max_uses,
            uses: code.uses,
        };
        records.push(Record::new("registration_code", &exported)?);
    }
    let (query, mut before) = (ActQuery { by: Some(user), ..ActQuery::default() }, None);
    loop {
        let acts = s.operating.acts(&query, before, PART).await?;
        for NewAct { id, at, kind, place, user, reason, detail, .. } in &acts {
            let (id, at, kind, user) = (*id, *at, *kind, *user);
            records.push(Record::new("act", &ExportedAct { id, at, kind, place, user, reason, detail })?);
        }
        before = acts.last().filter(|_| acts.len() as i64 == PART).map(|act| act.id);
        if before.is_none() {
            return Ok(());
        }
    }
}
