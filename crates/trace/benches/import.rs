//! How fast recorded calls are read, in bytes a second on one core, digest included. The files are made here and lie in the page cache.

#![expect(clippy::panic, reason = "a measurement that cannot be set up has no other way out")]

use std::fs::File;
use std::io::BufWriter;
use std::ops::ControlFlow;

use candor_trace::Mapping;
use candor_trace::import::{Options, Source, read};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[path = "made/calls.rs"]
mod calls;
#[path = "made/sessions.rs"]
mod sessions;

use calls::{Form, MAPPING, write};

fn import(criterion: &mut Criterion) {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    };
    let mapping = match Mapping::parse(MAPPING) {
        Ok(mapping) => mapping,
        Err(error) => panic!("{error}"),
    };
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10);
    let cases = [
        ("candor jsonl", Form::Candor, false),
        ("openai jsonl", Form::OpenAi, false),
        ("mapping over jsonl", Form::ForeignLines, true),
        ("mapping over a json list", Form::ForeignList, true),
        ("samples jsonl, short records", Form::Samples, false),
    ];
    for (name, form, mapped) in cases {
        let path = folder.path().join(name);
        let made = File::create(&path).map(BufWriter::new).and_then(|mut out| write(form, 64 << 20, &mut out));
        let bytes = match made.and_then(|_| std::fs::metadata(&path)) {
            Ok(data) => data.len(),
            Err(error) => panic!("{error}"),
        };
        let options = Options { mapping: mapped.then(|| mapping.clone()), ..Options::default() };
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut seen = 0_u64;
                let mut sink = |trace: candor_trace::Trace| {
                    seen += trace.events.len() as u64;
                    ControlFlow::Continue(())
                };
                match read(&Source::new(&path), &options, &mut sink) {
                    Ok(summary) => summary.traces + seen,
                    Err(error) => panic!("{error}"),
                }
            });
        });
    }
    group.finish();
}

/// Logs of coding agents, and spans.
fn sessions(criterion: &mut Criterion) {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    };
    let mut group = criterion.benchmark_group("sessions");
    group.sample_size(10);
    for (name, form) in sessions::FORMS {
        let path = folder.path().join(name);
        let made =
            File::create(&path).map(BufWriter::new).and_then(|mut out| sessions::write(form, 64 << 20, &mut out));
        let bytes = match made.and_then(|_| std::fs::metadata(&path)) {
            Ok(data) => data.len(),
            Err(error) => panic!("{error}"),
        };
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut seen = 0_u64;
                let mut sink = |trace: candor_trace::Trace| {
                    seen += trace.events.len() as u64;
                    ControlFlow::Continue(())
                };
                match read(&Source::new(&path), &Options::default(), &mut sink) {
                    Ok(summary) => summary.traces + seen,
                    Err(error) => panic!("{error}"),
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, import, sessions);
criterion_main!(benches);
