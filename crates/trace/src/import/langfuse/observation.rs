//! An observation of Langfuse - a call to a model, a tool, a retrieval - as a step. Not the tree that observations form: their times order them.

use std::collections::BTreeMap;

use candor_llm::{Effort, Usage};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Problem;
use crate::import::instant;
use crate::import::messages::{self, Speaker};
use crate::import::steps::{Called, Ran, Step, What};
use crate::{Document, Money};

/// As the API, the UI (`traceId`) and the blob storage export (`trace_id`) spell it.
#[derive(Debug, Deserialize)]
pub(super) struct Observation {
    #[serde(default, rename = "traceId", alias = "trace_id")]
    pub(super) trace: Option<String>,
    #[serde(default, rename = "sessionId", alias = "session_id")]
    pub(super) session: Option<String>,
    #[serde(default, rename = "traceName", alias = "trace_name")]
    pub(super) trace_name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "startTime", alias = "start_time")]
    began: Option<String>,
    #[serde(default)]
    level: Option<String>,
    #[serde(default, rename = "statusMessage", alias = "status_message")]
    status: Option<String>,
    #[serde(default)]
    input: Value,
    #[serde(default)]
    output: Value,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    provided_model_name: Option<String>,
    #[serde(default, rename = "modelParameters", alias = "model_parameters")]
    parameters: Value,
    #[serde(default, rename = "usageDetails", alias = "usage_details")]
    usage: Value,
    #[serde(default, rename = "costDetails", alias = "cost_details")]
    costs: Value,
    #[serde(default, rename = "totalCost", alias = "total_cost")]
    cost: Value,
    #[serde(default, rename = "calculatedTotalCost")]
    calculated: Value,
}

impl Observation {
    /// The step, or why there is none.
    pub(super) fn into_step(self) -> Result<Result<Step, String>, Problem> {
        let began = instant::in_field("startTime", self.began.as_deref().filter(|text| !text.is_empty()))?;
        let began = began.and_then(|at| u64::try_from(at).ok()).map(|at| at.saturating_mul(1_000_000));
        let is_error = (self.level.as_deref() == Some("ERROR")).then_some(true);
        let what = match self.kind.as_deref() {
            None => return Err(Problem::new("type", "GENERATION, SPAN, EVENT, TOOL or another kind", "nothing")),
            Some("GENERATION") => {
                let failure = self.status.clone().filter(|status| !status.is_empty());
                let called = self.called()?;
                if is_error == Some(true) && called.output.is_empty() {
                    let failure = failure.unwrap_or_else(|| "error".to_owned());
                    let words: String = failure.lines().next().unwrap_or_default().chars().take(60).collect();
                    return Ok(Err(format!("the call failed: {words}")));
                }
                What::Call(Box::new(called))
            }
            Some("TOOL") => What::Tool(Ran {
                id: None,
                name: self.name.unwrap_or_default(),
                arguments: messages::text(&self.input),
                result: Some(self.output).filter(|output| !output.is_null()).map(|output| messages::text(&output)),
                is_error,
            }),
            Some("RETRIEVER") => What::Retrieval {
                query: query(&messages::unfolded(self.input)),
                documents: documents(messages::unfolded(self.output)),
            },
            Some(kind) => return Ok(Err(format!("an observation of the kind {kind}"))),
        };
        Ok(Ok(Step { began, what }))
    }

    fn called(self) -> Result<Called, Problem> {
        let model = self.model.or(self.provided_model_name).filter(|model| !model.is_empty());
        let speaker = Speaker { provider: None, model: model.as_deref() };
        let parameters = messages::unfolded(self.parameters);
        let effort = ["reasoning_effort", "reasoningEffort", "effort"]
            .iter()
            .find_map(|name| parameters.get(name))
            .map(messages::text)
            .filter(|effort| !effort.is_empty())
            .map(|effort| Effort::from_foreign(&effort));
        let costs = messages::unfolded(self.costs);
        let cost = [Some(&self.cost), Some(&self.calculated), costs.get("total")];
        let cost = cost.into_iter().flatten().find_map(amount);
        // Where no price is known, the total is 0 and there are no details.
        let priced = costs.as_object().is_some_and(|costs| !costs.is_empty());
        let cost = cost.filter(|cost| priced || *cost > 0.0).and_then(Money::from_units);
        let output = if self.output == Value::String(String::new()) { Value::Null } else { self.output };
        Ok(Called {
            input: messages::given(self.input, speaker),
            output: messages::said(output, speaker),
            effort,
            usage: usage(messages::unfolded(self.usage))?,
            cost,
            model,
        })
    }
}

