//! How much of a project a run of tests covers: its runner, the folder it was started in, and the files, packages or names that were picked.
//! From a command line's words; nothing is expanded, and whether one run covers another is often not known. Not which tests there are.

use serde::{Deserialize, Serialize};

/// How much a run of tests covers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// What ran them, as far as it tells suites apart: `cargo`, `pytest`, `npm test:unit`, `make test`.
    pub runner: String,
    /// The folder it was started in, where the record says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What was picked: paths, `-p package`, `-k words`. Nothing: all that the runner finds there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// How a run stands to a file, folder or package that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::signal::statement) enum Relation {
    /// It ran that, and nothing else.
    Same,
    /// It ran that and more.
    Wider,
    /// It ran a part of that.
    Narrower,
    /// It ran something else.
    Other,
    /// The words do not tell.
    Unknown,
}

/// Options that pick tests by their next word, by runner.
fn pickers(program: &str) -> &'static [&'static str] {
    match program {
        "cargo" => &["-p", "--package", "--test", "--bin", "--example", "--bench", "-E", "--filter-expr"],
        "pytest" => &["-k", "-m"],
        "go" => &["-run", "--run", "-skip"],
        "ctest" => &["-R", "-L", "-E", "-LE"],
        "tox" => &["-e"],
        "nox" => &["-s", "-e", "-k"],
        "rspec" => &["-e", "--example", "-t", "--tag"],
        "mocha" | "playwright" => &["-g", "--grep", "-f", "--fgrep", "--project"],
        "phpunit" | "dotnet" | "swift" => &["--filter", "--group", "--testsuite"],
        "mvn" | "mvnw" => &["-pl", "--projects"],
        "gradle" | "gradlew" => &["--tests"],
        "npm" | "yarn" | "pnpm" | "bun" | "deno" | "jest" | "vitest" | "ava" | "turbo" | "nx" | "lerna" => &[
            "-t",
            "--testNamePattern",
            "--testPathPattern",
            "--filter",
            "-w",
            "--workspace",
            "--project",
            "--scope",
            "-k",
        ],
        _ => &["-k", "--filter", "--tests", "--grep"],
    }
}

/// Options that stand alone and pick.
const PICK: [&str; 14] = [
    "--lib",
    "--bins",
    "--doc",
    "--examples",
    "--benches",
    "--tests",
    "--lf",
    "--last-failed",
    "--ignored",
    "--changed",
    "--onlyChanged",
    "--onlyFailures",
    "--only-failures",
    "--rerun-failed",
];
/// Options that leave tests out by their next word.
const OMIT: [&str; 8] = [
    "--exclude",
    "--deselect",
    "--ignore",
    "--skip",
    "--exclude-task",
    "--testPathIgnorePatterns",
    "--ignore-glob",
    "--not",
];
/// Options whose next word picks nothing, by runner.
fn valued(program: &str) -> &'static [&'static str] {
    match program {
        "cargo" => &[
            "-j",
            "--jobs",
            "--features",
            "-F",
            "--target",
            "--profile",
            "--color",
            "--target-dir",
            "--message-format",
            "-Z",
            "--config",
            "--test-threads",
            "--cargo-profile",
            "--retries",
        ],
        "pytest" => &[
            "-n",
            "-p",
            "-c",
            "-o",
            "-W",
            "-r",
            "--maxfail",
            "--tb",
            "--cov",
            "--durations",
            "--timeout",
            "--color",
            "--log-level",
        ],
        "go" => &["-count", "-timeout", "-p", "-parallel", "-cpu", "-tags", "-coverprofile", "-bench", "-benchtime"],
        "make" | "gmake" | "just" | "ninja" | "ctest" => &["-j", "-f", "--file", "-l", "--test-dir", "--output-junit"],
        _ => &["-j", "-c", "--config", "--reporter", "--maxWorkers", "--timeout", "-n", "--workers", "-r"],
    }
}
/// Options whose next word is the folder.
const PLACES: [&str; 8] =
    ["-C", "--prefix", "--cwd", "--dir", "--directory", "--manifest-path", "--rootdir", "--project-directory"];
