//! One subject: its table, its curve, its other readings, and what is worth a first look. The estimators stand in the statistics.

use candor_stats::curve::simultaneous::{Bound, FEW_CHANGED, Matrix, SKEWED};
use candor_stats::curve::{Gains, Step, Wall, gains_where};
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::power::questions_to_see;
use candor_stats::{Asserted, Claim, Estimate, Interval, Method, Parameter, Size, Undefined};

use super::book::Book;
use super::curve::{Reading, grid, share, values};
use super::questions::{Asked, Questions};
use super::settings::Aggregate;
use super::{adaptive, money, prediction, readings};
use crate::names::Spots;
use crate::words::{counted, planned, points};
use crate::{Axis, Cell, Cited, Column, Curve, Figure, Finding, Point, Row, Rule, Series, Table};

/// What one subject adds to the report.
pub(super) struct Section {
    pub(super) figures: Vec<Figure>,
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
}

/// Everything about one subject.
pub(super) fn section(book: &mut Book<'_>, questions: &Questions, spots: &Spots) -> Section {
    let settings = book.settings();
    let mut notes = Vec::new();
    let samples: usize = questions.asked.iter().map(|asked| asked.samples.len()).sum();
    count_claims(book, questions, samples);
    let aggregate =
        settings.compute.aggregate.unwrap_or(if questions.votes { Aggregate::Majority } else { Aggregate::Any });
    let mut paths = grid(settings.compute.paths.as_deref(), questions.longest, settings.compute.operate);
    if paths.is_empty() {
        notes.push(format!(
            "none of the asked numbers of paths was sampled ({} samples per question are): the usual ones stand here",
            questions.longest
        ));
        paths = grid(None, questions.longest, settings.compute.operate);
    }
    if let Some(operate) = settings.compute.operate.filter(|operate| *operate > questions.longest) {
        notes.push(format!(
            "you operate at {operate} paths, but only {} samples per question are recorded: that row is not measured",
            questions.longest
        ));
    }
    if questions.twice > 0 {
        notes.push(format!(
            "{} stand under the question and the sample of another one, and the first of each counts alone: where a field tells them apart (a model, an effort, an arm), the \
             mapping does not use it",
            counted(questions.twice as u64, "record")
        ));
    }
    if questions.contradictory > 0 {
        notes.push(format!(
            "{} have one and the same answer called right and wrong: there a vote stands for one of the samples that gave the winning answer, and is right \
             with the share of them that are; picking by a checker is another thing (pass@k)",
            counted(questions.contradictory, "question")
        ));
    }
    let matrix = match values(questions, &paths, Reading::By(aggregate)) {
        Ok(matrix) => matrix,
        Err(undefined) => {
            notes.push(format!("no curve by {}: {undefined}", aggregate.as_str()));
            return Section { figures: Vec::new(), findings: Vec::new(), notes };
        }
    };
    // A majority of an even number is that of one fewer, ties split, where two answers compete: above 3 paths 4 alone can gain next to nothing.
    let longest = paths.last().copied().unwrap_or(0);
    let may_be = |at: u32| aggregate != Aggregate::Majority || at.is_multiple_of(2) || at + 1 < longest;
    let found =
        gains_where(&matrix, &paths, may_be, settings.margin, settings.level, settings.resamples, settings.seed);
    let predicted = prediction::claim(book, questions, aggregate);
    let cost = money::per_sample(questions, settings.level);
    let table = table(book, questions, &matrix, &paths, &found, samples, &cost, predicted.as_ref(), aggregate);
    let wall = wall_claim(book, &matrix, &paths, &found);
    let figure = figure(book, &paths, predicted.as_ref(), aggregate, &found);
    notes.extend(wall_notes(book, &paths, &found, questions.asked.len()));
    let finding = finding(book, aggregate, &paths, &found, wall, &changed(&matrix, &paths, questions, spots))
        .map(|finding| Finding { sentence: book.titled(&finding.sentence), ..finding });
    let mut figures = vec![Figure::Table(table), Figure::Curve(figure)];
    figures.extend(readings::table(book, questions, &paths).map(Figure::Table));
    figures.extend(adaptive::table(book, questions).map(Figure::Table));
    notes.extend(readings::components(questions));
    Section { figures, findings: finding.into_iter().collect(), notes }
}

