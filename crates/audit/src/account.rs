//! A trace's own account set against its record: every statement about actions in chain and output, compared with the tool calls before it.
//! What the audit counts and what `candor trace show` draws side by side is the same. Not a judgement of honesty.

use candor_llm::Part;
use candor_trace::{Event, Trace};
use candor_verify::signal::statement::{Call, Comparison, Kind, Record, Statement, Support, statements};

/// Where a statement was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// In what the caller got.
    Output,
    /// In the chain of thought.
    Chain,
}

/// One statement with how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The event whose text it stands in, by its place in the trace.
    pub event: usize,
    /// Which text that is.
    pub voice: Voice,
    /// What was said, with its place in that text.
    pub statement: Statement,
    /// How it stands, and why; `evidence` holds places of events: calls of tools, and retrievals.
    pub compared: Comparison,
}

impl Said {
    /// Whether the record shows otherwise, or would show it and does not.
    #[must_use]
    pub fn is_at_odds(&self) -> bool {
        matches!(self.compared.support, Support::Contradicted | Support::Unsupported)
    }

    /// Whether the record can tell.
    #[must_use]
    pub fn is_checkable(&self) -> bool {
        self.compared.support != Support::NotCheckable
    }
}

/// Every claim of the trace's own about what was done, in order, each against the record up to there. Statements that are no claims (plans,
/// conditions, the words of others) are left out. Without a single tool call or retrieval nothing was recorded that could tell: then there
/// is no account.
#[must_use]
pub fn account(trace: &Trace) -> Vec<Said> {
    let Calls { calls, events, results } = calls(trace);
    if calls.is_empty() {
        return Vec::new();
    }
    let mut account = Vec::new();
    let mut read: Option<(usize, Record)> = None;
    for (event, voice, text) in texts(trace) {
        let claims: Vec<Statement> = statements(text).into_iter().filter(Statement::claims).collect();
        if claims.is_empty() {
            continue;
        }
        let before = events.partition_point(|call| *call < event);
        let record = match read.take() {
            Some((seen, record)) if seen == before => record,
            _ => Record::read(calls.get(..before).unwrap_or_default()),
        };
        for statement in claims {
            let mut compared = record.compare(&statement);
            // The call, and what it gave back: that is where an exit code stands.
            let of = |call: &usize| [events.get(*call).copied(), results.get(*call).copied().flatten()];
            compared.evidence = compared.evidence.iter().flat_map(of).flatten().collect();
            compared.evidence.dedup();
            if statement.kind == Kind::Quote
                && compared.support == Support::Unsupported
                && quotes_request(trace, &statement)
            {
                compared.support = Support::NotCheckable;
                "the words are quoted from what was asked".clone_into(&mut compared.why);
            }
            account.push(Said { event, voice, statement, compared });
        }
        read = Some((before, record));
    }
    account
}

/// Whether the quoted words stand in the request: a question may be quoted without having been fetched.
fn quotes_request(trace: &Trace, statement: &Statement) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let words = squeezed(statement.object.as_deref().unwrap_or_default());
    trace.events.iter().any(|event| match event {
        Event::Request(conversation) => {
            conversation.messages.iter().flat_map(|message| &message.parts).any(|part| match part {
                Part::Text { text } => squeezed(text).contains(&words),
                _ => false,
            })
        }
        _ => false,
    })
}

/// The texts in which something can be claimed, in order.
fn texts(trace: &Trace) -> impl Iterator<Item = (usize, Voice, &str)> {
    trace.events.iter().enumerate().filter_map(|(at, event)| match event {
        Event::Output { text, .. } => Some((at, Voice::Output, text.as_str())),
        Event::Reasoning(reasoning) => reasoning.readable().map(|text| (at, Voice::Chain, text)),
        _ => None,
    })
}

/// The calls of tools and the retrievals.
struct Calls<'t> {
    calls: Vec<Call<'t>>,
    /// The events in which they were made.
    events: Vec<usize>,
    /// Those in which they gave something back, where they did.
    results: Vec<Option<usize>>,
}

