//! What somebody says of a trace after it was recorded: a leaf of its own, and back into the trace. Not where labels come from.
//!
//! The leaf says which trace, and the name of what is stated. Value, labeller and note are content under salts of their own and can be erased.

use candor_record::Error;
use candor_record::leaf::{Head, Part, PartName, VERSION, kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Found, USUAL_CLASS, Unjoined};
use crate::{Event, Label, LabelValue, Labeller, Trace, TraceId};

/// The kind of its leaf.
pub const LABEL: &str = kind::LABEL;

/// The part with value and labeller.
pub const VALUE: &str = "value";

/// The part with the note.
pub const NOTE: &str = "note";

/// The member of the leaf that names what is stated.
const NAME: &str = "name";

/// Longest name of what is stated, and of a labeller, in bytes.
const LONGEST: usize = 64;

/// The part [`VALUE`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Valued {
    value: LabelValue,
    by: Labeller,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    who: Option<String>,
}

/// What a leaf of kind `label` has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The label.
    Label(Label),
    /// Its value was erased: when, and the basis as the operator stated it.
    Erased {
        /// Milliseconds since 1970 (UTC).
        at_ms: i64,
        /// Not examined.
        basis: String,
    },
}

/// Head and parts of a label on a trace. `subject`: the pseudonym of whom the trace is about, so that an erasure of all of theirs takes the label along.
///
/// # Errors
/// Where its name or the labeller's is not one to 64 letters, digits, `_`, `-` and `.` (the name stays in the log for ever and the labeller is
/// meant to be a pseudonym), or the system gives no randomness for the salts.
pub fn label(
    trace: TraceId,
    subject: Option<&str>,
    label: &Label,
    at_ms: i64,
) -> Result<(Head, Vec<(Part, String)>), Error> {
    for (what, word) in [("name of a label", Some(&label.name)), ("name of a labeller", label.who.as_ref())] {
        if let Some(word) = word.filter(|word| !is_plain(word)) {
            return Err(Error::Leaf {
                expected: format!("a {what} of 1 to {LONGEST} letters, digits, _, - and ."),
                found: format!("`{}`", crate::error::shown(word)),
            });
        }
    }
    let value = Valued { value: label.value.clone(), by: label.by, who: label.who.clone() };
    let value = serde_json::to_vec(&value).map_err(|error| Error::Shape(error.to_string()))?;
    let mut parts = vec![(Part::fresh(PartName::new(VALUE)?, value)?, USUAL_CLASS.to_owned())];
    if let Some(note) = &label.note {
        parts.push((Part::fresh(PartName::new(NOTE)?, note.clone().into_bytes())?, USUAL_CLASS.to_owned()));
    }
    let head = Head {
        version: VERSION,
        kind: LABEL.to_owned(),
        at_ms,
        trace: Some(trace.to_string()),
        subject: subject.map(str::to_owned),
        parts: Vec::new(),
        about: Map::from_iter([(NAME.to_owned(), Value::String(label.name.clone()))]),
    };
    Ok((head, parts))
}

fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=LONGEST).contains(&word.len()) && word.bytes().all(plain)
}

/// What the leaf of a label says, from its head and its parts as they were found.
///
/// # Errors
/// Where it names nothing, or its parts are not those of a label.
pub fn heard(head: &Head, parts: &[(String, Found)]) -> Result<Heard, Unjoined> {
    let misread = |part: &str, source| Unjoined::Misread { part: part.to_owned(), source };
    let wrong = |part: &str, problem: &str| misread(part, serde::de::Error::custom(problem));
    let name = head.about.get(NAME).and_then(Value::as_str).ok_or_else(|| wrong(VALUE, "its leaf names nothing"))?;
    let part = |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, found)| found);
    let valued: Valued = match part(VALUE).ok_or_else(|| wrong(VALUE, "its leaf has no value"))? {
        Found::Content(bytes) => serde_json::from_slice(bytes).map_err(|error| misread(VALUE, error))?,
        Found::Erased { at_ms, basis } => return Ok(Heard::Erased { at_ms: *at_ms, basis: basis.clone() }),
    };
    let note = match part(NOTE) {
        Some(Found::Content(bytes)) => {
            Some(std::str::from_utf8(bytes).map_err(|_| wrong(NOTE, "it is no text"))?.to_owned())
        }
        Some(Found::Erased { .. }) | None => None,
    };
    Ok(Heard::Label(Label { name: name.to_owned(), value: valued.value, by: valued.by, who: valued.who, note }))
}

