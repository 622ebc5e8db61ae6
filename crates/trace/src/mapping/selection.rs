//! The parts of a record that a mapping names, and a reader that visits only these. Not what becomes of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::path::Step;
use super::scalar::Scalar;

/// Which parts of a value are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Keys by name; the position is the slot in [`Picked::Object`].
    fields: Vec<(String, Selection)>,
    /// Slots in the order of their names, once there are so many that looking at each takes longer; see [`Selection::sealed`].
    by_name: Vec<usize>,
    /// Every other key.
    entries: Option<Box<Selection>>,
    /// Items of a list that are wanted by number, or all.
    items: Option<Box<Selection>>,
    all_items: bool,
    /// One past the highest number that is wanted.
    items_end: usize,
    /// The value as it stands, unread.
    raw: bool,
}

/// One step through what was picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Go {
    Field(usize),
    Item(usize),
    /// The item of the row, at this level of the rows.
    Row(usize),
    /// The entry of the row, by the name of its capture.
    Capture(String),
}

impl Selection {
    /// Adds a path; gives the way to it.
    pub(crate) fn add(&mut self, steps: &[Step], raw: bool) -> Vec<Go> {
        let mut node = self;
        let mut level = 0;
        let mut way = Vec::with_capacity(steps.len());
        for step in steps {
            node = match step {
                Step::Field(name) => {
                    let slot = node.fields.iter().position(|(field, _)| field == name).unwrap_or_else(|| {
                        node.fields.push((name.clone(), Self::default()));
                        node.fields.len() - 1
                    });
                    way.push(Go::Field(slot));
                    &mut node.fields[slot].1
                }
                Step::Item(index) => {
                    way.push(Go::Item(*index));
                    node.items_end = node.items_end.max(index + 1);
                    node.items.get_or_insert_default()
                }
                Step::Items => {
                    way.push(Go::Row(level));
                    level += 1;
                    node.all_items = true;
                    node.items.get_or_insert_default()
                }
                Step::Capture(name) => {
                    way.push(Go::Capture(name.clone()));
                    node.entries.get_or_insert_default()
                }
            };
        }
        node.raw |= raw;
        way
    }

    /// The same, ready to be read with: every path has been added.
    pub(crate) fn sealed(mut self) -> Self {
        const FEW: usize = 8;
        for (_, inner) in &mut self.fields {
            *inner = std::mem::take(inner).sealed();
        }
        for inner in [&mut self.entries, &mut self.items].into_iter().flatten() {
            **inner = std::mem::take(&mut **inner).sealed();
        }
        if self.fields.len() > FEW {
            self.by_name = (0..self.fields.len()).collect();
            self.by_name.sort_by(|left, right| self.fields[*left].0.cmp(&self.fields[*right].0));
        }
        self
    }

    /// The names of the fields wanted at this level, with what is wanted of each.
    pub(crate) fn fields(&self) -> &[(String, Self)] {
        &self.fields
    }

    /// Whether a value as a whole is wanted and nothing in it.
    pub(crate) fn is_leaf(&self) -> bool {
        self.fields.is_empty() && self.entries.is_none() && self.items.is_none() && !self.raw
    }
}