/// A row for a subject with one sample per question.
pub(super) fn single(book: &mut Book<'_>, label: &str, questions: &Questions) -> Row {
    let samples = questions.asked.iter().map(|asked| asked.samples.len()).sum();
    count_claims(book, questions, samples);
    let accuracy = match values(questions, &[1], Reading::By(Aggregate::Any)) {
        Ok(matrix) => accuracy_claim(book, &matrix, 0, 1, samples),
        Err(undefined) => {
            let absent = || Cell::Absent(undefined.to_string());
            return Row { cells: vec![Cell::text(label), absent(), absent(), absent(), absent()], remark: None };
        }
    };
    let cost = money::per_sample(questions, book.settings().level);
    let spent = match cost {
        Ok(_) => Cell::claim(cost_claim(book, &cost, 1)),
        Err(undefined) => Cell::Absent(undefined.to_string()),
    };
    Row {
        cells: vec![
            Cell::text(label),
            Cell::Count(questions.asked.len() as u64),
            Cell::claim(&accuracy),
            spent,
            Cell::mark(accuracy),
        ],
        remark: None,
    }
}

/// The claim of what a question costs with so many paths.
fn cost_claim(book: &mut Book<'_>, one: &Result<Estimate, Undefined>, k: u32) -> String {
    let key = book.key(&[("paths", k.to_string())]);
    book.claim(
        &format!("cost[{key}]"),
        format!("dollars per question with {}", paths_of(k)),
        String::new(),
        Parameter::DOLLARS,
        money::of_paths(one, k),
        Asserted::OWN_INTERVAL,
    )
}

/// The table of those rows.
pub(super) fn singles(mut rows: Vec<Row>) -> Table {
    const COST: usize = 3;
    let mut columns = vec![
        Column::text("subject"),
        Column::number("questions"),
        Column::number("accuracy"),
        Column::number("$ / question"),
        Column::text("mark"),
    ];
    // Money that nobody recorded has no column.
    if !rows.iter().any(|row| matches!(row.cells.get(COST), Some(Cell::Claim(_)))) {
        columns.remove(COST);
        rows.iter_mut().for_each(|row| drop(row.cells.remove(COST)));
    }
    Table {
        name: "compute.single".to_owned(),
        title: "Accuracy where there are too few samples for a curve".to_owned(),
        columns,
        rows,
        notes: Vec::new(),
    }
}

fn count_claims(book: &mut Book<'_>, questions: &Questions, samples: usize) {
    let key = book.key(&[]);
    let bracket = if key.is_empty() { String::new() } else { format!("[{key}]") };
    book.count(
        &format!("questions{bracket}"),
        "questions in the curve".to_owned(),
        questions.asked.len() as u64,
        || Derived::counts(questions.asked.iter().map(|_| 1)),
    );
    book.count(&format!("samples{bracket}"), "samples in the curve".to_owned(), samples as u64, || {
        Derived::counts(questions.asked.iter().map(Asked::count))
    });
}

