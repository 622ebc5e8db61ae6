//! What a decision that stops early costs, against a fixed plan of the same errors, over a written grid of effects. Simulated draws, not calls.
//!   cargo bench -p candor-stats --bench until [-- RUNS (1000)]
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made ends")]

use candor_stats::sequential::Panel;
use candor_stats::sequential::threshold::{Design, Kind, Quantifier, Side};
use candor_stats::{Level, Proportion, Seed, Stream};

/// Fixed before the first run, and never changed to pass.
/// Where nobody names another one, after the number of runs.
const SEED: Seed = Seed(20_261_126);
const ERROR: f64 = 0.05;
const DETECT: f64 = 0.10;
/// "… moves answers by more than 10 points".
const MOVED: f64 = 0.10;
/// "accuracy above 60 %".
const ACCURACY: f64 = 0.60;
/// Four options: the right one, and three wrong ones that plain draws hit alike.
const CHANCE: f64 = 0.10;
const CUES: usize = 6;

/// A point of the grid: what is asked, and what is true.
struct Point {
    group: &'static str,
    effect: String,
    design: Design,
    truth: Vec<f64>,
    /// How often plain draws hit each wrong option; the design's guess is CHANCE.
    chance: f64,
    /// Half of the questions bear the whole effect.
    uneven: bool,
    /// Part of the grid whose median is asked for; else a world that was not planned for.
    counted: bool,
}

fn grid() -> Vec<Point> {
    let design = |kind, threshold, cues: usize| {
        let one = Design::new(kind, threshold, DETECT, ERROR).expect("a design");
        one.over(Quantifier::Any, cues as u32)
    };
    let moved = |cues| design(Kind::Difference { chance: CHANCE, samples: 1 }, MOVED, cues);
    let mut points = Vec::new();
    let mut point = |group, effect: String, design, truth| {
        points.push(Point { group, effect, design, truth, chance: CHANCE, uneven: false, counted: true });
    };
    // Every 5 points from nothing to 60.
    for effect in (0..=60).step_by(5) {
        point("one cue", format!("{effect} pt"), moved(1), vec![f64::from(effect) / 100.0]);
    }
    // Every 10 points: one of six alive, and all of them.
    for effect in (0..=60).step_by(10) {
        let mut truth = vec![0.0; CUES];
        truth[0] = f64::from(effect) / 100.0;
        point("any of six, one alive", format!("{effect} pt"), moved(CUES), truth);
    }
    for effect in (10..=60).step_by(10) {
        point("any of six, all alike", format!("{effect} pt"), moved(CUES), vec![f64::from(effect) / 100.0; CUES]);
    }
    for accuracy in (30..=95).step_by(5) {
        let truth = vec![f64::from(accuracy) / 100.0];
        point("accuracy", format!("{accuracy} %"), design(Kind::Share { samples: 1 }, ACCURACY, 1), truth);
    }
    // Worlds that differ from the guesses of the plan.
    for (group, chance, uneven) in [
        ("one cue, guess of chance too low (.25)", 0.25, false),
        ("one cue, guess of chance too high (.02)", 0.02, false),
        ("one cue, half of the questions bear it all", CHANCE, true),
    ] {
        for effect in [0, 10, 20, 30] {
            let truth = vec![f64::from(effect) / 100.0];
            points.push(Point {
                group,
                effect: format!("{effect} pt"),
                design: moved(1),
                truth,
                chance,
                uneven,
                counted: false,
            });
        }
    }
    points
}

/// Questions as they come out of a seeded order, drawn when they are first asked.
struct World<'a> {
    point: &'a Point,
    cues: bool,
    stream: Stream,
    /// Of each question: the plain draw that decides eligibility, and per cue the hint and the difference.
    asked: Vec<Vec<(bool, f64)>>,
}

