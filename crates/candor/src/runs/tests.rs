//! The store: what is written is read back, and what is half-written is not seen.

use super::*;
use crate::problem::Kind;
use crate::show::run::tests::small_run;

fn plan() -> Plan {
    Plan {
        candor: "0.1.0".to_owned(),
        audits: vec!["compute".to_owned()],
        source: Source { from: Some("my runs".to_owned()), map: None, skip_invalid: true },
        settings: Settings::default(),
        live: None,
        require: Vec::new(),
    }
}

fn store_one(store: &Store) -> Stored {
    let mut unfinished = store.begin().unwrap();
    unfinished.observe(&Trace { planted: true, ..Trace::default() });
    unfinished.finish(None, &plan(), &small_run(candor_stats::Origin::Own), "<p>page</p>").unwrap()
}

#[test]
fn a_run_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::under(folder.path());
    let stored = store_one(&store);
    assert_eq!(stored.report().unwrap(), small_run(candor_stats::Origin::Own));
    assert_eq!(stored.plan().unwrap(), plan());
    let mut seen = 0;
    stored.observations(|trace| seen += u64::from(trace.planted)).unwrap();
    assert_eq!(seen, 1);
    let names: Vec<String> = fs::read_dir(folder.path().join("runs"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, [stored.id], "nothing else is left");
}

#[test]
fn names_are_found_from_the_end_and_by_their_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::under(folder.path());
    assert_eq!(store.find("@last").unwrap_err().kind, Kind::Record);
    let (first, second) = (store_one(&store), store_one(&store));
    assert!(first.id < second.id, "{} {}", first.id, second.id);
    assert_eq!((store.find("@last").unwrap(), store.find("@prev").unwrap()), (second, first.clone()));
    assert_eq!(store.find(&first.id).unwrap().id, first.id);
    assert_eq!(store.find("2").unwrap_err().kind, Kind::Usage);
    assert_eq!(store.find("nothing").unwrap_err().kind, Kind::Record);
}

#[test]
fn a_run_that_is_not_whole_is_not_seen_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::under(folder.path());
    let unfinished = store.begin().unwrap();
    assert!(store.ids().unwrap().is_empty());
    drop(unfinished);
    let stored = store_one(&store);
    let path = folder.path().join("runs").join(&stored.id).join(REPORT);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replacen(
            "\"standing\": {\n            \"marked\": \"inferred\"",
            "\"standing\": {\n            \"marked\": \"evidence-backed\"",
            1,
        ),
    )
    .unwrap();
    let problem = stored.report().unwrap_err();
    assert_eq!(problem.kind, Kind::Record);
    assert!(problem.message.contains("mark of"), "{}", problem.message);
}

#[test]
fn identifiers_are_utc_to_the_millisecond() {
    let at = |text: &str| identifier(text.parse().unwrap());
    assert_eq!(at("2026-11-24T05:30:12.481Z"), "20261124-053012-481");
    assert_eq!(at("2026-11-24T05:30:12Z"), "20261124-053012-000");
}
