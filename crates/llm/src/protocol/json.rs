//! JSON objects read field by field: a field of an unexpected type is a field that is not there, and every value is kept as it stood. Not what a
//! field means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// An object whose values stand as they came, or as they will travel.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Object(BTreeMap<String, Box<RawValue>>);

impl Object {
    /// Reads an object; `None` where the text is anything else.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Reads an object from bytes, with or without a byte order mark.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Self::read(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The object that `json!` made; empty for any other value.
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Object(fields) => Self(fields.into_iter().map(|(name, value)| (name, raw(&value))).collect()),
            _ => Self::default(),
        }
    }

    /// The field as it stood; null is nothing.
    pub(super) fn raw(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(AsRef::as_ref).filter(|raw| raw.get() != "null")
    }

    fn get<T: for<'a> Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    /// The field as text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    /// The field as text, unless it is empty.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The field as text that is empty where there is none.
    pub(super) fn words(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// The field as text that is empty where there is none; `None` where something stands there that cannot be read as text: what was said
    /// must not be lost in silence.
    pub(super) fn legible(&self, name: &str) -> Option<String> {
        self.raw(name).map_or_else(|| Some(String::new()), |_| self.text(name))
    }

    /// The field as a count.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        self.get(name)
    }

    /// The field as a small count.
    pub(super) fn small(&self, name: &str) -> Option<u32> {
        self.get(name)
    }

    /// The field as yes or no.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)
    }

    /// The field, a decimal number that is not negative, in thousandths.
    pub(super) fn thousandths(&self, name: &str) -> Option<u32> {
        let thousandths = (self.get::<f64>(name)? * 1000.0).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range, by this very line")]
        (0.0..=f64::from(u32::MAX)).contains(&thousandths).then_some(thousandths as u32)
    }

    /// The field as an object; empty where it is none.
    pub(super) fn object(&self, name: &str) -> Self {
        self.get(name).unwrap_or_default()
    }

    /// The elements of the field, as they stood.
    pub(super) fn elements(&self, name: &str) -> Vec<Box<RawValue>> {
        self.get(name).unwrap_or_default()
    }

    /// The objects in the field.
    pub(super) fn objects(&self, name: &str) -> Vec<Self> {
        self.elements(name).iter().filter_map(|element| Self::read(element.get())).collect()
    }

    /// The texts in the field.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.elements(name).iter().filter_map(|element| serde_json::from_str(element.get()).ok()).collect()
    }

    /// Whether it has no fields.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its `type`; empty where it says none.
    pub(super) fn kind(&self) -> String {
        self.words("type")
    }

    /// Sets a field.
    pub(super) fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.0.insert(name.to_owned(), raw(value));
    }

    /// Sets a field where there is something to set.
    pub(super) fn put_some<T: Serialize>(&mut self, name: &str, value: Option<T>) {
        if let Some(value) = value {
            self.put(name, &value);
        }
    }

    /// As JSON, fields in the order of their names.
    pub(super) fn json(&self) -> String {
        raw(self).get().to_owned()
    }
}

/// A value as it will travel.
pub(super) fn raw(value: &(impl Serialize + ?Sized)) -> Box<RawValue> {
    // Only maps without text keys fail, and there are none here.
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// Text that is JSON, as it stands.
pub(super) fn verbatim(text: &str) -> Option<Box<RawValue>> {
    serde_json::from_str(text).ok()
}

/// Text that is a JSON object, as it stands.
pub(super) fn verbatim_object(text: &str) -> Option<Box<RawValue>> {
    verbatim(text).filter(|json| json.get().starts_with('{'))
}

/// A value as text: text as it is, anything else as its JSON.
pub(super) fn as_text(value: &RawValue) -> String {
    serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

/// A number in thousandths as a decimal number.
pub(super) fn decimal(thousandths: u32) -> f64 {
    f64::from(thousandths) / 1000.0
}

/// A server-sent event of that type; its number and its type stand in its data too.
pub(super) fn event(kind: &str, mut data: Object) -> Vec<u8> {
    data.put("type", kind);
    format!("event: {kind}\ndata: {}\n\n", data.json()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_another_type_is_not_there_and_values_keep_their_bytes() {
        let object = Object::read(r#"{"a":"x","b":1,"c":null,"d":[{"e":1.50},7],"f":"\u0041","t":0.7}"#).unwrap();
        assert_eq!((object.text("a").as_deref(), object.text("b"), object.text("c")), (Some("x"), None, None));
        assert_eq!((object.count("b"), object.count("a"), object.small("t")), (Some(1), None, None));
        assert_eq!(object.thousandths("t"), Some(700));
        assert_eq!(object.objects("d").len(), 1);
        assert_eq!(object.raw("d").unwrap().get(), r#"[{"e":1.50},7]"#);
        assert!(object.json().contains(r#""f":"\u0041""#));
        for text in ["[]", "7", "", "{", "{\"a\"}"] {
            assert!(Object::read(text).is_none(), "{text}");
        }
    }
}
