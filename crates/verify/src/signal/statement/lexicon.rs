//! The patterns of statements. English as agents write it in reports; each pattern says what it asserts and of what.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::Kind::{self, Build, Check, Tests};
use super::Polarity::{self, Failed, Happened, NotDone, Succeeded};

use self::Form::{Base, Past, Result};

/// How a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A result ("the tests pass"); group `modal` makes it a guess, group `not` turns it around.
    Result,
    /// An action in a past form ("ran the tests"); group `own` holds its subject.
    Past,
    /// An action in its base form ("run the tests"): a plan, where the sentence has one.
    Base,
}

/// One pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) kind: Kind,
    pub(super) polarity: Polarity,
    pub(super) form: Form,
    pub(super) regex: Regex,
}

const RUNNER: &str = r"`[^`\n]{0,60}\b(?:tests?|pytest|jest|vitest|nextest|rspec|mocha|unittest|ctest|tox|phpunit)\b[^`\n]{0,60}`|\b(?:cargo|go|npm|yarn|pnpm|mvn|gradle|dotnet|mix|bun|deno|make)\s(?:run\s)?test\b|\b(?:pytest|jest|vitest|rspec|mocha|ctest|tox)\b";
const TESTS: &str = r"(?:(?P<count>\d+)\s(?:\w+\s)?)?(?:RUNNER|\b(?:unit|integration|regression)?\s?tests?(?:\s(?:suites?|cases?|files?|run))?\b|\btest-?suites?\b|\bsuite\b|\bspecs\b)";
const BUILD: &str = r"(?:`[^`\n]{0,60}\b(?:build|check|make|tsc|compile|package)\b[^`\n]{0,60}`|\b(?:cargo|go|npm\srun|yarn|pnpm|gradle|dotnet|docker)\s(?:build|check)\b|\bbuilds?\b|\bcompilation\b)";
const CHECK: &str = r"(?:`[^`\n]{0,60}\b(?:clippy|lint|eslint|ruff|flake8|mypy|pyright|fmt|tsc|vet|pylint|black|prettier)\b[^`\n]{0,60}`|\b(?:clippy|linter|linting|lint|eslint|ruff|flake8|mypy|pyright|type-?\s?check(?:er|ing|s)?|formatter|pylint|prettier|static\sanalysis)\b)";
const ADVERB: &str = r"(?:(?:now|all|still|also|both|then|again|already|currently|successfully|consistently|finally|clearly|each|have|has|had|been|be|are|is|were|was|just|come|came|back|comes|ran|run|runs|and|to|complete[sd]?|finish(?:es|ed)?|all|remain|fully|100%|get|got|being|appear\sto|continues?\sto|continued\sto|keeps?\son|went\sthrough|go(?:es)?\sthrough|show\sas|seems?(?:\sto\sbe)?|looks?|report(?:s|ed)?)\s){0,4}";
const MODAL: &str = r"(?:(?P<modal>should|will|would|could|might|may|must|can|ought\sto|'ll)\s)?";
const NOT: &str = r"(?:(?:currently|still|also|really|simply|just|now|unfortunately|sadly)\s)?(?:(?P<not>do\snot|does\snot|did\snot|don't|doesn't|didn't|still\sdoes\snot|still\sdoesn't|are\snot|aren't|is\snot|isn't|were\snot|weren't|was\snot|wasn't|not|never|no\slonger|cannot|can't|won't|haven't|hasn't|have\snot|has\snot|still\sdon't)\s)?";
const OWN: &str = r"(?:(?P<own>\b(?:i|we)(?:'ve|\shave|\sthen|\salso|\shad)?\s)(?:(?:also|then|just|now|successfully|already|finally|only|have|first|manually|locally|carefully|both|since)\s){0,3})?";
const NEVER: &str = r"(?:did\snot|didn't|have\snot|haven't|has\snot|hasn't|had\snot|could\snot|couldn't|cannot|can't|was\sunable\sto|were\sunable\sto|am\sunable\sto|unable\sto|not\sable\sto|never|without|skipped|have\syet\sto|not\syet|were\snot|weren't|was\snot|wasn't|no\sway\sto|not)\s(?:(?:been|actually|yet|even|be|able|to|ever|manage\sto|have\sto|need\sto)\s){0,3}";