impl World<'_> {
    /// An option: 0 is right.
    fn plain(&mut self) -> usize {
        let u = self.stream.unit();
        (1..=3).find(|option| u < self.point.chance * *option as f64).unwrap_or(0)
    }

    /// Whether a question counts for a cue, and by how much.
    fn observed(&mut self, question: usize, cue: usize) -> (bool, f64) {
        while self.asked.len() <= question {
            let (uncued, control) = (self.plain(), self.plain());
            let Point { truth, chance, uneven, .. } = self.point;
            let share = match uneven {
                false => 1.0,
                true if self.stream.chance(0.5) => 2.0,
                true => 0.0,
            };
            let one = truth.iter().map(|effect| {
                if !self.cues {
                    return (true, f64::from(u8::from(self.stream.chance(*effect))));
                }
                let hint = 1 + self.stream.index(3);
                let followed = self.stream.chance(share * effect / (1.0 - chance));
                let cued = if followed { hint } else { self.plain() };
                (uncued != hint, f64::from(u8::from(cued == hint)) - f64::from(u8::from(control == hint)))
            });
            let one = one.collect();
            self.asked.push(one);
        }
        self.asked[question][cue]
    }
}

/// What a run came to.
struct Ran {
    calls: u64,
    decision: Option<Side>,
    fixed: Option<Side>,
}

fn questions(design: &Design, cues: bool) -> (u64, u64) {
    let eligible = if cues { 1.0 - CHANCE } else { 1.0 };
    let fixed = (design.fixed() as f64 / eligible).ceil();
    (fixed as u64, (1.2 * fixed) as u64)
}

fn calls(questions: u64, streams: u64, cues: bool) -> u64 {
    if cues { questions * (2 + streams) } else { questions }
}

fn run(point: &Point, seed: Seed) -> Ran {
    let cues = matches!(point.design.kind(), Kind::Difference { .. });
    let (fixed, most) = questions(&point.design, cues);
    let mut world = World { point, cues, stream: seed.stream("world"), asked: Vec::new() };
    let mut panel = Panel::new(&point.design, point.design.most(), seed);
    let at_once = panel.at_once() as usize;
    let mut place = vec![0_usize; point.truth.len()];
    let (mut front, mut calls) = (0, 0);
    loop {
        let round = panel.next_round();
        if round.is_empty() {
            break;
        }
        let known = front;
        for mean in round {
            let mut asked = 0;
            while asked < at_once && place[mean] < most as usize {
                let question = place[mean];
                place[mean] += 1;
                let (eligible, difference) = world.observed(question, mean);
                if !eligible && question < known {
                    // Known before the round: nothing to be asked for.
                    continue;
                }
                asked += 1;
                calls += 1;
                if eligible {
                    panel.push(mean, difference, difference).expect("within its bounds");
                }
            }
            front = front.max(place[mean]);
            if place[mean] >= most as usize {
                panel.exhaust(mean);
            }
        }
        if cues {
            calls += 2 * (front - known) as u64;
        }
    }
    let decision = panel.decision();
    let fixed = fixed_decision(point, &mut world, fixed as usize, cues);
    Ran { calls, decision, fixed }
}

/// The fixed plan on the same questions: score tests, of a share and of a paired difference (Tango 1998).
fn fixed_decision(point: &Point, world: &mut World<'_>, questions: usize, cues: bool) -> Option<Side> {
    let z = quantile;
    let threshold = point.design.threshold();
    let scores: Vec<f64> = (0..point.truth.len())
        .map(|mean| {
            let seen: Vec<f64> = (0..questions)
                .filter_map(|question| {
                    let (eligible, difference) = world.observed(question, mean);
                    eligible.then_some(difference)
                })
                .collect();
            let n = seen.len() as f64;
            let sum: f64 = seen.iter().sum();
            let variance = if cues {
                let count = |value: f64| seen.iter().filter(|x| (**x - value).abs() < 0.5).count() as f64;
                let (up, down) = (count(1.0), count(-1.0));
                let b = -up - down + (2.0 * n - up + down) * threshold;
                let c = -down * threshold * (1.0 - threshold);
                let q = ((b * b - 8.0 * n * c).sqrt() - b) / (4.0 * n);
                2.0 * q + threshold * (1.0 - threshold)
            } else {
                threshold * (1.0 - threshold)
            };
            (sum - n * threshold) / (n * variance).sqrt()
        })
        .collect();
    if scores.iter().any(|score| *score > -z(point.design.error_of(Side::Above))) {
        return Some(Side::Above);
    }
    scores.iter().all(|score| *score < z(point.design.error_of(Side::Below))).then_some(Side::Below)
}

fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { 0.5 * (sorted[half - 1] + sorted[half]) }
}

