//! Time stamps of others on checkpoints ([RFC 3161](https://www.rfc-editor.org/rfc/rfc3161)): the request, and the response read and checked. Not the
//! way there and back: a response is a file, however it came.
//!
//! | where | what |
//! |---|---|
//! | `request` | what is asked of a time-stamping authority |
//! | `token` | what it says, from the bytes of its response |
//! | `certificate` | what a certificate says, as far as that matters here |
//! | `signature` | signatures over the statement, and the chain to a root that is trusted |
//! | `pieces` | DER cut into pieces |
//!
//! A stamp shows that whoever holds the certificate's key has seen these bytes at that time, by their clock. Whether they are to be trusted is for
//! whoever names the root; whether a certificate was revoked is not looked at.

mod certificate;
mod pieces;
mod request;
mod signature;
#[cfg(test)]
mod tests;
mod token;

use sha2::{Digest as _, Sha256};

pub use request::Request;
pub use signature::Anchors;

/// Folder of requests and responses below the log's directory.
pub const TIMESTAMPS: &str = "timestamps";

/// Path of the request for the checkpoint of a size, below the log's directory.
#[must_use]
pub fn request_path(size: u64) -> String {
    format!("{TIMESTAMPS}/{size:020}.tsq")
}

/// Path of a response on the checkpoint of a size: several authorities may have stamped it.
#[must_use]
pub fn response_path(size: u64, response: &[u8]) -> String {
    let digest = crate::Digest::of(response);
    let start: String = digest.as_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{TIMESTAMPS}/{size:020}-{start}.tsr")
}

/// The size in the name of a request or a response.
#[must_use]
pub fn size_of_name(name: &str) -> Option<u64> {
    let digits = name.get(..20).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// Bytes that a request or a response may have.
pub const MOST_BYTES: usize = 256 << 10;

/// Why a request, a response or a certificate is not what it should be. What was found is foreign and may be of any length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct StampError {
    /// What would do.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl StampError {
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        // What is found may be the authority's own words.
        let found = found.into().chars().take(120).flat_map(char::escape_debug).collect();
        Self { expected: expected.into(), found }
    }
}

/// A response whose signature holds with the certificate that it brought along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    digest: [u8; 32],
    nonce: Option<Vec<u8>>,
    at_ms: i64,
    signer: String,
    leaf: Vec<u8>,
    others: Vec<Vec<u8>>,
}

impl Stamp {
    /// Reads a response and checks what can be checked with it alone: granted, version 1, an imprint by SHA-256, a certificate made for stamping and valid at
    /// that time, named by the statement itself, and its signature over the signed attributes, which hold the digest of the statement.
    ///
    /// # Errors
    /// Where any of it does not hold, with what was expected and what was found.
    pub fn read(response: &[u8]) -> Result<Self, StampError> {
        if response.len() > MOST_BYTES {
            return Err(StampError::new(format!("at most {MOST_BYTES} bytes"), response.len().to_string()));
        }
        let token = token::Token::of_response(response)?;
        let stated = token.stated()?;
        let (leaf, others) = token.certificates()?;
        let certificate = certificate::Certificate::read(leaf)?;
        certificate.may_stamp(stated.at_ms)?;
        token.names(leaf)?;
        signature::check(&token, leaf)?;
        Ok(Self {
            digest: stated.digest,
            nonce: stated.nonce.map(<[u8]>::to_vec),
            at_ms: stated.at_ms,
            signer: certificate.subject(),
            leaf: leaf.to_vec(),
            others: others.into_iter().map(<[u8]>::to_vec).collect(),
        })
    }

    /// When it was made, by the authority's clock: milliseconds since 1970 (UTC).
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// Whom its certificate names: foreign text, without control characters, at most 200 characters.
    #[must_use]
    pub fn signer(&self) -> &str {
        &self.signer
    }

    /// Whether it is the answer to that request.
    ///
    /// # Errors
    /// Where imprint or nonce are others.
    pub fn answers(&self, request: &Request) -> Result<(), StampError> {
        if self.digest != *request.digest() {
            return Err(StampError::new("the digest that was asked for", "another one"));
        }
        match &self.nonce {
            Some(nonce) if nonce == request.nonce() => Ok(()),
            Some(_) => Err(StampError::new("the nonce of the request", "another one: the answer to another request")),
            None => Err(StampError::new("the nonce of the request", "none")),
        }
    }

    /// Whether it speaks of these bytes.
    ///
    /// # Errors
    /// Where it speaks of others.
    pub fn is_of(&self, bytes: &[u8]) -> Result<(), StampError> {
        let found: [u8; 32] = Sha256::digest(bytes).into();
        if found == self.digest {
            return Ok(());
        }
        Err(StampError::new("a stamp on this checkpoint", "one on other bytes"))
    }

    /// Whether a chain leads from its certificate to one of these roots, all of it valid when the stamp was made. Whether one was revoked since is not
    /// looked at.
    ///
    /// # Errors
    /// Where none does.
    pub fn is_rooted_in(&self, anchors: &Anchors) -> Result<(), StampError> {
        signature::rooted(&self.leaf, &self.others, anchors, self.at_ms)
    }
}
