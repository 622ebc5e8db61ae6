//! The whole tree of `--help`, so that a change of the command line is seen in review.

use crate::environment::TestEnvironment;

#[test]
fn the_tree_of_help() {
    let environment = TestEnvironment::new();
    let mut tree = String::new();
    for command in [
        &[][..],
        &["look"],
        &["audit"],
        &["audit", "list"],
        &["audit", "run"],
        &["audit", "report"],
        &["compare"],
        &["validity"],
    ] {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let out = environment.done(&arguments);
        for line in out.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        tree.push_str(&format!("$ candor {}\n{out}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!("help", tree);
}

#[test]
fn versions_and_help_are_no_errors_and_slips_are() {
    let environment = TestEnvironment::new();
    assert!(environment.done(&["--version"]).starts_with("candor "));
    let ran = environment.run(&["adit"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("adit"), "{}", ran.err);
}
