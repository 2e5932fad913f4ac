//! Codes of authenticator apps: TOTP (RFC 6238) as all of them have it, six digits by SHA-1, new every 30 seconds.

use hmac::{Hmac, Mac};
use kernel::Timestamp;
use sha1::Sha1;

const PERIOD_SECONDS: i64 = 30;
/// Clocks that differ by so many periods still agree.
const SKEW_STEPS: i64 = 1;
const DIGITS: u32 = 1_000_000;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn code(secret: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    // RFC 4226 §5.3: the last four bits say where the number is.
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
    (number & 0x7fff_ffff) % DIGITS
}

/// The period that a code is of, among those that clocks may differ by.
pub(crate) fn step_of(secret: &[u8], given: u32, now: Timestamp) -> Option<i64> {
    let current = now.unix_seconds().div_euclid(PERIOD_SECONDS);
    (current - SKEW_STEPS..=current + SKEW_STEPS).rev().find(|step| code(secret, *step) == given)
}

/// Bytes as apps are told them (RFC 4648, without padding).
pub(crate) fn base32(bytes: &[u8]) -> String {
    let group = |five: &[u8]| {
        let mut bits = [0; 8];
        bits[3..3 + five.len()].copy_from_slice(five);
        let bits = u64::from_be_bytes(bits);
        let chars = (five.len() * 8).div_ceil(5);
        (0..chars).map(move |n| char::from(BASE32[(bits >> (35 - 5 * n)) as usize & 31])).collect::<String>()
    };
    bytes.chunks(5).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    const VECTORS: [(i64, u32); 6] = [
        (59, 287_082),
        (1_111_111_109, 81_804),
        (1_111_111_111, 50_471),
        (1_234_567_890, 5_924),
        (2_000_000_000, 279_037),
        (20_000_000_000, 353_130),
    ];
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in VECTORS {
            assert_eq!(code(SECRET, seconds / PERIOD_SECONDS), expected, "{seconds}");
        }
    }

    #[test]
    fn clocks_may_differ_by_one_period_and_no_more() {
        let at = |seconds: i64| step_of(SECRET, 5_924, Timestamp(seconds * 1_000));
        let step = 1_234_567_890 / PERIOD_SECONDS;
        let first = step * PERIOD_SECONDS;
        assert_eq!((at(first), at(first + 29)), (Some(step), Some(step)));
        assert_eq!((at(first - 30), at(first + 59)), (Some(step), Some(step)));
        assert_eq!((at(first - 31), at(first + 60)), (None, None));
    }

    /// RFC 4648 §10, without its padding.
    #[test]
    fn secrets_are_spelled_as_the_rfc_does() {
        let vectors = ["", "f:MY", "fo:MZXQ", "foo:MZXW6", "foob:MZXW6YQ", "fooba:MZXW6YTB", "foobar:MZXW6YTBOI"];
        for vector in vectors {
            let (bytes, spelled) = vector.split_once(':').unwrap_or_default();
            assert_eq!(base32(bytes.as_bytes()), spelled);
        }
        assert_eq!(base32(&[0xff; 20]), "77777777777777777777777777777777");
    }
}
