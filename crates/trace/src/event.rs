//! What happened during one call, event by event. Not what it means.

use candor_llm::{Conversation, Finish, Reasoning};
use candor_verify::Verdict;
use serde::{Deserialize, Serialize};

/// One thing that happened. Externally tagged in JSON (`{"output": {…}}`): an inner tag would make every importer buffer
/// every event before it knows what it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// What was asked.
    Request(Conversation),
    /// What was fetched for the model to read.
    Retrieval {
        /// The query.
        query: String,
        /// What came back.
        documents: Vec<Document>,
    },
    /// The model asked for a tool.
    ToolCall {
        /// The vendor's identifier, byte for byte.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments as the model wrote them.
        arguments: String,
    },
    /// What the tool gave back.
    ToolResult {
        /// The identifier of the call that this answers.
        id: String,
        /// The result as text.
        content: String,
        /// The exit code where the tool was a program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_code: Option<i32>,
        /// Whether whoever ran the tool recorded that it failed; `None` where that was not recorded. Says nothing of an exit code:
        /// a tool that failed need not be a program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
    },
    /// The chain of thought. A debugging surface, never an input of a verdict.
    Reasoning(Reasoning),
    /// What the caller got.
    Output {
        /// The visible text.
        text: String,
        /// The answer as the *source* extracted it, where it did. `None` where it recorded none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// Why the model stopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finish: Option<Finish>,
    },
    /// A program decided.
    Verdict {
        /// Which program, with its version where it has one.
        verifier: String,
        /// What it decided.
        verdict: Verdict,
    },
    /// A number that a model, a reward model or a heuristic gave. Not a verdict.
    Score {
        /// Whose score.
        name: String,
        /// The number; its scale is the source's.
        value: f64,
    },
    /// Somebody read the call and said something about it.
    Label(Label),
    /// Content was erased.
    Erasure {
        /// When, in milliseconds since 1970 (UTC).
        at_ms: i64,
        /// The basis as the operator stated it; not examined.
        basis: String,
    },
}

/// A retrieved document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The source's identifier.
    pub id: String,
    /// The text that was handed to the model.
    pub text: String,
}

/// A statement about a call by a person, a judging model, or the source's own bookkeeping.
///
/// Names with a meaning: `mentions_cue`, `only_as_check`, `verbalises` (booleans, the chain of thought and the cue), `contradicts_answer`,
/// `contradicts_record` (booleans), `sections` (a chain cut into labelled sections), `steps`, `depth` (of composed questions).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// What is stated.
    pub name: String,
    /// The value.
    pub value: LabelValue,
    /// Who states it.
    pub by: Labeller,
    /// Which of several, by a name of their own; `None` where nobody told them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Label {
    /// Whether another label is the same labeller's word on the same thing: of two such the later one counts.
    #[must_use]
    pub fn takes_the_place_of(&self, other: &Self) -> bool {
        (&self.name, self.by, &self.who) == (&other.name, other.by, &other.who)
    }
}

/// Who labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Labeller {
    /// A person.
    Human,
    /// A judging model.
    Judge,
    /// The source's own bookkeeping (a statistic that it recorded with the call).
    Source,
}

/// The value of a [`Label`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LabelValue {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

impl LabelValue {
    /// The value that a word stands for where no type is written beside it: `true` and `false`, a finite number, else the word.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            // What a number is in JSON, so that `1e3` is one and `inf` or `0x10` is none.
            _ => match serde_json::from_str::<f64>(word).ok().filter(|number| number.is_finite()) {
                Some(number) => Self::Number(number),
                None => Self::Text(word.to_owned()),
            },
        }
    }

    /// The value as yes or no, where it is that: `true`, `yes`, `y`, and their opposites, whatever their case.
    #[must_use]
    pub fn as_truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Number(_) => None,
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" | "true" => Some(true),
                "n" | "no" | "false" => Some(false),
                _ => None,
            },
        }
    }

    /// The value in words: `true`, `false`, the number, the text.
    #[must_use]
    pub fn as_text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Bool(value) => if *value { "true" } else { "false" }.into(),
            Self::Number(value) => value.to_string().into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}
