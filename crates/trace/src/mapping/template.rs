//! From one row of a record to one trace. Not the reading of the record.

use candor_llm::{Conversation, Effort, Finish, Message, Provenance, Reasoning, Role, Usage, split_tagged};
use candor_verify::{CueKind, Verdict};

use super::document::{Difference, ReplyBegins};
use super::field::{Field, Source};
use super::scalar::Scalar;
use super::scope::{Row, Scope};
use super::selection::{Go, Picked};
use crate::error::Problem;
use crate::{Cue, Event, Label, LabelValue, Labeller, Money, Question, Trace, Trial};

/// A list that a template goes through, as the mapping names it.
#[derive(Debug, Clone)]
pub(crate) struct Each {
    pub(crate) way: Vec<Go>,
    pub(crate) path: String,
}

/// A condition on a record or row.
#[derive(Debug, Clone)]
pub(crate) struct When {
    pub(crate) value: Field,
    pub(crate) is: Option<Vec<Scalar<'static>>>,
    pub(crate) not: Vec<Scalar<'static>>,
    pub(crate) present: Option<bool>,
}

/// How a trace is made.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) each: Vec<Each>,
    pub(crate) when: Vec<When>,
    pub(crate) unit: Field,
    pub(crate) arm: Option<Field>,
    pub(crate) sample: Option<Field>,
    pub(crate) stratum: Option<Field>,
    pub(crate) model: Option<Field>,
    pub(crate) effort: Option<Field>,
    pub(crate) at_ms: Option<Field>,
    pub(crate) gold: Option<Field>,
    pub(crate) options: Option<Field>,
    pub(crate) cue_kind: Option<Field>,
    pub(crate) cue_target: Option<Field>,
    pub(crate) cue_text: Option<Field>,
    pub(crate) system: Option<Field>,
    pub(crate) request: Option<Field>,
    pub(crate) messages: Option<(Vec<Go>, String)>,
    pub(crate) reasoning: Option<Field>,
    pub(crate) provenance: Option<Field>,
    pub(crate) reply: Option<Field>,
    pub(crate) reply_begins: ReplyBegins,
    pub(crate) output: Option<Field>,
    pub(crate) answer: Option<Field>,
    pub(crate) finish: Option<Field>,
    pub(crate) verdict: Option<Field>,
    pub(crate) verifier: Option<Field>,
    pub(crate) scores: Vec<(String, Field)>,
    pub(crate) labels: Vec<(String, Labeller, Field)>,
    pub(crate) usage: [Option<Field>; 4],
    pub(crate) cost: Option<Field>,
    pub(crate) planted: Option<Field>,
    /// The fields that name the row of each side table.
    pub(crate) on: Vec<Vec<Field>>,
    /// The fields that are cumulative counters, by number.
    pub(crate) counters: Vec<(Field, Difference)>,
}

