//! Exports written and read again: nothing lost, nothing shown that was withheld, damage named, hostile files bounded.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use candor_llm::{Conversation, Finish, Message, Part, Provenance, Reasoning, Role};
use candor_verify::{Outcome, Verdict};

use super::*;
use crate::import::{self, Format, Options, Source, Summary};
use crate::{Document, Event, Label, LabelValue, Labeller, Money, Trace, TraceId};

const DAY: i64 = 86_400_000;

/// A call with an event of every kind; a few of them differ from call to call.
fn call(number: u8) -> Trace {
    let mut trace = Trace { recorded_id: Some(TraceId([number; 16])), ..Trace::default() };
    trace.trial.unit = format!("question {}", number / 4);
    trace.trial.sample = u32::from(number % 4);
    trace.trial.arm = (!number.is_multiple_of(3)).then(|| "cued".to_owned());
    trace.model = Some("planted-1".to_owned());
    trace.at_ms = (!number.is_multiple_of(5)).then_some(1_764_201_600_000 + i64::from(number % 5) * DAY);
    trace.question.gold = Some("B".to_owned());
    trace.usage.output = Some(1_000 + u64::from(number));
    trace.cost = Some(Money(i64::from(number) * 7));
    trace.planted = true;
    let secret = || Reasoning { text: format!("the secret thought {number}"), provenance: Provenance::Raw };
    let mut asked = Conversation::default();
    asked.messages.push(Message {
        role: Role::Assistant,
        parts: vec![Part::Reasoning(secret()), Part::Text { text: "so".into() }],
    });
    asked
        .messages
        .push(Message { role: Role::User, parts: vec![Part::Text { text: format!("ask {number} \u{1F980}") }] });
    trace.events = vec![
        Event::Request(asked),
        Event::Retrieval { query: "q".into(), documents: vec![Document { id: "d".into(), text: "found".into() }] },
        Event::ToolCall { id: "1".into(), name: "run".into(), arguments: "{}".into() },
        Event::ToolResult { id: "1".into(), content: "101".into(), exit_code: Some(101), is_error: None },
        Event::Reasoning(secret()),
        Event::Output { text: "B".into(), answer: Some("B".into()), finish: Some(Finish::Stop) },
        Event::Verdict {
            verifier: "choice".into(),
            verdict: Verdict {
                outcome: if number.is_multiple_of(2) { Outcome::Correct } else { Outcome::Wrong },
                extracted: Some("B".into()),
                why: "as asked".into(),
            },
        },
        Event::Score { name: "reward".into(), value: 0.1 + f64::from(number) },
        Event::Label(label("sections", "the secret thought again")),
        Event::Label(label("mentions_cue", "yes")),
    ];
    trace
}

fn label(name: &str, value: &str) -> Label {
    Label { name: name.into(), value: LabelValue::Text(value.into()), by: Labeller::Human, who: None, note: None }
}

/// Exports them into a folder.
fn export(traces: &[Trace], folder: &Path, meant: &Meant) -> crate::Result<(Manifest, BTreeMap<String, Change>)> {
    let mut days = Days::in_folder(folder.with_extension("spool"))?;
    traces.iter().try_for_each(|trace| days.add(trace))?;
    write(days, folder, meant).map(|(manifest, changes)| (manifest, changes.into_iter().collect()))
}

fn with_chain() -> Meant {
    Meant { chain: true, ..Meant::default() }
}

/// Reads what is there, by identifier, where it was read left out.
fn import(folder: &Path, skip_invalid: bool) -> crate::Result<(BTreeMap<TraceId, Trace>, Summary)> {
    let mut read = BTreeMap::new();
    let options = Options { skip_invalid, ..Options::default() };
    let summary = import::read(&Source::new(folder), &options, &mut |mut trace| {
        trace.origin = crate::Origin::default();
        read.insert(trace.id(), trace);
        ControlFlow::Continue(())
    })?;
    Ok((read, summary))
}

