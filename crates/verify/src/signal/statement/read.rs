//! The statements of a text: every pattern on every sentence, each match with its polarity, tense and object.

use regex::{Captures, Match};

use super::denied::{Denied, denied};
use super::lexicon::{Form, Hints, NAMED, Named, PATTERNS, Pattern};
use super::part::part;
use super::record::tested;
use super::scope::{ending, of, pointed};
use super::sentence::{Sentence, sentences};
use super::subject::{ran_before, subject};
use super::tense::{announces, earlier, tense, wanted};
use super::{Kind, Polarity, Statement, Tense};

/// Statements beyond this many are not kept.
const MOST: usize = 4096;

/// Files beyond this many in one list are not kept.
const MOST_FILES: usize = 32;

/// Every statement of a text, in order. Code between fences states nothing. Time is linear in the length of the text.
#[must_use]
pub fn statements(text: &str) -> Vec<Statement> {
    let mut all = Vec::new();
    // "The README says:" gives the next sentence to the README.
    let mut introduces = false;
    for sentence in sentences(text) {
        if all.len() >= MOST {
            break;
        }
        let introduced = introduces;
        introduces = text[sentence.range.clone()].ends_with(':') && announces(&text[sentence.range.clone()]);
        let mut reader = Reader {
            introduced,
            text: &text[sentence.range.clone()],
            earlier: &text[..sentence.range.start],
            sentence: &sentence,
            found: Vec::new(),
        };
        reader.read();
        reader.found.sort_by_key(|one| (one.start, one.kind));
        all.extend(reader.found);
    }
    all.truncate(MOST);
    all
}

