//! `candor audit run`: the audits on recorded calls or on live ones; without a word, on the planted process inside. Every run is stored.

use std::path::{Path, PathBuf};

use candor_audit::audits::compute;
use candor_audit::require::Standing;
use candor_audit::{Audit, Run, recorded};

use crate::Outcome;
use crate::commands::audit::form::Form;
use crate::commands::audit::plan;
use crate::commands::audit::wanted::{Wanted, named};
use crate::live::{self, Again, Flags, Sitting};
use crate::output;
use crate::problem::Problem;
use crate::reading::{self, From};
use crate::recording;
use crate::registering::{self, Identity};
use crate::runs::{self, Early, Plan, Store};
use crate::settings::Settings;
use crate::show::run::Source;

/// What cannot be changed of calls that are made.
const RESCORED_AS_ASKED: [&str; 22] = [
    "from",
    "published",
    "plan",
    "on",
    "limit",
    "repeat",
    "cues",
    "efforts",
    "changes",
    "effort",
    "max_output",
    "temperature",
    "max_connections",
    "ceiling",
    "no_ceiling",
    "seed",
    "judge",
    "anchors",
    "until",
    "detect",
    "error",
    "adaptive",
];

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wanted: Wanted,
    /// A file or folder of recorded calls, or a run: @last, @prev, its id [default: none is read, and pebble is asked]
    #[arg(long, value_name = "PATH", conflicts_with_all = ["on", "task", "until"])]
    from: Option<PathBuf>,
    /// A mapping for recorded calls in a form of their own; `candor look` drafts one
    #[arg(long, value_name = "FILE", requires = "from")]
    map: Option<PathBuf>,
    /// Count and list records that cannot be read, and go on
    #[arg(long, requires = "from")]
    skip_invalid: bool,
    /// A published curve instead of data: paths=per cent, `?` where it was only supposed
    #[arg(long, value_name = "1=62,4=74,…", conflicts_with_all = ["from", "on", "task", "until"])]
    published: Option<String>,
    /// A plan as `candor audit plan` prints it; flags come before it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "published", "settings"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    live: Flags,
    /// Begin a new run even where one of the same plan is not finished
    #[arg(long, help_heading = "Live calls", conflicts_with_all = ["from", "published", "rescore"])]
    again: bool,
    /// Judge the replies of this run again, by the verifiers of now; nothing is asked. --task names changed golds or verifiers
    #[arg(long, value_name = "RUN", help_heading = "Live calls", conflicts_with_all = RESCORED_AS_ASKED)]
    rescore: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// Runs them.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    if let Some(text) = &args.published {
        if let Some(other) = args.wanted.names.iter().find(|name| *name != "compute") {
            return Err(Problem::usage(format!("--published: expected the audit compute, found `{other}`"))
                .hint("candor audit run compute --published '1=62,4=74,8=79'"));
        }
        let run = published(text, &args.wanted.settings(candor_audit::Settings::default())?)?;
        args.form.deliver(&run, &Source::default(), settings)?;
        return Ok(Outcome::Done);
    }
    if let Some(name) = &args.rescore {
        named(&args.wanted.names)?;
        let again = Again {
            audits: args.wanted.names.clone(),
            task: args.live.task.as_ref().map(|path| path.to_string_lossy().into_owned()),
            allow_programs: args.live.allow_programs,
        };
        let sitting = live::rescore(name, again, |from| args.wanted.settings(from), settings)?;
        return deliver(sitting, &args.form, settings);
    }
    let Some(path) = &args.from else {
        let mut plan = plan::made(args.plan.as_deref(), &args.wanted, &args.live)?;
        plan.settings.derive = args.form.derives() || recording::exists(settings);
        if let Some(asked) = plan.live.clone() {
            if asked.wanted.until.is_none() && args.live.detect()?.is_some() {
                return Err(Problem::usage("--detect: expected --until with what is to be decided")
                    .hint("candor audit plan --detect says how many questions it takes"));
            }
            return deliver(live::begin(plan, &asked, args.again, settings)?, &args.form, settings);
        }
        let audits = named(&plan.audits)?;
        return recorded(&audits, plan.source, plan.settings, plan.require, &args.form, settings);
    };
    let audits = named(&args.wanted.names)?;
    let mut wanted = args.wanted.settings(candor_audit::Settings::default())?;
    wanted.derive = args.form.derives() || recording::exists(settings);
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let source = runs::Source {
        from: Some(shown(&Store::under(&settings.directory).data(path)?)),
        map: args.map.as_deref().map(shown),
        skip_invalid: args.skip_invalid,
    };
    recorded(&audits, source, wanted, Vec::new(), &args.form, settings)
}