/// Joins what later leaves say to the trace, in their order: a labeller's later word on the same thing takes the place of the earlier one, the
/// words of several stand beside each other.
///
/// An erased label is told by an [`Event::Erasure`]; an earlier word of whoever said it then stands again.
pub fn hear(trace: &mut Trace, heard: impl IntoIterator<Item = Heard>) {
    for heard in heard {
        match heard {
            Heard::Erased { at_ms, basis } => trace.events.push(Event::Erasure { at_ms, basis }),
            Heard::Label(label) => {
                let earlier = trace.events.iter_mut().find_map(|event| match event {
                    Event::Label(earlier) if label.takes_the_place_of(earlier) => Some(earlier),
                    _ => None,
                });
                match earlier {
                    Some(earlier) => *earlier = label,
                    None => trace.events.push(Event::Label(label)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: bool, who: Option<&str>, note: Option<&str>) -> Label {
        let (who, note) = (who.map(str::to_owned), note.map(str::to_owned));
        Label { name: name.into(), value: LabelValue::Bool(value), by: Labeller::Human, who, note }
    }

    fn written(said: &Label) -> (Head, Vec<(String, Found)>) {
        let (head, parts) = label(TraceId([7; 16]), Some("s"), said, 5).unwrap();
        let found = |(part, _): &(Part, String)| (part.name().to_string(), Found::Content(part.content().to_vec()));
        (head, parts.iter().map(found).collect())
    }

    #[test]
    fn a_label_is_a_leaf_without_content_and_itself_again() {
        let said = of("mentions_cue", true, Some("rater-1"), Some("see the SECRET line"));
        let (head, parts) = written(&said);
        let told = serde_json::to_string(&head).unwrap();
        for hidden in ["SECRET", "rater-1", "true"] {
            assert!(!told.contains(hidden), "{told}");
        }
        assert_eq!(head.about.len(), 1);
        assert_eq!((head.trace.as_deref(), head.subject.as_deref()), (Some("07".repeat(16).as_str()), Some("s")));
        assert_eq!(heard(&head, &parts).unwrap(), Heard::Label(said));
    }

    #[test]
    fn names_that_could_be_somebodys_are_refused() {
        for name in ["", "said by jane@example.org", "a b", &"x".repeat(65), "ü"] {
            assert!(label(TraceId([7; 16]), None, &of(name, true, None, None), 5).is_err(), "{name}");
            assert!(label(TraceId([7; 16]), None, &of("n", true, Some(name), None), 5).is_err(), "{name}");
        }
    }

    #[test]
    fn the_last_word_of_a_labeller_counts_and_labellers_stay_apart() {
        let mut trace = Trace { events: vec![Event::Label(of("a", false, None, None))], ..Trace::default() };
        let words = [
            of("a", true, Some("r1"), None),
            of("b", true, None, None),
            of("a", true, None, Some("on a second look")),
            of("a", false, Some("r1"), None),
            of("a", true, Some("r2"), None),
        ];
        hear(&mut trace, words.into_iter().map(Heard::Label));
        let judge = Label { by: Labeller::Judge, ..of("a", false, None, None) };
        hear(&mut trace, [Heard::Label(judge.clone()), Heard::Erased { at_ms: 9, basis: "asked for".into() }]);
        let expected = vec![
            Event::Label(of("a", true, None, Some("on a second look"))),
            Event::Label(of("a", false, Some("r1"), None)),
            Event::Label(of("b", true, None, None)),
            Event::Label(of("a", true, Some("r2"), None)),
            Event::Label(judge),
            Event::Erasure { at_ms: 9, basis: "asked for".into() },
        ];
        assert_eq!(trace.events, expected);
    }

    #[test]
    fn parts_that_are_no_label_are_refused_and_an_erased_value_is_told() {
        let (head, mut parts) = written(&of("a", true, None, Some("why")));
        assert!(heard(&head, &parts[1..]).is_err());
        assert!(heard(&Head { about: Map::new(), ..head.clone() }, &parts).is_err());
        parts[1].1 = Found::Content(vec![0xff]);
        assert!(heard(&head, &parts).is_err());
        parts[1].1 = Found::Erased { at_ms: 1, basis: "b".into() };
        assert_eq!(heard(&head, &parts).unwrap(), Heard::Label(of("a", true, None, None)));
        parts[0].1 = Found::Content(b"{\"value\":{}}".to_vec());
        assert!(heard(&head, &parts).is_err());
        parts[0].1 = Found::Erased { at_ms: 1, basis: "b".into() };
        assert_eq!(heard(&head, &parts).unwrap(), Heard::Erased { at_ms: 1, basis: "b".into() });
    }
}
