//! Runs worlds under regimes, on several threads, and hands the counts to the rules. The same plan gives the same table on any number of threads:
//! every replication has a stream of its own, and sums are added in a fixed order.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use candor_stats::{Seed, Stream};

use super::delivered::{self, Counts};
use super::draws::{Draw, Draws};
use super::outcome::Outcome;
use super::regime::Regime;
use super::row::{Kind, Row};
use super::table::{Line, Table};
use super::tally::Tally;
use super::world::{Group, Role, World};
use super::{exact, measured, worlds};
use crate::Error;

/// Fixed before the first run, and never changed to pass.
pub const MASTER: Seed = Seed(20_261_125);

/// Replications are handed to threads, and their sums are added, in pieces of this size.
const PIECE: u64 = 50;

/// How many replications, and with which gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 10,000 for coverage, 20,000 for false alarms, 2,000 where a bootstrap stands inside or texts are read (10,000 where that did not tell): the table that is shipped.
    Full,
    /// 1,000 of each, with gates at their 99.9 % binomial limits.
    Ci,
    /// So many of each, judged like [`Self::Ci`] with limits that fit: for a look.
    Quick(u64),
}

impl Size {
    fn replications(self, world: &World, all: &Catalogue) -> u64 {
        let rows = || world.feeds.iter().filter_map(|(name, role)| Some((all.row(name)?, *role)));
        match self {
            Self::Quick(replications) => replications.max(1),
            Self::Ci => 1_000,
            Self::Full if rows().all(|(_, role)| role == Role::Power) => 400,
            Self::Full if rows().any(|(row, role)| row.often && role == Role::Promise) => 10_000,
            Self::Full if rows().any(|(row, _)| row.heavy) => 2_000,
            Self::Full if rows().any(|(row, role)| row.kind == Kind::Test && role == Role::Promise) => 20_000,
            Self::Full => 10_000,
        }
    }
}

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many replications.
    pub size: Size,
    /// Rows whose name begins so; empty for all.
    pub only: Vec<String>,
    /// The regimes; empty for all.
    pub regimes: Vec<Regime>,
    /// Threads; at least one.
    pub threads: usize,
    /// Rows of the caller's own, after the others.
    pub also: &'static [Group],
}

/// All rows and worlds, in the order of the table.
struct Catalogue(&'static [Group]);

impl Catalogue {
    fn groups(&self) -> impl Iterator<Item = &'static Group> {
        worlds::GROUPS.iter().chain(self.0)
    }

    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.groups().flat_map(|group| group.rows)
    }

    fn row(&self, name: &str) -> Option<&'static Row> {
        self.rows().find(|row| row.name == name)
    }
}