#[test]
fn what_is_exported_is_read_again_to_the_last_event() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    let traces: Vec<Trace> = (0..60).map(call).collect();
    let (manifest, changes) = export(&traces, &place, &with_chain()).unwrap();
    assert_eq!((manifest.traces, manifest.files.len()), (60, 5));
    assert!(changes.values().all(|change| *change == Change::Written));
    let names: Vec<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names[0], "day=2025-11-28/traces.parquet");
    assert_eq!(names[4], "day=unknown/traces.parquet");
    let (read, summary) = import(&place, false).unwrap();
    for trace in &traces {
        assert_eq!(&read[&trace.id()], trace);
    }
    assert_eq!((read.len(), summary.traces), (traces.len(), 60));
    assert!(summary.files.iter().all(|file| file.format == Format::Parquet));
    assert_eq!(summary.skipped[0].reason, import::SkipReason::Manifest);
    assert!(!place.with_extension("spool").exists());
}

#[test]
fn a_chain_that_was_not_asked_for_is_nowhere_and_reads_as_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    export(&[call(1), call(2)], &place, &Meant::default()).unwrap();
    let (read, _) = import(&place, false).unwrap();
    for trace in read.values() {
        let shown = format!("{trace:?}");
        assert!(!shown.contains("secret"), "{shown}");
        assert_eq!(trace.provenance(), Provenance::Redacted);
        assert!(trace.label("mentions_cue").is_some() && trace.label("sections").is_none());
        assert_eq!(trace.output(), Some("B"));
    }
    // What kind of chain there was stays to be asked.
    let first = place.join("day=2025-11-28/traces.parquet");
    let file = fs::File::open(&first).unwrap();
    let reader = ::parquet::file::serialized_reader::SerializedFileReader::new(file).unwrap();
    let row = ::parquet::record::reader::RowIter::from_file(None, &reader).unwrap().next().unwrap().unwrap();
    let shown = row.to_string();
    assert!(shown.contains("reasoning: \"raw\"") && shown.contains("is_correct: false"), "{shown}");
}

#[test]
fn an_export_over_an_earlier_one_touches_only_days_that_changed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    let mut traces: Vec<Trace> = (0..20).map(call).collect();
    let (first, _) = export(&traces, &place, &with_chain()).unwrap();
    let (again, changes) = export(&traces, &place, &with_chain()).unwrap();
    assert_eq!(first, again);
    assert!(changes.values().all(|change| *change == Change::Kept), "{changes:?}");
    // One day loses everything, another one a call.
    traces
        .retain(|trace| trace.at_ms.is_some_and(|at| at != 1_764_201_600_000 + DAY) && trace.id() != TraceId([7; 16]));
    let (_, changes) = export(&traces, &place, &with_chain()).unwrap();
    let of = |day: &str| changes[&format!("day={day}/traces.parquet")];
    assert_eq!((of("2025-11-28"), of("unknown")), (Change::Removed, Change::Removed));
    assert_eq!((of("2025-11-29"), of("2025-11-30")), (Change::Written, Change::Kept));
    assert!(!place.join("day=2025-11-28").exists());
    assert_eq!(import(&place, false).unwrap().0.len(), traces.len());
    // A damaged file is replaced although nothing changed.
    let damaged = place.join("day=2025-11-30/traces.parquet");
    fs::write(&damaged, b"PAR1").unwrap();
    let (_, changes) = export(&traces, &place, &with_chain()).unwrap();
    assert_eq!(changes["day=2025-11-30/traces.parquet"], Change::Written);
}

