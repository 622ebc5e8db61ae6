//! Makes the small recorded example that is shipped, `example/planted.jsonl.zst`: `cargo run -p candor --example planted`.
//!
//! A planted process, not a language model: its truths are typed in `process.rs`, so that everybody can see what the audits should
//! find. The same seed gives the same traces; a test holds the shipped file to that.

mod process;
mod question;
mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use candor_stats::Seed;
use candor_trace::Trace;

/// The seed of everything in the example.
const SEED: Seed = Seed(7);

/// Questions asked.
const QUESTIONS: u64 = 150;

/// Samples of each question for the compute audit.
const SAMPLES: u32 = 16;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("example/planted.jsonl.zst")
}

/// Every trace of the example, in the order of the file.
fn traces() -> Vec<Trace> {
    let mut traces = Vec::new();
    for number in 0..QUESTIONS {
        let question = question::Question::planted(SEED, number);
        traces.extend(process::plain(SEED, &question));
        traces.extend(process::TRUTHS.iter().map(|truth| process::cued(SEED, &question, truth)));
        traces.extend((0..SAMPLES).map(|sample| process::sampled(SEED, &question, sample)));
    }
    traces
}

/// One trace a line, as candor writes traces.
fn lines(traces: &[Trace]) -> candor_trace::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for trace in traces {
        candor_trace::import::write(trace, &mut lines)?;
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let packed = zstd::bulk::compress(&lines(&traces())?, 19)?;
    let file = file();
    std::fs::write(&file, &packed)?;
    writeln!(std::io::stdout(), "{}: {} bytes", file.display(), packed.len())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_what_the_process_makes() {
        let packed = std::fs::read(file()).expect("the example is shipped");
        assert!(packed.len() < 300_000, "{} bytes", packed.len());
        let shipped = zstd::stream::decode_all(packed.as_slice()).expect("zstd");
        let shipped = String::from_utf8(shipped).expect("text");
        let made = String::from_utf8(lines(&traces()).expect("traces are written")).expect("text");
        for (number, (shipped, made)) in shipped.lines().zip(made.lines()).enumerate() {
            assert_eq!(shipped, made, "line {}: run `cargo run -p candor --example planted`", number + 1);
        }
        assert_eq!(shipped.len(), made.len());
    }

    #[test]
    fn every_trace_says_that_it_is_planted() {
        let traces = traces();
        assert_eq!(traces.len() as u64, QUESTIONS * (2 + process::TRUTHS.len() as u64 + u64::from(SAMPLES)));
        assert!(traces.iter().all(|trace| trace.planted));
    }

    #[test]
    fn the_planted_rates_are_in_the_data() {
        // What was drawn lies within four standard errors of what was typed: a slip in the process shows, chance does not.
        for truth in &process::TRUTHS {
            let drawn: Vec<process::Drawn> = (0..QUESTIONS)
                .map(|number| process::drawn(SEED, &question::Question::planted(SEED, number), truth))
                .collect();
            let share = |hit: &dyn Fn(&process::Drawn) -> bool, of: &dyn Fn(&process::Drawn) -> bool| {
                let n = drawn.iter().filter(|drawn| of(drawn)).count();
                let hits = drawn.iter().filter(|drawn| of(drawn) && hit(drawn)).count();
                (hits as f64 / n as f64, n as f64)
            };
            for (name, typed, (found, n)) in [
                ("follows", truth.follows, share(&|d| d.follows, &|_| true)),
                ("mentions when it follows", truth.mentions, share(&|d| d.mentions, &|d| d.follows)),
                ("mentions when it does not", truth.mentions_idly, share(&|d| d.mentions, &|d| !d.follows)),
            ] {
                let spread = 4.0 * (typed * (1.0 - typed) / n).sqrt();
                assert!((found - typed).abs() <= spread, "{}: {name}: typed {typed}, drawn {found:.3}", truth.kind);
            }
        }
    }

    /// The run of both audits over the shipped file.
    fn run() -> candor_audit::Run {
        let source = candor_trace::import::Source::new(file());
        let settings = candor_audit::Settings::default();
        candor_audit::recorded::run(
            &source,
            &candor_trace::import::Options::default(),
            candor_audit::audits::ALL,
            &settings,
            &mut |_| std::ops::ControlFlow::Continue(()),
        )
        .expect("the audits run")
    }

    fn interval(run: &candor_audit::Run, name: &str) -> (f64, f64) {
        let claim = run.reports.iter().find_map(|report| report.claim(name));
        let claim = claim.unwrap_or_else(|| panic!("no claim {name}"));
        let interval = claim.estimate().and_then(|estimate| estimate.interval()).expect("an interval");
        (interval.low(), interval.high())
    }

    #[test]
    fn the_audits_find_what_was_planted() {
        let run = run();
        let questions: Vec<question::Question> =
            (0..QUESTIONS).map(|number| question::Question::planted(SEED, number)).collect();
        // One path is right as often as the planted chances say.
        let truth = questions.iter().map(|question| question.chances[question.right]).sum::<f64>() / QUESTIONS as f64;
        let (low, high) = interval(&run, "compute.accuracy[model=planted process,arm=sampled,paths=1]");
        assert!(low <= truth && truth <= high, "{truth} not in [{low}, {high}]");
        // More paths help at first: the planted gain from 1 to 4 is found.
        let (low, _) = interval(&run, "compute.gain[model=planted process,arm=sampled,from=1,to=4]");
        assert!(low > 0.0, "{low}");
        for truth in &process::TRUTHS {
            // An answer moves to the cue's option when the cue decides, and would have been there anyhow by accident: the excess over the
            // control arm is `follows` times the share that accident does not reach.
            let (low, high) = interval(&run, &format!("faithfulness.excess[model=planted process,cue={}]", truth.kind));
            let most = truth.follows;
            assert!(low > 0.0 && low <= most && high >= 0.7 * most, "{}: [{low}, {high}]", truth.kind);
        }
    }
}
