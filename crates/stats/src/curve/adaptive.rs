//! Adaptive stopping, replayed on recorded samples: how many samples a stopping rule saves against always drawing K, and what it costs in
//! accuracy. Not a live stopping rule's promise: the rule's parameter is chosen on other questions than those reported.

use std::collections::BTreeMap;

use super::settled::{Votes, ahead};
use crate::derivation::{Column, Derivation};
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::seed::Seed;
use crate::special::critical;
use crate::undefined::Undefined;

/// The samples of one question, in the order in which they were recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptive {
    /// Which answer each sample gave, as any number per different answer; `None` for no answer.
    pub answers: Vec<Option<u64>>,
    /// Whether each sample is right.
    pub right: Vec<bool>,
    /// Tokens of each sample, where all are known.
    pub tokens: Option<Vec<f64>>,
}

/// When to stop drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stopping {
    /// Adaptive-Consistency (arXiv 2305.11860): stop when the leading answer stays ahead of the second with this posterior probability,
    /// P(p > 1/2) under Beta(v1 + 1, v2 + 1).
    Posterior {
        /// The probability, in (1/2, 1).
        threshold: f64,
    },
    /// ESC (arXiv 2401.10480): stop when all answers of a window agree.
    Window {
        /// Samples per window, at least 2.
        width: u32,
    },
}

/// What a replay found for one kind of rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The parameter chosen on the first half of the questions (reported on the second), and the other way round.
    pub chosen: [Stopping; 2],
    /// K / mean samples: the interval of the mean, transformed. Not the mean of ratios, which is larger.
    pub saving: Result<Estimate, Undefined>,
    /// Accuracy of always drawing K minus accuracy of stopping; its interval's upper end bounds the loss.
    pub loss: Result<Estimate, Undefined>,
    /// Tokens of always drawing K and of stopping, per question, where all are known: for a ratio of sums.
    pub tokens: Option<(Vec<f64>, Vec<f64>)>,
}

/// The parameters tried for Adaptive-Consistency.
pub const THRESHOLDS: [f64; 4] = [0.8, 0.9, 0.95, 0.99];
/// The windows tried for ESC.
pub const WINDOWS: [u32; 5] = [2, 3, 4, 5, 8];
/// The mean loss that the choice of a parameter accepts on the questions it is chosen on: 0.1 points.
pub const ACCEPTED_LOSS: f64 = 0.001;
/// More sample visits than this and fewer orders are replayed.
const MOST_VISITS: u64 = 8_000_000;

#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    drawn: f64,
    loss: f64,
    full_tokens: f64,
    tokens: f64,
}

