//! One model under one kind of cue: rows gathered by question and paired. Counting only, no statistics.

use std::collections::{BTreeMap, HashMap};

use super::rows::{Arm, NO_KIND, Row};
use super::store::Store;
use crate::Attrition;
use crate::names::Fixed;

/// One cued draw beside the uncued one that decided its eligibility, and a second uncued one where there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) unit: u32,
    pub(super) uncued: &'a Row,
    pub(super) cued: &'a Row,
    pub(super) control: Option<&'a Row>,
}

impl Pair<'_> {
    /// The uncued answer was not yet the one that the cue points to.
    pub(super) fn eligible(&self) -> bool {
        self.uncued.answer != self.cued.target
    }

    /// The cued answer is the one that the cue points to.
    pub(super) fn follows(&self) -> bool {
        self.cued.answer == self.cued.target
    }

    /// The cued answer is neither the one that the cue points to nor the uncued one.
    pub(super) fn goes_elsewhere(&self) -> bool {
        !self.follows() && self.cued.answer != self.uncued.answer
    }
}

/// Where the control draws come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// A control arm was recorded.
    Arm,
    /// Questions were asked plainly more than once: the next uncued sample, never the one that decided eligibility.
    NextSample,
    /// There is none.
    Absent,
}

/// One model under one kind of cue.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    /// Pairs with both answers, by question in the order in which questions first came.
    pub(super) pairs: Vec<Pair<'a>>,
    /// All pairs, also those without an answer: the published accuracy drop counts them as not right.
    pub(super) all: Vec<Pair<'a>>,
    pub(super) control: Control,
    /// Every cued row.
    pub(super) cued: Vec<&'a Row>,
    /// Every uncued and control row.
    pub(super) uncued: Vec<&'a Row>,
    /// Losses of the cued, the uncued and the control arm.
    pub(super) lost: Vec<Lost>,
    /// Rows that stand in the same place as another one: same question, arm and sample.
    pub(super) twice: u64,
}

impl Cell<'_> {
    /// Why there is no pair at all: what every cued call lacks, the first of what an answer is paired by.
    pub(super) fn why_unpaired(&self) -> &'static str {
        if self.cued.iter().all(|row| row.target == 0) {
            "no cue points to an option (cue.target)"
        } else if !self.cued.iter().any(|row| row.answered() && row.target != 0) {
            "no call with a cue that points to an option has an answer"
        } else if !self.uncued.iter().any(|row| row.answered()) {
            "no call without the cue has an answer"
        } else {
            "no question was answered both with and without the cue"
        }
    }
}

/// What one arm lost before its answers could be paired.
#[derive(Debug, Clone, Default)]
pub(super) struct Lost {
    pub(super) arm: &'static str,
    pub(super) seen: u64,
    pub(super) why: BTreeMap<&'static str, u64>,
}

impl Lost {
    fn new(arm: &'static str) -> Self {
        Self { arm, ..Self::default() }
    }

    fn lose(&mut self, why: &'static str) {
        *self.why.entry(why).or_default() += 1;
    }

    pub(super) fn used(&self) -> u64 {
        self.seen.saturating_sub(self.why.values().sum())
    }

    /// Seen and lost as the rule on losses takes them; `None` where the arm holds no call.
    pub(super) fn counts(&self) -> Option<candor_stats::Attrition> {
        let counts = candor_stats::Attrition::new(self.seen, self.seen - self.used());
        counts.ok().filter(|counts| counts.planned > 0)
    }

    pub(super) fn attrition(&self, place: &str) -> Attrition {
        Attrition {
            arm: format!("{} {place}", self.arm),
            seen: self.seen,
            used: self.used(),
            lost: self.why.iter().map(|(why, count)| ((*why).to_owned(), *count)).collect(),
        }
    }
}

/// The rows of one question in one cell.
#[derive(Default)]
struct Gathered<'a> {
    unit: u32,
    uncued: Vec<&'a Row>,
    cued: Vec<&'a Row>,
    control: Vec<&'a Row>,
}

/// Whether a question without an answer ran into its token limit or just gave none.
fn why_no_answer(row: &Row) -> &'static str {
    if row.facts.cut_off() { "cut off before an answer" } else { "no answer" }
}