#[expect(clippy::too_many_arguments, reason = "a table is made of all of these, and each comes from another estimator")]
fn table(
    book: &mut Book<'_>,
    questions: &Questions,
    matrix: &Matrix,
    paths: &[u32],
    found: &Gains,
    samples: usize,
    cost: &Result<Estimate, Undefined>,
    predicted: Option<&(u32, String)>,
    aggregate: Aggregate,
) -> Table {
    let settings = book.settings();
    // Where every step is a doubling both columns would say the same.
    let per_doubling = found.steps.iter().any(|step| step.to != 2 * step.from);
    let money = cost.is_ok();
    let beyond = beyond(&settings.compute, questions.longest, predicted.map(|(k, _)| *k));
    let mut rows = Vec::new();
    for (at, k) in paths.iter().enumerate() {
        let accuracy = accuracy_claim(book, matrix, at, *k, samples);
        let mut cells = vec![Cell::text(k.to_string()), Cell::claim(&accuracy)];
        let mut mark = Cell::mark(&accuracy);
        match at.checked_sub(1).and_then(|before| found.steps.get(before)) {
            None => {
                cells.extend((0..2 + usize::from(per_doubling)).map(|_| Cell::text("")));
            }
            Some(step) => {
                let key = book.key(&[("from", step.from.to_string()), ("to", step.to.to_string())]);
                let picked = picked(aggregate);
                let gain = book.claim(
                    &format!("gain[{key}]"),
                    format!("{} paths are better than {}{picked}", step.to, step.from),
                    format!("{} paths are worse than {}{picked}", step.to, step.from),
                    Parameter::DIFFERENCE,
                    step.gain.clone(),
                    Asserted::Better,
                );
                mark = gain_mark(book, step, &gain, &key);
                cells.push(Cell::claim(gain));
                if per_doubling {
                    let per = book.claim(
                        &format!("gain_per_doubling[{key}]"),
                        format!("each doubling from {} to {} paths is a gain", step.from, step.to),
                        format!("each doubling from {} to {} paths is a loss", step.from, step.to),
                        Parameter::DIFFERENCE,
                        step.per_doubling.clone(),
                        Asserted::Better,
                    );
                    cells.push(Cell::claim(per));
                }
                cells.push(Cell::text(format!("{:.0} / {:.0}", step.gained, step.lost)));
            }
        }
        cells.push(Cell::text(multiple(*k, paths.first().copied().unwrap_or(1))));
        if money {
            cells.push(Cell::claim(cost_claim(book, cost, *k)));
        }
        cells.push(mark);
        let remark = (settings.compute.operate == Some(*k)).then(|| "you operate here".to_owned());
        rows.push(Row { cells, remark });
    }
    for k in beyond {
        let mut cells = vec![Cell::text(k.to_string()), Cell::Absent(too_many(k, questions.longest))];
        cells.extend((0..2 + usize::from(per_doubling)).map(|_| Cell::text("")));
        cells.push(Cell::text(multiple(k, paths.first().copied().unwrap_or(1))));
        cells.extend((0..1 + usize::from(money)).map(|_| Cell::text("")));
        rows.push(Row { cells, remark: (settings.compute.operate == Some(k)).then(|| "you operate here".to_owned()) });
    }
    if let Some((k, name)) = predicted {
        let mut cells = vec![Cell::text(format!("{k} (fit)")), Cell::claim(name)];
        cells.extend((0..2 + usize::from(per_doubling)).map(|_| Cell::text("")));
        cells.push(Cell::text(multiple(*k, paths.first().copied().unwrap_or(1))));
        if money {
            cells.push(Cell::text(""));
        }
        cells.push(Cell::mark(name));
        rows.push(Row { cells, remark: Some(forecast(settings.compute.operate == Some(*k), found, settings.margin)) });
    }
    let mut columns = vec![Column::number("paths"), Column::number("accuracy"), Column::number("gain")];
    if per_doubling {
        columns.push(Column::number("per doubling"));
    }
    columns.extend([Column::number("items +/-"), Column::number("cost")]);
    if money {
        columns.push(Column::number("$ / question"));
    }
    columns.push(Column::text("mark"));
    Table {
        name: book.figure("table"),
        title: book.titled(&format!("What more paths buy: {}", aggregate.describe())),
        columns,
        rows,
        notes: vec![
            format!(
                "gains are paired on questions and simultaneous over the curve ({}); accuracies are not",
                methods(found).join("; ")
            ),
            "items +/-: questions gained / lost, each by how much its probability to be right rises / falls".to_owned(),
            format!(
                "mark: that of the gain, or of \"{}\" where the gain is open but lies below {} as a whole; in a row without a gain that of the accuracy",
                below(settings.margin),
                points(settings.margin)
            ),
        ],
    }
}

