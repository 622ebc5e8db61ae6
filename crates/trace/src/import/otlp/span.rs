//! A span of OTLP in JSON and the values of its attributes. Not what the attributes mean.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::TraceId;
use crate::error::Problem;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Span<'a> {
    #[serde(default)]
    trace_id: Option<String>,
    #[serde(default)]
    start_time_unix_nano: Option<Value>,
    #[serde(borrow, default)]
    pub(super) attributes: Vec<Attribute<'a>>,
    #[serde(borrow, default)]
    pub(super) events: Vec<Happened<'a>>,
    #[serde(default)]
    pub(super) status: Option<Status>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Happened<'a> {
    #[serde(default)]
    time_unix_nano: Option<Value>,
    #[serde(borrow, default)]
    pub(super) name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) attributes: Vec<Attribute<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attribute<'a> {
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) value: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Status {
    #[serde(default)]
    code: Option<Value>,
}

impl Status {
    /// Whether the span ended in an error, where somebody said so. Codes are numbers, or names where the encoder is not OTLP's own.
    pub(super) fn is_error(&self) -> Option<bool> {
        match self.code.as_ref()? {
            Value::Number(number) => match number.as_u64() {
                Some(1) => Some(false),
                Some(2) => Some(true),
                _ => None,
            },
            Value::String(name) => match name.as_str() {
                "STATUS_CODE_OK" | "Ok" => Some(false),
                "STATUS_CODE_ERROR" | "Error" => Some(true),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Span<'_> {
    /// Which trace it belongs to.
    pub(super) fn trace(&self) -> Result<TraceId, Problem> {
        let found = self.trace_id.clone().unwrap_or_else(|| "nothing".to_owned());
        let id = self.trace_id.as_ref().and_then(|id| TraceId::try_from(id.to_ascii_lowercase()).ok());
        id.ok_or_else(|| Problem::new("traceId", "32 hexadecimal digits", found))
    }

    /// When it began, in nanoseconds since 1970.
    pub(super) fn began(&self) -> Result<Option<u64>, Problem> {
        nanoseconds("startTimeUnixNano", self.start_time_unix_nano.as_ref())
    }
}

impl Happened<'_> {
    pub(super) fn at(&self) -> Result<Option<u64>, Problem> {
        nanoseconds("events.timeUnixNano", self.time_unix_nano.as_ref())
    }
}

/// 64-bit numbers are strings in this JSON; many encoders write them as numbers.
fn nanoseconds(field: &str, value: Option<&Value>) -> Result<Option<u64>, Problem> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    };
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Problem::new(field, "nanoseconds since 1970", value.map(Value::to_string).unwrap_or_default())),
    }
}

/// The value of an attribute as plain JSON: its type is written around it.
pub(super) fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok().and_then(untyped)
}

fn untyped(typed: Value) -> Option<Value> {
    let Value::Object(object) = typed else { return None };
    let (kind, inner) = object.into_iter().next()?;
    match (kind.as_str(), inner) {
        ("stringValue", inner @ Value::String(_)) | ("boolValue", inner @ Value::Bool(_)) => Some(inner),
        ("intValue", Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        ("intValue" | "doubleValue", inner @ Value::Number(_)) => Some(inner),
        ("bytesValue", inner @ Value::String(_)) => Some(inner),
        ("arrayValue", Value::Object(mut inner)) => {
            let Some(Value::Array(values)) = inner.remove("values") else { return Some(Value::Array(Vec::new())) };
            values.into_iter().map(untyped).collect::<Option<Vec<Value>>>().map(Value::Array)
        }
        ("kvlistValue", Value::Object(mut inner)) => {
            let Some(Value::Array(values)) = inner.remove("values") else { return Some(Value::Object(Map::new())) };
            let mut map = Map::new();
            for mut entry in values {
                let key = entry.get("key")?.as_str()?.to_owned();
                map.insert(key, entry.get_mut("value").map(Value::take).and_then(untyped)?);
            }
            Some(Value::Object(map))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lose_their_types_and_nothing_else() {
        let cases = [
            (r#"{"stringValue":"x"}"#, Some(serde_json::json!("x"))),
            (r#"{"intValue":"-7"}"#, Some(serde_json::json!(-7))),
            (r#"{"intValue":7}"#, Some(serde_json::json!(7))),
            (r#"{"doubleValue":0.5}"#, Some(serde_json::json!(0.5))),
            (r#"{"boolValue":true}"#, Some(serde_json::json!(true))),
            (r#"{"arrayValue":{}}"#, Some(serde_json::json!([]))),
            (
                r#"{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"a","value":{"stringValue":"b"}}]}}]}}"#,
                Some(serde_json::json!([{"a": "b"}])),
            ),
            (r#"{"intValue":"seven"}"#, None),
            (r#"{"arrayValue":{"values":[7]}}"#, None),
            ("{}", None),
            ("7", None),
        ];
        for (text, wanted) in cases {
            let raw: &RawValue = serde_json::from_str(text).unwrap();
            assert_eq!(value(raw), wanted, "{text}");
        }
    }
}
