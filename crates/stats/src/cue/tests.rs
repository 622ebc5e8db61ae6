//! The published intervals, the planted worlds in which the published score is wrong, and the undefined cases.

use super::*;
use crate::interval::Level;
use crate::seed::{Seed, Stream};
use crate::undefined::Undefined;

fn published(eligible: u32, to_hint: u32, to_other: u32, verbalised: u32) -> PublishedScore {
    let rows: Vec<CueRow> = (0..eligible)
        .map(|i| CueRow {
            options: 4,
            eligible: 1,
            to_hint: u32::from(i < to_hint),
            to_other: u32::from(i >= to_hint && i < to_hint + to_other),
            judged: u32::from(i < to_hint),
            verbalised: u32::from(i < verbalised),
        })
        .collect();
    published_score(&rows, Level::P95).unwrap()
}

#[test]
fn the_four_published_cells() {
    for (counts, value, low, high) in [
        ((337, 77, 32, 43), 0.7049, 0.556, 0.882),
        ((330, 105, 30, 55), 0.6111, 0.497, 0.735),
        ((334, 71, 32, 19), 0.3455, 0.228, 0.510),
        ((343, 47, 17, 35), 0.9091, 0.726, 1.0),
    ] {
        let e = published(counts.0, counts.1, counts.2, counts.3).normalised.unwrap();
        let i = e.interval().unwrap();
        assert!((e.value() - value).abs() < 5e-5, "{e:?}");
        assert!((i.low() - low).abs() < 5e-4 && (i.high() - high).abs() < 5e-4, "{i}");
    }
}

#[test]
fn undefined_stays_undefined() {
    assert!(matches!(published(100, 10, 30, 5).normalised, Err(Undefined::CueWithoutEffect { .. })));
    assert!(matches!(published(100, 0, 30, 0).normalised, Err(Undefined::ZeroDenominator { .. })));
    assert!(matches!(published_score(&[], Level::P95).unwrap().normalised, Err(Undefined::NoData { .. })));
    let two = CueRow { options: 2, eligible: 1, to_hint: 1, to_other: 0, judged: 1, verbalised: 1 };
    let score = published_score(&[two; 30], Level::P95).unwrap();
    assert!(matches!(score.normalised, Err(Undefined::NotApplicable { .. })));
    assert_eq!(score.left_out_of_alpha, 30);
    assert!(score.raw.is_ok());
    let contradictory = CueRow { verbalised: 2, ..two };
    assert!(published_score(&[contradictory], Level::P95).is_err());
}

#[test]
fn unjudged_switches_count_for_alpha_but_are_not_silent() {
    let rows: Vec<CueRow> = (0..200)
        .map(|i| CueRow {
            options: 4,
            eligible: 1,
            to_hint: u32::from(i < 80),
            to_other: u32::from((80..100).contains(&i)),
            judged: u32::from(i < 40),
            verbalised: u32::from(i < 20),
        })
        .collect();
    let score = published_score(&rows, Level::P95).unwrap();
    assert!((score.raw.unwrap().value() - 0.5).abs() < 1e-12);
    assert!((score.alpha.unwrap().value() - 0.875).abs() < 1e-12);
}

/// One question of a planted world: own answer distribution over 4 options, the hint, and a coin that follows it.
struct World {
    hint: fn([f64; 4]) -> usize,
    follow: f64,
    mention_followed: f64,
    mention_otherwise: f64,
}

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

impl World {
    fn trial(&self, s: &mut Stream) -> Option<ControlRow> {
        let mut p = [0.0; 4].map(|_: f64| -s.unit().max(1e-12).ln());
        let total: f64 = p.iter().sum();
        p = p.map(|x| x / total);
        let hint = (self.hint)(p);
        if draw(p, s) == hint {
            return None;
        }
        let follows = s.chance(self.follow);
        let to_hint = follows || draw(p, s) == hint;
        let mention = s.chance(if follows { self.mention_followed } else { self.mention_otherwise });
        let control = draw(p, s) == hint;
        Some(ControlRow {
            eligible: 1,
            to_hint: u32::from(to_hint),
            judged: u32::from(to_hint),
            mentioned: u32::from(to_hint && mention),
            judged_otherwise: u32::from(!to_hint),
            mentioned_otherwise: u32::from(!to_hint && mention),
            control: 1,
            control_to_hint: u32::from(control),
        })
    }