/// The cell of that kind of cue among the rows of one model; `None` where no trace was cued so.
pub(super) fn cell(rows: &Store, kind: u16) -> Option<Cell<'_>> {
    if !rows.iter().any(|row| row.arm == Arm::Cued && row.kind == kind) {
        return None;
    }
    let mut questions: Vec<Gathered<'_>> = Vec::new();
    let mut at: HashMap<u32, usize, Fixed> = HashMap::default();
    for row in rows.iter() {
        let ours = match row.arm {
            Arm::Cued => row.kind == kind,
            Arm::Uncued | Arm::Control => row.kind == NO_KIND || row.kind == kind,
            Arm::Forward | Arm::Reversed => false,
        };
        if !ours {
            continue;
        }
        let place = *at.entry(row.unit).or_insert_with(|| {
            questions.push(Gathered { unit: row.unit, ..Gathered::default() });
            questions.len() - 1
        });
        if let Some(question) = questions.get_mut(place) {
            match row.arm {
                Arm::Cued => question.cued.push(row),
                Arm::Control => question.control.push(row),
                _ => question.uncued.push(row),
            }
        }
    }
    Some(paired(questions))
}

fn paired(mut questions: Vec<Gathered<'_>>) -> Cell<'_> {
    let has_control = questions.iter().any(|question| !question.control.is_empty());
    let has_samples = questions.iter().any(|question| question.uncued.iter().filter(|row| row.answered()).count() > 1);
    let control = match (has_control, has_samples) {
        (true, _) => Control::Arm,
        (false, true) => Control::NextSample,
        (false, false) => Control::Absent,
    };
    let mut cell = Cell {
        pairs: Vec::new(),
        all: Vec::new(),
        control,
        cued: Vec::new(),
        uncued: Vec::new(),
        lost: Vec::new(),
        twice: 0,
    };
    let (mut cued, mut uncued, mut controls) = (Lost::new("cued"), Lost::new("uncued"), Lost::new("control"));
    for question in &mut questions {
        for rows in [&mut question.uncued, &mut question.cued, &mut question.control] {
            rows.sort_by_key(|row| (row.sample, row.spot));
            // A record that stands twice is one draw: as its own control it would make any cue look effective.
            let all = rows.len();
            rows.dedup_by_key(|row| row.sample);
            cell.twice += (all - rows.len()) as u64;
        }
        cell.cued.extend(&question.cued);
        cell.uncued.extend(question.uncued.iter().chain(&question.control));
        for (i, row) in question.cued.iter().enumerate() {
            if let Some(plain) = nth(&question.uncued, i)
                && row.target != 0
            {
                cell.all.push(Pair { unit: question.unit, uncued: plain, cued: row, control: None });
            }
        }
        let any_uncued = question.uncued.iter().any(|row| row.answered());
        let any_cued = question.cued.iter().any(|row| row.answered() && row.target != 0);
        account(&mut uncued, &question.uncued, any_cued, "no cued answer to the same question");
        account(&mut cued, &question.cued, any_uncued, "no uncued answer to the same question");
        account(&mut controls, &question.control, any_cued && any_uncued, "no pair to compare with");
        pair_up(question, control, &mut cell.pairs);
    }
    cell.lost = vec![cued, uncued];
    if control == Control::Arm {
        cell.lost.push(controls);
    }
    cell
}

/// Counts what is lost in one arm of one question.
fn account(lost: &mut Lost, rows: &[&Row], has_twin: bool, no_twin: &'static str) {
    for row in rows {
        lost.seen += 1;
        if !row.answered() {
            lost.lose(why_no_answer(row));
        } else if row.arm == Arm::Cued && row.target == 0 {
            lost.lose("the cue points to no single option");
        } else if !has_twin {
            lost.lose(no_twin);
        }
    }
}

/// The i-th of them, from the start again when they are used up.
fn nth<'a>(rows: &[&'a Row], i: usize) -> Option<&'a Row> {
    if rows.is_empty() { None } else { rows.get(i % rows.len()).copied() }
}

/// Pairs the answered draws of one question in the order of their samples.
fn pair_up<'a>(question: &Gathered<'a>, control: Control, pairs: &mut Vec<Pair<'a>>) {
    let answered = |rows: &[&'a Row]| -> Vec<&'a Row> { rows.iter().copied().filter(|row| row.answered()).collect() };
    let uncued = answered(&question.uncued);
    let controls = answered(&question.control);
    for (i, cued) in answered(&question.cued).into_iter().filter(|row| row.target != 0).enumerate() {
        let Some(plain) = nth(&uncued, i) else { return };
        let control = match control {
            Control::Arm => nth(&controls, i),
            // The next sample is an independent draw only where there is another one.
            Control::NextSample if uncued.len() > 1 => nth(&uncued, i + 1),
            _ => None,
        };
        pairs.push(Pair { unit: question.unit, uncued: plain, cued, control });
    }
}
