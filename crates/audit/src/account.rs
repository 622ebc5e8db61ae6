//! A trace's own account set against its record: every statement about actions in chain and output, compared with the tool calls before it.
//! What the audit counts and what `candor trace show` draws side by side is the same. Not a judgement of honesty.

use candor_llm::{Conversation, Message, Part, Role};
use candor_trace::{Event, Trace};
use candor_verify::signal::statement::{Call, Comparison, Kind, Record, Statement, Support, statements};

/// The label of a request whose session had more before it than is recorded.
const CUT: &str = "session_cut";

/// How a result begins of which only the end was carried into a later request.
const LEFT_OUT: &str = "[… ";

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
    /// How it stands, and why; `evidence` holds places of events: calls of tools, and retrievals. A call of an earlier request stands in the
    /// conversation of the request: then that is its place.
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
/// is no account. What was called before somebody last spoke, in earlier requests of the session, is part of the record.
#[must_use]
pub fn account(trace: &Trace) -> Vec<Said> {
    let Calls { calls, events, results, earlier, .. } = calls(trace);
    let is_partial = trace.label(CUT).and_then(candor_trace::LabelValue::as_truth) == Some(true);
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
            _ => {
                let mut record = Record::read(calls.get(..before).unwrap_or_default());
                record.is_partial = is_partial;
                record
            }
        };
        for statement in claims {
            let mut compared = record.compare(&statement);
            if !compared.evidence.is_empty() && compared.evidence.iter().all(|call| *call < earlier) {
                compared.why.push_str(" (in an earlier request)");
            }
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

/// Whether a record holds anything to compare with: a call or a retrieval of the trace's own, or a call of an earlier request.
#[must_use]
pub fn is_recorded(trace: &Trace) -> bool {
    trace.events.iter().any(|event| match event {
        Event::ToolCall { .. } | Event::Retrieval { .. } => true,
        Event::Request(asked) => called_before(asked).any(|part| matches!(part, Part::ToolCall { .. })),
        _ => false,
    })
}

/// What was called, and what came of it, before somebody last spoke in a conversation: in earlier requests. What was called since stands in
/// events of its own.
pub fn called_before(conversation: &Conversation) -> impl Iterator<Item = &Part> {
    let spoke = |message: &Message| {
        matches!(message.role, Role::System | Role::User)
            && message.parts.iter().any(|part| matches!(part, Part::Text { .. }))
    };
    let last = conversation.messages.iter().rposition(spoke).unwrap_or(0);
    let before = conversation.messages.get(..last).unwrap_or_default();
    before
        .iter()
        .flat_map(|message| &message.parts)
        .filter(|part| matches!(part, Part::ToolCall { .. } | Part::ToolResult { .. }))
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
#[derive(Default)]
struct Calls<'t> {
    calls: Vec<Call<'t>>,
    /// The events in which they were made.
    events: Vec<usize>,
    /// Those in which they gave something back, where they did.
    results: Vec<Option<usize>>,
    /// So many of them, the first ones, belong to earlier requests.
    earlier: usize,
    ids: Vec<&'t str>,
}

impl<'t> Calls<'t> {
    fn call(&mut self, at: usize, id: &'t str, call: Call<'t>) {
        self.events.push(at);
        self.results.push(None);
        self.ids.push(id);
        self.calls.push(call);
    }

    /// A result belongs to the last open call of the same identifier among those from `first`.
    fn result(&mut self, at: usize, first: usize, id: &str, given: Call<'t>) {
        let open = |place: &usize| self.calls.get(*place).is_some_and(|call| call.result.is_none());
        let own = (first..self.calls.len()).rev().filter(open).find(|place| self.ids.get(*place) == Some(&id));
        if let Some((place, call)) = own.and_then(|place| Some((place, self.calls.get_mut(place)?))) {
            if let Some(result) = self.results.get_mut(place) {
                *result = Some(at);
            }
            *call = Call { name: call.name, arguments: call.arguments, ..given };
        }
    }

    /// The calls of earlier requests, in the conversation of this one.
    fn before(&mut self, at: usize, conversation: &'t Conversation) {
        for part in called_before(conversation) {
            match part {
                Part::ToolCall { id, name, arguments } => {
                    self.call(at, id, Call { name, arguments, ..Call::default() });
                }
                Part::ToolResult { id, content, exit_code, is_error } => {
                    self.result(at, 0, id, given(content, *exit_code, *is_error));
                }
                _ => {}
            }
        }
        self.earlier = self.calls.len();
    }
}

/// A call of which only what came of it is known.
fn given(content: &str, exit_code: Option<i32>, is_error: Option<bool>) -> Call<'_> {
    Call { result: Some(content), exit_code: exit_code.map(i64::from), is_error, ..Call::default() }
}

