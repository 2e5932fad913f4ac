//! What operators and moderators see and do. Every act is noted in the transaction of what it does.

mod act;
mod acts;
mod create;
mod export;
mod factors;
mod hand;
mod list;
mod numbers;
mod suspension;

pub(crate) use act::act_on_account;
pub(crate) use acts::{acts, forget};
pub(crate) use create::create_account;
pub(crate) use export::export;
pub(crate) use factors::taking_factors;
pub(crate) use hand::{Act, Needs, last_operator};
pub(crate) use list::{list_accounts, show_account};
pub(crate) use numbers::numbers;
pub(crate) use suspension::refuse_suspended;
