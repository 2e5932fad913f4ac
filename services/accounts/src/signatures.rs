//! The signatures that `jsonwebtoken` makes and verifies here: our own by Ed25519, those of providers by what they use (RFC 7518),
//! all with public keys. Where a token comes from decides which of them it may have.

use ed25519_dalek::{Signature, SignatureError, Signer, SigningKey, Verifier, VerifyingKey, pkcs8::DecodePrivateKey};
use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// Makes `jsonwebtoken` use these. May be called again.
pub(crate) fn install() {
    // A second service in the same process has installed it already; both are the same.
    let _ = PROVIDER.install_default();
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Ed25519Signer::new(key)?)),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    },
    verifier_factory: |algorithm, key| {
        let algorithm = *algorithm;
        Ok(match algorithm {
            Algorithm::EdDSA => Box::new(Ed25519Verifier::new(key)?),
            Algorithm::RS256 => Box::new(RsaVerifier::new(algorithm, &RSA_PKCS1_2048_8192_SHA256, key)?),
            Algorithm::RS384 => Box::new(RsaVerifier::new(algorithm, &RSA_PKCS1_2048_8192_SHA384, key)?),
            Algorithm::RS512 => Box::new(RsaVerifier::new(algorithm, &RSA_PKCS1_2048_8192_SHA512, key)?),
            Algorithm::PS256 => Box::new(RsaVerifier::new(algorithm, &RSA_PSS_2048_8192_SHA256, key)?),
            Algorithm::PS384 => Box::new(RsaVerifier::new(algorithm, &RSA_PSS_2048_8192_SHA384, key)?),
            Algorithm::PS512 => Box::new(RsaVerifier::new(algorithm, &RSA_PSS_2048_8192_SHA512, key)?),
            Algorithm::ES256 => Box::new(EcdsaVerifier::new(algorithm, &ECDSA_P256_SHA256_FIXED, key)?),
            Algorithm::ES384 => Box::new(EcdsaVerifier::new(algorithm, &ECDSA_P384_SHA384_FIXED, key)?),
            _ => return Err(ErrorKind::InvalidAlgorithm.into()),
        })
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Ed25519Signer(SigningKey);

impl Ed25519Signer {
    fn new(key: &EncodingKey) -> Result<Self> {
        Ok(Self(SigningKey::from_pkcs8_der(key.as_bytes()).map_err(|_| ErrorKind::InvalidEddsaKey)?))
    }
}

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        Ok(self.0.try_sign(message)?.to_bytes().to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Ed25519Verifier(VerifyingKey);

impl Ed25519Verifier {
    fn new(key: &DecodingKey) -> Result<Self> {
        let bytes = key.try_get_as_bytes()?.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
        Ok(Self(VerifyingKey::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey)?))
    }
}

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), SignatureError> {
        self.0.verify_strict(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct RsaVerifier {
    algorithm: Algorithm,
    parameters: &'static RsaParameters,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl RsaVerifier {
    fn new(algorithm: Algorithm, parameters: &'static RsaParameters, key: &DecodingKey) -> Result<Self> {
        let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
            return Err(ErrorKind::InvalidKeyFormat.into());
        };
        // Some write the sign's byte in front of the modulus, which RFC 7518 (§6.3.1.1) doesn't want, nor does `ring`.
        let n = n.iter().copied().skip_while(|byte| *byte == 0).collect();
        Ok(Self { algorithm, parameters, n, e: e.clone() })
    }
}

impl Verifier<Vec<u8>> for RsaVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), SignatureError> {
        let key = RsaPublicKeyComponents { n: &self.n, e: &self.e };
        key.verify(self.parameters, message, signature).map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for RsaVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct EcdsaVerifier {
    algorithm: Algorithm,
    key: UnparsedPublicKey<Vec<u8>>,
}

impl EcdsaVerifier {
    fn new(algorithm: Algorithm, by: &'static dyn VerificationAlgorithm, key: &DecodingKey) -> Result<Self> {
        Ok(Self { algorithm, key: UnparsedPublicKey::new(by, key.try_get_as_bytes()?.to_vec()) })
    }
}

impl Verifier<Vec<u8>> for EcdsaVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), SignatureError> {
        self.key.verify(message, signature).map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for EcdsaVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
