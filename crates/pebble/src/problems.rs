//! Seeded synthetic problems in plain English, with variants for the arms of a perturbation audit. Not a benchmark: they measure a planted process.

use serde::{Deserialize, Serialize};

use crate::draws::{Draws, Use, key};
use crate::problem::{Operation, Problem, Step};

mod wording;

pub use crate::problem::Family;
pub(crate) use wording::is_unusual_name;
use wording::{Names, Wording};

/// The fewest and the most steps of an item.
pub const STEPS: std::ops::RangeInclusive<u32> = 1..=8;

/// A question as it is posed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posed {
    /// The text, without options.
    pub question: String,
    /// The texts of the options in their usual order: rising numbers, yes before no. Four, or two for a comparison.
    pub options: Vec<String>,
    /// The place of the right option.
    pub gold: usize,
    /// The place of the wrong option that wrong answers favour.
    pub runner_up: usize,
}

/// One problem with its variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its identifier, the same for the same seed and index.
    pub id: String,
    /// What kind.
    pub family: Family,
    /// How many steps lead to the answer.
    pub steps: u32,
    /// As first asked.
    pub original: Posed,
    /// In other words: the same answer.
    pub paraphrase: Posed,
    /// With other names of people and things: the same answer.
    pub rename: Posed,
    /// With larger numbers: new options and a new answer.
    pub renumber: Posed,
    /// Asked from the other side: the other answer. Comparisons only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap: Option<Posed>,
}

/// The first `count` items of a seed: families in turn, each through all numbers of steps.
#[must_use]
pub fn items(seed: u64, count: usize) -> Vec<Item> {
    (0_u64..)
        .take(count)
        .map(|index| {
            let family = match index % 3 {
                0 => Family::Chain,
                1 => Family::Count,
                _ => Family::Comparison,
            };
            item(seed, index, family, STEPS.start() + ((index / 3) % 8) as u32)
        })
        .collect()
}

/// One item, determined by all of this. `steps` outside [`STEPS`] is moved to the nearer end.
#[must_use]
pub fn item(seed: u64, index: u64, family: Family, steps: u32) -> Item {
    let steps = steps.clamp(*STEPS.start(), *STEPS.end());
    let place = [seed.to_be_bytes(), index.to_be_bytes(), [family as u8; 8], u64::from(steps).to_be_bytes()].concat();
    let mut draws = Draws::new(key(&[b"candor pebble item", &place]), Use::Outcome);
    let usual = problem(&mut draws, family, steps, false);
    let larger = problem(&mut draws, family, steps, true);
    let names = Names::draw(&mut draws, false);
    let other_names = Names::draw(&mut draws, true);
    let wording = Wording::draw(&mut draws);
    let options = options(&mut draws, &usual);
    let new_options = self::options(&mut draws, &larger);
    let swap = (family == Family::Comparison).then(|| {
        let swapped = Problem { reversed: true, ..usual.clone() };
        posed(&swapped, &options, wording.usual(&swapped, &names))
    });
    Item {
        id: format!("{}-{steps}-{seed}-{index}", family.as_str()),
        family,
        steps,
        original: posed(&usual, &options, wording.usual(&usual, &names)),
        paraphrase: posed(&usual, &options, wording.paraphrased(&usual, &names)),
        rename: posed(&usual, &options, wording.usual(&usual, &other_names)),
        renumber: posed(&larger, &new_options, wording.usual(&larger, &names)),
        swap,
    }
}

