//! Foreign bytes of every kind: no panic, bounded memory, an error that names its place, nothing dropped silently.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use candor_trace::import::{Format, Limits, Options, Source, Summary, detect, read, write};
use candor_trace::{Error, Mapping, Trace};
use proptest::prelude::*;

fn import(path: &Path, options: &Options<'_>) -> (Vec<Trace>, Result<Summary, Error>) {
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    });
    (traces, summary)
}

fn import_bytes(bytes: &[u8], options: &Options<'_>) -> (Vec<Trace>, Result<Summary, Error>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    import(file.path(), options)
}

const SAMPLES: &str = "{\"question_id\":1,\"correct\":true}\n{\"question_id\":2,\"correct\":false}\n";

#[test]
fn packed_files_are_read_as_they_are_and_hashed_as_they_lie() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(SAMPLES.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(SAMPLES.as_bytes(), 1).unwrap();
    for packed in [gzip, zstd] {
        let (traces, summary) = import_bytes(&packed, &Options::default());
        let file = &summary.unwrap().files[0];
        assert_eq!((traces.len(), file.format, file.bytes), (2, Format::Samples, packed.len() as u64));
        assert_eq!(file.digest, Some(candor_record::Digest::of(&packed)));
    }
}

#[test]
fn the_digest_is_that_of_the_whole_file_and_absent_where_reading_was_stopped() {
    let (_, summary) = import_bytes(SAMPLES.as_bytes(), &Options::default());
    assert_eq!(summary.unwrap().files[0].digest, Some(candor_record::Digest::of(SAMPLES.as_bytes())));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), SAMPLES).unwrap();
    let summary = read(&Source::new(file.path()), &Options::default(), &mut |_| ControlFlow::Break(())).unwrap();
    assert!(summary.stopped && summary.traces == 1 && summary.files[0].digest.is_none());
}

#[test]
fn bounds_hold() {
    let bomb = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(b"{\"question_id\":1,\"correct\":true}\n").unwrap();
        (0..64).for_each(|_| gzip.write_all(&[b' '; 1 << 16]).unwrap());
        gzip.finish().unwrap()
    };
    let limits = Limits { unpacked: 1 << 20, ..Limits::default() };
    let (_, refused) = import_bytes(&bomb, &Options { limits, ..Options::default() });
    assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
    let long = format!("{{\"question_id\":1,\"correct\":true,\"x\":\"{}\"}}\n{SAMPLES}", "y".repeat(5000));
    let limits = Limits { record: 1000, chunk: 256, ..Limits::default() };
    let options = Options { limits, skip_invalid: true, ..Options::default() };
    let (traces, summary) = import_bytes(long.as_bytes(), &options);
    let summary = summary.unwrap();
    assert_eq!((traces.len(), summary.invalid, summary.listed[0].place.record), (2, 1, 1));
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let mapping = Mapping::parse("[files]\nformat = \"json\"\n[[trace]]\nunit = \"a\"\n").unwrap();
    let (_, refused) = import_bytes(deep.as_bytes(), &Options { mapping: Some(mapping), ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("128 levels"));
    // A quote that is never closed must not swallow the file.
    let table = format!("question_id,correct\n1,\"{}", "y\n".repeat(5000));
    let limits = Limits { record: 1000, ..Limits::default() };
    let (_, refused) = import_bytes(table.as_bytes(), &Options { limits, ..Options::default() });
    assert!(refused.is_err());
}

#[test]
fn a_folder_lists_everything_that_was_not_read_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("a.jsonl", SAMPLES);
    put("b.txt", "some words");
    put("c.json", "");
    put("d.json", "{\"unknown\":1}");
    let (traces, summary) = import(folder.path(), &Options::default());
    let summary = summary.unwrap();
    assert_eq!((traces.len(), summary.files.len()), (2, 1));
    let skipped: Vec<String> =
        summary.skipped.iter().map(|skipped| format!("{}: {}", skipped.name, skipped.reason)).collect();
    assert_eq!(
        skipped,
        [
            "b.txt: not a known format: plain text",
            "c.json: empty",
            "d.json: not a known format: JSON lines with the keys unknown"
        ]
    );
    let (_, nothing) = import(&folder.path().join("b.txt"), &Options::default());
    assert!(matches!(nothing, Err(Error::Unrecognised { .. })));
}

