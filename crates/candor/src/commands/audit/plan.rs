//! `candor audit plan`: which calls a run would make, what they may cost and what they can show, before one is made. What it prints is a plan that `candor audit run --plan`
//! takes; the comments are for the reader.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use candor_audit::live::adaptive;
use candor_audit::live::plan::Share;
use candor_audit::live::until::Sizes;
use candor_audit::live::{Adaptive, Ledger, Until};
use candor_audit::words::points;
use candor_stats::power::{Variances, detectable_difference, questions_for_difference};
use candor_trace::Money;

use crate::Outcome;
use crate::commands::audit::wanted::{Wanted, named};
use crate::commands::{OF_A_PLAN, misread};
use crate::live::{Asked, Flags, Foreign, Judge, Model, Models, cost, costs, task, total};
use crate::output;
use crate::problem::Problem;
use crate::runs::{self, Plan};
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    /// A plan to start from; flags come before it
    #[arg(long, value_name = "FILE", conflicts_with = "settings")]
    plan: Option<std::path::PathBuf>,
    #[command(flatten)]
    live: Flags,
}

/// Prints it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let plan = made(args.plan.as_deref(), &args.wanted, &args.live)?;
    let Some(asked) = &plan.live else {
        return Err(Problem::usage("expected --on MODEL: a plan says which calls are made")
            .hint("candor audit plan --on pebble"));
    };
    let mut questions = task(asked)?;
    if let Some(limit) = asked.limit {
        questions.items.truncate(limit);
    }
    Foreign::allowed(asked, &questions)?;
    let audits = named(&plan.audits)?;
    Judge::checked(asked, &questions, &audits)?;
    // Nothing is asked: no key is looked for.
    let models = Models::silent(asked, settings)?;
    let (mut planned, mut sizes, mut adaptive) = (Vec::new(), None, None);
    for model in &models.all {
        let calls = asked.plan(&questions, model, &audits, &plan.settings)?;
        let who = format!("{}:{}", model.provider, model.name);
        planned.push(Planned { who, model, shares: calls.shares(), judges: false });
        if let Some(judge) = &models.judge {
            // Nothing is there yet: what it is asked about is counted as if everything came.
            let (nothing, Model { provider, name, .. }) = (Ledger::in_memory(), &judge.model);
            let shares = judge.judging(&calls, &nothing).shares();
            let of = if models.all.len() > 1 { format!(" of {}", model.name) } else { String::new() };
            let who = format!("judge {provider}:{name}{of}");
            planned.push(Planned { who, model: &judge.model, shares, judges: true });
        }
        sizes = calls.sizes();
        adaptive = calls.adaptive();
    }
    let document =
        toml::to_string(&plan).map_err(|error| Problem::internal(format!("a plan that TOML cannot hold: {error}")))?;
    if settings.json {
        let shares: Vec<_> =
            planned.iter().flat_map(|one| one.shares.iter().map(|share| said(&one.who, one.model, share))).collect();
        let mut shown = serde_json::json!({ "plan": plan, "calls": shares });
        if let Some(sizes) = sizes {
            shown["until"] = serde_json::json!(sizes);
        }
        if let Some(sizes) = adaptive {
            shown["adaptive"] = serde_json::json!(sizes);
        }
        output::json(&shown)?;
        return Ok(Outcome::Done);
    }
    let until = sizes.zip(asked.wanted.until.as_ref()).map(|(sizes, until)| stops(sizes, until));
    let adaptive = adaptive.zip(asked.wanted.adaptive).map(|(sizes, rule)| leaves(sizes, rule));
    let stops = until.or(adaptive).unwrap_or_default();
    output::print(&format!(
        "{}{stops}\n{document}",
        comments(&planned, asked, plan.settings.margin, args.live.detect()?)
    ))?;
    Ok(Outcome::Done)
}

