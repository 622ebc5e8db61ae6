//! What stands before the program that a command line is about: variables, launchers, containers, shells around a line. Only how their
//! options are written is known here; what the program does is `command`'s business.

/// What is left of a simple command without its wrappers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inner<'a> {
    /// A program with its arguments.
    Words(Vec<&'a str>),
    /// A whole command line, given to a shell as one argument.
    Line(&'a str),
}

/// Wrappers inside wrappers beyond this many are not opened.
const MOST: usize = 8;

/// Words of the shell that may stand before a command.
const KEYWORDS: [&str; 10] = ["!", "{", "if", "then", "else", "elif", "do", "while", "until", "("];
/// Launchers that take a command right after their options.
const LAUNCHERS: [&str; 26] = [
    "sudo",
    "doas",
    "env",
    "time",
    "nice",
    "ionice",
    "timeout",
    "nohup",
    "setsid",
    "stdbuf",
    "exec",
    "command",
    "xargs",
    "watch",
    "npx",
    "bunx",
    "pnpx",
    "uvx",
    "pipx",
    "xvfb-run",
    "unbuffer",
    "caffeinate",
    "cross-env",
    "dotenv",
    "chronic",
    "rtk",
];
/// Launchers that take a command after a word of their own: `poetry run`, `bundle exec`.
const RUNNERS: [&str; 18] = [
    "uv",
    "poetry",
    "pipenv",
    "pdm",
    "rye",
    "hatch",
    "pixi",
    "conda",
    "mamba",
    "micromamba",
    "bundle",
    "mise",
    "asdf",
    "direnv",
    "nix",
    "devbox",
    "npm",
    "pnpm",
];
/// Programs that run a command inside a container.
const CONTAINERS: [&str; 5] = ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"];
/// Shells.
const SHELLS: [&str; 6] = ["bash", "sh", "zsh", "dash", "ash", "fish"];
/// Options of containers that stand alone; every other one without `=` has a value after it.
const ALONE: [&str; 24] = [
    "--rm",
    "--init",
    "--privileged",
    "--interactive",
    "--tty",
    "--detach",
    "--read-only",
    "--publish-all",
    "--quiet",
    "--quiet-pull",
    "--no-deps",
    "--service-ports",
    "--use-aliases",
    "--build",
    "--remove-orphans",
    "--no-TTY",
    "--no-healthcheck",
    "--sig-proxy",
    "--oom-kill-disable",
    "--no-tty",
    "--latest",
    "--verbose",
    "--debug",
    "--replace",
];
/// Options of launchers that have a value after them.
const VALUED: [&str; 30] = [
    "-u",
    "-n",
    "-k",
    "-s",
    "-p",
    "-C",
    "-e",
    "-f",
    "-i",
    "-o",
    "-P",
    "-I",
    "-L",
    "--with",
    "--with-requirements",
    "--with-editable",
    "--extra",
    "--group",
    "--package",
    "--directory",
    "--project",
    "--python",
    "--env-file",
    "--signal",
    "--kill-after",
    "--user",
    "--name",
    "--prefix",
    "--chdir",
    "--from",
];

/// The command inside its wrappers.
pub(super) fn inner<'a>(words: &[&'a str]) -> Inner<'a> {
    let mut words = words.to_vec();
    for _ in 0..MOST {
        let Some(first) = words.first().copied() else { break };
        let name = first.rsplit('/').next().unwrap_or(first);
        let next = if KEYWORDS.contains(&first) || first.contains('=') && !first.starts_with('-') {
            Some(words[1..].to_vec())
        } else if SHELLS.contains(&name) {
            // "-lc" and "-c": the line stands in the next word.
            let flag = words.iter().skip(1).position(|word| is_cluster(word) && word.ends_with('c'));
            match flag.and_then(|flag| words.get(flag + 2)) {
                Some(line) => return Inner::Line(line),
                None => None,
            }
        } else if CONTAINERS.contains(&name) {
            contained(name, &words[1..])
        } else if LAUNCHERS.contains(&name) {
            Some(without_options(&words[1..], matches!(name, "timeout" | "nice")))
        } else if RUNNERS.contains(&name) {
            launched(name, &words[1..])
        } else if matches!(name, "kubectl" | "oc" | "heroku" | "toolbox" | "distrobox" | "flatpak-spawn") {
            words.iter().position(|word| *word == "--").map(|at| words[at + 1..].to_vec())
        } else if name == "coverage" && words.get(1) == Some(&"run") && words.contains(&"-m") {
            module(&words[1..])
        } else {
            None
        };
        match next {
            Some(next) if !next.is_empty() => words = next,
            _ => break,
        }
    }
    Inner::Words(words)
}

