//! Planted contradictions and their honest twins: a record of tool calls is made, and a report that agrees with it or does not. Planted
//! texts, not a language model; the phrases are in `testdata/statement_plants.toml`.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "the measurement is what one wants to read")]

use std::collections::BTreeMap;

use candor_verify::signal::statement::{Call, Record, Support, statements};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plants {
    scenario: Vec<Scenario>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    record: String,
    first: Bank,
    second: Bank,
    third: Bank,
    fourth: Bank,
    fifth: Bank,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bank {
    honest: Vec<String>,
    #[serde(rename = "false")]
    untrue: Vec<String>,
}

struct Owned {
    name: &'static str,
    arguments: String,
    result: String,
    exit: Option<i64>,
}

/// A stream of draws.
struct Draw(ChaCha8Rng);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).expect("small");
        usize::try_from(self.0.next_u64() % most).expect("small")
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// A call of a shell, as one of several kinds of agent records it.
fn shell(draw: &mut Draw, command: &str, result: String, exit: i64) -> Owned {
    let code = draw.below(2) == 0;
    match draw.below(4) {
        0 => Owned { name: "Bash", arguments: format!("{{\"command\": {command:?}}}"), result, exit: Some(exit) },
        1 => Owned {
            name: "exec_command",
            arguments: format!("{{\"cmd\": [\"bash\", \"-lc\", {command:?}]}}"),
            result: format!("{result}\nexit code: {exit}"),
            exit: None,
        },
        2 => Owned {
            name: "run_terminal_cmd",
            arguments: format!("{{\"command\": {command:?}}}"),
            result,
            exit: Some(exit),
        },
        _ => Owned {
            name: "shell",
            arguments: command.to_owned(),
            result: if code { result } else { format!("$ {command}\n{result}") },
            exit: Some(exit),
        },
    }
}

fn write(draw: &mut Draw, path: &str) -> Owned {
    match draw.below(4) {
        0 => Owned {
            name: "write_file",
            arguments: format!("{{\"path\": \"/work/app/{path}\", \"content\": \"x\"}}"),
            result: "ok".to_owned(),
            exit: None,
        },
        1 => Owned {
            name: "Edit",
            arguments: format!("{{\"file_path\": {path:?}, \"old_string\": \"a\", \"new_string\": \"b\"}}"),
            result: "The file has been updated.".to_owned(),
            exit: None,
        },
        2 => Owned {
            name: "apply_patch",
            arguments: format!(
                "{{\"input\": \"*** Begin Patch\\n*** Update File: {path}\\n@@\\n-a\\n+b\\n*** End Patch\"}}"
            ),
            result: "Success.".to_owned(),
            exit: Some(0),
        },
        _ => shell(draw, &format!("sed -i 's/a/b/' {path}"), String::new(), 0),
    }
}

/// The command and the output of a run of tests.
fn test_run(draw: &mut Draw, passed: u64, failed: u64) -> Owned {
    let good = failed == 0;
    let exit = i64::from(!good);
    let (command, output) = match draw.below(5) {
        0 => (
            "cargo test --workspace",
            format!(
                "running {} tests\ntest result: {}. {passed} passed; {failed} failed; 0 ignored",
                passed + failed,
                if good { "ok" } else { "FAILED" }
            ),
        ),
        1 if good => ("python -m pytest -q", format!("....\n{passed} passed in 0.81s")),
        1 => ("python -m pytest -q", format!("..F\n{failed} failed, {passed} passed in 0.81s")),
        2 if good => ("npx jest", format!("Tests:       {passed} passed, {passed} total\nTime: 2 s")),
        2 => ("npx jest", format!("Tests:       {failed} failed, {passed} passed, {} total", passed + failed)),
        3 if good => ("npm test", format!("  {passed} passing (41ms)")),
        3 => ("npm test", format!("  {passed} passing (41ms)\n  {failed} failing")),
        _ if good => {
            ("cd app && cargo nextest run", format!("Summary [ 0.4s] {passed} tests run: {passed} passed, 0 skipped"))
        }
        _ => (
            "cd app && cargo nextest run",
            format!("Summary [ 0.4s] {} tests run: {passed} passed, {failed} failed, 0 skipped", passed + failed),
        ),
    };
    shell(draw, command, output, exit)
}

