use crate::Deps;
use kernel::{Difference, Problem, Reader, Result, StreamName};

/// The owner of every stream, by the first part of its name.
#[derive(Clone)]
pub(crate) struct Owners(pub(crate) Deps);

impl Owners {
    pub(crate) async fn difference(&self, reader: Reader, stream: &StreamName, since: i64) -> Result<Difference> {
        let name = stream.clone();
        match stream.parts().0 {
            "accounts" => self.0.accounts.difference(reader, name, since).await,
            "people" => self.0.people.difference(reader, name, since).await,
            "guilds" => self.0.guilds.difference(reader, name, since).await,
            "messages" => self.0.messages.difference(reader, name, since).await,
            _ => Err(Problem::not_found("stream")),
        }
    }
}