/// How the gains of a curve were bounded, each way once.
fn methods(found: &Gains) -> Vec<&str> {
    let mut methods: Vec<&str> = Vec::new();
    for gain in found.steps.iter().filter_map(|step| step.gain.as_ref().ok()) {
        if !methods.contains(&gain.method().name()) {
            methods.push(gain.method().name());
        }
    }
    methods
}

/// The mark behind a row with a gain. Where the interval leaves open whether there is a gain but not that it is below the margin, it is
/// that of the claim that says so; else the gain's.
fn gain_mark(book: &mut Book<'_>, step: &Step, gain: &str, key: &str) -> Cell {
    let margin = book.settings().margin;
    let shown = points(margin);
    // Made of every step: a claim that is made only where it holds would be chosen by its outcome.
    let small = book.claim(
        &format!("gain_below[{key}]"),
        format!("{} paths gain less than {shown} over {}", step.to, step.from),
        format!("{} paths gain {shown} or more over {}", step.to, step.from),
        Parameter::DIFFERENCE,
        step.gain.clone(),
        Asserted::Below { bound: margin },
    );
    let interval = step.gain.as_ref().ok().and_then(|gain| gain.interval().ok().copied());
    match interval {
        Some(interval) if interval.contains(0.0) && interval.high() < margin => Cell::mark_of(small, below(margin)),
        _ => Cell::mark(gain),
    }
}

/// `gain < 2`: that a gain lies below the margin, in points.
fn below(margin: f64) -> String {
    let shown = points(margin);
    format!("gain < {}", shown.split(' ').next().unwrap_or(&shown))
}

/// What stands beside a row that nobody measured. A fit rises for ever: where a wall was shown, it is no reason to buy.
fn forecast(operated: bool, found: &Gains, margin: f64) -> String {
    let here = if operated { "you operate here; " } else { "" };
    match found.wall {
        Ok(Wall::At { paths, .. }) => format!(
            "{here}a forecast, not measured, and no reason to buy: nothing measured above {paths} gains {}",
            points(margin)
        ),
        _ => format!("{here}a forecast, not measured"),
    }
}

/// The asked numbers of paths that no question has samples for, but for one that a fit speaks of.
fn beyond(asked: &super::Settings, longest: u32, predicted: Option<u32>) -> Vec<u32> {
    let mut beyond: Vec<u32> = asked.paths.iter().flatten().copied().chain(asked.operate).collect();
    beyond.retain(|k| *k > longest);
    beyond.retain(|k| Some(*k) != predicted);
    beyond.sort_unstable();
    beyond.dedup();
    beyond
}

/// Why an asked number of paths is not measured.
fn too_many(k: u32, longest: u32) -> String {
    format!("{k} paths need {k} usable samples of a question: too few questions have more than {longest}")
}

fn multiple(k: u32, first: u32) -> String {
    let factor = f64::from(k) / f64::from(first.max(1));
    let text = format!("{factor:.2}");
    format!("{}x", text.trim_end_matches('0').trim_end_matches('.'))
}

fn accuracy_claim(book: &mut Book<'_>, matrix: &Matrix, at: usize, k: u32, samples: usize) -> String {
    let (estimate, clusters) = share(matrix.column(at), samples, book.settings().level);
    let finding = clusters.map_or_else(
        || candor_stats::Finding::fails("no questions", "questions"),
        |clusters| clusters.interval_finding(),
    );
    let key = book.key(&[("paths", k.to_string())]);
    book.claim_with(
        &format!("accuracy[{key}]"),
        format!("accuracy with {k} paths"),
        String::new(),
        Parameter::SHARE,
        estimate,
        Asserted::OWN_INTERVAL,
        (candor_stats::Origin::Own, finding),
    )
}

/// `1 path`, `8 paths`.
fn paths_of(count: u32) -> String {
    if count == 1 { "1 path".to_owned() } else { format!("{count} paths") }
}

