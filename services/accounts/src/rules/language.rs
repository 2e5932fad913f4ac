/// A language that we write mails in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
}

impl Language {
    const ALL: [Self; 2] = [Self::English, Self::German];

    /// As in `lang="…"`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a code, also with a region: `de-AT`.
    pub(crate) fn of(code: &str) -> Option<Self> {
        let primary = code.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The one that a person likes best, of those that we have, by `Accept-Language` (RFC 9110).
    pub(crate) fn liked(accepted: Option<&str>) -> Self {
        let ranges = accepted.unwrap_or_default().split(',').take(MAX_RANGES).filter_map(|range| {
            let (code, q) = range.split_once(';').unwrap_or((range, "q=1"));
            let q: f32 = q.trim().strip_prefix("q=")?.parse().ok()?;
            Some((Self::of(code.trim())?, q)).filter(|(_, q)| *q > 0.0)
        });
        // The first of those that are liked as much.
        let best = ranges.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(language, _)| language).unwrap_or_default()
    }
}

/// Nobody reads more languages; the rest of a header is of no interest.
const MAX_RANGES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_liked_best_is_taken() {
        for (accepted, liked) in [
            (None, "en"),
            (Some(""), "en"),
            (Some("de"), "de"),
            (Some("de-AT, en;q=0.8"), "de"),
            (Some("fr, en;q=0.5, de;q=0.7"), "de"),
            (Some("fr-FR,fr"), "en"),
            (Some("en-GB, de"), "en"),
            (Some("de;q=0, en;q=0.1"), "en"),
            (Some("de;q=often, ;;,,"), "en"),
        ] {
            assert_eq!(Language::liked(accepted).code(), liked, "{accepted:?}");
        }
        assert_eq!(Language::of("DE-de"), Some(Language::German));
        assert_eq!(Language::of("deutsch"), None);
    }
}
