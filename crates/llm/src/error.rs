//! What can go wrong between a call and its reply, cut by what the caller can do.

use std::time::Duration;

use crate::transport::Broken;

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The vendor cannot be asked for this; nothing was sent.
    #[error("{provider}: {refusal}")]
    Refused {
        /// The provider.
        provider: String,
        /// What cannot be asked for.
        refusal: Refusal,
    },
    /// The vendor said no.
    #[error("{status}: {message}")]
    Upstream {
        /// The HTTP status; where the error came inside a reply or a stream, the one that the error names, else 200.
        status: u16,
        /// The vendor's kind, such as `rate_limit_error`.
        kind: Option<String>,
        /// What the vendor said, bounded.
        message: String,
        /// How long the vendor asks to wait.
        after: Option<Duration>,
        /// Whether the vendor says that trying again makes sense, where it does say.
        again: Option<bool>,
    },
    /// The way broke.
    #[error(transparent)]
    Broken(Broken),
    /// What came is not the protocol.
    #[error("{protocol}: expected {expected}, found {found}")]
    Malformed {
        /// The protocol that was expected.
        protocol: &'static str,
        /// What would have been right.
        expected: String,
        /// What was there, bounded and escaped.
        found: String,
    },
    /// The reply is larger than any reply should be.
    #[error("a reply of more than {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: usize,
    },
    /// The client cannot be made, or cannot connect, as configured.
    #[error("{what}")]
    Configured {
        /// What is wrong, and where.
        what: String,
    },
}

impl From<Broken> for Error {
    /// What the configuration has to mend is not a broken way.
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Configured(what) => Self::Configured { what },
            broken => Self::Broken(broken),
        }
    }
}

/// What a vendor cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Going on from a given chain of thought.
    #[error("cannot go on from a given chain of thought: {0}")]
    Continuation(&'static str),
    /// This effort.
    #[error("effort {effort} is not one of {known}")]
    Effort {
        /// What was asked for.
        effort: String,
        /// What there is.
        known: String,
    },
    /// A parameter that the model refuses.
    #[error("{0}")]
    Parameter(String),
}

/// Who has to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// Whoever asked.
    Caller,
    /// The vendor, or the way to it.
    Upstream,
    /// This program.
    Us,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would end the same way.
    Never,
    /// At once, or after the client's own pause.
    Now,
    /// Not before this long.
    After(Duration),
}

impl Error {
    /// Who has to change something.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Refused { .. }
            | Self::Configured { .. }
            | Self::Broken(Broken::Unsendable(_) | Broken::Configured(_)) => Blame::Caller,
            Self::Upstream { kind: Some(kind), .. } if exhausted(kind) => Blame::Caller,
            Self::Upstream { status, .. } => match status {
                408 | 409 | 425 | 429 => Blame::Upstream,
                400..=499 => Blame::Caller,
                _ => Blame::Upstream,
            },
            Self::Broken(_) | Self::Malformed { .. } | Self::TooLarge { .. } => Blame::Upstream,
        }
    }

    /// Whether to try again. The vendor's own word (`x-should-retry`, `retry-after`) comes before the status.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused { .. }
            | Self::Configured { .. }
            | Self::TooLarge { .. }
            | Self::Broken(Broken::Unsendable(_) | Broken::Configured(_)) => Retry::Never,
            Self::Upstream { kind: Some(kind), again: None, .. } if exhausted(kind) => Retry::Never,
            Self::Upstream { status, kind, after, again, .. } => {
                let worth = again.unwrap_or_else(|| match status {
                    408 | 409 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=529 => true,
                    // An error in the midst of a stream has its kind only.
                    200 => kind.as_deref().is_some_and(passing),
                    _ => false,
                });
                match (worth, after) {
                    (false, _) => Retry::Never,
                    (true, Some(after)) => Retry::After(*after),
                    (true, None) => Retry::Now,
                }
            }
            // The vendor may have spent tokens on it; there is no reply all the same.
            Self::Broken(_) | Self::Malformed { .. } => Retry::Now,
        }
    }
}

/// Nothing is left to spend: OpenAI says so with a 429, but no pause changes it.
fn exhausted(kind: &str) -> bool {
    kind == "insufficient_quota"
}

/// Kinds of error that pass by themselves.
fn passing(kind: &str) -> bool {
    ["overloaded", "rate_limit", "server_error", "api_error", "timeout", "unavailable", "internal"]
        .iter()
        .any(|passing| kind.contains(passing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(status: u16, kind: Option<&str>, after: Option<u64>, again: Option<bool>) -> Error {
        Error::Upstream {
            status,
            kind: kind.map(str::to_owned),
            message: String::new(),
            after: after.map(Duration::from_secs),
            again,
        }
    }

    #[test]
    fn who_has_to_change_something_and_whether_to_try_again() {
        let cases = [
            (upstream(400, None, None, None), Blame::Caller, Retry::Never),
            (upstream(401, None, Some(3), None), Blame::Caller, Retry::Never),
            (upstream(429, None, Some(3), None), Blame::Upstream, Retry::After(Duration::from_secs(3))),
            (upstream(429, None, None, Some(false)), Blame::Upstream, Retry::Never),
            (upstream(529, None, None, None), Blame::Upstream, Retry::Now),
            (upstream(200, Some("overloaded_error"), None, None), Blame::Upstream, Retry::Now),
            (upstream(200, Some("invalid_request_error"), None, None), Blame::Upstream, Retry::Never),
            (upstream(429, Some("insufficient_quota"), Some(3), None), Blame::Caller, Retry::Never),
            (Error::Broken(Broken::Stalled(60)), Blame::Upstream, Retry::Now),
            (Error::Broken(Broken::Unfinished(60)), Blame::Upstream, Retry::Now),
            (Error::Broken(Broken::Unsendable("no URL".to_owned())), Blame::Caller, Retry::Never),
            (Broken::Configured("expected another".to_owned()).into(), Blame::Caller, Retry::Never),
            (Broken::Refused("nobody listens".to_owned()).into(), Blame::Upstream, Retry::Now),
            (Error::TooLarge { limit: 1 }, Blame::Upstream, Retry::Never),
        ];
        for (error, blame, retry) in cases {
            assert_eq!((error.blame(), error.retry()), (blame, retry), "{error}");
        }
    }
}
