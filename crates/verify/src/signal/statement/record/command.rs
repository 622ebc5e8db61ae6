//! A command line read: which of its steps run tests, build, check, write, remove or read. Not a shell: quoting is respected, nothing
//! is expanded.

use super::scope::{Scope, joined};
use super::wrapper::{Inner, inner};

/// What a step of a command line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Runs tests: how many of them.
    Tests(Scope),
    /// Builds.
    Build,
    /// Lints, formats or checks types.
    Check,
    /// Writes a file.
    Write(String),
    /// Removes a file.
    Delete(String),
    /// Reads a file.
    Read(String),
    /// Runs what cannot be seen from here, and may touch any file.
    Opaque,
    /// Anything else.
    Other,
}

impl Step {
    /// Whether its success is the exit code's business.
    pub(super) fn runs(&self) -> bool {
        matches!(self, Self::Tests(_) | Self::Build | Self::Check)
    }
}

/// Longer lines are read up to here.
const LONGEST: usize = 16_384;
/// Steps beyond this many are not read.
const MOST: usize = 256;

/// Shells in shells beyond this depth are not opened.
const DEEPEST: usize = 4;

/// The steps of a command line that is run in a folder, where that is known.
pub(super) fn steps(line: &str, place: &str) -> Vec<Step> {
    let mut found = Vec::new();
    steps_at(line, place, 0, &mut found);
    found
}

fn steps_at(line: &str, place: &str, depth: usize, found: &mut Vec<Step>) {
    let line = crate::signal::stated::head(line, LONGEST);
    // Brackets end a change of folder, and are not kept: every change in such a line begins anew.
    let brackets = line.contains('(');
    let mut here = place.to_owned();
    for words in parted(line).into_iter().take(MOST) {
        if found.len() < MOST {
            step(&words, &here, depth, found);
        }
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["cd" | "pushd", to] => here = joined(if brackets { place } else { &here }, to),
            ["popd", ..] => place.clone_into(&mut here),
            _ => {}
        }
    }
}

/// Words of each simple command: parted at `;`, `&`, `|`, brackets and line ends outside quotation marks. Redirections are words of their own.
fn parted(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut chars = line.chars().peekable();
    let mut heredoc: Option<String> = None;
    while let Some(c) = chars.next() {
        let flush = |word: &mut String, all: &mut Vec<Vec<String>>| {
            if !word.is_empty()
                && let Some(last) = all.last_mut()
            {
                last.push(std::mem::take(word));
            }
        };
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.push(c),
            (None, '"' | '\'') => quote = Some(c),
            (None, '\\') => word.extend(chars.next().filter(|next| *next != '\n')),
            (None, '\n') => {
                flush(&mut word, &mut all);
                all.push(Vec::new());
                if let Some(end) = heredoc.take() {
                    // What stands in the document is no command.
                    loop {
                        let mut body = String::new();
                        for c in chars.by_ref().take_while(|c| *c != '\n') {
                            body.push(c);
                        }
                        if body.trim() == end || chars.peek().is_none() {
                            break;
                        }
                    }
                }
            }
            (None, ';' | '|' | '&' | '(' | ')') => {
                // "2>&1" is one redirection.
                if c == '&' && word.ends_with('>') {
                    word.push(c);
                } else {
                    flush(&mut word, &mut all);
                    all.push(Vec::new());
                }
            }
            (None, '>') => {
                if !word.chars().all(|c| c.is_ascii_digit() || c == '>') {
                    flush(&mut word, &mut all);
                }
                word.push('>');
            }
            (None, '<') if chars.peek() == Some(&'<') => {
                let end: String = chars
                    .by_ref()
                    .skip(1)
                    .skip_while(|c| *c == ' ' || *c == '-')
                    .take_while(|c| !c.is_whitespace())
                    .collect();
                let end = end.trim_matches(['"', '\'']).to_owned();
                // The word that ended at a line break begins the document.
                heredoc = (!end.is_empty()).then_some(end);
            }
            (None, _) if c.is_whitespace() => flush(&mut word, &mut all),
            (None, _) => {
                if word.ends_with('>') {
                    flush(&mut word, &mut all);
                }
                word.push(c);
            }
        }
    }
    if let (false, Some(last)) = (word.is_empty(), all.last_mut()) {
        last.push(word);
    }
    all.retain(|words| !words.is_empty());
    all
}

