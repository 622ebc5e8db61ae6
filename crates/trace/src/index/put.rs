//! The rows of a leaf, written and taken out again. Not what they say, and not the transaction around them.

use std::collections::BTreeSet;

use candor_record::act::Act;
use candor_record::leaf::Head;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, Result, Statement, ToSql, params};

use super::entry::{Call, Entry, Parts, TEXTS};
use crate::{Event, LabelValue};

/// Statements that write, prepared once for many leaves.
pub(super) struct Put<'c> {
    trace: Statement<'c>,
    part: Statement<'c>,
    verdict: Statement<'c>,
    label: Statement<'c>,
    score: Statement<'c>,
    act: Statement<'c>,
    fact: Statement<'c>,
    texts: Statement<'c>,
    erased: Statement<'c>,
    calls: Statement<'c>,
    later: Statement<'c>,
    remove: Vec<Statement<'c>>,
}

/// Tables of which erased content may hold rows, with the column of the leaf.
const REMOVED: [(&str, &str); 7] = [
    ("texts", "rowid"),
    ("traces", "leaf"),
    ("parts", "leaf"),
    ("verdicts", "leaf"),
    ("labels", "leaf"),
    ("scores", "leaf"),
    ("facts", "leaf"),
];

impl<'c> Put<'c> {
    pub(super) fn into(connection: &'c Connection) -> Result<Self> {
        let insert = |table: &str, columns: usize| {
            let places = vec!["?"; columns].join(", ");
            connection.prepare(&format!("INSERT INTO {table} VALUES({places})"))
        };
        let places = vec!["?"; TEXTS.len() + 1].join(", ");
        let texts = format!("INSERT INTO texts(rowid, {}) VALUES({places})", TEXTS.join(", "));
        Ok(Self {
            trace: insert("traces", 27)?,
            part: insert("parts", 6)?,
            verdict: insert("verdicts", 4)?,
            label: insert("labels", 7)?,
            score: insert("scores", 4)?,
            act: insert("acts", 6)?,
            fact: insert("facts", 6)?,
            texts: connection.prepare(&texts)?,
            erased: connection.prepare("SELECT name FROM parts WHERE leaf = ? AND state = 'erased'")?,
            calls: connection.prepare("SELECT leaf FROM traces WHERE id = ?")?,
            later: connection
                .prepare("SELECT leaf FROM facts WHERE kind = 'label' AND trace = ? AND leaf > ? ORDER BY leaf")?,
            remove: REMOVED
                .iter()
                .map(|(table, column)| connection.prepare(&format!("DELETE FROM {table} WHERE {column} = ?")))
                .collect::<Result<_>>()?,
        })
    }

    /// The parts of a leaf that are known to be erased.
    pub(super) fn erased(&mut self, leaf: u64) -> Result<BTreeSet<String>> {
        self.erased.query_map([leaf], |row| row.get(0))?.collect()
    }

    /// The leaves of the calls with that identifier.
    pub(super) fn calls(&mut self, trace: &str) -> Result<Vec<u64>> {
        self.calls.query_map([trace], |row| row.get(0))?.collect()
    }

    /// Leaves behind that one which say something of that call, in order.
    pub(super) fn later(&mut self, trace: &str, behind: u64) -> Result<Vec<u64>> {
        self.later.query_map(params![trace, behind], |row| row.get(0))?.collect()
    }

    /// Takes out whatever content of a leaf has left here.
    pub(super) fn remove(&mut self, leaf: u64) -> Result<()> {
        self.remove.iter_mut().try_for_each(|remove| remove.execute([leaf]).map(|_| ()))
    }

    /// Writes the rows of a leaf.
    pub(super) fn put(&mut self, leaf: u64, entry: &Entry) -> Result<()> {
        match entry {
            Entry::Trace(call) => {
                self.parts(leaf, &call.parts)?;
                self.call(leaf, call)
            }
            Entry::Act(told) => self.act(leaf, &told.0, &told.1),
            Entry::Label(later) => self.fact(leaf, &later.head, &later.parts),
            Entry::Fact(told) => self.fact(leaf, &told.0, &told.1),
            Entry::Misread(why) => {
                self.fact.execute(params![leaf, "misread", 0, None::<&str>, None::<&str>, why])?;
                Ok(())
            }
        }
    }