/// Short options written together: "-it", "-lc".
fn is_cluster(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|c| c.is_ascii_alphabetic())
}

/// Words after the options, and after a duration where one is expected.
fn without_options<'a>(words: &[&'a str], duration: bool) -> Vec<&'a str> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if *word == "--" { 1 } else { 1 + usize::from(VALUED.contains(word)) };
        if *word == "--" {
            break;
        }
    }
    let is_duration = |word: &&&str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ".smhd".contains(c))
    };
    at += usize::from(duration && words.get(at).as_ref().is_some_and(is_duration));
    words.get(at..).unwrap_or_default().to_vec()
}

/// The command of `poetry run`, `bundle exec`, `nix develop -c`: after the launcher's own word and options.
fn launched<'a>(name: &str, words: &[&'a str]) -> Option<Vec<&'a str>> {
    let verb = without_options(words, false);
    let verb_name = verb.first().copied()?;
    match verb_name {
        // `npm run` runs a script of the project's, not a program.
        "run" if matches!(name, "npm" | "pnpm") => None,
        "run" | "exec" | "x" | "tool" => {
            let mut rest = without_options(&verb[1..], false);
            if verb_name == "tool" && rest.first() == Some(&"run") || rest.first() == Some(&".") {
                rest = without_options(&rest[1..], false);
            }
            let script = rest.first().is_some_and(|one| one.split([':', '-', '_']).any(|piece| piece == "test"));
            if verb.get(1) == Some(&"-m") {
                module(&verb)
            } else {
                // `hatch run test` runs a script, too.
                Some(rest).filter(|_| !script)
            }
        }
        "develop" | "shell" => {
            let at = words.iter().position(|word| matches!(*word, "-c" | "--command"))?;
            Some(words[at + 1..].to_vec())
        }
        _ => None,
    }
}

/// `-m module arguments` as the program of that name.
fn module<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    let at = words.iter().position(|word| *word == "-m")?;
    words.get(at + 1..).map(<[&str]>::to_vec)
}

/// The command that a container is started with: after `run`, the options and the image; after `exec`, the container.
fn contained<'a>(name: &str, words: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut rest = after_options(words);
    if !name.ends_with("-compose") && rest.first() == Some(&"compose") || rest.first() == Some(&"container") {
        rest = after_options(&rest[1..]);
    }
    if !matches!(rest.first().copied(), Some("run" | "exec")) {
        return None;
    }
    let rest = after_options(&rest[1..]);
    rest.get(1..).map(<[&str]>::to_vec)
}

fn after_options<'b, 'a>(words: &'b [&'a str]) -> &'b [&'a str] {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let short = is_cluster(word) && word[1..].chars().all(|c| "itdTPq".contains(c));
        let whole = word.contains('=') || short || ALONE.contains(word) || word.len() > 2 && !word.starts_with("--");
        at += if whole { 1 } else { 2 };
    }
    words.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_taken_off() {
        let cases = [
            ("docker run img pytest -q", "pytest -q"),
            ("docker run --rm -it -v /a:/b -e A=b --network=host img:1 pytest", "pytest"),
            ("docker compose -f dev.yml exec -T web npm test", "npm test"),
            ("docker-compose run --rm web rake spec", "rake spec"),
            ("sudo -u ci timeout 60s uv run --with rich --frozen pytest -q", "pytest -q"),
            ("poetry run pytest", "pytest"),
            ("uv run -m pytest tests", "pytest tests"),
            ("conda run -n env pytest", "pytest"),
            ("A=1 B=2 npx --yes jest", "jest"),
            ("kubectl exec pod -- go test ./...", "go test ./..."),
            ("coverage run -m pytest", "pytest"),
            ("nix develop -c cargo test", "cargo test"),
            ("docker build .", "docker build ."),
            ("docker run img", "docker run img"),
            ("bash scripts/test.sh", "bash scripts/test.sh"),
            ("npm run test", "npm run test"),
            ("npm exec -- jest", "jest"),
            ("hatch run test", "hatch run test"),
        ];
        for (line, expected) in cases {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(inner(&words), Inner::Words(expected.split(' ').collect()), "{line}");
        }
        assert_eq!(
            inner(&["docker", "run", "img", "bash", "-lc", "cd x && make test"]),
            Inner::Line("cd x && make test")
        );
    }
}