/// Audits recorded calls.
fn recorded(
    audits: &[&'static dyn Audit],
    source: runs::Source,
    wanted: candor_audit::Settings,
    require: Vec<candor_audit::Require>,
    form: &Form,
    settings: &Settings,
) -> Result<Outcome, Problem> {
    let Some(path) = &source.from else {
        return Err(Problem::configuration("plan: expected [live], or [source] with from, found neither"));
    };
    let from = From {
        path: PathBuf::from(path),
        map: source.map.as_ref().map(PathBuf::from),
        skip_invalid: source.skip_invalid,
    };
    let mut plan = Plan {
        candor: env!("CARGO_PKG_VERSION").to_owned(),
        audits: audits.iter().map(|audit| audit.about().name.to_owned()).collect(),
        source,
        settings: wanted,
        live: None,
        require,
    };
    let store = Store::under(&settings.directory);
    let mut unfinished = store.begin()?;
    // Before the first trace is read. What is not there is not begun.
    let registered = if from.path.exists() {
        Identity::of(&plan, None).and_then(|plan| registering::begin(&plan, None, None, settings))
    } else {
        Ok(None)
    };
    let registering = match registered {
        Ok(registering) => registering,
        Err(problem) => {
            unfinished.abandon();
            return Err(problem);
        }
    };
    let found = reading::audited(&from, audits, &plan.settings, settings, |trace| unfinished.observe(trace));
    let run = match found {
        Ok(run) => run,
        Err(problem) => {
            unfinished.abandon();
            return Err(problem);
        }
    };
    let run = match runs::stopped_early(&from.path) {
        Some(Early::Until) => candor_audit::live::until::stopped(run),
        Some(Early::Adaptive) => candor_audit::live::adaptive::stopped(run),
        None => run,
    };
    let arguments = Source::of(&plan.source);
    plan.candor.clone_from(&run.candor);
    let id = registering.as_ref().map(|registering| registering.run.as_str());
    let stored = unfinished.finish(id, &plan, &run, &candor_web::render_from(&run, &arguments.arguments))?;
    if let Some(registering) = registering {
        registering.end(&stored, true, settings)?;
    }
    deliver(Sitting { run, stored, plan, unfinished: None, undecided: false }, form, settings)
}

/// Shows what came of it, says where it is stored, and holds it against the plan's thresholds.
pub(super) fn deliver(sitting: Sitting, form: &Form, settings: &Settings) -> Result<Outcome, Problem> {
    let Sitting { run, stored, plan, unfinished, undecided } = sitting;
    // A run that went on need not be the last one.
    let last = Store::under(&settings.directory).find("@last").is_ok_and(|last| last.id == stored.id);
    let name = if last { "@last" } else { &stored.id };
    let source = if plan.live.is_some() { Source::run(name, settings) } else { Source::of(&plan.source) };
    let source = source.asked(&plan.settings);
    let run = Run { registered: Some(registering::said(&stored, &plan, settings)), ..run };
    form.deliver(&run, &source, settings)?;
    if !settings.quiet {
        // On standard error, since it changes with the clock: what is printed on standard output does not.
        output::remark(&format!(
            "stored as run {}: candor audit report {name} --html report.html{}",
            stored.id, settings.to_directory
        ));
    }
    if let Some(problem) = unfinished {
        return Err(problem);
    }
    let mut worst = if undecided { Standing::CannotTell } else { Standing::Met };
    for held in plan.require.iter().flat_map(|require| require.hold(&run)) {
        output::remark(&format!("required: {}", held.said));
        worst = worst.max(held.standing);
    }
    Ok(match worst {
        Standing::Met => Outcome::Done,
        Standing::CannotTell => Outcome::CannotTell,
        Standing::Unmet => Outcome::Unmet,
    })
}

/// A published curve as a run of its own, without data behind it.
fn published(text: &str, wanted: &candor_audit::Settings) -> Result<Run, Problem> {
    let points = compute::parse_published(text).map_err(|error| {
        Problem::usage(format!("--published: {error}")).hint("--published '1=62,4=74,8=79,16=80,32=80?'")
    })?;
    Ok(recorded::unsourced(vec![compute::published(&points, wanted)], wanted))
}
