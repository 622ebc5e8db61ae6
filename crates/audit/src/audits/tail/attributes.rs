//! What was known of a question before it was answered, and the row of a trace that says so in numbers. Not what the model made of it: verdicts, chains
//! and labels about replies are no attributes.

use std::collections::HashMap;

use candor_llm::Part;
use candor_trace::{Event, Labeller, Trace};

use crate::names::{Fixed, Names};
use crate::rows::Kept;

/// Labels that describe a question where the source itself gave them. Others, and those of people and judges, may describe the reply: they are taken
/// where the settings name them.
pub(super) const LABELS: [&str; 16] = [
    "subject",
    "task",
    "task_type",
    "category",
    "subcategory",
    "topic",
    "domain",
    "language",
    "difficulty",
    "level",
    "type",
    "dataset",
    "source",
    "split",
    "depth",
    "format",
];

/// An attribute with more values than this has no slices.
const MOST_VALUES: usize = 256;

/// A longer value is a text of its own, in bytes.
const LONGEST_VALUE: usize = 60;

/// One call: the usual row, the class of its question, and the length of its prompt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) kept: Kept,
    /// A number of [`Attributes::class`].
    pub(super) class: u32,
    /// Words of the prompt, set apart by white space; [`NO_PROMPT`] where none was recorded.
    pub(super) words: u32,
}

const _: () = assert!(size_of::<Asked>() <= 64, "a million traces must fit in 64 MB");

/// The length of a prompt that was not recorded.
pub(super) const NO_PROMPT: u32 = u32::MAX;

/// An attribute and one of its values, both numbered.
pub(super) type Attributed = (u32, u32);

/// Attributes and the values that occur, as numbers. Questions with the same values are of one class.
#[derive(Debug)]
pub(super) struct Attributes {
    names: Names,
    values: Vec<Names>,
    classes: Vec<Vec<Attributed>>,
    numbers: HashMap<Vec<Attributed>, u32, Fixed>,
    /// Labels that the settings name.
    labels: Vec<String>,
}

impl Attributes {
    /// Of the usual labels and these.
    pub(super) fn new(labels: &[String]) -> Self {
        Self {
            names: Names::default(),
            values: Vec::new(),
            classes: Vec::new(),
            numbers: HashMap::default(),
            labels: labels.to_vec(),
        }
    }

    /// The class of a trace's question.
    pub(super) fn class(&mut self, trace: &Trace) -> u32 {
        let mut class = Vec::new();
        let question = &trace.question;
        class.extend(trace.stratum.as_ref().and_then(|stratum| self.attributed("category", stratum)));
        class.extend(question.gold.as_ref().and_then(|gold| self.attributed("right answer", gold.trim())));
        class.extend(question.options.and_then(|options| self.attributed("options", &options.to_string())));
        for event in &trace.events {
            let Event::Label(label) = event else { continue };
            let usual = label.by == Labeller::Source && LABELS.contains(&label.name.as_str());
            if usual || self.labels.contains(&label.name) {
                class.extend(self.attributed(&label.name, label.value.as_text().trim()));
            }
        }
        // The first label of a name counts, in whatever order they stand.
        class.sort_by_key(|(attribute, _)| *attribute);
        class.dedup_by_key(|(attribute, _)| *attribute);
        if let Some(number) = self.numbers.get(&class) {
            return *number;
        }
        let number = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        self.classes.push(class.clone());
        self.numbers.insert(class, number);
        number
    }

    /// `None` where the attribute has too many values already, and for a value that is a text.
    fn attributed(&mut self, name: &str, value: &str) -> Option<Attributed> {
        if value.len() > LONGEST_VALUE {
            return None;
        }
        let attribute = self.names.number(name);
        if self.values.len() <= attribute as usize {
            self.values.resize_with(attribute as usize + 1, Names::default);
        }
        let values = self.values.get_mut(attribute as usize)?;
        if values.len() > MOST_VALUES {
            return None;
        }
        Some((attribute, values.number(value)))
    }

    /// The attributes of a class, but those with too many values.
    pub(super) fn of(&self, class: u32) -> impl Iterator<Item = Attributed> + '_ {
        let class = self.classes.get(class as usize).map_or(&[][..], Vec::as_slice);
        class.iter().copied().filter(|(attribute, _)| !self.has_too_many(*attribute))
    }

    fn has_too_many(&self, attribute: u32) -> bool {
        self.values.get(attribute as usize).is_some_and(|values| values.len() > MOST_VALUES)
    }

    /// The names of an attribute and of one of its values.
    pub(super) fn words(&self, (attribute, value): Attributed) -> (&str, &str) {
        (self.names.name(attribute), self.values.get(attribute as usize).map_or("", |values| values.name(value)))
    }

    /// Attributes that have too many values, by name.
    pub(super) fn too_many(&self) -> Vec<&str> {
        let all = 0..u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        all.filter(|attribute| self.has_too_many(*attribute)).map(|attribute| self.names.name(attribute)).collect()
    }
}

/// The words of what was asked: the texts of all messages of the first request.
pub(super) fn words(trace: &Trace) -> u32 {
    let asked = trace.events.iter().find_map(|event| match event {
        Event::Request(conversation) => Some(conversation),
        _ => None,
    });
    let Some(asked) = asked else { return NO_PROMPT };
    let texts = asked.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text { text } => Some(text.split_whitespace().count()),
        _ => None,
    });
    u32::try_from(texts.sum::<usize>()).unwrap_or(NO_PROMPT)
}

#[cfg(test)]
mod tests {
    use candor_trace::{Label, LabelValue};

    use super::*;

    #[test]
    fn classes_are_told_apart_and_an_attribute_of_every_question_is_none() {
        let mut attributes = Attributes::new(&["own".to_owned()]);
        let mut trace = Trace { stratum: Some("law".to_owned()), ..Trace::default() };
        let first = attributes.class(&trace);
        assert_eq!(attributes.class(&trace), first);
        trace.question.options = Some(4);
        let second = attributes.class(&trace);
        let words: Vec<(&str, &str)> = attributes.of(second).map(|value| attributes.words(value)).collect();
        assert_eq!(words, [("category", "law"), ("options", "4")]);
        assert_ne!(first, second);
        for at in 0..=MOST_VALUES {
            trace.question.gold = Some(at.to_string());
            attributes.class(&trace);
        }
        assert_eq!(attributes.too_many(), ["right answer"]);
        let label = |name: &str, value: &str, by: Labeller| {
            Event::Label(Label {
                name: name.to_owned(),
                value: LabelValue::Text(value.to_owned()),
                by,
                who: None,
                note: None,
            })
        };
        trace.events = vec![
            label("own", "x", Labeller::Judge),
            label("level", "about the reply", Labeller::Judge),
            label("domain", &"a text ".repeat(20), Labeller::Source),
            label("task", "sums", Labeller::Source),
        ];
        let last = attributes.class(&trace);
        let words: Vec<(&str, &str)> = attributes.of(last).map(|value| attributes.words(value)).collect();
        assert_eq!(words, [("category", "law"), ("options", "4"), ("own", "x"), ("task", "sums")]);
    }
}
