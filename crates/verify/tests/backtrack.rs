//! The backtracking detector measured on recorded chains cut into labelled sections, where that data lies beside the checkout: the
//! keyword rule it must beat, the score cross-validated by response, the shipped weights fitted again, and a model left out.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "the measurement is what one wants to read")]

use candor_testkit::shared_data;
use candor_verify::signal::backtrack::{self, Class, FEATURES, INTERCEPT, THRESHOLD};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use regex::Regex;

const FITTED: &str = "reasoning_comparison_deepseek-r1-distill-qwen-14b.json";
const HELD_OUT: &str = "reasoning_comparison_qwen2.5-32b-instruct.json";
const LABEL: &str = "backtracking";
const FOLDS: usize = 20;

/// One labelled section, with everything the detector may see of it.
struct Section {
    response: usize,
    text: String,
    positive: bool,
    cue: bool,
    counts: bool,
    row: Vec<f64>,
    score: f64,
}

fn sections(file: &str) -> Option<Vec<Section>> {
    let path = shared_data()?.join("faithfulness/venhoff_backtracking").join(file);
    let text = std::fs::read_to_string(path).ok()?;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of responses");
    let mark = Regex::new(r#"\["([a-z-]+)"\]"#).expect("a pattern");
    let mut all = Vec::new();
    for (response, row) in rows.iter().enumerate() {
        let annotated = row["annotated_response"].as_str().expect("annotated");
        let marks: Vec<_> = mark.captures_iter(annotated).collect();
        let mut previous = String::new();
        for (index, captures) in marks.iter().enumerate() {
            let label = &captures[1];
            if label == "end-section" {
                continue;
            }
            let start = captures.get(0).expect("whole").end();
            let end = marks.get(index + 1).map_or(annotated.len(), |next| next.get(0).expect("whole").start());
            let text = annotated[start..end].trim().to_owned();
            let read = backtrack::section(&text, &previous);
            let row =
                backtrack::features(&text, &previous).into_iter().map(|there| f64::from(u8::from(there))).collect();
            all.push(Section {
                response,
                positive: label == LABEL,
                cue: read.is_some(),
                counts: read.is_some_and(|(class, _)| class.counts()),
                row,
                score: backtrack::score(&text, &previous),
                text: text.clone(),
            });
            previous = text;
        }
    }
    Some(all)
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    both: f64,
    found_only: f64,
    labelled_only: f64,
}

impl Counts {
    fn of<'a>(sections: impl Iterator<Item = (&'a Section, bool)>) -> Self {
        let mut counts = Self::default();
        for (section, found) in sections {
            counts.both += f64::from(u8::from(found && section.positive));
            counts.found_only += f64::from(u8::from(found && !section.positive));
            counts.labelled_only += f64::from(u8::from(!found && section.positive));
        }
        counts
    }

    fn precision(self) -> f64 {
        self.both / (self.both + self.found_only)
    }

    fn recall(self) -> f64 {
        self.both / (self.both + self.labelled_only)
    }
}

/// Logistic regression with penalty ½ Σ w² (not on the intercept), by Newton's method. The last weight is the intercept.
fn fit(rows: &[(&[f64], bool)]) -> Vec<f64> {
    let n = FEATURES.len() + 1;
    let mut weights = vec![0.0; n];
    for _ in 0..30 {
        let mut gradient = vec![0.0; n];
        let mut hessian = vec![vec![0.0; n]; n];
        for (row, positive) in rows {
            let x = |i: usize| row.get(i).copied().unwrap_or(1.0);
            let p = 1.0 / (1.0 + (-(0..n).map(|i| weights[i] * x(i)).sum::<f64>()).exp());
            for i in (0..n).filter(|i| x(*i) > 0.0) {
                gradient[i] += (p - f64::from(u8::from(*positive))) * x(i);
                for (j, cell) in hessian[i].iter_mut().enumerate() {
                    *cell += p * (1.0 - p) * x(i) * x(j);
                }
            }
        }
        for i in 0..n - 1 {
            gradient[i] += weights[i];
            hessian[i][i] += 1.0;
        }
        let step = solve(hessian, gradient);
        for (weight, step) in weights.iter_mut().zip(&step) {
            *weight -= step;
        }
        if step.iter().all(|step| step.abs() < 1e-10) {
            break;
        }
    }
    weights
}