#[test]
fn something_else_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    export(&[call(1)], &place, &Meant::default()).unwrap();
    let refused = export(&[call(1)], &place, &with_chain()).unwrap_err().to_string();
    assert!(refused.contains("found one of all traces without the chain of thought"), "{refused}");
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine.txt"), "mine").unwrap();
    let refused = export(&[call(1)], &other, &Meant::default()).unwrap_err().to_string();
    assert!(refused.contains("mine.txt"), "{refused}");
    assert_eq!(fs::read(other.join("mine.txt")).unwrap(), b"mine");
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    export(&(0..20).map(call).collect::<Vec<_>>(), &place, &with_chain()).unwrap();
    let (one, other) = (place.join("day=2025-11-28/traces.parquet"), place.join("day=2025-11-29/traces.parquet"));
    fs::copy(&one, &other).unwrap();
    let found = import(&place, false).unwrap_err().to_string();
    assert!(found.contains("day=2025-11-29/traces.parquet:0") && found.contains("SHA-256"), "{found}");
    fs::remove_file(&other).unwrap();
    let found = import(&place, false).unwrap_err().to_string();
    assert!(found.contains("manifest.json") && found.contains("no such file"), "{found}");
    let (read, summary) = import(&place, true).unwrap();
    assert_eq!((read.len(), summary.invalid), (16, 1));
}

#[test]
fn parquet_of_others_is_told_apart() {
    use ::parquet::data_type::Int64Type;
    use ::parquet::file::writer::SerializedFileWriter;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.parquet");
    let schema =
        ::parquet::schema::parser::parse_message_type("message m { required int64 id; required int64 x; }").unwrap();
    let file = fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema.into(), std::sync::Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        column.typed::<Int64Type>().write_batch(&[1, 2], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let refused = import(&path, false).unwrap_err().to_string();
    assert!(refused.contains("Parquet with the columns id, x"), "{refused}");
}

/// The identifier and the parts of traces, as another program may write them: in required columns, packed and encoded its own way.
fn foreign(traces: &[Trace], properties: ::parquet::file::properties::WriterProperties) -> Vec<u8> {
    use ::parquet::data_type::{ByteArray, ByteArrayType};
    use ::parquet::file::writer::SerializedFileWriter;
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).filter(|name| name.starts_with("part_")).collect();
    let columns: String = names.iter().map(|name| format!("optional binary {name} (UTF8); ")).collect();
    let schema = format!("message m {{ required binary id (UTF8); {columns} }}");
    let schema = ::parquet::schema::parser::parse_message_type(&schema).unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.into(), properties.into()).unwrap();
    for traces in traces.chunks(7) {
        let mut group = writer.next_row_group().unwrap();
        let mut put = |there: Option<&[i16]>, values: Vec<ByteArray>| {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, there, None).unwrap();
            column.close().unwrap();
        };
        put(None, traces.iter().map(|trace| trace.id().to_string().into_bytes().into()).collect());
        let split: Vec<_> = traces.iter().map(|trace| crate::recorded::split(trace).unwrap()).collect();
        for name in &names {
            let of = |pieces: &Vec<crate::recorded::Piece>| {
                pieces
                    .iter()
                    .find(|piece| name.ends_with(piece.name))
                    .map(|piece| ByteArray::from(piece.content.clone()))
            };
            let values: Vec<Option<ByteArray>> = split.iter().map(of).collect();
            let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
            put(Some(&there), values.into_iter().flatten().collect());
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// Ways in which other programs pack and encode.
fn ways() -> Vec<::parquet::file::properties::WriterProperties> {
    use ::parquet::basic::{Compression, Encoding};
    use ::parquet::file::properties::{WriterProperties, WriterVersion};
    let plain = || WriterProperties::builder().set_compression(Compression::UNCOMPRESSED);
    let second = || plain().set_writer_version(WriterVersion::PARQUET_2_0);
    vec![
        plain().set_compression(Compression::SNAPPY).build(),
        plain().build(),
        // Without a dictionary the second version would choose delta encodings.
        second().set_data_page_row_count_limit(3).build(),
        second().set_dictionary_enabled(false).set_encoding(Encoding::PLAIN).build(),
        plain().set_dictionary_enabled(false).set_data_page_size_limit(100).build(),
    ]
}

#[test]
fn what_other_programs_made_of_an_export_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("selected.parquet");
    let mut traces: Vec<Trace> = (0..20).map(call).collect();
    traces.iter_mut().step_by(3).for_each(|trace| trace.events.truncate(2));
    for properties in ways() {
        fs::write(&path, foreign(&traces, properties)).unwrap();
        let (read, _) = import(&path, false).unwrap();
        assert_eq!(read.len(), traces.len());
        assert!(traces.iter().all(|trace| read[&trace.id()] == *trace));
    }
    let delta = ::parquet::file::properties::WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(::parquet::basic::Encoding::DELTA_BYTE_ARRAY);
    fs::write(&path, foreign(&traces, delta.build())).unwrap();
    let refused = import(&path, false).unwrap_err().to_string();
    assert!(refused.contains("without delta encodings"), "{refused}");
}

