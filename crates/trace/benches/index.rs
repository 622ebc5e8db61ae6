//! What the index of a record costs and gives: fold rate, size, filter and full-text search, erasure. Seeded traces with short texts; nothing of a model's.
//!   cargo bench -p candor-trace --bench index [-- TRACES (20000) [FOLDER]]
#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made ends")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use candor_llm::{Conversation, Effort, Message, Reasoning, Role, Usage};
use candor_record::act::Selection;
use candor_record::record::{Record, Settings};
use candor_stats::{Seed, Stream};
use candor_trace::index::{Anew, Bounds, Index};
use candor_trace::recorded::{Circumstances, USUAL_CLASS, entry};
use candor_trace::{Event, Money, Query, Trace, TraceId, Trial};
use candor_verify::Verdict;

const SEED: Seed = Seed(20_261_126);
const MODELS: [&str; 5] = ["pebble-1", "pebble-2", "marble-7b", "marble-70b", "granite"];
const EFFORTS: [&str; 3] = ["low", "medium", "high"];

/// 20,000 words, the front ones common and the others rare.
fn word(stream: &mut Stream, words: &[String]) -> String {
    let at = stream.unit().powi(4) * words.len() as f64;
    words[(at as usize).min(words.len() - 1)].clone()
}

fn text(stream: &mut Stream, words: &[String], count: u64) -> String {
    (0..count).map(|_| word(stream, words)).collect::<Vec<_>>().join(" ")
}

fn trace(number: u64, stream: &mut Stream, words: &[String]) -> Trace {
    let right = stream.chance(0.6);
    let mut said = text(stream, words, 8);
    if stream.chance(0.001) {
        said.push_str(" so all tests pass now");
    }
    Trace {
        recorded_id: Some(TraceId((u128::from(number) << 64 | u128::from(stream.bits())).to_be_bytes())),
        trial: Trial { unit: format!("q{}", number / 8), sample: (number % 8) as u32, ..Trial::default() },
        model: Some(MODELS[stream.index(MODELS.len())].into()),
        effort: Some(Effort::Level(EFFORTS[stream.index(EFFORTS.len())].into())),
        at_ms: Some(1_764_144_000_000 + number as i64),
        cost: Some(Money(stream.below(20_000) as i64)),
        usage: Usage { input: Some(stream.below(900)), output: Some(stream.below(900)), ..Usage::default() },
        planted: true,
        events: vec![
            Event::Request(Conversation { messages: vec![Message::text(Role::User, text(stream, words, 10))] }),
            Event::Reasoning(Reasoning::raw(text(stream, words, 12))),
            Event::Output { text: said, answer: Some("42".into()), finish: None },
            Event::Verdict { verifier: "exact".into(), verdict: Verdict::of(right, "42", "") },
        ],
        ..Trace::default()
    }
}

fn words() -> Vec<String> {
    let mut stream = SEED.stream("words");
    (0..20_000_u32)
        .map(|_| (0..3 + stream.below(6)).map(|_| char::from(b'a' + stream.below(26) as u8)).collect())
        .collect()
}

fn record(folder: &Path, traces: u64) -> Record {
    Record::create(folder, "example.org/bench").expect("a record");
    let record = Record::open(folder, Settings::default()).expect("a record");
    let words = words();
    let mut stream = SEED.stream("traces");
    let mut tickets = std::collections::VecDeque::new();
    for number in 0..traces {
        let subject = format!("s{}", number % 1_000);
        let of = Circumstances { at_ms: 1, subject: Some(&subject), class: USUAL_CLASS, redactions: 0 };
        let (head, parts) = entry(&trace(number, &mut stream, &words), &of).expect("an entry");
        tickets.push_back(record.submit(head, &parts).expect("room"));
        if tickets.len() > 500 {
            tickets.pop_front().expect("a ticket").wait().expect("durable");
        }
        if number % 50_000 == 49_999 {
            tickets.drain(..).for_each(|ticket| assert!(ticket.wait().is_ok()));
            record.integrate(2).expect("integrated");
        }
    }
    tickets.drain(..).for_each(|ticket| assert!(ticket.wait().is_ok()));
    record.integrate(2).expect("integrated");
    record
}

fn bytes(folder: &Path, beginning: &str) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let of_it = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    of_it.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}

fn rows(index: &mut Index, sql: &str) -> usize {
    let bounds = Bounds { rows: 1_000_000, bytes: usize::MAX, stop: Box::new(|| false) };
    index.ask(sql, bounds).expect("an answer").rows.len()
}

/// Median and largest of 21 runs, in milliseconds, after one that counts for nothing.
fn timed(mut run: impl FnMut()) -> (f64, f64) {
    run();
    let mut times: Vec<f64> = (0..21)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[10], times[20])
}

