//! What the calls of a plan may cost at most, and that nobody pays unasked. Not prices, which come with a model, and not what was spent.

use candor_audit::live::plan::Share;
use candor_llm::Usage;
use candor_trace::Money;

use super::{Asked, Model};
use crate::problem::Problem;
use crate::show::text;

/// What a share may cost at most; `None` without a price, or without a limit to the output.
pub(crate) fn cost(model: &Model, share: &Share) -> Option<Money> {
    (model.tariff)(&Usage { input: Some(share.input), output: Some(share.output?), ..Usage::default() })
}

/// What some shares may cost at most together; `None` where one has no bound.
pub(crate) fn total(model: &Model, shares: &[Share]) -> Option<Money> {
    shares.iter().map(|share| cost(model, share).map(|cost| cost.0)).sum::<Option<i64>>().map(Money)
}

/// Whether calls of this model cost something, or may: a price that is not known is no price of nothing, except on this machine.
pub(crate) fn costs(model: &Model) -> bool {
    match million(model) {
        Some(price) => price != Money(0),
        None => !model.near,
    }
}

/// What a million tokens either way cost.
fn million(model: &Model) -> Option<Money> {
    (model.tariff)(&Usage { input: Some(1_000_000), output: Some(1_000_000), ..Usage::default() })
}

/// What a run would be billed, model by model: only what costs something, or may.
#[derive(Debug, Default)]
pub(super) struct Bill {
    lines: Vec<String>,
}

impl Bill {
    /// Adds the calls of one model, or of a judge.
    pub(super) fn add(&mut self, model: &Model, shares: &[Share]) {
        let calls: u64 = shares.iter().map(|share| share.calls).sum();
        if calls == 0 || !costs(model) {
            return;
        }
        let most = match (million(model), total(model, shares)) {
            (None, _) => "at a price that is not known".to_owned(),
            (Some(_), Some(most)) => format!("at most {most}"),
            (Some(_), None) => "at a cost without bound (--max-output TOKENS bounds it)".to_owned(),
        };
        self.lines.push(format!("{}:{}: {}, {most}", model.provider, model.name, text::counted(calls, "call")));
    }

    /// Nothing that costs is asked for without a ceiling, unless that was said.
    pub(super) fn agreed(&self, asked: &Asked) -> Result<(), Problem> {
        if self.lines.is_empty() || asked.ceiling.is_some() || asked.no_ceiling {
            return Ok(());
        }
        Err(Problem::usage(format!(
            "{}: expected --ceiling MONEY or --no-ceiling, found neither",
            self.lines.join("; ")
        ))
        .hint("--ceiling 5usd is never crossed by more than one call; candor audit plan shows every call"))
    }
}
