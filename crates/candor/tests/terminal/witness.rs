//! A witness of somebody's record: makes a key, cosigns a copy, refuses what was rolled back; the keeper keeps the line and a stranger asks after it.

use crate::environment::{TestEnvironment, assert_readable, call};

fn recorded() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", &call("one", 0, true));
    environment.write("b.jsonl", &call("two", 0, false));
    environment.done(&["record", "init", "--origin", "example.org/record"]);
    environment.done(&["trace", "import", "a.jsonl"]);
    environment
}

#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

#[test]
fn a_witness_cosigns_what_grew_and_nothing_else() {
    let environment = recorded();
    let log = ".candor/record/log";
    let vkey = format!("{log}/vkey");
    let made = environment.done(&["record", "cosign", "--new", "witness.example/w", "--key", "w.key"]);
    assert_readable(&made, 100);
    let public = made.lines().nth(2).unwrap().trim().to_owned();
    assert!(public.starts_with("witness.example/w+"), "{made}");
    let again = environment.run(&["record", "cosign", "--new", "other", "--key", "w.key"]);
    assert!(again.code == Some(2) && again.err.contains("w.key"), "{}", again.err);

    // The witness has a copy of the public part, and the key from elsewhere.
    let mailed = environment.path("mailed");
    copy(&environment.path(log), &mailed);
    let without = environment.run(&["record", "cosign", "mailed", "--key", "w.key"]);
    assert!(without.code == Some(2) && without.err.contains("--vkey"), "{}", without.err);
    let cosign = ["record", "cosign", "mailed", "--key", "w.key", "--vkey", vkey.as_str(), "-o", "cosigned"];
    let said = environment.run(&cosign);
    assert!(
        said.code == Some(0)
            && said.err.contains("checkpoint of 2 leaves of example.org/record, seen for the first time"),
        "{}",
        said.err
    );

    let kept = environment.done(&["record", "cosign", "--add", "cosigned", "--witness", &public]);
    assert!(kept.contains("checkpoint of 2 leaves: cosigned at ") && !kept.contains("as it was before"), "{kept}");
    assert!(
        environment.done(&["record", "cosign", "--add", "cosigned", "--witness", &public]).contains("as it was before")
    );
    let status = environment.done(&["record", "status"]);
    assert!(
        status.contains("left     checkpoint of 2 leaves 0 days ago, to the witness witness.example/w+"),
        "{status}"
    );

    environment.done(&["trace", "import", "b.jsonl"]);
    let page = environment.done(&["record", "verify"]);
    assert!(
        page.contains("witness  1 checkpoint cosigned; whose lines they are was not looked at: --witness KEY\n"),
        "{page}"
    );
    let page = environment.done(&["record", "verify", "--witness", &public]);
    assert!(page.contains(" saw 2 leaves at ") && page.contains("; 3 came later\n"), "{page}");
    let other = environment.done(&["record", "cosign", "--new", "stranger.example/w", "--key", "s.key"]);
    let stranger = other.lines().nth(2).unwrap().trim();
    let missing = environment.run(&["record", "verify", "--witness", stranger]);
    assert!(
        missing.code == Some(5) && missing.out.contains("no checkpoint is cosigned by the witness stranger.example/w+"),
        "{}",
        missing.out
    );

    // What grew is cosigned again; a copy from before is a rollback.
    let older = environment.path("older");
    std::fs::rename(&mailed, &older).unwrap();
    copy(&environment.path(log), &mailed);
    let said = environment.run(&cosign);
    assert!(said.code == Some(0) && said.err.contains("which begin with the 2 seen before"), "{}", said.err);
    let back = environment.run(&["record", "cosign", "older", "--key", "w.key", "--vkey", &vkey]);
    assert!(
        back.code == Some(5) && back.out.is_empty() && back.err.contains("nothing was cosigned"),
        "{}{}",
        back.out,
        back.err
    );
    // A bundle brings the lines along.
    environment.done(&["record", "export", "--all", "-o", "case"]);
    let page = environment.done(&["record", "verify", "case", "--vkey", &vkey, "--witness", &public]);
    assert!(page.contains(" saw 2 leaves at "), "{page}");
}
