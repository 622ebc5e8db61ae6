//! A mapping at work on one file: side tables loaded, records taken apart, traces handed over. Not how a mapping is written.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeSeed;

use super::absent::Watch;
use super::document::Difference;
use super::plain;
use super::respelt::Respelt;
use super::scalar::Scalar;
use super::scope::{Row, Scope};
use super::selection::{Needed, Object, Picked, Selection};
use super::side_table::Table;
use super::template::{Template, rows, same_rows};
use super::{Mapping, Shape};
use crate::Place;
use crate::error::Problem;
use crate::import::blocks;
use crate::import::bytes::Window;
use crate::import::reading::{Reading, Stop};
use crate::import::records::{self, Records};
use crate::import::{Container, FileSummary, Format};

/// A mapping at work on one file.
#[derive(Clone)]
pub(crate) struct Mapped<'m> {
    mapping: &'m Mapping,
    captures: Vec<String>,
    tables: Vec<Option<Arc<Table>>>,
    /// The last value of every cumulative counter, by template and counter.
    before: Vec<Vec<Option<Scalar<'static>>>>,
    /// What was found of the mapping's paths, where it is the user's, and what of this file's was not.
    watch: Option<Arc<Watch>>,
    unseen: Vec<usize>,
    /// Gives arms the names that audits look for, where that was asked for.
    arms: Option<Respelt>,
}

impl<'m> Mapped<'m> {
    /// Prepares a file; `path` is where it lies.
    pub(crate) fn open(mapping: &'m Mapping, path: &str, reading: &mut Reading<'_>) -> Result<Self, Stop> {
        let (base, captures) = match &mapping.files {
            None => ("", Vec::new()),
            Some(files) => files.matches(path).unwrap_or(("", Vec::new())),
        };
        let mut tables = Vec::new();
        for (number, side) in mapping.sides.iter().enumerate() {
            let names = mapping.files.as_ref().map_or(&[][..], |files| files.names());
            let Some(tail) = side.files.fill(names, &captures) else {
                tables.push(None);
                continue;
            };
            let at = PathBuf::from(format!("{base}{tail}"));
            if !at.is_file() {
                if side.optional {
                    tables.push(None);
                    continue;
                }
                let problem = Problem::new(format!("join.{}", side.name), "the side table", format!("no file {tail}"))
                    .hint("say `optional = true` in the [join] where some files have none");
                return Err(Stop::Broken(problem, 0));
            }
            tables.push(Some(Arc::new(load(side, number + 1, &at, &tail, reading)?)));
        }
        let before = mapping.templates.iter().map(|template| vec![None; template.counters.len()]).collect();
        let watch = reading.watch();
        let unseen = watch.as_ref().map_or_else(Vec::new, |watch| watch.unseen(0));
        Ok(Self { mapping, captures, tables, before, watch, unseen, arms: None })
    }

    /// Gives arms the names that audits look for, whatever the records call them.
    pub(crate) fn respell_arms(&mut self) {
        self.arms = Some(Respelt::default());
    }

    /// Reads a whole file.
    pub(crate) fn read(
        &mut self,
        window: &mut Window,
        detected: Option<Container>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let mapping = self.mapping;
        if are_lines(&mapping.shape, detected) {
            return blocks::lines(window, self, reading);
        }
        let mut each = |record: Record<'_>, captures: &[String], place: Place, reading: &mut Reading<'_>| match record {
            Record::Json(bytes) => self.record(bytes, captures, place, reading),
            Record::Picked(picked) => self.picked(picked, captures, place, reading),
        };
        walk(&mapping.shape, &mapping.selection, window, detected, reading, &mut each)
    }

