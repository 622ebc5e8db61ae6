//! What an estimate was computed from: the estimator, what it was told, and one value per item. For whoever wants to compute it again with other
//! software; nothing in candor computes from it.
//!
//! Kept only inside [`kept`]: elsewhere an estimate carries nothing, and estimators copy nothing. Not part of an estimate's value: two estimates that
//! differ in it alone are equal, and it is not serialised.

use std::cell::Cell;
use std::sync::Arc;

use crate::interval::Level;

/// What an estimator that was given nothing but counts lacks.
pub const COUNTS: &str = "made of counts whose items were not named";

/// Values of one column, one per item.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Counts and codes.
    Whole(Vec<i64>),
    /// Numbers that need not be whole.
    Real(Vec<f64>),
    /// Words, such as digests of questions.
    Text(Vec<String>),
}

impl Column {
    /// A column of counts.
    pub fn counts<T: Into<i64>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Whole(values.into_iter().map(Into::into).collect())
    }

    /// A column of counts that may be large.
    pub fn large(values: impl IntoIterator<Item = u64>) -> Self {
        Self::Whole(values.into_iter().map(|value| i64::try_from(value).unwrap_or(i64::MAX)).collect())
    }

    /// A column of yes (1) and no (0).
    pub fn flags(values: impl IntoIterator<Item = bool>) -> Self {
        Self::Whole(values.into_iter().map(i64::from).collect())
    }

    /// A column of numbers.
    pub fn reals(values: impl IntoIterator<Item = f64>) -> Self {
        Self::Real(values.into_iter().collect())
    }

    /// How many values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What an estimator was told beside the data.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// A word.
    Word(String),
}

/// An estimator, what it was told and what it was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// The estimator's name.
    pub by: &'static str,
    /// What it was told, by name.
    pub told: Vec<(&'static str, Told)>,
    /// The columns it was given; alike in length unless the estimator says otherwise.
    pub of: Vec<Column>,
    /// Estimates it was given.
    pub parts: Vec<Derivation>,
    /// Who the items are, where the caller said so; as long as the columns.
    pub items: Option<Column>,
    /// Why the columns do not hold everything; such an estimate cannot be computed from here.
    pub lacks: Option<&'static str>,
}

impl Derivation {
    /// An estimator without anything yet.
    #[must_use]
    pub fn by(by: &'static str) -> Self {
        Self { by, told: Vec::new(), of: Vec::new(), parts: Vec::new(), items: None, lacks: None }
    }

    /// The sum over items of the product of the columns: how many items have all of the properties.
    #[must_use]
    pub fn sum(of: impl IntoIterator<Item = Column>) -> Self {
        Self { of: of.into_iter().collect(), ..Self::by("sum") }
    }

    /// With a confidence level.
    #[must_use]
    pub fn level(self, level: Level) -> Self {
        self.told("level", level.get())
    }

    /// With another number that it was told.
    #[must_use]
    pub fn told(mut self, name: &'static str, value: f64) -> Self {
        self.told.push((name, Told::Real(value)));
        self
    }

    /// With a whole number that it was told.
    #[must_use]
    pub fn counted(mut self, name: &'static str, value: u64) -> Self {
        self.told.push((name, Told::Whole(i64::try_from(value).unwrap_or(i64::MAX))));
        self
    }

    /// With a word that it was told.
    #[must_use]
    pub fn word(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.told.push((name, Told::Word(value.into())));
        self
    }

