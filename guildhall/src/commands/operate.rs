//! What operators do from the command line, while the server runs and while it doesn't.

mod audit;
mod reach;
mod registration;
mod table;
mod terminal;
mod user;
mod words;

pub use audit::{Audit, audit};
#[cfg(unix)]
pub(super) use reach::answer;
pub use registration::{RegistrationCommand, registration};
pub use user::{UserCommand, user};
