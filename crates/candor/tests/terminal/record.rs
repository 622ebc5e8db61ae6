//! A record from its making to the stranger who checks a bundle of it. Not what an examination finds in general: `candor-record` tests that.

use std::path::{Path, PathBuf};

use crate::environment::{Ran, TestEnvironment, assert_readable};

const TRACES: &str = r#"{"recorded_id":"7f3a0000000000000000000000000001","trial":{"unit":"one","sample":0},"model":"planted-agent","planted":true,"events":[{"request":{"messages":[{"role":"user","parts":[{"type":"text","text":"I am somebody@example.org. Is 91 prime?"}]}]}},{"reasoning":{"text":"Seven times thirteen.","provenance":"raw"}},{"output":{"text":"No.","answer":"no"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"correct","extracted":"no","why":"the same"}}}]}
{"recorded_id":"7f3b0000000000000000000000000002","trial":{"unit":"two","sample":0},"model":"planted-agent","planted":true,"events":[{"output":{"text":"42","answer":"42"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"wrong","extracted":"42","why":""}}}]}
"#;

fn recorded() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", TRACES);
    environment.done(&["record", "init", "--origin", "example.org/record"]);
    let said = environment.run(&["trace", "import", "a.jsonl"]);
    assert_eq!((said.code, said.err.lines().count()), (Some(0), 1), "one source is read once: {}", said.err);
    assert!(said.out.starts_with("2 traces recorded; the record has 3 leaves\n1 secret taken out"), "{}", said.out);
    environment
}

/// What ends with 5 and finds something.
fn found(ran: &Ran, what: &str) {
    assert!(ran.code == Some(5) && ran.out.contains(what), "{:?}: {}{}", ran.code, ran.out, ran.err);
}

#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn it_is_made_once_and_says_what_it_holds() {
    let environment = TestEnvironment::new();
    let without = environment.run(&["record", "status"]);
    assert_eq!((without.code, without.out.as_str()), (Some(5), ""));
    assert!(without.err.contains("expected a record, found none\nhint: candor record init"), "{}", without.err);
    let environment = recorded();
    let again = environment.run(&["record", "init"]);
    assert!(again.code == Some(5) && again.err.contains("expected no record there, found one"), "{}", again.err);
    let status = environment.done(&["record", "status"]);
    assert_readable(&status, 100);
    for line in [
        "record example.org/record in .candor/record\n",
        "\n  leaves   3 (import 1, trace 2)\n",
        "\n  erasures 0   holds 0\n",
        "No checkpoint has left the house: whoever holds the key could still rewrite all of it unseen.\n",
    ] {
        assert!(status.contains(line), "{line:?}: {status}");
    }
    assert!(environment.done(&["trace", "import", "a.jsonl"]).starts_with("0 traces recorded; 2 were recorded before"));
    let note = environment.done(&["record", "checkpoint", "--sent", "the notary"]);
    assert!(note.starts_with("example.org/record\n3\n") && note.contains("\n\u{2014} example.org/record "), "{note}");
    let status = environment.done(&["record", "status"]);
    assert!(status.contains("left     checkpoint of 3 leaves 0 days ago, to the notary\n"), "{status}");
}

#[test]
fn what_is_redacted_is_nowhere() {
    let environment = recorded();
    for path in files(&environment.path(".candor")) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"somebody"), "{}", path.display());
    }
    let shown = environment.done(&["trace", "show", "7f3a"]);
    assert!(!shown.contains("somebody") && shown.contains("Is 91 prime?"), "{shown}");
    assert!(environment.path(".candor").read_dir().unwrap().all(|entry| entry.unwrap().file_name() == "record"));
}

