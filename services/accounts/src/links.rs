//! Links in mails: 256 random bits that only the mail holds. Each is good once, and for a while.

use crate::{
    Service,
    limit::Attempt,
    rules::Place,
    store::letters::{Link, Purpose},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Kind, Problem, Result, UserId};
use sha2::{Digest, Sha256};

const TOKEN_BYTES: usize = 32;

/// Makes a link, and answers its token.
pub(crate) async fn make(s: &Service, purpose: Purpose, account: UserId, email: &str) -> Result<String> {
    let token = URL_SAFE_NO_PAD.encode(s.ground.random.bytes::<TOKEN_BYTES>());
    let expires_at = s.ground.now().plus_seconds(good_for_seconds(s, purpose).into());
    let link = Link { hash: hash(&token), purpose, account, email: email.to_owned(), expires_at, used_at: None };
    s.letters.add_link(&link).await?;
    Ok(token)
}

pub(crate) fn good_for_seconds(s: &Service, purpose: Purpose) -> u32 {
    match purpose {
        Purpose::Verify | Purpose::ChangeEmail => s.config.verify_link_seconds,
        Purpose::Reset => s.config.reset_link_seconds,
    }
}

/// The link of a token that is good now, for one of `purposes`. Unknown ones count as guesses of `place`.
///
/// # Errors
/// `link_unknown`: another installation's, cut off, for something else or made up. `link_used`, `link_expired`.
pub(crate) async fn find(s: &Service, token: &str, purposes: &[Purpose], place: &Place) -> Result<Link> {
    let guess = s.limits.guesses.begin_at(place, s.ground.now())?;
    let link = s.letters.link(&hash(token.trim())).await?.filter(|link| purposes.contains(&link.purpose));
    let Some(link) = link else { return Err(unknown(s, guess)) };
    if link.used_at.is_some() {
        return Err(used());
    }
    if s.ground.now() >= link.expires_at {
        return Err(expired());
    }
    Ok(link)
}

fn unknown(s: &Service, guess: Attempt<'_>) -> Problem {
    guess.counts(s.ground.now());
    let detail = "This link isn't one of this server, or a part of it is missing: copy it whole, or ask for a new one.";
    Problem { field: Some("token".into()), ..Problem::new(Kind::NotFound, "link_unknown", detail) }
}

pub(crate) fn used() -> Problem {
    let detail = "This link was used already, and is good once: ask for a new one if you need it.";
    Problem { field: Some("token".into()), ..Problem::new(Kind::Gone, "link_used", detail) }
}

pub(crate) fn expired() -> Problem {
    let detail = "This link isn't good any more: ask for a new one.";
    Problem { field: Some("token".into()), ..Problem::new(Kind::Gone, "link_expired", detail) }
}

fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}
