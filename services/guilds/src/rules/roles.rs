//! Roles and overwrites: what may be asked for, and what it makes of what was.

use guilds_contract::{Role, RoleDraft, RoleEdit};
use kernel::{
    Name, Problem, Result,
    permissions::{Permission, Permissions, Shift},
};

/// How many people one event names whose access changed; when it is more, everyone fetches anew.
pub(crate) const NAMED_AT_MOST: usize = 200;

const VIEW: Permissions = Permissions::of(&[Permission::View]);

/// A change of a role, with its values checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoleChange {
    name: Option<Name>,
    color: Option<Option<String>>,
    hoisted: Option<bool>,
    permissions: Option<Permissions>,
}

impl RoleChange {
    pub(crate) fn parse(edit: RoleEdit) -> Result<Self> {
        Ok(Self {
            name: edit.name.map(|name| Name::parse("name", &name)).transpose()?,
            color: edit.color.map(|color| parse_color(&color)).transpose()?,
            hoisted: edit.hoisted,
            permissions: edit.permissions.map(|set| known("permissions", set)).transpose()?,
        })
    }

    /// Whether it asks only for what can change of the role that every member has.
    pub(crate) fn fits_everyone(&self) -> bool {
        self.name.is_none() && self.color.is_none() && self.hoisted.is_none()
    }

    /// The role with this change.
    pub(crate) fn apply(self, before: &Role) -> Role {
        let mut after = before.clone();
        if let Some(name) = self.name {
            after.name = name.into_string();
        }
        after.color = self.color.unwrap_or(after.color);
        after.hoisted = self.hoisted.unwrap_or(after.hoisted);
        after.permissions = self.permissions.unwrap_or(after.permissions);
        if after.id.0 == after.guild.0 {
            // Every member sees the guild.
            after.permissions = after.permissions.and(VIEW);
        }
        after
    }
}

/// A draft as a change of a role without anything.
pub(crate) fn draft(draft: RoleDraft) -> Result<RoleChange> {
    RoleChange::parse(RoleEdit {
        name: Some(draft.name),
        color: draft.color,
        hoisted: Some(draft.hoisted),
        permissions: Some(draft.permissions),
    })
}

fn parse_color(given: &str) -> Result<Option<String>> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    let digits =
        given.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let color = digits.map(|digits| format!("#{}", digits.to_ascii_lowercase()));
    let bad = || Problem::field("color", "bad_color", "That isn't a colour: write it like #5b6ee1.");
    color.map(Some).ok_or_else(bad)
}

fn known(field: &'static str, set: Permissions) -> Result<Permissions> {
    let unknown =
        || Problem::field(field, "unknown_permission", "There is no such permission: the API's document lists them.");
    Some(set).filter(|set| Permissions::ALL.contains(*set)).ok_or_else(unknown)
}

/// What happens to the overwrite of one role or person.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rewrite {
    Set(Shift),
    /// Lets see.
    Show,
    /// Lets see no longer.
    Hide,
}

impl Rewrite {
    pub(crate) fn parse(shift: Shift) -> Result<Self> {
        for (field, set) in [("allow", shift.allow), ("deny", shift.deny)] {
            known(field, set)?;
            if !Permissions::OF_CHANNELS.contains(set) {
                let detail = "That is not for a channel to say: give it by a role.";
                return Err(Problem::field(field, "not_of_channels", detail));
            }
        }
        if shift.allow.without(shift.deny) != shift.allow {
            return Err(Problem::field("deny", "allowed_and_denied", "What is allowed can't be denied: choose one."));
        }
        Ok(Self::Set(shift))
    }

    pub(crate) fn apply(self, before: Shift) -> Shift {
        match self {
            Self::Set(shift) => shift,
            Self::Show => Shift { allow: before.allow.and(VIEW), deny: before.deny.without(VIEW) },
            Self::Hide => Shift { allow: before.allow.without(VIEW), deny: before.deny },
        }
    }

    /// Whether it may take something: only who stands above may do that.
    pub(crate) fn takes(self) -> bool {
        !matches!(self, Self::Show)
    }
}

/// Numbers that a database put in one text: `1,2,3`.
pub(crate) fn numbers(list: Option<&str>) -> impl Iterator<Item = i64> {
    list.unwrap_or_default().split(',').filter_map(|number| number.parse().ok())
}

/// A set as a database holds it.
pub(crate) fn set(bits: i64) -> Permissions {
    Permissions::from_bits(bits.cast_unsigned())
}

pub(crate) fn bits(set: Permissions) -> i64 {
    set.bits().cast_signed()
}

/// All of these sets together: `3,8`.
pub(crate) fn all_sets(list: Option<&str>) -> Permissions {
    numbers(list).fold(Permissions::NONE, |all, bits| all.and(set(bits)))
}

/// All of these shifts together, each given and taken: `3:0,0:8`.
pub(crate) fn all_shifts(list: Option<&str>) -> Shift {
    list.unwrap_or_default()
        .split(',')
        .filter_map(|shift| shift.split_once(':'))
        .fold(Shift::default(), |all, (allow, deny)| {
            all.and(Shift { allow: all_sets(Some(allow)), deny: all_sets(Some(deny)) })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_channel_says_is_checked_by_field() {
        let refused = |allow, deny| {
            let problem = Rewrite::parse(Shift { allow: set(allow), deny: set(deny) }).expect_err("refused");
            (problem.field.expect("a field").into_owned(), problem.code.into_owned())
        };
        assert!(Rewrite::parse(Shift { allow: set(1), deny: set(2) }).is_ok());
        assert_eq!(refused(1 << 24, 0), ("allow".into(), "unknown_permission".into()));
        assert_eq!(refused(0, 64), ("deny".into(), "not_of_channels".into()));
        assert_eq!(refused(3, 2), ("deny".into(), "allowed_and_denied".into()));
    }

    #[test]
    fn showing_and_hiding_leave_the_rest() {
        let before = Shift { allow: set(2), deny: set(1 + 32_768) };
        let shown = Rewrite::Show.apply(before);
        assert_eq!(shown, Shift { allow: set(3), deny: set(32_768) });
        assert_eq!(Rewrite::Hide.apply(shown), Shift { allow: set(2), deny: set(32_768) });
    }

    #[test]
    fn texts_of_numbers_are_read() {
        assert_eq!(numbers(None).count() + numbers(Some("")).count(), 0);
        assert_eq!(numbers(Some("7,9")).collect::<Vec<_>>(), [7, 9]);
        assert_eq!(all_sets(Some("3,8")), set(11));
        assert_eq!(all_shifts(Some("1:2,4:2")), Shift { allow: set(5), deny: set(2) });
        assert_eq!(all_shifts(None), Shift::default());
    }

    #[test]
    fn colours_and_sets_of_roles_are_checked() {
        let refused = |edit| RoleChange::parse(edit).expect_err("refused").code.into_owned();
        assert_eq!(parse_color(" #5B6ee1 ").expect("fits").as_deref(), Some("#5b6ee1"));
        assert_eq!(refused(RoleEdit { color: Some("red".into()), ..Default::default() }), "bad_color");
        assert_eq!(refused(RoleEdit { permissions: Some(set(1 << 24)), ..Default::default() }), "unknown_permission");
    }
}
