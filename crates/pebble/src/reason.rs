//! What happens in one reply: slips, catches, checks, cues, the answer. Not in which words: that is [`chain`](crate::chain).

use serde::{Deserialize, Serialize};

use crate::draws::Draws;
use crate::problem::{Equation, Family};
use crate::read::Reading;
use crate::truth::{Depth, Truth};
use crate::{Arms, Cue};

/// What happened in one reply: labels that are known, not judged. A detector may be tried against them; an audit never sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What kind of problem was read.
    pub family: Family,
    /// Its steps.
    pub steps: u32,
    /// What was unusual about the prompt.
    pub arms: Arms,
    /// The cue that was read.
    pub cue: Option<Cue>,
    /// The answer that the cue points to.
    pub cue_answer: Option<String>,
    /// The right answer, as the process would give it: a label, or a text where there are no options.
    pub gold: String,
    /// What the chain concluded.
    pub concluded: String,
    /// What was answered.
    pub answer: String,
    /// Whether the question was misread.
    pub misread: bool,
    /// Slips that were seen right after the step and taken back.
    pub caught: u32,
    /// Slips and misreadings that a check at the end found and repaired.
    pub repaired: u32,
    /// Whether a check pulled in what should not be counted.
    pub distracted: bool,
    /// Times that the process looked again right after a step and changed nothing.
    pub useless_checks: u32,
    /// Equations of the chain that do not hold, caught ones included.
    pub false_equations: u32,
    /// Those of them that were not taken back at once.
    pub false_equations_kept: u32,
    /// Idle remarks.
    pub musings: u32,
    /// Whether the cue's answer was taken over.
    pub followed: bool,
    /// Whether the chain mentions the cue.
    pub mentioned: bool,
    /// Whether the answer is another than the chain concluded.
    pub contradicted: bool,
}

impl Facts {
    /// Whether the answer is right.
    #[must_use]
    pub fn right(&self) -> bool {
        self.answer == self.gold
    }

    /// Times that the chain took something back: a step, a result at the end, or a count that was right.
    #[must_use]
    pub fn backtracks(&self) -> u32 {
        self.caught + self.repaired + u32::from(self.distracted)
    }
}

/// One step of the chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// As first written.
    pub(crate) first: Equation,
    /// As written again, where it was taken back.
    pub(crate) again: Option<Equation>,
    /// Whether it is looked at once more, to no effect.
    pub(crate) looked_at: bool,
    /// Whether an idle remark follows.
    pub(crate) musing: bool,
}

/// One check at the end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// Finds nothing.
    Same,
    /// Finds what is wrong and repairs it.
    Repaired,
    /// Pulls in what should not be counted.
    Distracted,
    /// Never finds anything.
    Idle,
}

/// Where the standing mistake lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// In the start as read, or in what was given.
    Start,
    /// In the result of the step of this place.
    Step(usize),
    /// In what was counted.
    Aside,
}

/// A chain that was begun by somebody: how far it has come, and with which value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) done: usize,
    pub(crate) value: i64,
}

/// Everything that happens, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The value before the first step taken.
    pub(crate) start: i64,
    /// How many steps had been taken before.
    pub(crate) done: usize,
    pub(crate) steps: Vec<Taken>,
    /// The mistake that stood before the checks.
    pub(crate) mistake: Option<Mistake>,
    /// The value before the checks.
    pub(crate) value: i64,
    pub(crate) checks: Vec<Check>,
    /// The cue, its choice, and where it is mentioned: before the step of this place.
    pub(crate) mention: Option<(Cue, usize, usize)>,
    pub(crate) followed: bool,
    /// What the steps and checks came to, before a cue was followed.
    pub(crate) worked_out: usize,
    /// What the chain concludes.
    pub(crate) concluded: usize,
    /// What is answered.
    pub(crate) answer: usize,
    pub(crate) misread: bool,
}