/// Gaussian elimination with the largest pivot.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|x, y| a[*x][i].abs().total_cmp(&a[*y][i].abs())).expect("a row");
        a.swap(i, pivot);
        b.swap(i, pivot);
        let (top, below) = a.split_at_mut(i + 1);
        for (k, row) in below.iter_mut().enumerate() {
            let factor = row[i] / top[i][i];
            for (cell, above) in row.iter_mut().zip(&top[i]).skip(i) {
                *cell -= factor * above;
            }
            b[i + 1 + k] -= factor * b[i];
        }
    }
    for i in (0..n).rev() {
        let rest: f64 = (i + 1..n).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - rest) / a[i][i];
    }
    b
}

fn probability(weights: &[f64], row: &[f64]) -> f64 {
    let sum: f64 = weights.iter().zip(row.iter().chain([&1.0])).map(|(weight, x)| weight * x).sum();
    1.0 / (1.0 + (-sum).exp())
}

fn rows(sections: &[Section], keep: impl Fn(&Section) -> bool) -> Vec<(&[f64], bool)> {
    sections.iter().filter(|section| keep(section)).map(|section| (section.row.as_slice(), section.positive)).collect()
}

/// The score of each section by weights fitted without the responses of its fold.
fn cross_validated(sections: &[Section]) -> Vec<f64> {
    let folds: Vec<Vec<f64>> =
        (0..FOLDS).map(|fold| fit(&rows(sections, |section| section.response % FOLDS != fold))).collect();
    sections.iter().map(|section| probability(&folds[section.response % FOLDS], &section.row)).collect()
}

/// Percentile interval, 95 %, of precision and recall over 2,000 draws of whole responses.
fn by_response(sections: &[Section], found: &[bool]) -> [(f64, f64); 2] {
    let mut counts = vec![Counts::default(); 100];
    for (section, found) in sections.iter().zip(found) {
        let one = Counts::of([(section, *found)].into_iter());
        let sum = &mut counts[section.response];
        sum.both += one.both;
        sum.found_only += one.found_only;
        sum.labelled_only += one.labelled_only;
    }
    let mut random = ChaCha8Rng::seed_from_u64(17);
    let mut drawn: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..2000 {
        let mut sum = Counts::default();
        for _ in 0..counts.len() {
            let one = counts[usize::try_from(random.next_u64() % 100).expect("below 100")];
            sum.both += one.both;
            sum.found_only += one.found_only;
            sum.labelled_only += one.labelled_only;
        }
        drawn[0].push(sum.precision());
        drawn[1].push(sum.recall());
    }
    drawn.map(|mut values| {
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        if values.is_empty() {
            return (f64::NAN, f64::NAN);
        }
        (values[values.len() / 40], values[values.len() - 1 - values.len() / 40])
    })
}

fn report(name: &str, sections: &[Section], found: &[bool]) -> Counts {
    let counts = Counts::of(sections.iter().zip(found.iter().copied()));
    let [precision, recall] = by_response(sections, found);
    println!(
        "{name:<44} found {:>4}  precision {:.3} [{:.3}, {:.3}]  recall {:.3} [{:.3}, {:.3}]",
        counts.both + counts.found_only,
        counts.precision(),
        precision.0,
        precision.1,
        counts.recall(),
        recall.0,
        recall.1
    );
    counts
}

/// A keyword rule at the start of a section.
fn keywords() -> Regex {
    Regex::new(
        r"(?i)^\W*(?:but |so |oh |and )?\W*(?:wait|hold on|hmm|actually|alternatively|no)\b|let me (?:re-?check|double-?check|reconsider|go back|try another)|that(?:'s| is) not right|scratch that|on second thought",
    )
    .expect("a pattern")
}

/// The best any rule could do that reads only the first two words of a section, with the labels themselves in view.
fn best_by_opening(sections: &[Section]) -> String {
    let mut openings = std::collections::BTreeMap::<String, (f64, f64)>::new();
    for section in sections {
        let words = section.text.to_lowercase();
        let words = words.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|word| !word.is_empty());
        let cell = openings.entry(words.take(2).collect::<Vec<_>>().join(" ")).or_default();
        cell.0 += f64::from(u8::from(section.positive));
        cell.1 += 1.0;
    }
    let all: f64 = openings.values().map(|cell| cell.0).sum();
    let mut cells: Vec<_> = openings.into_values().collect();
    cells.sort_by(|one, two| (two.0 / two.1).total_cmp(&(one.0 / one.1)));
    let (mut both, mut found) = (0.0, 0.0);
    for cell in cells {
        both += cell.0;
        found += cell.1;
        if both >= 0.75 * all {
            break;
        }
    }
    format!("first two words, labels in view: precision {:.3} at recall {:.3}", both / found, both / all)
}

