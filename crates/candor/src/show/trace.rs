//! Traces on the terminal: a list, and one trace in two columns. Left what was recorded (what was asked, tool calls, exit codes, verdicts),
//! right what was claimed (the chain of thought under its provenance, and the reply): never mixed. What a claim and the record say
//! differently is underlined in both and carries one number.

mod marked;

use std::collections::BTreeMap;

use candor_audit::account::{Said, called_before};
use candor_audit::audits::faithfulness::{follows_cue, was_cued};
use candor_llm::{Conversation, Part, Provenance, Role};
use candor_trace::{Event, Trace};

use super::page::{PLANTED, Page, Tone, Writing};
use super::table::{Field, Grid};
use super::text;
use crate::commands::trace::list::List;
use candor_stats::Standing;
use marked::Marked;

/// Lines of one text that are shown unless everything is asked for.
const LINES: usize = 10;

/// A list.
pub(crate) fn list(list: &List, page: Page) -> String {
    let mut writing = Writing::on(page);
    if list.traces.iter().any(|trace| trace.planted) {
        writing.toned("", PLANTED, Some(Tone::Standing(Standing::Planted)));
    }
    if !list.traces.is_empty() {
        let mut grid = Grid::new([
            ("trace", false),
            ("question", false),
            ("arm", false),
            ("model", false),
            ("effort", false),
            ("verdict", false),
            ("answer", false),
            ("tools", true),
            ("tokens", true),
        ]);
        for one in &list.traces {
            let words = |word: &Option<String>| Field::words(&text::cut(word.as_deref().unwrap_or(""), 18));
            grid.row(
                vec![
                    Field::words(&one.id[..8]),
                    Field::words(&text::cut(&one.unit, 24)),
                    words(&one.arm),
                    words(&one.model),
                    words(&one.effort),
                    words(&one.verdict),
                    words(&one.answer),
                    Field::count(one.tools),
                    one.tokens.map_or(Field::Absent(None), Field::count),
                ],
                None,
            );
        }
        grid.write(&mut writing);
    }
    let shown = list.traces.len() as u64;
    let more =
        if shown < list.meant { format!(", the first {shown} shown: --limit N shows more") } else { String::new() };
    writing.toned(
        "",
        &format!("{} of {}{more}", text::thousands(list.meant), text::counted(list.seen, "trace")),
        Some(Tone::Faint),
    );
    if !list.arms.is_empty() {
        let arms = list.arms.iter().map(|(arm, count)| {
            let name =
                if arm.is_empty() { "without an arm".into() } else { text::cut(&text::clean(arm), 40).into_owned() };
            format!("{name} {}", text::thousands(*count))
        });
        writing.paragraph("arms here: ", &arms.collect::<Vec<String>>().join(", "));
    }
    writing.finish()
}

/// One trace.
pub(crate) fn trace(trace: &Trace, account: &[Said], full: bool, page: Page) -> String {
    let mut writing = Writing::on(page);
    let title = format!("trace {} · {}", trace.id().short(), trace.origin);
    writing.heading(&title, trace.planted.then_some((PLANTED, Tone::Standing(Standing::Planted))));
    writing.toned("", &facts(trace), Some(Tone::Faint));
    writing.gap();
    let odds: Vec<&Said> = account.iter().filter(|said| said.is_at_odds()).collect();
    let columns = Columns::of(page);
    columns.heads(&mut writing);
    if let Some((head, body)) = cue(trace) {
        columns.recorded(&head, &body, &[], if full { usize::MAX } else { LINES }, &mut writing);
    }
    for (at, event) in trace.events.iter().enumerate() {
        let numbers: Vec<usize> = odds
            .iter()
            .enumerate()
            .filter(|(_, said)| said.compared.evidence.contains(&at))
            .map(|(n, _)| n + 1)
            .collect();
        let limit = if full { usize::MAX } else { LINES };
        match event {
            Event::Reasoning(reasoning) => {
                columns.right(&format!("reasoning ({})", reasoning.provenance), &mut writing);
                let note = match reasoning.provenance {
                    Provenance::Redacted => "held back by the vendor: not silence",
                    Provenance::Absent => "none was recorded: not silence",
                    _ => "",
                };
                let text = if note.is_empty() { reasoning.text.as_str() } else { note };
                columns.claimed(text, &ranges(&odds, at), limit, &mut writing);
            }
            Event::Output { text, answer, .. } => {
                columns.right("reply", &mut writing);
                columns.claimed(text, &ranges(&odds, at), limit, &mut writing);
                if let Some(answer) = answer.as_deref().filter(|answer| *answer != text) {
                    columns.right(&format!("answer: {}", text::cut(&text::clean(answer), 60)), &mut writing);
                }
            }
            Event::Request(conversation) => {
                // What was called in earlier requests is context, and was not asked for here.
                let numbers = match earlier(conversation) {
                    Some((head, body)) => {
                        columns.recorded(&head, &body, &numbers, limit, &mut writing);
                        &[][..]
                    }
                    None => &numbers,
                };
                columns.recorded("asked", &asked(conversation), numbers, limit, &mut writing);
            }
            other => {
                if let Some((head, body)) = recorded(other) {
                    columns.recorded(&head, &body, &numbers, limit, &mut writing);
                }
            }
        }
    }
    writing.gap();
    conclusions(account, &odds, &mut writing);
    writing.finish()
}