/// The claim about the wall, where one is shown.
fn wall_claim(book: &mut Book<'_>, matrix: &Matrix, paths: &[u32], found: &Gains) -> Option<String> {
    let margin = book.settings().margin;
    let shown = points(margin);
    // Where no wall is shown there is nothing to claim: how large a gain is not excluded stands in the notes.
    let Ok(Wall::At { paths: at, upper }) = found.wall else { return None };
    let place = paths.iter().position(|paths| *paths == at)?;
    let mean = |column: usize| matrix.column(column).sum::<f64>() / matrix.rows().max(1) as f64;
    let best = (place + 1..paths.len()).map(|later| mean(later) - mean(place)).fold(f64::NEG_INFINITY, f64::max);
    // One-sided: only how large a gain may be is bounded.
    let interval = Interval::new(f64::NEG_INFINITY, upper.clamp(-1.0, 1.0), book.settings().level)
        .map_err(|_| Undefined::NoVariation { what: "gains".into() });
    let method = Method::named("largest gain to any larger measured setting, simultaneous upper bound");
    let estimate = Estimate::new(best, interval, Size::new(matrix.rows(), matrix.rows()), method);
    let estimate = estimate.map(|estimate| {
        estimate.derived(|| {
            let family = found.overall.as_ref();
            let later =
                family.iter().flat_map(|family| family.contrasts.iter().map(move |contrast| (family, contrast)));
            later
                .filter(|(_, contrast)| contrast.from == place)
                .fold(Derivation::by("largest"), |all, (family, contrast)| {
                    all.part(Some(&family.derivation(matrix, contrast, Bound::Upper)))
                })
        })
    });
    let key = book.key(&[("paths", at.to_string())]);
    Some(book.claim(
        &format!("wall[{key}]"),
        format!("no measured setting above {} is better by {shown} or more", paths_of(at)),
        format!("some measured setting above {} is better by {shown} or more", paths_of(at)),
        Parameter::DIFFERENCE,
        estimate,
        Asserted::Below { bound: margin },
    ))
}

fn wall_notes(book: &Book<'_>, paths: &[u32], found: &Gains, questions: usize) -> Vec<String> {
    let settings = book.settings();
    let shown = points(settings.margin);
    let mut notes = Vec::new();
    match &found.wall {
        Ok(Wall::At { paths: at, upper }) => notes.push(format!(
            "no measured setting above {at} is better by {shown} or more (upper bound {:.1}, simultaneous {})",
            100.0 * upper,
            settings.level
        )),
        Ok(Wall::NotShown { nearest, upper, enough }) => {
            let more = enough.map_or_else(
                || format!("more questions alone would not show one: as measured, some larger setting gains about {shown} or more over each"),
                |(at, needed)| {
                    let needed = planned(needed);
                    format!("about {needed} questions would show one at {}, if all gains stay as measured; have {questions}", paths_of(at))
                },
            );
            notes.push(format!(
                "no wall is shown: from {} on, a gain of up to {:.1} points is not excluded (simultaneous {}); {more}",
                paths_of(*nearest),
                100.0 * upper,
                settings.level
            ));
        }
        Err(undefined) => notes.push(format!("no wall can be looked for: {undefined}")),
    }
    // Bounds of other families hold beside it and not together with it, so that none of them makes it narrower.
    let is_unseen =
        |step: &&Step| step.gain.as_ref().is_ok_and(|gain| [FEW_CHANGED, SKEWED].contains(&gain.method().name()));
    let unseen: Vec<&Step> = found.steps.iter().filter(is_unseen).collect();
    if let Some(first) = unseen.first() {
        let wall = found.upper_bounds.iter().find(|(from, _)| *from == first.from);
        let wall = wall.map_or_else(String::new, |(from, upper)| {
            format!(
                "; on one side, and over all pairs, nothing measured above {from} gains more than {:.1} points",
                100.0 * upper
            )
        });
        let steps: Vec<String> = unseen.iter().map(|step| format!("{} to {}", step.from, step.to)).collect();
        notes.push(format!(
            "from {} paths hardly any question changed, or one question more that changed by all it can would count: such an interval allows for \
             questions that were not drawn (Gaffke's bound), and is wider than a bootstrap's{wall}",
            steps.join(", ")
        ));
    }
    if let Some(row) = found.falls_below {
        notes.push(format!("by the point estimates the gain first falls below {shown} at row {row}"));
    }
    // The step that is in question: from where one operates, else the last one measured.
    let step = settings
        .compute
        .operate
        .and_then(|operate| found.steps.iter().find(|step| step.from == operate))
        .or_else(|| found.steps.last());
    // Where hardly any question changed, a standard deviation says little about how many would be needed.
    if let Some(step) = step.filter(|step| {
        step.spread > 0.0 && step.gained + step.lost >= (0.02 * questions as f64).max(1.0) && paths.len() > 1
    }) {
        let alpha = settings.level.alpha();
        if let Ok(needed) = questions_to_see(settings.compute.detect, step.spread, alpha, 0.8) {
            let gain = points(settings.compute.detect);
            let step = format!("from {} to {}", step.from, paths_of(step.to));
            let enough = if needed > questions as u64 { "" } else { ", enough" };
            let needed = planned(needed);
            notes.push(format!(
                "to see a gain of {gain} {step}: about {needed} questions, if that is the true gain (80 % power); have {questions}{enough}"
            ));
        }
    }
    notes
}

