//! Folded in any steps the index holds the same; what is erased is nowhere in its files; what does not fit its record is folded anew.

use std::fs;
use std::path::Path;

use candor_llm::{Conversation, Message, Part as Said, Provenance, Reasoning, Role};
use candor_record::act::Selection;
use candor_record::journal::Ticket;
use candor_record::leaf::{Head, Part, PartName, VERSION};
use candor_record::record::{Record, Settings};
use candor_verify::Verdict;

use super::*;
use crate::recorded::{KIND, REASONING, about, split};
use crate::{Document, Event, Label, LabelValue, Labeller, Money, Trace, TraceId, Trial};

/// A trace whose texts each hold a word that no other trace has.
pub(crate) fn trace(number: u64) -> Trace {
    let right = !number.is_multiple_of(3);
    let thought = Said::Reasoning(Reasoning::raw(format!("earlier{number:06}chain")));
    Trace {
        recorded_id: Some(TraceId(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060).to_be_bytes())),
        trial: Trial {
            unit: format!("person{number:06}unit"),
            arm: Some("plain".into()),
            sample: 1,
            ..Trial::default()
        },
        stratum: Some("sums".into()),
        model: Some(["pebble", "marble"][usize::from(number.is_multiple_of(2))].into()),
        at_ms: Some(1_764_144_000_000 + i64::try_from(number).unwrap()),
        cost: Some(Money(1_200)),
        question: crate::Question { gold: Some(format!("gold{number:06}word")), options: None },
        events: vec![
            Event::Request(Conversation {
                messages: vec![
                    Message::text(Role::User, format!("asked{number:06}word for a sum")),
                    Message { role: Role::Assistant, parts: vec![thought] },
                ],
            }),
            Event::Retrieval {
                query: "sums".into(),
                documents: vec![Document { id: "d".into(), text: format!("fetched{number:06}word") }],
            },
            Event::ToolCall { id: "t".into(), name: "shell".into(), arguments: format!("run{number:06}word") },
            Event::Reasoning(Reasoning::raw(format!("thought{number:06}word and all tests pass"))),
            Event::Output {
                text: format!("said{number:06}word: Tests passed"),
                answer: Some(format!("answer{number:06}word")),
                finish: None,
            },
            Event::Verdict {
                verifier: "exact".into(),
                verdict: Verdict::of(right, format!("answer{number:06}word"), format!("why{number:06}word")),
            },
            Event::Label(Label {
                name: "mentions_cue".into(),
                value: LabelValue::Text(format!("label{number:06}word")),
                by: Labeller::Human,
                who: None,
                note: None,
            }),
            Event::Score { name: "reward".into(), value: 0.5 },
        ],
        ..Trace::default()
    }
}

fn record(folder: &Path) -> Record {
    if !folder.join("key").exists() {
        Record::create(folder, "example.org/log").unwrap();
    }
    Record::open(folder, Settings::default()).unwrap()
}

fn submit(record: &Record, trace: &Trace, number: u64) -> Ticket {
    let parts: Vec<(Part, String)> = split(trace)
        .unwrap()
        .into_iter()
        .map(|piece| {
            let class = if piece.name == REASONING { "chain" } else { "standard" };
            let salt = u128::from(number).to_le_bytes();
            (Part::new(salt, PartName::new(piece.name).unwrap(), piece.content), class.to_owned())
        })
        .collect();
    let head = Head {
        version: VERSION,
        kind: KIND.into(),
        at_ms: 1_000,
        trace: trace.recorded_id.map(|id| id.to_string()),
        subject: Some(format!("s{}", number % 5)),
        parts: Vec::new(),
        about: about(trace, 0),
    };
    record.submit(head, &parts).unwrap()
}

fn append(record: &Record, numbers: std::ops::Range<u64>) {
    append_these(record, &numbers.map(|number| (number, trace(number))).collect::<Vec<_>>());
}

fn append_these(record: &Record, traces: &[(u64, Trace)]) {
    let tickets: Vec<Ticket> = traces.iter().map(|(number, trace)| submit(record, trace, *number)).collect();
    tickets.into_iter().for_each(|ticket| ticket.wait().map(|_| ()).unwrap());
    record.integrate(2_000).unwrap();
}

pub(super) fn fill(folder: &Path, numbers: std::ops::Range<u64>) -> Record {
    let record = record(folder);
    append(&record, numbers);
    record
}

