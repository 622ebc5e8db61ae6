//! A record gives back the traces that went in, in their order; what was erased is left open and counted; what is broken is invalid.

use std::ops::ControlFlow;

use candor_llm::Provenance;
use candor_record::act::Selection;
use candor_record::record::{Record, Settings};

use super::super::{Options, Source, Summary, read, size};
use crate::recorded::{CHAIN_CLASS, Circumstances, entry, label as label_leaf};
use crate::{Event, Label, LabelValue, Labeller, Trace};

fn recorded(folder: &std::path::Path, traces: &[Trace]) -> Record {
    Record::create(folder, "example.org/log").unwrap();
    let record = Record::open(folder, Settings::default()).unwrap();
    for (number, trace) in traces.iter().enumerate() {
        let subject = format!("s{}", number % 2);
        let of = Circumstances { at_ms: 1_000, subject: Some(&subject), class: "standard", redactions: 0 };
        let (head, parts) = entry(trace, &of).unwrap();
        record.append(head, &parts).unwrap();
    }
    record.integrate(2_000).unwrap();
    record
}

fn of(path: &std::path::Path, options: &Options<'_>) -> crate::Result<(Vec<Trace>, Summary)> {
    let mut traces = Vec::new();
    let summary = read(&Source::new(path), options, &mut |trace| {
        traces.push(trace);
        ControlFlow::Continue(())
    })?;
    Ok((traces, summary))
}

#[test]
fn what_went_in_comes_back_and_what_was_erased_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a name of its own");
    let made: Vec<Trace> = (0..6).map(crate::index::made).collect();
    let record = recorded(&path, &made);
    assert!(size(&Source::new(&path)).unwrap() > 0);
    let (traces, summary) = of(&path, &Options::default()).unwrap();
    let without_place = |trace: &Trace| Trace { origin: crate::Origin::default(), whom: None, ..trace.clone() };
    assert_eq!(traces[3].whom, Some(crate::Whom::Pseudonym("s1".into())));
    assert_eq!(traces.iter().map(without_place).collect::<Vec<_>>(), made);
    assert_eq!(traces[4].origin.to_string(), "a name of its own:4");
    assert_eq!((summary.traces, summary.files[0].format), (6, super::Format::Record));
    assert!(summary.skipped.is_empty() && summary.set_aside.is_empty());
    let root = summary.files[0].digest;
    assert!(root.is_some());
    // From the folder above as well, beside other files.
    std::fs::write(folder.path().join("z.jsonl"), "{\"trial\":{\"unit\":\"other\"},\"events\":[]}\n").unwrap();
    assert_eq!(of(folder.path(), &Options::default()).unwrap().1.traces, 7);

    record.erase(&Selection::Retention { class: CHAIN_CLASS.into(), before_ms: 2_000 }, "retention", 3_000).unwrap();
    record.erase(&Selection::Subject("s1".into()), "asked for", 4_000).unwrap();
    let (traces, summary) = of(&path, &Options::default()).unwrap();
    assert_eq!(traces.len(), 3);
    for trace in &traces {
        assert_eq!(trace.provenance(), Provenance::Redacted);
        assert!(trace.events.iter().any(|event| matches!(event, Event::Erasure { basis, .. } if basis == "retention")));
    }
    let set_aside: Vec<(&str, u64)> =
        summary.set_aside.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(
        set_aside,
        [
            ("leaves of the record that tell something else: erasure", 2),
            ("traces whose question and place in an experiment were erased", 3)
        ]
    );
    assert_ne!(summary.files[0].digest, root);
}

#[test]
fn what_was_said_later_is_joined_and_goes_with_its_trace() {
    let folder = tempfile::tempdir().unwrap();
    let made: Vec<Trace> = (0..4).map(crate::index::made).collect();
    let record = recorded(folder.path(), &made);
    let say = |number: usize, name: &str, value: bool, who: Option<&str>| {
        let label = Label {
            name: name.into(),
            value: LabelValue::Bool(value),
            by: Labeller::Human,
            who: who.map(str::to_owned),
            note: None,
        };
        let subject = format!("s{}", number % 2);
        let (head, parts) = label_leaf(made[number].id(), Some(&subject), &label, 1_500).unwrap();
        record.append(head, &parts).unwrap();
        label
    };
    say(1, "verbalises", false, None);
    let last = say(1, "verbalises", true, None);
    let other = say(1, "verbalises", false, Some("r2"));
    // In place of what came with the trace.
    let instead = say(2, "mentions_cue", true, None);
    record.integrate(2_000).unwrap();
    let (traces, summary) = of(folder.path(), &Options::default()).unwrap();
    assert_eq!((traces.len(), summary.set_aside.len()), (4, 0));
    let labels = |trace: &Trace| -> Vec<Label> {
        let labels = trace.events.iter().filter_map(|event| match event {
            Event::Label(label) => Some(label.clone()),
            _ => None,
        });
        labels.collect()
    };
    assert_eq!(labels(&traces[1])[1..], [last, other]);
    assert_eq!(labels(&traces[2]), [instead]);
    assert_eq!(labels(&traces[3]), labels(&made[3]));

    // An erasure of the trace, or of all of its subject's, takes what was said of it along.
    let erased = record.erase(&Selection::Trace(made[1].id().to_string()), "asked for", 3_000).unwrap();
    assert_eq!(erased.leaves, [1, 4, 5, 6]);
    let erased = record.erase(&Selection::Subject("s0".into()), "asked for", 3_000).unwrap();
    assert_eq!(erased.leaves, [0, 2, 7]);
    assert_eq!(of(folder.path(), &Options::default()).unwrap().0.len(), 1);
}

#[test]
fn a_label_whose_content_is_gone_without_a_word_makes_its_trace_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let made: Vec<Trace> = (0..2).map(crate::index::made).collect();
    let record = recorded(folder.path(), &made);
    let label = Label {
        name: "tone".into(),
        value: LabelValue::Text("unheardof".into()),
        by: Labeller::Human,
        who: None,
        note: None,
    };
    let (head, parts) = label_leaf(made[1].id(), None, &label, 1_500).unwrap();
    record.append(head, &parts).unwrap();
    record.close(2_000).unwrap();
    let pack = folder.path().join("content/0000000000000000.pack");
    let mut bytes = std::fs::read(&pack).unwrap();
    let at = memchr::memmem::find(&bytes, b"unheardof").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&pack, bytes).unwrap();
    let error = of(folder.path(), &Options::default()).unwrap_err();
    assert!(
        error.to_string().contains(":1: field `value`: expected its content")
            && error.to_string().contains("found in leaf 2, a label: "),
        "{error}"
    );
}

#[test]
fn what_is_gone_without_a_word_is_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let made: Vec<Trace> = (0..3).map(crate::index::made).collect();
    drop(recorded(folder.path(), &made));
    std::fs::remove_file(folder.path().join("content/0000000000000000.pack")).unwrap();
    let error = of(folder.path(), &Options::default()).unwrap_err();
    assert!(error.to_string().contains(":0: field `trace`: expected its content, or an erasure"), "{error}");
    let (traces, summary) = of(folder.path(), &Options { skip_invalid: true, ..Options::default() }).unwrap();
    assert_eq!((traces.len(), summary.invalid), (0, 3));
    std::fs::write(folder.path().join("log/checkpoint"), "no checkpoint").unwrap();
    assert!(matches!(of(folder.path(), &Options::default()), Err(crate::Error::Record(_))));
}
