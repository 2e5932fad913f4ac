//! What the browser says of a ceremony (WebAuthn §5.8.1).

use super::{Party, malformed, refuse};
use kernel::{Problem, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    pub(super) challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

impl ClientData {
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|_| malformed())
    }

    pub(super) fn verify(&self, kind: &str, party: &Party) -> Result<()> {
        if self.kind != kind {
            return Err(refuse("passkey_wrong_kind", "This was answered to something else: begin again."));
        }
        if self.origin != party.origin || self.cross_origin {
            let detail = format!("Passkeys work on the pages of {} alone: open that address.", party.origin);
            return Err(Problem::field("credential", "passkey_wrong_origin", detail));
        }
        Ok(())
    }
}
