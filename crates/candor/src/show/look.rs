//! What a look found, on the terminal: what was recognised, what it can answer, what is missing for the rest, and the next command.

use candor_audit::Readiness;
use candor_llm::Provenance;
use candor_stats::Standing;
use candor_trace::arm;
use candor_trace::import::Format;
use candor_trace::mapping::draft::spelled;

use super::page::{PLANTED, Page, Tone, Writing};
use super::table::{Field, Grid};
use super::text;
use crate::commands::look::{Drafted, Looked, OfFormat};
use crate::settings::program;

/// The whole picture.
pub(crate) fn looked(looked: &Looked, page: Page) -> String {
    let mut writing = Writing::on(page);
    head(looked, &mut writing);
    formats(looked, &mut writing);
    arms(looked, &mut writing);
    cost(looked, &mut writing);
    if looked.holds.traces + looked.holds.roster > 0 {
        answers(looked, &mut writing);
    }
    drafts(looked, &mut writing);
    if let Some(next) = &looked.next {
        writing.gap();
        writing.command("next: ", next, Some(Tone::Strong));
    }
    writing.finish()
}

/// Every file that was not read, every reason for which a part of a record gave no trace, and the first invalid records.
pub(crate) fn skipped(looked: &Looked, page: Page) -> String {
    let mut writing = Writing::on(page);
    if looked.skipped.is_empty() && looked.invalid == 0 && looked.set_aside.is_empty() {
        writing.paragraph("", "nothing was skipped");
    }
    if !looked.skipped.is_empty() {
        let mut grid = Grid::new([("not read", false), ("because", false)]);
        for (file, why) in &looked.skipped {
            grid.row(vec![Field::words(file), Field::words(why)], None);
        }
        grid.write(&mut writing);
    }
    if !looked.set_aside.is_empty() {
        writing.gap();
        let mut grid = Grid::new([("set aside", true), ("because", false)]);
        for (why, count) in &looked.set_aside {
            grid.row(vec![Field::count(*count), Field::words(why)], None);
        }
        grid.write(&mut writing);
    }
    if looked.invalid > 0 {
        writing.gap();
        writing.heading(&format!("{} that cannot be read", text::counted(looked.invalid, "record")), None);
        for line in &looked.invalid_listed {
            writing.paragraph("  - ", line);
        }
    }
    writing.finish()
}

fn head(looked: &Looked, writing: &mut Writing) {
    let all = looked.files + looked.skipped.len() as u64;
    let recognised = match looked.formats.len() {
        0 => "none recognised".to_owned(),
        count => format!("{} recognised", text::counted(count as u64, "format")),
    };
    let mut line = format!("{}: {}, {recognised}", looked.path, text::counted(all, "file"));
    if !looked.skipped.is_empty() {
        line.push_str(&format!(", {} skipped", looked.skipped.len()));
    }
    writing.paragraph("", &line);
    if !looked.skipped.is_empty() {
        writing.command("  why: ", &format!("candor look {} --skipped", text::shell(&looked.path)), None);
    }
    if looked.holds.planted > 0 {
        writing.toned("", PLANTED, Some(Tone::Standing(Standing::Planted)));
    }
    if looked.invalid > 0 {
        let records = text::counted(looked.invalid, "record");
        writing.paragraph(
            "",
            &format!(
                "{records} cannot be read; the first: {}",
                looked.invalid_listed.first().map_or("", String::as_str)
            ),
        );
    }
    for field in &looked.absent {
        writing.paragraph("", field);
    }
    const MOST_OVERLAPS: usize = 3;
    for overlap in looked.overlaps.iter().take(MOST_OVERLAPS) {
        writing.toned("twice: ", &overlap.to_string(), Some(Tone::Bad));
    }
    let more = looked.overlaps.len().saturating_sub(MOST_OVERLAPS);
    if more > 0 {
        let pairs = if more == 1 { "pair of files holds" } else { "pairs of files hold" };
        writing.toned(
            "twice: ",
            &format!("{} more {pairs} the same samples: --json", text::thousands(more as u64)),
            Some(Tone::Bad),
        );
    }
    unread(looked, writing);
    for (why, count) in looked.set_aside.iter().take(3) {
        writing.toned("", &format!("{} set aside: {why}", text::thousands(*count)), Some(Tone::Faint));
    }
}

/// Samples that stand twice, and the names that were not read: most often one of them tells those samples apart.
fn unread(looked: &Looked, writing: &mut Writing) {
    let (repeated, all) = (looked.holds.repeated, looked.holds.traces);
    if repeated > 0 {
        let has = if repeated == 1 { "has" } else { "have" };
        let line = format!(
            "{} of {} {has} question and number in common with an earlier one of the same model, effort, arm and cue: audits use one of them",
            text::thousands(repeated),
            text::counted(all, "call")
        );
        writing.toned("twice: ", &line, Some(Tone::Bad));
    }
    let unread = &looked.unread;
    if !unread.names.is_empty() {
        let names: Vec<String> = unread.names.iter().map(|name| named(name)).collect();
        let listed = listed(&names, unread.more);
        let tone = if repeated > 0 { None } else { Some(Tone::Faint) };
        writing.toned("not read: ", &format!("{listed}: nothing takes them, a mapping can"), tone);
    }
    let is_samples = looked.formats.iter().any(|format| format.format == Format::Samples.as_str());
    if repeated > 0 && is_samples && looked.drafts.iter().all(|draft| draft.written.is_none()) {
        let command = format!("candor look {} --draft mapping.toml", text::shell(&looked.path));
        writing.command("a mapping to correct: ", &command, None);
    }
}

