//! The one decision function. Pure: the same facts give the same answer.

use guilds_contract::Facts;
use kernel::{
    Problem, Result,
    permissions::{Permission, Place},
};

/// Gives the facts back when they allow `permission`.
///
/// What isn't there and what may not be seen look the same: `not_found`, naming `what`. What is seen but not
/// allowed is `missing_permission`.
pub fn require(facts: Option<Facts>, permission: Permission, what: &'static str) -> Result<Facts> {
    let facts = facts.ok_or_else(|| Problem::not_found(what))?;
    let permissions = facts.permissions();
    if !permissions.has(Permission::View) {
        return Err(Problem::not_found(what));
    }
    if !permissions.has(permission) && facts.place == Place::ClosedDirect {
        let detail = "You can’t write to each other: one of you has blocked the other.";
        return Err(Problem::forbidden("direct_closed", detail));
    }
    if let Some(until) = facts.silent_until.filter(|_| !permissions.has(permission)) {
        let detail = format!("You are timed out in this guild until {until}: you can read what is said.");
        return Err(Problem::forbidden("timed_out", detail));
    }
    if !permissions.has(permission) {
        return Err(Problem::forbidden(
            "missing_permission",
            "You don't have the permission for that here: ask who manages roles, or the owner.",
        ));
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{
        GuildId, Timestamp,
        permissions::{Grants, Permissions, Shift, Standing},
    };

    fn ask(standing: Standing, place: Place, permission: Permission) -> Result<(), (u16, String)> {
        let deny = Permissions::of(&[Permission::View]);
        let hidden = Shift { deny, ..Shift::default() };
        let everyone = if place == Place::PrivateChannel { hidden } else { Shift::default() };
        let grants = Grants { everyone, ..Grants::default() };
        let facts = Facts::new(Some(GuildId(1)), standing, place, grants);
        match require(Some(facts), permission, "channel") {
            Ok(answer) => {
                assert_eq!(answer, facts);
                Ok(())
            }
            Err(problem) => Err((problem.status(), problem.code.into_owned())),
        }
    }

    #[test]
    fn who_is_timed_out_only_reads_until_it_ends() {
        let now = Timestamp(1_000);
        let silent = |standing, until: i64| {
            let grants = Grants { base: Permissions::ALL, ..Grants::default() };
            let facts = Facts::new(Some(GuildId(1)), standing, Place::OpenChannel, grants);
            Facts { silent_until: Some(Timestamp(until)), ..facts }.at(now)
        };
        let member = silent(Standing::Member, 1_500);
        assert_eq!(member.holds_ms, Some(500));
        assert!(require(Some(member), Permission::View, "channel").is_ok());
        for permission in [Permission::Send, Permission::AddReactions, Permission::Kick] {
            let refused = require(Some(member), permission, "channel").expect_err("silent");
            assert_eq!((refused.status(), refused.code.as_ref()), (403, "timed_out"));
        }
        for free in [silent(Standing::Member, 1_000), silent(Standing::Owner, 1_500)] {
            assert_eq!((free.holds_ms, free.permissions()), (None, Permissions::ALL));
        }
    }

    #[test]
    fn unseen_is_not_found_and_seen_is_forbidden() {
        let not_found = Err((404, "not_found".to_owned()));
        let forbidden = Err((403, "missing_permission".to_owned()));
        let hidden = Place::PrivateChannel;
        assert_eq!(ask(Standing::Member, Place::OpenChannel, Permission::Send), Ok(()));
        assert_eq!(ask(Standing::Member, Place::OpenChannel, Permission::ManageChannels), forbidden);
        assert_eq!(ask(Standing::Owner, hidden, Permission::ManageChannels), Ok(()));
        assert_eq!(ask(Standing::Owner, Place::Direct, Permission::ManageGuild), forbidden);
        let closed = Err((403, "direct_closed".to_owned()));
        assert_eq!(ask(Standing::Member, Place::ClosedDirect, Permission::Send), closed);
        assert_eq!(ask(Standing::Member, Place::ClosedDirect, Permission::View), Ok(()));
        for permission in [Permission::View, Permission::Send, Permission::ManageGuild] {
            assert_eq!(ask(Standing::Outsider, Place::Guild, permission), not_found);
            assert_eq!(ask(Standing::Member, hidden, permission), not_found);
            assert_eq!(require(None, permission, "guild").expect_err("nothing there").status(), 404);
        }
    }
}