const QUESTIONS: [(&str, &str); 9] = [
    (
        "filter, count",
        "select count(*) from traces where model = 'marble-7b' and outcome = 'wrong' and effort = 'high'",
    ),
    (
        "filter, first 50",
        "select leaf, id, unit, answer from traces where model = 'marble-7b' and outcome = 'wrong' and effort = 'high' order by leaf limit 50",
    ),
    ("filter on verdict alone, count", "select count(*) from traces where outcome = 'wrong'"),
    ("one question", "select * from traces where unit = 'q1000'"),
    ("words, count", "select count(*) from texts where texts match '\"all tests pass\"'"),
    (
        "words, first 50",
        "select rowid, output from texts where texts match '\"all tests pass\"' order by rowid limit 50",
    ),
    ("words of one column", "select count(*) from texts where texts match 'output: \"tests pass\"'"),
    (
        "words and filter",
        "select t.leaf, t.model from texts join traces t on t.leaf = texts.rowid where texts match '\"all tests pass\"' and t.model = 'granite' and t.outcome = 'wrong' limit 50",
    ),
    (
        "by model and effort (a pass over the index)",
        "select model, effort, count(*), wilson_low(sum(outcome = 'correct'), count(*)) from traces group by model, effort",
    ),
];

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let traces: u64 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(20_000);
    let parent = arguments.next().map_or_else(tempfile::tempdir, tempfile::tempdir_in).expect("a folder");
    let folder = parent.path();
    let begun = Instant::now();
    let record = record(folder, traces);
    println!(
        "{traces} traces recorded in {:.0} s; content {} MB",
        begun.elapsed().as_secs_f64(),
        bytes(&folder.join("content"), "") / 1_000_000
    );

    let begun = Instant::now();
    let (mut index, folded) = Index::open(folder).expect("an index");
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((folded.new, folded.anew), (traces, Some(Anew::None)));
    println!("folded in {seconds:.1} s: {:.0} traces/s", traces as f64 / seconds);
    println!(
        "index.sqlite {:.0} MB, {:.0} bytes a trace",
        bytes(folder, "index.sqlite") as f64 / 1e6,
        bytes(folder, "index.sqlite") as f64 / traces as f64
    );
    let connection = rusqlite::Connection::open(index.path()).expect("the file");
    let mut sizes = connection
        .prepare("select name, sum(pgsize) / 1e6 from dbstat group by name having sum(pgsize) > 1e5 order by 2 desc")
        .expect("a question");
    let sizes = sizes.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, f64>(1)?))).expect("sizes");
    for (name, size) in sizes.flatten() {
        println!("    {size:8.1} MB  {name}");
    }

    println!("| question | rows | median ms | largest ms |\n|---|---|---|---|");
    for (name, sql) in QUESTIONS {
        let found = rows(&mut index, sql);
        let (median, largest) = timed(|| assert_eq!(rows(&mut index, sql), found));
        println!("| {name} | {found} | {median:.2} | {largest:.2} |");
    }
    let common = words();
    for (name, asked) in [
        ("a word that most texts hold, count", common[0].clone()),
        ("two such words side by side, count", format!("\"{} {}\"", common[0], common[1])),
    ] {
        let sql = format!("select count(*) from texts where texts match '{asked}'");
        let found = rows(&mut index, &sql);
        let (median, largest) = timed(|| assert_eq!(rows(&mut index, &sql), found));
        let bounds = Bounds { rows: 1, bytes: usize::MAX, stop: Box::new(|| false) };
        let count = index.ask(&sql, bounds).expect("an answer").rows.remove(0);
        println!("| {name}: {count:?} | {found} | {median:.2} | {largest:.2} |");
    }
    for words in ["\"all tests pass\"", "\"ests pass\"", "tests"] {
        let query: Query = words.parse().expect("a query");
        let found = index.candidates(&query).expect("an answer").map_or(0, |leaves| leaves.len());
        let (median, largest) = timed(|| drop(index.candidates(&query).expect("an answer")));
        println!("| list {words} | {found} | {median:.2} | {largest:.2} |");
    }
    let (median, largest) = timed(|| drop(Index::open(folder)));
    println!("| nothing new: open | 0 | {median:.2} | {largest:.2} |");

    let begun = Instant::now();
    drop(candor_record::record::Reader::open(folder).expect("a record"));
    println!("a reader of the record opened in {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);

    drop(index);
    record.erase(&Selection::Subject("s7".into()), "bench", 3).expect("an erasure");
    let begun = Instant::now();
    let (_, folded) = Index::open(folder).expect("an index");
    println!("{} traces erased from the index in {:.1} s", folded.erased, begun.elapsed().as_secs_f64());
}