    fn picked(
        &mut self,
        picked: &Picked<'_>,
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        let captures: Vec<String> = self.captures.iter().chain(captures).cloned().collect();
        let mut part = 0;
        let mut idle = true;
        for (number, template) in self.mapping.templates.iter().enumerate() {
            let one = [Row { number: 0, of: 1, ..Row::default() }];
            let mut before = std::mem::take(&mut self.before[number]);
            let differences =
                differences(template, &self.scope(picked, place, &captures, &one[0], &[], template), &mut before);
            self.before[number] = before;
            let differences = match differences {
                Ok(differences) => differences,
                Err(problem) => {
                    idle = false;
                    reading.invalid(problem, Place { part, ..place })?;
                    continue;
                }
            };
            let many;
            let all = match rows_of(template, picked) {
                Ok(None) => &one[..],
                Ok(Some(rows)) => {
                    many = rows;
                    &many[..]
                }
                Err(problem) => {
                    idle = false;
                    reading.invalid(problem, Place { part, ..place })?;
                    continue;
                }
            };
            for row in all {
                let scope = self.scope(picked, place, &captures, row, &differences, template);
                let made = match template.holds(&scope) {
                    Ok(false) => continue,
                    Ok(true) => template.trace(&scope),
                    Err(problem) => Err(problem),
                };
                drop(scope);
                idle = false;
                let place = Place { part, ..place };
                match made {
                    Ok((mut trace, numbered)) => {
                        if let Some(arms) = &mut self.arms {
                            arms.respell(&mut trace.trial.arm);
                        }
                        reading.trace(place, trace, numbered)?;
                    }
                    Err(problem) => reading.invalid(problem, place)?,
                }
                part += 1;
            }
        }
        if idle {
            reading.set_aside("no [[trace]] of the mapping applies to the record");
        }
        Ok(())
    }

    fn scope<'r>(
        &'r self,
        record: &'r Picked<'r>,
        place: Place,
        captures: &'r [String],
        row: &'r Row<'r>,
        differences: &'r [Option<Scalar<'static>>],
        template: &'r Template,
    ) -> Scope<'r> {
        let joined = vec![OnceCell::new(); self.tables.len()];
        Scope {
            record,
            slots: record.slots(),
            number: place.record,
            captures,
            row,
            differences,
            tables: &self.tables,
            on: &template.on,
            joined,
        }
    }
}

/// The rows that a template goes through; `None` where the record itself is the only one.
fn rows_of<'r>(template: &'r Template, picked: &'r Picked<'r>) -> Result<Option<Vec<Row<'r>>>, Problem> {
    let Some((first, others)) = template.each.split_first() else { return Ok(None) };
    let all = rows(picked, first);
    for other in others {
        let found = rows(picked, other);
        if !same_rows(&all, &found) {
            let expected = format!("as many values as `{}` has, which is {}", first.path, all.len());
            let found = if found.len() == all.len() { "other keys".to_owned() } else { found.len().to_string() };
            return Err(Problem::new(&other.path, expected, found));
        }
    }
    Ok(Some(all))
}

impl Records for Mapped<'_> {
    fn record(
        &mut self,
        bytes: &[u8],
        captures: &[String],
        place: Place,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stop> {
        match pick(&self.mapping.selection, bytes) {
            Ok(picked) => {
                if let (Some(watch), false) = (&self.watch, self.unseen.is_empty()) {
                    watch.note(0, &mut self.unseen, (reading.file(), place.record), &picked, bytes);
                }
                self.picked(&picked, captures, place, reading)
            }
            Err(problem) => reading.invalid(problem, place),
        }
    }

    fn fork(&self) -> Option<Box<dyn Records + Send + '_>> {
        // A cumulative counter is counted from the record before.
        let alone = self.mapping.templates.iter().all(|template| template.counters.is_empty());
        alone.then(|| Box::new(self.clone()) as Box<dyn Records + Send + '_>)
    }
}

/// Whether every line of a file is a record of JSON.
fn are_lines(shape: &Shape, detected: Option<Container>) -> bool {
    shape.container.or(detected) == Some(Container::JsonLines) && shape.records.as_ref().is_none_or(Vec::is_empty)
}

/// A record as a container gives it.
enum Record<'r> {
    Json(&'r [u8]),
    Picked(&'r Picked<'r>),
}

fn pick<'r>(selection: &Selection, bytes: &'r [u8]) -> Result<Picked<'r>, Problem> {
    // Text that is known to be UTF-8 is not checked again string by string; what is not is read as bytes, so that it is refused where
    // it stands, and only if it is read at all.
    let picked = match std::str::from_utf8(bytes) {
        Ok(text) => {
            let plain = if selection.is_plain() { plain::pick(selection, text) } else { None };
            plain.map_or_else(|| pick_from(selection, serde_json::Deserializer::from_str(text)), Ok)
        }
        Err(_) => pick_from(selection, serde_json::Deserializer::from_slice(bytes)),
    };
    picked.map_err(|error| Problem::json_of(bytes, &error))
}

