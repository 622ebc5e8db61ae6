//! The shift of a scalar judgement under a change: a recorded score, or answers that are numbers. Paired where the base has the same questions, Welch
//! where there is one question, or where no question is the same.

use candor_stats::multiplicity::holm;
use candor_stats::paired::{Test, mean_difference, t_test};
use candor_stats::perturbation::Scalars;
use candor_stats::{Asserted, Estimate, Finding as Flagged, Flag, Level, Parameter, Size, Undefined};

use super::pairs::{Numbers, Pair};
use super::report::Draft;
use crate::claims::{Stated, at_level, lost, one_model, recorded};
use crate::places;
use crate::words::{chance, counted as so_many, p_value};
use crate::{Attrition, Cell, Error, Row};

/// One arm and its base as scalars.
struct Arms<'p> {
    pair: &'p Pair,
    compared: Compared,
    losses: [Attrition; 2],
    test: Result<Test, Undefined>,
}

/// How an arm is held against its base.
enum Compared {
    /// On the questions that both have: their differences, and the samples behind them.
    Paired { units: Vec<u32>, differences: Vec<f64>, samples: u64 },
    /// Draws of one question.
    Draws { before: Scalars, after: Scalars, units: u64 },
    /// Other questions in either.
    Apart { before: Scalars, after: Scalars, units: u64 },
}

impl Compared {
    fn of(base: &Numbers, arm: &Numbers) -> Result<Option<Self>, Error> {
        let (before, after) = (&base.questions, &arm.questions);
        let shared: Vec<(u32, &Vec<f64>, &Vec<f64>)> =
            before.iter().filter_map(|(unit, first)| Some((*unit, first, after.get(unit)?))).collect();
        if let ([(_, first, second)], 1, 1) = (shared.as_slice(), before.len(), after.len()) {
            // One question: its draws are the units.
            let apart = |values: &[f64]| Scalars::from_questions(values.iter().map(|value| [*value]));
            let units = first.len().min(second.len()) as u64;
            return Ok(Some(Self::Draws { before: apart(first)?, after: apart(second)?, units }));
        }
        if shared.is_empty() {
            let (first, second) = (Scalars::from_questions(before.values())?, Scalars::from_questions(after.values())?);
            let units = before.len().min(after.len()) as u64;
            return Ok((units > 0).then_some(Self::Apart { before: first, after: second, units }));
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        Ok(Some(Self::Paired {
            units: shared.iter().map(|(unit, ..)| *unit).collect(),
            differences: shared.iter().map(|(_, first, second)| mean(second) - mean(first)).collect(),
            samples: shared.iter().map(|(_, first, second)| (first.len() + second.len()) as u64).sum(),
        }))
    }

    fn test(&self) -> Result<Test, Undefined> {
        match self {
            Self::Paired { differences, .. } => t_test(differences),
            Self::Draws { before, after, .. } | Self::Apart { before, after, .. } => before.welch(after),
        }
    }

    fn shift(&self, level: Level) -> Result<Estimate, Undefined> {
        match self {
            Self::Paired { differences, samples, .. } => {
                let size = Size { units: differences.len() as u64, samples: *samples };
                mean_difference(differences, level).map(|shift| shift.resized(size))
            }
            Self::Draws { before, after, .. } | Self::Apart { before, after, .. } => before.shift(after, level),
        }
    }

    fn units(&self) -> u64 {
        match self {
            Self::Paired { differences, .. } => differences.len() as u64,
            Self::Draws { units, .. } | Self::Apart { units, .. } => *units,
        }
    }

    /// V1.
    fn interval(&self) -> Flagged {
        let units = self.units();
        let (there, fewest, what) = match self {
            Self::Paired { .. } => (so_many(units, "question"), 30, "30 questions"),
            Self::Draws { .. } => {
                (format!("{} in the smaller arm", so_many(units, "draw")), 10, "10 draws in each arm")
            }
            Self::Apart { .. } => {
                (format!("{} in the smaller arm", so_many(units, "question")), 30, "30 questions in each arm")
            }
        };
        if units >= fewest { Flagged::holds(there) } else { Flagged::fails(there, format!("at least {what}")) }
    }

    /// V6.
    fn design(&self) -> Flagged {
        match self {
            Self::Paired { .. } | Self::Draws { .. } => {
                Flagged::holds("the same model and questions, only the change differs")
            }
            Self::Apart { .. } => Flagged::fails(
                "no question stands in both arms: they may differ for another reason",
                "the same questions in both",
            ),
        }
    }

    fn test_name(&self) -> &'static str {
        match self {
            Self::Paired { .. } => "paired t",
            Self::Draws { .. } | Self::Apart { .. } => "Welch",
        }
    }
}

