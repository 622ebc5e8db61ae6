//! Drafts of mappings for samples that stand side by side: in numbered columns, in lists within a record, in folders. Each loads, and gives the samples that were planted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::ops::ControlFlow;

use candor_trace::import::{Options, Source, read, survey};
use candor_trace::mapping::draft::{Draft, draft, drafts};
use candor_trace::{Inventory, Mapping};

/// The draft for a file of that text, and what is read through it.
fn of(name: &str, text: &str) -> Option<(Draft, Inventory)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let draft = draft(&path).unwrap()?;
    let mapping = Mapping::parse(&draft.toml).unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    let mut inventory = Inventory::default();
    let options = Options { mapping: Some(mapping), ..Options::default() };
    read(&Source::new(&path), &options, &mut |trace| {
        inventory.see(&trace);
        ControlFlow::Continue(())
    })
    .unwrap_or_else(|error| panic!("{error}\n{}", draft.toml));
    Some((draft, inventory))
}

#[test]
fn columns_with_numbers_in_their_names_are_samples() {
    let rows = |of: &dyn Fn(u32) -> String| (0..40).map(of).collect::<String>();
    let right = |question: u32, sample: u32| !(question * 7 + sample * 5).is_multiple_of(3);
    let answers = rows(&|question| {
        let answers: Vec<String> =
            (1..=8).map(|sample| (question + u32::from(!right(question, sample))).to_string()).collect();
        format!("p{question},{question},{}\n", answers.join(","))
    });
    let names: Vec<String> = (1..=8).map(|number| format!("try_{number}")).collect();
    let (draft, inventory) = of("wide.csv", &format!("problem,gold,{}\n{answers}", names.join(","))).unwrap();
    assert_eq!(
        (inventory.traces, inventory.verdicts, inventory.depth().map_or(0, |depth| depth.questions)),
        (320, 320, 40),
        "{}",
        draft.toml
    );
    assert!(draft.toml.contains("sample = { constant = 7 }") && !draft.toml.contains("not used"), "{}", draft.toml);

    let judged = rows(&|question| {
        let cells: Vec<String> = (0..3)
            .map(|sample| {
                format!(
                    "Because of {question} it is what it is and so on {sample},{},{}",
                    u32::from(right(question, sample)),
                    100 + sample
                )
            })
            .collect();
        format!("What is {question} and {question}?,{}\n", cells.join(","))
    });
    let names: Vec<String> =
        (0..3).map(|number| format!("run{number}_response,run{number}_correct,run{number}_tokens_out")).collect();
    let (draft, inventory) = of("wide.csv", &format!("question,{}\n{judged}", names.join(","))).unwrap();
    assert_eq!(
        (inventory.traces, inventory.verdicts, inventory.depth().map_or(0, |depth| depth.questions)),
        (120, 120, 40),
        "{}",
        draft.toml
    );
    assert!(draft.toml.contains("usage.output = \"run2_tokens_out\""), "{}", draft.toml);
    assert!(draft.toml.contains("reply = \"run1_response\""), "{}", draft.toml);
}

#[test]
fn numbered_columns_that_are_no_samples_are_none() {
    // Options of one question, counts over samples, and steps of one chain.
    let rows: String =
        (0..40).map(|number| format!("q{number},{number},{},{},B,.5,.7,one,two\n", number + 1, number + 2)).collect();
    let names = "id,answer_1,answer_2,answer_3,prediction,pass@1,pass@2,step_1,step_2";
    let (draft, inventory) = of("options.csv", &format!("{names}\n{rows}")).unwrap();
    assert_eq!(inventory.traces, 40, "{}", draft.toml);
    assert!(!draft.toml.contains("constant = 1"), "{}", draft.toml);
}