#[test]
fn a_stranger_gets_a_bundle_and_finds_what_was_changed() {
    let environment = recorded();
    let said = environment.done(&["record", "export", "--trace", "7f3a", "--output", "case"]);
    assert_eq!(
        said,
        "4 parts of 1 leaf written to case; READ-ME-FIRST.html says in plain words what is shown and what is\n  not\n"
    );
    let holds = environment.done(&["record", "verify", "case"]);
    assert_readable(&holds, 200);
    assert!(holds.contains("\ncontent  4 parts there, 4 not shown in this bundle, 0 erased\n"), "{holds}");
    assert!(holds.contains("\nholds: entries, order and content are those that were signed.\n"), "{holds}");
    assert!(
        holds.contains("\npage     READ-ME-FIRST.html: made again from the files that were checked, and the same\n"),
        "{holds}"
    );
    // The first page, which nobody signs, is made again and compared.
    let page = environment.path("case/READ-ME-FIRST.html");
    let read = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, read.replace("right.", "wrong.")).unwrap();
    found(&environment.run(&["record", "verify", "case"]), "FAIL  READ-ME-FIRST.html: expected the page that follows");
    std::fs::remove_file(&page).unwrap();
    found(
        &environment.run(&["record", "verify", "case"]),
        "FAIL  READ-ME-FIRST.html: expected the first page of the bundle",
    );
    std::fs::write(&page, read).unwrap();
    for (place, words) in [("case.tar", "found .tar"), ("nowhere/case.zip", "nowhere: expected a folder, found none")] {
        let refused = environment.run(&["record", "export", "--all", "--output", place]);
        assert!(refused.code == Some(2) && refused.err.contains(words), "{}", refused.err);
    }
    // The chain of thought only on request.
    let contents = |folder: &str| {
        let all = files(&environment.path(folder).join("addenda"));
        all.iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect::<String>()
    };
    assert!(contents("case").contains("No.") && !contents("case").contains("thirteen"));
    environment.done(&["record", "export", "--trace", "7f3a", "--chain", "--output", "whole"]);
    assert!(contents("whole").contains("thirteen"));
    let twice = environment.run(&["record", "export", "--trace", "7f3a", "--output", "case"]);
    assert!(twice.code == Some(2) && twice.err.contains("a bundle is never written over"), "{}", twice.err);

    let addendum = files(&environment.path("case/addenda")).remove(0);
    let mut bytes = std::fs::read(&addendum).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&addendum, bytes).unwrap();
    let ran = environment.run(&["record", "verify", "case"]);
    found(&ran, "FAIL  leaf 1: addenda/");
    assert!(ran.err.contains("case: 1 finding"), "{}", ran.err);

    // An archive holds the same files.
    environment.done(&["record", "export", "--all", "--output", "case.zip"]);
    assert_eq!(std::fs::read(environment.path("case.zip")).unwrap()[..2], *b"PK");
    let key = environment.path("other.vkey");
    let other = TestEnvironment::new();
    other.done(&["record", "init", "--origin", "example.org/record"]);
    std::fs::copy(other.path(".candor/record/log/vkey"), &key).unwrap();
    let ran = environment.run(&["record", "verify", "--vkey", "other.vkey"]);
    found(&ran, "FAIL  checkpoint");
}

#[test]
fn a_proof_stands_for_itself() {
    let environment = recorded();
    let proof = environment.done(&["record", "prove", "7f3b"]);
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nindex 2\n"), "{proof}");
    let unknown = environment.run(&["record", "prove", "0000"]);
    assert_eq!(unknown.code, Some(6), "{}", unknown.err);
}

#[test]
fn content_goes_and_the_leaf_that_says_so_stays() {
    let environment = recorded();
    environment.done(&["record", "hold", "case 7", "--trace", "7f3a", "--reason", "a court asked"]);
    let barred = environment.run(&["record", "erase", "--trace", "7f3a", "--basis", "asked by letter"]);
    assert!(barred.code == Some(5) && barred.err.contains("case 7"), "{}", barred.err);
    environment.done(&["record", "hold", "case 7", "--release", "--reason", "settled"]);
    let would = environment.done(&["record", "erase", "--trace", "7f3a", "--basis", "asked by letter", "--dry-run"]);
    assert!(would.contains("5 parts of 1 leaf would go; nothing was changed"), "{would}");
    let said = environment.done(&["record", "erase", "--trace", "7f3a", "--basis", "asked by letter"]);
    assert!(said.contains("5 parts of 1 leaf erased") && said.contains("told in leaf 5"), "{said}");
    let gone = environment.run(&["trace", "show", "7f3a"]);
    assert!(
        gone.code == Some(6) && gone.err.contains("by the operator: asked by letter; not examined"),
        "{}",
        gone.err
    );
    let bundle = environment.run(&["record", "export", "--trace", "7f3a", "-o", "gone.zip"]);
    assert!(bundle.code == Some(0) && bundle.err.contains("none of their content exists any more"), "{}", bundle.err);
    let holds = environment.done(&["record", "verify"]);
    assert!(holds.contains("told in leaf 5; basis stated by the operator: asked by letter; not examined\n"), "{holds}");
    for path in files(&environment.path(".candor")) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"thirteen"), "{}", path.display());
    }
    let gone = environment.run(&["trace", "list", "thirteen"]);
    assert!(!gone.out.contains("7f3a"), "{}{}", gone.out, gone.err);
    let nothing = environment.run(&["record", "erase", "--trace", "7f3a", "--basis", "once more"]);
    assert_eq!(nothing.code, Some(5), "{}", nothing.err);
    // What is due follows the rules of the configuration.
    environment.write("candor.toml", "[record.retention]\nreasoning = 30\n");
    assert_eq!(environment.done(&["record", "erase", "--due"]), "nothing is due\n");
    let unsaid = environment.run(&["record", "erase", "--basis", "none"]);
    assert!(unsaid.code == Some(2), "{}", unsaid.err);
}

