//! Public keys of passkeys (COSE, RFC 9052 and 9053), and whether they verify.

use super::refuse;
use ciborium::Value;
use kernel::{Problem, Result};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

const EDDSA: i32 = -8;
const ES256: i32 = -7;
const RS256: i32 = -257;
/// Those that are taken, the best first.
pub(crate) const ALGORITHMS: [i32; 3] = [EDDSA, ES256, RS256];

/// The labels of a COSE key.
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
const KIND_OCTET_PAIR: i64 = 1;
const KIND_POINT: i64 = 2;
const KIND_RSA: i64 = 3;
const CURVE_P256: i64 = 1;
const CURVE_ED25519: i64 = 6;

#[derive(Debug, PartialEq)]
pub(super) enum PublicKey {
    Ed25519(Vec<u8>),
    /// Uncompressed (SEC 1).
    P256(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

fn unsupported() -> Problem {
    refuse("passkey_algorithm", "This kind of passkey isn't supported: only ES256, EdDSA and RS256 are.")
}

impl PublicKey {
    pub(super) fn parse(cose: &[u8]) -> Result<Self> {
        let Ok(Value::Map(map)) = ciborium::from_reader(cose) else { return Err(unsupported()) };
        let part =
            |label: i64| map.iter().find(|(key, _)| key.as_integer() == Some(label.into())).map(|(_, value)| value);
        let number = |label| part(label).and_then(Value::as_integer).and_then(|n| i64::try_from(n).ok());
        let bytes = |label| part(label).and_then(Value::as_bytes).cloned().ok_or_else(unsupported);
        let is = |kind, algorithm: i32, curve: Option<i64>| {
            let is_curve = curve.is_none_or(|curve| number(-1) == Some(curve));
            number(KIND) == Some(kind) && number(ALGORITHM) == Some(algorithm.into()) && is_curve
        };
        if is(KIND_OCTET_PAIR, EDDSA, Some(CURVE_ED25519)) {
            return bytes(-2).map(Self::Ed25519);
        }
        if is(KIND_POINT, ES256, Some(CURVE_P256)) {
            let (x, y) = (bytes(-2)?, bytes(-3)?);
            return match (x.len(), y.len()) {
                (32, 32) => Ok(Self::P256([&[4], &x[..], &y].concat())),
                _ => Err(unsupported()),
            };
        }
        if is(KIND_RSA, RS256, None) {
            return Ok(Self::Rsa { modulus: bytes(-1)?, exponent: bytes(-2)? });
        }
        Err(unsupported())
    }

    pub(super) fn algorithm(&self) -> i32 {
        match self {
            Self::Ed25519(_) => EDDSA,
            Self::P256(_) => ES256,
            Self::Rsa { .. } => RS256,
        }
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::P256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature),
            Self::Rsa { modulus: n, exponent: e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    /// Made by OpenSSL, over `guildhall`.
    const MODULUS: &str = "onZ3SQ2tUe420wMWRydNcHDBVrTL56PYHeYu1C1wOQhtNFWEUGcoJpqmrKnEB5JV5LgkfIvC-mQWmwdg7aUlzlj7YmzYn-2P-p40XI-3azu58t00aqUNiZNDyOtJvQa_W7ZNMgpAhn3RR9393td9LSTxtjmgwo-t54uJF3ZOPUUmDxOjrVt02HT6_v95da1G8c44nqq-gABUMJIA8rVLXf51GX3F1wnTr6BYTcnaKyurx8pjhs_3GW8NfxuWVB3zeLvr7CAQoTrgnTBdJDopuyQyI0KLpcr5zKQNKbNxx-QC0F1e0JEiKBguhaCGWKEd4mfVgz_f-MUXhYDlfbYyOw";
    const SIGNATURE: &str = "koDnbfltW60RfPNX9gvUwSwwz0FBWZN3Zy2_MYAG77gQfeq9-lDxSH5hFG-jFAYjO-y4Ir5oIwY8lesHzqZ6Fg34n6fwMEuJl4cS_bS686OhZEVKN2bfk4xI0M5YPLx5Pma5mFz21oU-_hqPj5Hhmgq_8kFjm2bv9prEtWIY29dGsfUrnn195rQtEY87eWycYiteUa1AhIz_IY4iaG1iFgR5I_btwbNfOUkzhGEH_53I7lqgkf-fGSd6jlArt0vHbJf3eslfV3GN5UKklLRkzhqhT2JXT_uvZatuysAFPNtpez7rDF_ZGjmf-AvQG-mPgGxIUGUoN-mRrRidwlQLMg";

    fn cose(map: &[(i64, Value)]) -> Vec<u8> {
        let map = map.iter().map(|(label, value)| (Value::from(*label), value.clone())).collect();
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(map), &mut bytes).expect("written");
        bytes
    }

    #[test]
    fn a_key_of_rsa_verifies_what_another_implementation_signed() {
        let bytes = |text| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let parts = [(1, 3.into()), (3, (-257).into()), (-1, bytes(MODULUS).into()), (-2, vec![1, 0, 1].into())];
        let key = PublicKey::parse(&cose(&parts)).expect("a key");
        assert_eq!(key.algorithm(), -257);
        let signature = bytes(SIGNATURE);
        assert!(key.verifies(b"guildhall", &signature));
        assert!(!key.verifies(b"guildhalL", &signature) && !key.verifies(b"guildhall", &signature[1..]));
    }

    #[test]
    fn what_is_no_key_that_we_take_is_refused() {
        let bytes = |n: usize| Value::Bytes(vec![7; n]);
        let point = |alg: i64, curve: i64, x: usize| {
            cose(&[(1, 2.into()), (3, alg.into()), (-1, curve.into()), (-2, bytes(x)), (-3, bytes(32))])
        };
        assert!(PublicKey::parse(&point(-7, 1, 32)).is_ok());
        let wrong = [
            point(-35, 2, 48),
            point(-7, 2, 32),
            point(-7, 1, 33),
            point(-8, 6, 32),
            cose(&[(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, bytes(32)), (-3, Value::Bool(true))]),
            cose(&[(1, 1.into()), (3, (-8).into()), (-1, 6.into())]),
            cose(&[]),
            vec![0xff],
            Vec::new(),
        ];
        for wrong in wrong {
            assert_eq!(PublicKey::parse(&wrong).expect_err("refused").code, "passkey_algorithm", "{wrong:?}");
        }
    }
}
