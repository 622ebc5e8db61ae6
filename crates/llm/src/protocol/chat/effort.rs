//! Effort and sampling in a vendor's spelling, and read back from whichever spelling. Not the messages.

use serde_json::{Map, Value};

use super::dialect::{ChatDialect, Fixed, Knob, Setting};
use crate::{Call, Effort, Refusal, Sampling};

/// The fields of a call beside its messages and tools.
///
/// # Errors
/// What the vendor cannot be asked for.
pub(super) fn settings(dialect: &ChatDialect, call: &Call) -> Result<Map<String, Value>, Refusal> {
    let mut body = Map::new();
    let off = call.effort == Some(Effort::Off);
    if !off {
        fixed(&mut body, dialect.show);
    }
    if let Some(effort) = &call.effort {
        spell(dialect, effort, &mut body)?;
    }
    if let Some(limit) = call.max_output {
        put(&mut body, dialect.limit, limit.into());
    }
    let Sampling { temperature, top_p, seed } = call.sampling;
    let thousandths = |value: u32| Value::from(f64::from(value) / 1000.0);
    turn(&mut body, "temperature", dialect.temperature, off, temperature.map(thousandths))?;
    turn(&mut body, "top_p", dialect.top_p, off, top_p.map(thousandths))?;
    turn(&mut body, "seed", dialect.seed, off, seed.map(Value::from))?;
    let stop = (!call.stop.is_empty()).then(|| Value::from(call.stop.clone()));
    turn(&mut body, "stop", dialect.stop, off, stop)?;
    Ok(body)
}

fn turn(body: &mut Map<String, Value>, name: &str, knob: Knob, off: bool, value: Option<Value>) -> Result<(), Refusal> {
    let Some(value) = value else { return Ok(()) };
    match knob {
        Knob::Field(field) => put(body, field, value),
        Knob::WithoutReasoning(field) if off => put(body, field, value),
        Knob::WithoutReasoning(_) => {
            return Err(Refusal::Parameter(format!("{name} has no effect unless the effort is off")));
        }
        Knob::Refused => return Err(Refusal::Parameter(format!("{name} cannot be set"))),
    }
    Ok(())
}

fn spell(dialect: &ChatDialect, effort: &Effort, body: &mut Map<String, Value>) -> Result<(), Refusal> {
    let dials = dialect.effort;
    let refused = || Refusal::Effort { effort: effort.to_string(), known: known(dialect) };
    match effort {
        Effort::Off if dials.off.is_empty() => return Err(refused()),
        Effort::Off => fixed(body, dials.off),
        Effort::Level(name) => {
            let path = dials.level.ok_or_else(refused)?;
            if !dials.levels.is_empty() && !dials.levels.contains(&name.as_str()) {
                return Err(refused());
            }
            fixed(body, dials.on);
            put(body, path, name.as_str().into());
        }
        Effort::Budget(tokens) => {
            let path = dials.budget.ok_or_else(refused)?;
            fixed(body, dials.on);
            put(body, path, (*tokens).into());
        }
    }
    Ok(())
}

/// What may be asked for, in words.
fn known(dialect: &ChatDialect) -> String {
    let dials = dialect.effort;
    let mut known: Vec<&str> = Vec::new();
    known.extend((!dials.off.is_empty()).then_some("off"));
    if dials.level.is_some() {
        known.extend(dials.levels);
        known.extend(dials.levels.is_empty().then_some("any level"));
    }
    known.extend(dials.budget.map(|_| "a budget in tokens"));
    if known.is_empty() { "none: this provider takes no effort".to_owned() } else { known.join(", ") }
}

fn fixed(body: &mut Map<String, Value>, settings: &[Setting]) {
    for setting in settings {
        let value = match setting.value {
            Fixed::Bool(value) => value.into(),
            Fixed::Text(value) => value.into(),
        };
        put(body, setting.path, value);
    }
}

/// Puts a value at a path; what is no object on the way becomes one.
fn put(body: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            body.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = body.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Where budgets, levels and switches stand, over all vendors.
const BUDGETS: [&str; 5] = [
    "/reasoning/max_tokens",
    "/thinking_budget",
    "/thinking_token_budget",
    "/thinking/budget_tokens",
    "/extra_body/google/thinking_config/thinking_budget",
];
const LEVELS: [&str; 3] =
    ["/reasoning_effort", "/reasoning/effort", "/extra_body/google/thinking_config/thinking_level"];
const SWITCHES: [&str; 4] = [
    "/enable_thinking",
    "/chat_template_kwargs/enable_thinking",
    "/chat_template_kwargs/thinking",
    "/reasoning/enabled",
];

/// The effort that a call asks for, in whichever spelling. "Off" wins over a level beside it, and a budget too: it says more.
pub(super) fn read(body: &Value) -> Option<Effort> {
    let at = |path: &&str| body.pointer(path).filter(|value| !value.is_null());
    let off = SWITCHES.iter().filter_map(at).any(|value| *value == Value::Bool(false))
        || body.pointer("/thinking/type").is_some_and(|kind| kind == "disabled");
    let budget = BUDGETS.iter().filter_map(at).find_map(Value::as_u64).and_then(|tokens| u32::try_from(tokens).ok());
    let level = LEVELS.iter().filter_map(at).find_map(|value| match value {
        Value::String(name) => Some(Effort::from_foreign(name)),
        // SGLang takes a number between 0 and 1 too.
        Value::Number(number) => Some(Effort::from_foreign(&number.to_string())),
        _ => None,
    });
    if off {
        return Some(Effort::Off);
    }
    match budget {
        Some(0) => Some(Effort::Off),
        Some(tokens) => Some(Effort::Budget(tokens)),
        None => level,
    }
}