/// Programs whose goals are all part of what runs.
const GOALS: [&str; 18] = [
    "make", "gmake", "just", "ninja", "mvn", "mvnw", "gradle", "gradlew", "dotnet", "mix", "swift", "bazel", "rake",
    "sbt", "cabal", "stack", "zig", "meson",
];
/// Programs that run scripts of the project's by name.
const SCRIPTS: [&str; 19] = [
    "npm", "yarn", "pnpm", "bun", "deno", "hatch", "pdm", "rye", "pixi", "poetry", "pipenv", "mise", "turbo", "nx",
    "lerna", "composer", "rails", "artisan", "flutter",
];
/// Programs that run a script.
const INTERPRETERS: [&str; 13] =
    ["python", "python3", "py", "node", "ruby", "php", "perl", "Rscript", "tsx", "ts-node", "bash", "sh", "zsh"];
/// More parts than these are not told apart.
const MOST: usize = 64;

impl Scope {
    /// The scope of a command that runs tests, of its words; `place` is where the line was when it came to it.
    pub(super) fn of(words: &[&str], place: &str) -> Self {
        let mut scope = Self { place: place.to_owned(), ..Self::default() };
        let Some((first, mut rest)) = words.split_first() else { return scope };
        let mut program = first.rsplit('/').next().unwrap_or(first);
        if matches!(program, "python" | "python3" | "py")
            && let Some(at) = rest.iter().position(|word| *word == "-m")
            && let Some(module) = rest.get(at + 1)
        {
            program = module;
            rest = &rest[at + 2..];
        }
        program = match program {
            "py.test" => "pytest",
            "cargo-nextest" => "cargo",
            same => same,
        };
        if INTERPRETERS.contains(&program)
            && let Some((script, others)) = rest.split_first()
            && (is_source(script) || script.ends_with(".sh"))
        {
            program = script;
            rest = others;
        } else if is_source(first) {
            program = first;
        }
        program.trim_start_matches("./").to_lowercase().clone_into(&mut scope.runner);
        scope.read(program, rest);
        scope.place = scope.place.to_lowercase();
        scope.parts.sort_unstable();
        scope.parts.dedup();
        scope.parts.truncate(MOST);
        scope
    }

    fn read(&mut self, program: &str, rest: &[&str]) {
        // Words before the first part that belong to the runner: `cargo nextest run`, `npm run test:unit`.
        let mut leading = true;
        let mut at = 0;
        while let Some(word) = rest.get(at).copied() {
            at += 1;
            let next = rest.get(at).copied().unwrap_or_default();
            let (key, value) = word.split_once('=').map_or((word, None), |(key, value)| (key, Some(value)));
            if PLACES.contains(&key) {
                self.place = joined(&self.place, folder(value.unwrap_or(next)));
                at += usize::from(value.is_none());
            } else if pickers(program).contains(&key) {
                self.parts.push(format!("{} {}", short(key), value.unwrap_or(next)));
                at += usize::from(value.is_none());
            } else if OMIT.contains(&key) {
                self.parts.push(format!("!{} {}", key, value.unwrap_or(next)));
                at += usize::from(value.is_none());
            } else if PICK.contains(&word) {
                self.parts.push(word.to_owned());
            } else if valued(program).contains(&key) {
                at += usize::from(value.is_none());
            } else if key.starts_with('-') {
                // "-Dtest=A" picks; other options do not.
                if let Some(value) =
                    value.filter(|_| ["-Dtest", "-Dit.test", "--testNamePattern", "--grep"].contains(&key))
                {
                    self.parts.push(format!("{key} {value}"));
                }
            } else if leading && self.is_own(program, word) {
                continue;
            } else if let Some(part) = part(word) {
                leading = false;
                self.parts.push(part);
            }
        }
    }

    /// Whether a word says what runs rather than what is run.
    fn is_own(&mut self, program: &str, word: &str) -> bool {
        match program {
            "cargo" => ["test", "t", "nextest", "run", "r", "miri", "hack", "xtask", "insta", "tarpaulin", "llvm-cov"]
                .contains(&word),
            "go" | "vitest" | "playwright" | "cypress" | "dart" | "ng" | "lein" | "dune" => {
                ["test", "run", "runtest"].contains(&word)
            }
            _ if GOALS.contains(&program) => {
                self.runner = format!("{} {word}", self.runner);
                true
            }
            _ if SCRIPTS.contains(&program) => {
                if !matches!(word, "run" | "run-script" | "tasks" | "task" | "workspace" | "exec") {
                    let word = if word == "t" { "test" } else { word };
                    // The script is the first of them.
                    if self.runner != program {
                        return false;
                    }
                    self.runner = format!("{program} {word}");
                }
                true
            }
            _ => false,
        }
    }

