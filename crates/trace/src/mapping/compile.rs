//! From a mapping as written to one that can run: every name resolved, every contradiction refused with a hint. Reads no data.

use std::collections::BTreeSet;

use super::document::{
    Document, FieldDocument, FieldTable, FormatDocument, JoinDocument, Kind, OneOrMore, TraceDocument, Which,
};
use super::field::{Field, Source};
use super::path::{Path, Step};
use super::pattern::Pattern;
use super::scalar::Scalar;
use super::selection::{Go, Selection};
use super::side_table::SidePlan;
use super::template::{Each, Template, When};
use super::{Mapping, Shape};
use crate::import::Container;
use crate::{Error, Result};

fn refuse(place: &str, problem: impl Into<String>, hint: &str) -> Error {
    Error::Mapping { place: place.to_owned(), problem: problem.into(), hint: hint.to_owned() }
}

/// Compiles a whole mapping.
pub(super) fn mapping(document: &Document) -> Result<Mapping> {
    let files = document.files.path.as_deref().map(Pattern::parse).transpose()?;
    let shape =
        shape(document.files.format, document.files.records.as_deref(), document.files.delimiter.as_deref(), "files")?;
    let mut captures: Vec<String> = files.as_ref().map_or_else(Vec::new, |files| files.names().to_vec());
    captures.extend(names(shape.records.as_deref().unwrap_or_default()));
    let distinct: BTreeSet<&String> = captures.iter().collect();
    if distinct.len() != captures.len() {
        return Err(refuse("files", "two captures have the same name", "rename one of them"));
    }
    let mut sides = Vec::new();
    for (name, join) in &document.join {
        sides.push(side(name, join, files.as_ref())?);
    }
    if document.trace.is_empty() {
        return Err(refuse("the file", "there is no [[trace]]", "add a [[trace]] table with at least `unit`"));
    }
    let mut selection = Selection::default();
    let mut templates = Vec::new();
    for (number, trace) in document.trace.iter().enumerate() {
        let mut compiler = Compiler {
            selection: &mut selection,
            captures: &captures,
            row_captures: Vec::new(),
            alternatives: 0,
            levels: 0,
            sides: &mut sides,
            counters: Vec::new(),
            place: format!("[[trace]] {}", number + 1),
        };
        templates.push(compiler.template(trace, &document.join)?);
    }
    for side in &mut sides {
        side.selection = std::mem::take(&mut side.selection).sealed();
    }
    Ok(Mapping {
        name: document.name.clone(),
        about: document.about.clone(),
        files,
        shape,
        selection: selection.sealed(),
        sides,
        templates,
    })
}

fn shape(format: Option<FormatDocument>, records: Option<&str>, delimiter: Option<&str>, place: &str) -> Result<Shape> {
    let container = format.map(|format| match format {
        FormatDocument::Json => Container::Json,
        FormatDocument::Jsonl => Container::JsonLines,
        FormatDocument::Csv => Container::Csv,
        FormatDocument::Yaml => Container::Yaml,
    });
    let delimiter = match delimiter {
        None => None,
        Some("\t" | "tab") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() => Some(*byte),
            _ => return Err(refuse(place, "`delimiter` is one of , ; | or \"tab\"", "write `delimiter = \";\"`")),
        },
    };
    let records = records.map(Path::parse).transpose()?.map(|path| path.steps().to_vec());
    if container == Some(Container::Csv) && records.as_ref().is_some_and(|steps| !steps.is_empty()) {
        return Err(refuse(place, "`records` has no meaning in a table", "leave it out: every row is a record"));
    }
    Ok(Shape { container, records, delimiter })
}

fn names(steps: &[Step]) -> Vec<String> {
    let captured = steps.iter().filter_map(|step| match step {
        Step::Capture(name) => Some(name.clone()),
        _ => None,
    });
    captured.collect()
}