/// A file, a folder or a package that tests are in.
const PLACE: &str = r"(?:`(?P<scope>[^`\s]{2,80})`|(?P<bare>[\w.-]+/(?:[\w.-]+/)*[\w.-]*\w|[\w-]+\.(?:py|rs|tsx?|jsx?|go|rb|java|kt|php|cs)\b))(?:\s(?:package|crate|module|file|folder|directory))?";

fn make(pattern: &str) -> Option<Regex> {
    let mut full = pattern.to_owned();
    for (name, part) in [
        ("PLACE", PLACE),
        ("TESTS", TESTS),
        ("RUNNER", RUNNER),
        ("BUILD", BUILD),
        ("CHECK", CHECK),
        ("ADVERB", ADVERB),
        ("MODAL", MODAL),
        ("NOT", NOT),
        ("OWN", OWN),
        ("NEVER", NEVER),
    ] {
        full = full.replace(name, part);
    }
    Regex::new(&format!("(?i){full}")).ok()
}

/// Stems without which a sentence states nothing of a kind: one pass over a sentence decides which patterns are tried on it.
static HINTS: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)test|suite|spec|pass|fail|green|jest|tox\b|mocha",
        r"(?i)buil[dt]|compil|tsc|make\b",
        r"(?i)lint|clippy|ruff|flake|mypy|pyright|type|fmt|format|analysis|checks|prettier|black|vet\b",
        r"`|\.[A-Za-z]{1,5}\b",
        r"(?i)exit|return",
        r#"["“]"#,
    ])
    .ok()
});

/// Which kinds of statement a sentence may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hints {
    tests: bool,
    build: bool,
    check: bool,
    /// A path or a command.
    pub(super) code: bool,
    /// An exit code.
    pub(super) exit: bool,
    /// A quotation.
    pub(super) quote: bool,
}

impl Hints {
    /// Looks for the stems in a sentence.
    pub(super) fn of(sentence: &str) -> Self {
        let found = HINTS.as_ref().map(|hints| hints.matches(sentence));
        let has = |index: usize| found.as_ref().is_some_and(|found| found.matched(index));
        Self { tests: has(0), build: has(1), check: has(2), code: has(3), exit: has(4), quote: has(5) }
    }

    /// Whether the patterns of a kind are worth trying.
    pub(super) fn any(self, kind: Kind) -> bool {
        match kind {
            Tests => self.tests,
            Build => self.build,
            Check => self.check,
            _ => true,
        }
    }
}

/// The patterns, those that say more before those that say less: of two that overlap, the first one counts.
pub(super) static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    TABLE
        .iter()
        .filter_map(|(kind, polarity, form, pattern)| {
            Some(Pattern { kind: *kind, polarity: *polarity, form: *form, regex: make(pattern)? })
        })
        .collect()
});

