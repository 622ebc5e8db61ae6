//! The settings of a call: how much thinking, how much output, how tokens are drawn, what is begun; spelled for a model, and read back. Not what
//! was said.

use serde_json::json;

use super::dialect::{MessagesDialect, OffSwitch, SamplingRule, Takes};
use crate::protocol::json::{Object, decimal};
use crate::{Call, Continuation, Effort, Refusal, Sampling};

/// The smallest budget that Anthropic takes.
const LEAST_BUDGET: u32 = 1024;
/// The vendor's word for thinking between tool calls alone; it stands for a level.
const BETWEEN_TOOLS: &str = "between_tools";

/// Spells the settings.
///
/// # Errors
/// What the model cannot be asked for.
pub(super) fn spell(dialect: &MessagesDialect, call: &Call) -> Result<Object, Refusal> {
    let takes = dialect.takes(&call.model);
    let mut body = Object::default();
    let limit = match (call.max_output, &call.effort) {
        (Some(limit), _) => limit,
        (None, Some(Effort::Budget(tokens))) => dialect.max_output.saturating_add(*tokens),
        (None, _) => dialect.max_output,
    };
    body.put("max_tokens", &limit);
    let (thinking, level) = thinking(takes, call, limit)?;
    body.put_some("thinking", thinking);
    body.put_some("output_config", level.map(|level| json!({ "effort": level })));
    draw(takes, call, &mut body)?;
    if !call.stop.is_empty() {
        body.put("stop_sequences", &call.stop);
    }
    Ok(body)
}

/// `thinking`, and the level in `output_config`.
fn thinking(takes: &Takes, call: &Call, limit: u32) -> Result<(Option<Object>, Option<&'static str>), Refusal> {
    let of_type = |kind: &str| Object::of(json!({ "type": kind }));
    let adaptive = || {
        let mut thinking = of_type("adaptive");
        thinking.put_some("display", takes.omits.then_some("summarized"));
        thinking
    };
    let enabled = |tokens: u32| Object::of(json!({ "type": "enabled", "budget_tokens": tokens }));
    let refused = |effort: &Effort| Refusal::Effort { effort: effort.to_string(), known: known(takes, call) };
    match &call.effort {
        // It thinks in any case: what this says is that the text is to be shown.
        None if takes.unasked && takes.omits && takes.adaptive => Ok((Some(adaptive()), None)),
        None => Ok((None, None)),
        Some(effort @ Effort::Off) => match takes.off {
            OffSwitch::Disabled => Ok((Some(of_type("disabled")), None)),
            OffSwitch::BetweenTools if call.tools.is_empty() => Ok((Some(of_type(BETWEEN_TOOLS)), None)),
            OffSwitch::Given => Ok((None, None)),
            OffSwitch::BetweenTools | OffSwitch::Never => Err(refused(effort)),
        },
        Some(effort @ Effort::Budget(tokens)) => {
            if !takes.budget || *tokens < LEAST_BUDGET {
                return Err(refused(effort));
            }
            if *tokens >= limit {
                let what = format!("a budget of {tokens} tokens needs more than {limit} tokens of output");
                return Err(Refusal::Parameter(what));
            }
            Ok((Some(enabled(*tokens)), None))
        }
        Some(Effort::Level(level)) if level == BETWEEN_TOOLS && takes.off == OffSwitch::BetweenTools => {
            Ok((Some(of_type(BETWEEN_TOOLS)), None))
        }
        Some(effort @ Effort::Level(level)) => {
            let level = takes.levels.iter().find(|known| *known == level).ok_or_else(|| refused(effort))?;
            if takes.adaptive {
                return Ok((Some(adaptive()), Some(level)));
            }
            // The level decides; the budget, which has to be given, is all the output there may be.
            let budget = limit.saturating_sub(1);
            if budget < LEAST_BUDGET {
                let what = format!("thinking needs more than {LEAST_BUDGET} tokens of output, found {limit}");
                return Err(Refusal::Parameter(what));
            }
            Ok((Some(enabled(budget)), Some(level)))
        }
    }
}

