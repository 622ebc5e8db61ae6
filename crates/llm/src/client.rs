//! Asks a provider and comes back with one reply: encoded by its codec, carried by a transport, tried again where that makes sense, within limits that adapt to what the
//! provider takes. Not the plan of what is asked, and no socket: that is the transport's.

mod backoff;
mod gate;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::transport::{Broken, Request, Response, Transport};
use crate::{Assembler, Auth, Call, Codec, Error, Provider, Reply, Retry};

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
    /// How often it was asked for.
    pub attempts: u32,
    /// The vendor's name of the request, for its support.
    pub request_id: Option<String>,
    /// From the first try to the last byte.
    pub took: Duration,
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
        let (gate, backoff) = (Gate::new(how.connections, how.per_minute), Backoff::new(how.seed));
        Ok(Self { provider, codec, transport, key, how, gate, backoff })
    }

    /// Asks, and tries again where that makes sense. `key` names the call for the provider (`idempotency-key`) and is the same in every try.
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
        loop {
            let place = self.gate.enter().await;
            attempts += 1;
            let request =
                Request { post: true, url: url.clone(), headers: headers.clone(), body: encoded.body.clone() };
            let came = match timeout(self.how.whole, self.once(request)).await {
                Ok(came) => came,
                Err(_) => Err(Error::Broken(Broken::Stalled(self.how.whole.as_secs()))),
            };
            match came {
                Ok((reply, request_id)) => {
                    place.went_well();
                    return Ok(Asked { reply, attempts, request_id, took: began.elapsed() });
                }
                Err(error) => {
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

    /// One try.
    async fn once(&self, request: Request) -> Result<(Reply, Option<String>), Error> {
        let stalled = |_| Error::Broken(Broken::Stalled(self.how.first_byte.as_secs()));
        let mut response = timeout(self.how.first_byte, self.transport.send(request)).await.map_err(stalled)??;
        if !(200..300).contains(&response.status) {
            let (status, headers) = (response.status, std::mem::take(&mut response.headers));
            // What an error says is worth little where it cannot be read.
            let body = self.whole(&mut response, LONGEST_ERROR).await.unwrap_or_default();
            return Err(self.codec.decode_error(status, &headers, &body));
        }
        let id = ["x-request-id", "request-id"].iter().find_map(|name| response.header(name)).map(str::to_owned);
        let streamed = response.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let reply = if streamed { self.streamed(&mut response).await? } else { self.at_once(&mut response).await? };
        Ok((reply, id))
    }

    /// A reply in pieces.
    async fn streamed(&self, response: &mut Response) -> Result<Reply, Error> {
        let mut decoder = self.codec.decode_stream(&self.provider);
        let mut assembler = Assembler::default();
        let mut size = 0_usize;
        while let Some(bytes) = self.next(response).await? {
            size = size.saturating_add(bytes.len());
            if size > self.how.largest {
                return Err(Error::TooLarge { limit: self.how.largest });
            }
            take(&mut assembler, decoder.push(&bytes)?);
        }
        take(&mut assembler, decoder.end()?);
        Ok(assembler.finish())
    }

    /// A reply as a whole.
    async fn at_once(&self, response: &mut Response) -> Result<Reply, Error> {
        let body = self.whole(response, self.how.largest).await?;
        let replies = self.codec.decode_reply(&self.provider, &body)?;
        replies.into_iter().next().ok_or_else(|| Error::Malformed {
            protocol: "reply",
            expected: "at least one choice".to_owned(),
            found: "none".to_owned(),
        })
    }

    async fn whole(&self, response: &mut Response, limit: usize) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(bytes) = self.next(response).await? {
            if body.len() + bytes.len() > limit {
                return Err(Error::TooLarge { limit });
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    async fn next(&self, response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
        match timeout(self.how.stall, response.body.chunk()).await {
            Ok(chunk) => Ok(chunk?),
            Err(_) => Err(Error::Broken(Broken::Stalled(self.how.stall.as_secs()))),
        }
    }
}

/// The longest body of an error that is read.
const LONGEST_ERROR: usize = 64 << 10;

fn take(assembler: &mut Assembler, deltas: Vec<(u32, crate::Delta)>) {
    // One choice was asked for.
    deltas.into_iter().filter(|(choice, _)| *choice == 0).for_each(|(_, delta)| assembler.push(delta));
}

/// Whether the provider says that it is asked too much, rather than that something is wrong.
fn too_much(error: &Error) -> bool {
    match error {
        Error::Upstream { status: 429 | 503 | 529, .. } => true,
        Error::Upstream { kind: Some(kind), .. } => kind.contains("overloaded") || kind.contains("rate_limit"),
        _ => false,
    }
}
