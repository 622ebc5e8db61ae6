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

      candor audit run              the audits on a planted process that is part of this program
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

#[test]
fn before_it_is_installed_commands_are_said_as_it_was_started() {
    let environment = TestEnvironment::new();
    let started = |arguments: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_candor"));
        program.env_clear().env("COLUMNS", "100").current_dir(environment.path("")).args(arguments);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut program, "target/release/candor");
        let output = program.output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text in UTF-8");
        (text(output.stdout), text(output.stderr))
    };
    if cfg!(unix) {
        assert!(started(&[]).0.contains("  target/release/candor look PATH  "), "{}", started(&[]).0);
        let (out, err) = started(&["audit", "run", "--published", "1=62,4=74"]);
        assert!(out.contains("target/release/candor audit run compute"), "{out}{err}");
        let (_, err) = started(&["audit", "run", "nothing"]);
        assert!(err.contains("hint: target/release/candor audit list"), "{err}");
    }
}

#[test]
fn what_is_said_beside_the_results_fits_the_page() {
    let environment = TestEnvironment::new();
    environment.write("few/a.jsonl", "{\"trial\":{\"unit\":\"q\",\"sample\":0}}\n");
    for arguments in [&["audit", "run", "--from", "few"][..], &["audit", "run", "nothing"], &["trace", "list"]] {
        let ran = environment.run(arguments);
        assert!(ran.code != Some(0) && ran.err.lines().count() > 1, "{}", ran.err);
        crate::environment::assert_readable(&ran.err, 100);
    }
}