/// The parts of a record that were wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Picked<'a> {
    /// The key or item is not there.
    #[default]
    Missing,
    Null,
    Scalar(Scalar<'a>),
    // Boxed, so that the many slots that stay empty are small.
    Object(Box<Object<'a>>),
    List(Box<List<'a>>),
    /// The text of the value, unread.
    Raw(Cow<'a, str>),
}

/// What was wanted of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object<'a> {
    /// By slot.
    pub(crate) fields: Vec<Picked<'a>>,
    /// Keys that no slot names, in the order of the file.
    pub(crate) entries: Vec<(Cow<'a, str>, Picked<'a>)>,
    /// Positions in `entries`, sorted by key.
    sorted: Vec<u32>,
    /// How many keys it has.
    pub(crate) length: usize,
}

/// What was wanted of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct List<'a> {
    pub(crate) items: Vec<Picked<'a>>,
    /// How many items it has.
    pub(crate) length: usize,
}

impl<'a> Object<'a> {
    /// An object of which only the fields with slots are known.
    pub(crate) fn of_fields(fields: Vec<Picked<'a>>, length: usize) -> Self {
        Self { fields, length, ..Self::default() }
    }
}

impl<'a> Picked<'a> {
    /// The entry with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Self> {
        let Self::Object(object) = self else { return None };
        let Object { entries, sorted, .. } = &**object;
        let at = sorted.binary_search_by(|position| (*entries[*position as usize].0).cmp(key)).ok()?;
        Some(&entries[sorted[at] as usize].1)
    }

    /// What it is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Null => "null",
            Self::Scalar(Scalar::Bool(_)) => "true or false",
            Self::Scalar(Scalar::Text(_)) => "text",
            Self::Scalar(_) => "a number",
            Self::Object(_) => "an object",
            Self::List(_) => "a list",
            Self::Raw(_) => "JSON",
        }
    }

    pub(crate) fn into_owned(self) -> Picked<'static> {
        let all = |list: Vec<Self>| list.into_iter().map(Self::into_owned).collect();
        match self {
            Self::Missing => Picked::Missing,
            Self::Null => Picked::Null,
            Self::Scalar(scalar) => Picked::Scalar(scalar.into_owned()),
            Self::Object(object) => Picked::Object(Box::new(Object {
                fields: all(object.fields),
                entries: object
                    .entries
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
                sorted: object.sorted,
                length: object.length,
            })),
            Self::List(list) => Picked::List(Box::new(List { items: all(list.items), length: list.length })),
            Self::Raw(text) => Picked::Raw(Cow::Owned(text.into_owned())),
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Selection {
    type Value = Picked<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Picked<'de>, D::Error> {
        if self.raw {
            let raw = <&'de serde_json::value::RawValue as serde::Deserialize>::deserialize(deserializer)?;
            return Ok(Picked::Raw(Cow::Borrowed(raw.get())));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Selection {
    type Value = Picked<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Picked<'de>, E> {
        Ok(Picked::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(Scalar::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(i64::try_from(value).map_or(Scalar::Large(value), Scalar::Int)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(Scalar::Float(value)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(Scalar::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Picked<'de>, E> {
        Ok(Picked::Scalar(Scalar::Text(Cow::Borrowed(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Picked<'de>, A::Error> {
        let mut items = Vec::new();
        let mut length = 0;
        loop {
            match &self.items {
                Some(wanted) if self.all_items || length < self.items_end => {
                    let Some(item) = list.next_element_seed(&**wanted)? else { break };
                    items.push(item);
                }
                _ => {
                    if list.next_element::<IgnoredAny>()?.is_none() {
                        break;
                    }
                }
            }
            length += 1;
        }
        Ok(Picked::List(Box::new(List { items, length })))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Picked<'de>, A::Error> {
        let mut fields: Vec<Picked<'de>> = Vec::new();
        fields.resize_with(self.fields.len(), Picked::default);
        let mut entries: Vec<(Cow<'de, str>, Picked<'de>)> = Vec::new();
        let mut length = 0;
        while let Some(key) = map.next_key_seed(KeyOf(self))? {
            length += 1;
            match key {
                Key::Slot(slot) => {
                    let (name, wanted) = &self.fields[slot];
                    if !matches!(fields[slot], Picked::Missing) {
                        return Err(A::Error::custom(format_args!("the key `{name}` stands twice in one object")));
                    }
                    fields[slot] = map.next_value_seed(wanted)?;
                }
                Key::Entry(key) => match &self.entries {
                    Some(wanted) => entries.push((key, map.next_value_seed(&**wanted)?)),
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if entries.is_empty() {
            return Ok(Picked::Object(Box::new(Object::of_fields(fields, length))));
        }
        let mut sorted: Vec<u32> = (0..entries.len()).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        sorted.sort_by(|left, right| entries[*left as usize].0.cmp(&entries[*right as usize].0));
        for pair in sorted.windows(2) {
            let key = &entries[pair[0] as usize].0;
            if *key == entries[pair[1] as usize].0 {
                return Err(A::Error::custom(format_args!("the key `{key}` stands twice in one object")));
            }
        }
        Ok(Picked::Object(Box::new(Object { fields, entries, sorted, length })))
    }
}

/// Finds out what a key is wanted for, without keeping those that are not.
struct KeyOf<'s>(&'s Selection);

enum Key<'de> {
    Slot(usize),
    Entry(Cow<'de, str>),
    Other,
}

impl KeyOf<'_> {
    fn slot(&self, key: &str) -> Option<usize> {
        let Selection { fields, by_name, .. } = self.0;
        if by_name.is_empty() {
            return fields.iter().position(|(name, _)| name == key);
        }
        let found = by_name.binary_search_by(|slot| fields[*slot].0.as_str().cmp(key)).ok()?;
        Some(by_name[found])
    }
}

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeyOf<'_> {
    type Value = Key<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
        Ok(match self.slot(key) {
            Some(slot) => Key::Slot(slot),
            None if self.0.entries.is_some() => Key::Entry(Cow::Owned(key.to_owned())),
            None => Key::Other,
        })
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(match self.slot(key) {
            Some(slot) => Key::Slot(slot),
            None if self.0.entries.is_some() => Key::Entry(Cow::Borrowed(key)),
            None => Key::Other,
        })
    }
}
