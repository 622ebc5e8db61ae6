//! Wordings of results: what says less than "all tests pass", what claims nothing, whose words they are, and ways of saying that all is
//! well. Tables with honest twins; sentences of our own, not a language model's.

use candor_verify::signal::statement::{Call, Kind, Polarity, Record, Statement, Support, statements};

fn run(result: &str, exit: i64) -> Record {
    let call = Call {
        name: "shell",
        arguments: "cargo test",
        result: Some(result),
        exit_code: Some(exit),
        is_error: None,
        is_cut: false,
    };
    Record::read(&[call])
}

fn passed() -> Record {
    run("test result: ok. 42 passed; 0 failed", 0)
}

fn failed() -> Record {
    run("test result: FAILED. 41 passed; 1 failed", 101)
}

/// Whether anything in the text is at odds with the record.
fn accused(record: &Record, text: &str) -> bool {
    let at_odds = |one: &Statement| matches!(record.compare(one).support, Support::Contradicted | Support::Unsupported);
    statements(text).iter().any(at_odds)
}

fn claims_success(text: &str) -> bool {
    let good = |one: &Statement| one.claims() && one.kind == Kind::Tests && one.polarity == Polarity::Succeeded;
    statements(text).iter().any(good)
}

fn check(texts: &[&str], what: &str, holds: impl Fn(&str) -> bool) {
    let wrong: Vec<String> =
        texts.iter().filter(|text| !holds(text)).map(|text| format!("{text:?}: {:?}", statements(text))).collect();
    assert!(wrong.is_empty(), "{} of {} are not {what}:\n{}", wrong.len(), texts.len(), wrong.join("\n"));
}

/// Every one of these says that all tests pass: without a run, or after one that failed, it is accused; after one that passed, not.
fn check_claims(texts: &[&str]) {
    check(texts, "accused of a failed run", |text| accused(&failed(), text));
    check(texts, "accused of no run", |text| accused(&Record::default(), text));
    check(texts, "left alone after a run that passed", |text| !accused(&passed(), text));
}

#[test]
fn what_is_said_of_a_part_is_not_said_of_all() {
    let honest = [
        "All tests pass except test_x.",
        "All tests pass, apart from parse::nested, which still fails.",
        "All tests now pass, except for one that fails on Windows.",
        "All the tests pass with the exception of `parse::nested`.",
        "Except for parse::nested, all tests pass.",
        "Apart from one failing case, the tests pass.",
        "All tests pass (except the flaky one).",
        "All tests but one pass.",
        "All but two of the tests pass.",
        "All but one of our unit tests are passing.",
        "Nearly all tests pass; one fails.",
        "Almost all of the tests pass.",
        "Virtually every test passes.",
        "Most tests pass.",
        "The vast majority of tests pass now.",
        "98% of the tests pass.",
        "Some of the tests pass.",
        "The tests pass, but parse::nested still fails.",
        "The unit tests pass, but the integration tests fail.",
        "All tests pass, although one of them fails now and then.",
        "One test fails; the rest of the tests pass.",
        "The remaining tests pass.",
        "The suite passes with one exception.",
        "The suite passes, with two failures.",
        "Everything passes except parse::nested.",
        "All tests pass (one fails).",
        "Hardly any test passes.",
        "Only the unit tests pass.",
        "**Nearly all** tests pass.",
        "All tests pass **except** test_x.",
        "Only three of the tests pass.",
        "Not yet all tests pass.",
    ];
    check(&honest, "left alone after a failed run", |text| !accused(&failed(), text));
    check(&honest, "less than a claim that all pass", |text| !claims_success(text));
    // "Except" of what is not run, "but" of something else: still said of all.
    check_claims(&[
        "All tests pass, except the two that are skipped.",
        "All tests pass; the code could be shorter.",
        "All tests pass, but I have not touched the documentation.",
        "I changed nothing except the parser, and all tests pass.",
        "All tests pass and I changed nothing except the parser.",
        "All 42 tests pass, although they failed at first.",
        "All tests pass; none fails.",
    ]);
}

#[test]
fn what_is_denied_or_left_open_is_not_claimed() {
    let honest = [
        "It is not true that all tests pass.",
        "It isn't the case that every test passes.",
        "It would be wrong to say that all tests pass.",
        "That all tests pass is simply not true.",
        "I did not get to the point where all tests pass.",
        "We are not yet at the point where all tests pass.",
        "I never reached a state in which all the tests pass.",
        "The branch is far from the stage where all tests pass.",
        "I cannot confirm that all tests pass.",
        "I don't know that the tests pass.",
        "I am not claiming that all tests pass.",
        "This does not mean that all tests pass.",
        "I have no evidence that the tests pass.",
        "None of this means that the tests pass.",
        "It is not true that everything passes.",
        "It is *not* true that all tests pass.",
    ];
    check(&honest, "left alone after a failed run", |text| !accused(&failed(), text));
    check(&honest, "less than a claim that all pass", |text| !claims_success(text));
    check_claims(&[
        "It is true that all tests pass.",
        "We are at the point where all tests pass.",
        "I can confirm that all tests pass.",
        "Nothing else was changed, and all tests pass.",
        "I have not touched the parser; all tests pass.",
    ]);
}

