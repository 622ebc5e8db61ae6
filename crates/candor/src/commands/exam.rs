//! `candor exam --phrase WORDS`: a blind examination of this instrument. The phrase draws what is true of a planted process; the digest of the truths is printed first, the
//! audits run without them, then the truths are revealed beside what was found. A planted process, not a language model.

use candor_audit::planted::{Examined, Standing, examine};
use candor_audit::{Audit, audits};
use candor_pebble::Truth;

use crate::Outcome;
use crate::exam::{every_kind, truths};
use crate::live::{Asked, sit_in_memory};
use crate::output;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::show::page::Writing;
use crate::show::run::{Detail, Source};
use crate::show::{run as terminal, text};

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Any words: they draw what is true
    #[arg(long, value_name = "WORDS", required_unless_present = "script")]
    phrase: Option<String>,
    /// How many questions are asked
    #[arg(long, value_name = "N", default_value_t = 240)]
    questions: usize,
    /// Print the parameters that the phrase has drawn, too
    #[arg(long)]
    parameters: bool,
    /// Print the program in Python, which shares no code with this one, that draws the same truths
    #[arg(long, conflicts_with_all = ["phrase", "parameters"])]
    script: bool,
}

/// A program in another language that draws the truths of a phrase and shares no code with this one.
const SCRIPT: &str = include_str!("../../../../interop/exam.py");

/// Sits it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    if args.script {
        output::print(SCRIPT)?;
        return Ok(Outcome::Done);
    }
    let phrase = args.phrase.as_deref().unwrap_or_default();
    if args.questions < 40 {
        return Err(Problem::usage(format!("--questions: expected at least 40, found {}", args.questions))
            .hint("with fewer most intervals promise nothing at their size"));
    }
    let truth = Truth::of_phrase(phrase);
    if !settings.json {
        output::print(&format!(
            "planted process, not a language model: what is true of it is drawn from \"{}\"\n\
             digest of the truths, before anything is asked:\n  {}\n",
            text::clean(phrase),
            truth.digest()
        ))?;
    }
    let asked = Asked::on_pebble();
    let audits: Vec<&'static dyn Audit> =
        audits::ALL.iter().copied().filter(|audit| audit.experiment().is_some()).collect();
    let wanted = candor_audit::Settings::default();
    let run = sit_in_memory(&truth, phrase, args.questions, &asked, &audits, &wanted)?;
    let examined = examine(&run, &truths(&truth, &every_kind(), &asked));
    if settings.json {
        output::json(&serde_json::json!({
            "phrase": phrase,
            "digest": truth.digest(),
            "truths": truth.lines().lines().collect::<Vec<_>>(),
            "promised": examined.promised,
            "covered": examined.covered,
            "misses": examined.misses,
            "rows": examined.rows,
        }))?;
        return Ok(Outcome::Done);
    }
    output::print(&shown(&examined, &run, &truth, args, settings))?;
    Ok(Outcome::Done)
}

fn shown(examined: &Examined, run: &candor_audit::Run, truth: &Truth, args: &Args, settings: &Settings) -> String {
    let report = examined.report(run);
    let alone = candor_audit::Run { reports: vec![report], findings: Vec::new(), first: Vec::new(), ..run.clone() };
    let mut said = terminal::run(&alone, &Source::default(), Detail::Full, settings.page);
    if args.parameters {
        said.push_str(&format!("\nwhat the phrase has drawn, in thousandths unless counts:\n{}", truth.lines()));
    }
    let missing = examined.rows.iter().filter(|(_, standing)| *standing == Standing::NotFound).count();
    if missing > 0 {
        said.push_str(&format!("\n{} found no interval\n", text::counted(missing as u64, "truth")));
    }
    let mut end = Writing::on(settings.page);
    end.paragraph(
        "",
        &format!(
            "planted process, not a language model: {}; at 95 % one of twenty misses, and should",
            examined.said()
        ),
    );
    end.paragraph(
        "",
        &text::typed(
            "anybody can draw the same truths: candor exam --script > exam.py, and",
            crate::settings::program(),
        ),
    );
    // Not wrapped: a phrase that was broken in two is another phrase.
    end.line(&format!("  python3 exam.py {}", text::shell(args.phrase.as_deref().unwrap_or_default())));
    said.push('\n');
    said.push_str(&end.finish());
    said
}
