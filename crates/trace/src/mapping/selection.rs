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
    /// Slots plus one by the hash of their names (0 is free, a taken place leads to the next), once there are so many names that looking
    /// at each takes longer; see [`Selection::sealed`].
    by_hash: Vec<usize>,
    /// Every other key.
    entries: Option<Box<Selection>>,
    /// Items of a list that are wanted by number, or all.
    items: Option<Box<Selection>>,
    all_items: bool,
    /// One past the highest number that is wanted.
    items_end: usize,
    /// The value as it stands, unread.
    raw: bool,
    /// Only fields and items, nothing unread and no other keys; known once it is sealed.
    is_plain: bool,
    /// Fields that have no alternative and no default, each with what it is for: a table without such a column is not the one that is meant.
    needed: Vec<Needed>,
}

/// A path with nothing in its place.
#[derive(Debug, Clone)]
pub(crate) struct Needed {
    /// Its first field.
    pub(crate) column: String,
    /// What it is for.
    pub(crate) target: String,
    /// As the mapping spells it.
    pub(crate) path: String,
    pub(crate) way: Vec<Go>,
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
    /// Notes that a path has nothing in its place.
    pub(crate) fn need(&mut self, steps: &[Step], way: &[Go], target: &str) {
        if let Some(Step::Field(name)) = steps.first() {
            let path = super::path::Path::new(steps.to_vec()).to_string();
            self.needed.push(Needed { column: name.clone(), target: target.to_owned(), path, way: way.to_vec() });
        }
    }

    /// The paths that have nothing in their place, with what they are for.
    pub(crate) fn needed(&self) -> &[Needed] {
        &self.needed
    }

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
        let inner = || self.fields.iter().map(|(_, inner)| inner).chain(self.items.as_deref());
        self.is_plain = !self.raw && self.entries.is_none() && inner().all(|inner| inner.is_plain);
        if self.fields.len() > FEW {
            let places = (4 * self.fields.len()).next_power_of_two();
            self.by_hash = vec![0; places];
            for (slot, (name, _)) in self.fields.iter().enumerate() {
                let mut place = hash(name) & (places - 1);
                while self.by_hash[place] != 0 {
                    place = (place + 1) & (places - 1);
                }
                self.by_hash[place] = slot + 1;
            }
        }
        self
    }

    /// The names of the fields wanted at this level, with what is wanted of each.
    pub(crate) fn fields(&self) -> &[(String, Self)] {
        &self.fields
    }

    /// The slot of a key.
    pub(super) fn slot(&self, key: &str) -> Option<usize> {
        if self.by_hash.is_empty() {
            return self.fields.iter().position(|(name, _)| name == key);
        }
        let mut place = hash(key) & (self.by_hash.len() - 1);
        loop {
            // At most a quarter of the places is taken: a free one comes soon.
            let slot = self.by_hash[place].checked_sub(1)?;
            if self.fields[slot].0 == key {
                return Some(slot);
            }
            place = (place + 1) & (self.by_hash.len() - 1);
        }
    }

    /// Whether only named fields and items by their number are wanted, at every level.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// What is wanted of the items of a list, and of how many of the first ones.
    pub(super) fn items(&self) -> Option<(&Self, usize)> {
        let end = if self.all_items { usize::MAX } else { self.items_end };
        self.items.as_deref().map(|wanted| (wanted, end))
    }

    /// Whether a value as a whole is wanted and nothing in it.
    pub(crate) fn is_leaf(&self) -> bool {
        self.fields.is_empty() && self.entries.is_none() && self.items.is_none() && !self.raw
    }
}