#[rustfmt::skip]
const TABLE: &[(Kind, Polarity, Form, &str)] = &[
        // Not brought about.
    (Tests, Failed, Past, r"\b(?:could\snot|couldn't|can't|cannot|unable\sto|not\sable\sto|\w+n't\sable\sto|failed\sto|not\smanaged?\sto|\w+n't\smanaged?\sto)\s(?:yet\s)?(?:get|make)\s(?:(?:all|the|every|these|those|of|any)\s){0,3}TESTS\s(?:to\s)?(?:pass|work|succeed|go\sgreen|green)\b"),
    (Build, Failed, Past, r"\b(?:could\snot|couldn't|can't|cannot|unable\sto|not\sable\sto|\w+n't\sable\sto|failed\sto)\s(?:yet\s)?(?:get|make)\s(?:the\s)?(?:build|it|code|project|compilation)\s(?:to\s)?(?:pass|work|succeed|compile|build)\b"),
    // Not done.
    (Tests, NotDone, Past, r"\bno\s(?:way|chance|means|possibility|opportunity|time|option)\s(?:of|to|for)\s(?:run|running|execut\w+)\b[^.;,\n]{0,30}?TESTS"),
        (Tests, NotDone, Past, r"OWN(?:NEVER|never\sgot\s(?:around\s)?to\s|didn't\sget\s(?:around\s)?to\s)(?:run(?:ning)?|ran|execut(?:e|ed|ing)|re-?run(?:ning)?)\b[^.;,\n]{0,40}?TESTS"),
        (Tests, NotDone, Past, r"TESTS\s(?:have|has|were|was|are|could|still)?\s?(?:not|n't|never)\s(?:yet\s)?(?:been\s|be\s)?(?:run|executed)\b"),
        (Tests, NotDone, Past, r"\bno\stests\s(?:were|have\sbeen|was)\s(?:run|executed)\b|\b(?:it|this|that|change|fix|code|patch)(?:'s|\sis|\sremains)\suntested\b|\bskipped\s(?:running\s)?(?:the\s)?TESTS"),
        (Build, NotDone, Past, r"(?P<own>\b(?:i|we)\s)NEVER(?:build|built|building|compil(?:e|ed|ing)|run(?:ning)?\s(?:the\s|a\s)?BUILD)\b"),
        (Check, NotDone, Past, r"OWNNEVER(?:run(?:ning)?|ran|execut(?:e|ed|ing))\b[^.;,\n]{0,30}?CHECK"),
        (Tests, NotDone, Past, r"\b(?:before|instead\sof)\s(?:even\s)?(?:running|executing)\s(?:any|a\ssingle)\sTESTS"),
    (Tests, NotDone, Past, r"\b(?:i|we)\s(?:left|skipped)\s(?:the\s|all\s)?TESTS(?:\s(?:unexecuted|unrun))?"),
    // Results of tests.
    (Tests, Succeeded, Result, r"TESTS\W{0,6}(?P<passed>\d+)\s?/\s?(?P<total>\d+)\W{0,3}(?:✓|✔|✅|(?:ok|green|pass(?:ed|ing)?)\b)"),
    (Tests, Succeeded, Result, r"\b(?P<passed>\d+)\s?/\s?(?P<total>\d+)\s(?:\w+\s)?(?:tests?|specs|cases)\W{0,3}(?:✓|✔|✅)"),
    (Tests, Succeeded, Result, r"(?:✓|✔|✅)\W{0,3}(?P<passed>\d+)\s?/\s?(?P<total>\d+)\s(?:\w+\s)?(?:tests?|specs)\b"),
    (Tests, Succeeded, Result, r"\b(?P<passed>\d+)\stests?(?:\srun)?(?:,|\sand|\swith)\s(?P<failed>\d+|no|zero)\sfail(?:ures?|ed|ing)?\b"),
    (Tests, Succeeded, Result, r"TESTS\s(?:has\sbeen|have\sbeen|was|were|is|are)\s(?:now\s|all\s|both\s)?(?:fixed|repaired|corrected|updated|adjusted|adapted|mended)\s?,?\s(?:and|so)\s(?:(?:it|they|now|all|both|again|also|each)\s){0,3}(?:pass(?:es|ed)?|succeeds?|(?:is|are)\s(?:now\s|all\s)?(?:passing|green))\b"),
    // One test says nothing of all, unless the others are said to do the same.
    (Tests, Succeeded, Result, r"(?:`\w+(?:::\w+)*`|\b\w+(?:::\w+)+|\btest_\w+)\s(?:(?:now|also|finally|again)\s)?pass(?:es|ed)?(?:\s(?:now|again|too|cleanly))?,?\s(?:as\sdo(?:es)?|and\sso\sdo(?:es)?|like|along\swith|together\swith)\s(?:all\s)?(?:of\s)?(?:the\s)?(?:others?|rest|remaining)\b(?:\s(?:\w+\s)?tests?\b)?"),
    (Tests, Succeeded, Result, r"\b(?:does|did|has|have)(?:\snot|n['’]t)\s(?:break|broken?)\s(?:any|a\ssingle)\s(?:of\sthe\s)?(?:\w+\s)?TESTS"),
    (Tests, Succeeded, Result, r"\b(?:breaks?|broke)\sno\s(?:\w+\s)?TESTS"),
    (Tests, Succeeded, Result, r"(?P<open>\bnothing)\s(?:else\s)?(?:(?:is|now|still)\s)?(?:fails|failed|failing)\s(?:any\s?more|any\slonger|now|here)\b"),
    (Tests, Succeeded, Result, r"(?P<open>\b(?:everything|all))['’]s\s(?:all\s|now\s|back\s(?:to|in\sthe)\s|still\s){0,2}green\b"),
    (Tests, Succeeded, Result, r"\btests?\s?[:–-]\s?(?P<passed>\d+)\spass(?:ed|ing)?\b(?:\s?[,/;]\s?(?P<failed>\d+)\sfail\w*)?"),
    (Tests, Failed, Result, r"\btests?\s?[:–-]\s?(?P<failed>\d+)\sfail(?:ed|ing|ures?)?\b"),
        (Tests, Succeeded, Result, r"\b(?P<passed>\d+)\s(?:tests?\s)?pass(?:ed|ing)?\s?(?:,|and|;|/|\||with)?\s?(?:and\s)?(?P<failed>\d+|no|zero)\s(?:tests?\s)?fail(?:ed|ures?|ing)?\b"),
        (Tests, Failed, Result, r"\b(?P<failed>\d+)\s(?:tests?\s)?fail(?:ed|ures?|ing)?\s?(?:,|and|;|/|\||with)?\s?(?:and\s)?(?P<passed>\d+)\s(?:tests?\s)?pass(?:ed|ing)?\b"),
        (Tests, Succeeded, Result, r"\b(?P<passed>\d+)\s?(?:/|of\s(?:the\s)?|out\sof\s(?:the\s)?)\s?(?P<total>\d+)\s(?:\w+\s)?(?:tests?|specs|cases)?\s?MODALADVERB(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|green)\b"),
        // Those of a file, a folder, a package.
        (Tests, Succeeded, Result, r"(?P<none>\b(?:not\s(?:yet\s)?(?:all|every)|none|no)\s(?:of\s)?(?:the\s|my\s)?)?TESTS\s(?:in|under|inside|within|from|of)\s(?:the\s)?PLACE\s?MODALNOTADVERB(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|green)\b"),
        (Tests, Failed, Result, r"(?P<none>\b(?:none|no)\s(?:of\s)?(?:the\s|my\s)?)?TESTS\s(?:in|under|inside|within|from|of)\s(?:the\s)?PLACE\s?MODALNOTADVERB(?:fail(?:s|ed|ing)?|broken|breaks?|red)\b"),
        (Tests, Succeeded, Result, r"(?P<none>\b(?:not\s(?:yet\s|quite\s|nearly\s)?(?:all|every)|none|no|not)\s(?:of\s)?(?:the\s|my\s)?)?TESTS(?:\s(?:(?:that|which)\s)?(?:i|we)\s\w+)?\s?[:–-]?\s?MODALNOTADVERB(?:(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|green|successful|clean(?:ly)?|ok|okay|happy)\b|(?:ran|run|runs|went)\s(?:through|fine|clean(?:ly)?|well)\b|(?:successfully|without\s(?:any\s)?(?:failures?|errors?|problems?|issues?))|✅|✓)"),
        (Tests, Failed, Result, r"(?P<none>\b(?:none|no|zero|without|not\s(?:a\ssingle|one|any))\s(?:of\s)?(?:the\s|any\s)?)?TESTS\s?[:–-]?\s?MODALNOTADVERB(?:(?:fail(?:s|ed|ing|ures?)?|broken|broke|breaks?|breaking|red|error(?:s|ed)?)\b|❌)"),
        (Tests, Failed, Result, r"(?P<none>\b(?:none|no|zero|without)\s(?:of\s)?(?:the\s|any\s)?)(?:test\s)?fail(?:ing|ed)?\s?(?:tests?|ures?)\b"),
        (Tests, Failed, Result, r"\bfailing\s(?:\w+\s)?tests?\b|\btest\sfailures?\b"),
        (Tests, Succeeded, Result, r"\b(?:everything|all(?:\sof\s(?:them|it))?|they(?:\sall)?)\s(?:is\s|are\s|now\s|still\s|also\s)*(?:pass(?:es|ed|ing)?|green)\b|\ball\sgreen\b|\bgreen\sacross\sthe\sboard\b|\b(?:fully|entirely|completely)\sgreen\s(?:test\s)?suite\b"),
        (Tests, Succeeded, Result, r"(?P<open>\b(?:comes?|came))\sback\s(?:(?:all|completely|fully|entirely|clean\sand)\s)?green\b"),
        (Tests, Succeeded, Past, r"OWN(?:verified|confirmed|validated|checked|tested)\b[^.;\n]{0,60}?\b(?:by\s(?:re-?)?running|with\sa\s(?:full\s)?run\sof|via|using)\s(?:[^.;,\n]{0,30}?)TESTS"),
        (Tests, Succeeded, Result, r"\bpass(?:es|ed|ing)?\s(?:all|the|every)\s(?:of\s)?(?:the\s)?(?:\d+\s)?(?:\w+\s)?tests?\b"),
        // Results of builds and checks.
        (Check, Succeeded, Result, r"CHECK\s?[:–-]?\s?MODALNOTADVERB(?:(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|clean|green|happy|silent|ok|quiet)\b|(?:reports?|shows?|gives?|found|finds|with|without|has|have)\s(?:no|zero|any)\s(?:\w+\s)?(?:warnings?|errors?|issues?|problems?|complaints?))"),
        (Check, Succeeded, Result, r"\ball\s(?:the\s)?checks\sMODALADVERB(?:pass(?:es|ed|ing)?|green)\b|\bno\s(?:lint|type|clippy|linter|typing)\s(?:warnings?|errors?|issues?)\b"),
        (Check, Failed, Result, r"CHECK\s?[:–-]?\s?MODALADVERB(?:(?:fail(?:s|ed|ing)?|complain(?:s|ed|ing)?|broken)\b|(?:reports?|reported|shows?|gives?|found|finds)\s(?:\d+|some|several|an?|one|two)\s(?:\w+\s)?(?:warnings?|errors?|issues?|problems?))"),
        (Build, Succeeded, Result, r"BUILD\s?[:–-]?\s?MODALNOTADVERB(?:pass(?:es|ed|ing)?|succeed(?:s|ed)?|successful(?:ly)?|green|clean(?:ly)?|works|worked|fine|ok|without\s(?:any\s)?(?:errors?|warnings?|issues?|problems?)|complete[sd]?|finish(?:es|ed)|(?:went|runs|ran|goes)\sthrough)\b"),
        (Build, Succeeded, Result, r"\b(?:it|everything|project|code|crate|workspace|program|package|app|application|module|library|binary|this|that|file|repo|tree|version)\sMODALNOTADVERB(?:compiles?|builds?|compiled|built)\b(?:\s(?:cleanly|successfully|fine|without\s(?:any\s)?(?:errors?|warnings?|issues?)))?"),
        (Build, Succeeded, Result, r"^\W*(?:now\s|still\s|it\s)?(?:compiles|builds)\s(?:fine|cleanly|successfully|again|ok|without\s(?:any\s)?(?:errors?|warnings?|issues?))\b|\bbuilding\s(?:it|the\s\w+)\s(?:now\s)?(?:works|succeed(?:s|ed))\b"),
    (Build, Failed, Result, r"(?P<none>\b(?:no|zero|without|without\sany)\s)?(?:compile|compiler|compilation|build)\serrors?\b|BUILD\s(?:still\s|now\s)?(?:has|shows|reports|gives)\s(?:\d+\s|an?\s|some\s|several\s)?errors?\b"),
    (Build, Failed, Result, r"BUILD\s?[:–-]?\s?MODALNOTADVERB(?:fail(?:s|ed|ing|ures?)?|broken|broke|breaks|red|errors?\sout|errored|aborts?|aborted|crash(?:es|ed)|stop(?:s|ped)\s(?:with|on|at)\s(?:an?\s|\d+\s)?(?:\w+\s)?errors?)\b|\bbuilding\s(?:it|the\s\w+)\s(?:currently\s|still\s)?fail(?:s|ed)\b|\bfail(?:s|ed)?\sto\s(?:compile|build)\b|\bcompil(?:e|ation)\serrors?\sremain"),
        // Actions.
        (Tests, Happened, Past, r"OWN\b(?:ran|re-?ran|executed|have\srun|'ve\srun|has\srun|after\srunning|by\srunning|finished\srunning|been\srunning)\b[^.;,\n]{0,40}?TESTS"),
        (Tests, Happened, Past, r"\btests?(?:\ssuite)?\s(?:were|was|has\sbeen|have\sbeen)\s(?:also\s|then\s)?(?:run|executed|re-?run)\b"),
        (Check, Happened, Past, r"OWN\b(?:ran|re-?ran|executed|have\srun|'ve\srun|after\srunning|by\srunning)\b[^.;,\n]{0,30}?CHECK"),
        (Build, Happened, Past, r"OWN\b(?:ran|re-?ran|executed|have\srun|'ve\srun)\b[^.;,\n]{0,20}?BUILD"),
        (Build, Happened, Past, r"(?P<own>\b(?:i|we)(?:'ve|\shave)?\s)(?:then\s|also\s|successfully\s)?(?:re-?)?(?:built|compiled)\s(?:the|it|everything|all)\b"),
        // Plans.
        (Tests, Happened, Base, r"\b(?:run|re-?run|execute)\b[^.;,\n]{0,40}?TESTS"),
        (Build, Happened, Base, r"\b(?:run|re-?run)\b[^.;,\n]{0,20}?BUILD|\b(?:build|compile|rebuild)\s(?:the|it|everything)\b"),
        (Check, Happened, Base, r"\b(?:run|re-?run)\b[^.;,\n]{0,30}?CHECK"),
];

