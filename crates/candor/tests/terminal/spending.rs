//! Money and calls are spent once, and never unasked: an unfinished run of the same plan is gone on with, and what costs needs a ceiling or a word.

use crate::environment::{TestEnvironment, only_run};
use crate::live::server;

const GOOD: &str = r#"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Answer: B"}}],"usage":{"prompt_tokens":0,"completion_tokens":10}}"#;

/// A server where a reply costs a dollar.
fn dear(environment: &TestEnvironment) {
    environment.done(&["init", "mine"]);
    let base = server("200 OK", GOOD);
    let price = "[[price]]\nprovider = \"mine\"\nmodel = \"m\"\ninput = 0\noutput = 100_000_000_000\nas_of = \"2026-11-26\"\nsource = \"test\"\n";
    environment.write("candor.toml", &format!("{price}[providers.mine]\nlike = \"vllm\"\nbase = \"{base}\"\n"));
}

const ASKED: [&str; 9] = ["audit", "run", "compute", "--on", "mine:m", "--task", "mine/task.jsonl", "--repeat", "2"];
const BOUND: [&str; 2] = ["--max-output", "10"];

#[test]
fn what_costs_is_not_asked_without_a_ceiling_or_a_word() {
    let environment = TestEnvironment::new();
    dear(&environment);
    let ran = environment.run(&[&ASKED[..], &BOUND].concat());
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("mine:m: 8 calls, at most $8"), "{}", ran.err);
    assert!(ran.err.contains("--ceiling 5usd"), "{}", ran.err);
    let ran = environment.run(&ASKED);
    assert!(ran.code == Some(2) && ran.err.contains("without bound"), "{}", ran.err);
    assert!(!environment.path(".candor/runs").exists(), "nothing was begun");
    let ran = environment.run(&[&ASKED[..], &BOUND, &["--no-ceiling"]].concat());
    assert!(ran.code == Some(0) && ran.err.contains("8 of 8 calls"), "{}", ran.err);
    // The word is part of the plan that is kept.
    let plan = environment.path(&format!(".candor/runs/{}/plan.toml", only_run(&environment)));
    assert!(std::fs::read_to_string(plan).expect("a plan").contains("no_ceiling = true"));
}

#[test]
fn the_same_command_again_goes_on_where_it_stopped() {
    let environment = TestEnvironment::new();
    dear(&environment);
    let at = |ceiling: &'static str| [&ASKED[..], &BOUND, &["--ceiling", ceiling]].concat();
    let ran = environment.run(&at("3usd"));
    assert!(ran.code == Some(7) && ran.err.contains("3 of 8 calls"), "{:?} {}", ran.code, ran.err);
    let id = only_run(&environment);
    // Another question to the same model is another plan.
    let other = [&ASKED[..], &BOUND, &["--ceiling", "1usd", "--seed", "9", "--dir", "elsewhere"]].concat();
    assert_eq!(environment.run(&other).code, Some(7));
    let ran = environment.run(&at("20usd"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains(&format!("run {id} of the same plan is not finished")), "{}", ran.err);
    assert!(ran.err.contains("8 of 8 calls (3 were there)"), "{}", ran.err);
    assert_eq!(only_run(&environment), id, "no second run was begun");
    // Now it is finished: the same command is a new run.
    let ran = environment.run(&at("20usd"));
    assert!(ran.code == Some(0) && !ran.err.contains("not finished") && !ran.err.contains("were there"), "{}", ran.err);
}

#[test]
fn an_unfinished_run_stays_alone_when_a_new_one_is_wanted_or_the_plan_is_another() {
    let environment = TestEnvironment::new();
    dear(&environment);
    let asked = |more: &[&'static str]| [&ASKED[..], &BOUND, &["--ceiling", "3usd"], more].concat();
    let runs = || environment.path(".candor/runs").read_dir().expect("the store").count();
    for (more, expected) in
        [(&[][..], 1), (&["--again"][..], 2), (&["--seed", "9"][..], 3), (&["--level", "0.9"][..], 4)]
    {
        let ran = environment.run(&asked(more));
        assert!(ran.code == Some(7) && ran.err.contains("3 of 8 calls"), "{more:?} {}", ran.err);
        assert!(!ran.err.contains("not finished"), "{more:?} {}", ran.err);
        assert_eq!(runs(), expected, "{more:?}");
    }
    // A place of its own is named in the hint.
    let ran = environment.run(&asked(&["--dir", "b"]));
    assert!(ran.err.contains(" --dir b goes on"), "{}", ran.err);
}
