//! What a message of a session holds: text, or typed pieces, or one of them alone. Not what an agent makes of it.

use std::borrow::Cow;
use std::fmt;

use candor_llm::{Message, Part, Role};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Text, borrowed from the record where it holds no escape: the words that a line is sorted by are read and dropped again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word<'a>(pub(super) Cow<'a, str>);

/// Pieces in their order; text alone is one piece of text.
#[derive(Debug, Default)]
pub(super) struct Content<'a>(pub(super) Vec<Piece<'a>>);

/// One piece. Kinds differ in which fields they fill.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Option<Word<'a>>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) thinking: Option<String>,
    #[serde(borrow, default)]
    pub(super) signature: Option<Word<'a>>,
    #[serde(borrow, default)]
    pub(super) id: Option<Word<'a>>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(borrow, default)]
    pub(super) input: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) tool_use_id: Option<String>,
    #[serde(borrow, default)]
    pub(super) content: Content<'a>,
    #[serde(default)]
    pub(super) is_error: Option<bool>,
}

impl Piece<'_> {
    /// The kind; text where none is written.
    pub(super) fn kind(&self) -> &str {
        self.kind.as_ref().map_or("text", |kind| &kind.0)
    }

    /// The text of a piece of text; another kind is named, not passed over.
    pub(super) fn spoken(self) -> String {
        match self.text {
            Some(text) => text,
            None => format!("[{}]", crate::error::shown(self.kind())),
        }
    }
}

impl Content<'_> {
    /// All text, joined by line breaks.
    pub(super) fn text(self) -> String {
        let mut pieces = self.0.into_iter().map(Piece::spoken);
        let mut text = pieces.next().unwrap_or_default();
        for piece in pieces {
            text.push('\n');
            text.push_str(&piece);
        }
        text
    }

    /// A message of these pieces, all of them text.
    pub(super) fn into_message(self, role: Role) -> Message {
        Message { role, parts: self.0.into_iter().map(|piece| Part::Text { text: piece.spoken() }).collect() }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;
        impl<'de> Visitor<'de> for WordVisitor {
            type Value = Word<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(WordVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ContentVisitor;
        impl<'de> Visitor<'de> for ContentVisitor {
            type Value = Content<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("text, a list of pieces, or null")
            }

            fn visit_unit<E>(self) -> Result<Content<'de>, E> {
                Ok(Content::default())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Content<'de>, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E>(self, text: String) -> Result<Content<'de>, E> {
                Ok(Content(vec![Piece { text: Some(text), ..Piece::default() }]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content<'de>, A::Error> {
                let mut pieces = Vec::new();
                while let Some(mut item) = list.next_element::<Content<'de>>()? {
                    pieces.append(&mut item.0);
                }
                Ok(Content(pieces))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Content<'de>, A::Error> {
                Piece::deserialize(MapAccessDeserializer::new(map)).map(|piece| Content(vec![piece]))
            }
        }
        deserializer.deserialize_any(ContentVisitor)
    }
}

/// One flag of a value that is often something else than an object.
#[derive(Debug, Default)]
pub(super) struct Interrupted(pub(super) bool);

impl<'de> Deserialize<'de> for Interrupted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InterruptedVisitor;
        impl<'de> Visitor<'de> for InterruptedVisitor {
            type Value = Interrupted;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("any value")
            }

            fn visit_unit<E>(self) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_str<E>(self, _: &str) -> Result<Interrupted, E> {
                Ok(Interrupted(false))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Interrupted, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Interrupted(false))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Interrupted, A::Error> {
                let mut interrupted = false;
                while let Some(key) = map.next_key::<Word<'de>>()? {
                    if key.0 == "interrupted" {
                        interrupted = map.next_value::<Option<bool>>()?.unwrap_or(false);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Interrupted(interrupted))
            }
        }
        deserializer.deserialize_any(InterruptedVisitor)
    }
}
