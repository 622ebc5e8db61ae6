//! Tasks from JSONL: one question a line. Not the forms of the field's benchmarks: those are mapped to this one.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::judge;
use super::{Form, Item, Task, Wording};

/// The longest line, in bytes.
const LONGEST: usize = 4 << 20;

/// A task file that makes no sense, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1; 0 where no single line is at fault.
    pub line: usize,
    /// What was expected and what was found.
    pub what: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

/// An item as it stands in a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    question: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    answer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stratum: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runner_up: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verifier: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    variants: BTreeMap<String, Form>,
}

impl From<Line> for Item {
    fn from(line: Line) -> Self {
        let Line { id, question, options, answer, stratum, runner_up, verifier, params, variants } = line;
        Self { id, wording: Wording { question, options, answer }, stratum, runner_up, verifier, params, variants }
    }
}

impl From<&Item> for Line {
    fn from(item: &Item) -> Self {
        let Item { id, wording, stratum, runner_up, verifier, params, variants } = item.clone();
        let Wording { question, options, answer } = wording;
        Self { id, question, options, answer, stratum, runner_up, verifier, params, variants }
    }
}

/// A task as [`read_task`] reads it.
#[must_use]
pub fn write_task(task: &Task) -> String {
    let lines = task.items.iter().map(|item| serde_json::to_string(&Line::from(item)).unwrap_or_default());
    lines.map(|line| line + "\n").collect()
}

/// Reads a task: `{"id": …, "question": …, "options": […], "answer": …}` a line, the rest as in [`Item`]; empty lines are passed over.
///
/// # Errors
/// [`Unreadable`], for the first line that makes no sense: nothing is left out silently.
pub fn read_task(name: &str, text: &str) -> Result<Task, Unreadable> {
    let mut items: Vec<Item> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_start_matches('\u{feff}').trim())) {
        if line.is_empty() {
            continue;
        }
        let fail = |what: String| Unreadable { line: at, what };
        if line.len() > LONGEST {
            return Err(fail(format!("expected a line of at most {LONGEST} bytes, found {}", line.len())));
        }
        let line: Line = serde_json::from_str(line).map_err(|error| {
            // The place in the line is the error's; its line is always the first.
            fail(format!("expected an object with `id`, `question` and `answer`, found: {}", said(&error)))
        })?;
        let item = Item::from(line);
        if let Some(before) = seen.insert(item.id.clone(), at) {
            return Err(fail(format!("`id`: expected one of its own, found `{}` as in line {before}", item.id)));
        }
        if item.id.trim().is_empty() {
            return Err(fail("`id`: expected a name, found an empty one".to_owned()));
        }
        if let Some(what) = item.wording.fault() {
            return Err(fail(what));
        }
        for (arm, form) in &item.variants {
            if let Some(what) = form.of(&item.wording).fault() {
                return Err(fail(format!("`variants.{arm}`: {what}")));
            }
        }
        if let Some(named) = &item.runner_up
            && item.wording.option(named).is_none_or(|at| Some(at) == item.wording.right())
        {
            return Err(fail(format!("`runner_up`: expected a wrong option, found `{named}`")));
        }
        if let Err(error) = judge::decides(&item, &item.wording, &judge::usual(item.wording.options.len())) {
            return Err(fail(error.to_string()));
        }
        items.push(item);
    }
    if items.is_empty() {
        return Err(Unreadable { line: 0, what: "expected one question a line, found none".to_owned() });
    }
    Ok(Task { name: name.to_owned(), items })
}

/// What the parser says, with the column and without its line.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_question_and_a_fault_has_its_line() {
        let good = r#"{"id":"a","question":"2+2?","options":["3","4"],"answer":"4","variants":{"rename":{"question":"two and two?"}}}"#;
        let task = read_task("t", &format!("{good}\n\n{}", good.replace(r#""a""#, r#""b""#))).unwrap();
        assert_eq!(task.items.len(), 2);
        assert_eq!(task.items[0].wording.right(), Some(1));
        assert_eq!(read_task("t", &write_task(&task)).unwrap(), task);
        assert_eq!(task.items[0].variants["rename"].of(&task.items[0].wording).options, ["3", "4"]);
        let cases = [
            ("", 0, "found none"),
            (r#"{"id":"a","question":"x"}"#, 1, "missing field `answer`"),
            (r#"{"id":"a","question":"x","answer":"1","gold":"1"}"#, 1, "gold"),
            (r#"{"id":"a","question":"x","answer":"5","options":["1","2"]}"#, 1, "one of 2 options, found `5`"),
            (r#"{"id":"a","question":"x","answer":"1","options":["1","1"]}"#, 1, "found `1` twice"),
            (r#"{"id":"a","question":" ","answer":"1"}"#, 1, "`question`"),
            (r#"{"id":"a","question":"x","answer":"1","verifier":"oracle"}"#, 1, "oracle"),
            (
                r#"{"id":"a","question":"x","answer":"1","options":["1","2"],"variants":{"swap":{"answer":"3"}}}"#,
                1,
                "`variants.swap`",
            ),
            (r#"{"id":"a","question":"x","answer":"1","options":["1","2"],"runner_up":"1"}"#, 1, "a wrong option"),
        ];
        for (text, line, what) in cases {
            let error = read_task("t", text).unwrap_err();
            assert!(error.line == line && error.what.contains(what), "{text}: {error:?}");
        }
        assert!(read_task("t", &format!("{good}\n{good}")).unwrap_err().what.contains("as in line 1"));
    }
}