/// A record of these traces.
pub(super) fn fill_with(folder: &Path, traces: &[Trace]) -> Record {
    let record = record(folder);
    append_these(&record, &(0..).zip(traces.iter().cloned()).collect::<Vec<_>>());
    record
}

/// Every row of every table, in order.
fn dump(folder: &Path) -> Vec<String> {
    let mut index = Index::open(folder).unwrap().0;
    let mut rows = Vec::new();
    for table in ["traces", "parts", "verdicts", "labels", "scores", "acts", "facts", "applied", "texts", "words"] {
        let columns = if table == "texts" { "rowid, *" } else { "*" };
        let found = ask(&mut index, &format!("select {columns} from {table} order by 1, 2"));
        rows.extend(found.rows.iter().map(|row| format!("{table} {row:?}")));
    }
    rows
}

pub(super) fn unbounded() -> Bounds {
    Bounds { rows: usize::MAX, bytes: usize::MAX, stop: Box::new(|| false) }
}

pub(super) fn ask(index: &mut Index, sql: &str) -> Table {
    index.ask(sql, unbounded()).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

pub(super) fn one(index: &mut Index, sql: &str) -> Value {
    ask(index, sql).rows[0][0].clone()
}

/// Traces that can be read, and traces that cannot.
fn readable(index: &Index) -> (u64, u64) {
    let counts = index.counts().unwrap();
    (counts.traces - counts.unreadable, counts.unreadable)
}

/// Whether any file of the index holds these bytes.
fn in_files(folder: &Path, needle: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(FILE) && memchr::memmem::find(&fs::read(&path).unwrap(), needle.as_bytes()).is_some()
    })
}

#[test]
fn a_trace_becomes_rows_and_words() {
    let folder = tempfile::tempdir().unwrap();
    drop(fill(folder.path(), 0..40));
    let (mut index, folded) = Index::open(folder.path()).unwrap();
    assert_eq!(folded, Folded { through: 40, new: 40, erased: 0, anew: Some(Anew::None) });
    assert_eq!(readable(&index), (40, 0));
    let row = ask(
        &mut index,
        "select unit, model, outcome, verifier, answer, gold, reasoning, cost_micro from traces where leaf = 7",
    );
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(
        row.rows[0],
        [
            text("person000007unit"),
            text("pebble"),
            text("correct"),
            text("exact"),
            text("answer000007word"),
            text("gold000007word"),
            text(Provenance::Raw.as_str()),
            Value::Integer(1_200)
        ]
    );
    for (column, word) in [
        ("request", "asked000007word"),
        ("retrieval", "fetched000007word"),
        ("tools", "run000007word"),
        ("reasoning", "thought000007word"),
        ("reasoning", "earlier000007chain"),
        ("output", "said000007word"),
        ("verdict", "why000007word"),
        ("label", "label000007word"),
    ] {
        let sql = format!("select group_concat(rowid) from texts where texts match '{column}: {word}'");
        assert_eq!(one(&mut index, &sql), text("7"), "{sql}");
    }
    assert_eq!(one(&mut index, "select count(*) from parts where state = 'there'"), Value::Integer(40 * 8));
    assert_eq!(
        one(&mut index, "select count(*) from texts where texts match '\"all tests pass\"'"),
        Value::Integer(40)
    );
    assert_eq!(one(&mut index, "select value from scores where leaf = 3"), Value::Real(0.5));
    assert_eq!(one(&mut index, "select value from labels where leaf = 3"), text("label000003word"));
    // A second time there is nothing to do.
    assert_eq!(Index::open(folder.path()).unwrap().1, Folded { through: 40, new: 0, erased: 0, anew: None });
}

/// Says something of a trace that was recorded; returns the leaf.
fn say(record: &Record, number: u64, name: &str, value: &str, who: Option<&str>, note: Option<&str>) -> u64 {
    let label = Label {
        name: name.into(),
        value: LabelValue::Text(value.into()),
        by: Labeller::Human,
        who: who.map(str::to_owned),
        note: note.map(str::to_owned),
    };
    let id = trace(number).recorded_id.unwrap();
    let (head, parts) = crate::recorded::label(id, Some(&format!("s{}", number % 5)), &label, 2_500).unwrap();
    record.append(head, &parts).unwrap().leaf
}

