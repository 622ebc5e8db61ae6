//! A foreign value of whatever type: sources write 1, "1", true and null for the same thing. Not a JSON document: what is nested is
//! passed over.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::mapping::Scalar;

/// A single value, or nothing. Boxed: an envelope has dozens of these and nearly all are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Loose(Option<Box<Scalar<'static>>>);

impl Loose {
    /// The value.
    pub(crate) fn get(&self) -> Option<&Scalar<'static>> {
        self.0.as_deref()
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    fn some<E>(value: Scalar<'static>) -> Result<Self, E> {
        Ok(Self(Some(Box::new(value))))
    }

    /// As text; `None` where there is nothing, or a number that is no longer exact.
    pub(crate) fn into_text(self) -> Option<String> {
        self.0.and_then(|value| value.into_text().ok().map(std::borrow::Cow::into_owned))
    }

    /// This, or the other where this is nothing.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.0.is_some() { self } else { other }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;
        impl<'de> Visitor<'de> for LooseVisitor {
            type Value = Loose;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("any value")
            }

            fn visit_unit<E>(self) -> Result<Loose, E> {
                Ok(Loose(None))
            }

            fn visit_none<E>(self) -> Result<Loose, E> {
                Ok(Loose(None))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
                Loose::some(Scalar::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
                Loose::some(Scalar::Int(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
                Loose::some(i64::try_from(value).map_or(Scalar::Large(value), Scalar::Int))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Loose, E> {
                Loose::some(Scalar::Float(value))
            }

            fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
                Loose::some(Scalar::Text(text.to_owned().into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
        }
        deserializer.deserialize_any(LooseVisitor)
    }
}
