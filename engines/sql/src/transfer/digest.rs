use super::table::Value;
use sha2::{Digest as _, Sha256};

/// A SHA-256 over rows, in which no two different tables look the same.
#[derive(Default)]
pub(super) struct Digest {
    hash: Sha256,
    rows: i64,
}

impl Digest {
    pub fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        for value in row {
            match value {
                Value::Null => self.hash.update([0]),
                Value::Integer(number) => {
                    self.hash.update([1]);
                    self.hash.update(number.to_be_bytes());
                }
                Value::Boolean(truth) => self.hash.update([2, u8::from(*truth)]),
                Value::Text(text) => self.bytes(3, text.as_bytes()),
                Value::Bytes(bytes) => self.bytes(4, bytes),
            }
        }
    }

    /// In hexadecimal digits, with the number of rows.
    pub fn finish(self) -> (String, i64) {
        (self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), self.rows)
    }

    fn bytes(&mut self, tag: u8, bytes: &[u8]) {
        self.hash.update([tag]);
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }
}