    fn fact(&mut self, leaf: u64, head: &Head, parts: &Parts) -> Result<()> {
        self.parts(leaf, parts)?;
        let about = serde_json::Value::Object(head.about.clone()).to_string();
        self.fact.execute(params![leaf, head.kind, head.at_ms, head.trace, head.subject, about])?;
        Ok(())
    }

    fn parts(&mut self, leaf: u64, parts: &Parts) -> Result<()> {
        for (part, digest, state) in parts {
            let bytes = i64::try_from(part.bytes).unwrap_or(i64::MAX);
            self.part.execute(params![leaf, part.name.as_str(), bytes, part.retention, state, digest.as_bytes()])?;
        }
        Ok(())
    }

    fn call(&mut self, leaf: u64, call: &Call) -> Result<()> {
        let (texts, cut) = call.texts();
        let (head, trace) = (&call.head, &call.trace);
        let trial = call.placed.then_some(&trace.trial);
        let cue = trace.cue.as_ref().filter(|_| call.placed);
        let last = call.verdicts().last();
        self.trace.execute(params![
            leaf,
            head.trace,
            call.said("model"),
            call.said("effort"),
            call.counted("called_ms"),
            head.at_ms,
            trial.map(|trial| &trial.unit),
            trial.and_then(|trial| trial.audit.as_ref()),
            trial.and_then(|trial| trial.arm.as_ref()),
            call.counted("sample"),
            trace.stratum.as_ref().filter(|_| call.placed),
            last.map(|(_, outcome)| outcome),
            last.map(|(verifier, _)| verifier),
            call.reasoning(),
            call.tokens("input"),
            call.tokens("cached_input"),
            call.tokens("output"),
            call.tokens("reasoning"),
            call.counted("cost_micro"),
            head.about.get("planted").is_some_and(|planted| *planted == true),
            head.subject,
            cue.map(|cue| cue.kind.as_str()),
            cue.and_then(|cue| cue.target.as_ref()),
            trace.answer(),
            trace.question.gold.as_ref().filter(|_| call.placed),
            call.unreadable,
            cut.then_some(1),
        ])?;
        for (position, (verifier, outcome)) in call.verdicts().enumerate() {
            self.verdict.execute(params![leaf, position as u64, verifier, outcome])?;
        }
        let (mut labels, mut scores) = (0, 0);
        for event in &trace.events {
            match event {
                Event::Label(label) => {
                    let by = match label.by {
                        crate::Labeller::Human => "human",
                        crate::Labeller::Judge => "judge",
                        crate::Labeller::Source => "source",
                    };
                    self.label.execute(params![
                        leaf,
                        labels,
                        label.name,
                        Stated(&label.value),
                        by,
                        label.who,
                        label.note
                    ])?;
                    labels += 1;
                }
                // What is no number is no score.
                Event::Score { name, value } if !value.is_nan() => {
                    self.score.execute(params![leaf, scores, name, value])?;
                    scores += 1;
                }
                _ => {}
            }
        }
        if texts.iter().any(|text| !text.is_empty()) {
            let mut row: Vec<Value> = Vec::with_capacity(texts.len() + 1);
            row.push(Value::Integer(i64::try_from(leaf).unwrap_or(i64::MAX)));
            row.extend(texts.into_iter().map(|text| if text.is_empty() { Value::Null } else { Value::Text(text) }));
            self.texts.execute(rusqlite::params_from_iter(row))?;
        }
        Ok(())
    }

    fn act(&mut self, leaf: u64, head: &Head, act: &Act) -> Result<()> {
        let (hold, reason, chosen) = match act {
            Act::Erasure(erasure) => (None, &erasure.basis, Some(erasure.chosen.to_string())),
            Act::Hold(hold) => (Some(&hold.hold), &hold.reason, Some(hold.chosen.to_string())),
            Act::Release(release) => (Some(&release.hold), &release.reason, None),
        };
        self.act.execute(params![leaf, head.kind, head.at_ms, hold, reason, chosen])?;
        Ok(())
    }
}

/// The value of a label: a word for yes and no, so that it is not a number.
struct Stated<'l>(&'l LabelValue);

impl ToSql for Stated<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            LabelValue::Bool(true) => "true".into(),
            LabelValue::Bool(false) => "false".into(),
            LabelValue::Number(number) => (*number).into(),
            LabelValue::Text(text) => text.as_str().into(),
        })
    }
}
