//! Pure decisions: limits, standings, and what a refusal is called.

pub(crate) mod acts;
pub(crate) mod roles;

use crate::store::Refusal;
use guilds_contract::{Channel, ChannelEdit, ChannelKind, Invite, InviteDraft};
use kernel::{ChannelId, Kind, Name, Problem, Result, Timestamp, Topic, UserId, permissions::Standing};

pub(crate) const GUILDS_PER_PERSON: i64 = 100;
pub(crate) const CHANNELS_PER_GUILD: i64 = 200;
/// Of those that work.
pub(crate) const INVITES_PER_GUILD: i64 = 1_000;
pub(crate) const POSITION_MAX: i32 = 100_000;
const SLOW_MODE_SECONDS_MAX: i32 = 6 * 3_600;
/// How many people may be asked about at once.
pub(crate) const ACQUAINTANCES_AT_ONCE: usize = 200;
/// For so long an invite that has expired, or was used up, still says so; then it is unknown.
pub(crate) const SPENT_INVITES_STAY_SECONDS: i64 = 30 * 24 * 3_600;

const INVITE_SECONDS: i64 = 7 * 24 * 3_600;
const INVITE_SECONDS_MIN: i64 = 60;
const INVITE_SECONDS_MAX: i64 = 365 * 24 * 3_600;
const INVITE_USES_MAX: i32 = 1_000;
/// 128 bits in base64url without padding.
const CODE_CHARS: usize = 22;

pub(crate) fn standing(user: UserId, owner: UserId, member: bool) -> Standing {
    match (member, user == owner) {
        (false, _) => Standing::Outsider,
        (true, true) => Standing::Owner,
        (true, false) => Standing::Member,
    }
}

pub(crate) fn standing_in_direct(user: UserId, low: UserId, high: UserId) -> Standing {
    if user == low || user == high { Standing::Member } else { Standing::Outsider }
}

/// The direct between two persons, whichever comes first.
pub(crate) fn direct(id: ChannelId, one: UserId, other: UserId, created_at: Timestamp) -> Channel {
    Channel {
        id,
        kind: ChannelKind::Direct,
        guild: None,
        name: String::new(),
        topic: String::new(),
        private: false,
        position: 0,
        recipients: vec![one.min(other), one.max(other)],
        created_at,
        slow_mode_seconds: 0,
    }
}

/// A change of a channel, with its values checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    name: Option<Name>,
    topic: Option<Topic>,
    position: Option<i32>,
    private: Option<bool>,
    slow_mode_seconds: Option<i32>,
}

impl Change {
    pub(crate) fn parse(edit: ChannelEdit) -> Result<Self> {
        if edit.position.is_some_and(|p| !(0..=POSITION_MAX).contains(&p)) {
            return Err(Problem::field("position", "position_out_of_range", "A position is 0 to 100,000."));
        }
        if edit.slow_mode_seconds.is_some_and(|seconds| !(0..=SLOW_MODE_SECONDS_MAX).contains(&seconds)) {
            let detail = "Slow mode is 0 to 21,600 seconds (6 hours).";
            return Err(Problem::field("slow_mode_seconds", "slow_mode_out_of_range", detail));
        }
        Ok(Self {
            name: edit.name.map(|name| Name::parse("name", &name)).transpose()?,
            topic: edit.topic.map(|topic| Topic::parse(&topic)).transpose()?,
            position: edit.position,
            private: edit.private,
            slow_mode_seconds: edit.slow_mode_seconds,
        })
    }

    /// The channel with this change.
    pub(crate) fn apply(self, before: &Channel) -> Channel {
        let mut after = before.clone();
        if let Some(name) = self.name {
            after.name = name.into_string();
        }
        if let Some(topic) = self.topic {
            after.topic = topic.into_string();
        }
        after.position = self.position.unwrap_or(after.position);
        after.private = self.private.unwrap_or(after.private);
        after.slow_mode_seconds = self.slow_mode_seconds.unwrap_or(after.slow_mode_seconds);
        after
    }
}

/// When an invite of this draft expires, and how many people may use it.
pub(crate) fn terms(draft: &InviteDraft, now: Timestamp) -> Result<(Option<Timestamp>, Option<i32>)> {
    let expires_at = match draft.expires_in.unwrap_or(INVITE_SECONDS) {
        0 => None,
        seconds if (INVITE_SECONDS_MIN..=INVITE_SECONDS_MAX).contains(&seconds) => Some(now.plus_seconds(seconds)),
        _ => {
            return Err(Problem::field(
                "expires_in",
                "expires_in_out_of_range",
                "An invite lasts 60 seconds to a year (31,536,000 seconds); 0 means that it never expires.",
            ));
        }
    };
    if draft.max_uses.is_some_and(|uses| !(1..=INVITE_USES_MAX).contains(&uses)) {
        return Err(Problem::field(
            "max_uses",
            "max_uses_out_of_range",
            "An invite is for 1 to 1,000 people; leave it out for any number.",
        ));
    }
    Ok((expires_at, draft.max_uses))
}

