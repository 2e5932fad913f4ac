//! The binary's insides, as a library so that whole-system tests can put a house together in their own process.
//!
//! `compose` builds every service and door; `config` reads the settings; `data` looks after the data folder;
//! `commands` are what people type.

pub mod commands;
pub mod compose;
pub mod config;
pub mod data;
mod measure;
mod telemetry;