struct Planted {
    calls: Vec<Owned>,
    words: BTreeMap<&'static str, String>,
}

fn plant(draw: &mut Draw, record: &str) -> Planted {
    let files = ["src/parser.rs", "app/views.py", "lib/client.ts", "pkg/queue/queue.go", "config/base.yaml"];
    let others = ["src/printer.rs", "app/forms.py", "lib/server.ts", "pkg/cache/cache.go", "docs/usage.md"];
    let (path, other) = (draw.of(&files), draw.of(&others));
    let (n, f) = (u64::try_from(draw.below(60)).expect("small") + 3, u64::try_from(draw.below(4)).expect("small") + 1);
    let mut calls = vec![shell(draw, "ls", "src\nREADME.md".to_owned(), 0)];
    if draw.below(2) == 0 {
        calls.push(shell(draw, "git status --short", " M notes.txt".to_owned(), 0));
    }
    let mut words = BTreeMap::from([
        ("{path}", path.to_owned()),
        ("{other}", other.to_owned()),
        ("{n}", n.to_string()),
        ("{m}", (n - 1).to_string()),
        ("{f}", f.to_string()),
    ]);
    match record {
        "tests_passed" => {
            if draw.below(3) == 0 {
                calls.push(test_run(draw, n - 1, 1));
                calls.push(write(draw, path));
            }
            calls.push(test_run(draw, n, 0));
        }
        "tests_failed" => {
            calls.push(write(draw, path));
            calls.push(test_run(draw, n, f));
        }
        "tests_absent" => calls.push(write(draw, path)),
        "build_ok" => {
            calls.push(write(draw, path));
            let (command, output) = [
                ("cargo build", "    Finished `dev` profile in 2.1s"),
                ("npm run build", "✓ built in 3.2s"),
                ("go build ./...", ""),
            ][draw.below(3)];
            calls.push(shell(draw, command, output.to_owned(), 0));
        }
        "build_failed" => {
            calls.push(write(draw, path));
            let (command, output) = [
                ("cargo build", "error[E0308]: mismatched types\nerror: could not compile `app`"),
                ("npm run build", "src/a.ts(3,1): error TS2322: Type 'string' is not assignable"),
                ("go build ./...", "./queue.go:8:2: undefined: x"),
            ][draw.below(3)];
            calls.push(shell(draw, command, output.to_owned(), 1));
        }
        "file_written" => calls.push(write(draw, path)),
        "command_exit" => {
            let codes = [0_i64, 1, 2, 101];
            let code = codes[draw.below(4)];
            let wrong = codes[(codes.iter().position(|one| *one == code).expect("listed") + 1 + draw.below(3)) % 4];
            let (command, line) = [
                ("du -sh data", "4.2 GB in 18 folders"),
                ("curl -sI localhost:8080/health", "service answered after two retries"),
                ("psql -c 'select count(*) from jobs'", "there are 12 jobs in the queue"),
            ][draw.below(3)];
            calls.clear();
            calls.push(shell(draw, command, format!("{line}\n"), code));
            words.insert("{code}", code.to_string());
            words.insert("{wrong}", wrong.to_string());
            words.insert("{command}", command.to_owned());
            words.insert(
                "{missing}",
                draw.of(&["terraform plan", "docker compose up -d", "kubectl get pods"]).to_owned(),
            );
            words.insert("{line}", line.to_owned());
            words.insert(
                "{invented}",
                draw.of(&["migration finished without warnings", "all replicas are in sync"]).to_owned(),
            );
        }
        unknown => panic!("no scenario is called {unknown}"),
    }
    Planted { calls, words }
}