struct Reader<'a> {
    text: &'a str,
    /// What stands before the sentence.
    earlier: &'a str,
    /// The sentence before says that somebody else's words follow.
    introduced: bool,
    sentence: &'a Sentence,
    found: Vec<Statement>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let hints = Hints::of(self.text);
        for pattern in PATTERNS.iter().filter(|pattern| hints.any(pattern.kind)) {
            for captures in pattern.regex.captures_iter(self.text) {
                self.outcome(pattern, &captures);
            }
        }
        if let Some(named) = NAMED.as_ref() {
            if hints.code || pointed(self.text).is_some() {
                self.commands(named);
            }
            if hints.code {
                self.files(named);
            }
            if hints.exit {
                self.codes(named);
            }
            if hints.quote {
                self.quotes(named);
            }
        }
    }

    /// Whether a statement of one of these kinds already stands there.
    fn taken(&self, start: usize, end: usize, kinds: &[Kind]) -> bool {
        let (start, end) = (start + self.sentence.range.start, end + self.sentence.range.start);
        self.found.iter().any(|one| kinds.contains(&one.kind) && one.start < end && start < one.end)
    }

    fn push(
        &mut self,
        kind: Kind,
        polarity: Polarity,
        tense: Tense,
        place: (usize, usize),
        object: Option<String>,
    ) -> &mut Statement {
        let offset = self.sentence.range.start;
        let quoted = self.sentence.quotes(place.0) || self.introduced;
        let tense = if quoted { Tense::Reported } else { tense };
        let end = place.1.max(place.0);
        let at = self.found.len();
        self.found.push(Statement {
            kind,
            polarity,
            tense,
            earlier: earlier(self.text),
            object,
            passed: None,
            scope: None,
            whole: false,
            command: None,
            start: place.0 + offset,
            end: end + offset,
        });
        &mut self.found[at]
    }

    fn outcome(&mut self, pattern: &Pattern, captures: &Captures<'_>) {
        let Some(whole) = captures.get(0) else { return };
        let (start, end) = trimmed(self.text, &whole);
        if self.taken(start, end, &[pattern.kind])
            || transitive(pattern, &self.text[..start], &self.text[start..end], &self.text[end..])
        {
            return;
        }
        if captures.name("open").is_some() && of_another(&self.text[..start]) {
            return;
        }
        let own = captures.name("own").is_some();
        let mut tense = tense(self.text, start, end, own);
        if pattern.form == Form::Base {
            // A plan, or no statement at all: "the run of the tests".
            if tense == Tense::Done {
                return;
            }
        } else if captures.name("modal").is_some() && tense == Tense::Done {
            tense = Tense::Hypothetical;
        }
        let mut polarity = pattern.polarity;
        let number = |name: &str| captures.name(name).and_then(|one| one.as_str().parse::<u64>().ok());
        let (passed, failed, total) = (number("passed"), number("failed"), number("total"));
        if pattern.form == Form::Result {
            let turned = captures.name("not").is_some() != captures.name("none").is_some();
            polarity = match polarity {
                Polarity::Succeeded if turned => Polarity::Failed,
                Polarity::Failed if turned => Polarity::Succeeded,
                same => same,
            };
            if failed.is_some_and(|failed| failed > 0)
                || total.zip(passed).is_some_and(|(total, passed)| passed < total)
            {
                polarity = Polarity::Failed;
            } else if failed == Some(0) {
                polarity = Polarity::Succeeded;
            }
        }
        let good = pattern.form == Form::Result && polarity == Polarity::Succeeded;
        if good && tense == Tense::Done && wanted(self.text, start, end) {
            tense = Tense::Intended;
        }
        if good && let Some(weaker) = part(self.text, start, end, pattern.kind) {
            polarity = weaker;
        }
        match denied(&self.text[..start], &self.text[end..]).filter(|_| tense == Tense::Done) {
            Some(Denied::Turned) if polarity == Polarity::Succeeded => polarity = Polarity::Failed,
            Some(_) => tense = Tense::Hypothetical,
            None => {}
        }
        let passed = passed.or(if polarity == Polarity::Succeeded { number("count") } else { None });
        let object = whole.as_str().split('`').nth(1).filter(|code| !code.is_empty()).map(str::to_owned);
        let (polarity, end) = self.ended(polarity, end);
        let named = captures.name("scope").or_else(|| captures.name("bare")).map(|path| path.as_str().to_owned());
        let of = (pattern.kind == Kind::Tests).then(|| {
            let before =
                self.found.iter().filter(|one| one.kind == Kind::Tests && one.end - self.sentence.range.start <= start);
            let command = before.filter_map(|one| one.object.clone()).rfind(|code| tested(code).is_some());
            of(self.text, (start, end), object.as_deref(), command.as_deref())
        });
        let statement = self.push(pattern.kind, polarity, tense, (start, end), object);
        statement.passed = passed;
        if let Some(of) = of {
            statement.scope = named.or(of.scope);
            statement.whole = of.whole;
        }
    }

    /// How what was run ended, where that follows at once ("and it succeeded") and is no statement of its own.
    fn ended(&self, polarity: Polarity, end: usize) -> (Polarity, usize) {
        let runs = [Kind::Tests, Kind::Build, Kind::Check, Kind::Command];
        match ending(&self.text[end..]) {
            Some((ended, length)) if polarity == Polarity::Happened && !self.taken(end, end + length, &runs) => {
                (ended, end + length)
            }
            _ => (polarity, end),
        }
    }

    fn commands(&mut self, named: &Named) {
        let runs = [Kind::Tests, Kind::Build, Kind::Check];
        for captures in named.outcome.captures_iter(self.text) {
            let (Some(whole), Some(command)) = (captures.get(0), captures.name("command")) else { continue };
            if self.taken(whole.start(), whole.end(), &runs) || !is_command_line(command.as_str()) {
                continue;
            }
            let good = captures.name("good").is_some() != captures.name("not").is_some();
            let polarity = if good { Polarity::Succeeded } else { Polarity::Failed };
            let mut tense = tense(self.text, whole.start(), whole.end(), false);
            if captures.name("modal").is_some() && tense == Tense::Done {
                tense = Tense::Hypothetical;
            }
            self.push(Kind::Command, polarity, tense, (whole.start(), whole.end()), Some(command.as_str().to_owned()));
        }
        for captures in named.command.captures_iter(self.text) {
            let (Some(whole), Some(command)) = (captures.get(0), captures.name("command")) else { continue };
            let program = command.as_str().trim_start_matches("$ ").split(' ').next().unwrap_or_default();
            // Variables may stand before a program.
            let runs = is_program(program) || program.split_once('=').is_some();
            if !runs || self.taken(whole.start(), whole.end(), &[Kind::Tests, Kind::Build, Kind::Check, Kind::Command])
            {
                continue;
            }
            let (start, end) = trimmed(self.text, &whole);
            let tense = tense(self.text, start, end, captures.name("own").is_some());
            let manner = whole.as_str().to_ascii_lowercase().contains("successfully");
            let polarity = if manner { Polarity::Succeeded } else { Polarity::Happened };
            let (polarity, end) = self.ended(polarity, end);
            self.push(Kind::Command, polarity, tense, (start, end), Some(command.as_str().to_owned()));
        }
        // "I ran `git push`. It succeeded."
        if let Some((polarity, end)) = pointed(self.text)
            && let Some(command) = ran_before(self.earlier)
            && !self.taken(0, end, &runs)
        {
            let tense = tense(self.text, 0, end, false);
            self.push(Kind::Command, polarity, tense, (0, end), Some(command));
        }
    }

    fn files(&mut self, named: &Named) {
        for pattern in [&named.left, &named.unchanged, &named.no_change, &named.not_written] {
            for captures in pattern.captures_iter(self.text) {
                self.file(named, &captures, Polarity::NotDone, None);
            }
        }
        for captures in named.written.captures_iter(self.text) {
            // "you added", "the file, created in": another subject.
            if captures.name("own").is_none() && captures.name("lead").is_none() {
                continue;
            }
            self.file(named, &captures, Polarity::Happened, None);
        }
        for captures in named.made.captures_iter(self.text).chain(named.within.captures_iter(self.text)) {
            self.file(named, &captures, Polarity::Happened, Some(Kind::FileWritten));
        }
        for captures in named.passive.captures_iter(self.text) {
            let polarity = if captures.name("not").is_some() { Polarity::NotDone } else { Polarity::Happened };
            if captures.get(0).is_some_and(|whole| whole.as_str().contains([' ']) && says_was(whole.as_str())) {
                self.file(named, &captures, polarity, None);
            }
        }
        for captures in named.read.captures_iter(self.text) {
            if captures.name("own").is_some() || captures.get(0).is_some_and(|whole| whole.start() < 6) {
                self.file(named, &captures, Polarity::Happened, Some(Kind::FileRead));
            }
        }
        for captures in named.planned.captures_iter(self.text) {
            let Some(whole) = captures.get(0) else { continue };
            if tense(self.text, whole.start(), whole.end(), false) != Tense::Done {
                self.file(named, &captures, Polarity::Happened, None);
            }
        }
    }

    fn file(&mut self, named: &Named, captures: &Captures<'_>, polarity: Polarity, kind: Option<Kind>) {
        const FILES: [Kind; 3] = [Kind::FileWritten, Kind::FileDeleted, Kind::FileRead];
        let (Some(whole), Some(path)) = (captures.get(0), path(captures)) else { return };
        let (start, end) = trimmed(self.text, &whole);
        let gap = captures.name("gap").map_or("", |gap| gap.as_str());
        let verb = captures.name("verb").map_or("", |verb| verb.as_str()).to_ascii_lowercase();
        let removes = verb.starts_with("delet") || verb.starts_with("remov");
        let gap = if removes { gap.replace(" from ", " ") } else { gap.to_owned() };
        if self.taken(start, end, &FILES) || named.gap_stop.is_match(&gap) || gap.contains(" from ") {
            return;
        }
        let direct = gap
            .trim_matches([' ', '*'])
            .split_whitespace()
            .all(|word| ["the", "file", "files", "old", "stale", "now-unused", "unused"].contains(&word));
        let kind = kind.unwrap_or(if removes && direct { Kind::FileDeleted } else { Kind::FileWritten });
        let mut tense = tense(self.text, start, end, captures.name("own").is_some());
        if captures.name("modal").is_some() && tense == Tense::Done {
            tense = Tense::Intended;
        }
        self.push(kind, polarity, tense, (start, end), Some(path));
        let mut at = end;
        for _ in 0..MOST_FILES {
            let Some(captures) = named.more.captures(&self.text[at..]) else { break };
            let (Some(whole), Some(path)) = (captures.get(0), self::path(&captures)) else { break };
            let (from, to) = (at + whole.start(), at + whole.end());
            self.push(kind, polarity, tense, (from, to), Some(path));
            at = to;
        }
    }

    fn codes(&mut self, named: &Named) {
        for captures in named.exit.captures_iter(self.text) {
            let code = ["code", "plain", "returned", "of"].iter().find_map(|name| captures.name(name));
            let (Some(whole), Some(code)) = (captures.get(0), code) else { continue };
            let tense = tense(self.text, whole.start(), whole.end(), false);
            // Codes of processes end at 255; "returns status 404" is about something else.
            if captures.name("returned").is_some() && code.as_str().trim_start_matches('-').parse().unwrap_or(0) > 255 {
                continue;
            }
            // "It exits with code 2 on bad input" says what a program does, not what it did.
            let rule = whole.as_str().to_ascii_lowercase().starts_with("exits")
                && of_a_rule(&self.text[..whole.start()], &self.text[whole.end()..]);
            let tense = if rule && tense == Tense::Done { Tense::Hypothetical } else { tense };
            let polarity = if code.as_str() == "0" { Polarity::Succeeded } else { Polarity::Failed };
            let command = match captures.name("named") {
                Some(named) => subject(self.earlier, named.as_str(), ""),
                None => subject(self.earlier, &self.text[..whole.start()], &self.text[whole.end()..]),
            };
            self.push(Kind::ExitCode, polarity, tense, (whole.start(), whole.end()), Some(code.as_str().to_owned()))
                .command = command;
        }
    }

    fn quotes(&mut self, named: &Named) {
        for captures in named.quote.captures_iter(self.text) {
            let (Some(whole), Some(quote)) = (captures.get(0), captures.name("quote")) else { continue };
            let plan = tense(self.text, whole.start(), whole.start(), false);
            let tense = if matches!(plan, Tense::Intended | Tense::Hypothetical) { plan } else { Tense::Done };
            self.push(
                Kind::Quote,
                Polarity::Happened,
                tense,
                (whole.start(), whole.end()),
                Some(quote.as_str().to_owned()),
            );
        }
    }
}

