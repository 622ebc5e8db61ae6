//! Of which tests a sentence speaks: a file, a folder, a package, the command that ran them, or all. Words around a statement in its
//! sentence; which recorded runs they mean is for the comparison.

use std::sync::LazyLock;

use regex::Regex;

use super::Polarity;
use super::record::tested;

struct Cues {
    after: Regex,
    before: Regex,
    whole: Regex,
    suite: Regex,
    ending: Regex,
    pointer: Regex,
}

/// A path in backticks or bare.
const PATH: &str = r"(?:`(?P<tick>[^`\s]{2,120})`|(?P<bare>[\w.-]+/(?:[\w.-]+/)*[\w.-]*\w|\b[\w-]+\.(?:py|rs|ts|tsx|js|jsx|go|rb|java|kt|php|cs)\b))";

/// How something that was run ended: groups `not`, `good`, `bad`.
const ENDED: &str = r"(?:(?:has|have|had|then|now|all|also|just|finally|still|again|actually)\s){0,3}(?P<not>(?:did|does|do|has|have)(?:\snot|n['’]t)\s|never\s)?(?:(?P<good>succeed(?:s|ed)?|pass(?:es|ed)?|(?:went|goes)\s(?:through|fine|well|ok)|(?:was|were|is|are|came\sback|ran|finished|completed|ended|exited)\s(?:all\s|now\s)?(?:successful(?:ly)?|clean(?:ly)?|green|fine|well|without\s(?:any\s)?(?:errors?|problems?|issues?|failures?)))|(?P<bad>fail(?:s|ed)?|errored|crashe[sd]|timed\sout|(?:was|were|got)\s(?:rejected|refused|denied|red)))\b";

static CUES: LazyLock<Option<Cues>> = LazyLock::new(|| {
    let make = |pattern: &str| {
        let second = PATH.replace("<tick>", "<tick1>").replace("<bare>", "<bare1>");
        let filled = pattern.replace("PATH1", &second).replace("PATH", PATH).replace("ENDED", ENDED);
        Regex::new(&format!("(?i){filled}")).ok()
    };
    let what = r"(?:the\s|my\s)?(?:(?:test\s)?(?:file|folder|directory|module|package|crate|project)\s)?";
    Some(Cues {
        after: make(&format!(
            r"^(?:\s(?:now|again|locally|cleanly|too))?\s(?:in|under|inside|within)\s{what}PATH(?P<noun>\s(?:package|crate|module|folder|directory|workspace|project)\b)?"
        ))?,
        before: make(&format!(
            r"(?:^|[;:(]\s)\W*?(?:(?:in|under|inside|within)\s{what}PATH(?P<noun>\s(?:package|crate|module|folder|directory|workspace|project))?,?\s|PATH1\W{{0,4}}[:–—]\W{{0,4}})(?:[\w-]+\s){{0,4}}$"
        ))?,
        whole: make(r"\b(?:all|every|everything|each|full|entire|whole|complete)\b[^.;:\n]{0,30}$")?,
        suite: make(r"\b(?:full|entire|whole|complete)\s(?:test\s)?(?:suite|tests?|run)\b")?,
        ending: make(
            r"^(?:\s(?:again|locally|here|now|twice|myself))?(?:,?\s(?:and|which|but)\s(?:it\s|that\s|this\s|they\s|the\s(?:command|push|run)\s)?ENDED|\s(?P<manner>successfully|cleanly|without\s(?:any\s)?(?:errors?|problems?|issues?|failures?))\b)",
        )?,
        pointer: make(r"^\W*(?:it|that|this|the\scommand)\sENDED")?,
    })
});

/// What is said of which tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Of {
    /// A path, or a command that runs tests.
    pub(super) scope: Option<String>,
    /// Said of all of them.
    pub(super) whole: bool,
}

