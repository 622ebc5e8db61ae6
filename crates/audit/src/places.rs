//! Subjects that differ in one thing only, gathered by what they share: one model at several efforts, or in several arms. No statistics here.

use std::collections::BTreeMap;

use candor_trace::arm;

use crate::rows::Rows;

/// What was recorded of a group: model, effort, arm, kind of cue, as far as it was.
pub(crate) type Place = Vec<(&'static str, String)>;

/// The thing in which subjects may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Effort,
    Arm,
}

/// Every place with its settings of that part, and where their rows stand in [`Rows::subjects`]; in one order whatever the order of the traces.
pub(crate) fn by_place<K>(rows: &Rows<K>, part: Part) -> BTreeMap<Place, Vec<(String, usize)>> {
    let mut places: BTreeMap<Place, Vec<(String, usize)>> = BTreeMap::new();
    for (at, (subject, _)) in rows.subjects.iter().enumerate() {
        let (setting, other) = match part {
            Part::Effort => (subject.effort, ("arm", subject.arm)),
            Part::Arm => (subject.arm, ("effort", subject.effort)),
        };
        let place = [("model", subject.model), other, ("cue", subject.cue)]
            .into_iter()
            .map(|(name, word)| (name, rows.words.name(word).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        places.entry(place).or_default().push((rows.words.name(setting).to_owned(), at));
    }
    places
}

/// The model of a place; empty where none was recorded.
pub(crate) fn model(place: &Place) -> &str {
    place.iter().find(|(name, _)| *name == "model").map_or("", |(_, model)| model)
}

/// Whether a place is one in which a cue was shown: its arm, or a cue without any arm.
pub(crate) fn is_cued<V: AsRef<str>>(place: &[(&str, V)]) -> bool {
    let part = |wanted: &str| place.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_ref());
    part("arm").map_or(part("cue").is_some(), |name| name == arm::CUED)
}

/// How tables call a place: its model, and what else was recorded of it.
pub(crate) fn label(place: &Place) -> String {
    place.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" · ")
}

/// The label as the end of a statement: ` · gpt-x`, or nothing.
pub(crate) fn of(place: &Place) -> String {
    let label = label(place);
    if label.is_empty() { label } else { format!(" · {label}") }
}

/// The name of a claim about a place.
pub(crate) fn named(what: &str, place: &Place, more: &[(&str, &str)]) -> String {
    let mut all: Vec<(&str, &str)> = place.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend(more);
    crate::claims::named(what, &all)
}

/// How a title calls the models of several places.
pub(crate) fn models<'p>(places: impl IntoIterator<Item = &'p Place>) -> String {
    let mut names: Vec<&str> = places.into_iter().map(model).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [""] => "one model".to_owned(),
        [one] => (*one).to_owned(),
        many => crate::words::counted(many.len() as u64, "model"),
    }
}