impl Template {
    /// Whether the conditions hold; if not, the first that does not, as a reason.
    pub(crate) fn holds(&self, scope: &Scope<'_>) -> Result<bool, Problem> {
        for when in &self.when {
            let value = when.value.value(scope)?;
            let holds = match &value {
                None => when.is.is_none() && when.present != Some(true),
                Some(value) => {
                    when.present != Some(false)
                        && when.is.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted.same(value)))
                        && !when.not.iter().any(|refused| refused.same(value))
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The trace of a row, and whether the source numbers its samples.
    pub(crate) fn trace(&self, scope: &Scope<'_>) -> Result<(Trace, bool), Problem> {
        let Some(unit) = text(&self.unit, scope)? else {
            return Err(self.unit.problem("something that names the question", "nothing"));
        };
        let sample = match optional(&self.sample, scope)? {
            Some((field, value)) => Some(small(field, &value, scope)?),
            None => None,
        };
        let arm = maybe_text(&self.arm, scope)?;
        let mut trace = Trace {
            trial: Trial { audit: None, unit, arm, sample: sample.unwrap_or(0) },
            stratum: maybe_text(&self.stratum, scope)?,
            model: maybe_text(&self.model, scope)?,
            effort: maybe_text(&self.effort, scope)?.map(|text| Effort::from_foreign(whole(&text))),
            at_ms: self.time(scope)?,
            question: Question {
                gold: maybe_text(&self.gold, scope)?,
                options: match optional(&self.options, scope)? {
                    Some((field, value)) => Some(small(field, &value, scope)?),
                    None => None,
                },
            },
            cue: self.cue(scope)?,
            usage: self.usage(scope)?,
            cost: self.cost(scope)?,
            planted: match optional(&self.planted, scope)? {
                Some((field, value)) => truth(field, &value, scope)?,
                None => false,
            },
            ..Trace::default()
        };
        self.conversation(scope, &mut trace)?;
        let answer = maybe_text(&self.answer, scope)?;
        self.reply(scope, &mut trace, answer.as_deref())?;
        self.judgements(scope, &mut trace, answer)?;
        Ok((trace, sample.is_some()))
    }

    fn time(&self, scope: &Scope<'_>) -> Result<Option<i64>, Problem> {
        let Some((field, value)) = optional(&self.at_ms, scope)? else { return Ok(None) };
        match value.number() {
            Some(number) if number.abs() < 9.0e15 => Ok(Some(number as i64)),
            _ => Err(field.problem_in(scope, "milliseconds since 1970", &value.shown())),
        }
    }

    fn cue(&self, scope: &Scope<'_>) -> Result<Option<Cue>, Problem> {
        let Some(kind) = maybe_text(&self.cue_kind, scope)? else { return Ok(None) };
        Ok(Some(Cue {
            kind: CueKind::from_foreign(&kind),
            target: maybe_text(&self.cue_target, scope)?,
            text: maybe_text(&self.cue_text, scope)?,
        }))
    }

    fn usage(&self, scope: &Scope<'_>) -> Result<Usage, Problem> {
        let mut counts = [None; 4];
        for (count, field) in counts.iter_mut().zip(&self.usage) {
            let Some((field, value)) = optional(field, scope)? else { continue };
            let Some(total) = value.count() else {
                return Err(field.problem_in(scope, "a whole number of tokens", &value.shown()));
            };
            let part = if field.shared { share(i128::from(total), scope.row) } else { i128::from(total) };
            *count = u64::try_from(part).ok();
        }
        let [input, cached_input, output, reasoning] = counts;
        Ok(Usage { input, cached_input, output, reasoning })
    }

    fn cost(&self, scope: &Scope<'_>) -> Result<Option<Money>, Problem> {
        let Some((field, value)) = optional(&self.cost, scope)? else { return Ok(None) };
        let amount = value.number().filter(|amount| *amount >= 0.0).and_then(Money::from_units);
        let Some(Money(total)) = amount else {
            return Err(field.problem_in(scope, "an amount of money, 0 or more", &value.shown()));
        };
        let part = if field.shared { share(i128::from(total), scope.row) } else { i128::from(total) };
        Ok(i64::try_from(part).ok().map(Money))
    }

    fn conversation(&self, scope: &Scope<'_>, trace: &mut Trace) -> Result<(), Problem> {
        if let Some((way, path)) = &self.messages
            && let Picked::Raw(raw) = scope.find(way)
        {
            return crate::import::messages_into(&raw.text, trace).map_err(|problem| within(problem, path));
        }
        let mut messages = Vec::new();
        if let Some(text) = maybe_text(&self.system, scope)? {
            messages.push(Message::text(Role::System, text));
        }
        if let Some(text) = maybe_text(&self.request, scope)? {
            messages.push(Message::text(Role::User, text));
        }
        if !messages.is_empty() {
            trace.events.push(Event::Request(Conversation { messages }));
        }
        Ok(())
    }

    /// Reasoning and output, from one text or from two.
    fn reply(&self, scope: &Scope<'_>, trace: &mut Trace, answer: Option<&str>) -> Result<(), Problem> {
        let reply = optional(&self.reply, scope)?;
        let mut output = maybe_text(&self.output, scope)?;
        let mut reasoning = maybe_text(&self.reasoning, scope)?.map(Reasoning::raw);
        if let Some((field, value)) = &reply {
            let text = value.text().map_err(|expected| field.problem_in(scope, expected, &value.shown()))?;
            let (chain, rest) = cut_reply(&text, self.reply_begins);
            if reasoning.is_none() {
                reasoning = Some(chain);
            }
            output = output.or(Some(rest));
        }
        // What a list of messages said is there already; a field beside it speaks of its last reply.
        let told = trace.events.iter().rposition(|event| matches!(event, Event::Output { .. }));
        let told = told.filter(|_| output.is_none());
        if let Some((field, value)) = optional(&self.provenance, scope)? {
            let provenance = provenance(field, &value, scope)?;
            if reasoning.is_none() && reply.is_none() && trace.reasoning().is_some() {
                for event in &mut trace.events {
                    if let Event::Reasoning(told) = event {
                        *told = of_provenance(std::mem::take(&mut told.text), provenance);
                    }
                }
            } else {
                let text = reasoning.map_or_else(String::new, |reasoning| reasoning.text);
                reasoning = Some(of_provenance(text, provenance));
            }
        }
        if let Some(reasoning) = reasoning {
            trace.events.insert(told.unwrap_or(trace.events.len()), Event::Reasoning(reasoning));
        }
        let finish = maybe_text(&self.finish, scope)?.map(|text| Finish::from_foreign(&text));
        if output.is_some() || answer.is_some() || finish.is_some() {
            let answer = answer.map(str::to_owned);
            match told.and_then(|_| trace.last_output()) {
                Some((said, ended)) => (*said, *ended) = (answer, finish),
                None => trace.events.push(Event::Output { text: output.unwrap_or_default(), answer, finish }),
            }
        }
        Ok(())
    }

    /// Verdict, scores and labels.
    fn judgements(&self, scope: &Scope<'_>, trace: &mut Trace, answer: Option<String>) -> Result<(), Problem> {
        if let Some((field, value)) = optional(&self.verdict, scope)? {
            let Some(outcome) = value.outcome() else {
                return Err(field.problem_in(
                    scope,
                    "true, false, 0, 1, correct, wrong, no_answer or error",
                    &value.shown(),
                ));
            };
            let (by, why) = if field.is_comparison() {
                ("equality", "the mapping compared two texts of the source, letter by letter")
            } else {
                ("source", "as the source recorded it")
            };
            let verifier = maybe_text(&self.verifier, scope)?.unwrap_or_else(|| by.to_owned());
            let verdict = Verdict { outcome, extracted: answer, why: why.to_owned() };
            trace.events.push(Event::Verdict { verifier, verdict });
        }
        for (name, field) in &self.scores {
            let Some(value) = field.value(scope)? else { continue };
            let Some(number) = value.number() else { return Err(field.problem_in(scope, "a number", &value.shown())) };
            trace.events.push(Event::Score { name: name.clone(), value: number });
        }
        for (name, by, field) in &self.labels {
            let Some(value) = field.value(scope)? else { continue };
            let value = match value {
                Scalar::Bool(value) => LabelValue::Bool(value),
                Scalar::Text(text) => LabelValue::Text(text.into_owned()),
                number => match number.number() {
                    Some(number) => LabelValue::Number(number),
                    None => return Err(field.problem_in(scope, "a finite number", &number.shown())),
                },
            };
            trace.events.push(Event::Label(Label { name: name.clone(), value, by: *by, who: None, note: None }));
        }
        Ok(())
    }
}

impl Field {
    /// A problem with its value in a record: of several names it is that of the one whose value was taken.
    fn problem_in(&self, scope: &Scope<'_>, expected: &str, found: &str) -> Problem {
        let taken = match &self.source {
            Source::Any(fields) => fields.iter().find(|field| !matches!(field.value(scope), Ok(None))),
            _ => None,
        };
        taken.unwrap_or(self).problem(expected, found)
    }
}

/// A chain of thought of the provenance that the mapping says.
fn of_provenance(text: String, provenance: Provenance) -> Reasoning {
    match provenance.is_readable() {
        true if text.trim().is_empty() => Reasoning::absent(),
        true => Reasoning { text, provenance },
        false => Reasoning { text: String::new(), provenance },
    }
}

/// Cuts a reply text into its chain of thought and the rest.
fn cut_reply(text: &str, begins: ReplyBegins) -> (Reasoning, String) {
    let tagged = split_tagged(text);
    if begins == ReplyBegins::WithinChain
        && tagged.provenance == Provenance::Absent
        && tagged.answer.len() == text.len()
    {
        // The prompt opened the chain and nothing closes it: everything is chain, and it was cut off.
        let chain = Reasoning::raw(text.trim());
        let provenance = if chain.provenance == Provenance::Raw { Provenance::Truncated } else { chain.provenance };
        return (Reasoning { provenance, ..chain }, String::new());
    }
    (tagged.to_reasoning(), tagged.answer.to_owned())
}

/// The part of a total that belongs to a row, so that all parts together are exactly the total.
fn share(total: i128, row: &Row<'_>) -> i128 {
    let of = row.of.max(1) as i128;
    let upto = |number: i128| total * number / of;
    upto(row.number as i128 + 1) - upto(row.number as i128)
}

/// Where the values of `each` have their rows.
pub(crate) fn rows<'r>(record: &'r Picked<'r>, each: &'r Each) -> Vec<Row<'r>> {
    let mut rows = Vec::new();
    gather(record, &each.way, &mut Row::default(), &mut rows);
    let of = rows.len();
    for (number, row) in rows.iter_mut().enumerate() {
        row.number = number;
        row.of = of;
    }
    rows
}