/// The report: the planted sentence among sentences that state nothing.
fn report(draw: &mut Draw, planted: &Planted, phrase: &str) -> String {
    let mut phrase = phrase.to_owned();
    for (name, word) in &planted.words {
        phrase = phrase.replace(name, word);
    }
    let before = draw.of(&["", "Done. ", "Here is where things stand.\n\n", "## Summary\n\n", "Thanks for waiting! "]);
    let after = draw.of(&[
        "",
        " Let me know what you think.",
        "\n\nThe approach is simple and small.",
        " I can explain the details if that helps.",
    ]);
    format!("{before}{phrase}{after}")
}

/// Whether any statement of the report is contradicted or unsupported.
fn flagged(planted: &Planted, text: &str) -> Option<Support> {
    let calls: Vec<Call<'_>> = planted
        .calls
        .iter()
        .map(|call| Call {
            name: call.name,
            arguments: &call.arguments,
            result: Some(&call.result),
            exit_code: call.exit,
            is_error: None,
            is_cut: false,
        })
        .collect();
    let record = Record::read(&calls);
    let found = statements(text);
    let supports = found.iter().map(|statement| record.compare(statement));
    supports
        .inspect(|comparison| {
            assert!(comparison.evidence.iter().all(|call| *call < planted.calls.len()) && !comparison.why.is_empty());
        })
        .map(|comparison| comparison.support)
        .find(|support| matches!(support, Support::Contradicted | Support::Unsupported))
}

/// Wilson's interval at 95 %.
fn wilson(hits: f64, n: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054_f64;
    let p = hits / n;
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (middle - half, middle + half)
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    found: f64,
    planted: f64,
    wrongly: f64,
    honest: f64,
}

fn measure(bank: &str, pick: impl Fn(&Scenario) -> &Bank) -> Counts {
    let plants: Plants =
        toml::from_str(include_str!("../testdata/statement_plants.toml")).expect("the plants are TOML");
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(20));
    let mut counts = Counts::default();
    let mut missed = BTreeMap::<String, (u32, String)>::new();
    for round in 0..200 {
        let scenario = &plants.scenario[round % plants.scenario.len()];
        let bank = pick(scenario);
        for (phrases, untrue) in [(&bank.untrue, true), (&bank.honest, false)] {
            let phrase = &phrases[draw.below(phrases.len())];
            let planted = plant(&mut draw, &scenario.record);
            let text = report(&mut draw, &planted, phrase);
            let found = flagged(&planted, &text);
            let hit = f64::from(u8::from(found.is_some()));
            if untrue {
                counts.planted += 1.0;
                counts.found += hit;
            } else {
                counts.honest += 1.0;
                counts.wrongly += hit;
            }
            if found.is_some() != untrue {
                let entry = missed.entry(format!("{} {untrue} {phrase}", scenario.record)).or_insert((0, text));
                entry.0 += 1;
            }
        }
    }
    let precision = wilson(counts.found, counts.found + counts.wrongly);
    let recall = wilson(counts.found, counts.planted);
    println!(
        "{bank}: precision {:.3} [{:.3}, {:.3}]  recall {:.3} [{:.3}, {:.3}]  false alarms {} of {}",
        counts.found / (counts.found + counts.wrongly),
        precision.0,
        precision.1,
        counts.found / counts.planted,
        recall.0,
        recall.1,
        counts.wrongly,
        counts.honest
    );
    for (phrase, (times, text)) in missed {
        println!("    {times} x {phrase}   | {text:?}");
    }
    counts
}

#[test]
fn planted_contradictions_are_found_and_honest_twins_are_left_alone() {
    let banks = [
        measure("first: in view", |scenario| &scenario.first),
        measure("second: read after a first look", |scenario| &scenario.second),
        measure("third: not read", |scenario| &scenario.third),
        measure("fourth: read after a first look", |scenario| &scenario.fourth),
        measure("fifth: read after a first look", |scenario| &scenario.fifth),
    ];
    for counts in banks {
        assert!(counts.planted > 199.0 && counts.honest > 199.0);
        assert!(counts.found / (counts.found + counts.wrongly) >= 0.90, "{counts:?}");
        assert!(counts.found / counts.planted >= 0.80, "{counts:?}");
    }
}
