//! The plain case of a record read directly: one JSON object of which fields are wanted by name and items by number. Not a JSON reader: whatever
//! is less plain (a key with an escape, a number with an exponent that is wanted), and whatever is wrong, is left to the general one, so that
//! there is one judge of what JSON is and one wording of what is not.

use std::borrow::Cow;

use super::scalar::Scalar;
use super::selection::{List, Object, Picked, Selection};

/// What a plain selection picks from a record; `None` where the record is not plain.
pub(super) fn pick<'r>(selection: &Selection, text: &'r str) -> Option<Picked<'r>> {
    let mut at = Cursor { text, at: 0 };
    at.take(b'{')?;
    let object = at.object(selection)?;
    at.next().is_none().then_some(object)
}

struct Cursor<'r> {
    text: &'r str,
    at: usize,
}

/// Where a text ends or something in it wants a closer look: the first quote, backslash or control character. Eight bytes at a time.
#[inline]
fn stop(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest byte that is 0 has its high bit set here; what borrows from it stands above.
        let is_zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let is_control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (is_zero(word ^ (ONES * 0x22)) | is_zero(word ^ (ONES * 0x5c)) | is_control) & HIGH;
        if found != 0 {
            return Some(8 * at + (found.trailing_zeros() / 8) as usize);
        }
    }
    let last = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some(8 * words.len() + last)
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

    /// The rest of an object that has begun.
    fn object(&mut self, selection: &Selection) -> Option<Picked<'r>> {
        let fields = selection.fields();
        let mut object = Object::for_fields(fields.len());
        let mut byte = self.next()?;
        if byte == b'}' {
            return Some(Picked::Object(Box::new(object)));
        }
        loop {
            if byte != b'"' {
                return None;
            }
            let key = self.unescaped()?;
            self.take(b':')?;
            object.length += 1;
            match selection.slot(key).and_then(|slot| Some((slot, &fields.get(slot)?.1))) {
                Some((slot, _)) if object.field(slot).is_some() => return None,
                Some((slot, wanted)) => {
                    let value = self.value(wanted)?;
                    object.set(slot, value);
                }
                None => self.skip()?,
            }
            match self.next()? {
                b',' => byte = self.next()?,
                b'}' => return Some(Picked::Object(Box::new(object))),
                _ => return None,
            }
        }
    }

    /// The rest of a list that has begun.
    fn list(&mut self, selection: &Selection) -> Option<Picked<'r>> {
        let mut list = List::default();
        if self.closes(b']')? {
            return Some(Picked::List(Box::new(list)));
        }
        loop {
            match selection.items().filter(|(_, end)| list.length < *end) {
                Some((wanted, _)) => list.items.push(self.value(wanted)?),
                None => self.skip()?,
            }
            list.length += 1;
            match self.next()? {
                b',' => {}
                b']' => return Some(Picked::List(Box::new(list))),
                _ => return None,
            }
        }
    }

    /// Whether what has begun ends at once; then its end is taken.
    fn closes(&mut self, end: u8) -> Option<bool> {
        let found = self.next()? == end;
        self.at -= usize::from(!found);
        Some(found)
    }

    #[inline]
    fn value(&mut self, selection: &Selection) -> Option<Picked<'r>> {
        match self.next()? {
            b'"' => Some(Picked::Scalar(Scalar::Text(self.string()?))),
            b'{' => self.object(selection),
            b'[' => self.list(selection),
            b't' => self.word("rue", Picked::Scalar(Scalar::Bool(true))),
            b'f' => self.word("alse", Picked::Scalar(Scalar::Bool(false))),
            b'n' => self.word("ull", Picked::Null),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    /// The rest of a text without an escape; its opening quote was taken.
    #[inline]
    fn unescaped(&mut self) -> Option<&'r str> {
        let (part, end) = self.part()?;
        (end == b'"').then_some(part)
    }

    /// The rest of a text up to its end or the next escape, whose sign is taken and given.
    fn part(&mut self) -> Option<(&'r str, u8)> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = stop(rest)?;
        let sign = *rest.get(length)?;
        if sign < b' ' {
            return None;
        }
        let part = self.text.get(self.at..self.at + length)?;
        self.at += length + 1;
        Some((part, sign))
    }

    /// The rest of a text; its opening quote was taken.
    fn string(&mut self) -> Option<Cow<'r, str>> {
        let start = self.at - 1;
        let (first, mut end) = self.part()?;
        if end == b'"' {
            return Some(Cow::Borrowed(first));
        }
        let mut whole = String::with_capacity(2 * first.len() + 64);
        whole.push_str(first);
        while end == b'\\' {
            let escape = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            whole.push(match escape {
                b'"' => '"',
                b'\\' => '\\',
                b'/' => '/',
                b'n' => '\n',
                b't' => '\t',
                b'r' => '\r',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                _ => return self.with_codes(start),
            });
            let (next, sign) = self.part()?;
            whole.push_str(next);
            end = sign;
        }
        Some(Cow::Owned(whole))
    }

    /// A text that names characters by their codes, from its opening quote on: the general reader knows which of them there are.
    fn with_codes(&mut self, start: usize) -> Option<Cow<'r, str>> {
        self.at = start + 1;
        self.skip_string()?;
        serde_json::from_str(self.text.get(start..self.at)?).ok().map(Cow::Owned)
    }

    fn skip_string(&mut self) -> Option<()> {
        while self.part()?.1 == b'\\' {
            let escape = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            match escape {
                b'"' | b'\\' | b'/' | b'n' | b't' | b'r' | b'b' | b'f' => {}
                b'u' => {
                    let code = self.text.as_bytes().get(self.at..self.at + 4)?;
                    if !code.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.at += 4;
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Passes over a value that is not wanted.
    fn skip(&mut self) -> Option<()> {
        const DEEPEST: u32 = 64;
        // What is open, the innermost in the lowest bit: 1 for an object.
        let (mut open, mut depth) = (0_u64, 0_u32);
        loop {
            let byte = self.next()?;
            let begins = matches!(byte, b'{' | b'[');
            if begins {
                let is_object = byte == b'{';
                if !self.closes(if is_object { b'}' } else { b']' })? {
                    if depth == DEEPEST {
                        return None;
                    }
                    (open, depth) = (open << 1 | u64::from(is_object), depth + 1);
                    if is_object {
                        self.skip_key()?;
                    }
                    continue;
                }
            } else {
                match byte {
                    b'"' => self.skip_string()?,
                    b't' => self.word("rue", ())?,
                    b'f' => self.word("alse", ())?,
                    b'n' => self.word("ull", ())?,
                    b'-' | b'0'..=b'9' => drop(self.digits()?),
                    _ => return None,
                }
            }
            // A value has ended, and with it perhaps what it stands in.
            loop {
                if depth == 0 {
                    return Some(());
                }
                match (self.next()?, open & 1) {
                    (b',', is_object) => {
                        if is_object == 1 {
                            self.skip_key()?;
                        }
                        break;
                    }
                    (b'}', 1) | (b']', 0) => (open, depth) = (open >> 1, depth - 1),
                    _ => return None,
                }
            }
        }
    }

    fn skip_key(&mut self) -> Option<()> {
        self.take(b'"')?;
        self.skip_string()?;
        self.take(b':')
    }

    fn word<T>(&mut self, rest: &str, value: T) -> Option<T> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(rest.as_bytes());
        self.at += rest.len();
        found.then_some(value)
    }

    /// Passes over a number whose first byte was taken; gives how many digits its whole part and its fraction have, where it has no exponent.
    fn digits(&mut self) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let count =
            |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let start = self.at - 1 + usize::from(bytes.get(self.at - 1) == Some(&b'-'));
        let whole = count(start);
        if whole == 0 || whole > 1 && bytes.get(start) == Some(&b'0') {
            return None;
        }
        self.at = start + whole;
        let mut part = 0;
        if bytes.get(self.at) == Some(&b'.') {
            part = count(self.at + 1);
            if part == 0 {
                return None;
            }
            self.at += 1 + part;
        }
        // An exponent is left to the general reader, wanted or not: it is rare.
        (!matches!(bytes.get(self.at), Some(b'e' | b'E' | b'.'))).then_some((whole, part))
    }

    /// A number without an exponent whose digits fit into 64 bits.
    fn number(&mut self) -> Option<Picked<'r>> {
        const MOST_DIGITS: usize = 18;
        let start = self.at - 1;
        let (whole, part) = self.digits()?;
        if whole > MOST_DIGITS || part > MOST_DIGITS {
            return None;
        }
        let text = self.text.get(start..self.at)?;
        let number = match part {
            // There is no whole number that is 0 and negative.
            0 if text == "-0" => return None,
            0 => text.parse().map(Scalar::Int).ok()?,
            _ => text.parse().map(Scalar::Float).ok()?,
        };
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
        for path in ["n.in", "n.deep.er", "l[0]", "l[2].x", "rows[*].said"] {
            if let Ok(path) = Path::parse(path) {
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
    fn the_first_byte_that_stops_a_text_is_found_wherever_it_stands() {
        for length in 0..40 {
            for sign in [b'"', b'\\', b'\n', 0, 0x1f] {
                for at in 0..length {
                    let mut bytes: Vec<u8> =
                        (0..length).map(|n| [b' ', b'!', b'#', b'[', b']', 0x7f, 0xc3, 0xff][n % 8]).collect();
                    assert_eq!(stop(&bytes), None);
                    bytes[at] = sign;
                    bytes[length - 1] = if at + 1 < length { b'"' } else { sign };
                    assert_eq!(stop(&bytes), Some(at), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn plain_records_are_read_here() {
        let selection = selection();
        for text in [
            r#"{"a":1,"b":"two","é":true,"id":null,"other":0.25,"k1":false}"#,
            " {\t\"answer\" : \"a text of more than sixteen bytes, é\" ,\n\"k2\": 120 } \r",
            r#"{"a":999999999999999999,"b":0,"k3":0.1}"#,
            "{}",
            r#"{"a":[1],"b":{},"k1":[],"k2":{"x":[{"y":null}]},"k3":-12.5}"#,
            r#"{"a":"one\ntwo \"three\" \\ \/ \t\r\b\f","b":"\u00e9\ud83d\ude00 after","other":"\u00e9 \n"}"#,
            r#"{"n":{"in":1,"deep":{"er":"x","other":[[],{},[{"q":[1,2,{"r":"s"}]}]]}},"l":[1,{"x":2},{"x":3,"y":4},5]}"#,
            r#"{"n":7,"l":{"x":1},"rows":[{"said":"A"},{"other":1},3,null,[{"said":"B"}]]}"#,
            r#"{"n":null,"l":[],"rows":[]}"#,
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
            "{\"a\":1",
            "{\"a\":1}x",
            "{\"a\":1}{",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":.5}",
            "{\"a\":1e3}",
            "{\"z\":1e3}",
            "{\"a\":-0}",
            "{\"a\":-}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"z\":\"\\u12g4\"}",
            "{\"z\":[1,]}",
            "{\"z\":[1}]",
            "{\"z\":{\"a\" 1}}",
            "{\"z\":{\"a\":1,}}",
            "{\"z\":{1:1}}",
            "{\"z\":01}",
            "{\"n\":{\"in\":1,\"in\":2}}",
            "{\"l\":[1,,2]}",
            "{\"a\":1.5e3}",
            "{\"a\":1.2.3}",
            "{\"a\":tru}",
            "{\"a\":nul",
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
                Just("\\"), Just("\\n"), Just("\\u00e9"), Just("\\ud83d"), Just("\"n\":{"), Just("\"in\":"), Just("\"l\":["), Just("\"rows\":[{\"said\":"), Just("["), Just("]"),
                Just("-1"), Just("-0"), Just("é"), Just("\u{1}"), Just("e"), Just("-"), Just("[]"),
            ], 0..16),
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
