//! YAML, loaded whole and bounded, as JSON: from there on it is read like any JSON. Not a YAML parser.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::Problem;

/// The same content as JSON. A bare `NO` or `yes` stays text: only `true` and `false` are truth values (YAML 1.2).
pub(crate) fn to_json(yaml: &[u8], loaded: usize) -> Result<Vec<u8>, Problem> {
    // The defaults are meant for configuration files; bounds by size and depth stay, those against aliases keep their defaults.
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: 100_000_000,
            max_nodes: 50_000_000,
            max_total_scalar_bytes: loaded,
            max_documents: 1,
        },
    };
    let read = serde_saphyr::with_deserializer_from_slice_with_options(yaml, options, |deserializer| {
        Json::deserialize(deserializer)
    });
    match read {
        Ok(Json(bytes)) => Ok(bytes),
        Err(error) => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default().to_owned();
            Err(Problem::new("", "one document of well-formed YAML", line))
        }
    }
}

/// A value as JSON text.
struct Json(Vec<u8>);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

fn plain<T: serde::Serialize + ?Sized, E: serde::de::Error>(value: &T) -> Result<Json, E> {
    serde_json::to_vec(value).map(Json).map_err(E::custom)
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a YAML value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Json, E> {
        Ok(Json(b"null".to_vec()))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Json, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Json, E> {
        plain(&value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Json, E> {
        plain(&value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Json, E> {
        plain(&value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        if value.is_finite() { plain(&value) } else { plain(&value.to_string()) }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Json, E> {
        plain(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut out = vec![b'['];
        while let Some(Json(item)) = list.next_element()? {
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend(item);
        }
        out.push(b']');
        Ok(Json(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut out = vec![b'{'];
        while let Some((Json(key), Json(value))) = map.next_entry()? {
            if out.len() > 1 {
                out.push(b',');
            }
            match key.first() {
                Some(b'"') => out.extend(key),
                Some(b'{' | b'[') => return Err(A::Error::custom("a key that is no single value")),
                _ => {
                    out.push(b'"');
                    out.extend(key);
                    out.push(b'"');
                }
            }
            out.push(b':');
            out.extend(value);
        }
        out.push(b'}');
        Ok(Json(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words_and_keys_become_text() {
        let json = |yaml: &str| String::from_utf8(to_json(yaml.as_bytes(), 1 << 20).unwrap()).unwrap();
        assert_eq!(json("a: NO\nb: 'NO'\nc: true\nd: null\n"), r#"{"a":"NO","b":"NO","c":true,"d":null}"#);
        assert_eq!(json("1: [x, 2, 0.5]\n"), r#"{"1":["x",2,0.5]}"#);
        assert_eq!(json("t: 'one\n\n  two'\n"), r#"{"t":"one\ntwo"}"#);
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut yaml = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (one, next) in "abcdefgh".chars().zip("bcdefghi".chars()) {
            yaml.push_str(&format!("{next}: &{next} [{}]\n", vec![format!("*{one}"); 10].join(",")));
        }
        assert!(to_json(yaml.as_bytes(), 1 << 20).is_err());
    }
}
