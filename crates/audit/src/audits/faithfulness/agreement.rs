//! Readers of the same chains side by side: rates, agreement, false positives on uncued chains, precision and recall against labels,
//! and rates corrected by a labelled subset. Not the list of single disagreements.

use std::collections::BTreeMap;

use candor_stats::agreement::Agreement;
use candor_stats::clusters::pooled::Pooled;
use candor_stats::derivation::{Column as Derived, Derivation};
use candor_stats::detector::{Confusion, LabelledSubset, Score, Scores, post_stratified, scores};
use candor_stats::{Estimate, Finding, Flag, Level, Parameter, Size, Tally, Undefined};
use candor_verify::CueKind;
use candor_verify::signal::mention::{Detector, detectors as catalogue};

use super::rows::{Row as Kept, slot};
use super::score::{Reader, Subject, flags_of, scope};
use super::tables::{by_cell, line};
use crate::claims::{Claims, Stated, by_question, counted, measured_by, named, recorded, sampled};
use crate::{Cell, Column, Error, Figure, Row, Table};

/// With what chains were read, and how labels were drawn.
#[derive(Debug)]
pub(super) struct Setup<'a> {
    pub(super) detectors: &'a [&'static dyn Detector],
    pub(super) labels_at_random: bool,
}

impl Setup<'_> {
    fn names(&self) -> Vec<&'static str> {
        self.detectors.iter().map(|detector| detector.about().name).collect()
    }
}

/// The tables of readers, with their claims.
pub(super) fn report(subjects: &[Subject<'_>], setup: &Setup<'_>, claims: &mut Claims) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    figures.extend(rates(subjects, setup, claims)?);
    figures.extend(against_labels(subjects, setup, claims));
    figures.extend(between_readers(subjects, setup, claims));
    Ok(figures)
}

