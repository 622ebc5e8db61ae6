//! Flat and rising curves raise no alarm; a peak, a fall and a drop at the end are found; the onset's bounds hold.

use candor_stats::curve::simultaneous::Matrix;
use candor_stats::inverse::{Onset, drops, isotonic, natural, peak, two_lines};
use candor_stats::{Level, Seed, Stream};

use super::world::{binomial, false_alarm, rate, share};

const SAMPLES: u32 = 5;

/// Question means at each budget; a question's rate is scaled so that the means over questions are `accuracy`.
fn curve(questions: usize, accuracy: &[f64], s: &mut Stream) -> Matrix {
    let base = accuracy.iter().copied().fold(0.0, f64::max);
    let mut matrix = Matrix::new(accuracy.len());
    for _ in 0..questions {
        let p = rate(base, 0.3, s);
        let means: Vec<f64> =
            accuracy.iter().map(|a| f64::from(binomial(SAMPLES, p * a / base, s)) / f64::from(SAMPLES)).collect();
        matrix.push(means);
    }
    matrix
}

fn falls(matrix: &Matrix, s: &mut Stream) -> bool {
    isotonic(matrix, 499, Seed(s.bits())).unwrap().p <= 0.05
}

fn has_onset(matrix: &Matrix, s: &mut Stream) -> bool {
    matches!(drops(matrix, Level::P95, 499, Seed(s.bits())).unwrap().onset, Onset::At { .. })
}

fn has_peak(matrix: &Matrix, s: &mut Stream) -> bool {
    peak(matrix, Seed(s.bits())).unwrap().p <= 0.05
}

type Rule = (&'static str, fn(&Matrix, &mut Stream) -> bool);
const RULES: [Rule; 3] = [("isotonic", falls), ("onset", has_onset), ("split peak", has_peak)];

#[test]
fn flat_and_rising_curves() {
    for (rule, found) in RULES {
        for questions in [30, 60, 150] {
            false_alarm(&format!("{rule}, flat at .6, 5 budgets, {questions} questions"), |s| {
                found(&curve(questions, &[0.6; 5], s), s)
            });
        }
        false_alarm(&format!("{rule}, flat at .95, 5 budgets, 60 questions"), |s| found(&curve(60, &[0.95; 5], s), s));
        false_alarm(&format!("{rule}, rising, 60 questions"), |s| {
            found(&curve(60, &[0.5, 0.55, 0.6, 0.65, 0.7], s), s)
        });
    }
}

#[test]
fn planted_falls() {
    for (name, questions, accuracy, least) in [
        ("peak in the middle", 60, [0.5, 0.6, 0.65, 0.6, 0.5], 0.5),
        ("fall", 60, [0.65, 0.62, 0.58, 0.54, 0.5], 0.5),
        ("drop at the end", 150, [0.6, 0.6, 0.6, 0.6, 0.5], 0.5),
    ] {
        for (rule, found) in RULES {
            let power = share(&format!("{rule}, {name}, {questions} questions (power)"), |s| {
                found(&curve(questions, &accuracy, s), s)
            });
            assert!(rule == "split peak" || power > least, "{rule} {name}: {power}");
        }
    }
}

#[test]
fn the_true_onset_lies_between_its_bounds() {
    // The first true drop is at position 3.
    for questions in [60, 150] {
        false_alarm(&format!("an onset before the true one, {questions} questions"), |s| {
            let found = drops(&curve(questions, &[0.5, 0.6, 0.65, 0.55, 0.5], s), Level::P95, 499, Seed(s.bits()));
            matches!(found.unwrap().onset, Onset::At { budget, .. } if budget < 3)
        });
        false_alarm(&format!("an earliest onset after the true one, {questions} questions"), |s| {
            let found = drops(&curve(questions, &[0.3, 0.5, 0.7, 0.55, 0.5], s), Level::P95, 499, Seed(s.bits()));
            matches!(found.unwrap().onset, Onset::At { earliest, .. } if earliest > 3)
        });
    }
}

#[test]
fn drops_are_covered_all_at_once() {
    let accuracy = [0.55, 0.6, 0.65, 0.55];
    let missed = share("some drop missed by its two-sided interval, 60 questions", |s| {
        let found = drops(&curve(60, &accuracy, s), Level::P95, 499, Seed(s.bits())).unwrap();
        !found.drops.iter().all(|drop| {
            drop.estimate.as_ref().unwrap().interval().unwrap().contains(accuracy[drop.from] - accuracy[drop.to])
        })
    });
    assert!((0.029..=0.074).contains(&missed), "{missed}");
}

/// Lengths without any effect; wrong answers take `slower` times as long.
fn lengths(questions: usize, slower: f64, s: &mut Stream) -> Vec<Vec<(f64, bool)>> {
    (0..questions)
        .map(|_| {
            let (p, base) = (rate(0.6, 0.3, s), 200.0 + 800.0 * s.unit());
            (0..8)
                .map(|_| {
                    let right = s.chance(p);
                    ((base * (0.6 + 0.8 * s.unit()) * if right { 1.0 } else { slower }).round(), right)
                })
                .collect()
        })
        .collect()
}

#[test]
fn natural_lengths_show_association_and_not_effect() {
    for questions in [30, 150] {
        false_alarm(&format!("natural, length unrelated, {questions} questions"), |s| {
            natural(&lengths(questions, 1.0, s), Level::P95, Seed(s.bits())).unwrap().test.unwrap().p <= 0.05
        });
    }
    let reverse = share("natural, wrong answers take 1.3 times as long, 200 questions", |s| {
        natural(&lengths(200, 1.3, s), Level::P95, Seed(s.bits())).unwrap().test.unwrap().p <= 0.05
    });
    assert!(reverse > 0.99, "the association is there without any effect, which is why it is no more: {reverse}");
}

#[test]
fn two_lines_do_not_turn_where_a_curve_flattens() {
    for (name, after) in [("flattens", 0.0), ("goes on rising", 0.3)] {
        false_alarm(&format!("two lines, {name}, 60 questions x 8"), |s| {
            two_lines(&bent(60, after, s), Level::P95).unwrap().rises_then_falls()
        });
    }
    let power =
        share("two lines, turns (power)", |s| two_lines(&bent(60, -0.6, s), Level::P95).unwrap().rises_then_falls());
    assert!(power > 0.8, "{power}");
}

fn bent(questions: usize, after: f64, s: &mut Stream) -> Vec<Vec<(f64, f64)>> {
    (0..questions)
        .map(|_| {
            let level = s.unit();
            (0..8)
                .map(|_| {
                    let u = 2.0 * s.unit() - 1.0;
                    (u, level + u.min(0.0) + after * u.max(0.0) + 2.0 * (s.unit() - 0.5))
                })
                .collect()
        })
        .collect()
}