/// The efforts that there are, for a message.
fn known(takes: &Takes, call: &Call) -> String {
    let mut known = Vec::new();
    match takes.off {
        OffSwitch::Disabled | OffSwitch::Given => known.push("off".to_owned()),
        OffSwitch::BetweenTools if call.tools.is_empty() => known.push("off".to_owned()),
        OffSwitch::BetweenTools => known.push(BETWEEN_TOOLS.to_owned()),
        OffSwitch::Never => {}
    }
    known.extend(takes.levels.iter().map(|level| (*level).to_owned()));
    if takes.budget {
        known.push(format!("a budget of at least {LEAST_BUDGET} tokens"));
    }
    known.join(", ")
}

/// Whether the model thinks in this call.
fn thinks(takes: &Takes, call: &Call) -> bool {
    match call.effort {
        None => takes.unasked,
        Some(Effort::Off) => false,
        Some(Effort::Level(_) | Effort::Budget(_)) => true,
    }
}

fn draw(takes: &Takes, call: &Call, body: &mut Object) -> Result<(), Refusal> {
    let Sampling { temperature, top_p, seed } = call.sampling;
    if seed.is_some() {
        return Err(Refusal::Parameter("the protocol takes no seed".to_owned()));
    }
    let (warm, narrow) = (temperature.is_some_and(|value| value != 1000), top_p.is_some_and(|value| value != 1000));
    let refused = match takes.sampling {
        SamplingRule::Free => None,
        SamplingRule::Thinking if !thinks(takes, call) => None,
        SamplingRule::Thinking if warm => Some("while it thinks, this model takes no temperature but 1"),
        SamplingRule::Thinking if top_p.is_some_and(|value| !(950..=1000).contains(&value)) => {
            Some("while it thinks, this model takes no top_p outside 0.95 to 1")
        }
        SamplingRule::Thinking => None,
        SamplingRule::Defaults if warm => Some("this model takes no temperature but 1"),
        SamplingRule::Defaults if narrow => Some("this model takes no top_p but 1"),
        SamplingRule::Defaults => None,
    };
    if let Some(what) = refused {
        return Err(Refusal::Parameter(what.to_owned()));
    }
    body.put_some("temperature", temperature.map(decimal));
    body.put_some("top_p", top_p.map(decimal));
    Ok(())
}

/// The answer that is begun for the model. A chain of thought cannot be: only the vendor can sign one.
///
/// # Errors
/// [`Refusal::Continuation`] with the reason.
pub(super) fn begun<'a>(dialect: &MessagesDialect, call: &Call, begun: &'a Continuation) -> Result<&'a str, Refusal> {
    let Continuation { reasoning, closed, answer } = begun;
    if !reasoning.is_empty() || !closed {
        return Err(Refusal::Continuation("a chain of thought is taken back only as the vendor signed it"));
    }
    may_begin(dialect, call)?;
    if answer.trim_end() != answer || answer.is_empty() {
        return Err(Refusal::Continuation("a begun answer must hold text, and no white space at its end"));
    }
    Ok(answer)
}

/// Whether the model goes on from an answer that was begun for it.
///
/// # Errors
/// [`Refusal::Continuation`] with the reason.
pub(super) fn may_begin(dialect: &MessagesDialect, call: &Call) -> Result<(), Refusal> {
    let takes = dialect.takes(&call.model);
    if !takes.prefill {
        return Err(Refusal::Continuation("this model takes no answer that was begun for it"));
    }
    if thinks(takes, call) {
        return Err(Refusal::Continuation("an answer can be begun for a model only while it does not think"));
    }
    Ok(())
}

/// The effort that a body asks for.
pub(super) fn effort(body: &Object, model: &str) -> Option<Effort> {
    let level = body.object("output_config").named("effort").map(Effort::Level);
    let thinking = body.object("thinking");
    match thinking.kind().as_str() {
        "disabled" => Some(Effort::Off),
        BETWEEN_TOOLS if body.elements("tools").is_empty() => Some(Effort::Off),
        BETWEEN_TOOLS => Some(Effort::Level(BETWEEN_TOOLS.to_owned())),
        "enabled" => level.or_else(|| thinking.small("budget_tokens").map(Effort::Budget)),
        // Where the model would not think unasked, asking without a level asks for the vendor's default one.
        "adaptive" if !MessagesDialect::ANTHROPIC.takes(model).unasked => {
            level.or_else(|| Some(Effort::Level("high".to_owned())))
        }
        _ => level,
    }
}