#[test]
fn duplicate_keys_large_integers_and_wrong_types_are_found() {
    let mapping = |text: &str| Some(Mapping::parse(text).unwrap());
    let plain = "[[trace]]\nunit = \"id\"\nverdict = \"ok\"\n";
    let (_, refused) =
        import_bytes(b"{\"id\":1,\"id\":2,\"ok\":true}\n", &Options { mapping: mapping(plain), ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("twice"));
    let (traces, _) = import_bytes(
        b"{\"id\":9007199254740993,\"ok\":1}\n{\"id\":18446744073709551615,\"ok\":0}\n",
        &Options { mapping: mapping(plain), ..Options::default() },
    );
    let units: Vec<&str> = traces.iter().map(|trace| trace.trial.unit.as_str()).collect();
    assert_eq!(units, ["9007199254740993", "18446744073709551615"]);
    let (_, refused) = import_bytes(
        b"{\"id\":184467440737095516160,\"ok\":1}\n",
        &Options { mapping: mapping(plain), ..Options::default() },
    );
    assert!(refused.unwrap_err().to_string().contains("exactly"));
    let (_, refused) =
        import_bytes(b"{\"id\":1,\"ok\":{\"x\":1}}\n", &Options { mapping: mapping(plain), ..Options::default() });
    let error = refused.unwrap_err();
    let invalid = error.invalid().unwrap();
    assert_eq!((invalid.field.as_str(), invalid.expected.as_str()), ("ok (for verdict)", "a single value"));
    let zipped = "[[trace]]\neach = [\"a[*]\", \"b[*]\"]\nunit = \"id\"\nanswer = \"a[*]\"\nverdict = \"b[*]\"\n";
    let (_, refused) = import_bytes(
        b"{\"id\":1,\"a\":[1,2],\"b\":[true]}\n",
        &Options { mapping: mapping(zipped), ..Options::default() },
    );
    assert!(refused.unwrap_err().to_string().contains("as many values"));
}

#[test]
fn mappings_that_cannot_work_say_so_with_a_hint() {
    let cases = [
        ("[[trace]]\nunit = \"id\"\nanswr = \"a\"\n", "answr"),
        ("[[trace]]\nunit = \"a[*]\"\n", "without a row"),
        ("[[trace]]\nunit = { path = \"a\", capture = \"b\" }\n", "one source"),
        ("[[trace]]\nunit = { capture = \"b\" }\n", "nothing captures"),
        ("[[trace]]\nunit = { path = \"a\", from = \"x\" }\n", "[join.x]"),
        ("[[trace]]\nunit = { path = \"a\", regex = \"(\" }\n", "regex"),
        ("[[trace]]\nunit = { path = \"a\", split = \"x\" }\n", "side"),
        ("[[trace]]\nunit = \"a..b\"\n", "character"),
        ("[[trace]]\nunit = \"a\"\nscores.x = { path = \"b\", scale = 0 }\n", "other than 0"),
        ("[[trace]]\nunit = \"a\"\nscores.x = { path = \"b\", scale = 2, as = \"text\" }\n", "is for numbers"),
        ("[[trace]]\nunit = \"a\"\ncost = { path = \"b\", decimal = \",\", map = { a = 1 } }\n", "is for numbers"),
        ("[[trace]]\nunit = \"a\"\ncost = { path = \"b\", decimal = \";\" }\n", "unknown variant"),
        ("name = \"x\"\n", "[[trace]]"),
        ("[[trace]]\narm = \"a\"\n", "unit"),
        ("[[trace]]\nunit = \"a\"\ncue.target = \"b\"\n", "kind"),
    ];
    for (text, wanted) in cases {
        let error = Mapping::parse(text).unwrap_err();
        assert!(error.to_string().contains(wanted), "{text}: {error}");
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{text}");
    }
}

#[test]
fn a_mapping_that_matches_nothing_is_an_error() {
    let none = Mapping::parse("[files]\npath = \"{model}/other.json\"\n[[trace]]\nunit = \"id\"\n").unwrap();
    let (_, refused) = import_bytes(SAMPLES.as_bytes(), &Options { mapping: Some(none), ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("no file matches"));
    let never =
        Mapping::parse("[[trace]]\nwhen = [{ value = \"correct\", is = \"x\" }]\nunit = \"question_id\"\n").unwrap();
    let (_, refused) = import_bytes(SAMPLES.as_bytes(), &Options { mapping: Some(never), ..Options::default() });
    assert!(refused.unwrap_err().to_string().contains("no record"));
}

#[test]
fn what_is_written_reads_back_the_same() {
    let (traces, _) = import_bytes(SAMPLES.as_bytes(), &Options::default());
    let mut bytes = Vec::new();
    for trace in &traces {
        write(trace, &mut bytes).unwrap();
    }
    let (again, summary) = import_bytes(&bytes, &Options::default());
    assert_eq!(summary.unwrap().files[0].format, Format::Candor);
    assert_eq!(traces.iter().map(Trace::id).collect::<Vec<_>>(), again.iter().map(Trace::id).collect::<Vec<_>>());
    let mut second = Vec::new();
    for trace in &again {
        write(trace, &mut second).unwrap();
    }
    assert_eq!(bytes, second);
}

/// Beginnings that lead into every importer.
const BEGINNINGS: [&[u8]; 24] = [
    b"",
    b"{\"trial\":{\"unit\":\"q\"},\"events\":[",
    b"{\"choices\":[{\"message\":{\"content\":",
    b"{\"type\":\"message\",\"stop_reason\":\"x\",\"content\":[",
    b"{\"question_id\":1,\"correct\":true}\n{\"question_id\":",
    b"{\"eval\":{\"task\":\"t\"},\"samples\":[{\"id\":1,",
    b"question_id,correct\n1,true\n",
    b"[{\"question_id\":1,\"correct\":",
    b"PK\x03\x04",
    b"\x1f\x8b\x08\x00",
    b"{\"type\":\"user\",\"sessionId\":\"s\",\"uuid\":\"u\",\"message\":{\"content\":",
    b"{\"type\":\"user\",\"sessionId\":\"s\",\"message\":{\"content\":\"x\"}}\n{\"type\":\"assistant\",\"sessionId\":\"s\",\"message\":{\"content\":[{\"type\":",
    b"{\"timestamp\":\"2025-10-29T00:59:38Z\",\"type\":\"response_item\",\"payload\":{\"type\":",
    b"{\"timestamp\":\"2025-10-29T00:59:38Z\",\"type\":\"response_item\",\"payload\":{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":",
    b"{\"sessionId\":\"g\",\"projectHash\":\"p\"}\n{\"id\":\"m\",\"type\":\"gemini\",\"content\":",
    b"{\"sessionId\":\"g\",\"projectHash\":\"p\",\"messages\":[",
    b"[{\"id\":0,\"timestamp\":\"2025-07-18T17:01:36\",\"source\":\"agent\",\"message\":\"\",\"action\":\"run\",\"args\":",
    b"{\"trajectory\":[{\"action\":\"a\",\"observation\":",
    b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[",
    b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"attributes\":[{\"key\":\"gen_ai.output.messages\",\"value\":",
    b"{\"id\":\"t\",\"observations\":[{\"type\":\"GENERATION\",\"output\":",
    b"id,traceId,type,startTime,usageDetails\no,t,GENERATION,,",
    b"{\"evalId\":\"e\",\"results\":{\"version\":3,\"prompts\":[],\"results\":[{\"success\":true,\"response\":{\"output\":",
    b"{\"promptIdx\":0,\"testIdx\":0,\"success\":true,\"response\":{\"output\":\"x\"},\"gradingResult\":",
];

/// A file of every format that has fixtures.
const FIXTURES: [&str; 12] = [
    "agents/claude_code.jsonl",
    "agents/codex.jsonl",
    "agents/gemini_cli.jsonl",
    "agents/made__up-1.traj",
    "agents/open_hands.jsonl",
    "exports/langfuse_rows.csv",
    "exports/langfuse_rows.jsonl",
    "exports/langfuse_traces.jsonl",
    "exports/otlp.json",
    "exports/otlp.jsonl",
    "exports/promptfoo.json",
    "exports/promptfoo.jsonl",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_an_importer_panic(which in 0_usize..BEGINNINGS.len(), bytes in prop::collection::vec(any::<u8>(), 0..200), skip: bool) {
        let mut all = BEGINNINGS[which].to_vec();
        all.extend(bytes);
        let _ = detect(&all);
        let _ = import_bytes(&all, &Options { skip_invalid: skip, ..Options::default() });
    }

    #[test]
    fn no_text_makes_an_importer_panic(which in 0_usize..BEGINNINGS.len(), text in "[\\[\\]{}\":,a-z0-9\\\\ \n.-]{0,120}") {
        let mut all = BEGINNINGS[which].to_vec();
        all.extend(text.as_bytes());
        let _ = import_bytes(&all, &Options { skip_invalid: true, ..Options::default() });
    }

    #[test]
    fn no_damage_makes_a_session_or_an_export_panic(which in 0_usize..FIXTURES.len(), at in 0_usize..4000, byte: u8, skip: bool) {
        let path = candor_testkit::workspace_root().join("crates/trace/testdata").join(FIXTURES[which]);
        let mut all = std::fs::read(path).unwrap();
        let at = at * 7919 % all.len();
        all[at] = byte;
        let _ = import_bytes(&all, &Options { skip_invalid: skip, ..Options::default() });
    }

    #[test]
    fn no_text_makes_a_mapping_panic(text in "[\\[\\]{}='\"a-z.\n *]{0,120}") {
        let _ = Mapping::parse(&text);
        let _ = Mapping::parse(&format!("[[trace]]\nunit = \"id\"\n{text}"));
    }

    #[test]
    fn no_record_makes_a_mapping_panic(text in "[\\[\\]{}\":,a-z0-9\\\\ \n.-]{0,120}") {
        let mapping = Mapping::parse(
            "[files]\nformat = \"json\"\n[[trace]]\neach = [\"a.{k}[*]\"]\nunit = { capture = \"k\" }\nanswer = \"a.{k}[*]\"\ncost = { path = \"c\", difference = \"resets\", share = \"rows\" }\n",
        )
        .unwrap();
        let text = format!("{{\"a\":{{\"x\":[1,2]}},\"c\":{text}");
        let _ = import_bytes(text.as_bytes(), &Options { mapping: Some(mapping), skip_invalid: true, ..Options::default() });
    }
}

#[test]
fn a_column_that_a_mapping_means_and_a_table_lacks_stops_the_reading() {
    let read = |mapping: &str| {
        let options = Options { mapping: Some(Mapping::parse(mapping).unwrap()), ..Options::default() };
        import_bytes(b"id,picked\n1,B\n2,C\n", &options)
    };
    let (_, refused) = read("[[trace]]\nunit = \"id\"\nanswer = \"pickd\"\n");
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("field `pickd (for answer)`") && error.contains("id, picked"), "{error}");
    for spared in ["{ any = [\"pickd\", \"picked\"] }", "{ path = \"pickd\", default = \"none\" }"] {
        let (traces, read) = read(&format!("[[trace]]\nunit = \"id\"\nanswer = {spared}\n"));
        assert!(read.is_ok() && traces.len() == 2, "{spared}: {read:?}");
    }
}
