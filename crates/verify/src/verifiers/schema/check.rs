//! Holding a document against a schema that has been read. Not the reading of keywords.

use serde_json::Value;

use super::equal;
use super::keyword::{At, Rule, Schema};

/// Why a document does not hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// It does not, and where.
    Wrong(String),
    /// It took too many steps to say: `anyOf` in `anyOf` multiplies, and a document may be hostile.
    TooLong,
}

/// A step is one schema held against one value, or one comparison of two items that must be unique.
pub(super) const MOST_STEPS: u32 = 1_000_000;

/// References may lead in a circle without coming closer to the leaves of the document.
const DEEPEST: u32 = 512;

impl Schema {
    /// Holds a document against the schema; linear in the steps, of which there are at most [`MOST_STEPS`].
    pub(super) fn check(&self, value: &Value) -> Result<(), Failed> {
        Check { schema: self, left: MOST_STEPS, depth: 0 }.at(0, value, &Place::Root)
    }
}

/// Where in the document; written out only when something is wrong.
enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Member(above, name) => {
                let name: String = name.chars().take(40).collect();
                format!("{}/{}", above.pointer(), name.replace('~', "~0").replace('/', "~1"))
            }
            Place::Item(above, index) => format!("{}/{index}", above.pointer()),
        }
    }
}

struct Check<'s> {
    schema: &'s Schema,
    left: u32,
    depth: u32,
}