#[test]
fn what_stands_once_beside_rows_came_of_none_of_them() {
    let lines: String = (0..40)
        .map(|number| {
            let attempt = |sample: u32| {
                let said = number + u32::from((number + sample).is_multiple_of(3));
                format!(r#"{{"n":{sample},"reply":{{"thinking":"I add one to it and look at what comes of it.","final":"{said}"}},"tokens":{{"out":{}}}}}"#, 90 + sample)
            };
            let attempts: Vec<String> = (0..4).map(attempt).collect();
            format!(r#"{{"item":{{"id":"q{number}","text":"How much is {number} and 0?","solution":"{number}"}},"attempts":[{}]}}"#, attempts.join(",")) + "\n"
        })
        .collect();
    let (draft, inventory) = of("nested.jsonl", &lines).unwrap();
    assert_eq!((inventory.traces, inventory.verdicts, inventory.readable()), (160, 160, 160), "{}", draft.toml);
    for line in
        ["request = \"item.text\"", "usage.output = \"attempts[*].tokens.out\"", "answer = \"attempts[*].reply.final\""]
    {
        assert!(draft.toml.contains(line), "{line}\n{}", draft.toml);
    }
    assert!(!draft.toml.contains("\nreply = "), "{}", draft.toml);
}

#[test]
fn what_a_hint_did_is_no_arm_and_folders_beside_hints_are_hints() {
    let folder = tempfile::tempdir().unwrap();
    for model in ["one", "two"] {
        for arm in ["none", "sycophancy", "forbidden_information"] {
            let place = folder.path().join(model).join(arm);
            std::fs::create_dir_all(&place).unwrap();
            let records: Vec<String> = (0..20)
                .map(|number| {
                    format!(
                        r#"{{"question_id":{number},"answer":"{}","switched_to_hint":{},"uses_hint":{}}}"#,
                        ["A", "B", "C"][number % 3],
                        number % 2 == 0,
                        number % 5 == 0
                    )
                })
                .collect();
            std::fs::write(place.join("runs.json"), format!("[{}]", records.join(","))).unwrap();
        }
    }
    let mut summary =
        survey(&Source::new(folder.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    let drafts = drafts(&std::mem::take(&mut summary.skipped)).unwrap();
    let mapping = Mapping::parse(&drafts[0].toml).unwrap();
    let mut arms = std::collections::BTreeMap::new();
    let options = Options { mapping: Some(mapping), ..Options::default() };
    read(&Source::new(folder.path()), &options, &mut |trace| {
        *arms.entry((trace.trial.arm, trace.cue.as_ref().map(|cue| cue.kind.to_string()))).or_insert(0) += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    let expected = [("cued", Some("forbidden_information")), ("cued", Some("sycophancy")), ("uncued", None)];
    let expected = expected.map(|(arm, kind)| ((Some(arm.to_owned()), kind.map(str::to_owned)), 40));
    assert_eq!(arms.into_iter().collect::<Vec<_>>(), expected, "{}", drafts[0].toml);
}

#[test]
fn numbers_with_a_decimal_comma_name_no_question_and_what_is_paid_for_all_is_no_samples_own() {
    // Sixteen rows a question; each price stands about equally often.
    let rows: String = (0..640)
        .map(|row| {
            let right = if (row * 7 + row / 16) % 3 == 0 { "A" } else { "B" };
            format!(
                "F{};Wie viel ist {} und {} zusammen?;zeta;0,{:05};{right};A\n",
                row / 16,
                row / 16,
                row / 16,
                1000 + row % 160
            )
        })
        .collect();
    let (draft, inventory) =
        of("lang.csv", &format!("FrageNr;Fragetext;Modell;Kosten (€);Antwort;Richtig\n{rows}")).unwrap();
    assert!(draft.toml.contains("unit = \"FrageNr\"") && !draft.toml.contains("reasoning ="), "{}", draft.toml);
    assert_eq!(inventory.depth().map_or(0, |depth| depth.questions), 40, "{}", draft.toml);
    assert!(draft.toml.contains("cost = { path = \"Kosten (€)\", decimal = \",\", scale = 1 }"), "{}", draft.toml);
    assert_eq!(inventory.costs, 640, "{}", draft.toml);

    let rows: String = (0..40).map(|row| format!("p{row},{row},{row},{},{row},.0{}\n", row + 1, 10 + row)).collect();
    let (draft, inventory) = of("wide.csv", &format!("problem,gold,try_1,try_2,try_3,spend_usd\n{rows}")).unwrap();
    assert_eq!((inventory.traces, inventory.costs), (120, 0), "{}", draft.toml);
    assert!(draft.toml.contains("not used: spend_usd"), "{}", draft.toml);
}

#[test]
fn rows_within_the_objects_of_a_list_are_samples_of_what_tells_those_apart() {
    let records: Vec<String> = (0..40)
        .map(|number| {
            let contestant = |engine: &str, shift: usize| {
                let attempt = |n: usize| {
                    let hit = !(number * 5 + n + shift).is_multiple_of(3);
                    format!(r#"{{"said":"{}","hit":{hit},"n":{n}}}"#, if hit { "A" } else { "B" })
                };
                let attempts: Vec<String> = (0..6).map(attempt).collect();
                format!(r#"{{"engine":"{engine}","attempts":[{}]}}"#, attempts.join(","))
            };
            format!(
                r#"{{"ref":"item/{number}","stem":"Which of four boxes holds item {number}?","truth":"A","contestants":[{},{}]}}"#,
                contestant("zeta-large", 0),
                contestant("zeta-mini", 1)
            )
        })
        .collect();
    let (draft, inventory) =
        of("nested.json", &format!(r#"{{"bank":"boxes","items":[{}]}}"#, records.join(","))).unwrap();
    assert_eq!((inventory.traces, inventory.verdicts), (480, 480), "{}", draft.toml);
    assert_eq!(inventory.models.keys().collect::<Vec<_>>(), ["zeta-large", "zeta-mini"], "{}", draft.toml);
    assert_eq!(inventory.depth().map(|depth| (depth.questions, depth.median)), Some((40, 6)), "{}", draft.toml);
}
