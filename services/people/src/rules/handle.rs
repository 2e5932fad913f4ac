use kernel::{Kind, Problem, Result, Timestamp, UserId};

const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 32;
/// Of one that is made: a number still fits behind it.
const MADE_MAX_CHARS: usize = 20;

/// Who has one of these could pass for somebody else, or for a part of the house.
const RESERVED: [&str; 34] = [
    "abuse",
    "account",
    "admin",
    "administrator",
    "all",
    "anonymous",
    "api",
    "bot",
    "channel",
    "deleted",
    "everyone",
    "guildhall",
    "help",
    "here",
    "info",
    "mail",
    "me",
    "mod",
    "moderator",
    "nobody",
    "noreply",
    "null",
    "official",
    "operator",
    "owner",
    "postmaster",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "undefined",
    "user",
    "webmaster",
];

/// A handle that a person chooses. Capitals are taken for small letters.
pub(crate) fn handle(given: &str) -> Result<String> {
    let handle = given.trim().trim_start_matches('@').to_ascii_lowercase();
    let refuse = |code, detail: &'static str| Err(Problem::field("handle", code, detail));
    if !(MIN_CHARS..=MAX_CHARS).contains(&handle.chars().count()) {
        return refuse("handle_length", "A handle has 2 to 32 characters.");
    }
    let dots = handle.starts_with('.') || handle.ends_with('.') || handle.contains("..");
    if dots || !handle.bytes().all(is_fit) {
        return refuse("handle_characters", "A handle is made of a–z, 0–9, _ and single dots inside.");
    }
    if is_reserved(&handle) {
        return refuse("handle_reserved", "That handle is kept for the house: choose another.");
    }
    Ok(handle)
}

fn is_fit(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.')
}

/// Also with marks and digits around: `_admin_`, `admin1`.
fn is_reserved(handle: &str) -> bool {
    let core = handle.trim_matches(|c: char| !c.is_ascii_lowercase());
    RESERVED.contains(&handle) || RESERVED.contains(&core)
}

/// Handles for a person of that name, the best first; the last is nobody else's.
pub(crate) fn candidates(display_name: &str, user: UserId) -> [String; 3] {
    let mut made = String::new();
    for c in display_name.to_lowercase().chars() {
        match plain(c) {
            Some(letters) => made.push_str(letters),
            None if c.is_ascii_alphanumeric() => made.push(c),
            None if !made.is_empty() && !made.ends_with('_') => made.push('_'),
            None => {}
        }
    }
    made.truncate(MADE_MAX_CHARS);
    let made = made.trim_matches('_');
    let base = if made.len() < MIN_CHARS || is_reserved(made) { "guest" } else { made };
    // The low bits of an id count within a millisecond: the ones above tell people apart.
    let number = (user.0 >> 10) % 10_000;
    [base.to_owned(), format!("{base}{number:04}"), format!("{}_{:x}", &base[..base.len().min(14)], user.0)]
}

/// Letters of names near ours, which have no marks.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' | 'ē' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\'' | '’' => "",
        _ => return None,
    })
}

pub(crate) fn taken() -> Problem {
    let detail = "Somebody else has that handle: choose another.";
    Problem { field: Some("handle".into()), ..Problem::new(Kind::Conflict, "handle_taken", detail) }
}

pub(crate) fn too_often(until: Timestamp, now: Timestamp) -> Problem {
    let seconds = u32::try_from((until.0 - now.0).max(1).div_euclid(1_000) + 1).unwrap_or(u32::MAX);
    let detail = format!("A handle can be changed twice an hour: try again in {} minutes.", seconds.div_ceil(60));
    let problem = Problem::new(Kind::TooMany, "handle_changed_too_often", detail).retry_after(seconds);
    Problem { field: Some("handle".into()), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_plain_and_nobody_elses_title() {
        for (given, parsed) in [("ada", "ada"), (" @Ada.L_99 ", "ada.l_99"), ("x1", "x1"), ("badminton", "badminton")] {
            assert_eq!(handle(given).expect("fits"), parsed);
        }
        let code = |given: &str| handle(given).expect_err(given).code.into_owned();
        for given in ["", "a", "@", &"a".repeat(33)] {
            assert_eq!(code(given), "handle_length", "{given}");
        }
        for given in [".ada", "ada.", "a..b", "a b", "a-b", "äda", "ada\0", "аda", "a/b"] {
            assert_eq!(code(given), "handle_characters", "{given}");
        }
        for given in ["admin", "ADMIN", "_admin_", "admin1", "everyone", "mod"] {
            assert_eq!(code(given), "handle_reserved", "{given}");
        }
    }

    #[test]
    fn handles_are_made_of_names() {
        let first = |name: &str| candidates(name, UserId(1)).into_iter().next().expect("some");
        for (name, made) in [
            ("Ada Lovelace", "ada_lovelace"),
            ("  Jürgen O’Neil! ", "juergen_oneil"),
            ("Łukasz", "lukasz"),
            ("李小龍", "guest"),
            ("x", "guest"),
            ("Admin", "guest"),
            ("an extraordinarily long name", "an_extraordinarily_l"),
            ("🎲🎲", "guest"),
        ] {
            assert_eq!(first(name), made, "{name}");
        }
    }

    #[test]
    fn what_is_made_could_be_chosen_and_the_last_is_unique() {
        for name in ["Ada", "Admin", "李", "Zoë B. _", "an extraordinarily long name"] {
            let ids = [7_301_234_567_890_123, i64::MAX];
            let [one, other] = ids.map(|id| candidates(name, UserId(id)));
            for made in one.iter().chain(&other) {
                assert_eq!(handle(made).expect(made), *made);
            }
            assert_ne!(one[2], other[2]);
        }
    }
}