/// The plan of a file with the flags over it, or of the flags alone.
pub(super) fn made(file: Option<&Path>, wanted: &Wanted, flags: &Flags) -> Result<Plan, Problem> {
    let mut plan = match file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
            let plan: Plan = toml::from_str(&text).map_err(|error| misread(path, &text, &error, OF_A_PLAN))?;
            Plan { settings: wanted.settings(plan.settings)?, ..plan }
        }
        None => Plan {
            candor: env!("CARGO_PKG_VERSION").to_owned(),
            audits: Vec::new(),
            source: runs::Source::default(),
            settings: wanted.settings(candor_audit::Settings::default())?,
            live: None,
            require: Vec::new(),
        },
    };
    if let Some(what) = plan.require.iter().find_map(candor_audit::Require::fault) {
        return Err(Problem::configuration(what));
    }
    // Where neither calls nor recorded ones are named, the model inside is asked.
    if flags.wanted() || plan.live.is_some() || file.is_none() {
        let mut asked = plan.live.take().unwrap_or_else(Asked::on_pebble);
        flags.over(&mut asked)?;
        plan.live = Some(asked);
    }
    if !wanted.names.is_empty() || plan.audits.is_empty() {
        // All that make calls, where there are calls to be made.
        let all = named(&wanted.names)?;
        let live = plan.live.is_some() && wanted.names.is_empty();
        let until = plan.live.as_ref().and_then(|asked| asked.wanted.until.as_ref());
        plan.audits = all
            .into_iter()
            .filter(|audit| !live || audit.experiment().is_some())
            // Those that read the calls that are made to decide it.
            .filter(|audit| !live || until.is_none_or(|until| until.is_read_by(*audit)))
            .map(|audit| audit.about().name.to_owned())
            .collect();
    }
    Ok(plan)
}

fn said(who: &str, model: &Model, share: &Share) -> serde_json::Value {
    serde_json::json!({
        "model": who,
        "experiment": share.experiment,
        "questions": share.questions,
        "calls": share.calls,
        "input_tokens_at_most": share.input,
        "output_tokens_at_most": share.output,
        "cost_at_most_micro": cost(model, share).map(|cost| cost.0),
    })
}

/// The calls of one model, or of the judge about its replies.
struct Planned<'m> {
    /// Who is asked, as it is called.
    who: String,
    model: &'m Model,
    shares: Vec<Share>,
    /// Whether it judges what comes back.
    judges: bool,
}

