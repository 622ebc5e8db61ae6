//! Scores of Langfuse, by who gave them. Not verdicts: Langfuse does not record that a program decided.

use serde::Deserialize;
use serde_json::Value;

use crate::import::steps::{Step, What};
use crate::{Event, Label, LabelValue, Labeller};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Score {
    name: String,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    string_value: Option<String>,
    #[serde(default)]
    data_type: Option<String>,
    #[serde(default)]
    source: Option<String>,
}

impl Score {
    /// A person's annotation is a label by a person, a model's evaluation of yes and no or of words one by a judge; numbers that no person gave
    /// are scores. All stand behind what happened.
    pub(super) fn into_step(self) -> Option<Step> {
        let by = match self.source.as_deref() {
            Some("ANNOTATION") => Labeller::Human,
            Some("EVAL") => Labeller::Judge,
            _ => Labeller::Source,
        };
        let number = self.value.as_f64();
        let word = self.string_value.or_else(|| self.value.as_str().map(str::to_owned));
        let value = match (self.data_type.as_deref(), number, word) {
            (Some("BOOLEAN"), Some(number), _) => LabelValue::Bool(number > 0.5),
            (Some("CATEGORICAL"), _, Some(word)) | (_, None, Some(word)) => LabelValue::Text(word),
            (_, Some(value), _) if by == Labeller::Human => LabelValue::Number(value),
            (_, Some(value), _) => {
                return Some(Step { began: None, what: What::Judged(Event::Score { name: self.name, value }) });
            }
            (_, None, None) => return None,
        };
        Some(Step {
            began: None,
            what: What::Judged(Event::Label(Label { name: self.name, value, by, who: None, note: None })),
        })
    }
}