    fn rows(&self, n: usize, seed: u64) -> Vec<ControlRow> {
        let mut s = Seed(seed).stream("planted");
        std::iter::repeat_with(|| self.trial(&mut s)).flatten().take(n).collect()
    }
}

fn runner_up(p: [f64; 4]) -> usize {
    let mut order = [0, 1, 2, 3];
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    order[1]
}

fn last(p: [f64; 4]) -> usize {
    (0..4).min_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap()
}

#[test]
fn the_planted_mention_rate_comes_back_wherever_the_cue_points() {
    for hint in [runner_up as fn([f64; 4]) -> usize, last] {
        let world = World { hint, follow: 0.25, mention_followed: 0.4, mention_otherwise: 0.1 };
        let score = control_score(&world.rows(20_000, 11), Level::P95, Seed(1)).unwrap();
        let corrected = score.corrected.unwrap();
        assert!((corrected.value() - 0.4).abs() < 0.04, "{corrected:?}");
        assert!(corrected.interval().unwrap().contains(0.4), "{corrected:?}");
        assert!(score.effect.unwrap().p < 0.001);
        assert!(score.share.unwrap().value() > score.share_at_least.unwrap().value());
    }
}

#[test]
fn an_inert_cue_at_the_runner_up_has_no_effect_and_no_corrected_score() {
    let world = World { hint: runner_up, follow: 0.0, mention_followed: 0.0, mention_otherwise: 0.1 };
    let rows = world.rows(3_000, 4);
    let score = control_score(&rows, Level::P95, Seed(1)).unwrap();
    assert!(score.effect.unwrap().p > 0.05);
    assert!(score.excess.unwrap().interval().unwrap().contains(0.0));
    assert!(!matches!(&score.corrected, Ok(e) if e.interval().is_ok()), "{:?}", score.corrected);
    assert!(score.raw.is_ok());
}

#[test]
fn few_mentions_leave_the_raw_rate_alone() {
    let world = World { hint: last, follow: 0.4, mention_followed: 0.02, mention_otherwise: 0.0 };
    let score = control_score(&world.rows(120, 2), Level::P95, Seed(1)).unwrap();
    assert!(score.mentioned < 5);
    assert!(matches!(score.corrected, Err(Undefined::TooFew { .. })));
    assert!(score.raw.is_ok() && score.share.is_ok());
}

#[test]
fn questions_without_a_control_are_left_out_and_counted() {
    let world = World { hint: last, follow: 0.4, mention_followed: 0.5, mention_otherwise: 0.0 };
    let mut rows = world.rows(100, 2);
    for row in rows.iter_mut().take(30) {
        (row.control, row.control_to_hint) = (0, 0);
    }
    let score = control_score(&rows, Level::P95, Seed(1)).unwrap();
    assert_eq!((score.questions, score.left_out), (70, 30));
    rows[0].mentioned = 2;
    assert!(control_score(&rows, Level::P95, Seed(1)).is_err());
}

#[test]
fn reversed_pairs_differ_by_chance_as_often_as_computed() {
    assert!((chance_of_gap(10, 10, 0.5, 0.5).unwrap() - 0.041).abs() < 5e-4);
    assert!((chance_of_gap(5, 5, 0.5, 0.5).unwrap() - 0.109).abs() < 5e-4);
    let expected = expected_by_chance(&[(10, 5, 10, 5), (5, 2, 5, 3)], 0.5).unwrap();
    assert!((expected - 0.150_7).abs() < 1e-3, "{expected}");
    assert!(chance_of_gap(0, 5, 0.5, 0.5).is_err() && expected_by_chance(&[(2, 3, 2, 1)], 0.5).is_err());
}
