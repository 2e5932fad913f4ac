//! What operators do from the command line, while the server runs and while it doesn't.

mod audit;
mod keys;
mod reach;
mod registration;
mod table;
mod terminal;
mod user;
mod words;

pub use audit::{Audit, audit};
pub use keys::{KeysCommand, keys};
#[cfg(unix)]
pub(super) use reach::answer;
pub use registration::{RegistrationCommand, registration};
pub use user::{UserCommand, user};
