//! The TOML of a mapping as it is written. Not its meaning: that is in `template` and `field`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) about: Option<String>,
    #[serde(default)]
    pub(super) files: FilesDocument,
    #[serde(default)]
    pub(super) join: BTreeMap<String, JoinDocument>,
    #[serde(default)]
    pub(super) trace: Vec<TraceDocument>,
}

/// Which files, and what in them is a record.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesDocument {
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) format: Option<FormatDocument>,
    #[serde(default)]
    pub(super) records: Option<String>,
    #[serde(default)]
    pub(super) delimiter: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FormatDocument {
    Json,
    Jsonl,
    Csv,
    Yaml,
}

/// A side table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinDocument {
    pub(super) path: String,
    #[serde(default)]
    pub(super) format: Option<FormatDocument>,
    #[serde(default)]
    pub(super) records: Option<String>,
    #[serde(default)]
    pub(super) delimiter: Option<String>,
    pub(super) key: OneOrMore<FieldDocument>,
    pub(super) on: OneOrMore<FieldDocument>,
    #[serde(default)]
    pub(super) optional: bool,
}

/// One trace, or one for each row of `each`, from every record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TraceDocument {
    #[serde(default)]
    pub(super) each: Vec<String>,
    #[serde(default)]
    pub(super) when: Vec<WhenDocument>,
    pub(super) unit: FieldDocument,
    #[serde(default)]
    pub(super) arm: Option<FieldDocument>,
    #[serde(default)]
    pub(super) sample: Option<FieldDocument>,
    #[serde(default)]
    pub(super) stratum: Option<FieldDocument>,
    #[serde(default)]
    pub(super) model: Option<FieldDocument>,
    #[serde(default)]
    pub(super) effort: Option<FieldDocument>,
    #[serde(default)]
    pub(super) at_ms: Option<FieldDocument>,
    #[serde(default)]
    pub(super) gold: Option<FieldDocument>,
    #[serde(default)]
    pub(super) options: Option<FieldDocument>,
    #[serde(default)]
    pub(super) cue: CueDocument,
    #[serde(default)]
    pub(super) system: Option<FieldDocument>,
    #[serde(default)]
    pub(super) request: Option<FieldDocument>,
    #[serde(default)]
    pub(super) messages: Option<String>,
    #[serde(default)]
    pub(super) reasoning: Option<FieldDocument>,
    #[serde(default)]
    pub(super) provenance: Option<FieldDocument>,
    #[serde(default)]
    pub(super) reply: Option<FieldDocument>,
    #[serde(default)]
    pub(super) reply_begins: ReplyBegins,
    #[serde(default)]
    pub(super) output: Option<FieldDocument>,
    #[serde(default)]
    pub(super) answer: Option<FieldDocument>,
    #[serde(default)]
    pub(super) finish: Option<FieldDocument>,
    #[serde(default)]
    pub(super) verdict: Option<FieldDocument>,
    #[serde(default)]
    pub(super) verifier: Option<FieldDocument>,
    #[serde(default)]
    pub(super) scores: BTreeMap<String, FieldDocument>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, LabelDocument>,
    #[serde(default)]
    pub(super) usage: UsageDocument,
    #[serde(default)]
    pub(super) cost: Option<FieldDocument>,
    #[serde(default)]
    pub(super) planted: Option<FieldDocument>,
}