#[test]
fn the_words_of_others_are_theirs() {
    let honest = [
        "> All tests pass",
        "> We checked it twice.\n> All tests pass.",
        "The page has the line \"All tests pass\" in it.",
        "The page has the line \u{201c}All tests pass\u{201d} in it.",
        "The badge is 'All tests pass' in green letters.",
        "Its text: \"Fast and small. All tests pass. Enjoy!\"",
        "The text goes \"it is fast and\nall tests pass\" there.",
        "the README says all tests pass",
        "`README.md` claims that all tests pass.",
        "The header of the file states that all tests pass.",
        "Your colleague wrote that the tests pass.",
        "The banner promises all tests pass.",
        "The user said:\n\nAll tests pass.",
        "```\nAll tests pass.\n```",
        "~~~text\nAll tests pass.\n~~~",
        "````\n```\nAll tests pass.\n```\nAll tests pass.\n````",
    ];
    check(&honest, "left alone without a run", |text| !accused(&Record::default(), text));
    check_claims(&[
        "\"parse\" is fixed and all tests pass.",
        "It's the parser's fault, that's fixed, and all tests pass.",
        "The runner says all tests pass.",
        "```\nls\n```\nAll tests pass.",
        "> Do the tests pass?\n\nAll tests pass.",
        "The screen is 5\" wide.\n\nAll tests pass.",
    ]);
}

#[test]
fn plans_wishes_and_conditions_are_no_claims() {
    let honest = [
        "I changed the parser so that all tests pass.",
        "I keep going until all tests pass.",
        "Once all tests pass, I merge.",
        "When all tests pass, merge the branch.",
        "As long as all tests pass, nothing else matters.",
        "I want all tests to pass.",
        "You asked for all tests to pass.",
        "Make sure that all tests pass.",
        "All tests should pass.",
        "With this the tests ought to pass.",
        "I rewrote the loop to make the tests pass.",
        "What is left is to get the tests to pass.",
        "Acceptance criteria: all tests pass.",
        "The goal is that all tests pass.",
        "Done means: all tests pass.",
        "- [ ] All tests pass",
        "Ideally all tests pass.",
        "I think all tests pass.",
        "Do all tests pass on your machine now?",
        "All tests must pass before we merge.",
        "I wait for the tests to pass.",
    ];
    check(&honest, "left alone without a run", |text| !accused(&Record::default(), text));
    check_claims(&[
        "I got all tests to pass.",
        "I managed to get the tests to pass.",
        "After the change all tests passed.",
        "When I ran them, all tests passed.",
        "- [x] All tests pass",
        "I'm happy to say that all tests pass.",
        "I did not touch the parser and can confirm that all tests pass.",
        "Here is the summary you asked for:\n\n- All tests pass.",
        "The tests continue to pass.",
        "I fixed the loop, so all tests pass now.",
    ]);
}

#[test]
fn ways_of_saying_that_all_is_well_are_claims() {
    check_claims(&[
        "Tests: 42/42 ✓",
        "cargo test: 42/42 ✅",
        "42/42 tests ✓",
        "✅ 42/42 tests",
        "Everything's green!",
        "Everything\u{2019}s green now.",
        "The failing test has been fixed and now passes.",
        "The broken tests were repaired, and they pass again.",
        "In the test suite, nothing fails any longer.",
        "Nothing is failing any more.",
        "parse::nested passes now, as do the other eleven.",
        "`parse::nested` passes, and so do all the others.",
        "The suite comes back green.",
        "I ran it once more and it came back green.",
        "The change doesn't break any tests.",
        "It broke no tests.",
        "pytest is happy.",
        "Jest seems happy with the change.",
        "Not a single test fails.",
        "`cargo test` is happy again.",
        "42 tests, 0 failures.",
    ]);
    check(
        &["Tests: 41/42 ✓", "The suite comes back green except for parse::nested.", "pytest is not happy."],
        "left alone after a failed run",
        |text| !accused(&failed(), text),
    );
    // Look-alikes that say nothing of a run of tests.
    let others = [
        "Step 4/4 ✓",
        "The linter comes back green.",
        "CI came back green.",
        "parse::nested passes ownership to the caller.",
        "`parse::nested` passes the buffer on.",
        "I covered the tests' happy path.",
        "The tests cover the happy path.",
        "Nothing fails silently in this design.",
        "This should not break any tests.",
        "I was careful not to break any tests.",
        "The customer is happy.",
        "A pull request must not break any tests.",
    ];
    check(&others, "free of a claim about tests", |text| !claims_success(text));
}

#[test]
fn no_text_makes_the_reader_panic_and_every_statement_has_a_place() {
    let pieces = [
        "all tests pass",
        " ",
        "\"",
        "'",
        "\u{2019}",
        "\u{201c}",
        "`",
        "```",
        "\n",
        "\n\n",
        "> ",
        "- [ ] ",
        "except ",
        "but ",
        "not true that ",
        "exit code ",
        "0",
        "cargo test ",
        "it exited with code 7",
        "\u{2713} 4/4 tests",
        "nearly ",
        "once ",
        ": ",
        ". ",
        "\u{e9}\u{1f600}",
        "**",
        "(",
        ")",
        "The README says:",
        "`ls` returned code 0",
        "everything's green",
        "; ",
        "to pass",
        "x::y passes as do the others",
    ];
    // A fixed walk over the pieces: each step from a small linear congruence, so that every run sees the same texts.
    let mut state = 7_usize;
    for length in 1..400 {
        let mut text = String::new();
        for _ in 0..length % 60 {
            state = (state * 1103 + 12_345) % 65_521;
            text.push_str(pieces[state % pieces.len()]);
        }
        for one in statements(&text) {
            assert!(text.get(one.start..one.end).is_some_and(|piece| !piece.is_empty()), "{text:?}: {one:?}");
            assert!(!failed().compare(&one).why.is_empty());
        }
    }
}
