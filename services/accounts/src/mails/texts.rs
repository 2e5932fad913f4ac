//! The words of mails, by language. `{host}` is this installation, `{email}` the account's address, `{time}` how long the
//! link is good.

use crate::{rules::Language, store::letters::About};

/// Subject, what happened, what to do, the button, what else there is to know.
pub(super) const PARTS: usize = 5;

pub(super) fn of(about: About, language: Language) -> [&'static str; PARTS] {
    match language {
        Language::English => english(about),
        Language::German => german(about),
    }
}

const SAID_EN: &str = "We tell you so that nobody can take your account unseen.";
const SAID_DE: &str = "Wir sagen dir das, damit niemand unbemerkt dein Konto übernimmt.";

/// That of something which opens the account.
fn changed(subject: &'static str, happened: &'static str) -> [&'static str; PARTS] {
    let todo =
        "If it wasn't you, set a new password at once, then look through the settings under “Sign-in and security”.";
    [subject, happened, todo, "Open Guildhall", SAID_EN]
}

fn changed_de(subject: &'static str, happened: &'static str) -> [&'static str; PARTS] {
    let todo =
        "Warst du das nicht, setze sofort ein neues Passwort und sieh dann die Einstellungen zur Anmeldung durch.";
    [subject, happened, todo, "Guildhall öffnen", SAID_DE]
}

fn english(about: About) -> [&'static str; PARTS] {
    match about {
        About::Verify => [
            "Confirm your address for {host}",
            "Welcome! Someone, hopefully you, made an account on {host} with this address.",
            "Please confirm that the address is yours.",
            "Confirm address",
            "The link is good for {time}, once. If it wasn't you, ignore this mail.",
        ],
        About::Taken => [
            "You already have an account on {host}",
            "Someone, hopefully you, wanted to use this address for an account on {host}. It has one already.",
            "Log in with it. If you forgot the password, you can set a new one there.",
            "Log in",
            "If it wasn't you, ignore this mail: nothing was changed.",
        ],
        About::ChangeEmail => [
            "Confirm your new address for {host}",
            "The account with the address {email} on {host} wants to have this address instead.",
            "Please confirm that it is yours. Until then nothing changes.",
            "Confirm new address",
            "The link is good for {time}, once. If it wasn't you, ignore this mail.",
        ],
        About::EmailChanged => [
            "Your address on {host} was changed",
            "Your account on {host} now has another address: {email}. This one is of no use there any more.",
            "If it wasn't you, someone has got into your account: write to who runs the server.",
            "Open Guildhall",
            SAID_EN,
        ],
        About::Reset => [
            "Set a new password for {host}",
            "Someone, hopefully you, asked for a new password for your account on {host}.",
            "Set it now. You will be logged out everywhere.",
            "Set a new password",
            "The link is good for {time}, once. If it wasn't you, ignore this mail: your password stays.",
        ],
        About::PasswordChanged => [
            "Your password on {host} was changed",
            "The password of your account on {host} was changed, and its other sessions were ended.",
            "If it wasn't you, set a new password at once.",
            "Set a new password",
            SAID_EN,
        ],
        About::PasskeyAdded => changed(
            "A passkey was added to your account on {host}",
            "A passkey was added to your account on {host}: it signs in by itself, without your password.",
        ),
        About::PasskeyRemoved => changed(
            "A passkey was removed on {host}",
            "A passkey was removed from your account on {host}: it signs in no more.",
        ),
        About::AuthenticatorOn => changed(
            "Your authenticator app is on for {host}",
            "Your account on {host} now asks for a code of an authenticator app after the password.",
        ),
        About::AuthenticatorOff => changed(
            "Your authenticator app is off for {host}",
            "Your account on {host} no longer asks for a code of an authenticator app. Its recovery codes are of no use any more.",
        ),
        About::IdentityLinked => changed(
            "A sign-in provider was linked on {host}",
            "A provider was linked to your account on {host}: whoever signs in there gets in here.",
        ),
        About::IdentityUnlinked => changed(
            "A sign-in provider was unlinked on {host}",
            "A provider was unlinked from your account on {host}: it signs in here no more.",
        ),
        About::FactorsRemoved => [
            "An operator changed your sign-in on {host}",
            "An operator of {host} removed the passkeys or the authenticator app of your account, as is done for who lost them.",
            "If you didn't ask for it, set a new password at once, and ask the people who run {host}.",
            "Set a new password",
            SAID_EN,
        ],
    }
}