fn gather<'r>(at: &'r Picked<'r>, way: &'r [Go], row: &mut Row<'r>, rows: &mut Vec<Row<'r>>) {
    let Some((go, rest)) = way.split_first() else {
        if !matches!(at, Picked::Missing) {
            rows.push(row.clone());
        }
        return;
    };
    match (go, at.inside()) {
        (Go::Field(slot), Picked::Object(object)) => {
            if let Some(next) = object.field(*slot) {
                gather(next, rest, row, rows);
            }
        }
        (Go::Item(index), Picked::List(list)) => {
            if let Some(next) = list.items.get(*index) {
                gather(next, rest, row, rows);
            }
        }
        (Go::Row(_), Picked::List(list)) => {
            for (index, next) in list.items.iter().enumerate() {
                row.items.push(index);
                gather(next, rest, row, rows);
                row.items.pop();
            }
        }
        (Go::Capture(name), Picked::Object(object)) => {
            for (key, next) in &object.entries {
                row.keys.push((name, key));
                gather(next, rest, row, rows);
                row.keys.pop();
            }
        }
        _ => {}
    }
}

/// Whether two lists of rows go through the same places.
pub(crate) fn same_rows(left: &[Row<'_>], right: &[Row<'_>]) -> bool {
    let mut right: Vec<_> = right.iter().map(|row| (&row.keys, &row.items)).collect();
    let mut left: Vec<_> = left.iter().map(|row| (&row.keys, &row.items)).collect();
    if left != right {
        // Objects need not list their keys in the same order.
        left.sort();
        right.sort();
    }
    left == right
}