/// Lets it happen.
pub(crate) fn plan(truth: &Truth, reading: &Reading, depth: Depth, begun: Option<Begun>, draws: &mut Draws) -> Plan {
    let problem = &reading.problem;
    let silent = depth == Depth::Silent;
    let sharpened = reading.arms.iter().any(|arm| truth.sharpens(arm));
    let wrong_total = |draws: &mut Draws| {
        let at = wrong(truth, reading, sharpened, draws);
        let says = reading.choices.get(at).and_then(|choice| choice.says).unwrap_or_default();
        problem.total_for(says, draws.between(1, 3))
    };

    let (done, mut value, mut mistake) = match begun {
        Some(Begun { done, value }) => {
            let right = problem.carried_to(done);
            (done, value, (value != right).then_some(Mistake::Start))
        }
        None => (0, problem.start, None),
    };
    // Who is given a first step has read the question there.
    let misread = done == 0 && reading.arms.iter().any(|arm| draws.chance(truth.sensitivity(arm)));
    if misread {
        value = problem.before(wrong_total(draws), 0);
        mistake = Some(Mistake::Start);
    }
    let start = value;
    let mut steps = Vec::with_capacity(problem.steps.len());
    for (at, step) in problem.steps.iter().enumerate().skip(done) {
        let slip = |draws: &mut Draws| {
            draws
                .chance(truth.slip)
                .then(|| problem.equation_with(value, *step, problem.before(wrong_total(draws), at + 1)))
        };
        let right = problem.equation(value, *step);
        let mut taken = Taken { first: right, again: None, looked_at: false, musing: false };
        if mistake.is_none()
            && let Some(slipped) = slip(draws)
        {
            taken.first = slipped;
            mistake = Some(Mistake::Step(at));
            if !silent && draws.chance(truth.caught) {
                let second = slip(draws);
                mistake = second.map(|_| Mistake::Step(at));
                taken.again = Some(second.unwrap_or(right));
            }
        }
        taken.looked_at = !silent && draws.chance(truth.useless_check);
        value = taken.again.unwrap_or(taken.first).kept;
        steps.push(taken);
    }

    let (checks, settled) = checks(truth, reading, depth, mistake, draws);
    let total = match settled {
        Some(Mistake::Aside) => value + problem.aside,
        None => problem.total(),
        Some(_) => value,
    };
    let worked_out = nearest(reading, problem.answer(total));
    let mut concluded = worked_out;
    let (mut mention, mut followed) = (None, false);
    if let Some((cue, at)) = reading.cue {
        let does = truth.cue(cue);
        followed = draws.chance(does.follow);
        let mentioned = draws.chance(if followed { does.mention_followed } else { does.mention_otherwise });
        let place = done + draws.index(steps.len());
        mention = (mentioned && !silent).then_some((cue, at, place));
        if followed {
            concluded = at;
        }
    }
    let mut answer = concluded;
    if !silent && !followed && draws.chance(truth.contradiction) {
        let others = std::iter::once(&reading.gold).chain(&reading.wrong).filter(|at| **at != concluded);
        let place = draws.index(others.clone().count());
        answer = others.clone().nth(place).copied().unwrap_or(concluded);
    }
    let musing = if answer == reading.gold { truth.musing.right } else { truth.musing.wrong };
    for taken in &mut steps {
        taken.musing = !silent && draws.chance(musing);
    }
    Plan { start, done, steps, mistake, value, checks, mention, followed, worked_out, concluded, answer, misread }
}

/// Which wrong choice.
fn wrong(truth: &Truth, reading: &Reading, sharpened: bool, draws: &mut Draws) -> usize {
    let place = if sharpened || reading.wrong.len() < 2 || draws.chance(truth.runner_up) {
        0
    } else {
        1 + draws.index(reading.wrong.len() - 1)
    };
    reading.wrong.get(place).copied().unwrap_or(reading.gold)
}

fn checks(
    truth: &Truth,
    reading: &Reading,
    depth: Depth,
    mut mistake: Option<Mistake>,
    draws: &mut Draws,
) -> (Vec<Check>, Option<Mistake>) {
    let Depth::Written { checks, idle } = depth else { return (Vec::new(), mistake) };
    let mut done = Vec::with_capacity((checks + idle) as usize);
    for _ in 0..checks {
        let counted = reading.problem.family == Family::Count;
        let check = if counted && mistake.is_none() && offers_the_aside(reading) && draws.chance(truth.distracted) {
            mistake = Some(Mistake::Aside);
            Check::Distracted
        } else if !counted && mistake.is_some() && draws.chance(truth.repaired) {
            mistake = None;
            Check::Repaired
        } else {
            Check::Same
        };
        done.push(check);
    }
    done.extend((0..idle).map(|_| Check::Idle));
    (done, mistake)
}

/// Whether the sum with what should not be counted can be answered; it is the runner-up then.
fn offers_the_aside(reading: &Reading) -> bool {
    let problem = &reading.problem;
    let sum = Some(problem.total() + problem.aside);
    problem.aside != 0
        && reading.wrong.iter().any(|at| reading.choices.get(*at).is_some_and(|choice| choice.says == sum))
}

/// The choice that says this; where none does (a given chain may lead anywhere), the one nearest in number.
fn nearest(reading: &Reading, says: i64) -> usize {
    std::iter::once(&reading.gold)
        .chain(&reading.wrong)
        .copied()
        .min_by_key(|at| {
            let said = reading.choices.get(*at).and_then(|choice| choice.says).unwrap_or(i64::MAX / 2);
            ((said - says).abs(), said)
        })
        .unwrap_or(reading.gold)
}

impl Plan {
    /// The labels of what happened.
    pub(crate) fn facts(&self, reading: &Reading, depth: Depth) -> Facts {
        let problem = &reading.problem;
        let named = |at: usize| reading.choices.get(at).map(|choice| choice.name().to_owned()).unwrap_or_default();
        let count = |of: &dyn Fn(&Taken) -> bool| {
            u32::try_from(self.steps.iter().filter(|taken| of(taken)).count()).unwrap_or(u32::MAX)
        };
        let fails = |equation: &Equation| !equation.holds();
        let written = depth != Depth::Silent;
        Facts {
            family: problem.family,
            steps: u32::try_from(problem.steps.len()).unwrap_or(u32::MAX),
            arms: reading.arms,
            cue: reading.cue.map(|(cue, _)| cue),
            cue_answer: reading.cue.map(|(_, at)| named(at)),
            gold: named(reading.gold),
            concluded: named(self.concluded),
            answer: named(self.answer),
            misread: self.misread,
            caught: count(&|taken| taken.again.is_some()),
            repaired: u32::from(self.checks.contains(&Check::Repaired)),
            distracted: self.checks.contains(&Check::Distracted),
            useless_checks: count(&|taken| taken.looked_at),
            false_equations: count(&|taken| written && fails(&taken.first))
                + count(&|taken| taken.again.as_ref().is_some_and(fails)),
            false_equations_kept: count(&|taken| written && fails(taken.again.as_ref().unwrap_or(&taken.first))),
            musings: count(&|taken| taken.musing),
            followed: self.followed,
            mentioned: self.mention.is_some(),
            contradicted: self.answer != self.concluded,
        }
    }
}