impl Check<'_> {
    fn step(&mut self) -> Result<(), Failed> {
        self.left = self.left.checked_sub(1).ok_or(Failed::TooLong)?;
        Ok(())
    }

    fn at(&mut self, at: At, value: &Value, place: &Place<'_>) -> Result<(), Failed> {
        self.step()?;
        if self.depth >= DEEPEST {
            return Err(Failed::TooLong);
        }
        self.depth += 1;
        let schema = self.schema;
        let held = schema
            .nodes
            .get(at)
            .map_or(Ok(()), |node| node.rules.iter().try_for_each(|rule| self.rule(rule, value, place)));
        self.depth -= 1;
        held
    }

    /// Whether a schema holds, where either is an answer.
    fn holds(&mut self, at: At, value: &Value, place: &Place<'_>) -> Result<bool, Failed> {
        match self.at(at, value, place) {
            Ok(()) => Ok(true),
            Err(Failed::Wrong(_)) => Ok(false),
            Err(Failed::TooLong) => Err(Failed::TooLong),
        }
    }

    fn count(&mut self, several: &[At], value: &Value, place: &Place<'_>) -> Result<usize, Failed> {
        several.iter().try_fold(0, |sum, at| Ok(sum + usize::from(self.holds(*at, value, place)?)))
    }

    fn rule(&mut self, rule: &Rule, value: &Value, place: &Place<'_>) -> Result<(), Failed> {
        let wrong = |what: String| Err(Failed::Wrong(format!("`{}`: {what}", place.pointer())));
        let held = |is: bool, what: &str| if is { Ok(()) } else { wrong(what.to_owned()) };
        match (rule, value) {
            (Rule::Never, _) => wrong("nothing may stand here".to_owned()),
            (Rule::Types(types), _) => {
                held(types.iter().any(|name| is_of(value, name)), &format!("expected {}", types.join(" or ")))
            }
            (Rule::Among(values), _) => {
                held(values.iter().any(|one| equal::values(one, value)), "not among the values that are listed")
            }
            (Rule::Same(at), _) => self.at(*at, value, place),
            (Rule::All(several), _) => several.iter().try_for_each(|at| self.at(*at, value, place)),
            (Rule::Any(several), _) => {
                for at in several {
                    if self.holds(*at, value, place)? {
                        return Ok(());
                    }
                }
                wrong("none of `anyOf` holds".to_owned())
            }
            (Rule::One(several), _) => match self.count(several, value, place)? {
                1 => Ok(()),
                count => wrong(format!("{count} of `oneOf` hold")),
            },
            (Rule::Not(at), _) => {
                let holds = self.holds(*at, value, place)?;
                held(!holds, "what `not` excludes")
            }
            (Rule::If { when, then, otherwise }, _) => {
                let branch = if self.holds(*when, value, place)? { then } else { otherwise };
                branch.map_or(Ok(()), |at| self.at(at, value, place))
            }
            (rule, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::INFINITY);
                match rule {
                    Rule::Minimum(least) => held(number >= *least, &format!("below {least}")),
                    Rule::Maximum(most) => held(number <= *most, &format!("above {most}")),
                    Rule::Above(bound) => held(number > *bound, &format!("not above {bound}")),
                    Rule::Below(bound) => held(number < *bound, &format!("not below {bound}")),
                    Rule::MultipleOf(step) => held(multiple(number, *step), &format!("no multiple of {step}")),
                    _ => Ok(()),
                }
            }
            (Rule::Length { least, most }, Value::String(text)) => {
                held(within(text.chars().count(), *least, *most), "a text of another length is expected")
            }
            (Rule::Pattern(pattern), Value::String(text)) => {
                held(pattern.is_match(text), &format!("does not match `{pattern}`"))
            }
            (rule, Value::Array(items)) => self.items(rule, items, place),
            (rule, Value::Object(_)) => self.members(rule, value, place),
            _ => Ok(()),
        }
    }

    fn items(&mut self, rule: &Rule, items: &[Value], place: &Place<'_>) -> Result<(), Failed> {
        let wrong = |what: String| Err(Failed::Wrong(format!("`{}`: {what}", place.pointer())));
        match rule {
            Rule::Items { first, rest } => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(at) = first.get(index).or(rest.as_ref()) {
                        self.at(*at, item, &Place::Item(place, index))?;
                    }
                }
                Ok(())
            }
            Rule::Contains { what, least, most } => {
                let mut count = 0;
                for (index, item) in items.iter().enumerate() {
                    count += usize::from(self.holds(*what, item, &Place::Item(place, index))?);
                }
                if within(count, *least, *most) {
                    Ok(())
                } else {
                    wrong(format!("{count} items are as `contains` asks"))
                }
            }
            Rule::Count { least, most } => {
                if within(items.len(), *least, *most) {
                    Ok(())
                } else {
                    wrong(format!("{} items", items.len()))
                }
            }
            Rule::Unique => {
                for (index, item) in items.iter().enumerate() {
                    for earlier in items.iter().take(index) {
                        self.step()?;
                        if equal::values(earlier, item) {
                            return wrong(format!("item {index} is there twice"));
                        }
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn members(&mut self, rule: &Rule, value: &Value, place: &Place<'_>) -> Result<(), Failed> {
        let wrong = |what: String| Err(Failed::Wrong(format!("`{}`: {what}", place.pointer())));
        let Value::Object(members) = value else { return Ok(()) };
        match rule {
            Rule::Members { named, patterns, other } => {
                for (name, value) in members {
                    let there = Place::Member(place, name);
                    let mut seen = false;
                    if let Some(at) = named.get(name) {
                        seen = true;
                        self.at(*at, value, &there)?;
                    }
                    for (pattern, at) in patterns {
                        if pattern.is_match(name) {
                            seen = true;
                            self.at(*at, value, &there)?;
                        }
                    }
                    if let Some(at) = other.filter(|_| !seen) {
                        self.at(at, value, &there)?;
                    }
                }
                Ok(())
            }
            Rule::Names(at) => members
                .keys()
                .try_for_each(|name| self.at(*at, &Value::String(name.clone()), &Place::Member(place, name))),
            Rule::Required(names) => match names.iter().find(|name| !members.contains_key(*name)) {
                None => Ok(()),
                Some(name) => wrong(format!("the member `{name}` is missing")),
            },
            Rule::Dependent(needed) => {
                for (name, others) in needed.iter().filter(|(name, _)| members.contains_key(*name)) {
                    if let Some(other) = others.iter().find(|other| !members.contains_key(*other)) {
                        return wrong(format!("`{name}` is there and `{other}` is not"));
                    }
                }
                Ok(())
            }
            Rule::Size { least, most } => {
                if within(members.len(), *least, *most) {
                    Ok(())
                } else {
                    wrong(format!("{} members", members.len()))
                }
            }
            _ => Ok(()),
        }
    }
}

fn within(count: usize, least: u64, most: Option<u64>) -> bool {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    count >= least && most.is_none_or(|most| count <= most)
}

fn is_of(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
        // 1.0 is an integer, by the standard.
        Value::Number(number) => {
            name == "number" || (name == "integer" && number.as_f64().is_some_and(|value| value.fract() == 0.0))
        }
    }
}

/// Whether a number is a multiple of the step, up to the rounding of the division: .3 is a multiple of .1.
fn multiple(number: f64, step: f64) -> bool {
    let times = number / step;
    times.is_finite() && (times - times.round()).abs() <= f64::EPSILON * times.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(schema: &str, document: &str) -> Result<(), Failed> {
        Schema::of_text(schema).unwrap().check(&serde_json::from_str(document).unwrap())
    }

    #[test]
    fn every_keyword_lets_one_document_pass_and_stops_another() {
        let cases = [
            (r#"{"type": ["integer", "null"]}"#, "2.0", "2.5"),
            (r#"{"enum": [1, "a"]}"#, "1.0", "2"),
            (r#"{"const": {"a": 1}}"#, r#"{"a": 1.0}"#, r#"{"a": 2}"#),
            (r#"{"minimum": 1}"#, "1", "0.9"),
            (r#"{"maximum": 1}"#, "1", "1.1"),
            (r#"{"exclusiveMinimum": 1}"#, "1.1", "1"),
            (r#"{"exclusiveMaximum": 1}"#, "0", "1"),
            (r#"{"multipleOf": 0.1}"#, "0.3", "0.35"),
            (r#"{"minLength": 2}"#, "\"éé\"", "\"é\""),
            (r#"{"minLength": 1, "maxLength": 2}"#, "\"éé\"", "\"ééé\""),
            (r#"{"pattern": "^a+$"}"#, "\"aa\"", "\"ab\""),
            (r#"{"items": {"type": "string"}}"#, r#"["a"]"#, r#"["a", 1]"#),
            (r#"{"prefixItems": [true, {"type": "null"}], "items": false}"#, "[1, null]", "[1, null, 2]"),
            (r#"{"contains": {"const": 1}, "maxContains": 1}"#, "[1, 2]", "[1, 1]"),
            (r#"{"contains": {"const": 1}}"#, "[1]", "[2]"),
            (r#"{"minItems": 1, "maxItems": 2}"#, "[1]", "[1, 2, 3]"),
            (r#"{"uniqueItems": true}"#, "[1, 2]", "[1, 1.0]"),
            (r#"{"properties": {"a": {"type": "null"}}}"#, r#"{"b": 1}"#, r#"{"a": 1}"#),
            (r#"{"properties": {"a": true}, "additionalProperties": false}"#, r#"{"a": 1}"#, r#"{"b": 1}"#),
            (r#"{"patternProperties": {"^x": false}}"#, r#"{"ax": 1}"#, r#"{"xa": 1}"#),
            (r#"{"propertyNames": {"maxLength": 1}}"#, r#"{"a": 1}"#, r#"{"aa": 1}"#),
            (r#"{"required": ["a"]}"#, r#"{"a": null}"#, "{}"),
            (r#"{"dependentRequired": {"a": ["b"]}}"#, r#"{"a": 1, "b": 1}"#, r#"{"a": 1}"#),
            (r#"{"minProperties": 1, "maxProperties": 1}"#, r#"{"a": 1}"#, "{}"),
            (r#"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#, "1", "3"),
            (r#"{"anyOf": [{"const": 1}, {"const": 2}]}"#, "2", "3"),
            (r#"{"oneOf": [{"minimum": 1}, {"minimum": 2}]}"#, "1", "2"),
            (r#"{"not": {"type": "null"}}"#, "1", "null"),
            (r#"{"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"type": "null"}}"#, "null", "\"\""),
            (r##"{"$ref": "#/$defs/n", "$defs": {"n": {"type": "null"}}}"##, "null", "1"),
            (
                r##"{"properties": {"next": {"$ref": "#"}}, "required": ["v"]}"##,
                r#"{"v": 1, "next": {"v": 2}}"#,
                r#"{"v": 1, "next": {}}"#,
            ),
            ("true", "1", ""),
            ("false", "", "1"),
        ];
        for (schema, good, bad) in cases {
            if !good.is_empty() {
                assert_eq!(held(schema, good), Ok(()), "{schema} {good}");
            }
            if !bad.is_empty() {
                assert!(matches!(held(schema, bad), Err(Failed::Wrong(_))), "{schema} {bad}");
            }
        }
    }

    #[test]
    fn circles_and_multiplying_alternatives_end() {
        assert_eq!(held(r##"{"$ref": "#"}"##, "1"), Err(Failed::TooLong));
        let twice = r##"{"$defs": {"a0": false, DEFS}, "$ref": "#/$defs/a40"}"##;
        let defs: Vec<String> = (1..=40)
            .map(|at| {
                format!(r##""a{at}": {{"anyOf": [{{"$ref": "#/$defs/a{0}"}}, {{"$ref": "#/$defs/a{0}"}}]}}"##, at - 1)
            })
            .collect();
        assert_eq!(held(&twice.replace("DEFS", &defs.join(", ")), "1"), Err(Failed::TooLong));
        let many = format!("[{}]", (0..3000).map(|at| at.to_string()).collect::<Vec<_>>().join(","));
        assert_eq!(held(r#"{"uniqueItems": true}"#, &many), Err(Failed::TooLong));
        let chain: Vec<String> =
            (0..20_000).map(|at| format!(r##""a{at}": {{"$ref": "#/$defs/a{}"}}"##, at + 1)).collect();
        let chain = format!(r##"{{"$ref": "#/$defs/a0", "$defs": {{{}, "a20000": true}}}}"##, chain.join(","));
        assert_eq!(held(&chain, "1"), Err(Failed::TooLong));
    }

    #[test]
    fn what_is_outside_the_subset_is_refused_when_it_is_read() {
        let refused = [
            (r#"{"format": "email"}"#, "/format"),
            (r#"{"properties": {"a": {"unevaluatedProperties": false}}}"#, "/properties/a/unevaluatedProperties"),
            (r#"{"$ref": "https://example.org/s.json"}"#, "nothing is fetched"),
            (r#"{"$ref": "file:///etc/passwd"}"#, "nothing is fetched"),
            (r##"{"$ref": "#/$defs/none"}"##, "does not refer"),
            (r#"{"pattern": "(?=a)"}"#, "/pattern"),
            (r#"{"pattern": "((a{1000}){1000}){1000}"}"#, "/pattern"),
            (r#"{"type": "float"}"#, "`float`"),
            (r#"{"multipleOf": 0}"#, "/multipleOf"),
            (r#"{"anyOf": []}"#, "empty"),
            ("[]", "no schema"),
            ("{", "not JSON"),
        ];
        for (schema, reason) in refused {
            let why = Schema::of_text(schema).unwrap_err();
            assert!(why.contains(reason), "{schema}: {why}");
        }
    }

    #[test]
    fn the_reason_names_the_place() {
        let schema = r#"{"properties": {"a": {"items": {"type": "integer"}}}}"#;
        let Err(Failed::Wrong(why)) = held(schema, r#"{"a": [1, "x"]}"#) else { panic!("it holds") };
        assert_eq!(why, "`/a/1`: expected integer");
    }
}