fn main() {
    // cargo hands over its own flag, too.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let runs: u64 = numbers.next().unwrap_or(1000);
    let seed = numbers.next().map_or(SEED, Seed);
    println!(
        "| asked | true | fixed calls | median | mean | worst | median/fixed | mean/fixed | above | below | cannot tell | wrong [95 %] | fixed plan: above | below |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut medians: Vec<(&str, f64)> = Vec::new();
    let mut all: Vec<f64> = Vec::new();
    let (mut wrong_all, mut worst_all) = (0, 0.0_f64);
    for (at, point) in grid().iter().enumerate() {
        let cues = matches!(point.design.kind(), Kind::Difference { .. });
        let fixed = calls(questions(&point.design, cues).0, point.truth.len() as u64, cues);
        let ran: Vec<Ran> = (0..runs)
            .map(|number| run(point, Seed(seed.stream_at("run", (at as u64) << 32 | number).bits())))
            .collect();
        let mut sorted: Vec<f64> = ran.iter().map(|ran| ran.calls as f64).collect();
        sorted.sort_by(f64::total_cmp);
        let share = |side: Option<Side>| ran.iter().filter(|ran| ran.decision == side).count() as f64 / runs as f64;
        let by_fixed = |side: Side| ran.iter().filter(|ran| ran.fixed == Some(side)).count() as f64 / runs as f64;
        let above = point.truth.iter().any(|truth| *truth > point.design.threshold() + 1e-9);
        let wrong_side = if above { Side::Below } else { Side::Above };
        let wrong = ran.iter().filter(|ran| ran.decision == Some(wrong_side)).count() as u64;
        let interval = Proportion::new(wrong, runs).expect("runs").clopper_pearson(Level::P95).expect("an interval");
        let interval = *interval.interval().expect("an interval");
        let mean = sorted.iter().sum::<f64>() / runs as f64;
        let worst = sorted[sorted.len() - 1];
        let ratio = |calls: f64| calls / fixed as f64;
        println!(
            "| {} | {} | {fixed} | {:.0} | {mean:.0} | {worst:.0} | {:.2} | {:.2} | {:.1} % | {:.1} % | {:.1} % | {wrong} of {runs} [{:.1}, {:.1}] % | {:.1} % | {:.1} % |",
            point.group,
            point.effect,
            median(&sorted),
            ratio(median(&sorted)),
            ratio(mean),
            100.0 * share(Some(Side::Above)),
            100.0 * share(Some(Side::Below)),
            100.0 * share(None),
            100.0 * interval.low(),
            100.0 * interval.high(),
            100.0 * by_fixed(Side::Above),
            100.0 * by_fixed(Side::Below),
        );
        if point.counted {
            medians.push((point.group, ratio(median(&sorted))));
            all.extend(sorted.iter().map(|calls| ratio(*calls)));
        }
        worst_all = worst_all.max(ratio(worst));
        if point.counted {
            wrong_all += wrong;
        }
    }
    println!();
    let mut groups: Vec<&str> = medians.iter().map(|(group, _)| *group).collect();
    groups.dedup();
    for group in groups {
        let mut of: Vec<f64> = medians.iter().filter(|(name, _)| *name == group).map(|(_, ratio)| *ratio).collect();
        of.sort_by(f64::total_cmp);
        println!("median over the grid, {group}: {:.3} of the fixed calls ({} points)", median(&of), of.len());
    }
    let mut of: Vec<f64> = medians.iter().map(|(_, ratio)| *ratio).collect();
    of.sort_by(f64::total_cmp);
    all.sort_by(f64::total_cmp);
    println!("median over the whole grid: {:.3} of the points, {:.3} of the runs", median(&of), median(&all));
    println!("worst: {worst_all:.3}; wrong: {wrong_all} of {}", all.len());
}

/// The standard normal quantile by bisection of the power formula's own normal tail: good to 1e-9, which is all that a test needs.
fn quantile(p: f64) -> f64 {
    let variances =
        candor_stats::power::Variances { between: 1.0, first: 0.0, first_samples: 1, second: 0.0, second_samples: 1 };
    // Power of one question against delta is 1 - Phi(z_{alpha/2} - delta): at alpha/2 = 1/2 it is Phi(delta).
    let (mut low, mut high) = (0.0, 40.0);
    let upper = p.max(1.0 - p);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let below = candor_stats::power::power_of(1, middle, &variances, 1.0 - 1e-15).expect("a power");
        if below < upper { low = middle } else { high = middle }
    }
    if p >= 0.5 { low } else { -low }
}