fn pick_from<'r, R: serde_json::de::Read<'r>>(
    selection: &Selection,
    mut deserializer: serde_json::Deserializer<R>,
) -> serde_json::Result<Picked<'r>> {
    let picked = selection.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(picked)
}

/// The differences of the counters of a template.
fn differences(
    template: &Template,
    scope: &Scope<'_>,
    before: &mut [Option<Scalar<'static>>],
) -> Result<Vec<Option<Scalar<'static>>>, Problem> {
    let mut all = Vec::with_capacity(before.len());
    for ((field, rule), before) in template.counters.iter().zip(before) {
        let Some(value) = field.raw(scope)? else {
            all.push(None);
            continue;
        };
        let value = value.into_owned();
        let Some(number) = value.number() else { return Err(field.problem("a number", &value.shown())) };
        let difference = match before.as_ref().and_then(|before| before.number().map(|number| (before, number))) {
            None => value.clone(),
            Some((_, last)) if number < last => match rule {
                Difference::Resets => value.clone(),
                Difference::Rises => {
                    return Err(field
                        .problem("a counter that rises", &format!("{number} after {last}"))
                        .hint("`difference = \"resets\"` reads a counter that begins again"));
                }
            },
            Some((before, last)) => match (&value, before) {
                (Scalar::Int(now), Scalar::Int(before)) => Scalar::Int(now.saturating_sub(*before)),
                _ => Scalar::Float(number - last),
            },
        };
        *before = Some(value);
        all.push(Some(difference));
    }
    Ok(all)
}

type EachRecord<'e> = dyn FnMut(Record<'_>, &[String], Place, &mut Reading<'_>) -> Result<(), Stop> + 'e;

/// Goes through the records of a file of any shape.
fn walk(
    shape: &Shape,
    selection: &Selection,
    window: &mut Window,
    detected: Option<Container>,
    reading: &mut Reading<'_>,
    each: &mut EachRecord<'_>,
) -> Result<(), Stop> {
    struct Json<'a, 'e>(&'a mut EachRecord<'e>);
    impl Records for Json<'_, '_> {
        fn record(
            &mut self,
            bytes: &[u8],
            captures: &[String],
            place: Place,
            reading: &mut Reading<'_>,
        ) -> Result<(), Stop> {
            (self.0)(Record::Json(bytes), captures, place, reading)
        }
    }
    match shape.container.or(detected) {
        Some(Container::Csv) => table(shape, selection, window, reading, each),
        Some(Container::Yaml) => {
            let loaded = window.load()?;
            let json = super::yaml::to_json(&loaded, reading.options.limits.loaded);
            drop(loaded);
            let json = json.map_err(|problem| Stop::Broken(problem, 1))?;
            let mut inner = Window::memory(json, reading.file(), &reading.options.limits);
            records::json(&mut inner, shape.records.as_deref(), &mut Json(each), reading)
        }
        _ if are_lines(shape, detected) => records::lines(window, &mut Json(each), reading),
        _ => records::json(window, shape.records.as_deref(), &mut Json(each), reading),
    }
}