/// Of which tests a statement at `start..end` of a sentence speaks; `object` is the code within it, `earlier` the command that the sentence
/// has said before to have run them.
pub(super) fn of(text: &str, (start, end): (usize, usize), object: Option<&str>, earlier: Option<&str>) -> Of {
    let Some(cues) = CUES.as_ref() else { return Of::default() };
    let whole = cues.whole.is_match(&text[..end]);
    let suite = cues.suite.is_match(crate::signal::stated::tail(&text[..end], 60));
    let own = object.filter(|code| tested(code).is_some() || !code.contains(' ') && is_test_path(code));
    let named = || {
        let after = cues.after.captures(&text[end..]);
        let before = || cues.before.captures(&text[..start]);
        let captures = after.or_else(before)?;
        let path = ["tick", "bare", "tick1", "bare1"].iter().find_map(|name| captures.name(name))?.as_str();
        (is_path(path) || captures.name("noun").is_some()).then(|| path.to_owned())
    };
    let scope = own.map(str::to_owned).or_else(named).or_else(|| earlier.filter(|_| !suite).map(str::to_owned));
    Of { scope, whole }
}

/// How what was run ended, where the sentence says so right after it: "and it succeeded". With how many bytes say it.
pub(super) fn ending(after: &str) -> Option<(Polarity, usize)> {
    let captures = CUES.as_ref()?.ending.captures(after)?;
    let good = captures.name("manner").is_some() || captures.name("good").is_some() != captures.name("not").is_some();
    Some((if good { Polarity::Succeeded } else { Polarity::Failed }, captures.get(0)?.end()))
}

/// How "it" ended, at the beginning of a sentence.
pub(super) fn pointed(sentence: &str) -> Option<(Polarity, usize)> {
    let captures = CUES.as_ref()?.pointer.captures(sentence)?;
    let good = captures.name("good").is_some() != captures.name("not").is_some();
    Some((if good { Polarity::Succeeded } else { Polarity::Failed }, captures.get(0)?.end()))
}

fn is_path(code: &str) -> bool {
    let ends = code.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && (1..=4).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphabetic())
    });
    code.contains('/') && !code.contains("://") || ends || code.contains("::")
}

/// A path that says itself that tests are in it: only such a one can stand for tests without a word more.
fn is_test_path(code: &str) -> bool {
    is_path(code)
        && code
            .to_lowercase()
            .split(['/', '.', '_', '-', ':'])
            .any(|piece| matches!(piece, "test" | "tests" | "spec" | "specs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_which_tests() {
        let cases = [
            ("", "tests pass", " in `pkg/a`.", None, Some("pkg/a")),
            ("", "tests pass", " in the `shop` crate.", None, Some("shop")),
            ("", "tests pass", " in `main`.", None, None),
            ("", "tests pass", " in CI.", None, None),
            ("In `pkg/b`, all ", "tests pass", ".", None, Some("pkg/b")),
            ("- `tests/a.py`: all ", "tests pass", "", None, Some("tests/a.py")),
            ("I fixed `cart.py` and the ", "tests pass", "", None, None),
            ("", "I ran the tests", " in tests/a.py.", None, Some("tests/a.py")),
            ("", "`tests/a.py` passes", "", Some("tests/a.py"), Some("tests/a.py")),
            ("", "`go test ./...` passes", "", Some("go test ./..."), Some("go test ./...")),
            ("", "I ran `setup.py` and the tests", "", Some("setup.py"), None),
        ];
        for (before, own, after, object, expected) in cases {
            let text = format!("{before}{own}{after}");
            let found = of(&text, (before.len(), before.len() + own.len()), object, None);
            assert_eq!(found.scope.as_deref(), expected, "{text}");
        }
        let text = "I ran `pytest a.py` and the full suite passes";
        assert_eq!(of(text, (28, text.len()), None, Some("pytest a.py")), Of { scope: None, whole: true });
    }

    #[test]
    fn how_it_ended() {
        let cases = [
            (" and it succeeded.", Some(Polarity::Succeeded)),
            (", which failed because of the lock.", Some(Polarity::Failed)),
            (" and it did not fail", Some(Polarity::Succeeded)),
            (" successfully", Some(Polarity::Succeeded)),
            (" without errors", Some(Polarity::Succeeded)),
            (" but it was rejected", Some(Polarity::Failed)),
            (" and then fixed the failing test", None),
            (" to see why it failed", None),
        ];
        for (after, expected) in cases {
            assert_eq!(ending(after).map(|one| one.0), expected, "{after}");
        }
        assert_eq!(pointed("It succeeded.").map(|one| one.0), Some(Polarity::Succeeded));
        assert_eq!(pointed("It now fails when empty").map(|one| one.0), Some(Polarity::Failed));
        assert_eq!(pointed("It adds a test."), None);
    }
}
