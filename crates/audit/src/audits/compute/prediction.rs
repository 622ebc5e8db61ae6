//! One row beyond the samples, from the fit that fared worse on what it did not see. The fits themselves stand in the statistics.

use candor_stats::curve::power_law::{PowerLaw, Prediction};
use candor_stats::curve::{beta_binomial, power_law};
use candor_stats::derivation::Derivation;
use candor_stats::{Asserted, Clusters, Estimate, Finding, Method, Origin, Parameter, Size, Undefined};

use super::book::Book;
use super::curve::{Reading, values};
use super::questions::Questions;
use super::settings::Aggregate;

/// At most so many settings carry a fit to majority votes: each costs an exact programme per question.
const MOST_SETTINGS: u32 = 24;

/// Writes down the fit and the predicted row at twice the longest curve; its paths and the claim's name.
pub(super) fn claim(book: &mut Book<'_>, questions: &Questions, aggregate: Aggregate) -> Option<(u32, String)> {
    let settings = book.settings();
    let longest = questions.longest;
    if longest < 4 {
        return None;
    }
    let paths = settings_of_fit(longest, aggregate);
    let matrix = values(questions, &paths, Reading::By(aggregate)).ok()?;
    let last = Clusters::from_values(matrix.column(paths.len() - 1).map(|value| [value.clamp(0.0, 1.0)])).ok()?;
    let means: Vec<f64> =
        (0..paths.len()).map(|at| matrix.column(at).sum::<f64>() / matrix.rows().max(1) as f64).collect();
    let law = PowerLaw::fit(paths.iter().copied().zip(means));
    coefficients(book, &law, questions, &|| power_law::derivation(&matrix, &paths, settings.level));
    if !settings.compute.predict {
        return None;
    }
    let k = longest.saturating_mul(2);
    let by_law = power_law::predict(&matrix, &paths, k, settings.level, settings.resamples, settings.seed);
    let prediction = if aggregate == Aggregate::Any {
        let counts: Vec<(u32, u32)> = questions.asked.iter().map(|asked| (asked.count(), asked.right)).collect();
        let by_spread = beta_binomial::predict(&counts, k, settings.level, settings.resamples, settings.seed);
        worse(by_law, by_spread)
    } else {
        by_law
    };
    let held_out = prediction.held_out_error;
    let key = book.key(&[("paths", k.to_string())]);
    let said = held_out.map_or_else(
        || "error on held-out rows unknown".to_owned(),
        |error| format!("error on held-out rows {:.1} points", 100.0 * error),
    );
    let name = book.claim_with(
        &format!("prediction[{key}]"),
        format!("accuracy with {k} paths, by a fit ({said})"),
        String::new(),
        Parameter::SHARE,
        prediction.estimate,
        Asserted::OWN_INTERVAL,
        (
            Origin::Fit { held_out_error: held_out, reach: f64::from(k) / f64::from(longest) },
            // Refits see no questions but these: where few of them carry the rarer outcome, the ends are as narrow as those few.
            last.interval_finding(),
        ),
    );
    Some((k, name))
}

/// All settings for coverage, as published fits take them; a spread of settings for votes.
fn settings_of_fit(longest: u32, aggregate: Aggregate) -> Vec<u32> {
    if aggregate == Aggregate::Any || longest <= MOST_SETTINGS {
        return (1..=longest).collect();
    }
    let steps = f64::from(MOST_SETTINGS - 1);
    let mut paths: Vec<u32> =
        (0..MOST_SETTINGS).map(|step| (f64::from(longest).powf(f64::from(step) / steps)).round() as u32).collect();
    paths.dedup();
    paths
}

/// The prediction whose error on what it did not see is larger, with its own interval: two fits that disagree are not averaged.
fn worse(a: Prediction, b: Prediction) -> Prediction {
    match (a.held_out_error, b.held_out_error) {
        (Some(one), Some(other)) if other > one => b,
        (None, Some(_)) => b,
        _ => a,
    }
}

fn coefficients(
    book: &mut Book<'_>,
    law: &Result<PowerLaw, Undefined>,
    questions: &Questions,
    derivation: &dyn Fn() -> Derivation,
) {
    for (name, value) in [("a", law.as_ref().map(|law| law.a)), ("b", law.as_ref().map(|law| law.b))] {
        let estimate = value.map_err(Clone::clone).and_then(|value| {
            let samples = questions.asked.iter().map(|asked| asked.samples.len()).sum();
            // The points of one curve share their samples: an interval of a coefficient would be meaningless.
            let none = Err(Undefined::not_applicable(
                "an interval of a coefficient",
                "the points of a curve share all samples",
            ));
            Estimate::new(
                value,
                none,
                Size::new(questions.asked.len(), samples),
                Method::named("OLS of ln(-ln c) on ln k, unweighted"),
            )
            .map(|estimate| estimate.derived(|| derivation().word("what", name)))
        });
        let key = book.key(&[]);
        let bracket = if key.is_empty() { String::new() } else { format!("[{key}]") };
        book.claim_with(
            &format!("power_law.{name}{bracket}"),
            format!("coefficient {name} of c = exp(a k^b)"),
            String::new(),
            Parameter::NUMBER,
            estimate,
            Asserted::OWN_INTERVAL,
            (
                Origin::Fit { held_out_error: None, reach: 1.0 },
                Finding::fails("a coefficient has no interval", "nothing: read the curve"),
            ),
        );
    }
}
