//! The keywords of JSON Schema 2020-12 that are read, and their reading. Not the judging of a document.
//!
//! Read are: `type`, `enum`, `const`; `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`; `minLength`,
//! `maxLength`, `pattern` (without look-around and back references); `items`, `prefixItems`, `contains`, `minContains`, `maxContains`,
//! `minItems`, `maxItems`, `uniqueItems`; `properties`, `patternProperties`, `additionalProperties`, `propertyNames`, `required`,
//! `dependentRequired`, `minProperties`, `maxProperties`; `allOf`, `anyOf`, `oneOf`, `not`, `if`, `then`, `else`; `$ref` to `#` or
//! a JSON pointer below it, `$defs`. Said and not checked: `$schema`, `$id`, `$comment`, `title`, `description`, `default`, `examples`,
//! `deprecated`, `readOnly`, `writeOnly`. Every other keyword, `format` among them, is refused.
//! Bounds on numbers are compared as doubles.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

/// A schema that has been read.
#[derive(Debug)]
pub struct Schema {
    /// Every schema in it; the first is the root.
    pub(super) nodes: Vec<Node>,
}

/// The place of a schema in [`Schema::nodes`].
pub(super) type At = usize;

/// One schema object.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) rules: Vec<Rule>,
}

/// What one keyword, or a few that belong together, ask for.
#[derive(Debug)]
pub(super) enum Rule {
    /// Nothing holds: the schema `false`.
    Never,
    Types(Vec<String>),
    Among(Vec<Value>),
    Minimum(f64),
    Maximum(f64),
    Above(f64),
    Below(f64),
    MultipleOf(f64),
    Length {
        least: u64,
        most: Option<u64>,
    },
    Pattern(Regex),
    Items {
        first: Vec<At>,
        rest: Option<At>,
    },
    Contains {
        what: At,
        least: u64,
        most: Option<u64>,
    },
    Count {
        least: u64,
        most: Option<u64>,
    },
    Unique,
    Members {
        named: BTreeMap<String, At>,
        patterns: Vec<(Regex, At)>,
        other: Option<At>,
    },
    Names(At),
    Required(Vec<String>),
    Dependent(BTreeMap<String, Vec<String>>),
    Size {
        least: u64,
        most: Option<u64>,
    },
    All(Vec<At>),
    Any(Vec<At>),
    One(Vec<At>),
    Not(At),
    If {
        when: At,
        then: Option<At>,
        otherwise: Option<At>,
    },
    Same(At),
}

const SAID_ONLY: &[&str] = &[
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$defs",
];

const TYPES: &[&str] = &["null", "boolean", "object", "array", "number", "integer", "string"];

/// A compiled pattern may take this much memory, in bytes.
const LARGEST_PATTERN: usize = 1 << 20;

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// What cannot be used, and where.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let root: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        let mut reader = Reader { root: &root, nodes: Vec::new(), places: BTreeMap::new(), pending: Vec::new() };
        reader.schema(&root, "")?;
        while let Some((at, value, pointer)) = reader.pending.pop() {
            reader.fill(at, value, &pointer)?;
        }
        Ok(Self { nodes: reader.nodes })
    }
}

struct Reader<'v> {
    root: &'v Value,
    nodes: Vec<Node>,
    /// By JSON pointer, so that a schema that refers to itself ends.
    places: BTreeMap<String, At>,
    /// What was referred to and is still to be read: later, so that a long chain of references does not nest.
    pending: Vec<(At, &'v Value, String)>,
}

impl<'v> Reader<'v> {
    fn schema(&mut self, value: &'v Value, pointer: &str) -> Result<At, String> {
        let (at, new) = self.place(pointer);
        if new {
            self.fill(at, value, pointer)?;
        }
        Ok(at)
    }

    /// The place of the schema at a pointer, and whether it was made just now.
    fn place(&mut self, pointer: &str) -> (At, bool) {
        if let Some(known) = self.places.get(pointer) {
            return (*known, false);
        }
        let at = self.nodes.len();
        self.nodes.push(Node::default());
        self.places.insert(pointer.to_owned(), at);
        (at, true)
    }