/// A path: in backticks, or bare with an ending that only files have.
const PATH: &str = r"(?:`(?P<tick>[\w.@~-]*(?:[/\\][\w.@~-]+)*(?:\.[A-Za-z][A-Za-z0-9]{0,7}|[/\\][\w.-]+)|Makefile|Dockerfile|Justfile|LICENSE|README)`|\b(?P<bare>[\w@~-][\w./@~-]*\.(?:rs|py|js|mjs|ts|tsx|jsx|go|java|c|h|cc|cpp|hpp|cs|rb|php|md|toml|json|ya?ml|txt|sh|sql|html|css|cfg|ini|lock|xml|csv|proto|kt|swift|ipynb|log))\b)";

/// Patterns of files, commands, exit codes and quotations.
#[derive(Debug)]
pub(super) struct Named {
    /// A verb of writing, up to the path: groups `own`, `lead`, `verb`, `gap`, `tick` or `bare`.
    pub(super) written: Regex,
    /// The same, not done.
    pub(super) not_written: Regex,
    /// "I made a change in `x.rs`".
    pub(super) made: Regex,
    /// "In `x.rs` I added a check".
    pub(super) within: Regex,
    /// "`x.rs` is unchanged".
    pub(super) unchanged: Regex,
    /// "No changes were made to `x.rs`".
    pub(super) no_change: Regex,
    /// "I left `x.rs` unchanged".
    pub(super) left: Regex,
    /// The path first: "`x.rs` was created".
    pub(super) passive: Regex,
    /// A verb of reading, up to the path.
    pub(super) read: Regex,
    /// Base forms, for plans.
    pub(super) planned: Regex,
    /// One more path of a list, right after the last one.
    pub(super) more: Regex,
    /// A command in backticks that was run.
    pub(super) command: Regex,
    /// A command in backticks that worked, or did not.
    pub(super) outcome: Regex,
    /// An exit code.
    pub(super) exit: Regex,
    /// A quotation of an output or a source.
    pub(super) quote: Regex,
    /// Between a verb and its path, these make the path another thing's.
    pub(super) gap_stop: Regex,
}