/// The claims about all arms that have scalars beside their base: one family.
pub(super) fn claims(draft: &mut Draft<'_>, pairs: &[Pair], counted: &str) -> Result<(), Error> {
    let mut arms = Vec::new();
    for pair in pairs {
        let [base, arm] = &pair.scalars;
        let Some(compared) = Compared::of(base, arm)? else { continue };
        // What has no partner says nothing of the change: it is lost to the comparison, and counted.
        let losses = match &compared {
            Compared::Paired { units, .. } => [base.losses_beyond(units), arm.losses_beyond(units)],
            Compared::Draws { .. } | Compared::Apart { .. } => [base.losses(), arm.losses()],
        };
        draft.attrition.extend(losses.clone());
        let test = compared.test();
        arms.push(Arms { pair, compared, losses, test });
    }
    let raw: Vec<f64> = arms.iter().map(|one| one.test.as_ref().map_or(1.0, |test| test.p)).collect();
    let each = draft.settings.level.bonferroni(arms.len());
    for (one, adjusted) in arms.iter().zip(holm(&raw)?) {
        shift(draft, one, adjusted, each, counted);
    }
    Ok(())
}

fn shift(draft: &mut Draft<'_>, arms: &Arms<'_>, adjusted: f64, each: Level, counted: &str) {
    let pair = arms.pair;
    let under = pair.under();
    let name = pair.name("shift");
    let minimum = draft.settings.perturbation.minimum_shift;
    let p = arms.test.as_ref().ok().map(|_| adjusted);
    let test = p.map_or_else(String::new, |p| format!(" ({} {}, Holm)", arms.compared.test_name(), p_value(p)));
    if let Compared::Paired { units, .. } = &arms.compared {
        draft.about(units);
    } else {
        draft.claims.about_others();
    }
    let flags = recorded()
        .with(Flag::Design, arms.compared.design())
        .holds(Flag::Measurement, "the number as it was recorded; nothing is said of what it measures")
        .with(Flag::Attrition, lost(&arms.losses))
        .with(Flag::Interval, arms.compared.interval());
    let stated = Stated {
        name: name.clone(),
        statement: match minimum {
            Some(minimum) => format!("the mean of {counted} stays within {minimum}{test}: {under}"),
            None => format!("the mean of {counted} rises{test}: {under}"),
        },
        parameter: Parameter::NUMBER,
        estimate: at_level(arms.compared.shift(each), draft.settings.level),
        flags: one_model(flags, places::model(&pair.place)),
    };
    match minimum {
        Some(margin) => draft.claims.assert(
            stated,
            Asserted::NoDifference { margin },
            &format!("the mean of {counted} moves by more than {margin}{test}: {under}"),
        ),
        None => {
            draft.claims.assert(stated, Asserted::Better, &format!("the mean of {counted} falls{test}: {under}"));
        }
    }
    draft.tables.scalars.push(Row {
        cells: vec![
            Cell::text(draft.label(&pair.place)),
            Cell::text(pair.arm.clone()),
            Cell::Count(arms.compared.units()),
            Cell::claim(name.clone()),
            p.map_or_else(|| Cell::Absent("not tested".to_owned()), |p| Cell::text(chance(p))),
            Cell::mark(name.clone()),
        ],
        remark: None,
    });
    let moved = |estimate: &Estimate| {
        let beyond = minimum.unwrap_or(0.0);
        estimate.interval().is_ok_and(|interval| interval.low() > beyond || interval.high() < -beyond)
    };
    if draft.claims.find(&name).is_some_and(|claim| claim.estimate().is_ok_and(moved)) {
        let who = draft.who(&pair.place);
        let sentence = format!("{who}: the mean of {counted} moves under {}", pair.arm.escape_debug());
        // A scalar has no points: it stands behind every finding that has.
        draft.find(&name, sentence, |_| 1.0, None);
    }
}