    fn fill(&mut self, at: At, value: &'v Value, pointer: &str) -> Result<(), String> {
        let rules = match value {
            Value::Bool(true) => Vec::new(),
            Value::Bool(false) => vec![Rule::Never],
            Value::Object(members) => self.rules(members, pointer)?,
            _ => return Err(format!("`{pointer}` is no schema: an object, true or false")),
        };
        if let Some(node) = self.nodes.get_mut(at) {
            node.rules = rules;
        }
        Ok(())
    }

    fn rules(&mut self, members: &'v Map<String, Value>, pointer: &str) -> Result<Vec<Rule>, String> {
        let mut rules = Vec::new();
        for (name, value) in members {
            if SAID_ONLY.contains(&name.as_str()) || partner(name).is_some_and(|by| members.contains_key(by)) {
                continue;
            }
            let here = below(pointer, name);
            rules.push(match name.as_str() {
                "type" => Rule::Types(types(value, &here)?),
                "enum" => Rule::Among(list(value, &here)?.clone()),
                "const" => Rule::Among(vec![value.clone()]),
                "minimum" => Rule::Minimum(number(value, &here)?),
                "maximum" => Rule::Maximum(number(value, &here)?),
                "exclusiveMinimum" => Rule::Above(number(value, &here)?),
                "exclusiveMaximum" => Rule::Below(number(value, &here)?),
                "multipleOf" => Rule::MultipleOf(
                    Some(number(value, &here)?).filter(|step| *step > 0.0).ok_or(format!("`{here}` is not above 0"))?,
                ),
                "pattern" => Rule::Pattern(
                    value
                        .as_str()
                        .ok_or_else(|| format!("`{here}` is no text"))
                        .and_then(|text| pattern(text, &here))?,
                ),
                "minLength" | "maxLength" => {
                    let (least, most) = bounds(members, "minLength", "maxLength", pointer)?;
                    Rule::Length { least, most }
                }
                "minItems" | "maxItems" => {
                    let (least, most) = bounds(members, "minItems", "maxItems", pointer)?;
                    Rule::Count { least, most }
                }
                "minProperties" | "maxProperties" => {
                    let (least, most) = bounds(members, "minProperties", "maxProperties", pointer)?;
                    Rule::Size { least, most }
                }
                "uniqueItems" => match value.as_bool() {
                    Some(true) => Rule::Unique,
                    Some(false) => continue,
                    None => return Err(format!("`{here}` is neither true nor false")),
                },
                "items" | "prefixItems" => Rule::Items {
                    first: match members.get("prefixItems") {
                        None => Vec::new(),
                        Some(first) => self.several(first, &below(pointer, "prefixItems"))?,
                    },
                    rest: self.optional(members, "items", pointer)?,
                },
                "contains" => {
                    let (least, most) = bounds(members, "minContains", "maxContains", pointer)?;
                    let least = if members.contains_key("minContains") { least } else { 1 };
                    Rule::Contains { what: self.schema(value, &here)?, least, most }
                }
                "properties" | "patternProperties" | "additionalProperties" => self.members(members, pointer)?,
                "propertyNames" => Rule::Names(self.schema(value, &here)?),
                "required" => Rule::Required(names(value, &here)?),
                "dependentRequired" => Rule::Dependent(
                    object(value, &here)?
                        .iter()
                        .map(|(name, needed)| Ok((name.clone(), names(needed, &below(&here, name))?)))
                        .collect::<Result<_, String>>()?,
                ),
                "allOf" => Rule::All(self.several(value, &here)?),
                "anyOf" => Rule::Any(self.several(value, &here)?),
                "oneOf" => Rule::One(self.several(value, &here)?),
                "not" => Rule::Not(self.schema(value, &here)?),
                "if" => Rule::If {
                    when: self.schema(value, &here)?,
                    then: self.optional(members, "then", pointer)?,
                    otherwise: self.optional(members, "else", pointer)?,
                },
                "$ref" => Rule::Same(self.reference(value, &here)?),
                // Without its partner each of these asks for nothing, by the standard.
                "minContains" | "maxContains" | "then" | "else" => continue,
                _ => return Err(format!("`{here}`: this keyword is not read")),
            });
        }
        Ok(rules)
    }