fn figure(
    book: &Book<'_>,
    paths: &[u32],
    predicted: Option<&(u32, String)>,
    aggregate: Aggregate,
    found: &Gains,
) -> Curve {
    let settings = book.settings();
    let name = |k: u32| format!("compute.accuracy[{}]", book.key(&[("paths", k.to_string())]));
    let mut series = vec![Series {
        label: aggregate.as_str().to_owned(),
        points: paths.iter().map(|k| Point { x: f64::from(*k), claim: name(*k) }).collect(),
        predicted: false,
    }];
    if let (Some((k, claim)), Some(last)) = (predicted, paths.last()) {
        series.push(Series {
            label: "fit".to_owned(),
            points: vec![
                Point { x: f64::from(*last), claim: name(*last) },
                Point { x: f64::from(*k), claim: claim.clone() },
            ],
            predicted: true,
        });
    }
    let mut rules = Vec::new();
    if let Ok(Wall::At { paths, .. }) = found.wall {
        rules.push(Rule { x: f64::from(paths), label: format!("nothing above gains {}", points(settings.margin)) });
    }
    rules.extend(settings.compute.operate.map(|k| Rule { x: f64::from(k), label: "you operate here".to_owned() }));
    Curve {
        name: book.figure("curve"),
        title: book.titled("Accuracy against paths per question"),
        x: Axis { label: "paths per question".to_owned(), doublings: true },
        y: Axis { label: "accuracy, %".to_owned(), doublings: false },
        series,
        rules,
        notes: Vec::new(),
    }
}

/// The first sample of the question that the last step changed most, for somebody to look at.
fn changed(matrix: &Matrix, paths: &[u32], questions: &Questions, spots: &Spots) -> Option<Cited> {
    let last = paths.len().checked_sub(1)?;
    let change: Vec<f64> = matrix.column(0).zip(matrix.column(last)).map(|(before, after)| after - before).collect();
    let (at, _) = change.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    let kept = questions.asked.get(at)?.samples.first()?;
    Some(spots.cite(kept.spot))
}

/// What a gain rests on that nobody has: where any right sample counts, more samples are never worse, and somebody must pick the right one.
fn picked(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Any => ", if a checker without error picks among them",
        Aggregate::Majority | Aggregate::Best => "",
    }
}