/// A match without white space and commas at its ends.
fn trimmed(text: &str, whole: &Match<'_>) -> (usize, usize) {
    let lead = |c: char| c.is_whitespace() || matches!(c, ',' | '-' | '*' | '•' | '+');
    let piece = &text[whole.range()];
    let start = whole.start() + (piece.len() - piece.trim_start_matches(lead).len());
    (start.min(whole.end()), whole.end())
}

/// What looks like a result and is none: "passes a pointer", "the failing tests", "it builds on trust".
fn transitive(pattern: &Pattern, before: &str, whole: &str, after: &str) -> bool {
    const OBJECTS: [&str; 18] = [
        "a ", "an ", "the ", "its ", "it ", "null", "none ", "two ", "both ", "that ", "this ", "through ", "by ",
        "to ", "over ", "`", "\"", "path",
    ];
    const ARTICLES: [&str; 6] = ["the ", "a ", "any ", "fixed ", "these ", "those "];
    if pattern.form != Form::Result {
        return false;
    }
    let (before, whole, after) = (before.to_ascii_lowercase(), whole.to_ascii_lowercase(), after.to_ascii_lowercase());
    let after = after.strip_prefix(' ').unwrap_or("");
    let passes = pattern.kind == Kind::Tests && pattern.polarity == Polarity::Succeeded;
    let object = passes && OBJECTS.iter().any(|object| after.starts_with(object));
    let attribute = whole.starts_with("failing") && ARTICLES.iter().any(|word| before.ends_with(word));
    let builds = pattern.kind == Kind::Build && (whole.ends_with("builds") || whole.ends_with("built"));
    let goes_on =
        builds && after.starts_with(char::is_alphabetic) && !MANNER.iter().any(|word| after.starts_with(word));
    object || attribute || goes_on
}