/// Traces, labels, erasures of several kinds, and more traces.
fn eventful(folder: &Path, mut after: impl FnMut()) {
    let record = fill(folder, 0..30);
    after();
    say(&record, 7, "mentions_cue", "secondlook", None, Some("noteword"));
    let gone = say(&record, 7, "mentions_cue", "thirdlook", None, None);
    say(&record, 7, "mentions_cue", "otherperson", Some("r2"), None);
    say(&record, 8, "tone", "dry", None, None);
    // Goes with all of its subject's.
    say(&record, 6, "tone", "erasedword", None, Some("erasednote"));
    record.integrate(2_600).unwrap();
    after();
    record.erase(&Selection::Leaf { leaf: gone, parts: Vec::new() }, "a slip", 2_700).unwrap();
    after();
    say(&record, 8, "tone", "wry", None, None);
    record
        .erase(&Selection::Leaf { leaf: 3, parts: vec![PartName::new("output").unwrap()] }, "asked for", 3_000)
        .unwrap();
    after();
    record.erase(&Selection::Subject("s1".into()), "request of 2026-11-26", 3_000).unwrap();
    append(&record, 40..60);
    after();
    record
        .erase(&Selection::Leaf { leaf: 3, parts: vec![PartName::new("tools").unwrap()] }, "asked for", 5_000)
        .unwrap();
    record.erase(&Selection::Retention { class: "chain".into(), before_ms: 2_000 }, "retention", 5_000).unwrap();
    after();
    append(&record, 99..100);
    let head = Head {
        version: VERSION,
        kind: "run".into(),
        at_ms: 1,
        trace: None,
        subject: None,
        parts: Vec::new(),
        about: serde_json::from_str(r#"{"audit":"lift"}"#).unwrap(),
    };
    record.append(head, &[]).unwrap();
    record.close(6_000).unwrap();
    after();
}

#[test]
fn folded_step_by_step_in_any_batches_it_holds_what_it_holds_folded_at_once() {
    let folder = tempfile::tempdir().unwrap();
    eventful(folder.path(), || {});
    let (_, folded) = Index::open(folder.path()).unwrap();
    assert_eq!((folded.new, folded.erased), (63, 0));
    let at_once = dump(folder.path());
    let (mut index, _) = Index::open(folder.path()).unwrap();
    let text = |text: &str| Value::Text(text.into());
    let said =
        ask(&mut index, "select leaf, name, value, who, note from labels where leaf in (6, 7, 8) order by 1, position");
    let expected: [[Value; 5]; 4] = [
        // The word that came last is gone: the one before it stands again.
        [Value::Integer(7), text("mentions_cue"), text("secondlook"), Value::Null, text("noteword")],
        [Value::Integer(7), text("mentions_cue"), text("otherperson"), text("r2"), Value::Null],
        [Value::Integer(8), text("mentions_cue"), text("label000008word"), Value::Null, Value::Null],
        [Value::Integer(8), text("tone"), text("wry"), Value::Null, Value::Null],
    ];
    assert_eq!(said.rows, expected);
    for word in ["secondlook", "noteword", "otherperson"] {
        let sql = format!("select group_concat(rowid) from texts where texts match 'label: {word}'");
        assert_eq!(one(&mut index, &sql), text("7"), "{word}");
    }
    assert_eq!(one(&mut index, "select count(*) from facts where kind = 'label'"), Value::Integer(6));
    for word in ["thirdlook", "erasedword", "erasednote"] {
        assert!(!in_files(folder.path(), word), "{word}");
    }
    drop(index);
    assert!(at_once.iter().any(|row| row.contains("\"erased\"")) && at_once.len() > 500);
    for batch in [1, 2, 3, 7, 29, 1_000] {
        let folder = tempfile::tempdir().unwrap();
        let mut erased = 0;
        eventful(folder.path(), || erased += Index::open_in_batches(folder.path(), batch, None).unwrap().1.erased);
        assert!(erased > 30, "{erased}");
        let steps = dump(folder.path());
        // The key differs from record to record.
        let alike = |row: &&String| !row.starts_with("applied") && !row.starts_with("parts");
        assert!(steps.iter().filter(alike).eq(at_once.iter().filter(alike)), "batches of {batch}");
        Index::rebuild(folder.path(), Anew::Asked).unwrap();
        assert_eq!(dump(folder.path()), steps, "batches of {batch}");
    }
}

#[test]
fn what_is_erased_is_in_none_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    // So many words that pages of the full-text index begin with erased ones.
    let record = fill(folder.path(), 0..2_000);
    drop(Index::open(folder.path()).unwrap());
    assert!(in_files(folder.path(), "thought000006word"));
    record.erase(&Selection::Subject("s1".into()), "asked for", 3_000).unwrap();
    // Another process has it open, as long as it reads nothing.
    let other = sql::connection(&folder.path().join(FILE)).unwrap();
    let (mut index, folded) = Index::open(folder.path()).unwrap();
    assert_eq!((folded.new, folded.erased, &folded.anew), (1, 400, &None));
    let words = ["person", "asked", "earlier", "fetched", "run", "thought", "said", "answer", "why", "label", "gold"];
    for number in (1..2_000).step_by(5) {
        for word in words {
            let word = format!("{word}{number:06}");
            assert!(!in_files(folder.path(), &word), "{word}");
        }
    }
    assert!(in_files(folder.path(), "thought000007word"));
    drop(other);
    assert_eq!(readable(&index), (1_600, 400));
    let erased = "select distinct unit is null and answer is null and gold is null and stratum is null, reasoning, unreadable, model from traces where leaf = 6";
    assert_eq!(
        ask(&mut index, erased).rows,
        [[
            Value::Integer(1),
            Value::Text("redacted".into()),
            Value::Text("erased".into()),
            Value::Text("marble".into())
        ]]
    );
    assert_eq!(one(&mut index, "select count(*) from texts"), Value::Integer(1_600));
    assert_eq!(one(&mut index, "select count(*) from acts where kind = 'erasure'"), Value::Integer(1));
    // One part of every trace: the rest stays.
    record.erase(&Selection::Retention { class: "chain".into(), before_ms: 2_000 }, "retention", 4_000).unwrap();
    let (mut index, _) = Index::open(folder.path()).unwrap();
    assert!(!in_files(folder.path(), "thought") && !in_files(folder.path(), "earlier"));
    assert_eq!(readable(&index), (1_600, 400));
    assert_eq!(one(&mut index, "select count(*) from texts where texts match 'output: tests'"), Value::Integer(1_600));
    assert_eq!(one(&mut index, "select count(*) from texts where texts match 'reasoning: tests'"), Value::Integer(0));
    connection_is_sound(&folder.path().join(FILE));
}

