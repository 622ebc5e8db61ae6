//! The claims about the chains of one group: rates, classes, positions, late bursts, what became of the candidate answer. Not the tables.

use candor_stats::clusters::pooled::Pooled;
use candor_stats::ratio::fieller::Means;
use candor_stats::{Asserted, Clusters, Estimate, Finding, Flag, Flags, Level, Method, Parameter, Size, Undefined};
use candor_verify::signal::backtrack::{Class, VERSION};

use super::bursts;
use super::rows::Read;
use crate::chains::{Named, Seated};
use crate::claims::{Claims, Stated, counted_as, named};
use crate::within::Within;

/// How places are counted.
const COUNTED: &str = "places that this version of the detector counts";

/// The thirds of a chain.
pub(super) const THIRDS: [&str; 3] = ["first", "middle", "last"];

/// What lengths of chains are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LengthIn {
    /// Recorded reasoning tokens: every chain has them.
    Tokens,
    /// Words set apart by white space.
    Words,
}

impl LengthIn {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Words => "words",
        }
    }
}

/// The name of a claim about a group.
pub(super) fn name(what: &str, group: &Named<'_, Read>, more: &[(&str, &str)]) -> String {
    let mut place: Vec<(&str, &str)> = group.place.clone();
    place.extend(more);
    named(&format!("backtracking.{what}"), &place)
}

/// What a class is called in the name of a claim.
pub(super) fn key(class: Class) -> &'static str {
    match class {
        Class::ConfirmingCheck => "confirming_check",
        Class::Retraction => "retraction",
        Class::ReDerivation => "re_derivation",
        Class::AlternativeAttempt => "alternative_attempt",
    }
}

/// One group's claims in the making.
pub(super) struct Measures<'a> {
    group: &'a Named<'a, Read>,
    claims: &'a mut Claims,
    flags: Flags,
    of: String,
}

impl<'a> Measures<'a> {
    pub(super) fn new(group: &'a Named<'a, Read>, claims: &'a mut Claims) -> Self {
        let flags = group.flags().with(Flag::Measurement, unmeasured(None));
        Self { group, claims, flags, of: group.of() }
    }

    /// What the lengths of these chains are counted in.
    pub(super) fn length_in(&self) -> LengthIn {
        let all = !self.group.rows.is_empty() && self.group.rows.iter().all(|row| row.tokens > 0);
        if all { LengthIn::Tokens } else { LengthIn::Words }
    }

    /// Every claim of the group but the association; the within-question one holds at a level of its own.
    pub(super) fn make(&mut self) {
        self.counts();
        self.rates();
        self.positions();
        self.bursts();
        self.changes();
    }

    fn size(&self) -> Size {
        let samples = self.group.rows.len() as u64;
        Size { units: self.group.tallies(|_| Some((1, 0))).len() as u64, samples }
    }

    fn counts(&mut self) {
        let (group, size) = (self.group, self.size());
        let sum = |of: &dyn Fn(&Read) -> u64| group.rows.iter().map(|row| of(row)).sum::<u64>();
        for (what, statement, of) in [
            ("places", "places that count as backtracking", (|row| u32::from(row.counted())) as fn(&Read) -> u32),
            ("with", "chains with at least one such place", |row| u32::from(row.backtracks())),
        ] {
            let statement = format!("{statement}{}", self.of);
            let count = sum(&|row| u64::from(of(row)));
            self.claims.count(name(what, group, &[]), statement, count, size, counted_as(COUNTED));
            self.claims.counts(|| group.each(of));
        }
        for class in Class::ALL {
            let count = sum(&|row| u64::from(row.of_class(class)));
            let name = name("count", group, &[("class", key(class))]);
            self.claims.count(name, format!("places of class {class}{}", self.of), count, size, counted_as(COUNTED));
            self.claims.counts(|| group.each(|row| row.of_class(class)));
        }
    }

    fn rates(&mut self) {
        let group = self.group;
        let length = self.length_in();
        self.rate(name("rate", group, &[]), "places that count as backtracking", length, &|row| row.counted());
        for class in Class::ALL {
            let name = name("rate", group, &[("class", key(class))]);
            self.rate(name, &format!("places of class {class}"), length, &|row| row.of_class(class));
        }
        let with = Pooled::of(group.tallies(|row| Some((1, u32::from(row.backtracks())))));
        self.share(name("share", group, &[]), "chains with at least one place that counts as backtracking", &with);
    }

