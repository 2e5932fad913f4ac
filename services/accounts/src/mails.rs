//! What mails say, and how they look.

mod layout;
mod texts;

use crate::{rules::Language, store::letters::About};
use ports::Mail;

/// All that a mail is made of.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) about: About,
    pub(crate) language: Language,
    /// Where this installation is: `https://chat.example.org`.
    pub(crate) public_url: &'a str,
    /// Where its button leads to.
    pub(crate) link: String,
    /// How long the link is good, in seconds.
    pub(crate) good_for_seconds: u32,
    /// The address that the account has now.
    pub(crate) email: &'a str,
}

/// Writes a mail: subject, text and HTML. The rest is the caller's.
pub(crate) fn write(written: &Written<'_>) -> Mail {
    let Written { about, language, public_url, ref link, good_for_seconds, email } = *written;
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host).trim_end_matches('/');
    let time = texts::time(good_for_seconds, language);
    let said = texts::of(about, language)
        .map(|text| text.replace("{host}", host).replace("{time}", &time).replace("{email}", email));
    let (text, html) = layout::lay_out(&said, link, host, language);
    let [subject, ..] = said;
    let at = kernel::Timestamp(0);
    Mail { id: 0, at, about: about.name(), to: String::new(), subject, text, html, language: language.code() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(about: About, language: Language) -> Mail {
        let link = "https://chat.example.org/verify#abc-_123".to_owned();
        let email = "a<b>&@example.org";
        let public_url = "https://chat.example.org";
        write(&Written { about, language, public_url, link, good_for_seconds: 3_600, email })
    }

    #[test]
    fn every_mail_is_whole_in_every_language() {
        for language in [Language::English, Language::German] {
            for about in About::ALL {
                let mail = written(about, language);
                for part in [&mail.subject, &mail.text, &mail.html] {
                    assert!(!part.is_empty(), "{about:?}");
                    for hole in ["{host}", "{time}", "{email}"] {
                        assert!(!part.contains(hole), "{about:?} {hole}");
                    }
                }
                let link = "https://chat.example.org/verify#abc-_123";
                assert!(mail.text.contains(&format!("\n{link}\n")), "{about:?}: a link on a line of its own");
                assert!(mail.html.contains(&format!("href=\"{link}\"")), "{about:?}");
                assert!(!mail.html.contains("a<b>&@") && !mail.html.contains("<script"), "{about:?}");
                assert!(mail.html.contains(&format!("lang=\"{}\"", language.code())));
                assert!(mail.text.lines().all(|line| line.chars().count() <= 76), "{about:?}: {}", mail.text);
                assert!(mail.subject.chars().count() <= 60 && mail.subject.contains("chat.example.org"));
            }
        }
    }

    #[test]
    fn languages_differ_and_times_are_spoken() {
        for about in About::ALL {
            let [english, german] = [Language::English, Language::German].map(|language| written(about, language));
            assert!(english.subject != german.subject && english.text != german.text, "{about:?}");
        }
        let spoken = |seconds| [Language::English, Language::German].map(|language| texts::time(seconds, language));
        assert_eq!(spoken(3_600), ["1 hour", "1 Stunde"]);
        assert_eq!(spoken(3 * 86_400), ["3 days", "3 Tage"]);
        assert_eq!(spoken(1_800), ["30 minutes", "30 Minuten"]);
        assert_eq!(spoken(60), ["1 minute", "1 Minute"]);
    }
}
