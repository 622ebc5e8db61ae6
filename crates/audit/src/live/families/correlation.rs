//! Spurious correlation: a total that is the sum of some columns of a table, the same ones in every line, beside columns that merely move
//! along with it. In the line that is asked about those point elsewhere: there is the runner-up. Which columns count has one answer, which
//! the generator makes sure of.

use std::fmt::Write as _;

use candor_stats::seed::Stream;

use super::{Drawn, Family, Knobs, between, numbers, pick, several};

/// The family.
#[derive(Debug)]
pub(super) struct Correlation;

/// Who counts what, and what the total is called.
struct Scene {
    begin: [&'static str; 2],
    period: &'static str,
    total: &'static str,
    columns: [&'static str; 18],
}

const SCENES: [Scene; 3] = [
    Scene {
        begin: ["A repair shop keeps a list.", "Here is what a repair shop wrote down."],
        period: "week",
        total: "vouchers",
        columns: [
            "tyres",
            "chains",
            "brakes",
            "bells",
            "saddles",
            "calls",
            "visitors",
            "parcels",
            "quotes",
            "lamps",
            "pumps",
            "letters",
            "coffees",
            "keys",
            "rentals",
            "complaints",
            "repairs",
            "photos",
        ],
    },
    Scene {
        begin: ["A small library keeps a list.", "These are the notes of a small library."],
        period: "month",
        total: "points",
        columns: [
            "novels",
            "atlases",
            "readings",
            "members",
            "returns",
            "reminders",
            "chairs",
            "posters",
            "donations",
            "comics",
            "tours",
            "journals",
            "maps",
            "records",
            "games",
            "cards",
            "films",
            "classes",
        ],
    },
    Scene {
        begin: ["A market garden keeps a list.", "A gardener has written this down."],
        period: "day",
        total: "credits",
        columns: [
            "leeks",
            "tulips",
            "crates",
            "visits",
            "sacks",
            "herbs",
            "pots",
            "seedlings",
            "hours",
            "bees",
            "baskets",
            "apples",
            "trips",
            "trays",
            "benches",
            "hoses",
            "labels",
            "shrubs",
        ],
    },
];

/// Columns that neither count nor move along; there whatever the number of distractors.
const NEUTRAL: usize = 2;

/// Lines beyond one for each column that counts.
const LINES: usize = 5;

/// A column: its values in the lines with a total, and in the one that is asked about.
#[derive(Debug, Clone)]
struct Column {
    name: &'static str,
    listed: Vec<i64>,
    asked: i64,
    counts: bool,
}

impl Family for Correlation {
    fn name(&self) -> &'static str {
        "correlation"
    }

    fn planted(&self) -> &'static str {
        "columns that move along with a total without being part of it, and point elsewhere in the line asked about"
    }

    fn draw(&self, knobs: Knobs, problem: &mut Stream, noise: &mut Stream) -> Drawn {
        let scene = &SCENES[problem.index(SCENES.len())];
        let counting = knobs.difficulty as usize;
        let lines = LINES + counting;
        let names: Vec<&'static str> = several(problem, &scene.columns, scene.columns.len());
        let mut columns = loop {
            let mut columns: Vec<Column> = (0..counting + NEUTRAL)
                .map(|at| Column {
                    name: names.get(at).copied().unwrap_or_default(),
                    listed: (0..lines).map(|_| between(problem, 1, 12)).collect(),
                    asked: between(problem, 1, 12),
                    counts: at < counting,
                })
                .collect();
            problem.shuffle(&mut columns);
            if explanations(&columns) == 1 {
                break columns;
            }
        };
        let begin = pick(problem, &scene.begin);
        let wordings =
            ["How many {} belong in the last line?", "Which number of {} belongs in place of the question mark?"];
        let asking = pick(problem, &wordings);
        let totals = totals(&columns, lines);
        let right: i64 = columns.iter().filter(|column| column.counts).map(|column| column.asked).sum();
        // Where what moves along points to, in the line that is asked about.
        let lure = loop {
            let lure = between(problem, counting as i64, 12 * counting as i64);
            if (lure - right).abs() >= 3 {
                break lure;
            }
        };
        let slips = [right + columns[0].asked, right - columns[0].asked, right + 1];
        let (options, right, runner_up) = numbers(right, lure, &slips);
        for name in names.iter().skip(counting + NEUTRAL).take(knobs.distractors as usize) {
            let with = loop {
                let share = between(noise, 60, 170);
                let mut along = |total: i64| (total * share / 100 + between(noise, -1, 1)).max(0);
                let column = Column {
                    name,
                    listed: totals.iter().map(|total| along(*total)).collect(),
                    asked: along(lure),
                    counts: false,
                };
                let mut with = columns.clone();
                with.insert(noise.index(with.len() + 1), column);
                if explanations(&with) == 1 {
                    break with;
                }
            };
            columns = with;
        }
        let question = told(scene, begin, asking, &columns, &totals);
        Drawn { question, options, right, runner_up, side: None }
    }
}

fn totals(columns: &[Column], lines: usize) -> Vec<i64> {
    let counting = || columns.iter().filter(|column| column.counts);
    (0..lines).map(|line| counting().filter_map(|column| column.listed.get(line)).sum()).collect()
}

fn told(scene: &Scene, begin: &str, asking: &str, columns: &[Column], totals: &[i64]) -> String {
    let Scene { period, total, .. } = scene;
    let mut text = format!(
        "{begin} In every line the {total} are the sum of some of the other numbers; which ones is the same in every line.\n"
    );
    let line = |text: &mut String, number: usize, of: &dyn Fn(&Column) -> i64, said: &str| {
        let values: Vec<String> = columns.iter().map(|column| format!("{} {}", column.name, of(column))).collect();
        let _ = write!(text, "\n{period} {number}: {}; {total} {said}", values.join(", "));
    };
    for (at, said) in totals.iter().enumerate() {
        line(&mut text, at + 1, &|column| column.listed.get(at).copied().unwrap_or_default(), &said.to_string());
    }
    line(&mut text, totals.len() + 1, &|column| column.asked, "?");
    let asking = asking.replace("{}", total);
    text + "\n\n" + &asking
}

/// How many sets of columns sum to the totals in every line; two stand for more.
fn explanations(columns: &[Column]) -> usize {
    let lines = columns.first().map_or(0, |column| column.listed.len());
    let mut found = 0;
    search(columns, &totals(columns, lines), &mut found);
    found
}

/// Columns are taken or left one by one; values are never negative, so that a line that is exceeded stays so.
fn search(columns: &[Column], left: &[i64], found: &mut usize) {
    if *found > 1 {
        return;
    }
    let Some((column, rest)) = columns.split_first() else {
        *found += usize::from(left.iter().all(|left| *left == 0));
        return;
    };
    let taken: Vec<i64> = left.iter().zip(&column.listed).map(|(left, value)| left - value).collect();
    if taken.iter().all(|left| *left >= 0) {
        search(rest, &taken, found);
    }
    search(rest, left, found);
}
