//! The plain case of a record read directly: one JSON object of single values, without an escape in any text. Not a JSON reader: whatever
//! is less plain, and whatever is wrong, is left to the general one, so that there is one judge of what JSON is and one wording of what is
//! not.

use std::borrow::Cow;

use memchr::memchr2;

use super::scalar::Scalar;
use super::selection::{Object, Picked, Selection};

/// What a selection of single values picks from a record; `None` where the record is not plain.
pub(super) fn pick<'r>(selection: &Selection, text: &'r str) -> Option<Picked<'r>> {
    let mut at = Cursor { text, at: 0 };
    at.take(b'{')?;
    let mut object = Object::for_fields(selection.fields().len());
    loop {
        let key = at.string()?;
        at.take(b':')?;
        let value = at.value()?;
        object.length += 1;
        if let Some(slot) = selection.slot(key) {
            if object.field(slot).is_some() {
                return None;
            }
            object.set(slot, value);
        }
        match at.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    at.next().is_none().then(|| Picked::Object(Box::new(object)))
}

struct Cursor<'r> {
    text: &'r str,
    at: usize,
}

impl<'r> Cursor<'r> {
    /// The next byte that is not white space.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
        }
    }

    #[inline]
    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    #[inline]
    fn string(&mut self) -> Option<&'r str> {
        self.take(b'"')?;
        self.rest_of_string()
    }

    fn rest_of_string(&mut self) -> Option<&'r str> {
        const SHORT: usize = 16;
        let rest = self.text.as_bytes().get(self.at..)?;
        let short = rest.iter().take(SHORT).position(|byte| matches!(byte, b'"' | b'\\'));
        let length = match short {
            Some(length) => length,
            None => SHORT + memchr2(b'"', b'\\', rest.get(SHORT..)?)?,
        };
        let (inside, end) = (rest.get(..length)?, *rest.get(length)?);
        if end == b'\\' || inside.iter().any(|byte| *byte < b' ') {
            return None;
        }
        let string = self.text.get(self.at..self.at + length)?;
        self.at += length + 1;
        Some(string)
    }

    #[inline]
    fn value(&mut self) -> Option<Picked<'r>> {
        match self.next()? {
            b'"' => Some(Picked::Scalar(Scalar::Text(Cow::Borrowed(self.rest_of_string()?)))),
            b't' => self.word("rue", Picked::Scalar(Scalar::Bool(true))),
            b'f' => self.word("alse", Picked::Scalar(Scalar::Bool(false))),
            b'n' => self.word("ull", Picked::Null),
            digit @ b'0'..=b'9' => self.number(digit),
            _ => None,
        }
    }

    fn word(&mut self, rest: &str, value: Picked<'r>) -> Option<Picked<'r>> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(rest.as_bytes());
        self.at += rest.len();
        found.then_some(value)
    }

    /// A number without a sign and an exponent whose digits fit into 64 bits.
    fn number(&mut self, first: u8) -> Option<Picked<'r>> {
        const MOST_DIGITS: usize = 18;
        let start = self.at - 1;
        let digits = |from: usize| {
            let rest = self.text.as_bytes().get(from..).unwrap_or_default();
            rest.iter().take(MOST_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count()
        };
        let whole = digits(start);
        let mut end = start + whole;
        if whole > MOST_DIGITS || (first == b'0' && whole > 1) {
            return None;
        }
        let is_whole = self.text.as_bytes().get(end) != Some(&b'.');
        if !is_whole {
            let part = digits(end + 1);
            if part == 0 || part > MOST_DIGITS {
                return None;
            }
            end += 1 + part;
        }
        if matches!(self.text.as_bytes().get(end), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at = end;
        let text = self.text.get(start..end)?;
        let number =
            if is_whole { text.parse().map(Scalar::Int).ok()? } else { text.parse().map(Scalar::Float).ok()? };
        Some(Picked::Scalar(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::DeserializeSeed;

    use super::*;
    use crate::mapping::path::Path;

    fn selection() -> Selection {
        let mut selection = Selection::default();
        for name in ["a", "b", "é", "id", "question_id", "answer", "x y", "k1", "k2", "k3"] {
            let name = if name.contains(' ') { format!("[\"{name}\"]") } else { name.to_owned() };
            if let Ok(path) = Path::parse(&name) {
                selection.add(path.steps(), false);
            }
        }
        selection.sealed()
    }

    fn general<'r>(selection: &Selection, text: &'r str) -> Option<Picked<'r>> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let picked = selection.deserialize(&mut deserializer).ok()?;
        deserializer.end().ok().map(|()| picked)
    }

    #[test]
    fn plain_records_are_read_here() {
        let selection = selection();
        for text in [
            r#"{"a":1,"b":"two","é":true,"id":null,"other":0.25,"k1":false}"#,
            " {\t\"answer\" : \"a text of more than sixteen bytes, é\" ,\n\"k2\": 120 } \r",
            r#"{"a":999999999999999999,"b":0,"k3":0.1}"#,
        ] {
            let read = pick(&selection, text);
            assert!(read.is_some(), "{text}");
            assert_eq!(read, general(&selection, text), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_or_not_json_is_left_to_the_general_reader() {
        let selection = selection();
        for text in [
            "",
            "{",
            "{}",
            "{\"a\":1",
            "{\"a\":1}x",
            "{\"a\":1}{",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":.5}",
            "{\"a\":-1}",
            "{\"a\":1e3}",
            "{\"a\":1.5e3}",
            "{\"a\":1.2.3}",
            "{\"a\":tru}",
            "{\"a\":nul",
            "{\"a\":[1]}",
            "{\"a\":{}}",
            "{\"a\":\"b\\n\"}",
            "{\"a\":\"b\nc\"}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1000000000000000000}",
            "{\"a\":\"abc",
            "{\"a\":\"a text of more than sixteen bytes",
            "{a:1}",
            "[1]",
            "{\"a\":1;\"b\":2}",
        ] {
            assert_eq!(pick(&selection, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_here_is_what_the_general_reader_reads(
            parts in prop::collection::vec(prop_oneof![
                Just("{"), Just("}"), Just(","), Just(":"), Just("\"a\""), Just("\"b\":"), Just("\"question_id\":\"q\""), Just("\"k1\":0.5"),
                Just("\"z\":"), Just("1"), Just("20"), Just("0"), Just("."), Just("true"), Just("null"), Just(" "), Just("\t"), Just("\""),
                Just("\\"), Just("é"), Just("\u{1}"), Just("e"), Just("-"), Just("[]"),
            ], 0..12),
            is_object in any::<bool>(),
        ) {
            let inside = parts.concat();
            let text = if is_object { format!("{{{inside}}}") } else { inside };
            let selection = selection();
            if let Some(read) = pick(&selection, &text) {
                prop_assert_eq!(Some(read), general(&selection, &text));
            }
        }

        #[test]
        fn numbers_are_the_same_to_the_last_bit(whole in 0_u64..10_000_000_000, digits in "[0-9]{1,20}") {
            let text = format!("{{\"a\":{whole}.{digits},\"b\":{whole}}}");
            let selection = selection();
            if let Some(read) = pick(&selection, &text) {
                prop_assert_eq!(Some(read), general(&selection, &text));
            } else {
                prop_assert!(digits.len() > 18);
            }
        }
    }
}
