use kernel::{Kind, Problem, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes that a person gives, with what they are said to be. Between processes they travel in the call: they are few, and
/// lie nowhere on the way.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// The header `Content-Type`.
    pub content_type: String,
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

impl Upload {
    /// How long it may be.
    pub const MAX_BYTES: usize = 8 << 20;

    /// # Errors
    /// `body_too_large` (413), or `body_empty` (422).
    pub fn check(&self) -> Result<()> {
        match self.bytes.len() {
            0 => {
                Err(Problem::new(Kind::Unprocessable, "body_empty", "There is no picture in the body: send its bytes."))
            }
            1..=Self::MAX_BYTES => Ok(()),
            _ => Err(Self::too_long()),
        }
    }

    pub fn too_long() -> Problem {
        let limit = Self::MAX_BYTES >> 20;
        Problem::new(Kind::TooLarge, "body_too_large", format!("The picture is too large: {limit} MiB at most."))
    }
}

/// What it holds is nobody's business.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// Bytes in JSON.
pub(crate) mod base64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(&*Cow::<str>::deserialize(from)?).map_err(D::Error::custom)
    }
}