/// Goes through the rows of a table. An empty cell is nothing; a cell whose inside is asked for is read as JSON.
fn table(
    shape: &Shape,
    selection: &Selection,
    window: &mut Window,
    reading: &mut Reading<'_>,
    each: &mut EachRecord<'_>,
) -> Result<(), Stop> {
    let mut rows = records::Rows::open(window, shape.delimiter)?;
    let mut columns = Vec::new();
    for (name, wanted) in selection.fields() {
        let mut found = rows.names().iter().enumerate().filter(|(_, seen)| *seen == name);
        let column = found.next().map(|(at, _)| at);
        if found.next().is_some() {
            return Err(Stop::Broken(Problem::new(name, "every column once", "two columns of this name"), 1));
        }
        columns.push((column, wanted));
    }
    if !columns.is_empty() && columns.iter().all(|(column, _)| column.is_none()) {
        let found = format!("the columns {}", rows.names().join(", "));
        return Err(Stop::Broken(Problem::new("", "a column that the mapping names", found), 1));
    }
    // The built-in mapping of samples tries many names; a mapping of the user's means the columns that it names.
    if reading.options.mapping.is_some()
        && let Some(Needed { column, target, .. }) =
            selection.needed().iter().find(|needed| !rows.names().contains(&needed.column))
    {
        let found = format!("the columns {}", rows.names().join(", "));
        let problem = Problem::new(format!("{column} (for {target})"), "a column of this name", found);
        let names = rows.names().iter().cloned().collect();
        let hint = match super::absent::nearest(column, &names) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "`any = [\"a\", \"b\"]` takes the first that is there; `default` stands for none".to_owned(),
        };
        return Err(Stop::Broken(problem.hint(hint), 1));
    }
    let person = reading.column_of_person(rows.names());
    loop {
        let (line, row) = match rows.next() {
            Ok(None) => return Ok(()),
            Ok(Some(row)) => row,
            Err(records::BadRow::Invalid(problem, record)) => {
                reading.invalid(problem, Place { record, part: 0 })?;
                continue;
            }
            Err(records::BadRow::Stop(stop)) => return Err(stop),
        };
        let place = Place { record: line, part: 0 };
        if let Some(person) = person {
            reading.whom_of_row(row.get(person).unwrap_or_default());
        }
        let mut object = Box::new(Object::of_length(row.len()));
        let mut broken = None;
        for (number, (column, wanted)) in columns.iter().enumerate() {
            let cell = column.and_then(|column| row.get(column)).unwrap_or_default();
            if cell.is_empty() {
                continue;
            }
            if wanted.is_leaf() {
                object.set(number, Picked::Scalar(Scalar::Text(cell.into())));
                continue;
            }
            match pick(wanted, cell.as_bytes()) {
                Ok(picked) => object.set(number, picked),
                Err(mut problem) => {
                    problem.field.clone_from(&selection.fields()[number].0);
                    broken = Some(problem);
                }
            }
        }
        if let Some(problem) = broken {
            reading.invalid(problem, place)?;
            continue;
        }
        let picked = Picked::Object(object);
        each(Record::Picked(&picked), &[], place, reading)?;
    }
}

/// Loads a side table.
fn load(
    side: &super::side_table::SidePlan,
    group: usize,
    path: &std::path::Path,
    name: &str,
    reading: &mut Reading<'_>,
) -> Result<Table, Stop> {
    let outer = reading.file().to_owned();
    let mut window = Window::open(path, name, &reading.options.limits, &reading.position())?;
    window.hold(crate::import::bytes::LOOKED_AT)?;
    let detected = crate::import::detect(window.head());
    let mut table = Table::default();
    let mut loaded = 0;
    let limit = reading.options.limits.loaded;
    reading.aside(name);
    let watch = reading.watch();
    let mut unseen = watch.as_ref().map_or_else(Vec::new, |watch| watch.unseen(group));
    let mut each = |record: Record<'_>, captures: &[String], place: Place, reading: &mut Reading<'_>| {
        let added = match record {
            Record::Json(bytes) => {
                loaded += bytes.len();
                pick(&side.selection, bytes).and_then(|picked| {
                    if let (Some(watch), false) = (&watch, unseen.is_empty()) {
                        watch.note(group, &mut unseen, (name, place.record), &picked, bytes);
                    }
                    table.add(picked, captures, &side.key)
                })
            }
            Record::Picked(picked) => {
                loaded += 64;
                table.add(picked.clone(), captures, &side.key)
            }
        };
        if loaded > limit {
            let error = crate::Error::TooLarge {
                file: crate::error::shown(name),
                what: "a side table",
                limit: format!("{limit} bytes"),
            };
            return Err(error.into());
        }
        match added {
            Ok(()) => Ok(()),
            Err(problem) => reading.invalid(problem, place),
        }
    };
    let outcome = walk(&side.shape, &side.selection, &mut window, detected.container, reading, &mut each);
    match outcome {
        Ok(()) => {}
        // The message must name the side table and not the file that it belongs to.
        Err(Stop::Broken(problem, record)) => reading.invalid(problem, Place { record, part: 0 })?,
        Err(stop) => return Err(stop),
    }
    let (bytes, digest) = window.finish()?;
    reading.aside(&outer);
    let path = name.to_owned();
    reading.side_table(FileSummary { path, format: Format::Mapped, bytes, traces: 0, digest: Some(digest) });
    Ok(table)
}