    /// Places per 1,000 of length: a ratio of sums, the question as its unit.
    fn rate(&mut self, name: String, what: &str, length: LengthIn, places: &dyn Fn(&Read) -> u16) {
        let over = self.group.sums(|row| match length {
            LengthIn::Tokens => f64::from(row.tokens),
            LengthIn::Words => f64::from(row.words),
        });
        let found = self.group.sums(|row| 1000.0 * f64::from(places(row)));
        let carriers = found.iter().filter(|found| **found > 0.0).count() as u64;
        let estimate = ratio(&found, &over, self.group.rows.len() as u64, f64::INFINITY, self.claims.level)
            .map(|estimate| estimate.over(|| self.group.questions()));
        let fallback = match length {
            LengthIn::Tokens => "recorded reasoning tokens",
            LengthIn::Words => "words (reasoning tokens were not recorded with every chain)",
        };
        let flags = self.flags.clone().with(Flag::Interval, enough(found.len() as u64, carriers));
        self.claims.make(Stated {
            name,
            statement: format!("{what}, per 1,000 {fallback}{}", self.of),
            parameter: Parameter { low: 0.0, ..Parameter::NUMBER },
            estimate,
            flags,
        });
    }

    fn share(&mut self, name: String, what: &str, pooled: &Pooled) {
        self.claims.make(Stated {
            name,
            statement: format!("share: {what}{}", self.of),
            parameter: Parameter::SHARE,
            estimate: pooled.share(self.claims.level).map(|share| share.over(|| self.group.questions())),
            flags: self.flags.clone().with(Flag::Interval, pooled.interval_finding()),
        });
    }

    fn positions(&mut self) {
        let group = self.group;
        let counts = group.sums(|row| f64::from(row.counted()));
        let sums = group.sums(|row| f64::from(row.shares));
        let places = counts.iter().sum::<f64>() as u64;
        let carriers = counts.iter().filter(|count| **count > 0.0).count() as u64;
        let estimate =
            ratio(&sums, &counts, places, 1.0, self.claims.level).map(|estimate| estimate.over(|| group.questions()));
        self.claims.make(Stated {
            name: name("position", group, &[]),
            statement: format!("mean position of the places in their chains, 0 the beginning and 1 the end{}", self.of),
            parameter: Parameter { low: 0.0, high: 1.0, ..Parameter::NUMBER },
            estimate,
            flags: self.flags.clone().with(Flag::Interval, enough(carriers, carriers)),
        });
        for (at, third) in THIRDS.iter().enumerate() {
            let of = |row: &Read| row.thirds.get(at).copied().unwrap_or(0);
            let pooled = Pooled::of(group.tallies(|row| Some((u32::from(row.counted()), u32::from(of(row))))));
            self.share(
                name("third", group, &[("third", third)]),
                &format!("places that stand in the {third} third of their chain"),
                &pooled,
            );
        }
    }

    fn bursts(&mut self) {
        let group = self.group;
        let burst = |row: &Read| bursts::burst(row.counted(), row.late);
        let pooled = Pooled::of(group.tallies(|row| Some((1, u32::from(burst(row))))));
        self.share(
            name("late_burst", group, &[]),
            "chains with at least 3 places in their last fifth, which are at least half of all their places",
            &pooled,
        );
        let excess = group.sums(|row| f64::from(u8::from(burst(row))) - bursts::by_chance(row.counted()));
        let samples = group.tallies(|_| Some((1, 0)));
        let means: Vec<[f64; 1]> =
            excess.iter().zip(&samples).map(|(sum, tally)| [sum / f64::from(tally.samples.max(1))]).collect();
        let clusters = Clusters::from_bounded(means, -1.0, 1.0);
        let bursting =
            group.sums(|row| f64::from(u8::from(burst(row)))).into_iter().filter(|n| *n > 0.0).count() as u64;
        let estimate = match clusters {
            Ok(_) if bursting == 0 => Err(Undefined::no_data("late bursts")),
            Ok(clusters) => {
                let mean = clusters.bounded_mean(-1.0, 1.0, self.claims.level);
                mean.map(|mean| mean.over(|| group.questions()))
            }
            Err(why) => Err(Undefined::not_applicable("late bursts beyond chance", why.to_string())),
        };
        self.claims.assert(
            Stated {
                name: name("late_burst_excess", group, &[]),
                statement: format!(
                    "late bursts are more frequent than if every place stood anywhere in its chain by chance{}",
                    self.of
                ),
                parameter: Parameter::DIFFERENCE,
                estimate,
                flags: self.flags.clone().with(Flag::Interval, enough(excess.len() as u64, bursting)),
            },
            Asserted::Better,
            "",
        );
    }