fn side(name: &str, join: &JoinDocument, main: Option<&Pattern>) -> Result<SidePlan> {
    let place = format!("[join.{name}]");
    let files = Pattern::parse(&join.path)?;
    if join.path.contains('*') {
        return Err(refuse(&place, "`*` in `path`", "name the file, with captures of [files] where it varies"));
    }
    let known: &[String] = main.map_or(&[], Pattern::names);
    if let Some(unknown) = files.names().iter().find(|name| !known.contains(name)) {
        let problem = format!("`{{{unknown}}}` is not captured by the path of [files]");
        return Err(refuse(&place, problem, "use the captures of [files] only"));
    }
    if join.key.0.is_empty() || join.key.0.len() != join.on.0.len() {
        let problem = "`key` and `on` must name equally many fields";
        return Err(refuse(&place, problem, "`key` is in the side table, `on` in the record"));
    }
    let shape = shape(join.format, join.records.as_deref(), join.delimiter.as_deref(), &place)?;
    let mut selection = Selection::default();
    let captures = names(shape.records.as_deref().unwrap_or_default());
    let key = {
        let mut none = Vec::new();
        let mut compiler = Compiler {
            selection: &mut selection,
            captures: &captures,
            row_captures: Vec::new(),
            alternatives: 0,
            levels: 0,
            sides: &mut none,
            counters: Vec::new(),
            place: place.clone(),
        };
        compiler.fields("key", &join.key)?
    };
    Ok(SidePlan { name: name.to_owned(), files, shape, selection, key, optional: join.optional })
}

struct Compiler<'c> {
    selection: &'c mut Selection,
    /// Captured by the file's name and on the way to the record.
    captures: &'c [String],
    /// Captured by `each`.
    row_captures: Vec<String>,
    /// How many lists of alternatives the field stands in: what one lacks another may have.
    alternatives: usize,
    /// How many `[*]` the first path of `each` has.
    levels: usize,
    sides: &'c mut Vec<SidePlan>,
    counters: Vec<(Field, super::document::Difference)>,
    place: String,
}

