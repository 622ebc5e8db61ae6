//! Canonical bytes back into a [`Value`], strictly: only bytes that [`Value::to_bytes`] could have written are read.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::value::{Integer, Name, Value, by_code_units, deeper, short_escape};
use super::{MOST_BYTES, MOST_LEVELS};
use crate::error::{Error, quoted};

impl Value {
    /// The value that canonical bytes hold. Writing it again gives the same bytes.
    ///
    /// # Errors
    /// With the offset of the first byte that canonical bytes cannot have there: white space, floats, null, names out of order or twice,
    /// escapes that RFC 8785 does not write, integers with leading zeros or beyond 2^53 - 1, bytes that are not UTF-8,
    /// anything after the value; and where the bytes are too long or too deep.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MOST_BYTES {
            return Err(Error::TooLong { most: MOST_BYTES, found: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| Error::NotCanonical {
            at: error.valid_up_to(),
            expected: "UTF-8",
            found: format!("the byte 0x{:02x}", bytes.get(error.valid_up_to()).copied().unwrap_or_default()),
        })?;
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        if reader.at == text.len() { Ok(value) } else { Err(reader.refuse("the end")) }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The error for what stands at the current place.
    fn refuse(&self, expected: &'static str) -> Error {
        self.refuse_at(self.at, expected)
    }

    fn refuse_at(&self, at: usize, expected: &'static str) -> Error {
        let found = match self.text.get(at..).and_then(|rest| rest.chars().next()) {
            None => "the end".to_owned(),
            Some(found) => format!("{found:?}"),
        };
        Error::NotCanonical { at, expected, found }
    }

    /// Steps over `byte` where it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn value(&mut self, level: usize) -> Result<Value, Error> {
        match self.peek() {
            Some(b'{') => self.object(level),
            Some(b'[') => self.list(level),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            _ if self.rest().starts_with("true") => {
                self.at += 4;
                Ok(Value::Boolean(true))
            }
            _ if self.rest().starts_with("false") => {
                self.at += 5;
                Ok(Value::Boolean(false))
            }
            _ => Err(self.refuse("an object, a list, a string, an integer or a boolean, without white space")),
        }
    }

    fn level(&self, level: usize) -> Result<(), Error> {
        deeper(level).map_err(|_| Error::NotCanonical {
            at: self.at,
            expected: "at most 64 levels of lists and objects",
            found: format!("level {}", MOST_LEVELS + 1),
        })
    }

    fn list(&mut self, level: usize) -> Result<Value, Error> {
        self.level(level)?;
        self.at += 1;
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Value::List(elements));
        }
        loop {
            elements.push(self.value(level + 1)?);
            if self.take(b']') {
                return Ok(Value::List(elements));
            }
            if !self.take(b',') {
                return Err(self.refuse("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, level: usize) -> Result<Value, Error> {
        self.level(level)?;
        self.at += 1;
        let mut members = BTreeMap::new();
        let mut last: Option<String> = None;
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let from = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.refuse("a name in quotes"));
            }
            let name = self.string()?;
            if let Some(last) = &last {
                let expected = match by_code_units(last, &name) {
                    Ordering::Less => None,
                    Ordering::Equal => Some("a name that the object does not have yet"),
                    Ordering::Greater => Some("names in the order of their UTF-16 code units"),
                };
                if let Some(expected) = expected {
                    return Err(Error::NotCanonical { at: from, expected, found: quoted(&name) });
                }
            }
            last = Some(name.clone());
            if !self.take(b':') {
                return Err(self.refuse("`:`"));
            }
            let member = self.value(level + 1)?;
            members.insert(Name::from(name), member);
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err(self.refuse("`,` or `}`"));
            }
        }
    }

    fn integer(&mut self) -> Result<Value, Error> {
        let from = self.at;
        let negative = self.take(b'-');
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let first = self.peek();
        self.at += digits;
        if digits == 0 {
            return Err(self.refuse("a digit"));
        }
        if first == Some(b'0') && (negative || digits > 1) {
            return Err(self.refuse_at(from, "an integer without leading zeros and without a negative zero"));
        }
        if let Some(b'.' | b'e' | b'E') = self.peek() {
            return Err(self.refuse("an integer: no fraction, no exponent"));
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        let number = text.parse::<i64>().ok().and_then(|number| Integer::try_from(number).ok());
        number.map(Value::Integer).ok_or_else(|| Error::NotCanonical {
            at: from,
            expected: "an integer from -9007199254740991 to 9007199254740991",
            found: quoted(text),
        })
    }

    /// A string; the opening quote comes next.
    fn string(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.rest().bytes().take_while(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\').count();
            out.push_str(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(self.refuse("a closing quote, or control characters escaped")),
            }
        }
    }

    /// An escape; the backslash comes next. Only the escapes that a writer writes.
    fn escape(&mut self) -> Result<char, Error> {
        const EXPECTED: &str = r#"one of the escapes \" \\ \b \t \n \f \r, or \u00 with two lower-case digits for another control character"#;
        let from = self.at;
        self.at += 1;
        let letter = self.peek();
        if letter == Some(b'u') {
            let code = self.text.get(self.at + 1..self.at + 5).and_then(|digits| {
                let lower = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                if lower { u8::from_str_radix(digits, 16).ok() } else { None }
            });
            if let Some(code) = code.filter(|code| *code < 0x20 && short_escape(*code).is_none()) {
                self.at += 5;
                return Ok(char::from(code));
            }
            return Err(self.refuse_at(from, EXPECTED));
        }
        let escaped = (0..=b'\\').find(|byte| short_escape(*byte).is_some() && short_escape(*byte) == letter);
        match escaped {
            Some(byte) => {
                self.at += 1;
                Ok(char::from(byte))
            }
            None => Err(self.refuse_at(from, EXPECTED)),
        }
    }
}