#[test]
fn what_somebody_says_later_is_a_leaf_and_goes_with_its_trace() {
    let environment = recorded();
    let label = |more: &[&str]| {
        let mut arguments = vec!["record", "label"];
        arguments.extend(more);
        environment.run(&arguments)
    };
    let said = label(&["--trace", "7f3a", "--name", "mentions_cue", "--value", "true", "--note", "ask me@example.org"]);
    assert_eq!(
        said.out, "1 label recorded; the record has 4 leaves\n1 secret taken out before anything was written\n",
        "{}",
        said.err
    );
    environment.write(
        "labels.csv",
        "trace,name,value,by\n7f3a,mentions_cue,false,\n7f3a,mentions_cue,true,rater-2\n7f3b,depth,2,\n",
    );
    let said = label(&["--from", "labels.csv"]);
    assert_eq!(said.out, "3 labels recorded; the record has 7 leaves\n", "{}", said.err);
    let again = label(&["--from", "labels.csv"]);
    assert_eq!(again.out, "0 labels recorded; 3 stood already; the record has 7 leaves\n", "{}", again.err);

    let shown = environment.done(&["trace", "show", "7f3a"]);
    assert!(
        shown.contains("label mentions_cue: false") && shown.contains("mentions_cue: true (by rater-2)"),
        "{shown}"
    );
    assert!(!shown.contains("ask [redacted"), "the first word of the same labeller does not count: {shown}");
    let asked = environment.done(&[
        "trace",
        "query",
        "--csv",
        "select id, name, value, who from labels join traces using (leaf) order by 1, 4",
    ]);
    let rows: Vec<&str> = asked.lines().map(|row| row.get(32..).unwrap_or(row)).collect();
    assert_eq!(rows[1..4], [",mentions_cue,false,", ",mentions_cue,true,rater-2", ",depth,2,"], "{asked}");
    assert!(environment.done(&["trace", "list", "label.depth:2"]).contains("7f3b"));
    let holds = environment.done(&["record", "verify"]);
    assert!(holds.contains("\nentries  import 1, label 4, trace 2\n"), "{holds}");

    // The bundle of a trace brings along what was said of it.
    environment.done(&["record", "export", "--trace", "7f3a", "--output", "case"]);
    let page = std::fs::read_to_string(environment.path("case/READ-ME-FIRST.html")).unwrap();
    assert!(page.contains("was planted in the question?): true\nSaid to be by a person, rater-2."), "{page}");
    assert!(page.contains("(entry 3); replaced by entry 4<") && page.contains("(entry 5)<"), "{page}");

    // Whoever hands it on leaves out a label: the list of what was chosen is not signed, and its content is not missed. The page is.
    let list = environment.path("case/bundle.json");
    let mut told: serde_json::Value = serde_json::from_slice(&std::fs::read(&list).unwrap()).unwrap();
    let left = told["shown"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!(left["leaf"], 5);
    std::fs::write(&list, serde_json::to_vec(&told).unwrap()).unwrap();
    let holds_it = |path: &PathBuf| std::fs::read(path).unwrap().windows(7).any(|window| window == b"rater-2");
    let addenda = files(&environment.path("case/addenda")).into_iter().filter(holds_it);
    addenda.for_each(|path| std::fs::remove_file(path).unwrap());
    let ran = environment.run(&["record", "verify", "case"]);
    assert!(ran.code == Some(5) && ran.err.contains("1 finding"), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains("FAIL  READ-ME-FIRST.html: expected the page that follows"), "{}", ran.out);

    environment.write("wrong.csv", "trace,name,value\n7f3b,depth,3\nffff,depth,3\n");
    let wrong = label(&["--from", "wrong.csv"]);
    assert_eq!(wrong.code, Some(6));
    assert!(wrong.err.contains("wrong.csv:3: expected a trace ffff in the record, found none"), "{}", wrong.err);
    let spoken = label(&["--trace", "7f3b", "--name", "said by jane", "--value", "1"]);
    assert!(spoken.code == Some(2) && spoken.err.contains("letters, digits, _, - and ."), "{}", spoken.err);
    let half = label(&["--trace", "7f3b"]);
    assert_eq!(half.code, Some(2), "{}", half.err);
    assert!(environment.done(&["record", "verify"]).contains("label 4,"), "nothing of a wrong file is recorded");

    let gone = environment.done(&["record", "erase", "--trace", "7f3a", "--basis", "asked by letter"]);
    assert!(gone.contains("9 parts of 4 leaves erased"), "{gone}");
    for path in files(&environment.path(".candor")) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"rater-2"), "{}", path.display());
    }
    let late = label(&["--trace", "7f3a", "--name", "depth", "--value", "1"]);
    assert!(late.code == Some(5) && late.err.contains("its content was erased"), "{}", late.err);
}