    /// With another column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.of.push(column);
        self
    }

    /// With an estimate that it was given; nothing where that carries none.
    #[must_use]
    pub fn part(mut self, part: Option<&Self>) -> Self {
        match part {
            Some(part) => self.parts.push(part.clone()),
            None => self.lacks = Some("a part of it carries no data"),
        }
        self
    }

    /// Where the data does not suffice, and why.
    #[must_use]
    pub fn lacking(mut self, why: &'static str) -> Self {
        self.lacks = Some(why);
        self
    }

    /// Puts columns, and who their items are, in the place of counts; in the first part that stands on counts, where it is made of parts.
    #[must_use]
    pub fn counted_over(mut self, items: Option<Column>, of: Vec<Column>) -> Self {
        if self.lacks == Some(COUNTS) {
            return Self { items, of, lacks: None, ..self };
        }
        if let Some(part) = self.parts.iter_mut().find(|part| part.lacks == Some(COUNTS)) {
            *part = part.clone().counted_over(items, of);
        }
        self
    }

    /// Names items that are known by their numbers, here and in every part.
    #[must_use]
    pub fn called(mut self, name: &dyn Fn(i64) -> String) -> Self {
        if let Some(Column::Whole(numbers)) = &self.items {
            self.items = Some(Column::Text(numbers.iter().map(|number| name(*number)).collect()));
        }
        self.parts = self.parts.into_iter().map(|part| part.called(name)).collect();
        self
    }

    /// Says who the items are, here and in every part with as many. Others keep what was said before.
    #[must_use]
    pub fn over(mut self, items: &Column) -> Self {
        if self.items.is_none() && self.of.first().is_some_and(|column| column.len() == items.len()) {
            self.items = Some(items.clone());
        }
        self.parts = self.parts.into_iter().map(|part| part.over(items)).collect();
        self
    }
}

thread_local! {
    static KEPT: Cell<bool> = const { Cell::new(false) };
}

/// Puts back what was there before, also where `work` panics.
struct Before(bool);

impl Drop for Before {
    fn drop(&mut self) {
        KEPT.set(self.0);
    }
}

/// Runs `work`; estimates that it makes on this thread carry what they were computed from where `keep` says so. Their numbers are the same either way.
pub fn kept<T>(keep: bool, work: impl FnOnce() -> T) -> T {
    let _before = Before(KEPT.replace(keep));
    work()
}

/// Whether derivations are kept on this thread now.
#[must_use]
pub fn is_kept() -> bool {
    KEPT.get()
}

/// What an estimate carries; it has no part in comparisons.
#[derive(Clone, Default)]
pub(crate) struct Trail(Option<Arc<Derivation>>);

impl PartialEq for Trail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Trail {
    pub(crate) fn when_kept(derivation: impl FnOnce() -> Derivation) -> Self {
        Self(is_kept().then(|| Arc::new(derivation())))
    }

    pub(crate) fn get(&self) -> Option<&Derivation> {
        self.0.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clusters, Proportion, Tally};

    #[test]
    fn estimates_carry_their_data_where_it_is_kept_and_are_the_same_where_not() {
        let tallies = || Clusters::from_tallies((0..30).map(|at| Tally { samples: 4, correct: at % 5 }));
        let plain = tallies().unwrap().proportion(Level::P95).unwrap();
        let kept_one = kept(true, || tallies().unwrap().proportion(Level::P95).unwrap());
        assert!(plain.derivation().is_none() && !is_kept());
        assert_eq!(plain, kept_one);
        let derivation = kept_one.derivation().unwrap();
        assert_eq!((derivation.by, derivation.of.len(), derivation.of[0].len()), ("clusters", 2, 30));
        assert_eq!(format!("{plain:?}"), format!("{kept_one:?}"));
    }

    #[test]
    fn items_are_named_where_they_are_as_many_and_only_once() {
        let share = kept(true, || Proportion::new(1, 2).unwrap().wilson(Level::P95).unwrap());
        assert!(share.derivation().unwrap().lacks.is_some());
        let share = kept(true, || share.counted_over(|| (Column::counts([1, 2]), vec![Column::flags([true, false])])));
        let other = kept(true, || share.clone().over(|| Column::counts([8, 9])));
        assert_eq!(share.derivation().unwrap().lacks, None);
        assert_eq!(other.derivation().unwrap().items, Some(Column::counts([1, 2])));
    }

    #[test]
    fn what_was_kept_before_is_kept_again_after_a_panic() {
        kept(true, || {
            let _ = std::panic::catch_unwind(|| kept(false, || panic!("planted")));
            assert!(is_kept());
        });
        assert!(!is_kept());
    }
}
