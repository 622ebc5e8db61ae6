//! The canonical text of a plan: the same plan has the same bytes, whoever writes it down. Not what a plan is: that is the caller's.

use candor_record::{Digest, canonical as bytes};
use serde_json::{Map, Number, Value};

/// Bytes that the text of a plan may have.
pub const MOST_PLAN_BYTES: usize = 1 << 20;

/// A value as canonical bytes can hold it: members without a value are left out, numbers that are no whole ones below 2^53 become their shortest text that
/// reads back as the same number.
///
/// # Errors
/// Where it holds a list with nothing in a place, or is too deep or too long.
pub fn canonical(value: &Value) -> Result<String, candor_record::Error> {
    let text = bytes::to_vec(&plain(value))?;
    if text.len() > MOST_PLAN_BYTES {
        return Err(candor_record::Error::TooLong { most: MOST_PLAN_BYTES, found: text.len() });
    }
    String::from_utf8(text).map_err(|error| candor_record::Error::Shape(error.to_string()))
}

/// The tag of a plan's digest.
const TAG: &str = "candor plan 1";

/// The digest that a plan is known by: SHA-256 of its canonical text, under a tag.
#[must_use]
pub fn digest(text: &str) -> Digest {
    Digest::tagged(TAG, text.as_bytes())
}

pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) if !is_plain(number) => Value::String(number.to_string()),
        Value::Array(values) => Value::Array(values.iter().map(plain).collect()),
        Value::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn is_plain(number: &Number) -> bool {
    const MOST: u64 = (1 << 53) - 1;
    number.as_i64().is_some_and(|whole| whole.unsigned_abs() <= MOST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn floats_and_large_numbers_are_texts_and_nothing_is_left_out_but_nothing() {
        let value = json!({"b": 0.1, "a": [1, 2.0, u64::MAX], "none": null, "deep": {"x": null, "y": -3}});
        assert_eq!(canonical(&value).unwrap(), r#"{"a":[1,"2.0","18446744073709551615"],"b":"0.1","deep":{"y":-3}}"#);
        assert!(canonical(&json!([null])).is_err());
    }
}