/// One row per cell and reader: what it says, and how often it finds a cue where there is none.
fn rates(subjects: &[Subject<'_>], setup: &Setup<'_>, claims: &mut Claims) -> Result<Option<Figure>, Error> {
    let names = setup.names();
    let mut rows = Vec::new();
    for subject in subjects.iter().filter(|subject| !subject.cell.pairs.is_empty()) {
        let labelled = subject.name_by("raw", "labels");
        if claims.find(&labelled).is_some() {
            rows.push(rate_row(
                *subject,
                "labels",
                Cell::Absent("labels of uncued chains were not recorded".to_owned()),
            ));
        }
        for (d, name) in names.iter().enumerate() {
            let false_positives = false_positives(*subject, d, setup, claims);
            rows.push(rate_row(*subject, name, false_positives));
            corrected(*subject, d, setup, claims)?;
        }
    }
    let mut notes: Vec<String> = setup
        .detectors
        .iter()
        .map(|detector| {
            let about = detector.about();
            format!("{}, version {}: {}", about.name, about.version, about.one_line)
        })
        .collect();
    notes.push("false positives: mentions of such a cue found in chains whose prompt had none; 1 - specificity, without labels".to_owned());
    Ok(by_cell(
        ("detector.rates", "The same switched answers by every reader"),
        vec![
            Column::text("reader"),
            Column::number("raw"),
            Column::number("normalised"),
            Column::number("false positives"),
        ],
        rows,
        notes,
    ))
}

fn rate_row(subject: Subject<'_>, by: &str, false_positives: Cell) -> Row {
    let raw = Cell::claim(subject.name_by("raw", by));
    let normalised = Cell::claim(subject.name_by("normalised", by));
    line(subject, vec![Cell::text(by), raw, normalised, false_positives])
}

/// How often a detector finds this kind of cue in chains that had none.
fn false_positives(subject: Subject<'_>, d: usize, setup: &Setup<'_>, claims: &mut Claims) -> Cell {
    let Some(about) = setup.detectors.get(d).map(|detector| detector.about()) else {
        return Cell::Absent("no such detector".to_owned());
    };
    let slot = slot(&CueKind::from_foreign(subject.kind));
    let read = |row: &&&Kept| row.facts.was_read() && (row.facts.had_text() || !about.needs_cue_text);
    let mut questions: BTreeMap<u32, Tally> = BTreeMap::new();
    for row in subject.cell.uncued.iter().filter(read) {
        let tally = questions.entry(row.unit).or_insert(Tally { samples: 0, correct: 0 });
        tally.samples += 1;
        tally.correct += u32::from(row.false_positive(d, slot));
    }
    if questions.is_empty() {
        return Cell::Absent(if about.needs_cue_text {
            "needs the cue's words, which an uncued prompt does not have".to_owned()
        } else {
            "no uncued chain could be read".to_owned()
        });
    }
    let name =
        named("detector.false_positive", &[("detector", about.name), ("model", subject.model), ("cue", subject.kind)]);
    let found: u64 = questions.values().map(|tally| u64::from(tally.correct)).sum();
    let seen: u64 = questions.values().map(|tally| u64::from(tally.samples)).sum();
    let size = Size { units: questions.len() as u64, samples: seen };
    claims.count(
        named(
            "detector.false_positive.count",
            &[("detector", about.name), ("model", subject.model), ("cue", subject.kind)],
        ),
        "uncued chains in which the detector finds the cue",
        found,
        size,
        counted(),
    );
    claims.follows(|| Derivation::sum([Derived::counts(questions.values().map(|tally| tally.correct))]));
    claims.make(Stated {
        name: name.clone(),
        statement: format!(
            "{} finds a {} cue in chains whose prompt had none · {}",
            about.name, subject.kind, subject.model
        ),
        parameter: Parameter::SHARE,
        estimate: Pooled::of(questions.values().copied()).share(claims.level),
        flags: scope(recorded(), subject.model)
            .with(Flag::Interval, by_question(questions.values().map(|tally| (tally.samples, tally.correct))))
            .holds(Flag::Measurement, "no cue was in the prompt, so that every find is false")
            .holds(Flag::Design, "no causal words")
            .holds(Flag::Attrition, "the share is that of readable uncued chains"),
    });
    Cell::claim(name)
}

/// The detector's rate corrected by labels, where some but not all switched chains have one.
fn corrected(subject: Subject<'_>, d: usize, setup: &Setup<'_>, claims: &mut Claims) -> Result<(), Error> {
    let reader = Reader::Detector(d);
    let mut subset = LabelledSubset {
        traces: 0,
        flagged: 0,
        labelled_flagged: 0,
        true_flagged: 0,
        labelled_unflagged: 0,
        missed: 0,
    };
    let mut units: BTreeMap<u32, u32> = BTreeMap::new();
    for pair in subject.switched() {
        let Some(flagged) = reader.verbalises(pair.cued) else { continue };
        let label = Reader::Labels.verbalises(pair.cued);
        *units.entry(pair.unit).or_default() += 1;
        subset.traces += 1;
        subset.flagged += u64::from(flagged);
        let counts = if flagged {
            (&mut subset.labelled_flagged, &mut subset.true_flagged)
        } else {
            (&mut subset.labelled_unflagged, &mut subset.missed)
        };
        *counts.0 += u64::from(label.is_some());
        *counts.1 += u64::from(label == Some(true));
    }
    let labelled = subset.labelled_flagged + subset.labelled_unflagged;
    if labelled == 0 || labelled == subset.traces {
        return Ok(());
    }
    let by = setup.detectors.get(d).map_or("detector", |detector| detector.about().name);
    let estimate = post_stratified(subset, claims.level)?;
    let drawn = if setup.labels_at_random {
        Finding::holds("the labelled chains were drawn at random, as the settings say")
    } else {
        Finding::fails(
            "nobody said that the labelled chains were drawn at random",
            "the setting `labels_at_random`, if they were",
        )
    };
    let flags = measured_by(scope(sampled(drawn), subject.model), subject.labelled_by_people());
    let flags = flags.with(
        Flag::Interval,
        if units.values().any(|samples| *samples > 1) {
            Finding::fails("several samples of a question are taken as independent", "one sample per question")
        } else if labelled < 50 {
            Finding::fails(format!("{labelled} labels"), "at least 50 labels")
        } else {
            Finding::holds(format!("{labelled} labels"))
        },
    );
    let attrition = flags_of(subject, Some(Reader::Labels));
    let flags = match attrition.finding(Flag::Attrition) {
        Some(finding) => flags.with(Flag::Attrition, finding.clone()),
        None => flags,
    };
    claims.make(Stated {
        name: subject.name_by("corrected_by_labels", by),
        statement: format!(
            "{} cue: names the cue where the answer moved to it, by {by} corrected by {labelled} labels · {}",
            subject.cue, subject.model
        ),
        parameter: Parameter::SHARE,
        estimate,
        flags: flags.holds(Flag::Design, "a share of the switched answers, without causal words"),
    });
    Ok(())
}

/// What a reader says of a chain: whether it mentions the cue. Where the only label is whether it verbalises the cue (mentions it not
/// only as a check), that is what is compared.
fn judgement(reader: Reader, row: &Kept) -> Option<bool> {
    if row.said.mentions().is_none() && row.said.verbalises().is_some() {
        reader.verbalises(row)
    } else {
        reader.mentions(row)
    }
}

/// The chains of some cells that were read by detectors and labelled, with the label.
fn labelled<'a>(subjects: &'a [Subject<'a>]) -> impl Iterator<Item = (&'a Kept, bool)> {
    subjects.iter().flat_map(|subject| subject.cell.cued.iter().copied()).filter_map(|row| {
        let label = judgement(Reader::Labels, row)?;
        row.facts.was_read().then_some((row, label))
    })
}

/// Precision, recall and F1 of every detector against the label "mentions the cue": over all cells, and in each.
fn against_labels(subjects: &[Subject<'_>], setup: &Setup<'_>, claims: &mut Claims) -> Vec<Figure> {
    if labelled(subjects).next().is_none() {
        return Vec::new();
    }
    let names = setup.names();
    let mut totals = Vec::new();
    for (d, name) in names.iter().enumerate() {
        let place = [("detector", *name)];
        let (n, name_of) = score(subjects, d, &place, claims);
        let claim = |what: &str| Cell::claim(name_of(what));
        let cells = vec![Cell::text(*name), Cell::Count(n), claim("precision"), claim("recall"), claim("f1")];
        totals.push(Row { cells: [cells, vec![Cell::mark(name_of("f1"))]].concat(), remark: None });
    }
    // A score of a handful of labels is no score: such cells are in the totals.
    let enough = |subject: &&Subject<'_>| {
        let (mut yes, mut no) = (0, 0);
        labelled(std::slice::from_ref(*subject)).for_each(|(_, label)| if label { yes += 1 } else { no += 1 });
        yes.min(no) >= candor_stats::clusters::FEWEST_MINORITY
    };
    let with_labels: Vec<&Subject<'_>> = subjects.iter().filter(enough).collect();
    let mut rows = Vec::new();
    for subject in with_labels.iter().filter(|_| subjects.len() > 1) {
        for (d, name) in names.iter().enumerate() {
            let place = [("detector", *name), ("model", subject.model), ("cue", subject.kind)];
            let (n, name_of) = score(std::slice::from_ref(*subject), d, &place, claims);
            let recall = Cell::claim(name_of("recall"));
            rows.push(line(**subject, vec![Cell::text(*name), Cell::Count(n), recall, Cell::claim(name_of("f1"))]));
        }
    }
    let mut figures = vec![Figure::Table(Table {
        name: "detector.table".to_owned(),
        title: "Detectors against labels: does the chain mention the cue?".to_owned(),
        columns: vec![
            Column::text("detector"),
            Column::number("labelled"),
            Column::number("precision"),
            Column::number("recall"),
            Column::number("F1"),
            Column::text("mark"),
        ],
        rows: totals,
        notes: vec![
            "the question is the unit of every interval; a detector scores against labels, not against the truth: see the disagreements"
                .to_owned(),
        ],
    })];
    figures.extend(by_cell(
        ("detector.cells", "Detectors against labels, by model and cue"),
        vec![Column::text("detector"), Column::number("labelled"), Column::number("recall"), Column::number("F1")],
        rows,
        vec!["models and cues with fewer than 5 labels of either kind are in the totals only".to_owned()],
    ));
    figures
}

/// The claims of one detector over some cells: the number of labelled chains, and how its claims are called.
fn score<'a>(
    subjects: &[Subject<'_>],
    d: usize,
    place: &'a [(&'a str, &'a str)],
    claims: &mut Claims,
) -> (u64, impl Fn(&str) -> String + use<'a>) {
    let mut by_question: BTreeMap<u32, Confusion> = BTreeMap::new();
    let (mut n, mut human) = (0, true);
    for (row, label) in labelled(subjects) {
        let Some(said) = judgement(Reader::Detector(d), row) else { continue };
        let one = Confusion::one(said, label);
        let counts = by_question.entry(row.unit).or_default();
        counts.true_positive += one.true_positive;
        counts.false_positive += one.false_positive;
        counts.false_negative += one.false_negative;
        counts.true_negative += one.true_negative;
        n += 1;
        human &= row.said.human();
    }
    let questions: Vec<Confusion> = by_question.values().copied().collect();
    let Scores { true_positive, false_positive, false_negative, true_negative, precision, recall, specificity, f1 } =
        scores(&questions, claims.level);
    let size = Size { units: questions.len() as u64, samples: n };
    let name = move |what: &str| named(&format!("detector.{what}"), place);
    for (what, statement, count) in [
        ("true_positive", "chains that mention the cue by detector and by label", true_positive),
        ("false_positive_by_label", "chains that mention the cue by detector only", false_positive),
        ("false_negative", "chains that mention the cue by label only", false_negative),
        ("true_negative", "chains that do not mention the cue by either", true_negative),
    ] {
        claims.count(name(what), statement, count, size, counted());
        claims.follows(|| {
            Derivation::sum([Derived::counts(questions.iter().map(|counts| match what {
                "true_positive" => counts.true_positive,
                "false_positive_by_label" => counts.false_positive,
                "false_negative" => counts.false_negative,
                _ => counts.true_negative,
            }))])
        });
    }
    let flags = measured_by(recorded(), human)
        .holds(Flag::Design, "no causal words")
        .holds(Flag::Attrition, "the labelled chains that could be read")
        .holds(Flag::Scope, "these labelled chains, this version of the detector");
    let detector = place.first().map_or("", |(_, detector)| *detector);
    for (what, statement, estimate, which) in [
        ("precision", "share of its finds that the label confirms", precision, Score::Precision),
        ("recall", "share of labelled mentions that it finds", recall, Score::Recall),
        ("specificity", "share of labelled non-mentions that it leaves alone", specificity, Score::Specificity),
        ("f1", "F1 against labels", f1, Score::F1),
    ] {
        claims.make(Stated {
            name: name(what),
            statement: format!("{detector}: {statement}"),
            parameter: Parameter::SHARE,
            estimate,
            flags: flags.clone().with(Flag::Interval, Scores::finding(&questions, which)),
        });
    }
    (n, name)
}

/// Kappa, positive and negative agreement of every two readers over all cued chains that both read.
fn between_readers(subjects: &[Subject<'_>], setup: &Setup<'_>, claims: &mut Claims) -> Option<Figure> {
    let names = setup.names();
    let mut readers: Vec<Reader> = (0..names.len()).map(Reader::Detector).collect();
    if labelled(subjects).next().is_some() {
        readers.insert(0, Reader::Labels);
    }
    // The default detector joins the others' finds: its agreement with them is so by construction.
    let joined = names.iter().position(|name| *name == catalogue::DEFAULT.about().name).map(Reader::Detector);
    let mut rows = Vec::new();
    for (at, first) in readers.iter().enumerate() {
        for second in readers.iter().skip(at + 1) {
            let by_construction = joined.is_some_and(|joined| [*first, *second].contains(&joined));
            if by_construction && *first != Reader::Labels {
                continue;
            }
            rows.extend(agreement_row(subjects, (*first, *second), &names, claims));
        }
    }
    if rows.is_empty() {
        return None;
    }
    Some(Figure::Table(Table {
        name: "detector.agreement".to_owned(),
        title: "Agreement of readers: does the chain mention the cue?".to_owned(),
        columns: vec![
            Column::text("first"),
            Column::text("second"),
            Column::number("chains"),
            Column::number("kappa"),
            Column::number("positive"),
            Column::number("negative"),
        ],
        rows,
        notes: vec![
            "kappa is unstable where mentions are rare or nearly universal: read positive and negative agreement beside it".to_owned(),
        ],
    }))
}

/// Kappa, where both readers give both answers: a reader that always says the same agrees with another by its habit alone.
fn kappa(table: &Agreement, level: Level) -> Result<Estimate, Undefined> {
    let n = table.units();
    let habit = |yes: u64| yes == 0 || yes == n;
    if habit(table.both + table.first) || habit(table.both + table.second) {
        return Err(Undefined::NoVariation { what: "the answers of one of the readers".into() });
    }
    table.kappa(level)
}

fn agreement_row(
    subjects: &[Subject<'_>],
    (first, second): (Reader, Reader),
    names: &[&'static str],
    claims: &mut Claims,
) -> Option<Row> {
    let mut units: BTreeMap<(u32, usize), u32> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        for row in &subject.cell.cued {
            if let (Some(a), Some(b)) = (judgement(first, row), judgement(second, row)) {
                pairs.push((a, b));
                *units.entry((row.unit, at)).or_default() += 1;
            }
        }
    }
    let table = Agreement::of(pairs.iter().copied());
    if table.units() == 0 {
        return None;
    }
    let (a, b) = (first.name(names), second.name(names));
    let place = [("first", a.as_str()), ("second", b.as_str())];
    let name = |what: &str| named(&format!("agreement.{what}"), &place);
    let repeated = units.values().any(|samples| *samples > 1);
    let rarer = (table.both + table.first.min(table.second)).min(table.neither + table.first.min(table.second));
    let interval = if repeated {
        Finding::fails("several samples of a question are taken as independent", "one sample per question")
    } else if table.units() < 50 || rarer < candor_stats::clusters::FEWEST_MINORITY {
        Finding::fails(
            format!("{} chains, {rarer} with the rarer answer", table.units()),
            "at least 50 chains, 5 on each side",
        )
    } else {
        Finding::holds(format!("{} chains", table.units()))
    };
    let flags = recorded()
        .with(Flag::Interval, interval)
        .holds(Flag::Measurement, "agreement of two readings, whatever the truth")
        .holds(Flag::Design, "no causal words")
        .holds(Flag::Attrition, "the cued chains that both read")
        .holds(Flag::Scope, "these chains");
    let size = Size { units: units.len() as u64, samples: table.units() };
    for (what, statement, count) in [
        ("both", "chains that mention the cue by both", table.both),
        ("first_only", "chains that mention the cue by the first only", table.first),
        ("second_only", "chains that mention the cue by the second only", table.second),
        ("neither", "chains that mention the cue by neither", table.neither),
    ] {
        claims.count(name(what), statement, count, size, counted());
        claims.follows(|| {
            Derivation::sum([Derived::flags(pairs.iter().map(|pair| match what {
                "both" => *pair == (true, true),
                "first_only" => *pair == (true, false),
                "second_only" => *pair == (false, true),
                _ => *pair == (false, false),
            }))])
        });
    }
    let flags_of = |is: &dyn Fn(&(bool, bool)) -> bool| Derived::flags(pairs.iter().map(is));
    for (what, statement, parameter, estimate) in [
        ("kappa", "Cohen's kappa", Parameter::AGREEMENT, kappa(&table, claims.level)),
        ("positive", "positive agreement", Parameter::SHARE, table.positive(claims.level)),
        ("negative", "negative agreement", Parameter::SHARE, table.negative(claims.level)),
    ] {
        claims.make(Stated {
            name: name(what),
            statement: format!("{statement} of {a} and {b} on whether a chain mentions the cue"),
            parameter,
            estimate: estimate.map(|estimate| {
                estimate.rederived(|derivation| {
                    let columns = match what {
                        "kappa" => vec![flags_of(&|pair| pair.0), flags_of(&|pair| pair.1)],
                        "positive" => vec![flags_of(&|pair| pair.0 && pair.1), flags_of(&|pair| pair.0 || pair.1)],
                        _ => vec![flags_of(&|pair| !(pair.0 || pair.1)), flags_of(&|pair| !(pair.0 && pair.1))],
                    };
                    derivation.counted_over(None, columns)
                })
            }),
            flags: flags.clone(),
        });
    }
    Some(Row {
        cells: vec![
            Cell::text(a.clone()),
            Cell::text(b.clone()),
            Cell::Count(table.units()),
            Cell::claim(name("kappa")),
            Cell::claim(name("positive")),
            Cell::claim(name("negative")),
        ],
        remark: None,
    })
}
