//! One try of a call: sent, waited for with patience for each kind of silence, read up to a bound. Not whether there is another.

use std::time::Duration;

use tokio::time::timeout;

use super::{Client, date};
use crate::protocol::StreamDecoder;
use crate::transport::{Broken, Request, Response};
use crate::{Assembler, Error, Reply};

/// The longest body of an error that is read.
const LONGEST_ERROR: usize = 64 << 10;

/// To wait for a connection to end after the reply has: long enough that it can be used again, short enough that one that hangs holds nobody up.
const LINGER: Duration = Duration::from_secs(1);

/// A reply, and the vendor's name of the request.
type Came = (Reply, Option<String>);

impl Client {
    /// One try, within its time.
    pub(super) async fn attempt(&self, request: Request) -> Result<Came, Error> {
        let whole = self.how.whole;
        timeout(whole, self.carried(request)).await.unwrap_or(Err(Error::Broken(Broken::Unfinished(whole.as_secs()))))
    }

    async fn carried(&self, request: Request) -> Result<Came, Error> {
        let sent = self.transport.send(request);
        let mut response = timeout(self.how.first_byte, sent).await.map_err(|_| stalled(self.how.first_byte))??;
        if !(200..300).contains(&response.status) {
            return Err(self.refusal(response).await);
        }
        let id = ["x-request-id", "request-id"].iter().find_map(|name| response.header(name)).map(str::to_owned);
        let streamed = response.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let reply = if streamed { self.streamed(&mut response).await? } else { self.at_once(&mut response).await? };
        Ok((reply, id))
    }

    /// What a status beside 200 means. As much of its body is read as comes and as an error can need.
    async fn refusal(&self, mut response: Response) -> Error {
        let mut body = Vec::new();
        while body.len() < LONGEST_ERROR
            && let Ok(Some(bytes)) = self.next(&mut response).await
        {
            body.extend_from_slice(&bytes);
        }
        body.truncate(LONGEST_ERROR);
        let mut error = self.codec.decode_error(response.status, &response.headers, &body);
        if let Error::Upstream { after: after @ None, .. } = &mut error {
            *after = date::pause(&response);
        }
        error
    }

    /// A reply in pieces.
    async fn streamed(&self, response: &mut Response) -> Result<Reply, Error> {
        let mut decoder = self.codec.decode_stream(&self.provider);
        let mut assembler = Assembler::default();
        let mut size = 0_usize;
        loop {
            let patience = if decoder.is_over() { self.how.stall.min(LINGER) } else { self.how.stall };
            match within(patience, response).await {
                Ok(Some(bytes)) => {
                    size = size.saturating_add(bytes.len());
                    if size > self.how.largest {
                        return Err(Error::TooLarge { limit: self.how.largest });
                    }
                    take(&mut assembler, decoder.push(&bytes)?);
                }
                Ok(None) => {
                    take(&mut assembler, decoder.end()?);
                    return Ok(assembler.finish());
                }
                // Some servers let a connection hang, or drop it, after the last event: the reply is there all the same.
                Err(error) => return ended(decoder, assembler).ok_or(error),
            }
        }
    }

    /// A reply as a whole.
    async fn at_once(&self, response: &mut Response) -> Result<Reply, Error> {
        let mut body = Vec::new();
        while let Some(bytes) = self.next(response).await? {
            if body.len() + bytes.len() > self.how.largest {
                return Err(Error::TooLarge { limit: self.how.largest });
            }
            body.extend_from_slice(&bytes);
        }
        let replies = self.codec.decode_reply(&self.provider, &body)?;
        replies.into_iter().next().ok_or_else(|| Error::Malformed {
            protocol: "reply",
            expected: "at least one choice".to_owned(),
            found: "none".to_owned(),
        })
    }

    async fn next(&self, response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
        within(self.how.stall, response).await
    }
}

/// The next bytes, waited for so long.
async fn within(patience: Duration, response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
    Ok(timeout(patience, response.body.chunk()).await.map_err(|_| stalled(patience))??)
}

fn stalled(after: Duration) -> Error {
    Error::Broken(Broken::Stalled(after.as_secs()))
}

/// The reply of a stream that broke, where the protocol says that it was complete by then.
fn ended(mut decoder: Box<dyn StreamDecoder>, mut assembler: Assembler) -> Option<Reply> {
    take(&mut assembler, decoder.end().ok()?);
    Some(assembler.finish())
}

fn take(assembler: &mut Assembler, deltas: Vec<(u32, crate::Delta)>) {
    // One choice was asked for.
    deltas.into_iter().filter(|(choice, _)| *choice == 0).for_each(|(_, delta)| assembler.push(delta));
}
