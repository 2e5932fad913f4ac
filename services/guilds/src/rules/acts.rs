//! What the audit log says of an act, in short, and the limits of what moderators write.

use guilds_contract::{Changed, Channel, Role, TIME_OUT_SECONDS_MAX};
use kernel::{Problem, Result, Timestamp, line, permissions::Shift};

pub(crate) const REASON_MAX_CHARS: usize = 500;
const TIME_OUT_SECONDS_MIN: i64 = 60;

/// Why something is done, if anybody says so.
pub(crate) fn reason(given: Option<String>) -> Result<Option<String>> {
    let reason = line("reason", &given.unwrap_or_default(), REASON_MAX_CHARS)?;
    Ok(Some(reason).filter(|reason| !reason.is_empty()))
}

/// What a report says.
pub(crate) fn complaint(given: &str) -> Result<String> {
    let text = line("reason", given, REASON_MAX_CHARS)?;
    if text.is_empty() {
        return Err(Problem::field("reason", "reason_empty", "Say what is wrong: the moderators need to know."));
    }
    Ok(text)
}

/// Until when a time-out of so many seconds lasts.
pub(crate) fn time_out(seconds: i64, now: Timestamp) -> Result<Timestamp> {
    if !(TIME_OUT_SECONDS_MIN..=TIME_OUT_SECONDS_MAX).contains(&seconds) {
        let detail = "A time-out lasts 60 seconds to 28 days (2,419,200 seconds).";
        return Err(Problem::field("seconds", "time_out_out_of_range", detail));
    }
    Ok(now.plus_seconds(seconds))
}

/// One value, where it changed.
pub(crate) fn changed(what: &str, before: Option<String>, after: Option<String>) -> Option<Changed> {
    (before != after).then(|| Changed { what: what.into(), before, after })
}

/// What is new, or is gone.
pub(crate) fn made(name: &str) -> Vec<Changed> {
    changed("name", None, Some(name.to_owned())).into_iter().collect()
}

pub(crate) fn gone(name: &str) -> Vec<Changed> {
    changed("name", Some(name.to_owned()), None).into_iter().collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

pub(crate) fn of_channels(before: &Channel, after: &Channel) -> Vec<Changed> {
    let of = |channel: &Channel| {
        [
            ("name", some(&channel.name)),
            ("topic", some(&channel.topic)),
            ("private", Some(channel.private.to_string())),
            ("position", Some(channel.position.to_string())),
            ("slow_mode_seconds", Some(channel.slow_mode_seconds.to_string())),
        ]
    };
    differences(of(before), of(after))
}

pub(crate) fn of_roles(before: &Role, after: &Role) -> Vec<Changed> {
    let of = |role: &Role| {
        [
            ("name", some(&role.name)),
            ("color", role.color.clone()),
            ("hoisted", Some(role.hoisted.to_string())),
            ("permissions", Some(role.permissions.bits().to_string())),
        ]
    };
    differences(of(before), of(after))
}

pub(crate) fn of_shifts(before: Shift, after: Shift) -> Vec<Changed> {
    let of =
        |shift: Shift| [("allow", Some(shift.allow.bits().to_string())), ("deny", Some(shift.deny.bits().to_string()))];
    differences(of(before), of(after))
}

fn differences<const N: usize>(
    before: [(&'static str, Option<String>); N],
    after: [(&'static str, Option<String>); N],
) -> Vec<Changed> {
    let pairs = before.into_iter().zip(after);
    pairs.filter_map(|((what, before), (_, after))| changed(what, before, after)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_said() {
        let differences =
            differences([("name", some("a")), ("topic", some(""))], [("name", some("b")), ("topic", None)]);
        let renamed = Changed { what: "name".into(), before: Some("a".into()), after: Some("b".into()) };
        assert_eq!(differences, [renamed]);
    }

    #[test]
    fn reasons_and_time_outs_are_checked_by_field() {
        let field = |problem: Problem| problem.field.expect("a field").into_owned();
        assert_eq!(reason(Some("  too \n loud ".into())).expect("fits").as_deref(), Some("too loud"));
        assert_eq!(field(complaint(" ").expect_err("empty")), "reason");
        assert_eq!(reason(Some(" ".into())).expect("fits"), None);
        assert_eq!(field(reason(Some("x".repeat(501))).expect_err("too long")), "reason");
        assert_eq!(time_out(60, Timestamp(0)).expect("fits"), Timestamp(60_000));
        for seconds in [59, TIME_OUT_SECONDS_MAX + 1, -1] {
            assert_eq!(field(time_out(seconds, Timestamp(0)).expect_err("refused")), "seconds");
        }
    }
}
