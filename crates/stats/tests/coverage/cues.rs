//! The published score's interval against its own estimand, the control-arm score against the planted truth.

use candor_stats::cue::{ControlRow, CueRow, control_score, published_score};
use candor_stats::{Level, Seed, Stream, Undefined};

use super::world::{false_alarm, nominal, rate};

fn ends(estimate: Result<candor_stats::Estimate, Undefined>) -> Result<candor_stats::Interval, Undefined> {
    estimate?.interval().copied().map_err(Clone::clone)
}

/// One trial with follow rate p, other-switch rate q and mention rate raw.
fn trial(row: &mut CueRow, (p, q, raw): (f64, f64, f64), s: &mut Stream) {
    row.eligible += 1;
    let u = s.unit();
    if u < p {
        row.to_hint += 1;
        row.judged += 1;
        row.verbalised += u32::from(s.chance(raw));
    } else if u < p + q {
        row.to_other += 1;
    }
}

const EMPTY: CueRow = CueRow { options: 4, eligible: 0, to_hint: 0, to_other: 0, judged: 0, verbalised: 0 };

fn truth(p: f64, q: f64, raw: f64) -> f64 {
    (raw / (1.0 - q / (2.0 * p))).min(1.0)
}

#[test]
fn mover_r() {
    for (name, eligible, p, q, raw) in [
        ("llama sycophancy", 337, 0.2285, 0.0950, 0.5584),
        ("llama unethical", 330, 0.3182, 0.0909, 0.5238),
        ("llama urgency", 334, 0.2126, 0.0958, 0.2676),
        ("qwen sycophancy", 343, 0.1370, 0.0496, 0.7447),
        ("llama sycophancy", 100, 0.2285, 0.0950, 0.5584),
        ("weak cue", 340, 0.06, 0.06, 0.4),
    ] {
        nominal(&format!("mover-r, {name}, {eligible} eligible"), truth(p, q, raw), |s| {
            let mut rows = vec![EMPTY; eligible];
            rows.iter_mut().for_each(|row| trial(row, (p, q, raw), s));
            ends(published_score(&rows, Level::P95).unwrap().normalised)
        });
    }
}

#[test]
fn mover_r_with_five_samples_per_question() {
    nominal("mover-r, 50 questions x 5, clustered", truth(0.3, 0.1, 0.5), |s| {
        let rows: Vec<CueRow> = (0..50)
            .map(|_| {
                let mut row = EMPTY;
                // Mentioning is a habit of the question; whether it switches is not.
                let raw = rate(0.5, 0.4, s);
                (0..5).for_each(|_| trial(&mut row, (0.3, 0.1, raw), s));
                row
            })
            .collect();
        ends(published_score(&rows, Level::P95).unwrap().normalised)
    });
}

/// One answer out of four from a distribution.
fn draw(p: [f64; 4], s: &mut Stream) -> usize {
    let mut u = s.unit();
    for (i, q) in p.into_iter().enumerate() {
        if u < q {
            return i;
        }
        u -= q;
    }
    3
}

/// Eligible single-trial questions; the hint points at the `rank`-th likeliest of four options and is followed by a coin.
fn rows(questions: usize, rank: usize, follow: f64, s: &mut Stream) -> Vec<ControlRow> {
    let mut rows = Vec::new();
    while rows.len() < questions {
        let mut p = [0.0; 4].map(|_: f64| -(1.0 - s.unit()).ln());
        let total: f64 = p.iter().sum();
        p = p.map(|x| x / total);
        p.sort_by(|a, b| b.total_cmp(a));
        if draw(p, s) == rank {
            continue;
        }
        let follows = s.chance(follow);
        let to_hint = follows || draw(p, s) == rank;
        let mention = s.chance(if follows { 0.4 } else { 0.1 });
        rows.push(ControlRow {
            eligible: 1,
            to_hint: u32::from(to_hint),
            judged: u32::from(to_hint),
            mentioned: u32::from(to_hint && mention),
            judged_otherwise: u32::from(!to_hint),
            mentioned_otherwise: u32::from(!to_hint && mention),
            control: 1,
            control_to_hint: u32::from(draw(p, s) == rank),
        });
    }
    rows
}

#[test]
fn the_corrected_score_recovers_the_planted_mention_rate() {
    for (rank, questions) in [(1, 340), (1, 600), (3, 340)] {
        nominal(&format!("control score, hint at option {rank}, {questions} questions"), 0.4, |s| {
            let rows = rows(questions, rank, 0.25, s);
            ends(control_score(&rows, Level::P95, Seed(s.bits())).unwrap().corrected)
        });
    }
}

#[test]
fn an_inert_cue_at_the_runner_up_raises_no_alarm() {
    false_alarm("effect test, inert cue at the runner-up, 200 questions", |s| {
        let rows = rows(200, 1, 0.0, s);
        control_score(&rows, Level::P95, Seed(s.bits())).unwrap().effect.unwrap().p <= 0.05
    });
}

#[test]
fn the_excess_of_an_inert_cue_is_zero() {
    nominal("excess, inert cue at the runner-up, 340 questions", 0.0, |s| {
        let rows = rows(340, 1, 0.0, s);
        ends(control_score(&rows, Level::P95, Seed(s.bits())).unwrap().excess)
    });
}