    fn members(&mut self, members: &'v Map<String, Value>, pointer: &str) -> Result<Rule, String> {
        let mut named = BTreeMap::new();
        let mut patterns = Vec::new();
        if let Some(value) = members.get("properties") {
            let here = below(pointer, "properties");
            for (name, value) in object(value, &here)? {
                named.insert(name.clone(), self.schema(value, &below(&here, name))?);
            }
        }
        if let Some(value) = members.get("patternProperties") {
            let here = below(pointer, "patternProperties");
            for (text, value) in object(value, &here)? {
                let there = below(&here, text);
                patterns.push((pattern(text, &there)?, self.schema(value, &there)?));
            }
        }
        let other = self.optional(members, "additionalProperties", pointer)?;
        Ok(Rule::Members { named, patterns, other })
    }

    fn optional(&mut self, members: &'v Map<String, Value>, name: &str, pointer: &str) -> Result<Option<At>, String> {
        members.get(name).map(|value| self.schema(value, &below(pointer, name))).transpose()
    }

    fn several(&mut self, value: &'v Value, here: &str) -> Result<Vec<At>, String> {
        let list = list(value, here)?;
        if list.is_empty() {
            return Err(format!("`{here}` is empty"));
        }
        list.iter().enumerate().map(|(index, value)| self.schema(value, &below(here, &index.to_string()))).collect()
    }

    fn reference(&mut self, value: &Value, here: &str) -> Result<At, String> {
        let outside =
            || format!("`{here}` does not refer to a place in this schema (`#/…`); nothing is fetched or opened");
        let pointer = value.as_str().and_then(|text| text.strip_prefix('#')).ok_or_else(outside)?;
        if pointer.contains('%') {
            return Err(format!("`{here}`: an escaped pointer is not read"));
        }
        let root = self.root;
        let target = root.pointer(pointer).ok_or_else(outside)?;
        let (at, new) = self.place(pointer);
        if new {
            self.pending.push((at, target, pointer.to_owned()));
        }
        Ok(at)
    }
}

/// The keyword with which another one is read, where both are there.
fn partner(name: &str) -> Option<&'static str> {
    Some(match name {
        "maxLength" => "minLength",
        "prefixItems" => "items",
        "maxItems" => "minItems",
        "maxProperties" => "minProperties",
        "patternProperties" | "additionalProperties" => "properties",
        _ => return None,
    })
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn number(value: &Value, here: &str) -> Result<f64, String> {
    value.as_f64().filter(|number| number.is_finite()).ok_or_else(|| format!("`{here}` is no number"))
}

fn list<'v>(value: &'v Value, here: &str) -> Result<&'v Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("`{here}` is no list"))
}

fn object<'v>(value: &'v Value, here: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("`{here}` is no object"))
}

fn names(value: &Value, here: &str) -> Result<Vec<String>, String> {
    let name =
        |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("`{here}` lists what is no name"));
    list(value, here)?.iter().map(name).collect()
}

fn types(value: &Value, here: &str) -> Result<Vec<String>, String> {
    let found = match value {
        Value::String(one) => vec![one.clone()],
        several => names(several, here)?,
    };
    match found.iter().find(|name| !TYPES.contains(&name.as_str())) {
        Some(unknown) => Err(format!("`{here}`: no type is called `{unknown}`")),
        None => Ok(found),
    }
}

fn bounds(members: &Map<String, Value>, least: &str, most: &str, pointer: &str) -> Result<(u64, Option<u64>), String> {
    let read = |name: &str| match members.get(name) {
        None => Ok(None),
        Some(value) => {
            value.as_u64().map(Some).ok_or_else(|| format!("`{}` is no whole number from 0", below(pointer, name)))
        }
    };
    Ok((read(least)?.unwrap_or(0), read(most)?))
}

fn pattern(text: &str, here: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .build()
        .map_err(|_| format!("`{here}` is not a pattern that can be used"))
}
