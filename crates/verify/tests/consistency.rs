//! The consistency reader on chains of our own (`testdata/consistency.toml`), and counted on recorded chains where they lie beside
//! the checkout.

use candor_testkit::shared_data;
use candor_verify::signal::consistency::{Kind, consistency};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    chain: String,
    answer: Option<String>,
    #[serde(default)]
    finds: Vec<Kind>,
    /// A piece of the chain that the first finding must lie in.
    at: Option<String>,
}

#[test]
fn every_case_finds_what_it_plants_and_nothing_else() {
    let cases: Cases = toml::from_str(include_str!("../testdata/consistency.toml")).expect("the cases are TOML");
    for kind in Kind::ALL {
        assert!(cases.case.iter().filter(|case| case.finds.contains(&kind)).count() >= 3, "{kind}");
    }
    let mut wrong = Vec::new();
    for case in &cases.case {
        let read = consistency(&case.chain, case.answer.as_deref());
        let kinds: Vec<Kind> = read.findings.iter().map(|finding| finding.kind).collect();
        let placed = case.at.as_ref().is_none_or(|piece| {
            let at = case.chain.find(piece.as_str()).unwrap_or_else(|| panic!("{piece} is not in the chain"));
            read.findings.first().is_some_and(|first| first.start >= at && first.start < at + piece.len())
        });
        if kinds != case.finds || !placed {
            wrong.push(format!("{case:?}\n    got {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn counted_on_recorded_chains() {
    let Some(data) = shared_data() else {
        println!("skipped: no shared data on this machine");
        return;
    };
    let (mut equations, mut failing, mut other, mut agree, mut chains) = (0, 0, 0, 0, 0);
    for model in ["DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1-Distill-Qwen-14B"] {
        let path = data.join(format!("faithfulness/thinklogits_mmlu/{model}/none/completions_with_500.json"));
        let text = std::fs::read_to_string(path).expect("the recorded file");
        let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
        for row in rows {
            let completion = row["completion"].as_str().expect("text");
            let Some((chain, answer)) = completion.split_once("</think>") else { continue };
            let Some(at) =
                ["assistant\n", "assistant<think>", "\nAssistant: "].iter().filter_map(|mark| chain.find(mark)).min()
            else {
                continue;
            };
            let read = consistency(&chain[at..], Some(answer));
            chains += 1;
            equations += read.equations;
            failing += read.findings.iter().filter(|finding| finding.kind == Kind::Arithmetic).count();
            other += usize::from(read.answer_agrees == Some(false));
            agree += usize::from(read.answer_agrees == Some(true));
        }
    }
    println!(
        "{chains} chains: {equations} equations, {failing} do not hold; answer agrees {agree}, is another {other}"
    );
    assert!(equations > 100 && failing * 50 <= equations, "{failing} of {equations} equations");
    assert!(agree > 400 && other * 50 <= agree, "{other} against {agree}");
}