const PEOPLE: &str = r#"{"question_id":"q1","answer":"yes","correct":true,"user":{"id":"jane-1842"},"response":"Hello jane-1842, yes."}
{"question_id":"q2","answer":"no","correct":false,"user":{"id":"jane-1842"},"response":"No."}
{"question_id":"q3","answer":"no","correct":true,"user":{"id":"paul-0077"},"response":"No, paul-0077."}
{"question_id":"q4","answer":"no","correct":true,"response":"No."}
"#;

#[test]
fn a_person_stands_in_the_record_by_a_pseudonym_and_can_be_erased_and_forgotten() {
    let environment = TestEnvironment::new();
    environment.write("people.jsonl", PEOPLE);
    let import = |path: &str| environment.run(&["trace", "import", "people.jsonl", "--subject-from", path]);
    let without = import("user.id");
    assert!(without.code == Some(2) && without.err.contains("expected a record, found none"), "{}", without.err);
    environment.done(&["record", "init", "--origin", "example.org/record"]);
    let slip = import("usr.id");
    assert!(
        slip.code == Some(6) && slip.err.contains("expected a person at `usr.id`, found none in 4 traces"),
        "{}",
        slip.err
    );
    assert!(environment.run(&["record", "state"]).out.contains("nobody stands behind a pseudonym"));
    let said = import("user.id");
    assert!(
        said.out.contains("4 traces recorded") && said.out.contains("2 persons under pseudonyms; 1 trace of nobody"),
        "{}{}",
        said.out,
        said.err
    );
    let holders = |needle: &str| -> Vec<String> {
        let all = files(&environment.path(".candor")).into_iter();
        let holds = |path: &PathBuf| {
            std::fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle.as_bytes())
        };
        all.filter(holds).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(
        (holders("jane-1842"), holders("paul-0077")),
        (vec!["state.sqlite".to_owned()], vec!["state.sqlite".to_owned()])
    );
    let jane = environment.done(&["record", "subject", "jane-1842"]).trim().to_owned();
    assert_eq!(jane.len(), 32);
    let piped = environment.command(&["record", "subject", "-"]).write_stdin("jane-1842\n").output().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap().trim(), jane);
    let shown = environment.done(&["trace", "list", "--json", "--subject", "jane-1842"]);
    assert!(shown.contains("\"meant\": 2") && shown.contains(&jane), "{shown}");
    assert!(environment.done(&["trace", "list", "--json", &format!("subject:{jane}")]).contains("\"meant\": 2"));
    let asked = format!("select count(*) from traces where subject = '{jane}'");
    assert!(environment.done(&["trace", "query", "--csv", &asked]).contains("\n2"));
    // The words of the answer stand under the pseudonym.
    let exported = environment.done(&["trace", "export"]);
    assert!(exported.contains(&format!("Hello {jane}, yes.")) && !exported.contains("jane-1842"), "{exported}");

    let state = environment.done(&["record", "state"]);
    assert!(state.contains("example.org/record+") && state.contains(": 2 persons under pseudonyms"), "{state}");
    environment.done(&["record", "state", "backup", "copy.sqlite"]);
    let twice = environment.run(&["record", "state", "backup", "copy.sqlite"]);
    assert!(twice.code == Some(5) && twice.err.contains("a copy is never written over"), "{}", twice.err);

    // Who is not known is not written into the log.
    let stranger = environment.run(&["record", "hold", "h", "--subject", "mary@example.org", "--reason", "asked"]);
    assert!(stranger.code == Some(6) && !stranger.err.contains("mary"), "{}", stranger.err);
    assert!(holders("mary@example.org").is_empty());
    let gone =
        environment.done(&["record", "erase", "--subject", "jane-1842", "--basis", "asked by letter", "--forget"]);
    assert!(
        gone.contains("of 2 leaves erased") && gone.contains("forgotten who stands behind the pseudonym"),
        "{gone}"
    );
    assert!(gone.starts_with(&format!("subject {jane}: ")), "{gone}");
    assert!(holders("jane-1842").is_empty() && !holders("paul-0077").is_empty());
    let unknown = environment.run(&["record", "subject", "jane-1842"]);
    assert!(unknown.code == Some(6) && !unknown.err.contains("jane"), "{}", unknown.err);
    // By the pseudonym, what was erased before is only forgotten.
    let again = environment.done(&["record", "erase", "--subject", &jane, "--basis", "again", "--forget"]);
    assert!(again.contains("nobody is known to stand behind the pseudonym"), "{again}");
    assert!(environment.done(&["record", "verify"]).contains("\nholds: "));
}

