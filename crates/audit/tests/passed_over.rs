//! What an audit says that it passes over changes nothing that it reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::io::Write as _;
use std::ops::ControlFlow;

use candor_audit::{Audit, Settings, audits, recorded};
use candor_llm::{Conversation, Effort, Message, Role};
use candor_trace::import::{Options, Source, write};
use candor_trace::{Event, Trace, TraceId, Verdict};

/// Calls that all of these audits are about: efforts, budgets, arms, several samples, each with what was asked, fetched and called.
fn calls(with: bool) -> Vec<Trace> {
    let mut traces = Vec::new();
    for question in 0..40_u32 {
        for arm in ["original", "reorder", "rename"] {
            for effort in ["1024", "2048", "8192"] {
                for sample in 0..4 {
                    let right = (question * 7 + sample * 3 + arm.len() as u32 + effort.len() as u32) % 5 < 3;
                    let mut id = [0; 16];
                    id[..4].copy_from_slice(&u32::try_from(traces.len()).unwrap().to_be_bytes());
                    let mut trace = Trace { recorded_id: Some(TraceId(id)), ..Trace::default() };
                    trace.trial.unit = format!("q{question}");
                    trace.trial.arm = Some(arm.to_owned());
                    trace.trial.sample = sample;
                    trace.model = Some("planted".to_owned());
                    trace.effort = Some(Effort::from_foreign(effort));
                    trace.planted = true;
                    trace.usage.output = Some(u64::from(100 + question + sample));
                    let answer = if right { "A" } else { "B" };
                    if with {
                        let text = format!("question {question}: {}", "words ".repeat(question as usize));
                        trace
                            .events
                            .push(Event::Request(Conversation { messages: vec![Message::text(Role::User, text)] }));
                        trace.events.push(Event::Retrieval { query: "q".into(), documents: Vec::new() });
                        trace.events.push(Event::ToolCall {
                            id: "1".into(),
                            name: "run".into(),
                            arguments: "{}".into(),
                        });
                    }
                    trace.events.push(Event::Output { text: answer.into(), answer: Some(answer.into()), finish: None });
                    let verdict = Verdict::of(right, answer, "compared");
                    trace.events.push(Event::Verdict { verifier: "exact".into(), verdict });
                    traces.push(trace);
                }
            }
        }
    }
    traces
}

fn report(audit: &'static dyn Audit, with: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.jsonl");
    let mut file = std::fs::File::create(&path).unwrap();
    calls(with).iter().for_each(|trace| write(trace, &mut file).unwrap());
    file.flush().unwrap();
    let settings = Settings { resamples: 200, ..Settings::default() };
    let take = &mut |_: &Trace| ControlFlow::Continue(());
    match recorded::run(&Source::new(&path), &Options::default(), &[audit], &settings, take) {
        Ok(run) => serde_json::to_string(&run.reports).unwrap(),
        Err(error) => error.to_string().split(" in ").next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn what_is_passed_over_changes_nothing() {
    let mut told = 0;
    for audit in audits::ALL.iter().filter(|audit| !audit.passes_over().is_empty()) {
        let (whole, bare) = (report(*audit, true), report(*audit, false));
        // Not both of them: they are long.
        assert!(whole == bare, "{}", audit.about().name);
        told += usize::from(whole.contains("\"claims\""));
    }
    assert!(told >= 4, "{told} of them say something of these calls");
}
