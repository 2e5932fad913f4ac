use super::*;

const CHANNELS: [Place; 2] = [Place::OpenChannel, Place::PrivateChannel];

/// Any grants at all: a sequence of numbers that is the same in every run (xorshift64, Marsaglia 2003).
struct Anything(u64);

impl Anything {
    fn permissions(&mut self) -> Permissions {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Permissions(self.0 & Permissions::ALL.0)
    }

    fn shift(&mut self) -> Shift {
        // Sparse ones, as people make them.
        let mut sparse = || Permissions(self.permissions().0 & self.permissions().0 & self.permissions().0);
        Shift { allow: sparse(), deny: sparse() }
    }

    fn grants(&mut self) -> Grants {
        let base = self.permissions().without(Permissions::of(&[Permission::Administrator]));
        Grants { base, everyone: self.shift(), roles: self.shift(), person: self.shift() }
    }
}

fn anything(check: impl Fn(&mut Anything)) {
    let mut anything = Anything(0x9E37_79B9_7F4A_7C15);
    for _ in 0..20_000 {
        check(&mut anything);
    }
}

fn only(permission: Permission) -> Permissions {
    Permissions::of(&[permission])
}

#[test]
fn an_outsider_has_nothing_and_an_owner_everything() {
    anything(|a| {
        let grants = a.grants();
        for place in [Place::Guild, Place::OpenChannel, Place::PrivateChannel] {
            assert_eq!(permissions(Standing::Outsider, place, &grants), Permissions::NONE);
            assert_eq!(permissions(Standing::Owner, place, &grants), Permissions::ALL);
        }
        assert_eq!(permissions(Standing::Outsider, Place::Direct, &grants), Permissions::NONE);
        for standing in [Standing::Member, Standing::Owner] {
            assert_eq!(permissions(standing, Place::Direct, &grants), Permissions::DIRECT);
            let closed = permissions(standing, Place::ClosedDirect, &grants);
            assert_eq!(closed, Permissions::of(&[Permission::View]));
        }
    });
}

#[test]
fn an_administrator_passes_whatever_a_channel_says() {
    anything(|a| {
        let mut grants = a.grants();
        grants.base = grants.base.and(only(Permission::Administrator));
        for place in [Place::Guild, Place::OpenChannel, Place::PrivateChannel] {
            assert_eq!(permissions(Standing::Member, place, &grants), Permissions::ALL);
        }
    });
}

#[test]
fn who_does_not_see_a_channel_may_do_nothing_there() {
    anything(|a| {
        let grants = a.grants();
        for place in CHANNELS {
            let given = permissions(Standing::Member, place, &grants);
            assert!(given.has(Permission::View) || given == Permissions::NONE, "{given:?} of {grants:?}");
        }
        assert!(permissions(Standing::Member, Place::Guild, &grants).has(Permission::View));
    });
}

/// The rule told once more in another way: each permission by itself, by the last word about it.
#[test]
fn the_last_word_about_a_permission_counts() {
    anything(|a| {
        let grants = a.grants();
        let word = |permission: Permission| {
            let words = [grants.person, grants.roles, grants.everyone];
            let said = words.into_iter().find(|word| word.allow.has(permission) || word.deny.has(permission));
            let said = said.filter(|_| Permissions::OF_CHANNELS.has(permission));
            said.map_or(grants.base.has(permission) || permission == Permission::View, |word| {
                word.allow.has(permission)
            })
        };
        let given = permissions(Standing::Member, Place::OpenChannel, &grants);
        for permission in
            [Permission::View, Permission::Send, Permission::Pin, Permission::Kick, Permission::ManageRoles]
        {
            assert_eq!(given.has(permission), word(Permission::View) && word(permission), "{permission:?}: {grants:?}");
        }
    });
}

#[test]
fn a_channel_gives_nothing_that_is_of_the_guild() {
    anything(|a| {
        let grants = a.grants();
        for place in CHANNELS {
            let given = permissions(Standing::Member, place, &grants);
            assert!(Permissions::OF_CHANNELS.and(grants.base).contains(given));
        }
    });
}