/// What is known of the call beside its events, in one line.
fn facts(trace: &Trace) -> String {
    let mut parts = vec![format!("question {}", trace.trial.unit)];
    parts.extend(trace.trial.arm.as_ref().map(|arm| format!("arm {arm}")));
    parts.push(format!("sample {}", trace.trial.sample));
    parts.extend(trace.model.clone());
    parts.extend(trace.effort.as_ref().map(|effort| format!("effort {effort}")));
    parts.extend(trace.usage.output.map(|tokens| format!("{} output tokens", text::thousands(tokens))));
    parts.extend(trace.cost.map(|cost| cost.to_string()));
    parts.extend(trace.question.gold.as_ref().map(|gold| format!("right answer {}", text::cut(gold, 40))));
    parts.join(" · ")
}

/// The cue of the left column: its kind as the head; to which option it points, whether the answer is that option, and its words below.
fn cue(trace: &Trace) -> Option<(String, String)> {
    let cue = trace.cue.as_ref()?;
    let points = cue.target.as_deref().map_or_else(
        || "the option that it points to was not recorded".to_owned(),
        |target| format!("points to {}", text::cut(target, 40)),
    );
    let (shown, followed) = match (was_cued(trace), follows_cue(trace)) {
        (true, Some(true)) => ("", "; the answer followed it"),
        (true, Some(false)) => ("", "; the answer did not follow it"),
        (false, Some(true)) => (" (not shown in this arm)", "; the answer is that option all the same"),
        (false, Some(false)) => (" (not shown in this arm)", "; the answer is another one"),
        (true, None) => ("", ""),
        (false, None) => (" (not shown in this arm)", ""),
    };
    let words = cue.text.as_deref().map_or_else(String::new, |words| format!("\n{words}"));
    Some((format!("cue: {}{shown}", cue.kind.as_str()), format!("{points}{followed}{words}")))
}

/// An event of the left column: its head and its text.
fn recorded(event: &Event) -> Option<(String, String)> {
    match event {
        Event::Retrieval { query, documents } => Some((
            format!("retrieved: {}", text::counted(documents.len() as u64, "document")),
            std::iter::once(query.clone())
                .chain(documents.iter().map(|document| format!("{}: {}", document.id, document.text)))
                .collect::<Vec<_>>()
                .join("\n"),
        )),
        Event::ToolCall { name, arguments, .. } => Some((format!("tool {name}"), arguments.clone())),
        Event::ToolResult { content, exit_code, is_error, .. } => {
            let head = match (exit_code, is_error) {
                (Some(code), _) => format!("result, exit code {code}"),
                (None, Some(true)) => "result, recorded as failed".to_owned(),
                (None, _) => "result".to_owned(),
            };
            Some((head, content.clone()))
        }
        Event::Verdict { verifier, verdict } => {
            Some((format!("verdict of {verifier}: {}", verdict.outcome), verdict.why.clone()))
        }
        Event::Score { name, value } => Some((format!("score {name}: {value}"), String::new())),
        Event::Label(label) => {
            let who = label.who.as_deref().map_or_else(String::new, |who| format!(" (by {who})"));
            let head = format!("label {}: {}{who}", label.name, label.value.as_text());
            Some((head, label.note.clone().unwrap_or_default()))
        }
        Event::Erasure { basis, .. } => {
            Some(("content erased".to_owned(), format!("basis stated by the operator: {basis}; not examined")))
        }
        Event::Request(_) | Event::Reasoning(_) | Event::Output { .. } => None,
    }
}

/// What was called before this was asked: how many calls, and a line for each with what came of it, the last ones first.
fn earlier(conversation: &Conversation) -> Option<(String, String)> {
    let mut lines: Vec<String> = Vec::new();
    for part in called_before(conversation) {
        match (part, lines.last_mut()) {
            (Part::ToolCall { name, arguments, .. }, _) => {
                lines.push(format!("{name} {}", text::cut(&text::clean(&arguments.replace('\n', " ")), 120)));
            }
            (Part::ToolResult { content, exit_code, .. }, Some(line)) => {
                line.extend(exit_code.map(|code| format!(" · exit code {code}")));
                let last = content.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
                line.push_str(&format!(" · {}", text::cut(&text::clean(last.trim()), 80)));
            }
            _ => {}
        }
    }
    let calls = lines.len() as u64;
    lines.reverse();
    (calls > 0).then(|| (format!("in earlier requests: {}", text::counted(calls, "call")), lines.join("\n")))
}