/// A foreign name as it stands in a line.
fn named(name: &str) -> String {
    text::cut(&text::clean(name), 40).into_owned()
}

/// "a, b and 3 more": the first eight; `more` stand behind those that are there.
fn listed(names: &[String], more: u64) -> String {
    const MOST: usize = 8;
    let more = more + names.len().saturating_sub(MOST) as u64;
    let shown = names.get(..MOST).unwrap_or(names).join(", ");
    if more == 0 { shown } else { format!("{shown} and {} more", text::thousands(more)) }
}

/// "arm names are hint, no_hint": where an audit of cues would find both halves under other names.
fn own_arms(looked: &Looked, writing: &mut Writing) {
    let arms = &looked.holds.arms;
    let called = |wanted: &str| arms.keys().any(|name| name == wanted || spelled(name) == Some(wanted));
    let own: Vec<String> = arms.keys().filter(|name| spelled(name).is_some()).map(|name| named(name)).collect();
    if own.is_empty() || !called(arm::CUED) || !called(arm::UNCUED) {
        return;
    }
    let line = format!(
        "arm names are {}; needed: cued, uncued. Samples are read so where the file says what the cue is (cue_kind, hint_option)",
        listed(&own, 0)
    );
    writing.paragraph("  ", &line);
}

fn formats(looked: &Looked, writing: &mut Writing) {
    if looked.formats.is_empty() {
        return;
    }
    let mut grid = Grid::new([("", false), ("", true), ("", true), ("", false), ("", false)]).indented(2);
    for format in &looked.formats {
        grid.row(
            vec![
                Field::words(&format.format),
                Field::Count(text::counted(format.files, "file")),
                Field::Count(held(format)),
                Field::words(&models(format)),
                Field::words(&reasoning(format)),
            ],
            None,
        );
    }
    grid.write(writing);
}

/// "arms: cued 960 calls, uncued 960": where calls differ in it, and always where a mapping says it.
fn arms(looked: &Looked, writing: &mut Writing) {
    const MOST: usize = 8;
    let holds = &looked.holds;
    let unnamed = holds.traces.saturating_sub(holds.arms.values().sum());
    let mut arms: Vec<(String, u64)> = holds.arms.iter().map(|(name, count)| (named(name), *count)).collect();
    if unnamed > 0 && !arms.is_empty() {
        arms.push(("without an arm".to_owned(), unnamed));
    }
    if holds.traces == 0 || arms.len() < 2 && !looked.mapped {
        return;
    }
    if arms.is_empty() {
        writing.paragraph("  arms: ", "none: the mapping says that every question was put in one way");
        return;
    }
    arms.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = arms.len().saturating_sub(MOST);
    let mut listed: Vec<String> = arms
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(at, (name, count))| match at {
            0 => format!("{name} {}", text::counted(*count, "call")),
            _ => format!("{name} {}", text::thousands(*count)),
        })
        .collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    writing.paragraph("  arms: ", &listed.join(", "));
    own_arms(looked, writing);
}

/// "cost: $4.80 in all, of 240 calls".
fn cost(looked: &Looked, writing: &mut Writing) {
    let (of, all) = (looked.holds.costs, looked.holds.traces);
    if of == 0 {
        return;
    }
    let of = if of == all {
        text::counted(of, "call")
    } else {
        format!("{} of {}", text::thousands(of), text::counted(all, "call"))
    };
    let spent = looked.holds.spent;
    // What is less than a cent is not nothing.
    let spent = if spent.units() < 0.01 { spent.to_string() } else { format!("${:.2}", spent.units()) };
    writing.paragraph("  cost: ", &format!("{spent} in all, recorded for {of}"));
}

/// "240 calls", "416 questions of a roster": what stands to be answered is no call.
fn held(format: &OfFormat) -> String {
    let calls = format.traces.saturating_sub(format.roster);
    match (calls, format.roster) {
        (_, 0) => text::counted(calls, "call"),
        (0, roster) => format!("{} of a roster", text::counted(roster, "question")),
        (_, roster) => format!("{}, {} of a roster", text::counted(calls, "call"), text::counted(roster, "question")),
    }
}

fn models(format: &OfFormat) -> String {
    if format.traces == format.roster {
        return String::new();
    }
    match format.models.len() {
        0 => "no model named".to_owned(),
        1 => text::cut(&text::clean(format.models.first().map_or("", String::as_str)), 24).into_owned(),
        count => text::counted(count as u64, "model"),
    }
}