#[test]
fn more_is_never_less() {
    anything(|a| {
        let (grants, more) = (a.grants(), a.permissions().without(only(Permission::Administrator)));
        let base = Grants { base: grants.base.and(more), ..grants };
        let person = Grants { person: Shift { allow: grants.person.allow.and(more), ..grants.person }, ..grants };
        let before = permissions(Standing::Member, Place::PrivateChannel, &grants);
        for richer in [base, person] {
            assert!(permissions(Standing::Member, Place::PrivateChannel, &richer).contains(before));
        }
    });
}

#[test]
fn words_for_roles_count_together() {
    anything(|a| {
        let (one, other) = (a.shift(), a.shift());
        assert_eq!(one.and(other), other.and(one));
        let grants = Grants { roles: one.and(other), ..Grants::default() };
        let given = permissions(Standing::Member, Place::OpenChannel, &grants);
        let view = !grants.roles.deny.has(Permission::View) || grants.roles.allow.has(Permission::View);
        assert_eq!(given.has(Permission::Pin), view && grants.roles.allow.has(Permission::Pin), "one role gives it");
    });
}

#[test]
fn what_a_member_may_do_in_a_new_guild() {
    let grants = Grants::default();
    let given = permissions(Standing::Member, Place::OpenChannel, &grants);
    assert!(given.has(Permission::Send) && !given.has(Permission::ManageChannels));
    let hidden = Grants { everyone: Shift { allow: Permissions::NONE, deny: only(Permission::View) }, ..grants };
    assert_eq!(permissions(Standing::Member, Place::PrivateChannel, &hidden), Permissions::NONE);
    let listed = Grants { person: Shift { allow: only(Permission::View), deny: Permissions::NONE }, ..hidden };
    assert_eq!(permissions(Standing::Member, Place::PrivateChannel, &listed), Permissions::MEMBER);
}

#[test]
fn bits_keep_their_meaning() {
    let all = [
        (Permission::View, 0),
        (Permission::Send, 1),
        (Permission::CreateInvite, 2),
        (Permission::ManageChannels, 3),
        (Permission::ManageGuild, 4),
        (Permission::ManageInvites, 5),
        (Permission::Administrator, 6),
        (Permission::ManageRoles, 7),
        (Permission::Kick, 8),
        (Permission::Ban, 9),
        (Permission::TimeOut, 10),
        (Permission::ManageMessages, 11),
        (Permission::ManageNicknames, 12),
        (Permission::ChangeNickname, 13),
        (Permission::MentionEveryone, 14),
        (Permission::AttachFiles, 15),
        (Permission::EmbedLinks, 16),
        (Permission::AddReactions, 17),
        (Permission::CreateThreads, 18),
        (Permission::ManageThreads, 19),
        (Permission::Pin, 20),
        (Permission::ViewAuditLog, 21),
        (Permission::ManageEmoji, 22),
        (Permission::ManageWebhooks, 23),
    ];
    for (permission, bit) in all {
        assert_eq!(only(permission).bits(), 1 << bit, "{permission:?}");
    }
    assert_eq!(all.iter().fold(Permissions::NONE, |sum, (one, _)| sum.and(only(*one))), Permissions::ALL);
}

#[test]
fn nobody_rises_by_their_own_hand() {
    anything(|a| {
        let mut rank = |owner| {
            let permissions = a.permissions();
            Rank { owner, highest: (permissions.bits() % 5) as i32, permissions }
        };
        let (one, other, owner) = (rank(false), rank(false), Rank { permissions: Permissions::ALL, ..rank(true) });
        assert!(!one.above(one));
        assert!(!one.above(other) || !other.above(one));
        assert!(owner.above(one) && !one.above(owner) && !owner.above(owner));
        // A role that one may give makes nobody stand above its giver, nor lets them do what the giver may not.
        let (position, given) = (other.highest, other.permissions);
        if one.may_give(position, given) {
            assert!(position < one.highest && one.permissions.contains(given));
        }
        assert!(owner.may_give(position, given));
    });
}