fn step(words: &[String], place: &str, depth: usize, found: &mut Vec<Step>) {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Redirections first: they are no arguments.
    let mut index = 0;
    while index < words.len() {
        let word = words[index];
        if word.ends_with('>') && word.trim_start_matches(|c: char| c.is_ascii_digit()).chars().all(|c| c == '>') {
            let target = words.get(index + 1).copied().unwrap_or_default();
            if !target.is_empty() && !target.starts_with("/dev/") && !target.starts_with('&') && !word.starts_with('2')
            {
                found.push(Step::Write(target.to_owned()));
            }
            words.drain(index..(index + 2).min(words.len()));
        } else if word.contains(">&") {
            words.remove(index);
        } else {
            index += 1;
        }
    }
    let words = match inner(&words) {
        Inner::Words(words) => words,
        Inner::Line(line) if depth < DEEPEST => return steps_at(line, place, depth + 1, found),
        Inner::Line(_) => return found.push(Step::Opaque),
    };
    let Some(program) = words.first().map(|word| word.rsplit('/').next().unwrap_or(word)) else { return };
    let rest = &words[1..];
    let tests = || Step::Tests(Scope::of(&words, place));
    let arguments = arguments(rest);
    let first = arguments.first().copied().unwrap_or_default();
    let files = |make: fn(String) -> Step| {
        arguments
            .iter()
            .filter(|one| **one != "." && !one.is_empty())
            .map(|one| make((*one).to_owned()))
            .collect::<Vec<_>>()
    };
    match program {
        "cargo" => found.push(match first {
            "test" | "nextest" | "t" | "tarpaulin" | "llvm-cov" => tests(),
            "miri" | "hack" | "xtask" | "insta" if arguments.get(1) == Some(&"test") => tests(),
            "build" | "b" | "check" | "c" | "install" => Step::Build,
            "clippy" | "doc" | "deny" | "audit" => Step::Check,
            "fmt" if rest.contains(&"--check") => Step::Check,
            _ => Step::Opaque,
        }),
        "pytest" | "py.test" | "jest" | "vitest" | "mocha" | "ctest" | "rspec" | "tox" | "phpunit" | "nosetests"
        | "ava" | "nox" | "unittest" | "bats" | "prove" | "gotestsum" | "pest" | "cargo-nextest" => {
            found.push(tests());
        }
        "python" | "python3" | "py" => found.push(match (rest.contains(&"-m"), first) {
            (true, "pytest" | "unittest" | "nose" | "doctest") => tests(),
            (true, "mypy" | "ruff" | "flake8" | "pylint" | "black") => Step::Check,
            (true, "py_compile" | "compileall" | "build") => Step::Build,
            _ if matches!(first.rsplit('/').next(), Some("manage.py" | "setup.py")) && rest.contains(&"test") => {
                tests()
            }
            _ if tests_by_name(first) => tests(),
            _ => Step::Opaque,
        }),
        "node" | "ruby" | "php" | "perl" | "Rscript" | "tsx" | "ts-node"
            if rest.contains(&"--test") || tests_by_name(first) =>
        {
            found.push(tests());
        }
        "playwright" | "cypress" | "ng" | "flutter" | "dart" | "xcodebuild" | "lein" | "dune" | "rails" | "artisan"
            if ["test", "runtest", "run"].contains(&first) || rest.last() == Some(&"test") =>
        {
            found.push(tests());
        }
        "go" => found.push(match first {
            "test" => tests(),
            "build" | "install" => Step::Build,
            "vet" | "fmt" => Step::Check,
            _ => Step::Opaque,
        }),
        "npm" | "yarn" | "pnpm" | "bun" | "deno" | "hatch" | "pdm" | "rye" | "pixi" | "poetry" | "pipenv" | "mise"
        | "turbo" | "nx" | "lerna" | "composer" => {
            let script = match first {
                "run" | "run-script" | "tasks" | "task" => arguments.get(1),
                "workspace" => arguments.get(2),
                _ => arguments.first(),
            };
            let script = script.copied().unwrap_or_default();
            let has = |part: &str| script.split([':', '-']).any(|piece| piece == part);
            found.push(if has("test") || has("tests") || has("vitest") || has("jest") || script == "t" {
                tests()
            } else if has("build") || has("compile") {
                Step::Build
            } else if has("lint") || has("typecheck") || has("check") || has("format") || has("eslint") || has("tsc") {
                Step::Check
            } else {
                Step::Opaque
            });
        }
        "make" | "gmake" | "just" | "ninja" | "mvn" | "mvnw" | "gradle" | "gradlew" | "dotnet" | "mix" | "swift"
        | "bazel" | "rake" | "sbt" | "cabal" | "stack" | "zig" | "meson" => {
            let goals = |names: &[&str]| arguments.iter().any(|one| names.contains(&one.trim_start_matches(':')));
            found.push(if goals(&["test", "tests", "check", "verify", "spec"]) {
                tests()
            } else if goals(&["lint", "fmt", "format", "clippy", "credo"]) {
                Step::Check
            } else if arguments.is_empty() && !matches!(program, "rake" | "just")
                || goals(&["all", "build", "compile", "package", "install", "assemble", "publish"])
            {
                Step::Build
            } else {
                Step::Opaque
            });
        }
        "gcc" | "g++" | "clang" | "clang++" | "cc" | "rustc" | "javac" | "webpack" | "vite" | "esbuild" | "rollup" => {
            found.push(Step::Build);
        }
        "cmake" if rest.contains(&"--build") => found.push(Step::Build),
        "docker" if first == "build" => found.push(Step::Build),
        "tsc" => found.push(if rest.contains(&"--noEmit") { Step::Check } else { Step::Build }),
        "eslint" | "ruff" | "flake8" | "mypy" | "pyright" | "pylint" | "black" | "prettier" | "golangci-lint"
        | "shellcheck" | "rubocop" | "clippy-driver" => {
            found.push(Step::Check);
            if rest.contains(&"--fix") || rest.contains(&"--write") {
                found.push(Step::Opaque);
            }
        }
        "touch" | "tee" => found.extend(files(Step::Write)),
        "cp" | "mv" | "ln" | "install" => {
            found.extend(arguments.last().filter(|_| arguments.len() > 1).map(|to| Step::Write((*to).to_owned())));
            if program == "mv" {
                found.extend(arguments.iter().rev().skip(1).map(|from| Step::Delete((*from).to_owned())));
            }
        }
        "sed" | "perl" if rest.iter().any(|word| word.starts_with("-i") || *word == "--in-place" || *word == "-pi") => {
            found.extend(arguments.iter().skip(1).map(|file| Step::Write((*file).to_owned())));
        }
        "rm" | "unlink" => found.extend(files(Step::Delete)),
        "cat" | "head" | "tail" | "less" | "more" | "bat" | "nl" | "wc" | "file" | "stat" | "sed" | "awk" | "grep"
        | "rg" | "diff" | "jq" => {
            found.extend(files(Step::Read));
        }
        "git" => match first {
            "rm" => found.extend(arguments.iter().skip(1).map(|file| Step::Delete((*file).to_owned()))),
            "mv" => found.extend(arguments.get(2).map(|file| Step::Write((*file).to_owned()))),
            "status" | "log" | "add" | "commit" | "branch" | "push" | "fetch" | "remote" | "rev-parse" => {
                found.push(Step::Other);
            }
            _ => found.push(Step::Opaque),
        },
        "cd" | "ls" | "echo" | "pwd" | "mkdir" | "which" | "export" | "true" | "set" | "printf" | "find" | "tree"
        | "source" | "sleep" | "test" | "chmod" => {
            found.push(Step::Other);
        }
        // A script of the project's: by a path, or by an ending.
        _ if tests_by_name(program)
            && (program.contains('.') || words.first().is_some_and(|word| word.contains('/'))) =>
        {
            found.push(tests());
        }
        _ if matches!(program, "build.sh") => found.push(Step::Build),
        _ if matches!(program, "bash" | "sh" | "zsh")
            && first.rsplit('/').next().is_some_and(|script| script.contains("test")) =>
        {
            found.push(tests());
        }
        _ => found.push(Step::Opaque),
    }
}

