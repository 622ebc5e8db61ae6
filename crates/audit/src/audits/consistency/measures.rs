//! The claims about the chains of one group: how many do not hang together, by kind, and the association with being right. Not the tables.

use candor_stats::clusters::pooled::Pooled;
use candor_stats::{Asserted, Estimate, Finding, Flag, Flags, Level, Parameter, Size, Undefined};
use candor_verify::signal::consistency::{Kind, VERSION};

use super::rows::Read;
use crate::chains::{Named, Seated};
use crate::claims::{Claims, Stated, counted_as, named};
use crate::within::Within;

/// How findings are counted.
const COUNTED: &str = "what this version of the rules finds";

/// The name of a claim about a group.
pub(super) fn name(what: &str, group: &Named<'_, Read>, more: &[(&str, &str)]) -> String {
    let mut place: Vec<(&str, &str)> = group.place.clone();
    place.extend(more);
    named(&format!("consistency.{what}"), &place)
}

/// What a finding of a kind says, and out of what.
pub(super) fn says(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::OtherAnswer => {
            ("the last stated answer is not the one given", "chains whose stated answer can be compared")
        }
        Kind::RetractedAnswer => (
            "the answer is taken back, none stated after, and given all the same",
            "chains whose stated answer can be compared",
        ),
        Kind::Arithmetic => ("an equation of numbers does not hold", "chains with an equation that can be checked"),
        Kind::ConcludedNothing => ("these rules read no stated answer and no conclusion", "all chains"),
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

    /// Every claim of the group but the association.
    pub(super) fn make(&mut self) {
        let group = self.group;
        let any = Pooled::of(group.tallies(|row| Some((1, u32::from(row.inconsistent())))));
        // Where no chain states an answer that can be compared, nor an equation, that nothing was found says nothing.
        let is_read = group.rows.iter().any(|row| row.comparable() || row.equations > 0);
        let share = if is_read {
            any.share(self.claims.level)
        } else {
            Err(Undefined::no_data("chains with a stated answer, or an equation, that these rules can check"))
        };
        self.shared(name("any", group, &[]), "chains with at least one finding", share, &any);
        let samples = group.rows.len() as u64;
        let size = Size { units: group.tallies(|_| Some((1, 0))).len() as u64, samples };
        for (what, statement, is) in [
            (
                "comparable",
                "chains whose last stated answer can be compared with the one given",
                Read::comparable as fn(&Read) -> bool,
            ),
            (
                "quoted",
                "chains whose last stated answer is the option that the cue points to: it may be quoted, and is not compared",
                |row| row.quoted,
            ),
            ("unanswered", "chains without an answer to compare with", |row| !row.answered),
        ] {
            self.claims.count(
                name(what, group, &[]),
                format!("{statement}{}", self.of),
                count(group, is),
                size,
                counted_as(COUNTED),
            );
            self.claims.counts(|| group.each(is));
        }
        for kind in Kind::ALL {
            let more = [("kind", kind.as_str())];
            let (found, of) = says(kind);
            let tallies = group.tallies(|row| {
                let could = row.could_have(kind);
                Some((u32::from(could), u32::from(could && row.has(kind))))
            });
            let so_many = count(group, |row| row.has(kind));
            self.claims.count(
                name("count", group, &more),
                format!("chains in which {found}{}", self.of),
                so_many,
                size,
                counted_as(COUNTED),
            );
            self.claims.counts(|| group.each(|row| row.has(kind)));
            self.share(name("kind", group, &more), &format!("{found}, of {of}"), &Pooled::of(tallies));
        }
        let equations = Pooled::of(group.tallies(|row| {
            let wrong = row.of_kind(Kind::Arithmetic).min(row.equations);
            Some((u32::from(row.equations), u32::from(wrong)))
        }));
        self.share(
            name("equations", group, &[]),
            "equations that do not hold, of those that can be checked",
            &equations,
        );
    }

    fn share(&mut self, name: String, statement: &str, pooled: &Pooled) {
        let share = pooled.share(self.claims.level);
        self.shared(name, statement, share, pooled);
    }

    fn shared(&mut self, name: String, statement: &str, estimate: Result<Estimate, Undefined>, pooled: &Pooled) {
        let group = self.group;
        self.claims.make(Stated {
            name,
            statement: format!("share: {statement}{}", self.of),
            parameter: Parameter::SHARE,
            estimate: estimate.map(|share| share.over(|| group.questions())),
            flags: self.flags.clone().with(Flag::Interval, pooled.interval_finding()),
        });
    }

    /// One value per sample for the association.
    pub(super) fn within(&self) -> Within {
        Within::of(self.group.rows.iter().map(|row| (row.seat().unit, row.inconsistent(), row.seat().verdict)))
            .called(|unit| self.group.question(unit))
    }

    /// Replies with a finding against other replies to the same question.
    pub(super) fn association(&mut self, within: &Within, level: Level) {
        let group = self.group;
        let flags = group.flags().with(Flag::Measurement, unmeasured(group.judges()));
        let statement = |often: &str| {
            format!(
                "replies whose chain does not hang together are right {often} often than other replies to the same question (association \
                 only){}",
                self.of
            )
        };
        self.claims.assert(
            Stated {
                name: name("right_difference", group, &[]),
                statement: statement("less"),
                parameter: Parameter::DIFFERENCE,
                estimate: within.estimate(level),
                flags: flags.with(Flag::Interval, within.finding()),
            },
            Asserted::Worse,
            &statement("more"),
        );
    }
}

/// V4: how much the rules find and miss was not measured; and where no program decided what is right, that too.
fn unmeasured(judges: Option<String>) -> Finding {
    let because =
        format!("findings by rules, version {VERSION}, adjusted on the texts they were tried on; recall is not known");
    let raise = "chains of this model, labelled without the rules in view";
    match judges {
        None => Finding::fails(because, raise),
        Some(by) => Finding::fails(
            format!("{because}; a model or a person decided what is right ({by})"),
            format!("{raise}; a programmatic verifier"),
        ),
    }
}

fn count(group: &Named<'_, Read>, is: impl Fn(&Read) -> bool) -> u64 {
    group.rows.iter().filter(|row| is(row)).count() as u64
}
