//! `candor` alone.

use std::time::Instant;

use crate::environment::TestEnvironment;

#[test]
fn eight_lines_say_what_it_is_and_what_to_try() {
    let environment = TestEnvironment::new();
    let out = environment.done(&[]);
    assert_eq!(out.lines().count(), 8);
    insta::assert_snapshot!(out, @r#"
    candor measures how reasoning models behave on recorded calls and marks every number.

      candor audit run              the audits on a small planted example that is shipped
      candor look PATH              what is this data, and what can it answer?
      candor audit run --from PATH  the audits on your own recorded calls

    nothing leaves this machine: no socket is opened
    every command: candor --help
    "#);
    let json: serde_json::Value = serde_json::from_str(&environment.done(&["--json"])).expect("JSON");
    assert_eq!(json["try"].as_array().map(Vec::len), Some(3));
}

#[test]
fn it_starts_at_once_and_leaves_nothing_behind() {
    let environment = TestEnvironment::new();
    let mut fastest = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        environment.done(&[]);
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    // The promise is 50 ms for the release build; an unoptimised one on a busy machine gets ten times that.
    assert!(fastest < 0.5, "{fastest} s");
    assert_eq!(std::fs::read_dir(environment.path("")).expect("the folder").count(), 0);
}