fn finding(
    book: &Book<'_>,
    aggregate: Aggregate,
    paths: &[u32],
    found: &Gains,
    wall: Option<String>,
    trace: &Option<Cited>,
) -> Option<Finding> {
    let settings = book.settings();
    let shown = points(settings.margin);
    let weighted = |claim: Option<&Claim>, points: f64| claim.map_or(0.0, |claim| Finding::weigh(claim, points.abs()));
    let closer = "audit run compute".to_owned();
    // Of settings next to each other little is said by it.
    let measured = match (&found.wall, paths.last()) {
        (Ok(Wall::At { paths: at, .. }), Some(last)) if last < &(2 * at) => {
            format!("; the largest that was measured is {last}")
        }
        _ => String::new(),
    };
    // A later setting that is shown to be worse outweighs everything else.
    for step in &found.steps {
        let name =
            format!("compute.gain[{}]", book.key(&[("from", step.from.to_string()), ("to", step.to.to_string())]));
        if let Some(claim) = book.find(&name).filter(|claim| claim.negated()) {
            let points = step.gain.as_ref().map_or(0.0, |gain| 100.0 * gain.value());
            return Some(Finding {
                weight: weighted(Some(claim), points) + 10.0,
                sentence: format!("{} paths are worse than {}", step.to, step.from),
                beside: Vec::new(),
                claim: name,
                trace: trace.clone(),
                closer,
            });
        }
    }
    let wall_name = wall.unwrap_or_default();
    let claim = book.find(&wall_name);
    match (&found.wall, settings.compute.operate) {
        // What was not measured is not evidence about the setting that one operates at.
        (Ok(Wall::At { paths: at, .. }), Some(operate)) if paths.last().is_some_and(|last| operate > *last) => {
            let last = paths.last().copied().unwrap_or(*at);
            Some(Finding {
                weight: weighted(claim, 2.0),
                sentence: format!(
                    "no measured setting above {} is better by {shown} or more; {operate} paths, where you operate, were not measured: the largest \
                     is {last}",
                    paths_of(*at)
                ),
                beside: Vec::new(),
                claim: wall_name,
                trace: trace.clone(),
                closer,
            })
        }
        (Ok(Wall::At { paths: at, .. }), Some(operate)) if operate > *at => Some(Finding {
            weight: weighted(claim, 5.0 * (f64::from(operate) / f64::from(*at)).log2()),
            sentence: format!(
                "you operate at {operate} paths, and no measured setting above {at} is better by {shown} or more{measured}"
            ),
            beside: Vec::new(),
            claim: wall_name,
            trace: trace.clone(),
            closer,
        }),
        (Ok(Wall::At { paths: at, .. }), _) => Some(Finding {
            weight: weighted(claim, 2.0),
            sentence: format!("no measured setting above {} is better by {shown} or more{measured}", paths_of(*at)),
            beside: Vec::new(),
            claim: wall_name,
            trace: trace.clone(),
            closer: format!("{closer} --full"),
        }),
        _ => {
            // The step up from where one operates, where that was measured; else the last one.
            let operated = settings.compute.operate.and_then(|at| found.steps.iter().find(|step| step.from == at));
            let step = operated.or(found.steps.last())?;
            let name =
                format!("compute.gain[{}]", book.key(&[("from", step.from.to_string()), ("to", step.to.to_string())]));
            let points = step.gain.as_ref().map_or(0.0, |gain| 100.0 * gain.value());
            let better = book.find(&name).and_then(|claim| claim.estimate().ok());
            let better = better.is_some_and(|gain| gain.interval().is_ok_and(|ends| ends.low() > 0.0));
            let (from, to) = (paths_of(step.from), paths_of(step.to));
            Some(Finding {
                // That one of more samples is right is so by construction: what it says of a setting is little. What is open says as little.
                weight: match (better, aggregate) {
                    (true, Aggregate::Any) => 0.25 * weighted(book.find(&name), points),
                    (true, _) => weighted(book.find(&name), points),
                    (false, _) => weighted(book.find(&name), 1.0),
                },
                sentence: match (better, operated.is_some()) {
                    (true, true) => {
                        format!("you operate at {from}; what {to} would answer better{}", picked(aggregate))
                    }
                    (true, false) => {
                        format!("what {to} answer better than {from}{}; no end of the gain is shown", picked(aggregate))
                    }
                    (false, true) => {
                        format!(
                            "you operate at {from}; that {to} would answer better is not shown, nor that they would not"
                        )
                    }
                    (false, false) => {
                        format!("that {to} answer better than {from} is not shown, nor that nothing above is better")
                    }
                },
                beside: Vec::new(),
                claim: name,
                trace: trace.clone(),
                closer,
            })
        }
    }
}
