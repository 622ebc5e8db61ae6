//! One field of a mapping, ready to be read: where its value comes from and what is done to it on the way. Not the trace it goes to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use regex::Regex;

use super::document::{Decimal, Difference, Kind, Side, Unmapped, Which};
use super::scalar::Scalar;
use super::scope::Scope;
use super::selection::{Go, Picked, Slots};
use crate::error::Problem;

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Path {
        way: Vec<Go>,
        path: String,
    },
    Join {
        table: usize,
        way: Vec<Go>,
        path: String,
    },
    /// The first of these that is there.
    Any(Vec<Field>),
    /// All of these as one text.
    All(Vec<Field>, String),
    /// Whether both are there and the same.
    Equals(Box<(Field, Field)>),
    /// A key captured from the file's name or on the way to the record.
    Capture(usize),
    /// A key captured by the row.
    RowCapture(String),
    Constant(Scalar<'static>),
    /// The number of the row, from 0.
    Row,
    /// The number of the record, from 1.
    Record,
}

impl Source {
    /// The fields of the record of which at least one must be there, so that there is a value.
    pub(super) fn needs(&self) -> Option<Slots> {
        match self {
            Self::Path { way, .. } => match way.first() {
                Some(Go::Field(slot)) => Some(Slots::of(*slot)),
                _ => None,
            },
            Self::Any(fields) | Self::All(fields, _) => Self::all_need(fields.iter()),
            Self::Equals(pair) => Self::all_need([&pair.0, &pair.1].into_iter()),
            _ => None,
        }
    }

    fn all_need<'f>(mut fields: impl Iterator<Item = &'f Field>) -> Option<Slots> {
        fields.try_fold(Slots::default(), |all, field| field.needs.map(|needs| all.and(needs)))
    }
}

/// One field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The target, as the mapping names it.
    pub(crate) name: String,
    pub(crate) source: Source,
    /// The fields of the record of which at least one must be there, so that there is a value; `None` where it hangs on something else.
    pub(crate) needs: Option<Slots>,
    /// Its value is that of its source: nothing is done to it on the way.
    pub(crate) is_plain: bool,
    /// The number of things in a list or object instead of its value.
    pub(crate) count: bool,
    /// Values that mean nothing is there.
    pub(crate) absent: Vec<Scalar<'static>>,
    pub(crate) regex: Option<Regex>,
    pub(crate) split: Option<(String, Side, Which)>,
    pub(crate) trim: bool,
    pub(crate) map: Option<BTreeMap<String, Scalar<'static>>>,
    pub(crate) unmapped: Option<Unmapped>,
    pub(crate) default: Option<Scalar<'static>>,
    pub(crate) kind: Option<Kind>,
    /// How a number is written.
    pub(crate) decimal: Option<Decimal>,
    /// A number is multiplied by this.
    pub(crate) scale: Option<f64>,
    /// The number of the cumulative counter that this is, and its rule.
    pub(crate) counter: Option<(usize, Difference)>,
    /// Divided over the rows of the record.
    pub(crate) shared: bool,
}

impl Field {
    /// Whether the mapping makes the value itself, by comparing two others.
    pub(super) fn is_comparison(&self) -> bool {
        match &self.source {
            Source::Equals(_) => true,
            Source::Any(fields) => fields.iter().any(Self::is_comparison),
            _ => false,
        }
    }

    /// A field that is nothing but its source.
    pub(crate) fn plain(name: &str, source: Source) -> Self {
        Self {
            name: name.to_owned(),
            needs: source.needs(),
            is_plain: true,
            source,
            count: false,
            absent: Vec::new(),
            regex: None,
            split: None,
            trim: false,
            map: None,
            unmapped: None,
            default: None,
            kind: None,
            decimal: None,
            scale: None,
            counter: None,
            shared: false,
        }
    }