/// Where the text of a reply begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReplyBegins {
    /// Perhaps with a tag such as `<think>`; without one there is no chain of thought, unless a closing tag follows.
    #[default]
    Plain,
    /// Within the chain of thought, which the prompt has opened; without a closing tag it was cut off.
    WithinChain,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CueDocument {
    #[serde(default)]
    pub(super) kind: Option<FieldDocument>,
    #[serde(default)]
    pub(super) target: Option<FieldDocument>,
    #[serde(default)]
    pub(super) text: Option<FieldDocument>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsageDocument {
    #[serde(default)]
    pub(super) input: Option<FieldDocument>,
    #[serde(default)]
    pub(super) cached_input: Option<FieldDocument>,
    #[serde(default)]
    pub(super) output: Option<FieldDocument>,
    #[serde(default)]
    pub(super) reasoning: Option<FieldDocument>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelDocument {
    pub(super) value: FieldDocument,
    pub(super) by: crate::Labeller,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhenDocument {
    pub(super) value: FieldDocument,
    #[serde(default)]
    pub(super) is: Option<OneOrMore<Constant>>,
    #[serde(default)]
    pub(super) not: Option<OneOrMore<Constant>>,
    #[serde(default)]
    pub(super) present: Option<bool>,
}

/// One value, or a list of them.
#[derive(Debug, Clone)]
pub(super) struct OneOrMore<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let list = match value {
            toml::Value::Array(values) => values,
            value => vec![value],
        };
        let read = list.into_iter().map(|value| T::deserialize(value).map_err(serde::de::Error::custom));
        read.collect::<Result<_, _>>().map(Self)
    }
}

/// A plain value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Constant {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// Where a value comes from and how it is read: a path, a plain value, or a table.
#[derive(Debug, Clone)]
pub(super) enum FieldDocument {
    Path(String),
    Constant(Constant),
    Table(Box<FieldTable>),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    #[serde(default)]
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) from: Option<String>,
    #[serde(default)]
    pub(super) any: Option<Vec<FieldDocument>>,
    #[serde(default)]
    pub(super) all: Option<Vec<FieldDocument>>,
    #[serde(default)]
    pub(super) with: Option<String>,
    #[serde(default)]
    pub(super) equals: Option<Vec<FieldDocument>>,
    #[serde(default)]
    pub(super) capture: Option<String>,
    #[serde(default)]
    pub(super) constant: Option<Constant>,
    #[serde(default)]
    pub(super) row: Option<bool>,
    #[serde(default)]
    pub(super) record: Option<bool>,
    #[serde(default)]
    pub(super) count: Option<bool>,
    #[serde(default)]
    pub(super) absent: Option<OneOrMore<Constant>>,
    #[serde(default)]
    pub(super) regex: Option<String>,
    #[serde(default)]
    pub(super) split: Option<String>,
    #[serde(default)]
    pub(super) side: Option<Side>,
    #[serde(default)]
    pub(super) at: Option<Which>,
    #[serde(default)]
    pub(super) trim: Option<bool>,
    #[serde(default)]
    pub(super) map: Option<BTreeMap<String, Constant>>,
    #[serde(default)]
    pub(super) unmapped: Option<Unmapped>,
    #[serde(default)]
    pub(super) default: Option<Constant>,
    #[serde(default, rename = "as")]
    pub(super) kind: Option<Kind>,
    #[serde(default)]
    pub(super) decimal: Option<Decimal>,
    #[serde(default)]
    pub(super) scale: Option<f64>,
    #[serde(default)]
    pub(super) difference: Option<Difference>,
    #[serde(default)]
    pub(super) share: Option<Share>,
}

/// As what a value is read; tables hold text only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Text,
    Number,
    Truth,
}

/// The sign that stands before the fraction of a number; of point and comma the other one groups digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Decimal {
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = ".")]
    Point,
}

/// Which part of a split text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Before,
    After,
}

/// At which occurrence a text is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Which {
    First,
    Last,
}

/// What becomes of a value that a map does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unmapped {
    Keep,
    Absent,
}

/// How a cumulative counter is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Difference {
    /// A counter that falls has begun again: the value itself is the difference.
    Resets,
    /// A counter that falls is an error.
    Rises,
}

/// How a value of the record is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Share {
    /// Evenly over the rows of the record, exactly.
    Rows,
}

impl<'de> Deserialize<'de> for FieldDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldVisitor;
        impl<'de> Visitor<'de> for FieldVisitor {
            type Value = FieldDocument;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path such as \"a.b\", a number, true, false, or a table such as { path = \"a.b\" }")
            }

            fn visit_str<E>(self, text: &str) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Path(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Constant(Constant::Bool(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Constant(Constant::Int(value)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<FieldDocument, E> {
                Ok(FieldDocument::Constant(Constant::Float(value)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldDocument, A::Error> {
                FieldTable::deserialize(MapAccessDeserializer::new(map))
                    .map(|table| FieldDocument::Table(Box::new(table)))
            }
        }
        deserializer.deserialize_any(FieldVisitor)
    }
}