/// "reasoning: raw 71 %, summary 22 %, absent 7 %".
fn reasoning(format: &OfFormat) -> String {
    let all: u64 = format.reasoning.values().sum();
    if all == 0 {
        return String::new();
    }
    let counts: Vec<(&Provenance, u64)> = Provenance::ALL
        .iter()
        .filter_map(|provenance| Some((provenance, *format.reasoning.get(provenance)?)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let shares = per_cent(&counts.iter().map(|(_, count)| *count).collect::<Vec<u64>>());
    let shares: Vec<String> =
        counts.iter().zip(shares).map(|((provenance, _), share)| format!("{provenance} {share} %")).collect();
    format!("reasoning: {}", shares.join(", "))
}

/// Whole per cent that add up to 100, but neither 0 nor 100 where it is not that: what rounding down leaves goes to the largest remainders.
fn per_cent(counts: &[u64]) -> Vec<String> {
    let all: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if all == 0 {
        return vec!["0".to_owned(); counts.len()];
    }
    let mut shares: Vec<u128> = counts.iter().map(|count| 100 * u128::from(*count) / all).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(counts.get(*at).map_or(0, |count| 100 * u128::from(*count) % all)));
    let left = 100_usize.saturating_sub(shares.iter().sum::<u128>() as usize);
    for at in by_remainder.into_iter().take(left) {
        if let Some(share) = shares.get_mut(at) {
            *share += 1;
        }
    }
    let several = counts.iter().filter(|count| **count > 0).count() > 1;
    let word = |share: u128| match share {
        0 if several => "under 1".to_owned(),
        100 if several => "over 99".to_owned(),
        share => share.to_string(),
    };
    shares.into_iter().map(word).collect()
}

fn answers(looked: &Looked, writing: &mut Writing) {
    let write =
        |title: &str, questions: &mut dyn Iterator<Item = &Readiness>, tone: Option<Tone>, writing: &mut Writing| {
            let mut questions = questions.peekable();
            if questions.peek().is_none() {
                return;
            }
            writing.gap();
            writing.heading(title, None);
            let mut grid = Grid::new([("", false), ("", false), ("", false)]).indented(2);
            for question in questions {
                let ready = tone.map_or_else(|| Field::words(""), |tone| Field::Toned("ready".to_owned(), tone));
                grid.row(
                    vec![Field::words(question.name), ready, Field::words(&text::typed(&question.says, program()))],
                    None,
                );
            }
            grid.write(writing);
        };
    let questions = &looked.questions;
    write("what this data can answer", &mut questions.iter().filter(|q| q.ready), Some(Tone::Good), writing);
    write("what is missing for the rest", &mut questions.iter().filter(|q| !q.ready), None, writing);
}

/// Drafts of mappings: where nothing was recognised the first one is shown, else how to get them.
fn drafts(looked: &Looked, writing: &mut Writing) {
    let Some(first) = looked.drafts.first() else { return };
    writing.gap();
    for draft in looked.drafts.iter().filter(|draft| draft.written.is_some()) {
        let written = draft.written.as_deref().unwrap_or_default();
        writing.paragraph("", &format!("{written}: a draft of a mapping for {}", described(draft)));
    }
    if first.written.is_some() {
        writing.toned(
            "",
            "read it line by line before its numbers are believed: it says what is sure and what is a guess",
            Some(Tone::Faint),
        );
        return;
    }
    for draft in &looked.drafts {
        writing.paragraph("", &format!("{} can be read through a mapping; a draft of it is made", described(draft)));
    }
    if looked.formats.is_empty() {
        writing.gap();
        for line in first.toml.lines().take(MOST_LINES) {
            let indented = format!("  {}", text::clean(line));
            writing.line(&text::cut(&indented, writing.page().width));
        }
    } else {
        let command = format!("candor look {} --draft mapping.toml", text::shell(&looked.path));
        writing.command("write it: ", &command, None);
    }
}

/// At most this many lines of a draft are shown; a file holds all of them.
const MOST_LINES: usize = 60;

/// "a.jsonl and 3 more (2 guesses)".
fn described(draft: &Drafted) -> String {
    let first = draft.files.first().map_or("", String::as_str);
    let more = draft.files.len().saturating_sub(1);
    let files = if more == 0 { first.to_owned() } else { format!("{first} and {more} more") };
    match draft.guesses {
        0 => files,
        1 => format!("{files} (1 guess)"),
        count => format!("{files} ({count} guesses)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_a_hundred() {
        let cases: [(&[u64], &[&str]); 7] = [
            (&[1, 7], &["13", "87"]),
            (&[1, 1, 1], &["34", "33", "33"]),
            (&[29, 29, 42], &["29", "29", "42"]),
            (&[5], &["100"]),
            (&[1, 99_999], &["under 1", "over 99"]),
            (&[0], &["0"]),
            (&[], &[]),
        ];
        for (counts, shares) in cases {
            assert_eq!(per_cent(counts), shares, "{counts:?}");
        }
    }
}
