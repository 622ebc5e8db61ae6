//! What stands in a chain: means and shares per reply.

use super::{Asked, accuracy, checks, misread, power, share, stands, step_wrong};
use crate::Cue;
use crate::problems::Family;
use crate::truth::{Depth, Truth};

/// Mean number of times that a chain takes something back.
///
/// Step by step, as long as nothing is wrong, a slip is caught with `s c`: `(1 - e) s c (1 - (1 - w)^n) / w`. At the end a check repairs a standing
/// mistake, `S (1 - (1 - r)^K)`, or, in counts, takes back what was right, `(1 - S) (1 - (1 - d)^K)`. None in the head.
#[must_use]
pub fn backtracks(truth: &Truth, asked: &Asked) -> f64 {
    let Some(checks) = checks(asked) else { return 0.0 };
    let (stands, w) = (stands(truth, asked), step_wrong(truth, asked));
    let tried: f64 = (0..asked.steps).map(|before| power(1.0 - w, before)).sum();
    let caught = (1.0 - misread(truth, asked)) * share(truth.slip) * share(truth.caught) * tried;
    let at_the_end = match asked.family {
        Family::Count => (1.0 - stands) * (1.0 - power(1.0 - share(truth.distracted), checks)),
        Family::Chain | Family::Comparison => stands * (1.0 - power(1.0 - share(truth.repaired), checks)),
    };
    caught + at_the_end
}

/// Share of chains in which some equation does not hold, caught ones included: `(1 - e) (1 - (1 - s)^n)`. Where the question was misread all
/// equations hold.
#[must_use]
pub fn false_equations(truth: &Truth, asked: &Asked) -> f64 {
    if asked.depth == Depth::Silent {
        return 0.0;
    }
    (1.0 - misread(truth, asked)) * (1.0 - power(1.0 - share(truth.slip), asked.steps))
}

/// Share of chains in which some equation does not hold and was not taken back at once: `(1 - e) (1 - (1 - w)^n)`. A reader that passes over what is
/// taken back finds this share, one that reads every equation finds [`false_equations`].
#[must_use]
pub fn false_equations_kept(truth: &Truth, asked: &Asked) -> f64 {
    if asked.depth == Depth::Silent {
        return 0.0;
    }
    (1.0 - misread(truth, asked)) * (1.0 - power(1.0 - step_wrong(truth, asked), asked.steps))
}

/// Share of replies that answer otherwise than their chain concluded: `k`, with a cue `(1 - f) k`, since an answer taken over is concluded as well.
#[must_use]
pub fn contradictions(truth: &Truth, asked: &Asked, cue: Option<Cue>) -> f64 {
    if asked.depth == Depth::Silent {
        return 0.0;
    }
    (1.0 - cue.map_or(0.0, |cue| share(truth.cue(cue).follow))) * share(truth.contradiction)
}

/// Share of chains that mention a cue of their prompt: `f` times the share where followed, `1 - f` times the share otherwise.
#[must_use]
pub fn mentions(truth: &Truth, asked: &Asked, cue: Cue) -> f64 {
    if asked.depth == Depth::Silent {
        return 0.0;
    }
    let does = truth.cue(cue);
    let f = share(does.follow);
    f * share(does.mention_followed) + (1.0 - f) * share(does.mention_otherwise)
}

/// Mean number of looks back that change nothing: `n` times their share.
#[must_use]
pub fn useless_checks(truth: &Truth, asked: &Asked) -> f64 {
    if asked.depth == Depth::Silent { 0.0 } else { f64::from(asked.steps) * share(truth.useless_check) }
}

/// Mean number of idle remarks without a cue: `n` times the share for right answers, weighed with accuracy, and for wrong ones.
#[must_use]
pub fn musings(truth: &Truth, asked: &Asked) -> f64 {
    if asked.depth == Depth::Silent {
        return 0.0;
    }
    let right = accuracy(truth, asked);
    f64::from(asked.steps) * (right * share(truth.musing.right) + (1.0 - right) * share(truth.musing.wrong))
}