/// The last message of a request that somebody else than the model wrote: what came before it was asked earlier, and what the model wrote is a claim.
fn asked(conversation: &Conversation) -> String {
    let last = conversation
        .messages
        .iter()
        .rev()
        .filter(|message| message.role != Role::Assistant)
        .find(|message| message.parts.iter().any(|part| matches!(part, Part::Text { .. })));
    let texts = last.into_iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The places in the text of one event that are at odds, with their numbers.
fn ranges(odds: &[&Said], event: usize) -> BTreeMap<usize, (usize, usize)> {
    odds.iter()
        .enumerate()
        .filter(|(_, said)| said.event == event)
        .map(|(at, said)| (at + 1, (said.statement.start, said.statement.end)))
        .collect()
}

/// What the comparison came to, one line per claim at odds.
fn conclusions(account: &[Said], odds: &[&Said], writing: &mut Writing) {
    if account.is_empty() {
        writing.toned("", "no claim about tests, builds, files or commands was read in it, or nothing was recorded to compare one with", Some(Tone::Faint));
        return;
    }
    for (at, said) in odds.iter().enumerate() {
        let support = match said.compared.support {
            candor_verify::signal::statement::Support::Contradicted => "contradicted",
            _ => "not shown",
        };
        let first = format!("[{}] ", at + 1);
        writing.toned(&first, &format!("{support}: {}", said.compared.why), Some(Tone::Bad));
    }
    let checkable = account.iter().filter(|said| said.is_checkable()).count() as u64;
    let summary = format!(
        "{} that the record can check, {} at odds with it; a claim that the record does not show may be true: calls outside it are absent",
        text::counted(checkable, "claim"),
        odds.len()
    );
    writing.toned("", &summary, Some(Tone::Faint));
}

/// Two columns with a rule between them.
struct Columns {
    page: Page,
    left: usize,
    right: usize,
}

impl Columns {
    fn of(page: Page) -> Self {
        let left = page.width.saturating_sub(3) / 2;
        Self { page, left, right: page.width.saturating_sub(3 + left) }
    }

    fn line(&self, left: &str, right: &str, writing: &mut Writing) {
        writing.line(&format!("{} │ {right}", text::left(left, self.left)));
    }

    /// A line whose halves carry tones; widths are those of the bare texts.
    fn toned(
        &self,
        (left, left_tone): (&str, Option<Tone>),
        (right, right_tone): (&str, Option<Tone>),
        writing: &mut Writing,
    ) {
        let tone =
            |text: &str, tone: Option<Tone>| tone.map_or_else(|| text.to_owned(), |tone| self.page.tone(tone, text));
        let space = " ".repeat(self.left.saturating_sub(text::width(left)));
        writing.line(&format!("{}{space} │ {}", tone(left, left_tone), tone(right, right_tone)));
    }

    fn heads(&self, writing: &mut Writing) {
        self.toned(("Recorded", Some(Tone::Strong)), ("Claimed", Some(Tone::Strong)), writing);
        writing.line(&format!("{}─┼─{}", "─".repeat(self.left), "─".repeat(self.right)));
    }

    fn right(&self, head: &str, writing: &mut Writing) {
        self.toned(("", None), (&text::cut(&text::clean(head), self.right), Some(Tone::Strong)), writing);
    }

    fn recorded(&self, head: &str, body: &str, numbers: &[usize], limit: usize, writing: &mut Writing) {
        let marks: String = numbers.iter().map(|number| format!(" [{number}]")).collect();
        let head = text::cut(&text::clean(head), self.left.saturating_sub(marks.len() + 1)).into_owned() + &marks;
        self.toned((&head, Some(Tone::Strong)), ("", None), writing);
        if !numbers.is_empty() {
            self.toned((&"~".repeat(text::width(&head)), Some(Tone::Bad)), ("", None), writing);
        }
        let lines = Marked::of(body, &BTreeMap::new()).wrap(self.left.saturating_sub(2));
        for line in marked::kept(&lines, limit) {
            self.line(&format!("  {}", line.text), "", writing);
        }
    }

    fn claimed(&self, body: &str, ranges: &BTreeMap<usize, (usize, usize)>, limit: usize, writing: &mut Writing) {
        let lines = Marked::of(body, ranges).wrap(self.right.saturating_sub(2));
        for line in marked::kept(&lines, limit) {
            self.line("", &format!("  {}", line.text), writing);
            if let Some(under) = line.underline(self.right.saturating_sub(2)) {
                self.toned(("", None), (&format!("  {under}"), Some(Tone::Bad)), writing);
            }
        }
    }
}
