//! Equality of JSON values. Not of their spelling: numbers are compared by value and members without order.

use serde_json::{Number, Value};

/// Whether two numbers are one. Whole numbers within 64 bits are compared exactly, others as the nearest double.
pub(super) fn numbers(one: &Number, other: &Number) -> bool {
    let whole = |number: &Number| number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    if let (Some(one), Some(other)) = (whole(one), whole(other)) {
        return one == other;
    }
    one.as_f64().is_some() && one.as_f64() == other.as_f64()
}

/// Whether two values are equal.
pub(super) fn values(one: &Value, other: &Value) -> bool {
    difference(one, other).is_none()
}

/// The place (a JSON pointer) of the first difference.
pub(super) fn difference(one: &Value, other: &Value) -> Option<String> {
    let below = |key: &str, rest: String| format!("/{}{rest}", key.replace('~', "~0").replace('/', "~1"));
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if numbers(one, other) => None,
        (Value::Array(one), Value::Array(other)) => {
            let within = one
                .iter()
                .zip(other)
                .enumerate()
                .find_map(|(at, (one, other))| difference(one, other).map(|rest| below(&at.to_string(), rest)));
            within.or_else(|| {
                (one.len() != other.len()).then(|| below(&one.len().min(other.len()).to_string(), String::new()))
            })
        }
        (Value::Object(one), Value::Object(other)) => {
            let within = one.iter().find_map(|(key, value)| match other.get(key) {
                None => Some(below(key, String::new())),
                Some(found) => difference(value, found).map(|rest| below(key, rest)),
            });
            within.or_else(|| other.keys().find(|key| !one.contains_key(*key)).map(|key| below(key, String::new())))
        }
        _ => (one != other).then(String::new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_not_spellings() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let differ = |one, other| difference(&read(one), &read(other));
        assert_eq!(differ(r#"{"a": 1, "b": [2.0, 1e2]}"#, r#"{"b": [2, 100], "a": 1.0}"#), None);
        assert_eq!(differ("18446744073709551615", "18446744073709551614"), Some(String::new()));
        assert_eq!(differ(r#"{"a/b": [1, 2]}"#, r#"{"a/b": [1]}"#), Some("/a~1b/1".to_owned()));
        assert_eq!(differ(r#"{"a": 1}"#, r#"{"a": 1, "c": null}"#), Some("/c".to_owned()));
        assert_eq!(differ("[1]", r#"["1"]"#), Some("/0".to_owned()));
        assert_eq!(differ("true", "1"), Some(String::new()));
    }
}