    /// A problem with this field; `field` in the message is the path where there is one.
    pub(crate) fn problem(&self, expected: &str, found: &str) -> Problem {
        let place = match &self.source {
            Source::Path { path, .. } | Source::Join { path, .. } if !path.is_empty() => {
                format!("{path} (for {})", self.name)
            }
            Source::Any(fields) => {
                let paths: Vec<&str> = fields.iter().filter_map(Self::path).collect();
                if paths.is_empty() { self.name.clone() } else { format!("{} (for {})", paths.join(" or "), self.name) }
            }
            _ => self.name.clone(),
        };
        Problem::new(place, expected, found)
    }

    fn path(&self) -> Option<&str> {
        match &self.source {
            Source::Path { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether nothing in the record is of this field: of the many names that a mapping tries, most are in no record.
    #[inline]
    pub(crate) fn is_idle(&self, scope: &Scope<'_>) -> bool {
        self.needs.is_some_and(|needs| !scope.slots.meets(needs))
    }

    /// The value; `None` where there is none.
    #[inline]
    pub(crate) fn value<'s>(&'s self, scope: &'s Scope<'_>) -> Result<Option<Scalar<'s>>, Problem> {
        if self.is_idle(scope) {
            Ok(None)
        } else if self.is_plain {
            self.raw(scope)
        } else {
            self.changed(scope)
        }
    }

    fn changed<'s>(&'s self, scope: &'s Scope<'_>) -> Result<Option<Scalar<'s>>, Problem> {
        let raw = match self.counter {
            Some((number, _)) => scope.differences[number].clone(),
            None => self.raw(scope)?,
        };
        let Some(value) = raw.filter(|value| !self.absent.iter().any(|absent| absent.same(value))) else {
            return Ok(self.default.clone());
        };
        let Some(value) = self.cut(value)? else { return Ok(self.default.clone()) };
        let Some(map) = &self.map else { return self.typed(value).map(Some) };
        let key = value.text().map_err(|expected| self.problem(expected, &value.shown()))?;
        if let Some(mapped) = map.get(&*key) {
            return Ok(Some(mapped.clone()));
        }
        match self.unmapped {
            Some(Unmapped::Keep) => {
                drop(key);
                Ok(Some(value))
            }
            Some(Unmapped::Absent) => Ok(self.default.clone()),
            None => {
                let known: Vec<&str> = map.keys().map(String::as_str).collect();
                Err(self
                    .problem(&format!("one of {}", known.join(", ")), &value.shown())
                    .hint("add the value to the `map` of the mapping, or say `unmapped = \"keep\"` or \"absent\""))
            }
        }
    }

    /// The value before anything is done to it.
    pub(crate) fn raw<'s>(&'s self, scope: &'s Scope<'_>) -> Result<Option<Scalar<'s>>, Problem> {
        match &self.source {
            Source::Path { way, .. } => self.scalar(scope.find(way)),
            Source::Join { table, way, .. } => match scope.joined(*table)? {
                None => Ok(None),
                Some(record) => self.scalar(super::scope::follow(record, way, scope.row)),
            },
            Source::Any(fields) => {
                for field in fields.iter().filter(|field| !field.is_idle(scope)) {
                    let value = field.value(scope);
                    if !matches!(value, Ok(None)) {
                        return value;
                    }
                }
                Ok(None)
            }
            Source::All(fields, with) => {
                let mut text = String::new();
                for (at, field) in fields.iter().enumerate() {
                    let Some(part) = field.value(scope)? else { return Ok(None) };
                    if at > 0 {
                        text.push_str(with);
                    }
                    text.push_str(&part.text().map_err(|expected| field.problem(expected, &part.shown()))?);
                }
                Ok(Some(Scalar::Text(Cow::Owned(text))))
            }
            Source::Equals(pair) => match (pair.0.value(scope)?, pair.1.value(scope)?) {
                (Some(left), Some(right)) => Ok(Some(Scalar::Bool(left.same(&right)))),
                _ => Ok(None),
            },
            Source::Capture(number) => Ok(scope.captures.get(*number).map(|key| Scalar::Text(Cow::Borrowed(key)))),
            Source::RowCapture(name) => {
                let key = scope.row.keys.iter().find(|(seen, _)| seen == name);
                Ok(key.map(|(_, key)| Scalar::Text(Cow::Borrowed(key))))
            }
            Source::Constant(value) => Ok(Some(value.clone())),
            Source::Row => Ok(i64::try_from(scope.row.number).ok().map(Scalar::Int)),
            Source::Record => Ok(i64::try_from(scope.number).ok().map(Scalar::Int)),
        }
    }

    fn scalar<'s>(&self, picked: &'s Picked<'s>) -> Result<Option<Scalar<'s>>, Problem> {
        if self.count {
            return match picked {
                Picked::List(list) => Ok(i64::try_from(list.length).ok().map(Scalar::Int)),
                Picked::Object(object) => Ok(i64::try_from(object.length).ok().map(Scalar::Int)),
                Picked::Missing | Picked::Null => Ok(None),
                other => Err(self.problem("a list or an object to count", other.kind())),
            };
        }
        match picked {
            Picked::Missing | Picked::Null => Ok(None),
            // A long text is lent, not copied: what it becomes part of copies it once.
            Picked::Scalar(Scalar::Text(text)) => Ok(Some(Scalar::Text(Cow::Borrowed(text)))),
            Picked::Scalar(scalar) => Ok(Some(scalar.clone())),
            other => Err(self.problem("a single value", other.kind())),
        }
    }

    fn typed<'s>(&self, value: Scalar<'s>) -> Result<Scalar<'s>, Problem> {
        let value = match self.decimal {
            None => value,
            Some(sign) => {
                let expected = match sign {
                    Decimal::Comma => "a number with a decimal comma",
                    Decimal::Point => "a number with a decimal point",
                };
                let number = value.written_with(sign).ok_or_else(|| self.problem(expected, &value.shown()))?;
                Scalar::Float(number)
            }
        };
        if let Some(scale) = self.scale {
            let number = value.number().ok_or_else(|| self.problem("a number to scale", &value.shown()))?;
            return Ok(Scalar::Float(number * scale));
        }
        match self.kind {
            None => Ok(value),
            Some(Kind::Text) => {
                let shown = value.shown();
                value.into_text().map(Scalar::Text).map_err(|expected| self.problem(expected, &shown))
            }
            Some(Kind::Number) => match value {
                Scalar::Int(_) | Scalar::Large(_) | Scalar::Float(_) => Ok(value),
                other => match other.number() {
                    Some(number) => Ok(Scalar::Float(number)),
                    None => Err(self.problem("a number", &other.shown())),
                },
            },
            Some(Kind::Truth) => match value.truth() {
                Some(truth) => Ok(Scalar::Bool(truth)),
                None => Err(self.problem("true, false, yes, no, 1 or 0", &value.shown())),
            },
        }
    }

    fn cut<'s>(&self, value: Scalar<'s>) -> Result<Option<Scalar<'s>>, Problem> {
        if self.regex.is_none() && self.split.is_none() && !self.trim {
            return Ok(Some(value));
        }
        let shown = value.shown();
        let mut text = value.into_text().map_err(|expected| self.problem(expected, &shown))?;
        if let Some(regex) = &self.regex {
            let Some(found) = regex.captures(&text) else { return Ok(None) };
            let Some(part) = found.get(1).or_else(|| found.get(0)) else { return Ok(None) };
            text = part_of(text.clone(), part.range());
        }
        if let Some((at, side, which)) = &self.split {
            let found = match which {
                Which::First => text.find(at.as_str()),
                Which::Last => text.rfind(at.as_str()),
            };
            let Some(position) = found else { return Ok(None) };
            let range = match side {
                Side::Before => 0..position,
                Side::After => position + at.len()..text.len(),
            };
            text = part_of(text, range);
        }
        if self.trim {
            let start = text.len() - text.trim_start().len();
            let range = start..start + text.trim().len();
            text = part_of(text, range);
        }
        Ok(Some(Scalar::Text(text)))
    }
}

fn part_of(text: Cow<'_, str>, range: std::ops::Range<usize>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}