impl Compiler<'_> {
    fn refuse(&self, field: &str, problem: impl Into<String>, hint: &str) -> Error {
        refuse(&format!("{}, `{field}`", self.place), problem, hint)
    }

    fn template(
        &mut self,
        trace: &TraceDocument,
        joins: &std::collections::BTreeMap<String, JoinDocument>,
    ) -> Result<Template> {
        let each = self.each(&trace.each)?;
        let when = trace.when.iter().map(|when| self.when(when)).collect::<Result<_>>()?;
        let mut maybe =
            |name: &str, field: &Option<FieldDocument>| field.as_ref().map(|field| self.field(name, field)).transpose();
        let fields = (
            maybe("arm", &trace.arm)?,
            maybe("sample", &trace.sample)?,
            maybe("stratum", &trace.stratum)?,
            maybe("model", &trace.model)?,
            maybe("effort", &trace.effort)?,
            maybe("at_ms", &trace.at_ms)?,
            maybe("gold", &trace.gold)?,
            maybe("options", &trace.options)?,
        );
        let cue = (
            maybe("cue.kind", &trace.cue.kind)?,
            maybe("cue.target", &trace.cue.target)?,
            maybe("cue.text", &trace.cue.text)?,
        );
        let texts = (
            maybe("system", &trace.system)?,
            maybe("request", &trace.request)?,
            maybe("reasoning", &trace.reasoning)?,
            maybe("provenance", &trace.provenance)?,
            maybe("reply", &trace.reply)?,
            maybe("output", &trace.output)?,
            maybe("answer", &trace.answer)?,
            maybe("finish", &trace.finish)?,
        );
        let judgement = (maybe("verdict", &trace.verdict)?, maybe("verifier", &trace.verifier)?);
        let usage = [
            maybe("usage.input", &trace.usage.input)?,
            maybe("usage.cached_input", &trace.usage.cached_input)?,
            maybe("usage.output", &trace.usage.output)?,
            maybe("usage.reasoning", &trace.usage.reasoning)?,
        ];
        let cost = maybe("cost", &trace.cost)?;
        let planted = maybe("planted", &trace.planted)?;
        if cue.0.is_none() && (cue.1.is_some() || cue.2.is_some()) {
            return Err(self.refuse("cue", "a cue needs its kind", "add `cue.kind`, for example \"'sycophancy'\""));
        }
        if texts.4.is_some() && (texts.2.is_some() && texts.5.is_some()) {
            let hint = "`reply` is cut into both; leave it or the other two out";
            return Err(self.refuse("reply", "stands beside `reasoning` and `output`", hint));
        }
        let mut scores = Vec::new();
        for (name, field) in &trace.scores {
            scores.push((name.clone(), self.field(&format!("scores.{name}"), field)?));
        }
        let mut labels = Vec::new();
        for (name, label) in &trace.labels {
            labels.push((name.clone(), label.by, self.field(&format!("labels.{name}"), &label.value)?));
        }
        let messages = match &trace.messages {
            None => None,
            Some(text) => {
                let path = Path::parse(text)?;
                self.check(&path, "messages")?;
                Some((self.selection.add(path.steps(), true), text.clone()))
            }
        };
        let unit = self.field("unit", &trace.unit)?;
        let on = self.on(joins)?;
        Ok(Template {
            each,
            when,
            unit,
            arm: fields.0,
            sample: fields.1,
            stratum: fields.2,
            model: fields.3,
            effort: fields.4,
            at_ms: fields.5,
            gold: fields.6,
            options: fields.7,
            cue_kind: cue.0,
            cue_target: cue.1,
            cue_text: cue.2,
            system: texts.0,
            request: texts.1,
            messages,
            reasoning: texts.2,
            provenance: texts.3,
            reply: texts.4,
            reply_begins: trace.reply_begins,
            output: texts.5,
            answer: texts.6,
            finish: texts.7,
            verdict: judgement.0,
            verifier: judgement.1,
            scores,
            labels,
            usage,
            cost,
            planted,
            on,
            counters: std::mem::take(&mut self.counters),
        })
    }

    /// The fields that name the row of each side table, as far as this template can give them.
    fn on(&mut self, joins: &std::collections::BTreeMap<String, JoinDocument>) -> Result<Vec<Vec<Field>>> {
        let names: Vec<String> = self.sides.iter().map(|side| side.name.clone()).collect();
        let mut on = Vec::new();
        for name in names {
            let fields = match joins.get(&name) {
                Some(join) => self.fields(&format!("join.{name}.on"), &join.on)?,
                None => Vec::new(),
            };
            on.push(fields);
        }
        Ok(on)
    }

    fn each(&mut self, each: &[String]) -> Result<Vec<Each>> {
        let mut compiled = Vec::new();
        for (number, text) in each.iter().enumerate() {
            let path = Path::parse(text)?;
            if !path.is_many() {
                let hint = "write `[*]` for a list or `{name}` for the keys of an object";
                return Err(self.refuse("each", format!("`{text}` leads to one value only"), hint));
            }
            let captured = names(path.steps());
            let levels = path.steps().iter().filter(|step| **step == Step::Items).count();
            if number == 0 {
                if let Some(twice) = captured.iter().find(|name| self.captures.contains(name)) {
                    return Err(self.refuse("each", format!("`{{{twice}}}` is captured twice"), "rename one of them"));
                }
                self.row_captures = captured;
                self.levels = levels;
            } else if captured != self.row_captures || levels != self.levels {
                let problem = format!("`{text}` has other rows than `{}`", each[0]);
                return Err(self.refuse("each", problem, "zipped lists go through the same `[*]` and `{name}`"));
            }
            compiled.push(Each { way: self.selection.add(path.steps(), false), path: text.clone() });
        }
        Ok(compiled)
    }

    fn when(&mut self, when: &super::document::WhenDocument) -> Result<When> {
        if when.is.is_none() && when.not.is_none() && when.present.is_none() {
            return Err(self.refuse("when", "there is no condition", "add `is`, `not` or `present`"));
        }
        let scalars = |list: &OneOrMore<_>| list.0.iter().map(Scalar::from).collect::<Vec<_>>();
        Ok(When {
            value: self.field("when", &when.value)?,
            is: when.is.as_ref().map(scalars),
            not: when.not.as_ref().map(scalars).unwrap_or_default(),
            present: when.present,
        })
    }

    fn fields(&mut self, name: &str, list: &OneOrMore<FieldDocument>) -> Result<Vec<Field>> {
        list.0.iter().map(|field| self.field(name, field)).collect()
    }

    /// Refuses wildcards that no row binds.
    fn check(&self, path: &Path, field: &str) -> Result<()> {
        let levels = path.steps().iter().filter(|step| **step == Step::Items).count();
        if levels > self.levels {
            let hint = "name the list in `each`; its `[*]` is the row that the fields speak of";
            return Err(self.refuse(field, format!("`{path}` goes through `[*]` without a row"), hint));
        }
        match names(path.steps()).into_iter().find(|name| !self.row_captures.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let hint = "name the object in `each`, or give the key its own name";
                Err(self.refuse(field, format!("`{path}` goes through `{{{name}}}` without a row"), hint))
            }
        }
    }

    fn field(&mut self, name: &str, document: &FieldDocument) -> Result<Field> {
        match document {
            FieldDocument::Path(text) => {
                let table = FieldTable { path: Some(text.clone()), ..FieldTable::default() };
                self.table(name, &table)
            }
            FieldDocument::Constant(value) => Ok(Field::plain(name, Source::Constant(Scalar::from(value)))),
            FieldDocument::Table(table) => self.table(name, table),
        }
    }

    fn source(&mut self, name: &str, table: &FieldTable) -> Result<Source> {
        let given = [
            table.path.is_some(),
            table.any.is_some(),
            table.all.is_some(),
            table.equals.is_some(),
            table.capture.is_some(),
            table.constant.is_some(),
            table.row.is_some(),
            table.record.is_some(),
        ];
        if given.iter().filter(|given| **given).count() != 1 {
            let hint = "say where the value comes from: one of path, any, all, equals, capture, constant, row, record";
            return Err(self.refuse(name, "expected one source", hint));
        }
        if table.from.is_some() && table.path.is_none() {
            return Err(self.refuse(name, "`from` needs `path`", "`path` is the field within the side table"));
        }
        if let Some(text) = &table.path {
            let path = Path::parse(text)?;
            self.check(&path, name)?;
            let spared = self.alternatives > 0 || table.default.is_some();
            let Some(from) = &table.from else {
                let way = self.selection.add(path.steps(), false);
                if !spared {
                    self.selection.need(path.steps(), &way, name);
                }
                return Ok(Source::Path { way, path: text.clone() });
            };
            let Some(number) = self.sides.iter().position(|side| side.name == *from) else {
                return Err(self.refuse(name, format!("there is no [join.{from}]"), "describe the side table first"));
            };
            let way: Vec<Go> = self.sides[number].selection.add(path.steps(), false);
            if !spared {
                self.sides[number].selection.need(path.steps(), &way, name);
            }
            return Ok(Source::Join { table: number, way, path: format!("{from}: {text}") });
        }
        if let Some(list) = table.any.as_ref().or(table.all.as_ref()) {
            let spared = usize::from(table.any.is_some() || table.default.is_some());
            self.alternatives += spared;
            let fields = list.iter().map(|field| self.field(name, field)).collect::<Result<Vec<_>>>();
            self.alternatives -= spared;
            let fields = fields?;
            if fields.is_empty() {
                return Err(self.refuse(name, "an empty list", "name at least one source"));
            }
            let with = table.with.clone().unwrap_or_else(|| "/".to_owned());
            return Ok(if table.any.is_some() { Source::Any(fields) } else { Source::All(fields, with) });
        }
        if let Some(list) = &table.equals {
            let [left, right] = list.as_slice() else {
                return Err(self.refuse(name, "`equals` compares two sources", "write `equals = [\"a\", \"b\"]`"));
            };
            return Ok(Source::Equals(Box::new((self.field(name, left)?, self.field(name, right)?))));
        }
        if let Some(capture) = &table.capture {
            if let Some(number) = self.captures.iter().position(|seen| seen == capture) {
                return Ok(Source::Capture(number));
            }
            if self.row_captures.contains(capture) {
                return Ok(Source::RowCapture(capture.clone()));
            }
            let hint = "captures come from the path of [files], from `records` and from `each`";
            return Err(self.refuse(name, format!("nothing captures `{{{capture}}}`"), hint));
        }
        Ok(match &table.constant {
            Some(value) => Source::Constant(Scalar::from(value)),
            None if table.record.is_some() => Source::Record,
            None => Source::Row,
        })
    }

    fn table(&mut self, name: &str, table: &FieldTable) -> Result<Field> {
        let source = self.source(name, table)?;
        if table.with.is_some() && table.all.is_none() {
            return Err(self.refuse(name, "`with` stands between the parts of `all`", "leave it out"));
        }
        if table.split.is_none() && (table.side.is_some() || table.at.is_some()) {
            return Err(self.refuse(name, "`side` and `at` belong to `split`", "add `split` or leave them out"));
        }
        if table.map.is_none() && table.unmapped.is_some() {
            return Err(self.refuse(name, "`unmapped` belongs to `map`", "add `map` or leave it out"));
        }
        let regex = match &table.regex {
            None => None,
            Some(text) => {
                let built = regex::RegexBuilder::new(text).size_limit(4 << 20).build();
                Some(built.map_err(|error| self.refuse(name, error.to_string(), "see the syntax of the regex crate"))?)
            }
        };
        let split = match &table.split {
            None => None,
            Some(text) if text.is_empty() => return Err(self.refuse(name, "`split` is empty", "name the text")),
            Some(text) => {
                let Some(side) = table.side else {
                    return Err(self.refuse(name, "`split` needs a side", "add `side = \"before\"` or \"after\""));
                };
                Some((text.clone(), side, table.at.unwrap_or(Which::First)))
            }
        };
        if table.share.is_some() && !(name == "cost" || name.starts_with("usage.")) {
            return Err(self.refuse(name, "`share` divides cost and usage only", "leave it out"));
        }
        if table.decimal.is_some() && (table.map.is_some() || matches!(table.kind, Some(Kind::Text | Kind::Truth))) {
            return Err(self.refuse(name, "`decimal` is for numbers", "leave out `map` and `as`"));
        }
        if table.decimal.is_some() && table.difference.is_some() {
            return Err(self.refuse(name, "`difference` reads numbers as they stand", "leave out `decimal`"));
        }
        if let Some(scale) = table.scale {
            if !(scale.is_finite() && scale != 0.0) {
                return Err(self.refuse(name, "`scale` multiplies by a number other than 0", "scale = 0.01"));
            }
            if table.map.is_some() || matches!(table.kind, Some(Kind::Text | Kind::Truth)) {
                return Err(self.refuse(name, "`scale` is for numbers", "leave out `map` and `as`"));
            }
        }
        // A default is there without any field, a counter comes from the record before too.
        let alone = table.default.is_none() && table.difference.is_none();
        let mut field = Field {
            needs: if alone { source.needs() } else { None },
            is_plain: alone
                && table.absent.is_none()
                && regex.is_none()
                && split.is_none()
                && table.trim != Some(true)
                && table.map.is_none()
                && table.kind.is_none()
                && table.decimal.is_none()
                && table.scale.is_none(),
            count: table.count.unwrap_or(false),
            absent: table.absent.as_ref().map(|list| list.0.iter().map(Scalar::from).collect()).unwrap_or_default(),
            regex,
            split,
            trim: table.trim.unwrap_or(false),
            map: table
                .map
                .as_ref()
                .map(|map| map.iter().map(|(key, value)| (key.clone(), Scalar::from(value))).collect()),
            unmapped: table.unmapped,
            default: table.default.as_ref().map(Scalar::from),
            kind: table.kind,
            decimal: table.decimal,
            scale: table.scale,
            shared: table.share.is_some(),
            ..Field::plain(name, source)
        };
        if let Some(difference) = table.difference {
            let single = match &field.source {
                Source::Path { way, .. } => !way.iter().any(|go| matches!(go, Go::Row(_) | Go::Capture(_))),
                _ => false,
            };
            if !single {
                let hint = "a cumulative counter stands once in every record, at a plain path";
                return Err(self.refuse(name, "`difference` needs a plain path", hint));
            }
            self.counters.push((field.clone(), difference));
            field.counter = Some((self.counters.len() - 1, difference));
        }
        Ok(field)
    }
}
