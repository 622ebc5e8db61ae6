//! JSON of which perhaps only the beginning is known, as a small tree for looking at. Not for reading data: long texts are cut and whatever
//! cannot be read ends the tree.

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(f64),
    Text(Text),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// The beginning of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    /// At most some hundred characters of it.
    pub(super) begins: String,
    pub(super) length: usize,
    /// Whether a tag that opens or closes a chain of thought stands in it.
    pub(super) tagged: bool,
}

impl Text {
    pub(super) fn of(text: &str) -> Self {
        const KEPT: usize = 200;
        let tagged = text.trim_start().starts_with("<think>") || text.contains("</think>");
        let end = if text.len() <= KEPT { None } else { text.char_indices().nth(KEPT) };
        let begins = end.and_then(|(end, _)| text.get(..end)).unwrap_or(text);
        Self { begins: begins.to_owned(), length: text.len(), tagged }
    }
}

const DEEPEST: usize = 24;
const MOST_NODES: usize = 400_000;

/// Reads the value that `text` begins with, as far as it goes; what follows it, where it ended within `text`.
pub(super) fn parse(text: &[u8]) -> (Option<Tree>, &[u8]) {
    let mut parser = Parser { text, at: 0, nodes: 0, cut: false };
    let tree = parser.value(0);
    let rest = if parser.cut { &text[text.len()..] } else { &text[parser.at.min(text.len())..] };
    (tree, rest)
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    nodes: usize,
    /// The text ended, or stopped making sense.
    cut: bool,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let byte = self.text.get(self.at).copied();
        self.cut |= byte.is_none();
        byte
    }

    fn value(&mut self, depth: usize) -> Option<Tree> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            self.cut = true;
            return None;
        }
        match self.peek()? {
            b'{' => Some(self.object(depth)),
            b'[' => Some(self.list(depth)),
            b'"' => self.string().map(|text| Tree::Text(Text::of(&text))),
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            let Some(offset) = self.text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) else {
                self.cut = true;
                return None;
            };
            at += offset;
            if self.text[at] == b'"' {
                break;
            }
            at += 2;
        }
        self.at = at + 1;
        let read = serde_json::from_slice(&self.text[start..self.at]).ok();
        self.cut |= read.is_none();
        read
    }

    fn word(&mut self) -> Option<Tree> {
        let start = self.at;
        let end = self.text[start..]
            .iter()
            .position(|byte| matches!(byte, b',' | b']' | b'}' | b'\n' | b' ' | b'\r' | b'\t'));
        let Some(length) = end.or_else(|| (self.text.len() > start).then(|| self.text.len() - start)) else {
            self.cut = true;
            return None;
        };
        self.at = start + length;
        let word = std::str::from_utf8(&self.text[start..self.at]).ok();
        let tree = match word {
            Some("null") => Some(Tree::Null),
            Some("true") => Some(Tree::Bool(true)),
            Some("false") => Some(Tree::Bool(false)),
            Some(word) => word.parse().ok().map(Tree::Number),
            None => None,
        };
        self.cut |= tree.is_none();
        tree
    }

    fn list(&mut self, depth: usize) -> Tree {
        self.at += 1;
        let mut items = Vec::new();
        while !self.cut {
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let item = self.value(depth + 1);
                    // An object that was cut off before its first entry is not one without entries.
                    let says_nothing = self.cut && matches!(&item, Some(Tree::Object(entries)) if entries.is_empty());
                    items.extend(item.filter(|_| !says_nothing));
                }
                None => {}
            }
        }
        Tree::List(items)
    }

    fn object(&mut self, depth: usize) -> Tree {
        self.at += 1;
        let mut entries = Vec::new();
        while !self.cut {
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(b'"') => {
                    let Some(key) = self.string() else { break };
                    if self.peek() != Some(b':') {
                        self.cut = true;
                        break;
                    }
                    self.at += 1;
                    if let Some(value) = self.value(depth + 1) {
                        entries.push((key, value));
                    }
                }
                Some(_) => self.cut = true,
                None => {}
            }
        }
        Tree::Object(entries)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_cut_off_gives_what_was_seen() {
        let (tree, rest) = parse(br#"{"a":[1,2,{"b":"x"}],"c":"lon"#);
        assert!(rest.is_empty());
        let Some(Tree::Object(entries)) = tree else { panic!() };
        assert_eq!(entries.len(), 1);
        let Some(Tree::List(items)) = parse(br#"[{"a":1},{"a":2},{"a"#).0 else { panic!() };
        assert_eq!(items.len(), 2);
        let (tree, rest) = parse(b"[1] [2]");
        assert_eq!((tree, rest), (Some(Tree::List(vec![Tree::Number(1.0)])), &b" [2]"[..]));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_loop(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn every_beginning_of_json_gives_a_tree(cut in 0_usize..60) {
            let text = br#"{"a":[{"b":"\u00e9\"x"},null,true,-1.5e3],"c":{"d":{}}}"#;
            let (tree, _) = parse(&text[..cut.min(text.len())]);
            prop_assert!(cut == 0 || tree.is_some());
        }
    }
}
