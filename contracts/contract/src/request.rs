use std::{fmt, sync::Arc};

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The request that a task works for, as its answer and log lines name it: in this process, and in those that it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Takes 8 to 64 letters, digits and hyphens: an id that is harmless in a log, whoever made it.
    pub fn parse(given: &str) -> Option<Self> {
        let fits =
            (8..=64).contains(&given.len()) && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(given.into()))
    }

    /// A new one, of random bits.
    pub fn new(random: u128) -> Self {
        Self(format!("{random:032x}").into())
    }

    /// The request that this task works for. Tasks that it spawns don't know.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Does a request's work.
    pub async fn during<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_forge_a_line_of_a_log_is_no_id() {
        assert_eq!(RequestId::parse("a1b2-C3D4").expect("an id").as_str(), "a1b2-C3D4");
        for given in ["short", "with space", "line\nbreak", "quote\"quote", "ümlaut-ümlaut", &"a".repeat(65)] {
            assert_eq!(RequestId::parse(given), None, "{given:?}");
        }
        assert_eq!(RequestId::parse(RequestId::new(7).as_str()), Some(RequestId::new(7)));
    }

    #[tokio::test]
    async fn it_is_known_during_the_work_only() {
        let id = RequestId::new(7);
        assert_eq!(id.clone().during(async { RequestId::current() }).await, Some(id));
        assert_eq!(RequestId::current(), None);
    }
}
