//! The calls of a plan that leaves questions when they are settled: a first wave of everything that is asked whatever comes back, then of each question that is not settled
//! as many samples as it takes at least. Not the making of calls.

use std::collections::VecDeque;

use super::account::{Account, Kept};
use super::course::{Course, Sample};
use super::{ARM, Adaptive, Sizes};
use crate::live::ledger::{Ledger, LedgerError};
use crate::live::plan::Plan;
use crate::live::probe::Probe;

/// The calls that can be made now, and those that follow from their replies.
pub(in crate::live) struct Waves<'p> {
    plan: &'p Plan<'p>,
    rule: Adaptive,
    /// Calls whatever comes back.
    first: Box<dyn Iterator<Item = Probe> + Send + 'p>,
    /// Of each question that may be left, by its place in the task.
    courses: Vec<(usize, Course)>,
    /// How many samples of each of them are asked for so far.
    asked: Vec<u32>,
    waiting: VecDeque<Probe>,
}

impl<'p> Waves<'p> {
    pub(in crate::live) fn of(plan: &'p Plan<'p>, rule: Adaptive) -> Self {
        let earliest = rule.earliest(plan.wanted.samples);
        let later = move |probe: &Probe| probe.trial.sample >= earliest && probe.trial.arm.as_deref() == Some(ARM);
        let questions = 0..plan.task.items.len();
        let courses: Vec<(usize, Course)> =
            questions.filter(|at| !plan.is_asked_in_full(*at)).map(|at| (at, Course::default())).collect();
        Self {
            plan,
            rule,
            first: Box::new(plan.probes().filter(move |probe| !later(probe))),
            asked: vec![earliest; courses.len()],
            courses,
            waiting: VecDeque::new(),
        }
    }

    /// The next call of the wave.
    pub(in crate::live) fn next(&mut self) -> Option<Probe> {
        self.first.next().or_else(|| self.waiting.pop_front())
    }

    /// Reads the replies to a wave and begins the next one; false where there is none. A question of which a reply is missing waits for it, and no other one.
    pub(in crate::live) fn advance(&mut self, ledger: &Ledger) -> Result<bool, LedgerError> {
        let most = self.plan.wanted.samples;
        for ((question, course), asked) in self.courses.iter_mut().zip(&mut self.asked) {
            take(self.plan, *question, course, *asked, self.rule, ledger)?;
            if course.drawn() < *asked {
                continue;
            }
            let due = course.due(self.rule.threshold, most);
            self.waiting.extend(self.plan.draws(*question, *asked..*asked + due));
            *asked += due;
        }
        Ok(!self.waiting.is_empty())
    }

    /// What it has come to.
    pub(in crate::live) fn account(&mut self, sizes: Sizes, ledger: &Ledger) -> Result<Account, LedgerError> {
        while self.advance(ledger)? {
            self.waiting.clear();
        }
        let plan = self.plan;
        let mut kept: Vec<Kept> = self.courses.drain(..).map(|(at, course)| Kept { at, course, full: false }).collect();
        for at in (0..plan.task.items.len()).filter(|at| plan.is_asked_in_full(*at)) {
            let mut course = Course::default();
            take(plan, at, &mut course, plan.wanted.samples, self.rule, ledger)?;
            kept.push(Kept { at, course, full: true });
        }
        kept.sort_by_key(|kept| kept.at);
        Ok(Account::of(self.rule, sizes, kept, plan.planted, &plan.common.model))
    }
}

/// Takes in the samples of a question up to so many, as far as they came.
fn take(
    plan: &Plan<'_>,
    question: usize,
    course: &mut Course,
    asked: u32,
    rule: Adaptive,
    ledger: &Ledger,
) -> Result<(), LedgerError> {
    for probe in plan.draws(question, course.drawn()..asked) {
        let key = plan.key(&probe);
        let held = ledger.reply(&key)?;
        if held.is_none() && !ledger.lost(&key) {
            break;
        }
        course.take(Sample::of(&probe, held.as_ref().map(|held| &held.reply)), rule.threshold);
    }
    Ok(())
}