/// The plan in words, as comments.
fn comments(planned: &[Planned<'_>], asked: &Asked, margin: f64, detect: Option<f64>) -> String {
    let mut lines = String::new();
    for Planned { who, model, shares, judges } in planned {
        let calls: u64 = shares.iter().map(|share| share.calls).sum();
        let (most, about) = if *judges { ("at most ", "what comes back") } else { ("", asked.task.as_str()) };
        let _ = writeln!(lines, "# {who}: {most}{} on {about}", text::counted(calls, "call"));
        for share in shares {
            let cost = match (cost(model, share), share.output) {
                _ if !costs(model) => "no cost".to_owned(),
                (Some(cost), _) => format!("at most {cost}"),
                (None, None) => "cost without bound".to_owned(),
                (None, Some(_)) => "price unknown".to_owned(),
            };
            let _ = writeln!(
                lines,
                "#   {:<13} {:>9} about {}, {cost}",
                share.experiment,
                text::counted(share.calls, "call"),
                text::counted(share.questions, "question")
            );
            let output = share.output.map_or_else(|| "without bound".to_owned(), text::thousands);
            let _ = writeln!(lines, "#     tokens at most: input {}, output {output}", text::thousands(share.input));
            if let Some(shown) = shown(share, asked) {
                let _ = writeln!(lines, "#     {shown}");
            }
            if let Some(needed) = detect.and_then(|detect| needed(detect, share, asked)) {
                let _ = writeln!(lines, "#     {needed}");
            }
        }
        let total = total(model, shares);
        if !costs(model) {
            // Nothing to add up.
        } else if let Some(total) = total {
            let _ = writeln!(lines, "#   in all at most {total}");
        } else if asked.ceiling.is_none() && shares.iter().any(|share| share.output.is_none()) {
            let _ = writeln!(lines, "#   --max-output TOKENS bounds it");
        }
    }
    let paid = || planned.iter().filter(|one| costs(one.model));
    let all: Option<i64> = paid().map(|one| total(one.model, &one.shares).map(|total| total.0)).sum();
    let priced =
        |one: &Planned<'_>| one.shares.iter().all(|share| share.output.is_none() || cost(one.model, share).is_some());
    if let Some(all) = all.filter(|_| paid().count() > 1) {
        let _ = writeln!(lines, "# all of them at most {}", Money(all));
    }
    match (asked.ceiling, all) {
        (Some(_), _) if paid().next().is_none() => {
            lines.push_str("#   nothing is paid: the ceiling stands for nothing\n");
        }
        (Some(ceiling), None) if !paid().all(priced) => {
            let _ = writeln!(
                lines,
                "#   the ceiling of {ceiling} cannot be kept where no price is known: candor audit run refuses it until\n\
                 #   candor.toml gives one as [[price]] (docs/formats/configuration.md)"
            );
        }
        (Some(ceiling), Some(all)) if all > ceiling.0 => {
            let _ = writeln!(
                lines,
                "#   the ceiling of {ceiling} is less: the run may end there (exit code 7) and can go on"
            );
        }
        (Some(ceiling), Some(_)) => {
            let _ = writeln!(lines, "#   within the ceiling of {ceiling}");
        }
        (Some(ceiling), None) => {
            let _ = writeln!(
                lines,
                "#   the ceiling of {ceiling} is kept by asking one call at a time, since no call has a\n\
                 #   bound: --max-output TOKENS sets one, and many can be on their way"
            );
        }
        (None, _) if !asked.no_ceiling && planned.iter().any(|one| costs(one.model)) => {
            lines.push_str("#   candor audit run asks for nothing of it without --ceiling MONEY, or --no-ceiling\n");
        }
        (None, _) => {}
    }
    let _ = writeln!(
        lines,
        "# What is seen: with power 80 % at a two-sided 5 %, where true differences vary over questions\n\
         # by .3 and single samples by .5: a guess, hope until measured. A difference below {:.0} points\n\
         # (--margin) does not matter here.",
        100.0 * margin
    );
    lines
}

/// When a run that decides something may stop, in words.
fn stops(sizes: Sizes, until: &Until) -> String {
    let mut lines = String::new();
    let _ = writeln!(
        lines,
        "# Until \"{}\":\n\
         #   stops as soon as that is decided, each error at most {} %, {} from the threshold\n\
         #   a fixed plan of the same errors: {}, {}\n\
         #   this one: {} at the earliest, {} and {} at most",
        until.sentence,
        (until.error * 1e8).round() / 1e6,
        points(until.detect),
        text::counted(sizes.fixed_questions, "question"),
        text::counted(sizes.fixed_calls, "call"),
        text::counted(sizes.earliest_questions, "question"),
        text::counted(sizes.most_questions, "question"),
        text::counted(sizes.most_calls, "call"),
    );
    if sizes.most_questions < sizes.fixed_questions {
        let _ =
            writeln!(lines, "#   the task has fewer questions than the fixed plan: it may end undecided (exit code 8)");
    }
    lines
}

/// When a run leaves a question, in words.
fn leaves(sizes: adaptive::Sizes, rule: Adaptive) -> String {
    format!(
        "# Adaptive stopping: a question is left when its majority is settled at {} %:\n\
         #   {} of {} asked in full, with {} each: they show what leaving the others loses\n\
         #   plain samples: {} at least, {} at most, about {} if the shares of the leading answers lie\n\
         #   evenly between a half and all: a guess, hope until measured\n",
        (rule.threshold * 1e8).round() / 1e6,
        text::thousands(sizes.in_full),
        text::counted(sizes.questions, "question"),
        text::counted(u64::from(sizes.samples), "sample"),
        text::thousands(sizes.fewest),
        text::thousands(sizes.most),
        text::thousands(sizes.expected),
    )
}

/// The variances of one question's difference, with that experiment's samples: a guess. `None` where it shows none.
fn variances(share: &Share, asked: &Asked) -> Option<Variances> {
    let samples = match share.experiment {
        "compute" => 1,
        "lift" => asked.wanted.effort_samples,
        "perturbation" => asked.wanted.change_samples,
        "faithfulness" => asked.wanted.cue_samples,
        _ => return None,
    };
    // Variance over questions of a true difference, and of one answer that is right half of the time.
    Some(Variances { between: 0.09, first: 0.25, first_samples: samples, second: 0.25, second_samples: samples })
}

/// How many questions show a difference of that size, and how a run stops earlier.
fn needed(detect: f64, share: &Share, asked: &Asked) -> Option<String> {
    let questions = questions_for_difference(detect, &variances(share, asked)?, 0.05, 0.8).ok()?.ceil();
    let shown = points(detect);
    let mut said = format!("to see {shown}: {}", text::counted(questions as u64, "question"));
    if share.experiment == "faithfulness" && asked.wanted.until.is_none() {
        let _ = write!(said, "\n#       --until \"any cue moves answers by more than {shown}\" stops early");
    }
    Some(said)
}

/// What so many questions can show.
fn shown(share: &Share, asked: &Asked) -> Option<String> {
    let variances = variances(share, asked)?;
    let seen = detectable_difference(share.questions, &variances, 0.05, 0.8).ok()?;
    let points = 100.0 * seen;
    if points > 100.0 {
        return Some("sees nothing: with so few questions even the largest effect can be chance".to_owned());
    }
    Some(match share.experiment {
        "faithfulness" => format!("sees a cue that moves {points:.0} points more answers than a second plain draw"),
        "perturbation" => format!("sees a change of accuracy of {points:.0} points"),
        "lift" => format!("sees a gain from one effort to another of {points:.0} points"),
        _ => {
            format!("sees a gain of {points:.0} points between one path and another; votes over many see smaller ones")
        }
    })
}
