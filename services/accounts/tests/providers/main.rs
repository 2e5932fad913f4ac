//! Signing in by a provider, by one that is honest and by one that isn't.

#[allow(dead_code, reason = "the other tests need the rest")]
#[path = "../common/mod.rs"]
mod common;
mod linking;
mod provider;
mod stage;
mod there;
mod tokens;
mod way;

use common::{PASSWORD, refused, told};
use stage::Stage;
