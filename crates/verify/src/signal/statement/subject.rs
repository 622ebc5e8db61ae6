//! Whose exit code it is: the command, the tests, the build or "the command" that a sentence names beside it. Words of the text only;
//! which recorded call they mean is for the comparison.

use std::sync::LazyLock;

use regex::Regex;

use super::LAST_COMMAND;

struct Cues {
    verb: Regex,
    lead: Regex,
    trail: Regex,
    of: Regex,
    program: Regex,
    pointer: Regex,
    ran: Regex,
    more: Regex,
}

/// Programs that may be named without backticks, at the beginning of a subject.
const PROGRAM: &str = r"(?:(?:cargo|go|npm|npx|yarn|pnpm|bun|deno|mvn|gradle|dotnet|mix|docker|git|kubectl|terraform|bazel|ninja|make|cmake|uv|poetry|bundle|rake|python3?|node|ruby|bash|pip3?)\s[\w./:=-]+(?:\s[\w./:=-]+){0,5}|(?:pytest|jest|vitest|rspec|mocha|ctest|tox|nox|phpunit|ruff|mypy|eslint|tsc|flake8|pylint|pyright|make|ls)(?:\s[\w./:=-]+){0,5})";

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    Some(Cues {
        verb: Regex::new(
            r"(?ix)(?:\s(?:has|have|had|then|now|also|just|again|finally|all|still|successfully|cleanly|normally))*
            (?:\s(?:finish(?:es|ed)|complete[sd]|end(?:s|ed)|terminate[sd]|return(?:s|ed)|comes\ back|came\ back|ran|runs|succeed(?:s|ed)|fail(?:s|ed)|pass(?:es|ed)?|stop(?:s|ped)|died|quit|report(?:s|ed)|gave|gives|show(?:s|ed)))?
            (?:\s(?:successfully|cleanly|normally))?(?:,?\s(?:and|with|an?|the|its|final))*\s*$",
        )
        .ok()?,
        lead: Regex::new(
            r"(?ix)^\W*(?:(?:the|my|our|this|that|then|so|also|now|finally|when|after|here|(?:i|we)\ (?:then\ |also\ )?(?:re-?)?ran|(?:re-?)?(?:running|ran))\s)+",
        )
        .ok()?,
        trail: Regex::new(r"(?i)\s(?:commands?|run|process|call|step|invocation)$").ok()?,
        of: Regex::new(&format!(
            r"(?i)^`?\s(?:from|for|by|of)\s(?:the\s|running\s)?(?:`(?P<tick>[^`\n]{{2,200}})`|(?P<bare>{PROGRAM})\b)"
        ))
        .ok()?,
        program: Regex::new(&format!(r"^{PROGRAM}$")).ok()?,
        pointer: Regex::new(
            r"(?i)^(?:it|this|that|which|the\s+)?\s*(?:last\s)?(?:commands?|process|script|program|run|call|it|this|that|which)$",
        )
        .ok()?,
        more: Regex::new(r"(?i)^,?\s(?:and\s)?(?:then\s)?(?:also\s)?(?:ran\s)?`(?P<tick>[^`\n]{2,200})`").ok()?,
        ran: Regex::new(&format!(
            r"(?i)\b(?:ran|run|running|executed|executing|invoked)\s(?:the\s)?(?:`(?P<tick>[^`\n]{{2,200}})`|(?P<bare>{PROGRAM})\b)"
        ))
        .ok()?,
    })
});

