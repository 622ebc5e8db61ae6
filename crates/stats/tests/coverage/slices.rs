//! Slices: false confirmations, the false coverage rate of confirmed slices, and power.

use candor_stats::slices::{Confirmation, Direction, MOST_FOUND, Sliced, confirm};
use candor_stats::{Level, Seed, Stream};

use super::world::{REPLICATIONS, binomial, false_alarm, rate, stream};

const SLICES: usize = 20;

/// Each question lies in one of 20 slices; the first `weak` are worse by `gap`. Four samples a question.
fn halves(questions: usize, weak: usize, gap: f64, direction: Direction, s: &mut Stream) -> Confirmation {
    let rows: Vec<(f64, Vec<usize>)> = (0..questions)
        .map(|_| {
            let slice = s.index(SLICES);
            let p = rate(0.7, 0.3, s) * if slice < weak { (0.7 - gap) / 0.7 } else { 1.0 };
            (f64::from(binomial(4, p, s)) / 4.0, vec![slice])
        })
        .collect();
    confirm(&Sliced::new(SLICES, rows).unwrap(), direction, MOST_FOUND, Level::P95, Seed(s.bits())).unwrap()
}

#[test]
fn equal_slices_are_not_confirmed() {
    for (questions, direction) in [(600, Direction::Lower), (600, Direction::Either), (2_000, Direction::Either)] {
        false_alarm(&format!("slices, all equal, {questions} questions, {direction:?}"), |s| {
            halves(questions, 0, 0.0, direction, s).found.iter().any(|slice| slice.confirmed)
        });
    }
}

#[test]
fn confirmed_slices_are_covered_on_average() {
    for (questions, gap) in [(800, 0.15), (2_000, 0.15)] {
        let row = format!("slices, 3 of 20 worse by {gap}, {questions} questions");
        let (mut rate_of_misses, mut confirmed, mut false_ones) = (0.0, 0, 0);
        for replication in 0..REPLICATIONS {
            let found = halves(questions, 3, gap, Direction::Lower, &mut stream(&row, replication));
            let shown: Vec<_> = found.found.iter().filter(|slice| slice.confirmed).collect();
            let truth = |slice: usize| {
                // The rest holds the other weak slices: 2 of 19 beside a weak one, 3 of 19 beside a sound one.
                let rest = gap * if slice < 3 { 2.0 } else { 3.0 } / 19.0;
                rest - if slice < 3 { gap } else { 0.0 }
            };
            let missed = shown
                .iter()
                .filter(|slice| !slice.gap.as_ref().unwrap().interval().unwrap().contains(truth(slice.slice)))
                .count();
            rate_of_misses += missed as f64 / shown.len().max(1) as f64;
            confirmed += shown.iter().filter(|slice| slice.slice < 3).count();
            false_ones += shown.iter().filter(|slice| slice.slice >= 3).count();
        }
        let n = REPLICATIONS as f64;
        println!(
            "{row:<60} false coverage {:.1} %, {:.2} of 3 confirmed, {:.3} sound ones",
            100.0 * rate_of_misses / n,
            confirmed as f64 / n,
            f64::from(u32::try_from(false_ones).unwrap()) / n
        );
        assert!(rate_of_misses / n <= 0.073, "{row}");
        assert!(questions < 2_000 || confirmed as f64 / n > 1.5, "{row}");
    }
}