#[test]
fn a_chain_has_its_places_with_classes_and_candidates() {
    let chain = "We add the boxes: 4 + 5 = 9. So the answer is 9.\n\nWait, no, I forgot the last row. That gives 12. The answer is 12. \
                 Let me double-check: 4 + 5 + 3 = 12, that's right. So the answer is 12.";
    let read = backtrack::backtracking(chain);
    let classes: Vec<Class> = read.places.iter().map(|place| place.class).collect();
    assert_eq!(classes, [Class::Retraction, Class::ConfirmingCheck], "{read:?}");
    let first = &read.places[0];
    assert_eq!((&chain[first.start..first.end], first.cue.as_str()), ("Wait", "Wait"));
    assert!(first.share > 0.2 && first.share < 0.5 && first.changed() == Some(true) && first.backtracks());
    let second = &read.places[1];
    assert!(second.changed() == Some(false) && !second.backtracks());
    let signal = read.into_signal();
    assert!(signal.present && signal.spans.len() == 1 && signal.spans[0].rule == "retraction", "{signal:?}");
    let plain = backtrack::backtracking("Plants take up carbon dioxide. The answer is C.");
    assert!(plain.places.is_empty() && plain.passages == 1 && !plain.into_signal().present);
}

#[test]
fn measured_on_labelled_sections() {
    let (Some(fitted), Some(held_out)) = (sections(FITTED), sections(HELD_OUT)) else {
        println!("skipped: no shared data on this machine");
        return;
    };
    let positive = |all: &[Section]| all.iter().filter(|section| section.positive).count();
    assert_eq!((fitted.len(), positive(&fitted)), (2187, 172));
    let words = keywords();
    let naive: Vec<bool> = fitted.iter().map(|section| words.is_match(&section.text)).collect();
    let floor = report("keyword rule", &fitted, &naive);
    assert!((floor.precision() - 0.33).abs() < 0.02 && (floor.recall() - 0.831).abs() < 0.02, "{floor:?}");
    let cues: Vec<bool> = fitted.iter().map(|section| section.cue).collect();
    report("stage one, a cue", &fitted, &cues);
    let counted: Vec<bool> = fitted.iter().map(|section| section.cue && section.counts).collect();
    report("stage one and class, no score", &fitted, &counted);

    let scores = cross_validated(&fitted);
    for threshold in [0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6] {
        let found: Vec<bool> =
            fitted.iter().zip(&scores).map(|(section, score)| section.cue && *score >= threshold).collect();
        report(&format!("cross-validated score >= {threshold}"), &fitted, &found);
    }
    let found = |class: bool| -> Vec<bool> {
        let one = |(section, score): (&Section, &f64)| section.cue && (!class || section.counts) && *score >= THRESHOLD;
        fitted.iter().zip(&scores).map(one).collect()
    };
    report("cross-validated, threshold and class", &fitted, &found(true));
    let reached = report("cross-validated, threshold", &fitted, &found(false));

    println!("{}", best_by_opening(&fitted));
    let weights = fit(&rows(&fitted, |_| true));
    println!("fitted again: intercept {:.3}", weights[FEATURES.len()]);
    for (feature, weight) in FEATURES.iter().zip(&weights) {
        println!("  '{}': {weight:.3},", feature.name);
    }
    let seen: Vec<bool> = held_out.iter().map(|section| section.cue && section.score >= THRESHOLD).collect();
    report("the other model, shipped weights", &held_out, &seen);
    let naive: Vec<bool> = held_out.iter().map(|section| words.is_match(&section.text)).collect();
    report("the other model, keyword rule", &held_out, &naive);

    for (feature, weight) in FEATURES.iter().zip(&weights) {
        assert!((feature.weight - weight).abs() < 0.002, "{}: {} is not {weight}", feature.name, feature.weight);
    }
    assert!((INTERCEPT - weights[FEATURES.len()]).abs() < 0.002);
    assert!(reached.precision() >= 0.40 && reached.recall() >= 0.73, "{reached:?}");
}