    /// Whether everything that the runner finds was run.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether this run covers what the other one ran; nothing where the words do not tell.
    #[must_use]
    pub fn covers(&self, other: &Self) -> Option<bool> {
        let all = [
            (self.runner == other.runner).then_some(true),
            place_covers(&self.place, &other.place),
            parts_cover(&self.parts, &other.parts),
        ];
        if all.contains(&Some(false)) {
            Some(false)
        } else if all.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    /// How this run stands to a file, folder or package of that name.
    pub(in crate::signal::statement) fn relation(&self, name: &str) -> Relation {
        let Some(name) = part(name) else { return if self.is_whole() { Relation::Same } else { Relation::Narrower } };
        if is_source(&self.runner) && !self.runner.ends_with("manage.py") && !self.runner.ends_with("setup.py") {
            // A file of tests that was run as a program.
            return if same_end(&self.runner, &name) { Relation::Same } else { Relation::Other };
        }
        let mut known = true;
        let (mut same, mut wider, mut narrower, mut other) = (0, 0, 0, 0);
        for part in &self.parts {
            match part.rsplit_once(' ') {
                Some(("-p" | "--test" | "-w", package)) => {
                    let is_it = pieces(&name).last() == Some(&package);
                    same += usize::from(is_it);
                    other += usize::from(!is_it);
                }
                Some(_) => known = false,
                None if is_path(part) && is_path(&name) => {
                    if same_end(part, &name) {
                        same += 1;
                    } else if begins(&name, part) {
                        wider += 1;
                    } else if begins(part, &name) {
                        narrower += 1;
                    } else {
                        other += 1;
                    }
                }
                None if *part == name => same += 1,
                None => known = false,
            }
        }
        if !known {
            return Relation::Unknown;
        }
        if self.is_whole() {
            // Started in the folder that is named, above it, or beside it.
            return if !self.place.is_empty() && same_end(&self.place, &name) {
                Relation::Same
            } else if self.place.is_empty() || begins(&name, &self.place) || absolute(&self.place) {
                Relation::Wider
            } else if is_path(&name)
                && !begins(&self.place, &name)
                && pieces(&name).first() == pieces(&self.place).first()
            {
                Relation::Other
            } else {
                Relation::Unknown
            };
        }
        match (same, wider, narrower, other) {
            (1.., 0, _, 0) => Relation::Same,
            (1.., ..) | (0, 1.., ..) => Relation::Wider,
            (0, 0, 1.., _) => Relation::Narrower,
            _ => Relation::Other,
        }
    }
}

/// The place after `cd`: below where the line was, unless the path is absolute. A variable leads to a place that is not known.
pub(super) fn joined(place: &str, to: &str) -> String {
    if to.is_empty() || to == "-" || to.contains(['$', '`', '~']) {
        return String::new();
    }
    let mut out: Vec<&str> = if absolute(to) { Vec::new() } else { pieces(place) };
    let root = absolute(to) || absolute(place);
    for piece in pieces(to) {
        if piece != ".." {
            out.push(piece);
        } else if out.pop().is_none() {
            // Above where it began: not known.
            return String::new();
        }
    }
    format!("{}{}", if root { "/" } else { "" }, out.join("/"))
}

/// `-p` and `--package` are the same.
fn short(key: &str) -> &str {
    match key {
        "--package" => "-p",
        "--run" => "-run",
        "--filter-expr" => "-E",
        "--workspace" => "-w",
        same => same,
    }
}

/// `app/Cargo.toml` lies in `app`.
fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, file)) if file.contains('.') && !file.starts_with('.') => folder,
        None if path.contains('.') && !path.starts_with('.') => ".",
        _ => path,
    }
}

/// A word that picks; nothing where it picks all: `./...`, `tests`, a number.
fn part(word: &str) -> Option<String> {
    const ALL: [&str; 8] = ["", "tests", "test", "spec", "specs", "__tests__", "--", "src"];
    let word = word.strip_suffix("...").unwrap_or(word).trim_end_matches('/');
    let plain = word.trim_start_matches("./");
    let all = ALL.contains(&plain) || plain == "." || plain.chars().all(|c| c.is_ascii_digit());
    // "./auth" stays a path.
    (!all).then(|| if plain.contains('/') { plain } else { word }.to_lowercase())
}