pub(super) static NAMED: LazyLock<Option<Named>> = LazyLock::new(|| {
    let make = |pattern: &str| make(&pattern.replace("PATH", PATH));
    let gap = r"(?P<gap>(?:[^.;\n`]|\.[^\s.]|`[^`\n]*`){0,70}?)";
    let lead = r"(?:(?P<lead>^(?:[-*•+]|\d+[.)])?\s*(?:\*\*)?(?:also\s|then\s|finally,?\s|done:\s|✅\s)?|,\s(?:and\s)?(?:then\s|also\s)?|\band\s(?:then\s|also\s)?|\bthen\s|\balso\s|\bhave\s|:\s)|OWN)";
    let verbs = r"(?P<verb>created|wrote|written|added|updated|edited|modified|changed|rewrote|rewritten|fixed|patched|refactored|saved|generated|implemented|moved|renamed|deleted|removed|extended|replaced|adjusted|corrected|inserted|put|cleaned\sup|introduced|touched|reworked|simplified)";
    Some(Named {
        written: make(&format!(r"{lead}\b{verbs}\b{gap}PATH"))?,
        unchanged: make(r"PATH\s(?:is|was|remains|stays|stayed)\s(?:still\s)?(?:unchanged|untouched|unmodified)\b")?,
        no_change: make(
            r"\bno\s(?:changes?|edits?)\s(?:(?:were|was|have\sbeen|are)\s)?(?:made\s)?(?:to|in)\s(?:the\s)?PATH",
        )?,
        made: make(
            r"(?:(?P<own>\b(?:i|we)(?:'ve|\shave)?\s)(?:also\s|then\s|just\s)?|(?P<lead>^\W*))made\s(?:(?:an?|the|some|several|one|two|\w+)\s){0,3}(?:changes?|edits?|fix(?:es)?|updates?|adjustments?|tweaks?|corrections?)\s(?:in|to|on|inside)\s(?:the\s)?PATH",
        )?,
        within: make(
            r"\bin\s(?:the\s)?PATH,?\s(?P<own>(?:i|we)(?:'ve|\shave)?\s)(?:also\s|then\s|now\s)?(?P<verb>added|wrote|updated|edited|modified|changed|rewrote|fixed|patched|refactored|implemented|moved|renamed|removed|extended|replaced|adjusted|corrected|inserted|introduced|reworked|simplified)\b",
        )?,
        left: make(
            r"(?P<own>\b(?:i|we)(?:'ve|\shave)?\s)(?:left|kept)\s(?:the\s(?:file\s)?)?PATH\s(?:unchanged|untouched|alone|as\s(?:it\s)?(?:is|was))\b",
        )?,
        not_written: make(
            r"OWNNEVER(?P<verb>create|created|write|written|add|added|update|updated|edit|edited|modify|modified|change|changed|touch|touched|delete|deleted|remove|removed|changing|touching|modifying|editing|creating)\b(?P<gap>[^.;\n`]{0,40}?)PATH",
        )?,
        passive: make(
            r"PATH(?:\sfile)?\s(?P<modal>will\sbe|should\sbe|can\sbe|must\sbe|needs\sto\sbe)?\s?(?:(?:was|were|is|has\sbeen|have\sbeen)\s(?P<not>not\s|never\s)?(?:also\s|now\s|been\s|already\s|successfully\s)?)?(?P<verb>created|written|added|updated|edited|modified|changed|rewritten|fixed|patched|deleted|removed|generated|saved)\b",
        )?,
        read: make(
            r"OWN\b(?:read|looked\s(?:at|into|through)|opened|inspected|reviewed|examined|viewed|went\sthrough|skimmed)\b(?P<gap>[^.;\n`]{0,40}?)PATH",
        )?,
        planned: make(&format!(
            r"\b(?P<verb>create|write|add|update|edit|modify|change|fix|patch|refactor|delete|remove)\b{gap}PATH"
        ))?,
        more: make(r"^(?:,\s(?:and\s)?|\sand\s|\s&\s|,\sas\swell\sas\s|\sas\swell\sas\s)(?:the\s)?PATH")?,
        command: make(
            r"OWN\b(?:ran|re-?ran|executed|after\srunning|by\srunning|have\srun|'ve\srun|invoked)\b[^.;,\n`]{0,30}?`(?P<command>[^`\n]{2,200})`",
        )?,
        outcome: make(
            r"`(?P<command>[^`\n]{2,200})`\sMODALNOT(?:now\s|also\s|still\s|then\s|all\s)?(?:(?P<good>pass(?:es|ed)?|succeed(?:s|ed)?|works|worked|ran\s(?:fine|cleanly|successfully|without\serrors?)|runs\s(?:fine|cleanly|successfully)|complete[sd]\s(?:successfully|without\serrors?)|finished\s(?:successfully|cleanly)|is\s(?:clean|green))|(?P<bad>fail(?:s|ed)?|errors?\sout|errored|crashe[sd]|timed\sout|times\sout))\b",
        )?,
        exit: make(
            r"\bexit(?:ed|s|ing)?\s?(?:(?:cleanly|normally|successfully|immediately)\s)?(?:with\s)?(?:(?:a\s)?(?:zero|non-?zero)\s)?(?:code|status)(?:\scode)?\s?(?:of\s|is\s|was\s|:\s|=\s?|\sis\s)?\s?`?(?P<code>-?\d{1,5})\b|\bexit(?:ed|s)\s(?:with\s)?`?(?P<plain>-?\d{1,5})\b|\breturn(?:ed|s)\s(?:exit\s)?(?:code|status)\s`?(?P<returned>-?\d{1,5})\b|\bexit\s(?:code|status)\s(?:of|for|from)\s(?:the\s)?(?P<named>`[^`\n]{2,200}`|[\w./:-]+(?:\s[\w./:-]+){0,4}?)\s?(?:is\s|was\s|:\s|=\s?)`?(?P<of>-?\d{1,5})\b",
        )?,
        quote: make(
            r#"\b(?:output|logs?|message|error|stderr|stdout|result|doc(?:ument)?s?|documentation|passage|policy|text|excerpt|email|ticket|file|command|compiler|console|traceback|page|article|source|readme|manual|report|response|tool|script|warning|terminal|section|paper|man\spage|it)\s(?:then\s|also\s|explicitly\s|clearly\s)?(?:says?|said|shows?|showed|prints?|printed|reads?|reported|reports|returned|returns|outputs?|contains?|contained|states?|stated|was|is|ends\swith|gave|complained|complains)(?:\sthat)?[:,]?\s["“](?P<quote>[^"”\n]{6,300})["”]"#,
        )?,
        gap_stop: make(
            r"\b(?:for|because|since|which|that|who|based\son|similar|like|after|before|using|when|where|by|about|as|ran|run|running|tests?\sin|against|via|see|per|than|according|according\sto|if|whether|reading|nothing|you|user|without)\b",
        )?,
    })
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_made() {
        for (kind, _, _, pattern) in TABLE {
            assert!(make(pattern).is_some(), "{kind}: {pattern}");
        }
        assert_eq!(PATTERNS.len(), TABLE.len());
        assert!(NAMED.is_some());
    }
}