/// Whether an exit code is what a program gives under some condition: "when it is run without arguments, it exits with".
fn of_a_rule(before: &str, after: &str) -> bool {
    let before = format!(" {}", before.to_ascii_lowercase());
    let after = after.trim_start_matches('`');
    [" on ", " for ", " when ", " whenever ", " in case "].iter().any(|word| after.starts_with(word))
        || [" when ", " whenever ", " that it ", " so it ", " given "].iter().any(|word| before.contains(word))
}

/// Whether what comes back green, or is all green, is named before and is no run of tests.
fn of_another(before: &str) -> bool {
    const OTHERS: [&str; 17] = [
        "ci",
        "pipeline",
        "build",
        "builds",
        "lint",
        "linter",
        "clippy",
        "check",
        "checks",
        "workflow",
        "deployment",
        "typecheck",
        "formatter",
        "compiler",
        "production",
        "compilation",
        "deploy",
    ];
    let clause = before.rsplit([';', ',', ':']).next().unwrap_or(before).to_ascii_lowercase();
    let mut words = clause.split(|c: char| !c.is_alphanumeric());
    let has = |list: &[&str]| clause.split(|c: char| !c.is_alphanumeric()).any(|word| list.contains(&word));
    words.any(|word| OTHERS.contains(&word)) && !has(&["test", "tests", "suite", "specs"])
}

/// What may follow "it builds" and keeps it a result.
const MANNER: [&str; 17] = [
    "and", "again", "now", "fine", "for", "with", "in ", "on my", "locally", "but", "so", "as ", "cleanly", "success",
    "here", "too", "after",
];

fn path(captures: &Captures<'_>) -> Option<String> {
    captures.name("tick").or_else(|| captures.name("bare")).map(|path| path.as_str().to_owned()).or_else(|| {
        // Names without an ending stand in backticks.
        captures.get(0)?.as_str().rsplit('`').nth(1).map(str::to_owned)
    })
}

/// Whether code in backticks is a command with arguments: "`parse()` works" is about a function.
fn is_command_line(code: &str) -> bool {
    let (program, arguments) = code.trim_start_matches("$ ").split_once(' ').unwrap_or((code, ""));
    is_program(program) && (!arguments.is_empty() || program.starts_with("./"))
}

/// Whether a word can be the name of a program.
fn is_program(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase() || c == '.' || c == '/')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '+'))
}

/// The passive has a form of "to be": "`x.rs` updated" alone heads a list, and counts too; "`x.rs` added" as a participle does not.
fn says_was(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [" was ", " were ", " is ", " been ", " be "].iter().any(|word| lower.contains(word))
}