/// The arguments without options, and without the values of those that name a place: `npm --prefix web test`.
fn arguments<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    const PLACES: [&str; 9] =
        ["--prefix", "--cwd", "--filter", "--workspace", "--dir", "--directory", "--manifest-path", "-C", "-F"];
    let mut before = "";
    let mut found = Vec::new();
    for word in rest.iter().copied() {
        if !word.starts_with(['-', '+']) && !PLACES.contains(&before) {
            found.push(word);
        }
        before = word;
    }
    found
}

/// Whether a script names itself a test or a runner of tests: `test_parse.py`, `queue.spec.js`, `run-tests.sh`.
fn tests_by_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let pieces: Vec<&str> = name.split(['.', '_', '-']).collect();
    let is = |piece: &&str| matches!(*piece, "test" | "tests" | "spec");
    // The ending of the file is no part of its name.
    let stem = if name.contains('.') { pieces.get(..pieces.len() - 1).unwrap_or_default() } else { &pieces[..] };
    let runner = stem.first() == Some(&"run") && stem.iter().any(is) || stem.contains(&"runtests");
    stem.first().is_some_and(is) || stem.last().is_some_and(is) || runner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_apart() {
        let write = |path: &str| Step::Write(path.to_owned());
        let tests = |words: &str, place: &str| Step::Tests(Scope::of(&words.split(' ').collect::<Vec<_>>(), place));
        let cases: [(&str, Vec<Step>); 15] = [
            ("cd app && cargo test --workspace", vec![Step::Other, tests("cargo test --workspace", "app")]),
            ("RUST_LOG=debug cargo nextest run", vec![tests("cargo nextest run", "")]),
            ("python -m pytest -q tests/", vec![tests("python -m pytest -q tests/", "")]),
            ("npx jest --ci 2>&1 | tail -5", vec![tests("jest --ci", "")]),
            ("npm run test:unit", vec![tests("npm run test:unit", "")]),
            ("timeout 60 go test ./...", vec![tests("go test ./...", "")]),
            ("uv run pytest", vec![tests("pytest", "")]),
            ("npm run build; echo done", vec![Step::Build, Step::Other]),
            ("make && make check", vec![Step::Build, tests("make check", "")]),
            ("cargo clippy -- -D warnings", vec![Step::Check]),
            ("echo hi > notes/a.txt", vec![write("notes/a.txt"), Step::Other]),
            ("sed -i 's/a/b/' src/x.rs", vec![write("src/x.rs")]),
            ("rm -f old.txt", vec![Step::Delete("old.txt".to_owned())]),
            ("cat <<'EOF' > a.py\ncargo test\nEOF\nls", vec![write("a.py"), Step::Other]),
            ("python gen.py", vec![Step::Opaque]),
        ];
        for (line, expected) in cases {
            assert_eq!(steps(line, ""), expected, "{line}");
        }
    }

    #[test]
    fn a_run_is_in_the_folder_that_the_line_went_to() {
        let places = |line: &str, place: &str| -> Vec<String> {
            let place_of = |step| match step {
                Step::Tests(scope) => Some(scope.place),
                _ => None,
            };
            steps(line, place).into_iter().filter_map(place_of).collect()
        };
        assert_eq!(places("cd pkg/a && cargo test && cd ../b && cargo test", ""), ["pkg/a", "pkg/b"]);
        assert_eq!(places("(cd pkg/a && cargo test); (cd pkg/b && cargo test)", "/w"), ["/w/pkg/a", "/w/pkg/b"]);
        assert_eq!(places("bash -lc 'cd /srv/app && go test ./...'", "/w"), ["/srv/app"]);
        assert_eq!(places("pytest", "/w"), ["/w"]);
    }
}