/// A number, or a number in a cell of a table.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}

/// Tokens. What is counted under names beside `input` and `output` is part of them, or stands beside them: the total says which.
fn usage(details: Value) -> Result<Usage, Problem> {
    let Value::Object(details) = details else { return Ok(Usage::default()) };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (name, value) in details {
        match (&value, value.as_u64()) {
            (_, Some(count)) => drop(counts.insert(name, count)),
            (Value::Null, None) => {}
            (found, None) => {
                return Err(Problem::new(format!("usageDetails.{name}"), "a number of tokens", found.to_string()));
            }
        }
    }
    let total = counts.remove("total");
    let is_cached = |name: &str| name.contains("cache") && !name.contains("creation") && !name.contains("write");
    let is_reasoning = |name: &str| name.contains("reasoning") || name.contains("thought");
    let is_output = |name: &str| name.starts_with("output") || name.starts_with("completion") || is_reasoning(name);
    let sum = |wanted: &dyn Fn(&str) -> bool| {
        counts.iter().filter(|(name, _)| wanted(name)).map(|(_, count)| *count).reduce(u64::saturating_add)
    };
    let beside = total.is_some() && sum(&|_| true) == total;
    let plain = |name: &str| counts.get(name).copied();
    let (input, output) =
        if beside { (sum(&|name| !is_output(name)), sum(&is_output)) } else { (plain("input"), plain("output")) };
    Ok(Usage { input, cached_input: sum(&is_cached), output, reasoning: sum(&is_reasoning) })
}

/// What was looked for: text, or the field that usually holds it.
fn query(input: &Value) -> String {
    let named =
        ["query", "question", "input"].iter().find_map(|name| input.get(name)).filter(|found| found.is_string());
    messages::text(named.unwrap_or(input))
}

fn documents(output: Value) -> Vec<Document> {
    let list = match output {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("documents") {
            Some(Value::Array(items)) => items,
            _ => vec![Value::Object(object)],
        },
        value => vec![value],
    };
    let document = |value: &Value| {
        let field = |names: &[&str]| names.iter().find_map(|name| value.get(name)).map(messages::text);
        Document {
            id: field(&["id", "document_id"]).unwrap_or_default(),
            text: field(&["content", "text", "page_content", "pageContent"]).unwrap_or_else(|| messages::text(value)),
        }
    };
    list.iter().map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_says_whether_details_are_part_or_beside() {
        let cases = [
            (r#"{"input":10,"output":5,"total":15}"#, (Some(10), None, Some(5), None)),
            (
                r#"{"input":4,"input_cached_tokens":6,"output":2,"output_reasoning_tokens":3,"total":15}"#,
                (Some(10), Some(6), Some(5), Some(3)),
            ),
            (
                r#"{"input":10,"input_cached_tokens":6,"output":5,"output_reasoning_tokens":3,"total":15}"#,
                (Some(10), Some(6), Some(5), Some(3)),
            ),
            (r#"{"input":10,"output":5,"reasoning_tokens":3}"#, (Some(10), None, Some(5), Some(3))),
            ("{}", (None, None, None, None)),
            ("null", (None, None, None, None)),
        ];
        for (text, wanted) in cases {
            let found = usage(serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!((found.input, found.cached_input, found.output, found.reasoning), wanted, "{text}");
        }
        assert!(usage(serde_json::json!({"input": -1})).is_err());
    }
}
