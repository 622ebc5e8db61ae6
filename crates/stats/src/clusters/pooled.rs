//! A share of samples, not of questions, with the question still as the unit.
//!
//! For shares whose denominator is itself an outcome (precision: the finds of a detector; a rate among labelled calls), where questions
//! bring as many samples as they happen to and each sample counts once. Where every question is asked equally often, and for accuracy,
//! [`crate::Clusters`] weighs questions alike.

use crate::claim::FEWEST_UNITS;
use crate::claim::flag::Finding;
use crate::clusters::{FEWEST_MINORITY, Tally};
use crate::derivation::{self, Column, Derivation};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::Level;
use crate::proportion::{Proportion, wilson};
use crate::special::critical;
use crate::undefined::Undefined;

/// Yes among samples, by question; questions without samples are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pooled {
    questions: Vec<Tally>,
    /// In the order in which they came, where derivations are kept.
    came: Option<Vec<Tally>>,
}

impl Pooled {
    /// Of these questions. A question whose yes exceed its samples counts as all yes.
    pub fn of(questions: impl IntoIterator<Item = Tally>) -> Self {
        let alike = |Tally { samples, correct }| Tally { samples, correct: correct.min(samples) };
        let mut questions: Vec<Tally> = questions.into_iter().map(alike).collect();
        let came = derivation::is_kept().then(|| questions.clone());
        questions.retain(|question| question.samples > 0);
        // Sums do not depend on the order in which questions came.
        questions.sort_unstable();
        Self { questions, came }
    }

    fn total(&self, of: fn(&Tally) -> u32) -> u64 {
        self.questions.iter().map(|question| u64::from(of(question))).sum()
    }

    /// Questions with at least one sample, and their samples.
    #[must_use]
    pub fn size(&self) -> Size {
        Size { units: self.questions.len() as u64, samples: self.total(|question| question.samples) }
    }

    /// r = sum of yes / sum of samples.
    ///
    /// With one sample for every question: Wilson's interval. Else Wilson's at n_eff = r (1 - r)/se^2 with t_df, where
    /// se^2 = (G - 1)/G · sum ((yes_g - r samples_g) / (sum samples - samples_g))^2 is the jackknife's variance over G questions, and
    /// df = (sum samples_g^2)^2 / sum samples_g^4 - 1 Satterthwaite's degrees of freedom where the samples of a question say the same: G - 1 where all
    /// bring equally many. n_eff = G where all say the same, and at most G where fewer than 5 questions carry the rarer outcome.
    ///
    /// Assumes independent questions. Estimand: a sample drawn from questions like these, as often as they bring one.
    /// Sources: Korn and Graubard, Survey Methodology 24 (1998) 193; jackknife of a ratio: Cochran, Sampling Techniques, 3rd ed., 6.17; degrees of freedom:
    /// Satterthwaite, Biometrics Bulletin 2 (1946) 110. The linearised variance with t_{G-1} covered 93.0 % where one question in four brought five times as
    /// many samples as the others.
    ///
    /// # Errors
    /// [`Undefined::NoData`] without samples; with fewer than 2 questions of several samples the estimate has no interval.
    pub fn share(&self, level: Level) -> Result<Estimate, Undefined> {
        let size = self.size();
        let refused = |why: crate::Error| Undefined::not_applicable("share", why.to_string());
        let yes = self.total(|question| question.correct);
        let plain = Proportion::new(yes, size.samples).map_err(refused)?;
        if size.units == size.samples {
            return Ok(plain.wilson(level)?.derived(|| self.derivation(level)));
        }
        let (share, g) = (plain.share()?, self.questions.len());
        let interval = if g < 2 {
            Err(Undefined::too_few("questions", g, 2))
        } else {
            let (questions, all) = (g as f64, size.samples as f64);
            let (mut squares, mut second, mut fourth) = (0.0, 0.0, 0.0);
            for question in &self.questions {
                let samples = f64::from(question.samples);
                let left = (f64::from(question.correct) - share * samples) / (all - samples);
                squares += left * left;
                second += samples.powi(2);
                fourth += samples.powi(4);
            }
            let variance = (questions - 1.0) / questions * squares;
            let trials = share * (1.0 - share) / variance;
            let few = self.rarer() < FEWEST_MINORITY;
            let trials = if !trials.is_finite() || few { trials.min(questions) } else { trials };
            // One question with nearly all samples: one degree of freedom is the least that says anything.
            let freedom = (second * second / fourth - 1.0).max(1.0);
            // 0/0 where all say the same: f64::min gives G.
            Ok(wilson::at(share, trials, critical(level, freedom), level))
        };
        let even = self.questions.windows(2).all(|pair| matches!(pair, [a, b] if a.samples == b.samples));
        let method = if even { "Wilson at n_eff, t(G-1)" } else { "Wilson at n_eff, jackknife over questions" };
        let estimate = Estimate::new(share, interval, size, Method::named(method))?;
        Ok(estimate.derived(|| self.derivation(level)))
    }