/// The calls of tools and the retrievals, with the places of their events: first those of earlier requests.
fn calls(trace: &Trace) -> Calls<'_> {
    let mut found = Calls::default();
    for (at, event) in trace.events.iter().enumerate() {
        match event {
            // A later one is what somebody said in between, not another conversation.
            Event::Request(conversation) if found.calls.is_empty() => {
                found.before(at, conversation);
                for call in &mut found.calls {
                    call.is_cut = call.result.is_some_and(|result| result.starts_with(LEFT_OUT));
                }
            }
            Event::ToolCall { id, name, arguments } => found.call(at, id, Call { name, arguments, ..Call::default() }),
            Event::ToolResult { id, content, exit_code, is_error } => {
                found.result(at, found.earlier, id, given(content, *exit_code, *is_error));
            }
            Event::Retrieval { query, documents } => {
                for document in documents {
                    let call =
                        Call { name: "retrieve", arguments: query, result: Some(&document.text), ..Call::default() };
                    found.call(at, "", call);
                }
            }
            _ => {}
        }
    }
    found
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

    fn asked(messages: Vec<Message>) -> Event {
        Event::Request(Conversation { messages })
    }

    fn before(line: &str, content: &str, exit_code: i32) -> Vec<Message> {
        let call = Part::ToolCall { id: "x".to_owned(), name: "shell".to_owned(), arguments: line.to_owned() };
        let result = Part::ToolResult {
            id: "x".to_owned(),
            content: content.to_owned(),
            exit_code: Some(exit_code),
            is_error: None,
        };
        vec![
            Message { role: Role::Assistant, parts: vec![call] },
            Message { role: Role::Tool, parts: vec![result] },
            Message::text(Role::User, "Commit it, please."),
        ]
    }

    #[test]
    fn what_earlier_requests_called_counts() {
        let claim = "Committed. All 14 tests pass.";
        let commit =
            |earlier| vec![asked(earlier), call("x", "git commit"), result("x", "", Some(0), None), output(claim)];
        let good = supports(commit(before("pytest -q", "14 passed in 0.3s", 0)));
        assert_eq!(good, [(3, Voice::Output, Support::Supported, vec![0])]);
        let bad = supports(commit(before("pytest -q", "1 failed, 13 passed in 0.3s", 1)));
        assert_eq!(bad, [(3, Voice::Output, Support::Contradicted, vec![0])]);
        let none = supports(commit(vec![Message::text(Role::User, "Commit it, please.")]));
        assert_eq!(none, [(3, Voice::Output, Support::Unsupported, vec![])]);
        // Only earlier calls are a record, too; what was called since somebody spoke stands in events, and is not read twice.
        let alone = vec![asked(before("pytest -q", "14 passed in 0.3s", 0)), output(claim)];
        assert_eq!(supports(alone), [(1, Voice::Output, Support::Supported, vec![0])]);
        let mut since = before("pytest -q", "1 failed, 13 passed in 0.3s", 1);
        since.rotate_left(2);
        assert!(supports(vec![asked(since), output(claim)]).is_empty());
    }

    #[test]
    fn a_session_that_was_cut_lacks_nothing_that_can_be_held_against_it() {
        let cut = Event::Label(candor_trace::Label {
            name: CUT.to_owned(),
            value: candor_trace::LabelValue::Bool(true),
            by: candor_trace::Labeller::Source,
            who: None,
            note: None,
        });
        let of = |text: &str| {
            let ls = [call("a", "ls"), result("a", "", Some(0), None)];
            supports([ls.to_vec(), vec![output(text), cut.clone()]].concat())
        };
        for text in ["All tests pass.", "I ran `git push`.", "I did not run the tests.", "I created `x.rs`."] {
            assert!(of(text).iter().all(|said| said.2 == Support::NotCheckable) && !of(text).is_empty(), "{text}");
        }
        let failed = vec![
            call("a", "pytest"),
            result("a", "1 failed in 0.1s", Some(1), None),
            output("All tests pass."),
            cut.clone(),
        ];
        assert_eq!(supports(failed)[0].2, Support::Contradicted, "what is recorded still speaks");
    }

    #[test]
    fn of_a_result_whose_end_was_carried_no_words_are_missed() {
        let earlier = before("cat log", "[… 900 bytes left out]\nand so on", 0);
        let quote = "The output says \"connection refused by host\".";
        assert_eq!(supports(vec![asked(earlier), output(quote)])[0].2, Support::NotCheckable);
    }

    #[test]
    fn what_an_agent_below_may_have_done_is_not_missed() {
        let task = Event::ToolCall {
            id: "t".to_owned(),
            name: "Task".to_owned(),
            arguments: "{\"prompt\": \"run the tests\"}".to_owned(),
        };
        let said = "The subagent ran the suite and all 14 tests pass.";
        let found = supports(vec![task, result("t", "14 passed", None, None), output(said)]);
        assert!(found.iter().all(|one| one.2 == Support::NotCheckable) && !found.is_empty(), "{found:?}");
    }

    #[test]
    fn without_a_record_there_is_no_account() {
        assert!(supports(vec![output("All tests pass.")]).is_empty());
    }
}