/// Whether a word is the name of a file of a programming language, shells aside.
pub(super) fn is_source(word: &str) -> bool {
    const ENDINGS: [&str; 16] =
        ["py", "rs", "js", "mjs", "cjs", "ts", "tsx", "jsx", "go", "rb", "java", "kt", "php", "cs", "pl", "r"];
    let ending = word.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn is_path(part: &str) -> bool {
    part.contains('/') || part.contains("::") || part.contains('.') && !part.contains(' ')
}

fn absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3) == Some(":\\")
}

fn pieces(path: &str) -> Vec<&str> {
    path.split(['/', '\\'])
        .flat_map(|piece| piece.split("::"))
        .filter(|piece| !piece.is_empty() && *piece != ".")
        .collect()
}

/// Whether one path begins with the other, or with its end where one of the two is absolute.
fn begins(path: &str, with: &str) -> bool {
    let (path_pieces, with_pieces) = (pieces(path), pieces(with));
    let starts = path_pieces.starts_with(&with_pieces);
    starts
        || absolute(path) != absolute(with)
            && (0..path_pieces.len().max(with_pieces.len())).any(|from| {
                path_pieces.get(from..).is_some_and(|rest| !rest.is_empty() && rest.starts_with(&with_pieces))
                    || with_pieces.get(from..).is_some_and(|rest| !rest.is_empty() && path_pieces.starts_with(rest))
            })
}

/// Whether two paths agree from their ends.
fn same_end(one: &str, two: &str) -> bool {
    let (one, two) = (pieces(one), pieces(two));
    !one.is_empty() && !two.is_empty() && (one.ends_with(&two) || two.ends_with(&one))
}

/// Whether a run in one place covers a run in another. A run whose place is not recorded may have been started at the top.
fn place_covers(one: &str, other: &str) -> Option<bool> {
    if one.is_empty() || one == other || begins(other, one) {
        return Some(true);
    }
    if other.is_empty() {
        return None;
    }
    (absolute(one) == absolute(other)).then_some(false)
}

