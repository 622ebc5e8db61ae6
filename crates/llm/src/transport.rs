//! What a call needs of the outside: bytes out, bytes in. Not HTTP itself; the only socket is opened in [`http`], and a model
//! inside this process answers through the same trait.

pub mod http;

use std::future::Future;
use std::pin::Pin;

/// A future that is handed around.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `true` for POST, `false` for GET.
    pub post: bool,
    /// Where to.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, empty for GET.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Request {
    /// Without what a header or a URL may hold that is nobody's business.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        out.debug_struct("Request").field("post", &self.post).field("headers", &names).finish_non_exhaustive()
    }
}

/// The beginning of what comes back; its body follows in pieces.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What follows.
    pub body: Box<dyn Body>,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl Response {
    /// The first header of that name (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// A body that comes in pieces.
pub trait Body: Send {
    /// The next piece; `None` at the end.
    fn chunk(&mut self) -> Boxed<'_, Result<Option<Vec<u8>>, Broken>>;
}

/// A body that is already whole.
#[derive(Debug, Default)]
pub struct Whole(pub Option<Vec<u8>>);

impl Body for Whole {
    fn chunk(&mut self) -> Boxed<'_, Result<Option<Vec<u8>>, Broken>> {
        let taken = self.0.take();
        Box::pin(std::future::ready(Ok(taken)))
    }
}

/// Carries requests to a model.
pub trait Transport: Send + Sync {
    /// Sends one request. Returns when the status and the headers are there.
    fn send(&self, request: Request) -> Boxed<'_, Result<Response, Broken>>;
}

/// What can break on the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// Nobody took the connection: nothing was sent.
    #[error("no connection: {0}")]
    Refused(String),
    /// The connection ended, or spoke no HTTP, after something had been sent.
    #[error("connection lost: {0}")]
    Cut(String),
    /// Nothing came for too long.
    #[error("nothing came for {0} s")]
    Stalled(u64),
    /// Something came all the time, and no end.
    #[error("not at its end after {0} s")]
    Unfinished(u64),
    /// No connection can be made as configured: asking again ends the same way. What was expected, what was found, and a hint.
    #[error("{0}")]
    Configured(String),
    /// The request is none: nothing was sent, and nothing will be.
    #[error("cannot be sent: {0}")]
    Unsendable(String),
}
