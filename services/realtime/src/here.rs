use kernel::Availability;
use people_contract::Presence;

/// A person on this node: how many living sessions there are, and how the person wants to be seen.
#[derive(Default)]
pub(crate) struct Here {
    pub(crate) sessions: u32,
    /// Those at whose devices somebody is.
    pub(crate) active: u32,
    /// As it was set, and by which change of the settings. Until that is known nothing is said, in case it is to be hidden.
    wish: Option<(i64, Presence)>,
    /// What others were told last; None: not here.
    said: Option<Availability>,
    /// Somebody tells them right now, and looks again afterwards.
    is_saying: bool,
}

impl Here {
    pub(crate) fn is_known(&self) -> bool {
        self.wish.is_some()
    }

    /// Of two answers of the settings the later change counts.
    pub(crate) fn choose(&mut self, version: i64, presence: Presence) {
        if self.wish.is_none_or(|(known, _)| known <= version) {
            self.wish = Some((version, presence));
        }
    }

    pub(crate) fn said(&self) -> Option<Availability> {
        self.said
    }

    fn seen(&self) -> Option<Availability> {
        let (_, presence) = self.wish.filter(|_| self.sessions > 0)?;
        match presence {
            Presence::Invisible => None,
            Presence::DoNotDisturb => Some(Availability::DoNotDisturb),
            Presence::Idle => Some(Availability::Idle),
            Presence::Online if self.active > 0 => Some(Availability::Online),
            Presence::Online => Some(Availability::Idle),
        }
    }

    /// Takes the word to others, where it is news and nobody is at it: who is given one says it and asks for the next, so that words
    /// come in their order.
    pub(crate) fn begin(&mut self) -> Option<Option<Availability>> {
        if self.is_saying { None } else { self.next() }
    }

    pub(crate) fn next(&mut self) -> Option<Option<Availability>> {
        let seen = self.seen();
        self.is_saying = seen != self.said;
        self.said = seen;
        self.is_saying.then_some(seen)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.sessions == 0 && self.said.is_none() && !self.is_saying
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_stands_above_the_devices_and_the_best_device_for_the_person() {
        let seen = |presence, active| {
            let mut here = Here { sessions: 2, active, ..Here::default() };
            assert_eq!(here.begin(), None, "nothing is said before the wish is known");
            here.choose(1, presence);
            here.begin().flatten()
        };
        for active in [0, 1] {
            assert_eq!(seen(Presence::Invisible, active), None);
            assert_eq!(seen(Presence::DoNotDisturb, active), Some(Availability::DoNotDisturb));
            assert_eq!(seen(Presence::Idle, active), Some(Availability::Idle));
        }
        assert_eq!(seen(Presence::Online, 1), Some(Availability::Online));
        assert_eq!(seen(Presence::Online, 0), Some(Availability::Idle));
    }

    #[test]
    fn one_at_a_time_says_what_is_so_then() {
        let mut here = Here { sessions: 1, active: 1, ..Here::default() };
        here.choose(3, Presence::Online);
        assert_eq!(here.begin(), Some(Some(Availability::Online)));
        here.choose(4, Presence::Invisible);
        here.choose(3, Presence::Online);
        assert_eq!(here.begin(), None, "who is saying says that, too");
        assert_eq!(here.next(), Some(None));
        assert_eq!(here.next(), None);
        assert!(!here.is_over());
        here.sessions = 0;
        assert!(here.is_over());
    }
}