/// Runs the plan. `progress` hears how many of all replications are done; `draws` gets every single one where they are wanted.
///
/// # Errors
/// [`Error::Setting`] where `only` names no row, [`Error::Draws`] where they cannot be written.
pub fn run(plan: &Plan, draws: &mut Draws<'_>, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Table, Error> {
    let wanted = |row: &str| plan.only.is_empty() || plan.only.iter().any(|start| row.starts_with(start.as_str()));
    let all = Catalogue(plan.also);
    if !all.rows().any(|row| wanted(row.name)) {
        return Err(Error::Setting {
            name: "row",
            expected: "the beginning of a row's name: candor validity lists them",
            found: plan.only.join(", "),
        });
    }
    let regimes: Vec<Regime> =
        Regime::ALL.into_iter().filter(|regime| plan.regimes.is_empty() || plan.regimes.contains(regime)).collect();
    let worlds = all.groups().flat_map(|group| group.worlds);
    let chosen: Vec<&World> = worlds.filter(|world| world.feeds.iter().any(|(row, _)| wanted(row))).collect();
    let total: u64 = chosen
        .iter()
        .map(|world| {
            let arises = regimes.iter().filter(|regime| !(world.grid)(**regime).is_empty()).count() as u64;
            arises * plan.size.replications(world, &all)
        })
        .sum();
    let mut counts: BTreeMap<(&'static str, Regime), Counts> = BTreeMap::new();
    let mut done = 0;
    for world in chosen {
        for regime in &regimes {
            let replications = plan.size.replications(world, &all);
            let found = one(world, *regime, replications, plan.threads, draws, &|more| progress(done + more, total))?;
            if !found.is_empty() {
                done += replications;
            }
            for ((row, role), tallies) in world.feeds.iter().zip(found) {
                let counts = counts.entry((row, *regime)).or_default();
                match role {
                    Role::Promise => counts.promise.extend(tallies),
                    Role::Power => counts.power.extend(tallies),
                }
            }
        }
    }
    let none = Counts::default();
    let cell =
        |row: &Row, regime| delivered::judge(row, regime, counts.get(&(row.name, regime)).unwrap_or(&none), plan.size);
    let line = |row: &Row| Line::of(row, Regime::ALL.into_iter().map(|regime| cell(row, regime)).collect());
    let of = |groups: &'static [Group]| groups.iter().flat_map(|group| group.rows).filter(|row| wanted(row.name));
    let mut lines: Vec<Line> = of(worlds::GROUPS).map(line).collect();
    lines.extend(exact::lines(&wanted, draws)?);
    lines.extend(measured::lines().into_iter().filter(|line| wanted(&line.row)));
    lines.extend(of(plan.also).map(line));
    draws.finish()?;
    Ok(Table::of(plan.size, lines))
}

/// Every replication of one world in one regime: for every row it feeds, the counts of every place of the grid.
fn one(
    world: &World,
    regime: Regime,
    replications: u64,
    threads: usize,
    draws: &mut Draws<'_>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Vec<Tally>>, Error> {
    let grid = (world.grid)(regime);
    if grid.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<_> = grid.iter().map(|point| (world.prepare)(regime, *point)).collect();
    let keep = draws.wanted();
    let name = format!("{}/{}", world.name, regime.name());
    let pieces = replications.div_ceil(PIECE) as usize;
    let next = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<usize, Piece>> = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= pieces {
                return;
            }
            let first = at as u64 * PIECE;
            let piece = Piece::of(world, &places, &name, first..replications.min(first + PIECE), keep);
            if let Ok(mut found) = found.lock() {
                found.insert(at, piece);
            }
            progress(((finished.fetch_add(1, Ordering::Relaxed) + 1) as u64 * PIECE).min(replications));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut tallies = vec![vec![Tally::default(); grid.len()]; world.feeds.len()];
    for piece in found.into_values() {
        for (sums, more) in tallies.iter_mut().zip(piece.tallies) {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += more;
            }
        }
        for (replication, outcomes) in piece.outcomes {
            for ((row, role), outcome) in world.feeds.iter().zip(&outcomes) {
                let place = replication % grid.len() as u64;
                let row = *row;
                draws.write(&Draw { row, power: *role == Role::Power, regime, place, replication, outcome })?;
            }
        }
    }
    Ok(tallies)
}

/// Some replications that one thread did.
struct Piece {
    tallies: Vec<Vec<Tally>>,
    outcomes: Vec<(u64, Vec<Outcome>)>,
}

impl Piece {
    fn of(
        world: &World,
        places: &[super::world::Replicate],
        name: &str,
        replications: std::ops::Range<u64>,
        keep: bool,
    ) -> Self {
        let mut tallies = vec![vec![Tally::default(); places.len()]; world.feeds.len()];
        let mut kept = Vec::new();
        for replication in replications {
            let at = (replication % places.len() as u64) as usize;
            let Some(place) = places.get(at) else { continue };
            let mut stream: Stream = MASTER.stream_at(name, replication);
            let outcomes = place(&mut stream);
            for (tallies, outcome) in tallies.iter_mut().zip(&outcomes) {
                if let Some(tally) = tallies.get_mut(at) {
                    tally.count(outcome);
                }
            }
            if keep {
                kept.push((replication, outcomes));
            }
        }
        Self { tallies, outcomes: kept }
    }
}

/// The rows of the table that are simulated by this crate, in its order.
#[must_use]
pub fn rows() -> Vec<&'static Row> {
    Catalogue(&[]).rows().collect()
}