fn problem(draws: &mut Draws, family: Family, steps: u32, larger: bool) -> Problem {
    let by = |draws: &mut Draws| loop {
        let by = if larger { draws.between(12, 39) } else { draws.between(2, 9) };
        if by % 10 != 0 {
            return by;
        }
    };
    let mut problem = Problem { family, start: 0, steps: Vec::new(), aside: by(draws), other: 0, reversed: false };
    match family {
        Family::Chain => {
            problem.start = draws.between(0, 9);
            for _ in 0..steps {
                let operation = match draws.below(3) {
                    0 => Operation::Add,
                    1 => Operation::Subtract,
                    _ => Operation::Multiply,
                };
                let by = match (operation, larger) {
                    (Operation::Multiply, false) => [3, 7, 9][draws.index(3)],
                    (Operation::Multiply, true) => [13, 17, 19, 23, 27, 29][draws.index(6)],
                    _ => by(draws),
                };
                problem.steps.push(Step { operation, by });
            }
        }
        Family::Count => {
            problem.start = if larger { draws.between(12, 39) } else { draws.between(3, 9) };
            problem.steps.extend((0..steps).map(|_| Step { operation: Operation::Add, by: by(draws) }));
        }
        Family::Comparison => {
            let (low, high) = if larger { (300, 700) } else { (20, 80) };
            problem.start = draws.between(low, high);
            let mut value = problem.start;
            for _ in 0..steps {
                let gains = value < low || (value <= high && draws.below(2) == 0);
                let step = Step { operation: if gains { Operation::Add } else { Operation::Subtract }, by: by(draws) };
                value = problem.equation(value, step).kept;
                problem.steps.push(step);
            }
            problem.other = value + draws.between(1, 6) * if draws.below(2) == 0 { 1 } else { -1 };
        }
    }
    problem
}

/// The answers offered, in their usual order.
fn options(draws: &mut Draws, problem: &Problem) -> Vec<i64> {
    let right = problem.answer(problem.total());
    let mut options = vec![right];
    let mut wrong: Vec<i64> = match problem.family {
        Family::Chain => (0..10).collect(),
        Family::Count => [-2, -1, 1, 2, 3, 4, 10].map(|by| right + by).to_vec(),
        Family::Comparison => return vec![1, 0],
    };
    draws.shuffle(&mut wrong);
    if problem.family == Family::Count {
        wrong.insert(0, right + problem.aside);
    }
    for answer in wrong {
        if options.len() < 4 && !options.contains(&answer) {
            options.push(answer);
        }
    }
    options.sort_unstable();
    options
}

fn posed(problem: &Problem, options: &[i64], question: String) -> Posed {
    let right = problem.answer(problem.total());
    let nearest = (0..options.len()).filter(|at| options[*at] != right).min_by_key(|at| problem.nearness(options[*at]));
    Posed {
        question,
        options: options.iter().map(|answer| problem.text_of(*answer)).collect(),
        gold: options.iter().position(|answer| *answer == right).unwrap_or_default(),
        runner_up: nearest.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_replay_and_offer_one_right_answer() {
        let some = items(7, 600);
        assert_eq!(some, items(7, 600));
        assert_ne!(some[0].original, items(8, 1)[0].original);
        for item in &some {
            for posed in [&item.original, &item.paraphrase, &item.rename, &item.renumber].into_iter().chain(&item.swap)
            {
                let expected = if item.family == Family::Comparison { 2 } else { 4 };
                assert_eq!(posed.options.len(), expected, "{item:?}");
                assert_ne!(posed.gold, posed.runner_up, "{item:?}");
                let mut texts = posed.options.clone();
                texts.sort();
                texts.dedup();
                assert_eq!(texts.len(), expected, "an option twice: {item:?}");
            }
            assert_ne!(item.original.question, item.paraphrase.question);
            assert_ne!(item.original.question, item.rename.question);
            if let Some(swap) = &item.swap {
                assert_ne!(swap.gold, item.original.gold, "{item:?}");
            }
        }
    }

    #[test]
    fn right_answers_lie_everywhere() {
        let mut at = [0; 4];
        for index in 0..4000 {
            at[item(1, index, Family::Chain, 3).original.gold] += 1;
        }
        assert!(at.iter().all(|count| (800..1200).contains(count)), "{at:?}");
    }
}
