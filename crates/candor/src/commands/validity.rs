//! `candor validity`: what was promised, and what was delivered; and the one command that makes that table again. The simulations are in
//! `candor_audit::validity`.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use candor_audit::validity::{self, Draws, Plan, Regime, Size, Table, page};
use clap::builder::PossibleValuesParser;

use crate::Outcome;
use crate::output;
use crate::problem::Problem;
use crate::progress::Counted;
use crate::reading::refused;
use crate::runs::write_whole;
use crate::settings::Settings;
use crate::show::validity as terminal;

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rows whose name begins so, in every regime [default: all rows, in short]
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Print Markdown, every row in every regime
    #[arg(long, conflicts_with = "json")]
    md: bool,
    /// Make the table again, instead of showing the one that came with this version
    #[arg(long)]
    regenerate: bool,
    /// How much: full, ci (1,000 replications a row), or a number of replications
    #[arg(long, value_name = "SIZE", default_value = "full", requires = "regenerate", value_parser = size)]
    size: Size,
    /// Only in this regime
    #[arg(long, value_name = "REGIME", requires = "regenerate", value_parser = PossibleValuesParser::new(Regime::ALL.map(Regime::name)))]
    regime: Vec<String>,
    /// Write table.json and validity.md into a folder, too
    #[arg(long, value_name = "DIR", requires = "regenerate")]
    out: Option<PathBuf>,
    /// Write every single draw into a folder, too: draws.csv and exact.csv
    #[arg(long, value_name = "DIR", requires = "regenerate")]
    draws: Option<PathBuf>,
    /// Exit with 1 where a promise is broken that the table of this version keeps
    #[arg(long, requires = "regenerate")]
    check: bool,
}

fn size(text: &str) -> Result<Size, String> {
    match text {
        "full" => Ok(Size::Full),
        "ci" => Ok(Size::Ci),
        other => match other.parse::<u64>() {
            Ok(replications) if (1..=1_000_000).contains(&replications) => Ok(Size::Quick(replications)),
            _ => Err("expected full, ci or a number from 1 to 1000000".to_owned()),
        },
    }
}

/// Shows the table, or makes it.
pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Outcome, Problem> {
    let shipped = Table::shipped().map_err(|error| Problem::internal(error.to_string()))?;
    let (table, broke) = if args.regenerate {
        let table = regenerate(args, settings)?.dated(&shipped);
        let broke = newly_broken(&table, &shipped);
        (table, broke)
    } else {
        (shipped.clone(), Vec::new())
    };
    if let Some(folder) = &args.out {
        make(folder)?;
        // Single rows at the full size take their place in the table of this version.
        let part = !args.rows.is_empty() && args.size == Size::Full && args.regime.is_empty();
        let whole = if part { shipped.with(&table) } else { table.clone() };
        let json = whole.write().map_err(|error| Problem::internal(error.to_string()))?;
        write_whole(&folder.join("table.json"), &json)?;
        write_whole(&folder.join("validity.md"), &page::markdown(&whole))?;
    }
    let chosen = table.only(&args.rows);
    if chosen.lines.is_empty() {
        return Err(Problem::usage(format!("no row of the validity table begins with {}", args.rows.join(" or ")))
            .hint("candor validity lists them"));
    }
    let shown = if settings.json {
        output::as_json(&chosen)?
    } else if args.md {
        page::markdown(&chosen)
    } else {
        terminal::table(&chosen, !args.rows.is_empty(), settings.page)
    };
    output::print(&shown)?;
    if args.check && !broke.is_empty() {
        output::remark(&format!("broken, and kept by the table of this version: {}", broke.join(", ")));
        return Ok(Outcome::Unmet);
    }
    Ok(Outcome::Done)
}

fn regenerate(args: &Args, settings: &Settings) -> Result<Table, Problem> {
    let plan = Plan {
        size: args.size,
        only: args.rows.clone(),
        regimes: args.regime.iter().filter_map(|name| Regime::named(name)).collect(),
        threads: settings.threads.map_or(1, std::num::NonZeroUsize::get),
        also: crate::exam::LIVE,
    };
    let progress = Counted::of("replications", settings);
    let reached = AtomicU64::new(0);
    let at = |done: u64, total: u64| progress.at(reached.fetch_max(done, Ordering::Relaxed).max(done), total);
    let table = match &args.draws {
        None => validity::run(&plan, &mut Draws::unwanted(), &at),
        Some(folder) => {
            make(folder)?;
            let (mut draws, mut exact) = (open(&folder.join("draws.csv"))?, open(&folder.join("exact.csv"))?);
            let mut draws = Draws::to(&mut draws, &mut exact).map_err(|error| refused(&error))?;
            validity::run(&plan, &mut draws, &at)
        }
    };
    progress.end();
    table.map_err(|error| refused(&error))
}

fn make(folder: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(folder).map_err(|error| Problem::writing(folder, &error))
}

fn open(path: &Path) -> Result<BufWriter<File>, Problem> {
    Ok(BufWriter::new(File::create(path).map_err(|error| Problem::writing(path, &error))?))
}

/// Rows that are broken in a regime in which the shipped table does not say so.
fn newly_broken(table: &Table, shipped: &Table) -> Vec<String> {
    let known = |row: &str, regime: Regime| {
        shipped.lines.iter().any(|line| line.row == row && line.broken().any(|(other, _)| other == regime))
    };
    let mut broke = Vec::new();
    for line in &table.lines {
        for (regime, cell) in line.broken().filter(|(regime, _)| !known(&line.row, *regime)) {
            broke.push(format!("{} ({}: {})", line.row, regime.heading(), cell.why));
        }
    }
    broke
}
