//! The tables of an index. Not what stands in them: see `entry`.

use rusqlite::Connection;

/// The layout that this version writes; another one is folded anew.
pub(super) const VERSION: i64 = 2;

/// The application that the file belongs to, in its header: "cndr".
pub(super) const APPLICATION: i64 = 0x636e_6472;

/// A table that can be asked, with its columns.
pub type Described = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The tables that can be asked: name, what a row is, and the columns with what they hold.
pub const TABLES: [Described; 8] = [
    (
        "traces",
        "one call",
        &[
            ("leaf", "its leaf in the log"),
            ("id", "32 hexadecimal digits"),
            ("model", "as the source names it"),
            ("effort", "off, a level, or a budget"),
            ("called_ms", "when the call began, milliseconds since 1970 (UTC)"),
            ("recorded_ms", "when it was recorded"),
            ("unit", "the question"),
            ("audit", "the audit that asked for it"),
            ("arm", "its arm"),
            ("sample", "which sample, from 0"),
            ("stratum", "task, category, language"),
            ("outcome", "the last verdict: correct, wrong, no_answer, error"),
            ("verifier", "who gave it"),
            ("reasoning", "provenance of the chain of thought: raw, summary, redacted, truncated, absent"),
            ("tokens_input", "tokens"),
            ("tokens_cached_input", "tokens"),
            ("tokens_output", "tokens"),
            ("tokens_reasoning", "tokens"),
            ("cost_micro", "millionths of a dollar"),
            ("planted", "1: a planted process, not a language model"),
            ("subject", "random pseudonym of whom it is about"),
            ("cue", "kind of a planted cue"),
            ("cue_target", "the option that it points to"),
            ("answer", "the answer given"),
            ("gold", "the right one"),
            ("unreadable", "why it cannot be read: erased, missing, damaged, misread; null where it can"),
        ],
    ),
    (
        "texts",
        "the words of a call that still exist; texts MATCH '\"all tests pass\"'",
        &[
            ("rowid", "its leaf"),
            ("request", "what was asked"),
            ("retrieval", "what was fetched"),
            ("tools", "tools called and what they gave back"),
            ("reasoning", "chain of thought"),
            ("output", "what the caller got"),
            ("verdict", "why a verifier decided so"),
            ("label", "what was said about it"),
        ],
    ),
    (
        "parts",
        "content that a leaf commits to",
        &[
            ("leaf", "the leaf"),
            ("name", "request, reasoning, output, …"),
            ("bytes", "bytes of content"),
            ("retention", "retention class"),
            ("state", "there, erased, missing, damaged"),
            ("digest", "SHA-256 of salt, name and content"),
        ],
    ),
    (
        "verdicts",
        "a verdict",
        &[("leaf", "its trace"), ("position", "from 0"), ("verifier", "who"), ("outcome", "as in traces")],
    ),
    (
        "labels",
        "what somebody said about a call, with it or in a later leaf; a labeller's last word",
        &[
            ("leaf", "its trace"),
            ("position", "from 0"),
            ("name", "what is stated"),
            ("value", "true, false, a number, a word"),
            ("by", "human, judge, source"),
            ("who", "which of several, by a name of their own"),
            ("note", "why, in their words"),
        ],
    ),
    (
        "scores",
        "a number that was given to a call",
        &[("leaf", "its trace"), ("position", "from 0"), ("name", "whose"), ("value", "on the source's scale")],
    ),
    (
        "acts",
        "an erasure, a hold or its release",
        &[
            ("leaf", "the leaf that tells it"),
            ("kind", "erasure, hold, release"),
            ("at_ms", "when, milliseconds since 1970 (UTC)"),
            ("hold", "name of the hold"),
            ("reason", "basis or reason as stated; not examined"),
            ("chosen", "what it concerns"),
        ],
    ),
    (
        "facts",
        "a leaf that is neither a trace nor an act",
        &[
            ("leaf", "the leaf"),
            ("kind", "run, label, …"),
            ("at_ms", "when it was recorded"),
            ("trace", "the trace that it belongs to"),
            ("subject", "whom it is about"),
            ("about", "what it says: JSON"),
        ],
    ),
];

/// Tokens end at whatever is neither a letter nor a digit and keep their accents, so that words stand in a text only where their tokens do.
const TABLES_SQL: &str = "
CREATE TABLE applied(
  through INTEGER NOT NULL,
  root BLOB NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE traces(
  leaf INTEGER PRIMARY KEY,
  id TEXT,
  model TEXT,
  effort TEXT,
  called_ms INTEGER,
  recorded_ms INTEGER NOT NULL,
  unit TEXT,
  audit TEXT,
  arm TEXT,
  sample INTEGER,
  stratum TEXT,
  outcome TEXT,
  verifier TEXT,
  reasoning TEXT,
  tokens_input INTEGER,
  tokens_cached_input INTEGER,
  tokens_output INTEGER,
  tokens_reasoning INTEGER,
  cost_micro INTEGER,
  planted INTEGER NOT NULL,
  subject TEXT,
  cue TEXT,
  cue_target TEXT,
  answer TEXT,
  gold TEXT,
  unreadable TEXT,
  cut INTEGER
);
CREATE TABLE parts(
  leaf INTEGER NOT NULL,
  name TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  retention TEXT NOT NULL,
  state TEXT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY(leaf, name)
) WITHOUT ROWID;
CREATE TABLE verdicts(
  leaf INTEGER NOT NULL,
  position INTEGER NOT NULL,
  verifier TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY(leaf, position)
) WITHOUT ROWID;
CREATE TABLE labels(
  leaf INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  value,
  by TEXT NOT NULL,
  who TEXT,
  note TEXT,
  PRIMARY KEY(leaf, position)
) WITHOUT ROWID;
CREATE TABLE scores(
  leaf INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY(leaf, position)
) WITHOUT ROWID;
CREATE TABLE acts(
  leaf INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  hold TEXT,
  reason TEXT NOT NULL,
  chosen TEXT
);
CREATE TABLE facts(
  leaf INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  trace TEXT,
  subject TEXT,
  about TEXT NOT NULL
);
CREATE VIRTUAL TABLE texts USING fts5(
  request, retrieval, tools, reasoning, output, verdict, label,
  tokenize = \"unicode61 remove_diacritics 0\"
);
CREATE VIRTUAL TABLE words USING fts5vocab(texts, row);
INSERT INTO texts(texts, rank) VALUES('secure-delete', 1);
INSERT INTO texts(texts, rank) VALUES('hashsize', 33554432);
CREATE INDEX traces_by_setting ON traces(model, effort, outcome, arm, reasoning);
CREATE INDEX traces_by_outcome ON traces(outcome, model);
CREATE INDEX traces_by_id ON traces(id);
CREATE INDEX traces_by_unit ON traces(unit);
CREATE INDEX traces_by_call ON traces(called_ms);
CREATE INDEX traces_by_subject ON traces(subject) WHERE subject IS NOT NULL;
CREATE INDEX traces_unreadable ON traces(unreadable) WHERE unreadable IS NOT NULL;
CREATE INDEX traces_planted ON traces(planted) WHERE planted;
CREATE INDEX traces_cut ON traces(cut) WHERE cut IS NOT NULL;
CREATE INDEX labels_later ON facts(trace, leaf) WHERE kind = 'label';
CREATE INDEX labels_by_name ON labels(name, value);
";

/// Makes the tables in an empty file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!(
        "BEGIN; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {TABLES_SQL} COMMIT;"
    ))
}