/// Files that claim of themselves what is not so end in a named problem and never in a panic or in gigabytes.
#[test]
fn hostile_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    let traces: Vec<Trace> = (0..8).map(call).collect();
    export(&traces, &place, &with_chain()).unwrap();
    let mut sound = vec![fs::read(place.join("day=2025-11-28/traces.parquet")).unwrap()];
    sound.extend(ways().into_iter().map(|properties| foreign(&traces, properties)));
    let path = folder.path().join("hostile.parquet");
    let mut state = 20_261_127_u64;
    let mut below = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % end as u64).unwrap()
    };
    let (mut refused, rounds) = (0, 4_000);
    for round in 0..rounds {
        let mut bytes = sound[below(sound.len())].clone();
        let length = bytes.len();
        match round % 4 {
            0 => bytes.truncate(below(length)),
            // The footer is at the end; most of what is believed stands there and at the heads of pages.
            1 => bytes[length - 1 - below(2_000.min(length))] = below(256).to_le_bytes()[0],
            _ => {
                for _ in 0..=below(3) {
                    bytes[below(length)] = below(256).to_le_bytes()[0];
                }
            }
        }
        fs::write(&path, &bytes).unwrap();
        refused += u32::from(import(&path, false).is_err());
    }
    assert!(refused > rounds / 3, "{refused}");
}

#[test]
fn the_page_lists_every_column() {
    let page = include_str!("../../../../docs/formats/parquet.md");
    let mut rows = page.lines().skip_while(|line| *line != "| column | type | what |").skip(2);
    for column in COLUMNS {
        let row = rows.next().unwrap();
        assert!(
            row.starts_with(&format!("| `{}` | ", column.name)) && row.ends_with(&format!("| {} |", column.what)),
            "{row}"
        );
    }
    assert!(rows.next().unwrap().is_empty());
}

/// A column that is passed over is not read: neither its bytes nor what they claim.
#[test]
fn columns_that_nobody_looks_at_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("selected.parquet");
    let traces: Vec<Trace> = (0..8).map(call).collect();
    let mut bytes = foreign(&traces, ways().remove(1));
    fs::write(&path, &bytes).unwrap();
    let about = ::parquet::file::metadata::ParquetMetaDataReader::new();
    let about = about.parse_and_finish(&fs::File::open(&path).unwrap()).unwrap();
    for group in about.row_groups() {
        for column in group.columns().iter().filter(|column| column.column_path().string() == "part_request") {
            let (from, length) = column.byte_range();
            bytes[usize::try_from(from).unwrap()..][..usize::try_from(length).unwrap()].fill(0xff);
        }
    }
    fs::write(&path, &bytes).unwrap();
    assert!(import(&path, false).is_err());
    let options = Options { passes_over: vec!["request", "tools"], ..Options::default() };
    let mut read = 0;
    import::read(&Source::new(&path), &options, &mut |trace| {
        assert!(trace.events.iter().all(|event| !matches!(event, Event::Request(_) | Event::ToolCall { .. })));
        assert!(trace.output().is_some() && trace.verdict().is_some() && trace.reasoning().is_some());
        read += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(read, 8);
}