fn connection_is_sound(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    connection.execute_batch("INSERT INTO texts(texts) VALUES('integrity-check')").unwrap();
}

#[test]
fn a_reader_that_bars_erased_text_from_leaving_is_named_and_the_next_fold_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let record = fill(folder.path(), 0..50);
    drop(Index::open(folder.path()).unwrap());
    record.erase(&Selection::Subject("s1".into()), "asked for", 3_000).unwrap();
    let reader = Connection::open(folder.path().join(FILE)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM traces;").unwrap();
    fold::PATIENCE_OF_TESTS.with(|patience| patience.set(Some(std::time::Duration::from_millis(20))));
    assert!(matches!(Index::open(folder.path()), Err(IndexError::Busy { .. })));
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(Index::open(folder.path()).unwrap().1.erased, 10);
    assert!(!in_files(folder.path(), "thought000006word"));
}

#[test]
fn an_index_that_does_not_fit_its_record_is_folded_anew_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(fill(folder, 0..20));
    drop(Index::open(folder).unwrap());
    let path = folder.join(FILE);
    let fresh = dump(folder);
    let kept = fs::read(&path).unwrap();
    let anew = || {
        let (index, folded) = Index::open(folder).unwrap();
        drop(index);
        let now = dump(folder);
        (folded.anew.unwrap(), now)
    };
    // No database at all; a damaged head; damage that only a question meets.
    fs::write(&path, b"no database, and longer than a header, or so it seems".repeat(100)).unwrap();
    assert_eq!(anew(), (Anew::Damaged("file is not a database".into()), fresh.clone()));
    let damaged = |from: usize| {
        let mut damaged = kept.clone();
        damaged[from..].fill(0x5a);
        fs::write(&path, &damaged).unwrap();
    };
    damaged(200);
    let (why, now) = anew();
    assert!(matches!(why, Anew::Damaged(_)), "{why:?}");
    assert_eq!(now, fresh);
    damaged(kept.len() / 2);
    let (mut index, folded) = Index::open(folder).unwrap();
    assert_eq!(folded.anew, None);
    let error = index.ask("select * from traces, texts, parts", unbounded()).unwrap_err();
    assert!(matches!(error, IndexError::Damaged { .. }), "{error}");
    drop(index);
    let why = Anew::Damaged(error.to_string());
    assert_eq!(Index::rebuild(folder, why.clone()).unwrap().1.anew, Some(why));
    assert_eq!(dump(folder), fresh);
    fs::write(&path, b"").unwrap();
    assert_eq!(anew(), (Anew::Version, fresh.clone()));
    // A record that goes on from a copy made before: its leaves are others.
    let copy = tempfile::tempdir().unwrap();
    copied(folder, copy.path());
    drop(fill(folder, 20..25));
    drop(Index::open(folder).unwrap());
    let ahead = fs::read(&path).unwrap();
    fs::write(copy.path().join(FILE), &ahead).unwrap();
    let (_, folded) = Index::open(copy.path()).unwrap();
    let why = Anew::OtherLeaves { folded: 25, leaves: 20 };
    assert!(why.to_string().contains("the record has 20 leaves and had 25"));
    assert_eq!(folded.anew, Some(why));
    drop(fill(copy.path(), 30..40));
    fs::write(copy.path().join(FILE), &ahead).unwrap();
    let (mut index, folded) = Index::open(copy.path()).unwrap();
    assert_eq!(folded.anew, Some(Anew::OtherLeaves { folded: 25, leaves: 30 }));
    assert_eq!(one(&mut index, "select count(*) from traces where unit = 'person000022unit'"), Value::Integer(0));
    // Another record's.
    let other = tempfile::tempdir().unwrap();
    drop(fill(other.path(), 0..30));
    fs::write(other.path().join(FILE), &ahead).unwrap();
    assert_eq!(Index::open(other.path()).unwrap().1.anew, Some(Anew::OtherRecord));
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn what_is_missing_or_damaged_is_counted_and_a_public_half_has_leaves_alone() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 0..6).close(3_000).unwrap();
    let pack = folder.path().join("content/0000000000000000.pack");
    let (mut index, _) = Index::open(folder.path()).unwrap();
    let Value::Bytes(digest) = one(&mut index, "select digest from parts where leaf = 4 and name = 'tools'") else {
        panic!("no digest")
    };
    // Behind the digest stand four bytes of check and then what is stored.
    let mut damaged = fs::read(&pack).unwrap();
    let at = memchr::memmem::find(&damaged, &digest).unwrap() + 32 + 4 + 20;
    damaged[at] ^= 1;
    fs::write(&pack, &damaged).unwrap();
    let (mut index, _) = Index::rebuild(folder.path(), Anew::Asked).unwrap();
    assert_eq!(readable(&index), (5, 1));
    assert_eq!(one(&mut index, "select unreadable from traces where leaf = 4"), Value::Text("damaged".into()));
    assert_eq!(
        one(&mut index, "select state from parts where leaf = 4 and name = 'tools'"),
        Value::Text("damaged".into())
    );
    assert_eq!(one(&mut index, "select rowid from texts where texts match 'said000004word'"), Value::Integer(4));
    fs::remove_dir_all(folder.path().join("content")).unwrap();
    let (mut index, _) = Index::rebuild(folder.path(), Anew::Asked).unwrap();
    assert_eq!(readable(&index), (0, 6));
    assert_eq!(
        one(&mut index, "select count(*) from traces where unreadable = 'missing' and model = 'pebble'"),
        Value::Integer(3)
    );
    assert_eq!(one(&mut index, "select count(*) from texts"), Value::Integer(0));
}

#[test]
fn a_record_without_leaves_has_an_index_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    Record::create(folder.path(), "example.org/log").unwrap();
    assert_eq!(Index::open(folder.path()).unwrap().1.anew, Some(Anew::None));
    let (index, folded) = Index::open(folder.path()).unwrap();
    assert_eq!((folded.anew, readable(&index)), (None, (0, 0)));
    assert!(matches!(Index::open(&folder.path().join("nowhere")), Err(IndexError::Io { .. })));
}