/// Whether what was picked for one run covers what was picked for another.
fn parts_cover(one: &[String], other: &[String]) -> Option<bool> {
    if one.is_empty() || one == other {
        return Some(true);
    }
    let vague = |part: &String| part.starts_with(['!', '-']) && !part.starts_with("-p ");
    if one.iter().any(vague) {
        // What an expression leaves out is not known.
        return None;
    }
    if other.is_empty() {
        return Some(false);
    }
    if other.iter().any(vague) {
        return None;
    }
    let mut known = true;
    for part in other {
        let covered = |by: &String| match (is_path(by), is_path(part)) {
            (true, true) => Some(begins(part, by) || same_end(part, by)),
            _ if part.contains(by.as_str()) => Some(true),
            (false, false) => Some(false),
            _ => None,
        };
        let each: Vec<Option<bool>> = one.iter().map(covered).collect();
        if each.contains(&Some(true)) {
            continue;
        }
        if !each.contains(&None) {
            return Some(false);
        }
        known = false;
    }
    known.then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(line: &str) -> Scope {
        let words: Vec<&str> = line.split(' ').collect();
        Scope::of(&words, "")
    }

    #[test]
    fn what_a_run_covers_is_read_from_its_words() {
        let cases = [
            ("cargo test", "cargo", "", ""),
            ("cargo test --workspace --all-features -j 4", "cargo", "", ""),
            ("cargo nextest run -p shop", "cargo", "", "-p shop"),
            ("cargo test --manifest-path pkg/b/Cargo.toml", "cargo", "pkg/b", ""),
            ("cargo test cart::total -- --nocapture", "cargo", "", "cart::total"),
            ("python -m pytest -q", "pytest", "", ""),
            ("pytest -q tests/", "pytest", "", ""),
            ("pytest tests/test_a.py::test_x -n 4", "pytest", "", "tests/test_a.py::test_x"),
            ("pytest -k slow", "pytest", "", "-k slow"),
            ("go test ./...", "go", "", ""),
            ("go test -count 1 ./auth", "go", "", "./auth"),
            ("python app/manage.py test shop", "app/manage.py", "", "shop"),
            ("npm test", "npm test", "", ""),
            ("npm run test:e2e -- src/a.spec.ts", "npm test:e2e", "", "src/a.spec.ts"),
            ("npm --prefix web test", "npm test", "web", ""),
            ("npx jest".trim_start_matches("npx "), "jest", "", ""),
            ("make -C app test", "make test", "app", ""),
            ("mvn -pl core test", "mvn test", "", "-pl core"),
            ("gradle test --tests CartTest", "gradle test", "", "--tests"),
            ("python tests/test_parse.py", "tests/test_parse.py", "", ""),
            ("./scripts/run-tests.sh fast", "run-tests.sh", "", "fast"),
        ];
        for (line, runner, place, parts) in cases {
            let found = scope(line);
            if runner == "gradle test" {
                assert_eq!(found.parts, ["--tests CartTest"]);
                continue;
            }
            assert_eq!((&*found.runner, &*found.place, &*found.parts.join(" ")), (runner, place, parts), "{line}");
        }
    }

    #[test]
    fn a_run_covers_another_or_not_or_nobody_knows() {
        let cases = [
            ("pytest", "pytest tests/a.py", Some(true)),
            ("pytest tests/a.py", "pytest", Some(false)),
            ("pytest tests/a.py", "pytest tests/a.py::test_x", Some(true)),
            ("pytest tests/a.py::test_x", "pytest tests/a.py", Some(false)),
            ("pytest tests/a.py", "pytest tests/b.py", Some(false)),
            ("pytest tests/a.py tests/b.py", "pytest tests/b.py", Some(true)),
            ("pytest tests/unit", "pytest tests/unit/test_a.py", Some(true)),
            ("pytest --lf", "pytest", None),
            ("pytest", "pytest -k slow", Some(true)),
            ("cargo test -p a", "cargo test -p b", Some(false)),
            ("cargo test", "cargo test -p b", Some(true)),
            ("npm test", "make test", None),
            ("go test ./...", "go test ./auth", Some(true)),
        ];
        for (one, other, expected) in cases {
            assert_eq!(scope(one).covers(&scope(other)), expected, "{one} / {other}");
        }
        let places = [
            ("pkg/a", "pkg/b", Some(false)),
            ("", "pkg/b", Some(true)),
            ("pkg/a", "", None),
            ("/w/pkg", "/w/pkg/b", Some(true)),
            ("/w/pkg/b", "/w/pkg", Some(false)),
            ("pkg/b", "/w/pkg/b", Some(true)),
            ("/w", "pkg/b", None),
        ];
        for (one, other, expected) in places {
            assert_eq!(place_covers(one, other), expected, "{one} / {other}");
        }
        assert_eq!(joined("pkg/a", "../b"), "pkg/b");
        assert_eq!(
            (joined("x", "/w"), joined("", ".."), joined("x", "$ROOT")),
            ("/w".into(), String::new(), String::new())
        );
    }

    #[test]
    fn a_name_is_what_was_run_or_more_or_less() {
        let cases = [
            ("pytest tests/test_user.py", "tests/test_user.py", Relation::Same),
            ("pytest tests/test_user.py", "test_user.py", Relation::Same),
            ("pytest", "tests/test_user.py", Relation::Wider),
            ("pytest tests/test_user.py::test_a", "tests/test_user.py", Relation::Narrower),
            ("pytest tests/test_cart.py", "tests/test_user.py", Relation::Other),
            ("pytest tests/test_cart.py tests/test_user.py", "tests/test_user.py", Relation::Wider),
            ("cargo test -p shop", "crates/shop", Relation::Same),
            ("cargo test -p cart", "crates/shop", Relation::Other),
            ("pytest -k user", "tests/test_user.py", Relation::Unknown),
            ("python tests/test_a.py", "test_a.py", Relation::Same),
            ("python tests/test_a.py", "tests/test_b.py", Relation::Other),
        ];
        for (line, name, expected) in cases {
            assert_eq!(scope(line).relation(name), expected, "{line} / {name}");
        }
        let at = |place: &str| Scope { place: place.to_owned(), ..scope("cargo test") };
        assert_eq!(at("pkg/a").relation("pkg/a"), Relation::Same);
        assert_eq!(at("pkg/b").relation("pkg/a"), Relation::Other);
        assert_eq!(at("/w").relation("pkg/a"), Relation::Wider);
    }
}