/// Whose exit code stands between `before` and `after` in a sentence, as the text names it; nothing where it names nobody. `earlier` is the
/// text before the sentence, in which "it" may have been named.
pub(super) fn subject(earlier: &str, before: &str, after: &str) -> Option<String> {
    let cues = CUES.as_ref()?;
    if let Some(captures) = cues.of.captures(after) {
        return named(&captures);
    }
    let plain = cues.verb.replace(before, "");
    let plain = plain.trim_end_matches([' ', ':', '(', '→', '>', '=', '–', '—', '-', ',', '*', '\t']);
    let plain = cues.trail.replace(cues.verb.replace(plain, "").trim_end(), "").into_owned();
    if let Some(open) = plain.strip_suffix('`') {
        let command = open.rsplit('`').next().unwrap_or_default();
        return (!command.trim().is_empty()).then(|| command.to_owned());
    }
    let whole = cues.verb.replace(before, "");
    let clause = |text: &str| {
        let begin = [". ", "; ", ", ", ": ", " and ", " but ", " while ", " whereas ", " — ", " – ", "("]
            .iter()
            .filter_map(|mark| text.rfind(mark).map(|at| at + mark.len()))
            .max()
            .unwrap_or(0);
        cues.lead.replace(text.get(begin..).unwrap_or_default(), "").trim().to_owned()
    };
    let words = clause(&plain);
    if cues.program.is_match(&words) {
        return Some(without_rest(&words));
    }
    // "The command", of which "command" was taken off as a trailing word.
    if cues.pointer.is_match(&words) || cues.pointer.is_match(&clause(whole.trim_end())) {
        let before = crate::signal::stated::tail(earlier, NEAR).to_owned() + before;
        return Some(last_named(cues, &before).unwrap_or(LAST_COMMAND.into()));
    }
    let lower = words.to_lowercase();
    // The subject ends the clause: in "a test that it" the test is not what exits.
    let last = lower.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default();
    [
        ("tests", &["test", "tests", "suite", "specs"][..]),
        ("build", &["build", "compilation", "compiler"][..]),
        ("linter", &["linter", "lint", "clippy", "formatter"][..]),
    ]
    .iter()
    .find(|(_, list)| list.contains(&last))
    .map(|(name, _)| (*name).to_owned())
}

/// The command that the text has said last that it ran, to the end of a list of them: "I ran `a`, then `b`".
fn last_named(cues: &Cues, text: &str) -> Option<String> {
    let found = cues.ran.captures_iter(text).last()?;
    let mut command = named(&found)?;
    let mut rest = &text[found.get(0)?.end()..];
    while let Some(more) = cues.more.captures(rest) {
        let (Some(whole), Some(next)) = (more.get(0), more.name("tick")) else { break };
        command = next.as_str().to_owned();
        rest = &rest[whole.end()..];
    }
    Some(command)
}

/// The command that the sentence right before says was run.
pub(super) fn ran_before(earlier: &str) -> Option<String> {
    let near = crate::signal::stated::tail(earlier.trim_end(), NEAR).trim_end_matches(['.', '!']);
    let begin =
        [". ", "! ", "\n"].iter().filter_map(|mark| near.rfind(mark).map(|at| at + mark.len())).max().unwrap_or(0);
    last_named(CUES.as_ref()?, near.get(begin..)?).filter(|command| command.contains(' ') || command.starts_with("./"))
}

/// What "it" means is looked for in this many bytes before the sentence.
const NEAR: usize = 240;

fn named(captures: &regex::Captures<'_>) -> Option<String> {
    let tick = captures.name("tick").map(|one| one.as_str().to_owned());
    tick.or_else(|| captures.name("bare").map(|bare| without_rest(bare.as_str())))
}

/// Words of a command up to where the sentence goes on.
fn without_rest(words: &str) -> String {
    const ON: [&str; 14] =
        ["and", "but", "which", "with", "so", "then", "in", "on", "to", "again", "twice", "before", "after", "was"];
    let mut kept = Vec::new();
    for word in words.split_whitespace().take_while(|word| !ON.contains(word)) {
        // "cargo test." ends a sentence, "go test ./..." does not.
        let ends = word.ends_with([':', '.']) && !word.ends_with("...");
        kept.push(if ends { word.trim_end_matches([':', '.']) } else { word });
        if ends {
            break;
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_exit_code_it_is() {
        let cases = [
            ("", "cargo test finished with ", "", Some("cargo test")),
            ("", "After that, npm test ", "", Some("npm test")),
            ("", "`cargo test --all` ended with ", "", Some("cargo test --all")),
            ("", "The `make lint` command returned an ", "", Some("make lint")),
            ("", "`pytest -q` → ", "", Some("pytest -q")),
            ("", "The command ", "", Some(LAST_COMMAND)),
            ("", "It ", "", Some(LAST_COMMAND)),
            ("I ran `du -sh a`. ", "It ", "", Some("du -sh a")),
            ("", "I ran cargo test and it ", "", Some("cargo test")),
            ("", "I ran `a b`, then `c d`; the command ", "", Some("c d")),
            ("", "I added a test that it ", "", None),
            ("", "The test suite finished with ", "", Some("tests")),
            ("", "The build ", "", Some("build")),
            ("", "", " from `cargo test`", Some("cargo test")),
            ("", "The ", "", None),
            ("", "", "", None),
        ];
        for (earlier, before, after, expected) in cases {
            assert_eq!(subject(earlier, before, after).as_deref(), expected, "{before}");
        }
    }
}