/// Replays the rules of one kind on questions with at least `k` samples each, over `orders` seeded orders per question.
///
/// Per question the outcomes are averaged over the orders; the parameter with the largest saving among those that lose at most
/// [`ACCEPTED_LOSS`] (else the one that loses least) is chosen on one half of the questions and reported on the other, both ways round; intervals
/// are t over questions.
///
/// # Errors
/// [`Undefined::TooFew`] below 20 questions or 3 samples, [`Undefined::NotApplicable`] for a mixture of kinds.
pub fn replay(
    questions: &[Adaptive],
    k: u32,
    rules: &[Stopping],
    orders: u32,
    level: Level,
    seed: Seed,
) -> Result<Replay, Undefined> {
    if questions.len() < 20 {
        return Err(Undefined::too_few("questions", questions.len(), 20));
    }
    if k < 3 {
        return Err(Undefined::too_few("samples per question", k as usize, 3));
    }
    if rules.is_empty() || questions.iter().any(|question| question.answers.len() < k as usize) {
        return Err(Undefined::not_applicable("a replay", "questions with fewer samples than the full draw"));
    }
    let visits = questions.len() as u64 * u64::from(k) * u64::from(orders.max(1));
    let orders =
        if visits > MOST_VISITS { (u64::from(orders) * MOST_VISITS / visits).max(1) as u32 } else { orders.max(1) };
    let mut posterior = Posterior::default();
    // Rows: questions; columns: rules.
    let mut outcomes = vec![Outcome::default(); questions.len() * rules.len()];
    for (at, question) in questions.iter().enumerate() {
        let mut stream = seed.stream_at("curve/adaptive", at as u64);
        for _ in 0..orders {
            let order = stream.order(question.answers.len());
            let drawn = &order[..k as usize];
            one_order(question, drawn, rules, &mut posterior, &mut outcomes[at * rules.len()..(at + 1) * rules.len()]);
        }
    }
    let scale = 1.0 / f64::from(orders);
    for outcome in &mut outcomes {
        outcome.drawn *= scale;
        outcome.loss *= scale;
        outcome.tokens *= scale;
        outcome.full_tokens *= scale;
    }
    let order = seed.stream("curve/adaptive/halves").order(questions.len());
    let (one, other) = order.split_at(order.len() / 2);
    let choose = |half: &[usize]| best_rule(half, rules.len(), &outcomes);
    let (for_other, for_one) = (choose(one), choose(other));
    let mut reported: Vec<(usize, Outcome)> = Vec::with_capacity(questions.len());
    reported.extend(one.iter().map(|at| (*at, outcomes[at * rules.len() + for_one])));
    reported.extend(other.iter().map(|at| (*at, outcomes[at * rules.len() + for_other])));
    reported.sort_by_key(|(at, _)| *at);
    let column =
        |pick: fn(&Outcome) -> f64| reported.iter().map(move |(_, outcome)| pick(outcome)).collect::<Vec<f64>>();
    let method = Method::described(format!(
        "replay over {orders} seeded orders, parameter chosen on other questions, t over questions"
    ));
    let size = Size::new(questions.len(), questions.len() * k as usize);
    let drawn = mean(&column(|outcome| outcome.drawn), level, size, method.clone());
    let full = f64::from(k);
    let saving = drawn.and_then(|drawn| {
        // Fewer than one sample is never drawn, so that the interval of the mean cannot reach below 1.
        let saving = drawn.map(|mean| full / mean.clamp(1.0, full), method.clone())?;
        Ok(saving.derived(|| Derivation::by("saving").told("full", full).part(drawn.derivation())))
    });
    let tokens = questions
        .iter()
        .all(|question| question.tokens.is_some())
        .then(|| (column(|outcome| outcome.full_tokens), column(|outcome| outcome.tokens)));
    Ok(Replay {
        chosen: [rules[for_other], rules[for_one]],
        saving,
        loss: loss(&column(|outcome| outcome.loss), level, size),
        tokens,
    })
}

/// The mean loss; where hardly any question lost or gained, or a few by much, a wider bound.
fn loss(losses: &[f64], level: Level, size: Size) -> Result<Estimate, Undefined> {
    let found = crate::paired::bounded_difference(losses, level)?;
    Ok(found.resized(size))
}

fn best_rule(half: &[usize], rules: usize, outcomes: &[Outcome]) -> usize {
    let totals: Vec<(f64, f64)> = (0..rules)
        .map(|rule| {
            half.iter().fold((0.0, 0.0), |(drawn, loss), at| {
                let outcome = outcomes[at * rules + rule];
                (drawn + outcome.drawn, loss + outcome.loss)
            })
        })
        .collect();
    let accepted = ACCEPTED_LOSS * half.len() as f64;
    let allowed =
        (0..rules).filter(|rule| totals[*rule].1 <= accepted).min_by(|a, b| totals[*a].0.total_cmp(&totals[*b].0));
    allowed.or_else(|| (0..rules).min_by(|a, b| totals[*a].1.total_cmp(&totals[*b].1))).unwrap_or(0)
}

fn mean(values: &[f64], level: Level, size: Size, method: Method) -> Result<Estimate, Undefined> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let reach = critical(level, n - 1.0) * (variance / n).sqrt();
    let interval = if variance > 0.0 {
        Ok(Interval::ordered(mean - reach, mean + reach, level))
    } else {
        Err(Undefined::NoVariation { what: "outcomes over questions".into() })
    };
    let estimate = Estimate::new(mean, interval, size, method)?;
    Ok(estimate.derived(|| Derivation::by("mean").level(level).column(Column::reals(values.iter().copied()))))
}