/// Whether this could be a code: anything else is unknown without asking.
pub(crate) fn is_code(code: &str) -> bool {
    code.len() == CODE_CHARS && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether somebody could still join by this invite.
pub(crate) fn usable(invite: &Invite, now: Timestamp) -> Result<(), Refusal> {
    if invite.expires_at.is_some_and(|at| at <= now) {
        return Err(Refusal::InviteExpired);
    }
    if invite.max_uses.is_some_and(|most| invite.uses >= most) {
        return Err(Refusal::InviteUsedUp);
    }
    Ok(())
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, detail| Problem::new(Kind::Conflict, code, detail);
        match refusal {
            Refusal::GuildGone => Problem::not_found("guild"),
            Refusal::ChannelGone => Problem::not_found("channel"),
            Refusal::NotMembers => Problem::field(
                "allowed",
                "not_members",
                "Only members of the guild can be let into its channels: invite them first.",
            ),
            Refusal::TooManyGuilds => {
                conflict("too_many_guilds", "A person can be in 100 guilds at most: leave one first.")
            }
            Refusal::TooManyChannels => {
                conflict("too_many_channels", "A guild can have 200 channels at most: delete one first.")
            }
            Refusal::TooManyInvites => {
                conflict("too_many_invites", "A guild can have 1,000 open invites at most: revoke some first.")
            }
            Refusal::TooManyOverwrites(most) => Problem::new(
                Kind::Conflict,
                "too_many_overwrites",
                format!("A channel can speak of {most} roles and people at most: give a role instead."),
            ),
            Refusal::TooManyRoles(most) => Problem::new(
                Kind::Conflict,
                "too_many_roles",
                format!("A guild can have {most} roles at most: delete one first."),
            ),
            Refusal::RoleGone => Problem::not_found("role"),
            Refusal::MemberGone => Problem::not_found("member"),
            Refusal::Everyones => {
                conflict("everyones_role", "Every member has this role: only its permissions can be changed.")
            }
            Refusal::AboveYou => Problem::forbidden(
                "above_you",
                "That stands as high as you do, or higher: ask somebody who stands above it.",
            ),
            Refusal::NotYours => Problem::forbidden(
                "not_yours_to_give",
                "You can only give and take permissions that you have yourself.",
            ),
            Refusal::OrderIncomplete => Problem::field(
                "roles",
                "order_incomplete",
                "Name all roles, each once, without @everyone: perhaps one was made or deleted meanwhile.",
            ),
            Refusal::Banned => {
                Problem::forbidden("banned", "You were banned from this guild: only its moderators can lift that.")
            }
            Refusal::ReportGone => Problem::not_found("report"),
            Refusal::TooManyReports => {
                conflict("too_many_reports", "20 of your reports wait for the moderators already: give them some time.")
            }
            Refusal::NotBanned => Problem::not_found("ban"),
            Refusal::InviteUnknown => Problem::new(
                Kind::NotFound,
                "invite_unknown",
                "There is no such invite: check the link, or ask for a new one.",
            ),
            Refusal::InviteExpired => {
                Problem::new(Kind::Gone, "invite_expired", "This invite has expired: ask for a new one.")
            }
            Refusal::InviteUsedUp => {
                Problem::new(Kind::Gone, "invite_used_up", "This invite has been used up: ask for a new one.")
            }
            Refusal::Grown => Problem::unavailable("People are joining just now: nothing was changed; try again."),
        }
    }
}

/// The one of the two words that the gate says, too.
pub(crate) fn direct_closed() -> Problem {
    Problem::forbidden("direct_closed", "You can’t write to each other: one of you has blocked the other.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    fn asked(expires_in: Option<i64>, max_uses: Option<i32>) -> Result<(Option<i64>, Option<i32>), String> {
        match terms(&InviteDraft { expires_in, max_uses }, NOW) {
            Ok((expires_at, uses)) => Ok((expires_at.map(|at| (at.0 - NOW.0) / 1_000), uses)),
            Err(problem) => Err(problem.field.expect("a field").into_owned()),
        }
    }

    #[test]
    fn an_invite_lasts_a_week_unless_asked_otherwise() {
        assert_eq!(asked(None, None), Ok((Some(604_800), None)));
        assert_eq!(asked(Some(0), Some(1_000)), Ok((None, Some(1_000))));
        assert_eq!(asked(Some(60), Some(1)), Ok((Some(60), Some(1))));
        assert_eq!(asked(Some(31_536_000), None), Ok((Some(31_536_000), None)));
        for seconds in [-1, 1, 59, 31_536_001, i64::MIN, i64::MAX] {
            assert_eq!(asked(Some(seconds), None), Err("expires_in".into()), "{seconds}");
        }
        for uses in [-1, 0, 1_001] {
            assert_eq!(asked(None, Some(uses)), Err("max_uses".into()), "{uses}");
        }
    }

    #[test]
    fn codes_are_22_characters_of_base64url() {
        assert!(is_code("AZaz09-_AZaz09-_AZaz09"));
        for bad in ["", "AZaz09-_AZaz09-_AZaz0", "AZaz09-_AZaz09-_AZaz09=", "AZaz09-_AZaz09-_AZaz0\0", "éééééééééé€1"]
        {
            assert!(!is_code(bad), "{bad}");
        }
    }

    #[test]
    fn positions_and_names_of_channels_are_checked() {
        let refused = |edit| Change::parse(edit).expect_err("refused").field.expect("a field").into_owned();
        assert_eq!(refused(ChannelEdit { position: Some(-1), ..Default::default() }), "position");
        assert_eq!(refused(ChannelEdit { position: Some(100_001), ..Default::default() }), "position");
        assert_eq!(refused(ChannelEdit { slow_mode_seconds: Some(21_601), ..Default::default() }), "slow_mode_seconds");
        assert_eq!(refused(ChannelEdit { name: Some(" ".into()), ..Default::default() }), "name");
        assert_eq!(refused(ChannelEdit { topic: Some("x".repeat(501)), ..Default::default() }), "topic");
    }
}
