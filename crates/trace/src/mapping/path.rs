//! The path language of mappings: where in a record a value stands. Not how the value is read: that is a field's business.
//!
//! ```text
//! a.b          field `b` of field `a`
//! a[0]         the first item of a list
//! a[*]         every item
//! a.{name}     every key of an object that the mapping does not name, captured as `name`
//! 'a.b'[0]     quotes for a key with dots, brackets, braces or quotes in it; '' within quotes is one quote
//! ```

use std::fmt;

use crate::{Error, Result};

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value of a key.
    Field(String),
    /// One item of a list, from 0.
    Item(usize),
    /// Every item of a list.
    Items,
    /// The value of every key; the key is captured under this name.
    Capture(String),
}

/// Where in a record a value stands; no step at all is the record itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

/// The most steps of a path, and the largest index.
const MOST_STEPS: usize = 64;
const LARGEST_INDEX: usize = 1_000_000;

impl Path {
    /// A path of the given steps.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// The steps, outermost first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Reads a path.
    ///
    /// # Errors
    /// [`Error::Mapping`] with the place where the text stops being a path.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parser = Parser { text, rest: text };
        let steps = parser.steps()?;
        Ok(Self { steps })
    }

    /// The steps that lead into many values: `[*]` and `{name}`.
    pub(crate) fn is_many(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Items | Step::Capture(_)))
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Parser<'_> {
    fn refuse(&self, problem: &str) -> Error {
        let at = self.text.len() - self.rest.len();
        Error::Mapping {
            place: format!("path `{}`", crate::error::shown(self.text)),
            problem: format!("{problem} at character {}", self.text[..at].chars().count() + 1),
            hint: "a path reads like `a.b[0].c`, `a[*]`, `a.{name}` or `'key with.dots'`".to_owned(),
        }
    }

    fn steps(&mut self) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        if self.rest.is_empty() {
            return Ok(steps);
        }
        loop {
            if steps.len() >= MOST_STEPS {
                return Err(self.refuse("more than 64 steps"));
            }
            if self.rest.starts_with('[') {
                steps.push(self.item()?);
            } else {
                steps.push(self.name()?);
            }
            if self.rest.is_empty() {
                return Ok(steps);
            }
            if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                if rest.is_empty() || rest.starts_with('[') {
                    return Err(self.refuse("expected a key"));
                }
            } else if !self.rest.starts_with('[') {
                return Err(self.refuse("expected `.` or `[`"));
            }
        }
    }

    fn item(&mut self) -> Result<Step> {
        let Some(end) = self.rest.find(']') else { return Err(self.refuse("expected `]`")) };
        let inside = &self.rest[1..end];
        let step = if inside == "*" {
            Step::Items
        } else {
            let digits = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
            match inside.parse() {
                Ok(index) if digits && index <= LARGEST_INDEX => Step::Item(index),
                _ => return Err(self.refuse("expected `[*]` or a whole number such as `[0]`")),
            }
        };
        self.rest = &self.rest[end + 1..];
        Ok(step)
    }

    fn name(&mut self) -> Result<Step> {
        if self.rest.starts_with('\'') {
            return self.quoted();
        }
        if let Some(inside) = self.rest.strip_prefix('{') {
            let Some(end) = inside.find('}') else { return Err(self.refuse("expected `}`")) };
            let name = &inside[..end];
            if !is_capture_name(name) {
                return Err(self.refuse("expected a name of letters, digits and underscores"));
            }
            self.rest = &inside[end + 1..];
            return Ok(Step::Capture(name.to_owned()));
        }
        let end = self.rest.find(['.', '[', ']', '{', '}', '\'']).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.refuse("expected a key"));
        }
        let name = self.rest[..end].to_owned();
        self.rest = &self.rest[end..];
        Ok(Step::Field(name))
    }

    fn quoted(&mut self) -> Result<Step> {
        let mut name = String::new();
        let mut inside = &self.rest[1..];
        loop {
            let Some(end) = inside.find('\'') else { return Err(self.refuse("expected a closing quote")) };
            name.push_str(&inside[..end]);
            inside = &inside[end + 1..];
            match inside.strip_prefix('\'') {
                Some(rest) => {
                    name.push('\'');
                    inside = rest;
                }
                None => {
                    self.rest = inside;
                    return Ok(Step::Field(name));
                }
            }
        }
    }
}

/// Whether a text may name a capture.
pub(crate) fn is_capture_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 && !matches!(step, Step::Item(_) | Step::Items) {
                out.write_str(".")?;
            }
            match step {
                Step::Field(name) => {
                    let bare = !name.is_empty() && !name.contains(['.', '[', ']', '{', '}', '\'']);
                    if bare { out.write_str(name) } else { write!(out, "'{}'", name.replace('\'', "''")) }
                }
                Step::Item(index) => write!(out, "[{index}]"),
                Step::Items => out.write_str("[*]"),
                Step::Capture(name) => write!(out, "{{{name}}}"),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_read_step_by_step() {
        let field = |name: &str| Step::Field(name.to_owned());
        let capture = |name: &str| Step::Capture(name.to_owned());
        let cases = [
            ("", vec![]),
            ("a", vec![field("a")]),
            ("[*]", vec![Step::Items]),
            ("outputs[0].gen[*]", vec![field("outputs"), Step::Item(0), field("gen"), Step::Items]),
            ("raw.{sample}[*]", vec![field("raw"), capture("sample"), Step::Items]),
            ("Pass@1-COT", vec![field("Pass@1-COT")]),
            ("Choose dropdown", vec![field("Choose dropdown")]),
            ("'a.b''c'[3]", vec![field("a.b'c"), Step::Item(3)]),
            ("''", vec![field("")]),
        ];
        for (text, steps) in cases {
            let path = Path::parse(text).unwrap();
            assert_eq!(path.steps(), steps, "{text}");
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_refused_with_its_place() {
        for text in
            ["a.", ".a", "a..b", "a[", "a[-1]", "a[ 1]", "a]", "{}", "{a b}", "'a", "a'b", "a.[0]", "[99999999]"]
        {
            let error = Path::parse(text).unwrap_err().to_string();
            assert!(error.contains("at character"), "{text}: {error}");
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<String>().prop_map(Step::Field),
            (0usize..=LARGEST_INDEX).prop_map(Step::Item),
            Just(Step::Items),
            "[A-Za-z0-9_]{1,8}".prop_map(Step::Capture),
        ]
    }

    proptest! {
        #[test]
        fn a_printed_path_reads_back(steps in prop::collection::vec(any_step(), 0..12)) {
            let path = Path::new(steps);
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = Path::parse(&text);
        }
    }
}