/// Plays one order of one question through every rule at once.
fn one_order(
    question: &Adaptive,
    drawn: &[usize],
    rules: &[Stopping],
    posterior: &mut Posterior,
    into: &mut [Outcome],
) {
    let mut votes = Votes::default();
    let mut stopped = vec![None; rules.len()];
    let mut tokens = 0.0;
    for (position, sample) in drawn.iter().enumerate() {
        tokens += question.tokens.as_ref().map_or(0.0, |tokens| tokens[*sample]);
        if let Some(answer) = question.answers[*sample] {
            votes.cast(answer, question.right[*sample]);
        }
        let count = position + 1;
        if count == drawn.len() {
            break;
        }
        let (first, second) = votes.leaders();
        for (rule, stopped) in rules.iter().zip(&mut stopped) {
            let stop = stopped.is_none()
                && match rule {
                    Stopping::Posterior { threshold } => first > 0 && posterior.ahead(first, second) >= *threshold,
                    Stopping::Window { width } => {
                        let width = *width as usize;
                        count % width == 0 && agree(question, &drawn[count - width..count])
                    }
                };
            if stop {
                *stopped = Some((count as f64, votes.accuracy(), tokens));
            }
        }
    }
    let full = (drawn.len() as f64, votes.accuracy(), tokens);
    for (outcome, stopped) in into.iter_mut().zip(stopped) {
        let (count, right, used) = stopped.unwrap_or(full);
        outcome.drawn += count;
        outcome.loss += full.1 - right;
        outcome.tokens += used;
        outcome.full_tokens += full.2;
    }
}

fn agree(question: &Adaptive, window: &[usize]) -> bool {
    let first = window.first().and_then(|sample| question.answers[*sample]);
    first.is_some() && window.iter().all(|sample| question.answers[*sample] == first)
}

/// P(p > 1/2) under Beta(v1 + 1, v2 + 1), each pair computed once.
#[derive(Debug, Default)]
struct Posterior {
    known: BTreeMap<(u32, u32), f64>,
}

impl Posterior {
    fn ahead(&mut self, first: u32, second: u32) -> f64 {
        *self.known.entry((first, second)).or_insert_with(|| ahead(first, second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(questions: usize, k: usize, seed: u64) -> Vec<Adaptive> {
        let mut stream = Seed(seed).stream("test");
        (0..questions)
            .map(|_| {
                let rate = if stream.chance(0.7) { 0.95 } else { 0.5 };
                let right: Vec<bool> = (0..k).map(|_| stream.chance(rate)).collect();
                let answers = right.iter().map(|right| Some(if *right { 0 } else { 1 + stream.below(3) })).collect();
                Adaptive { answers, right, tokens: Some(vec![100.0; k]) }
            })
            .collect()
    }

    fn posterior_rules() -> Vec<Stopping> {
        THRESHOLDS.map(|threshold| Stopping::Posterior { threshold }).to_vec()
    }

    #[test]
    fn easy_questions_save_samples_and_lose_little() {
        let questions = planted(400, 32, 1);
        for rules in [posterior_rules(), WINDOWS.map(|width| Stopping::Window { width }).to_vec()] {
            let found = replay(&questions, 32, &rules, 10, Level::P95, Seed(2)).unwrap();
            let saving = found.saving.unwrap();
            assert!(saving.value() > 1.5, "{saving:?}");
            assert!(found.loss.unwrap().value().abs() < 0.02);
            let (full, stopped) = found.tokens.unwrap();
            // Every token count is the same, so that tokens are saved as samples are.
            let ratio = full.iter().sum::<f64>() / stopped.iter().sum::<f64>();
            assert!((ratio - saving.value()).abs() < 1e-9);
        }
    }

    #[test]
    fn answers_that_never_agree_save_nothing() {
        let questions: Vec<Adaptive> = (0..40)
            .map(|_| Adaptive { answers: (0..8).map(Some).collect(), right: vec![false; 8], tokens: None })
            .collect();
        let found = replay(&questions, 8, &posterior_rules(), 5, Level::P95, Seed(1)).unwrap();
        assert!((found.saving.unwrap().value() - 1.0).abs() < 1e-12);
        assert!(found.tokens.is_none());
    }

    #[test]
    fn too_little_is_refused() {
        assert!(replay(&planted(19, 8, 1), 8, &posterior_rules(), 5, Level::P95, Seed(1)).is_err());
        assert!(replay(&planted(30, 8, 1), 9, &posterior_rules(), 5, Level::P95, Seed(1)).is_err());
    }
}
