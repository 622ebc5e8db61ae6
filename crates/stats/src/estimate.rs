//! A number that never travels alone: value, interval, size and method.
//!
//! Not a claim: an estimate asserts nothing and bears no mark (see [`crate::claim`]).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::derivation::{Column, Derivation, Trail};
use crate::interval::Interval;
use crate::serialised::outcome;
use crate::undefined::Undefined;

/// How many observations stand behind an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Independent units: questions, tasks, conversations. What the interval's width depends on.
    pub units: u64,
    /// Observations in all, at least as many as the units unless a unit has none.
    pub samples: u64,
}

impl Size {
    /// `units` independent units with `samples` observations in all.
    #[must_use]
    pub fn new(units: usize, samples: usize) -> Self {
        Self { units: units as u64, samples: samples as u64 }
    }

    /// Every unit observed once.
    #[must_use]
    pub fn single(units: u64) -> Self {
        Self { units, samples: units }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.units == self.samples {
            write!(f, "n = {}", self.units)
        } else {
            write!(f, "n = {} ({} samples)", self.units, self.samples)
        }
    }
}

/// The name of the method that made an interval or a value, such as "Wilson at n_eff, t(G-1)".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Method(Cow<'static, str>);

impl Method {
    /// A method by its fixed name.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A method whose name carries a setting, such as the number of resamples.
    #[must_use]
    pub fn described(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value with its interval (or the reason why there is none), its size and the method that made it.
///
/// The value is finite. A value may exist without an interval: one question alone, or a published number whose n
/// nobody stated.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    value: f64,
    #[serde(with = "outcome")]
    interval: Result<Interval, Undefined>,
    size: Option<Size>,
    method: Method,
    #[serde(skip)]
    trail: Trail,
}

impl fmt::Debug for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, interval, size, method, trail: _ } = self;
        let mut shown = f.debug_struct("Estimate");
        shown.field("value", value).field("interval", interval).field("size", size).field("method", method).finish()
    }
}

impl Estimate {
    /// An estimate from its parts.
    ///
    /// # Errors
    /// [`Undefined::NotConverged`] when `value` is not finite: no number is printed then.
    pub fn new(
        value: f64,
        interval: Result<Interval, Undefined>,
        size: Size,
        method: Method,
    ) -> Result<Self, Undefined> {
        if value.is_finite() {
            Ok(Self { value, interval, size: Some(size), method, trail: Trail::default() })
        } else {
            Err(Undefined::NotConverged { what: method.0 })
        }
    }

    /// A number somebody else published without stating n: it has no interval.
    ///
    /// # Errors
    /// [`Undefined::NotPublished`] when `value` is not finite.
    pub fn published(value: f64) -> Result<Self, Undefined> {
        if value.is_finite() {
            let interval = Err(Undefined::NotPublished { what: Cow::Borrowed("n") });
            Ok(Self { value, interval, size: None, method: Method::named("as published"), trail: Trail::default() })
        } else {
            Err(Undefined::NotPublished { what: Cow::Borrowed("value") })
        }
    }

    /// The point estimate; always finite.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The interval, or why there is none.
    ///
    /// # Errors
    /// The reason why no interval exists.
    pub fn interval(&self) -> Result<&Interval, &Undefined> {
        self.interval.as_ref()
    }

    /// Units and samples; `None` only for published numbers whose n nobody stated.
    #[must_use]
    pub fn size(&self) -> Option<Size> {
        self.size
    }

    /// The method that made the value and the interval.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The same estimate with the size that stands behind it, where the method saw only one value per unit.
    #[must_use]
    pub fn resized(self, size: Size) -> Self {
        Self { size: Some(size), ..self }
    }

    /// The same estimate with another interval.
    #[must_use]
    pub fn bounded(self, interval: Result<Interval, Undefined>) -> Self {
        Self { interval, ..self }
    }

    /// What it was computed from, where that is kept ([`crate::derivation`]).
    #[must_use]
    pub fn derivation(&self) -> Option<&Derivation> {
        self.trail.get()
    }

    /// The same estimate with what another one was computed from.
    #[must_use]
    pub fn carrying(self, other: &Self) -> Self {
        Self { trail: other.trail.clone(), ..self }
    }

    /// The same estimate with what it was computed from; asked for only where that is kept.
    #[must_use]
    pub fn derived(self, derivation: impl FnOnce() -> Derivation) -> Self {
        Self { trail: Trail::when_kept(derivation), ..self }
    }

    /// The same estimate with what it was computed from, made of what it carries; nothing where it carries nothing.
    #[must_use]
    pub fn rederived(self, change: impl FnOnce(Derivation) -> Derivation) -> Self {
        match self.trail.get() {
            Some(derivation) => {
                let derivation = derivation.clone();
                Self { trail: Trail::when_kept(|| change(derivation)), ..self }
            }
            None => self,
        }
    }

    /// Says who the items are that it was computed from, one per value of its columns.
    #[must_use]
    pub fn over(self, items: impl FnOnce() -> Column) -> Self {
        self.rederived(|derivation| derivation.over(&items()))
    }

    /// Names the items that it was computed from where only their numbers are known.
    #[must_use]
    pub fn called(self, name: impl Fn(i64) -> String) -> Self {
        self.rederived(|derivation| derivation.called(&name))
    }

    /// Says which items stand behind an estimate that was made of counts alone: who they are, and the columns that add up to the counts.
    #[must_use]
    pub fn counted_over(self, columns: impl FnOnce() -> (Column, Vec<Column>)) -> Self {
        self.rederived(|derivation| {
            let (items, of) = columns();
            derivation.counted_over(Some(items), of)
        })
    }

    /// The estimate of `f(theta)` for a monotone `f`: value and ends transformed, so that coverage is kept.
    ///
    /// # Errors
    /// [`Undefined::NotConverged`] when `f` is not finite at the value.
    pub fn map(&self, f: impl Fn(f64) -> f64, method: Method) -> Result<Self, Undefined> {
        let value = f(self.value);
        if !value.is_finite() {
            return Err(Undefined::NotConverged { what: method.0 });
        }
        // What `f` is only the caller knows, who says so.
        let trail = Trail::default();
        let interval = match &self.interval {
            Ok(interval) => interval.map(f).map_err(|_| Undefined::Unbounded { what: method.0.clone() }),
            Err(why) => Err(why.clone()),
        };
        Ok(Self { value, interval, size: self.size, method, trail })
    }
}