#[test]
fn a_table_names_persons_in_a_column_and_sessions_of_several_records_cannot() {
    let environment = TestEnvironment::new();
    environment.write("people.csv", "question_id,answer,correct,customer\nq1,yes,true,0042\nq2,no,true,0043\n");
    environment.done(&["record", "init"]);
    let said = environment.done(&["trace", "import", "people.csv", "--subject-from", "customer"]);
    assert!(said.contains("2 persons under pseudonyms; who"), "{said}");
    let session = r#"{"type":"user","sessionId":"s","uuid":"u1","timestamp":"2026-11-26T10:00:00Z","message":{"role":"user","content":"hello"}}
{"type":"assistant","sessionId":"s","uuid":"u2","timestamp":"2026-11-26T10:00:01Z","message":{"id":"m","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"usage":{"output_tokens":1}}}
"#;
    environment.write("session.jsonl", session);
    let refused = environment.run(&["trace", "import", "session.jsonl", "--subject-from", "sessionId"]);
    assert_eq!(refused.code, Some(6), "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("expected records that each name a person"), "{}", refused.err);
}

/// Responses are tried by `scripts/timestamps`, which has an authority.
#[test]
fn a_request_for_a_time_stamp_is_written_once_and_what_is_no_response_is_not_kept() {
    let environment = recorded();
    let said = environment.done(&["record", "timestamp", "--request", "a.tsq"]);
    assert_readable(&said, 130);
    assert!(said.starts_with("request for the checkpoint of 3 leaves written to a.tsq\n"), "{said}");
    let again = environment.run(&["record", "timestamp", "--request", "a.tsq"]);
    assert!(again.code == Some(2) && again.err.contains("never written over"), "{}", again.err);
    environment.done(&["record", "timestamp", "--request", "b.tsq"]);
    let read = |name: &str| std::fs::read(environment.path(name)).unwrap();
    assert_eq!(read("a.tsq"), read("b.tsq"), "several authorities get one request");
    for (arguments, code, words) in [
        (&["--response", "a.tsq"][..], 6, "a.tsq: expected a status"),
        (&["--response", "a.jsonl"], 6, "a.jsonl: expected a time-stamp response"),
        (&["--response", "nowhere.tsr"], 6, "nowhere.tsr"),
        (&["--response", "a.tsq", "--ca", "a.jsonl"], 2, "a.jsonl: expected certificates in PEM, found none"),
        (&["--request", "c.tsq", "--response", "a.tsq"], 2, "cannot be used with"),
        (&[], 2, "--request"),
    ] {
        let mut all = vec!["record", "timestamp"];
        all.extend(arguments);
        let ran = environment.run(&all);
        assert!(ran.code == Some(code) && ran.err.contains(words), "{arguments:?}: {:?} {}", ran.code, ran.err);
    }
    assert!(environment.done(&["record", "status"]).contains("No checkpoint has left the house"));
    let holds = environment.done(&["record", "verify"]);
    assert!(holds.contains("\nholds: ") && !holds.contains("stamp "), "{holds}");
}
