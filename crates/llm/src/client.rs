//! Asks a provider and comes back with one reply: encoded by its codec, carried by a transport, tried again where that makes sense,
//! within limits that adapt to what the provider takes. Not the plan of what is asked, and no socket: that is the transport's.

mod attempt;
mod backoff;
mod date;
mod gate;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::transport::{Request, Transport};
use crate::{Auth, Blame, Call, Codec, Error, Provider, Reply, Retry};

use backoff::Backoff;
use gate::Gate;

/// How a client asks.
#[derive(Debug, Clone)]
pub struct How {
    /// Replies come as streams: a stall is seen while it lasts, and no proxy cuts a long silence.
    pub stream: bool,
    /// Tries of one call, the first among them; at least 1.
    pub attempts: u32,
    /// To wait for the first byte at most: a whole reply comes after all its reasoning.
    pub first_byte: Duration,
    /// To wait for the next bytes at most.
    pub stall: Duration,
    /// For one try in all at most.
    pub whole: Duration,
    /// The pause after the first try at most, where the provider names none; it doubles from try to try, up to a minute.
    pub pause: Duration,
    /// The longest pause that a provider may ask for; who asks for more is not waited for.
    pub patience: Duration,
    /// The largest reply, in bytes.
    pub largest: usize,
    /// Calls on their way at the same time at most.
    pub connections: usize,
    /// Calls begun in a minute at most.
    pub per_minute: Option<u32>,
    /// Where the pauses' randomness begins.
    pub seed: u64,
}

impl Default for How {
    fn default() -> Self {
        Self {
            stream: true,
            attempts: 5,
            first_byte: Duration::from_secs(600),
            stall: Duration::from_secs(120),
            whole: Duration::from_secs(3600),
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(900),
            largest: 64 << 20,
            connections: 32,
            per_minute: None,
            seed: 0,
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The reply: the first choice, where there are several.
    pub reply: Reply,
    /// How often it was asked for. What a server turned away unread is not counted (HTTP/2: `REFUSED_STREAM`, or a connection that it
    /// was just leaving).
    pub attempts: u32,
    /// The vendor's name of the request, for its support.
    pub request_id: Option<String>,
    /// From the asking to the last byte.
    pub took: Duration,
    /// Of that, not on the way: waiting for a place, and between tries.
    pub waited: Duration,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The last error.
    pub error: Error,
    /// How often it was tried; 0 where nothing was sent.
    pub attempts: u32,
}

/// Asks one provider.
pub struct Client {
    provider: Provider,
    codec: &'static dyn Codec,
    transport: Arc<dyn Transport>,
    key: Option<String>,
    how: How,
    gate: Gate,
    backoff: Backoff,
}

impl std::fmt::Debug for Client {
    /// Without the key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Client").field("provider", &self.provider).field("how", &self.how).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of that provider.
    ///
    /// # Errors
    /// [`Error::Configured`] where the provider needs a key and none is given, or the key cannot stand in a header.
    pub fn new(
        provider: Provider,
        codec: &'static dyn Codec,
        transport: Arc<dyn Transport>,
        key: Option<String>,
        how: How,
    ) -> Result<Self, Error> {
        match &key {
            None if provider.auth != Auth::None => {
                return Err(Error::Configured { what: format!("{}: expected a key, found none", provider.name) });
            }
            Some(key) if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                return Err(Error::Configured {
                    what: format!("{}: expected a key of visible ASCII characters", provider.name),
                });
            }
            _ => {}
        }
        let (gate, backoff) = (Gate::new(how.connections, how.per_minute), Backoff::new(how.seed, how.pause));
        Ok(Self { provider, codec, transport, key, how, gate, backoff })
    }

    /// Asks, and tries again where that makes sense. `key` names the call for the provider (`idempotency-key`) and is the same in every
    /// try.
    ///
    /// Dropping the future ends the try that is on its way; nothing goes on behind it.
    ///
    /// # Errors
    /// [`Failed`] with the last error.
    pub async fn ask(&self, call: &Call, key: &str) -> Result<Asked, Failed> {
        let began = Instant::now();
        let encoded = self
            .codec
            .encode_call(&self.provider, call, self.how.stream)
            .map_err(|error| Failed { error, attempts: 0 })?;
        let mut headers = encoded.headers;
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.push(("idempotency-key".to_owned(), key.to_owned()));
        headers.extend(self.credentials());
        let url = format!("{}{}", self.provider.base, encoded.path);
        let mut attempts = 0;
        let mut on_the_way = Duration::ZERO;
        loop {
            let place = self.gate.enter().await;
            attempts += 1;
            let sent = Instant::now();
            let request =
                Request { post: true, url: url.clone(), headers: headers.clone(), body: encoded.body.clone() };
            let came = self.attempt(request).await;
            on_the_way += sent.elapsed();
            match came {
                Ok((reply, request_id)) => {
                    place.went_well();
                    let took = began.elapsed();
                    return Ok(Asked { reply, attempts, request_id, took, waited: took.saturating_sub(on_the_way) });
                }
                Err(error) => {
                    let error = self.without_key(error);
                    let pause = match error.retry() {
                        Retry::Never => None,
                        Retry::Now => Some(self.backoff.pause(attempts)),
                        Retry::After(asked) if asked > self.how.patience => None,
                        Retry::After(asked) => {
                            // Whoever is told to wait tells the others.
                            self.gate.pause(asked);
                            Some(asked + self.backoff.spread(asked))
                        }
                    };
                    if too_much(&error) {
                        place.was_too_much();
                    } else {
                        drop(place);
                    }
                    match pause.filter(|_| attempts < self.how.attempts) {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return Err(Failed { error, attempts }),
                    }
                }
            }
        }
    }

    /// How many calls may be on their way at this moment.
    #[must_use]
    pub fn window(&self) -> usize {
        self.gate.window()
    }

    fn credentials(&self) -> Option<(String, String)> {
        let key = self.key.as_ref()?;
        Some(match &self.provider.auth {
            Auth::Bearer | Auth::None => ("authorization".to_owned(), format!("Bearer {key}")),
            Auth::Header(name) => (name.to_string(), key.clone()),
        })
    }

    /// The error as it may be shown: some servers repeat the key that they refuse.
    fn without_key(&self, mut error: Error) -> Error {
        if let Some(key) = self.key.as_ref().filter(|key| key.len() >= SHORTEST_SECRET)
            && let Error::Upstream { message: said, .. } | Error::Malformed { found: said, .. } = &mut error
            && said.contains(key)
        {
            *said = said.replace(key, "[key]");
        }
        error
    }
}

/// Shorter keys are words such as `none`, given to servers that want any.
const SHORTEST_SECRET: usize = 8;

/// Whether the provider says that it is asked too much, rather than that something is wrong.
fn too_much(error: &Error) -> bool {
    match error {
        Error::Upstream { status: 429 | 503 | 529, .. } => error.blame() == Blame::Upstream,
        Error::Upstream { kind: Some(kind), .. } => kind.contains("overloaded") || kind.contains("rate_limit"),
        _ => false,
    }
}