    fn changes(&mut self) {
        let group = self.group;
        for (what, statement, of, yes) in [
            (
                "changed",
                "places across which the stated answer changes, of those with comparable answers stated before and after",
                (|row| row.stated) as fn(&Read) -> u16,
                (|row| row.changed) as fn(&Read) -> u16,
            ),
            (
                "righted",
                "places across which the stated answer turns from wrong to right, of those where both are comparable with the right one",
                |row| row.judged,
                |row| row.righted,
            ),
            (
                "wronged",
                "places across which the stated answer turns from right to wrong, of those where both are comparable with the right one",
                |row| row.judged,
                |row| row.wronged,
            ),
        ] {
            let pooled = Pooled::of(group.tallies(|row| Some((u32::from(of(row)), u32::from(yes(row))))));
            self.share(name(what, group, &[]), statement, &pooled);
        }
    }

    /// Samples that go back on themselves against the other samples of the same question.
    pub(super) fn association(&mut self, within: &Within, level: Level) {
        let group = self.group;
        let flags = group.flags().with(Flag::Measurement, unmeasured(group.judges()));
        self.claims.assert(
            Stated {
                name: name("right_difference", group, &[]),
                statement: format!(
                    "samples that go back on themselves are right more often than the other samples of the same question (association \
                     only){}",
                    self.of
                ),
                parameter: Parameter::DIFFERENCE,
                estimate: within.estimate(level),
                flags: flags.with(Flag::Interval, within.finding()),
            },
            Asserted::Better,
            &format!(
                "samples that go back on themselves are right less often than the other samples of the same question (association only){}",
                self.of
            ),
        );
    }

    /// One value per sample for the association.
    pub(super) fn within(&self) -> Within {
        Within::of(self.group.rows.iter().map(|row| (row.seat().unit, row.backtracks(), row.seat().verdict)))
            .called(|unit| self.group.question(unit))
    }
}

/// V4: nobody labelled sections of this model's chains; and where no program decided what is right, that too.
fn unmeasured(judges: Option<String>) -> Finding {
    let because = format!(
        "places by detector version {VERSION}: of its places on labelled sections of one model, cross-validated, 42 % were labelled \
         backtracking"
    );
    let raise = "labelled sections of this model's chains";
    match judges {
        None => Finding::fails(because, raise),
        Some(by) => Finding::fails(
            format!("{because}; a model or a person decided what is right ({by})"),
            format!("{raise}; a programmatic verifier"),
        ),
    }
}

/// A ratio of sums from 0 to `most` with Fieller's interval; no interval where nothing was found, since sums of nothing have no spread.
fn ratio(above: &[f64], below: &[f64], samples: u64, most: f64, level: Level) -> Result<Estimate, Undefined> {
    if below.iter().sum::<f64>() <= 0.0 {
        return Err(Undefined::no_data("places or lengths to divide by"));
    }
    let means = Means::of(above, below).map_err(|why| Undefined::not_applicable("ratio of sums", why.to_string()))?;
    let found = above.iter().any(|value| *value > 0.0);
    let interval = if found {
        means.interval(level).map(|interval| interval.clipped(0.0, most))
    } else {
        Err(Undefined::NoVariation { what: "questions: nothing was found in any".into() })
    };
    let size = Size { units: means.questions as u64, samples };
    let estimate = Estimate::new(means.ratio()?, interval, size, Method::named("ratio of sums, Fieller, t(G-1)"))?;
    Ok(estimate.derived(|| Means::derivation(above, below, level).told("least", 0.0).told("most", most)))
}

/// V1 of a ratio: 30 questions, 10 of them with something found.
fn enough(questions: u64, carriers: u64) -> Finding {
    let there = format!("{questions} questions, {carriers} of them with such places");
    if questions >= 30 && carriers >= 10 {
        Finding::holds(there)
    } else {
        Finding::fails(there, "at least 30 questions, 10 of them with such places")
    }
}