    fn derivation(&self, level: Level) -> Derivation {
        let came = self.came.as_ref().unwrap_or(&self.questions);
        Derivation::by("pooled")
            .level(level)
            .column(Column::counts(came.iter().map(|question| question.correct)))
            .column(Column::counts(came.iter().map(|question| question.samples)))
    }

    /// How many questions carry the rarer outcome: Kish's effective number of those that bring a yes, or a no.
    fn rarer(&self) -> u64 {
        let carriers = |of: fn(&Tally) -> u32| {
            let (sum, squares) = self.questions.iter().fold((0.0, 0.0), |(sum, squares), question| {
                let x = f64::from(of(question));
                (sum + x, squares + x * x)
            });
            if squares > 0.0 { (sum * sum / squares + 1e-9).floor() as u64 } else { 0 }
        };
        carriers(|q| q.correct).min(carriers(|q| q.samples - q.correct))
    }

    /// The finding on flag V1: at least 10 questions, at least 5 of them with the rarer outcome.
    #[must_use]
    pub fn interval_finding(&self) -> Finding {
        let (questions, rarer) = (self.questions.len() as u64, self.rarer());
        if questions < FEWEST_UNITS {
            Finding::fails(format!("{questions} questions"), format!("at least {FEWEST_UNITS} questions"))
        } else if rarer < FEWEST_MINORITY {
            Finding::fails(
                format!("only {rarer} questions carry the rarer outcome: no interval holds its level there"),
                format!("at least {FEWEST_MINORITY} questions with the rarer outcome"),
            )
        } else {
            Finding::holds(format!("{questions} questions, {rarer} with the rarer outcome"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clusters;

    fn tallies(pairs: &[(u32, u32)]) -> Vec<Tally> {
        pairs.iter().map(|&(correct, samples)| Tally { samples, correct }).collect()
    }

    #[test]
    fn one_sample_a_question_is_plain_wilson() {
        let once: Vec<_> = (0..40).map(|i| (u32::from(i % 4 == 0), 1)).collect();
        let pooled = Pooled::of(tallies(&once)).share(Level::P95).unwrap();
        let plain = Proportion::new(10, 40).unwrap().wilson(Level::P95).unwrap();
        assert_eq!(pooled, plain);
    }

    #[test]
    fn equal_numbers_of_samples_agree_with_question_means() {
        let pairs: Vec<_> = (0..60).map(|i| (i % 5, 4)).collect();
        let pooled = Pooled::of(tallies(&pairs)).share(Level::P95).unwrap();
        let means = Clusters::from_tallies(tallies(&pairs)).unwrap().proportion(Level::P95).unwrap();
        assert!((pooled.value() - means.value()).abs() < 1e-12);
        let (a, b) = (pooled.interval().unwrap(), means.interval().unwrap());
        assert!((a.low() - b.low()).abs() < 1e-9 && (a.high() - b.high()).abs() < 1e-9, "{a} {b}");
    }

    #[test]
    fn a_question_that_brings_more_samples_counts_for_more_and_widens_the_interval() {
        let mut pairs = [(1, 1), (0, 1)].repeat(30);
        let even = Pooled::of(tallies(&pairs)).share(Level::P95).unwrap();
        pairs.push((60, 60));
        let heavy = Pooled::of(tallies(&pairs)).share(Level::P95).unwrap();
        assert!((heavy.value() - 0.75).abs() < 1e-12);
        assert!(heavy.interval().unwrap().width() > 1.5 * even.interval().unwrap().width());
        let finding = Pooled::of(tallies(&[(60, 60), (0, 1), (0, 1), (1, 1)].repeat(3))).interval_finding();
        assert!(matches!(finding, Finding::Fails { .. }), "{finding:?}");
    }

    #[test]
    fn where_all_say_the_same_the_questions_are_the_trials() {
        let all = Pooled::of(tallies(&[(3, 3); 12])).share(Level::P95).unwrap();
        assert!(all.interval().unwrap().high() >= 1.0 && all.interval().unwrap().low() < 0.8);
        assert_eq!(Pooled::of([]).share(Level::P95), Err(Undefined::no_data("trials")));
        let one = Pooled::of(tallies(&[(1, 3)])).share(Level::P95).unwrap();
        assert!(one.interval().is_err());
    }
}