/// A hash of a name that looks at three of its bytes and its length: names of fields differ early, and every key of every record is hashed.
fn hash(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |place: usize| bytes.get(place).map_or(0, |byte| u32::from(*byte));
    let seen = at(0) | at(bytes.len() / 2) << 8 | at(bytes.len().saturating_sub(1)) << 16 | (bytes.len() as u32) << 24;
    // Fibonacci hashing: the upper bits of the product depend on all bits of what was seen.
    (seen.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Some slots, each as the bit that its number gives modulo 128: what is not in it is not there, what is in it may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Slots(u128);

impl Slots {
    /// One slot.
    pub(crate) fn of(slot: usize) -> Self {
        Self(1 << (slot % 128))
    }

    /// The slots of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some slot may be in both.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
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
    /// The text of the value, unread. Boxed like the others.
    Raw(Box<Raw<'a>>),
}

/// A value as it stands, and what was wanted of its inside beside that.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Raw<'a> {
    pub(crate) text: Cow<'a, str>,
    inside: Picked<'a>,
}

/// What was wanted of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object<'a> {
    /// What is there of the fields with slots, in the order of the record: a mapping names many more than one record has.
    fields: Vec<(usize, Picked<'a>)>,
    /// Their slots.
    slots: Slots,
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
    /// An object of so many keys, of which none is known yet.
    pub(crate) fn of_length(length: usize) -> Self {
        Self { length, ..Self::default() }
    }

    /// An object with room for some of so many fields.
    pub(crate) fn for_fields(count: usize) -> Self {
        // Few records have more than eight of the fields that a mapping names.
        Self { fields: Vec::with_capacity(count.min(8)), ..Self::default() }
    }

    /// The field of a slot; `None` where it is not there.
    #[inline]
    pub(crate) fn field(&self, slot: usize) -> Option<&Picked<'a>> {
        if !self.slots.meets(Slots::of(slot)) {
            return None;
        }
        self.fields.iter().find(|(there, _)| *there == slot).map(|(_, field)| field)
    }

    /// Sets the field of a slot that has none yet.
    pub(crate) fn set(&mut self, slot: usize, field: Picked<'a>) {
        self.slots = self.slots.and(Slots::of(slot));
        self.fields.push((slot, field));
    }
}

impl<'a> Picked<'a> {
    /// Where a way goes on from here: within a value that is wanted as it stands, what was wanted of its inside.
    #[inline]
    pub(crate) fn inside(&self) -> &Self {
        match self {
            Self::Raw(raw) => &raw.inside,
            picked => picked,
        }
    }

    /// The entry with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Self> {
        let Self::Object(object) = self else { return None };
        let Object { entries, sorted, .. } = &**object;
        let at = sorted.binary_search_by(|position| (*entries[*position as usize].0).cmp(key)).ok()?;
        Some(&entries[sorted[at] as usize].1)
    }

    /// The slots of its fields; none where it is no object.
    pub(crate) fn slots(&self) -> Slots {
        match self {
            Self::Object(object) => object.slots,
            _ => Slots::default(),
        }
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
                fields: object.fields.into_iter().map(|(slot, field)| (slot, field.into_owned())).collect(),
                slots: object.slots,
                entries: object
                    .entries
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
                sorted: object.sorted,
                length: object.length,
            })),
            Self::List(list) => Picked::List(Box::new(List { items: all(list.items), length: list.length })),
            Self::Raw(raw) => {
                let text = Cow::Owned(raw.text.into_owned());
                Picked::Raw(Box::new(Raw { text, inside: raw.inside.into_owned() }))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Selection {
    type Value = Picked<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Picked<'de>, D::Error> {
        if self.raw {
            let raw = <&'de serde_json::value::RawValue as serde::Deserialize>::deserialize(deserializer)?;
            let text = raw.get();
            let inside = if self.fields.is_empty() && self.entries.is_none() && self.items.is_none() {
                Picked::Missing
            } else {
                serde_json::Deserializer::from_str(text).deserialize_any(self).map_err(D::Error::custom)?
            };
            return Ok(Picked::Raw(Box::new(Raw { text: Cow::Borrowed(text), inside })));
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
        let mut object = Box::new(Object::for_fields(self.fields.len()));
        while let Some(key) = map.next_key_seed(KeyOf(self))? {
            object.length += 1;
            match key {
                Key::Slot(slot) => {
                    let (name, wanted) = &self.fields[slot];
                    if object.field(slot).is_some() {
                        return Err(A::Error::custom(format_args!("the key `{name}` stands twice in one object")));
                    }
                    object.set(slot, map.next_value_seed(wanted)?);
                }
                Key::Entry(key) => match &self.entries {
                    Some(wanted) => object.entries.push((key, map.next_value_seed(&**wanted)?)),
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if object.entries.is_empty() {
            return Ok(Picked::Object(object));
        }
        let entries = &object.entries;
        let mut sorted: Vec<u32> = (0..entries.len()).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        sorted.sort_by(|left, right| entries[*left as usize].0.cmp(&entries[*right as usize].0));
        for pair in sorted.windows(2) {
            let key = &entries[pair[0] as usize].0;
            if *key == entries[pair[1] as usize].0 {
                return Err(A::Error::custom(format_args!("the key `{key}` stands twice in one object")));
            }
        }
        object.sorted = sorted;
        Ok(Picked::Object(object))
    }
}

/// Finds out what a key is wanted for, without keeping those that are not.
struct KeyOf<'s>(&'s Selection);

enum Key<'de> {
    Slot(usize),
    Entry(Cow<'de, str>),
    Other,
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
        Ok(match self.0.slot(key) {
            Some(slot) => Key::Slot(slot),
            None if self.0.entries.is_some() => Key::Entry(Cow::Owned(key.to_owned())),
            None => Key::Other,
        })
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
        Ok(match self.0.slot(key) {
            Some(slot) => Key::Slot(slot),
            None if self.0.entries.is_some() => Key::Entry(Cow::Borrowed(key)),
            None => Key::Other,
        })
    }
}