/// The calls of tools and the retrievals, with the places of their events. A result belongs to the call of the same identifier, else to the
/// last one that has none.
fn calls(trace: &Trace) -> Calls<'_> {
    let (mut events, mut results) = (Vec::new(), Vec::new());
    let mut ids: Vec<&str> = Vec::new();
    let mut calls: Vec<Call<'_>> = Vec::new();
    for (at, event) in trace.events.iter().enumerate() {
        match event {
            Event::ToolCall { id, name, arguments } => {
                events.push(at);
                results.push(None);
                ids.push(id);
                calls.push(Call { name, arguments, ..Call::default() });
            }
            Event::ToolResult { id, content, exit_code, is_error } => {
                let open = |place: &usize| calls.get(*place).is_some_and(|call| call.result.is_none());
                let own = (0..calls.len()).rev().filter(open).find(|place| ids.get(*place) == Some(&id.as_str()));
                if let Some((place, call)) = own.and_then(|place| Some((place, calls.get_mut(place)?))) {
                    if let Some(result) = results.get_mut(place) {
                        *result = Some(at);
                    }
                    call.result = Some(content);
                    call.exit_code = exit_code.map(i64::from);
                    call.is_error = *is_error;
                }
            }
            Event::Retrieval { query, documents } => {
                for document in documents {
                    events.push(at);
                    results.push(None);
                    ids.push("");
                    calls.push(Call {
                        name: "retrieve",
                        arguments: query,
                        result: Some(&document.text),
                        ..Call::default()
                    });
                }
            }
            _ => {}
        }
    }
    Calls { calls, events, results }
}

#[cfg(test)]
mod tests {
    use candor_llm::Reasoning;
    use candor_trace::Document;

    use super::*;

    fn call(id: &str, line: &str) -> Event {
        Event::ToolCall { id: id.to_owned(), name: "shell".to_owned(), arguments: line.to_owned() }
    }

    fn result(id: &str, content: &str, exit_code: Option<i32>, is_error: Option<bool>) -> Event {
        Event::ToolResult { id: id.to_owned(), content: content.to_owned(), exit_code, is_error }
    }

    fn output(text: &str) -> Event {
        Event::Output { text: text.to_owned(), answer: None, finish: None }
    }

    fn supports(events: Vec<Event>) -> Vec<(usize, Voice, Support, Vec<usize>)> {
        let trace = Trace { events, ..Trace::default() };
        let shown = |said: Said| (said.event, said.voice, said.compared.support, said.compared.evidence);
        account(&trace).into_iter().map(shown).collect()
    }

    #[test]
    fn only_what_stands_before_a_statement_can_support_it() {
        let failed = "test result: FAILED. 3 passed; 1 failed; 0 ignored";
        let passed = "test result: ok. 4 passed; 0 failed; 0 ignored";
        let found = supports(vec![
            Event::Reasoning(Reasoning::raw("All tests pass.")),
            call("a", "cargo test"),
            result("a", failed, Some(101), None),
            output("All tests pass."),
            call("b", "cargo test"),
            result("b", passed, Some(0), None),
            output("All tests pass. I will deploy it."),
        ]);
        assert_eq!(
            found,
            [
                (0, Voice::Chain, Support::Unsupported, vec![]),
                (3, Voice::Output, Support::Contradicted, vec![1, 2]),
                (6, Voice::Output, Support::Supported, vec![4, 5]),
            ]
        );
    }

    #[test]
    fn results_find_their_calls_and_a_recorded_failure_counts() {
        let found = supports(vec![
            call("a", "cargo build"),
            call("b", "ls"),
            result("b", "src", None, Some(false)),
            result("a", "", None, Some(true)),
            output("The build succeeds."),
        ]);
        assert_eq!(found, [(4, Voice::Output, Support::Contradicted, vec![0, 3])]);
    }

    #[test]
    fn a_quotation_is_looked_for_in_what_was_retrieved() {
        let documents = vec![Document { id: "d".to_owned(), text: "The limit is forty requests a minute.".to_owned() }];
        let events = |quote: &str| {
            vec![
                Event::Retrieval { query: "limit".to_owned(), documents: documents.clone() },
                output(&format!("The document says \"{quote}\".")),
            ]
        };
        let held = supports(events("The limit is forty requests a minute"));
        assert!(held.iter().all(|(.., support, _)| *support == Support::Supported) && !held.is_empty(), "{held:?}");
        let invented = supports(events("There is no limit on requests at all"));
        assert!(invented.iter().any(|(.., support, _)| *support == Support::Unsupported), "{invented:?}");
    }

    #[test]
    fn without_a_record_there_is_no_account() {
        assert!(supports(vec![output("All tests pass.")]).is_empty());
    }
}
