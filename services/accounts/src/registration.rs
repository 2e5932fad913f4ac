//! Who may register. The settings' file says it until an operator says otherwise.

mod admit;
mod codes;
mod invites;
mod settings;

pub(crate) use admit::{admit, allow_domain, refusal};
pub(crate) use codes::{make_registration_code, registration_codes, revoke_registration_code};
pub use invites::Invites;
pub(crate) use settings::{check_domains, registration_settings, set_registration, terms};
