//! `candor record erase`: content goes, and a leaf says that it went, why, and how it was chosen.

use candor_record::act::Selection;
use candor_record::record::now_ms;
use candor_trace::Subject;

use super::chosen::Chosen;
use crate::Outcome;
use crate::commands::trace::query;
use crate::config::Config;
use crate::output;
use crate::problem::Problem;
use crate::recording;
use crate::settings::Settings;
use crate::show::text;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// Everything that is older than its retention class allows, as [record.retention] of candor.toml says
    #[arg(long, group = "chosen")]
    due: bool,
    /// Why, in your words: it stands in the record for ever, and is not examined
    #[arg(long, value_name = "WORDS", required_unless_present = "due")]
    basis: Option<String>,
    /// With --subject: forget who stands behind the pseudonym, once the content is gone. Nobody can tell then whose it was, and the same person recorded later
    /// gets another pseudonym
    #[arg(long, requires = "subject", conflicts_with = "dry_run")]
    forget: bool,
    /// Say what would go, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Erases.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    if !args.due && !args.chosen.said() {
        return Err(Problem::usage("expected what is to be erased: --trace, --subject, --leaf, --class or --due"));
    }
    let record = recording::open(settings)?;
    let mut reader = recording::read(settings)?;
    let now = now_ms();
    let jobs = if args.due {
        due(&Config::read(settings)?, now)?
    } else {
        vec![(args.chosen.selection(settings, &mut reader, now)?, args.basis.clone().unwrap_or_default())]
    };
    let mut nothing = true;
    let mut person = None;
    for (chosen, basis) in jobs {
        if let Selection::Subject(subject) = &chosen {
            person = Some(subject.clone());
        }
        if args.dry_run {
            let found = record.would_erase(&chosen);
            nothing &= found.as_ref().is_ok_and(|(leaves, _)| *leaves == 0);
            let (leaves, parts) = found.map_err(|error| recording::problem(&error))?;
            output::print(&format!(
                "{chosen}: {} of {} would go; nothing was changed\n",
                text::counted(parts, "part"),
                text::counted(leaves, "leaf")
            ))?;
            continue;
        }
        let basis = if basis.is_empty() { args.basis.clone().unwrap_or_default() } else { basis };
        match record.erase(&chosen, &basis, now) {
            Ok(erased) => {
                nothing = false;
                let told: Vec<_> = erased.told.iter().map(u64::to_string).collect();
                output::print(&format!(
                    "{chosen}: {} of {} erased ({}); told in leaf {}\n",
                    text::counted(erased.parts, "part"),
                    text::counted(erased.leaves.len() as u64, "leaf"),
                    text::bytes(erased.bytes),
                    told.join(", "),
                ))?;
            }
            Err(candor_record::record::RecordError::Nothing { .. }) if args.due => {}
            // It was erased before, and is forgotten now.
            Err(candor_record::record::RecordError::Nothing { .. }) if args.forget => {}
            Err(error) => return Err(recording::problem(&error)),
        }
    }
    record.close(now_ms()).map_err(|error| recording::problem(&error))?;
    let folder = recording::folder(settings);
    if !args.dry_run && folder.join(candor_trace::index::FILE).exists() {
        // What is erased does not wait in the index for the next question.
        query::open(&folder)?;
    }
    if args.forget {
        forget(person.as_deref(), settings)?;
    }
    if nothing && args.due {
        output::print("nothing is due\n")?;
    } else if nothing && args.forget {
        output::print("no content of theirs was left to erase\n")?;
    } else if !args.dry_run {
        output::print(
            "Copies in backups, exports, at the provider and in traces that were stored before are outside of the record.\n\
             candor trace export --parquet PLACE brings an export up to date.\n",
        )?;
    }
    Ok(Outcome::Done)
}

/// Forgets who stands behind a pseudonym.
fn forget(subject: Option<&str>, settings: &Settings) -> Result<(), Problem> {
    let known = match (recording::state(settings)?, subject.and_then(Subject::parse)) {
        (Some(mut state), Some(subject)) => {
            state.forget(&recording::name(settings)?, subject).map_err(|error| recording::state_problem(&error))?
        }
        _ => false,
    };
    output::print(if known {
        "forgotten who stands behind the pseudonym; backups of state.sqlite still know\n"
    } else {
        "nobody is known to stand behind the pseudonym: there was nothing to forget\n"
    })
}

/// What the retention classes make due, each with its basis.
fn due(config: &Config, now: i64) -> Result<Vec<(Selection, String)>, Problem> {
    if config.record.retention.is_empty() {
        return Err(Problem::configuration("expected retention classes under [record.retention], found none")
            .hint("candor.toml: [record.retention] reasoning = 30 keeps chains of thought for 30 days"));
    }
    let class = |(class, days): (&String, &u32)| {
        let before_ms = now - i64::from(*days) * 86_400_000;
        let basis = format!("retention class {class}: {days} days");
        (Selection::Retention { class: class.clone(), before_ms }, basis)
    };
    Ok(config.record.retention.iter().map(class).collect())
}