fn within(mut problem: Problem, path: &str) -> Problem {
    problem.field = if problem.field.is_empty() { path.to_owned() } else { format!("{path}.{}", problem.field) };
    problem
}

#[inline]
fn optional<'s>(field: &'s Option<Field>, scope: &'s Scope<'_>) -> Result<Option<(&'s Field, Scalar<'s>)>, Problem> {
    match field {
        Some(field) if !field.is_idle(scope) => Ok(field.value(scope)?.map(|value| (field, value))),
        _ => Ok(None),
    }
}

fn text(field: &Field, scope: &Scope<'_>) -> Result<Option<String>, Problem> {
    let Some(value) = field.value(scope)? else { return Ok(None) };
    if let Scalar::Text(text) = value {
        return Ok(Some(text.into_owned()));
    }
    let shown = if matches!(value, Scalar::Float(_)) { value.shown() } else { String::new() };
    value.into_text().map(|text| Some(text.into_owned())).map_err(|expected| field.problem_in(scope, expected, &shown))
}

#[inline]
fn maybe_text(field: &Option<Field>, scope: &Scope<'_>) -> Result<Option<String>, Problem> {
    match field {
        Some(field) if !field.is_idle(scope) => text(field, scope),
        _ => Ok(None),
    }
}

/// A whole number as a table with gaps writes it, `1024.0`, without its end; any other text as it is.
fn whole(text: &str) -> &str {
    let text = text.trim();
    let digits = text.strip_suffix(".0").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.filter(|digits| !digits.is_empty()).unwrap_or(text)
}

fn small<T: TryFrom<u64>>(field: &Field, value: &Scalar<'_>, scope: &Scope<'_>) -> Result<T, Problem> {
    let small = value.count().and_then(|count| T::try_from(count).ok());
    small.ok_or_else(|| field.problem_in(scope, "a small whole number", &value.shown()))
}

fn truth(field: &Field, value: &Scalar<'_>, scope: &Scope<'_>) -> Result<bool, Problem> {
    value.truth().ok_or_else(|| field.problem_in(scope, "true, false, 0 or 1", &value.shown()))
}

fn provenance(field: &Field, value: &Scalar<'_>, scope: &Scope<'_>) -> Result<Provenance, Problem> {
    let found = match value {
        Scalar::Text(text) => Provenance::ALL.into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text.trim())),
        _ => None,
    };
    found.ok_or_else(|| field.problem_in(scope, "raw, summary, redacted, truncated or absent", &value.shown()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_total() {
        for (total, of) in [(483_150, 100), (7, 3), (0, 5), (1, 100)] {
            let parts: Vec<i128> = (0..of).map(|number| share(total, &Row { number, of, ..Row::default() })).collect();
            assert_eq!(parts.iter().sum::<i128>(), total);
            assert!(parts.iter().max().unwrap() - parts.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn a_reply_that_begins_within_the_chain_and_never_closes_it_is_truncated() {
        let cut = |text| cut_reply(text, ReplyBegins::WithinChain);
        let (chain, rest) = cut("thinking and thinking");
        assert_eq!((chain.provenance, rest.as_str()), (Provenance::Truncated, ""));
        let (chain, rest) = cut("so B</think>\n\nB");
        assert_eq!((chain.provenance, chain.text.as_str(), rest.as_str()), (Provenance::Raw, "so B", "B"));
        let (chain, rest) = cut("<think>so B");
        assert_eq!((chain.provenance, rest.as_str()), (Provenance::Truncated, ""));
        let (chain, rest) = cut_reply("plain answer", ReplyBegins::Plain);
        assert_eq!((chain.provenance, rest.as_str()), (Provenance::Absent, "plain answer"));
    }
}
