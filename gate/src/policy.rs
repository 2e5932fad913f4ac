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
        GuildId,
        permissions::{Grants, Permissions, Shift, Standing},
    };

    fn ask(standing: Standing, place: Place, permission: Permission) -> Result<(), (u16, String)> {
        let deny = Permissions::of(&[Permission::View]);
        let hidden = Shift { deny, ..Shift::default() };
        let everyone = if place == Place::PrivateChannel { hidden } else { Shift::default() };
        let grants = Grants { everyone, ..Grants::default() };
        let facts = Facts { guild: Some(GuildId(1)), standing, place, grants };
        match require(Some(facts), permission, "channel") {
            Ok(answer) => {
                assert_eq!(answer, facts);
                Ok(())
            }
            Err(problem) => Err((problem.status(), problem.code.into_owned())),
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