fn german(about: About) -> [&'static str; PARTS] {
    match about {
        About::Verify => [
            "Bestätige deine Adresse für {host}",
            "Willkommen! Jemand, hoffentlich du, hat auf {host} ein Konto mit dieser Adresse angelegt.",
            "Bitte bestätige, dass die Adresse dir gehört.",
            "Adresse bestätigen",
            "Der Link gilt einmal, {time} lang. Warst du das nicht, beachte diese Mail nicht weiter.",
        ],
        About::Taken => [
            "Du hast schon ein Konto auf {host}",
            "Jemand, hoffentlich du, wollte diese Adresse für ein Konto auf {host} verwenden. Sie hat schon eines.",
            "Melde dich damit an. Hast du das Passwort vergessen, kannst du dort ein neues setzen.",
            "Anmelden",
            "Warst du das nicht, beachte diese Mail nicht weiter: Nichts wurde geändert.",
        ],
        About::ChangeEmail => [
            "Bestätige deine neue Adresse für {host}",
            "Das Konto mit der Adresse {email} auf {host} soll künftig diese Adresse haben.",
            "Bitte bestätige, dass sie dir gehört. Bis dahin ändert sich nichts.",
            "Neue Adresse bestätigen",
            "Der Link gilt einmal, {time} lang. Warst du das nicht, beachte diese Mail nicht weiter.",
        ],
        About::EmailChanged => [
            "Deine Adresse auf {host} wurde geändert",
            "Dein Konto auf {host} hat jetzt eine andere Adresse: {email}. Diese hier gilt dort nicht mehr.",
            "Warst du das nicht, ist jemand in dein Konto gelangt: Schreib denen, die den Server betreiben.",
            "Guildhall öffnen",
            SAID_DE,
        ],
        About::Reset => [
            "Setze ein neues Passwort für {host}",
            "Jemand, hoffentlich du, hat ein neues Passwort für dein Konto auf {host} angefordert.",
            "Setze es jetzt. Du wirst dabei überall abgemeldet.",
            "Neues Passwort setzen",
            "Der Link gilt einmal, {time} lang. Warst du das nicht, bleibt dein Passwort, wie es ist.",
        ],
        About::PasswordChanged => [
            "Dein Passwort auf {host} wurde geändert",
            "Das Passwort deines Kontos auf {host} wurde geändert, und seine anderen Sitzungen wurden beendet.",
            "Warst du das nicht, setze sofort ein neues Passwort.",
            "Neues Passwort setzen",
            SAID_DE,
        ],
        About::PasskeyAdded => changed_de(
            "Ein neuer Passkey für dein Konto auf {host}",
            "Deinem Konto auf {host} wurde ein Passkey hinzugefügt: Er meldet allein an, ohne dein Passwort.",
        ),
        About::PasskeyRemoved => changed_de(
            "Ein Passkey wurde auf {host} entfernt",
            "Von deinem Konto auf {host} wurde ein Passkey entfernt: Er meldet nicht mehr an.",
        ),
        About::AuthenticatorOn => changed_de(
            "Deine Authenticator-App ist an auf {host}",
            "Dein Konto auf {host} fragt jetzt nach dem Passwort nach einem Code deiner Authenticator-App.",
        ),
        About::AuthenticatorOff => changed_de(
            "Deine Authenticator-App ist aus auf {host}",
            "Dein Konto auf {host} fragt nicht mehr nach einem Code einer Authenticator-App. Ihre Wiederherstellungscodes gelten nicht mehr.",
        ),
        About::IdentityLinked => changed_de(
            "Ein Anbieter wurde auf {host} verknüpft",
            "Mit deinem Konto auf {host} wurde ein Anbieter verknüpft: Wer sich dort anmeldet, kommt hier hinein.",
        ),
        About::IdentityUnlinked => changed_de(
            "Ein Anbieter wurde auf {host} getrennt",
            "Von deinem Konto auf {host} wurde ein Anbieter getrennt: Er meldet hier nicht mehr an.",
        ),
        About::FactorsRemoved => [
            "Deine Anmeldung auf {host} wurde geändert",
            "Wer {host} betreibt, hat die Passkeys oder die Authenticator-App deines Kontos entfernt, wie es geschieht, wenn man sie verloren hat.",
            "Hast du nicht darum gebeten, setze sofort ein neues Passwort und frage die Leute, die {host} betreiben.",
            "Neues Passwort setzen",
            SAID_DE,
        ],
    }
}

/// A span of time in the largest unit that it fills: `3 days`.
pub(super) fn time(seconds: u32, language: Language) -> String {
    let units = match language {
        Language::English => [["day", "days"], ["hour", "hours"], ["minute", "minutes"]],
        Language::German => [["Tag", "Tage"], ["Stunde", "Stunden"], ["Minute", "Minuten"]],
    };
    let minutes = (seconds / 60).max(1);
    let (count, [one, many]) = match minutes {
        m if m % (24 * 60) == 0 => (m / (24 * 60), units[0]),
        m if m % 60 == 0 => (m / 60, units[1]),
        m => (m, units[2]),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}
