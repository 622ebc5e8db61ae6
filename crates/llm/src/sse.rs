//! Server-sent events: bytes in, cut wherever the network cuts them, events out. Not what an event means: that is for a codec.
//!
//! The format is that of the HTML standard, section "Server-sent events", with one leniency: an event whose closing blank line never
//! came is given at the end of the stream, because several servers forget that line.

use crate::Error;

/// The longest event, and the longest line: far above any reply, far below what would hurt.
pub(crate) const EVENT_LIMIT: usize = 16 * 1024 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name, where it has one.
    pub(crate) name: Option<String>,
    /// Its data: the `data` lines, joined by line breaks.
    pub(crate) data: String,
}

/// Reads a stream of events as it comes. After an error nothing more should be pushed.
#[derive(Debug)]
pub(crate) struct EventStream {
    limit: usize,
    /// The line so far, without its end.
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// No line has ended yet: a byte order mark may stand before the first one.
    at_start: bool,
    name: Option<String>,
    data: Option<String>,
}

impl Default for EventStream {
    fn default() -> Self {
        Self::with_limit(EVENT_LIMIT)
    }
}

impl EventStream {
    /// A stream whose lines and events have at most `limit` bytes.
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self { limit, line: Vec::new(), after_return: false, at_start: true, name: None, data: None }
    }

    /// Takes in bytes and gives the events that they complete.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Error> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    self.extend(&rest[..end])?;
                    self.after_return = rest[end] == b'\r';
                    rest = &rest[end + 1..];
                    events.extend(self.end_of_line()?);
                }
                None => {
                    self.extend(rest)?;
                    rest = &[];
                }
            }
        }
        Ok(events)
    }

    /// Ends the stream: an event that lacks its blank line comes out.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn end(&mut self) -> Result<Option<Event>, Error> {
        // Without its line break the last line is a line all the same; a blank line then closes the event.
        let closed = if self.line.is_empty() { None } else { self.end_of_line()? };
        Ok(closed.or_else(|| self.dispatch()))
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.line.len() + bytes.len() > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_of_line(&mut self) -> Result<Option<Event>, Error> {
        let bytes = std::mem::take(&mut self.line);
        let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
            Some(rest) if self.at_start => rest,
            _ => &bytes,
        };
        self.at_start = false;
        if bytes.is_empty() {
            return Ok(self.dispatch());
        }
        // A line ends at an ASCII byte: no character is cut in two here.
        let line = String::from_utf8_lossy(bytes);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    if data.len() + 1 + value.len() > self.limit {
                        return Err(Error::TooLarge { limit: self.limit });
                    }
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => self.name = Some(value.to_owned()).filter(|name| !name.is_empty()),
            // A comment has an empty field name; `id`, `retry` and whatever comes later say nothing about a reply.
            _ => {}
        }
        Ok(None)
    }

    /// The event that a blank line closes; a name without data is no event.
    fn dispatch(&mut self) -> Option<Event> {
        let name = self.name.take();
        self.data.take().filter(|data| !data.is_empty()).map(|data| Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(name: Option<&str>, data: &str) -> Event {
        Event { name: name.map(str::to_owned), data: data.to_owned() }
    }

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut stream = EventStream::default();
        let mut events = Vec::new();
        for piece in pieces {
            events.extend(stream.push(piece).unwrap());
        }
        events.extend(stream.end().unwrap());
        events
    }

    /// The same events whole, in two pieces cut at every byte, and byte by byte.
    fn read_every_way(bytes: &[u8]) -> Vec<Event> {
        let whole = read(&[bytes]);
        for at in 0..=bytes.len() {
            assert_eq!(read(&[&bytes[..at], &bytes[at..]]), whole, "cut at {at}");
        }
        assert_eq!(read(&bytes.chunks(1).collect::<Vec<_>>()), whole, "byte by byte");
        whole
    }

    #[test]
    fn every_form_of_an_event_is_read_wherever_it_is_cut() {
        let cases: [(&str, Vec<Event>); 13] = [
            ("data: a\n\ndata: b\n\n", vec![event(None, "a"), event(None, "b")]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", vec![event(None, "a"), event(None, "b")]),
            ("event: ping\r\ndata: a\r\ndata: b\r\n\r\n", vec![event(Some("ping"), "a\nb")]),
            ("data: a\r\rdata: b\r\r", vec![event(None, "a"), event(None, "b")]),
            ("event: ping\ndata: {}\n\n", vec![event(Some("ping"), "{}")]),
            ("\u{feff}data: a\n\n", vec![event(None, "a")]),
            ("data: a\ndata:\ndata:  b\n\n", vec![event(None, "a\n\n b")]),
            (": keep-alive\n\n:\n\ndata:a:b\n\n", vec![event(None, "a:b")]),
            ("id: 7\nretry: 10\nunknown\ndata: é→🙂\n\n", vec![event(None, "é→🙂")]),
            ("data: [DONE]", vec![event(None, "[DONE]")]),
            ("data: a\n", vec![event(None, "a")]),
            ("event: lonely\n\ndata: b\n\n", vec![event(None, "b")]),
            ("data\n\n\n\n{\"error\": 1}\n", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(read_every_way(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_counts_at_the_start_only() {
        assert_eq!(read_every_way("data: a\n\n\u{feff}data: b\n\n".as_bytes()), [event(None, "a")]);
        assert_eq!(read_every_way("\u{feff}\n\u{feff}data: b\n\n".as_bytes()), []);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_not_refused() {
        assert_eq!(read_every_way(b"data: a\xff\xe2\x82\n\n"), [event(None, "a\u{fffd}\u{fffd}")]);
    }

    #[test]
    fn a_line_and_an_event_beyond_the_limit_are_refused() {
        let mut line = EventStream::with_limit(10);
        assert!(line.push(b"data: 1234\n").is_ok());
        assert_eq!(line.push(b"data: 12345"), Err(Error::TooLarge { limit: 10 }));

        let mut event = EventStream::with_limit(10);
        assert!(event.push(b"data:12345\ndata:1234\n").is_ok(), "ten bytes with the line break");
        assert_eq!(event.push(b"data:\n"), Err(Error::TooLarge { limit: 10 }));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic_and_cuts_change_nothing(
            pieces in proptest::collection::vec(
                prop_oneof![
                    proptest::collection::vec(any::<u8>(), 0..6),
                    Just(b"data: x".to_vec()), Just(b"\r\n".to_vec()), Just(b"\n".to_vec()), Just(b"\r".to_vec()),
                    Just(b":".to_vec()), Just(b"\xEF\xBB\xBF".to_vec()), Just(b"event:".to_vec()),
                ],
                0..12,
            ),
        ) {
            let whole = pieces.concat();
            let expected = read(&[&whole]);
            prop_assert_eq!(read(&pieces.iter().map(Vec::as_slice).collect::<Vec<_>>()), expected.clone());
            prop_assert_eq!(read(&whole.chunks(1).collect::<Vec<_>>()), expected);
        }
    }
}
