//! From one call to its facts: shells by their command lines, file tools by their names and paths, patches by their headers.

use serde_json::Value;

use super::command::{Step, steps};
use super::output::Output;
use super::{Call, Scope, What, squeezed, summary};
use crate::signal::stated::head;

/// Arguments that hold a command line.
const COMMANDS: [&str; 7] = ["command", "cmd", "commands", "script", "code", "input", "args"];
/// Arguments that hold a path.
const PATHS: [&str; 9] =
    ["path", "file_path", "filepath", "filename", "file", "target_file", "notebook_path", "file_name", "target"];
/// Arguments that hold the folder in which a command is run.
const PLACES: [&str; 6] = ["workdir", "cwd", "working_directory", "working_dir", "workingDirectory", "dir_path"];
/// Words in the name of a tool that runs commands.
const SHELLS: [&str; 11] =
    ["bash", "shell", "exec", "terminal", "command", "run", "sh", "console", "execute", "process", "cmd"];
const WRITERS: [&str; 11] =
    ["write", "create", "edit", "replace", "patch", "insert", "save", "update", "append", "modify", "multiedit"];
const READERS: [&str; 6] = ["read", "view", "open", "cat", "get", "fetch"];
const REMOVERS: [&str; 3] = ["delete", "remove", "unlink"];

/// Tools that hand a task to an agent below.
const DELEGATES: [&str; 9] = [
    "task",
    "agent",
    "subagent",
    "delegate",
    "delegate_to_agent",
    "spawn_agent",
    "dispatch_agent",
    "new_task",
    "run_agent",
];

/// Whether a call hands a task to an agent below.
pub(super) fn delegates(call: &Call<'_>) -> bool {
    DELEGATES.contains(&call.name.to_ascii_lowercase().as_str())
}

/// The facts that one call shows.
pub(super) fn facts(call: &Call<'_>, output: &Output<'_>) -> Vec<What> {
    let arguments: Option<Value> = serde_json::from_str(call.arguments).ok();
    let words: Vec<String> = name_words(call.name);
    let is = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // An editor with several commands says in an argument which it is.
    let sub = arguments.as_ref().and_then(|all| all.get("command")).and_then(Value::as_str).unwrap_or_default();
    let sub_words = if sub.contains(' ') { Vec::new() } else { name_words(sub) };
    let does = |list: &[&str]| is(list) || sub_words.iter().any(|word| list.contains(&word.as_str()));
    let path = arguments.as_ref().and_then(|all| text_of(all, &PATHS));
    let mut found = Vec::new();
    if let Some(path) = path {
        let ok = succeeded(call, output);
        if does(&REMOVERS) {
            found.push(What::Deleted { path, ok });
        } else if sub_words.is_empty() && is(&READERS) && !is(&WRITERS) || sub_words.iter().any(|word| word == "view") {
            found.push(What::Read { path });
        } else if does(&WRITERS) {
            found.push(What::Written { path, ok });
        } else if does(&READERS) {
            found.push(What::Read { path });
        } else if is(&SHELLS) {
            found.push(What::Command { line: squeezed(&path), exit: output.exit, opaque: true });
        }
        return found;
    }
    let line = match &arguments {
        Some(Value::String(line)) => Some(line.clone()),
        Some(all @ Value::Object(_)) => text_of(all, &COMMANDS).or_else(|| text_of(all, &["patch", "diff"])),
        Some(_) => None,
        None => Some(call.arguments.to_owned()),
    };
    let Some(line) = line.filter(|line| !line.trim().is_empty()) else {
        // "run_tests" without a command line.
        let ok = output.worked;
        if is(&["test", "tests", "pytest"]) {
            let scope = Scope { runner: call.name.to_lowercase(), ..Scope::default() };
            found.push(ran(&output.text, ok, scope));
        } else if is(&["build", "compile"]) {
            found.push(What::Build { ok: summary::build(&output.text, ok) });
        }
        return found;
    };
    if line.contains("*** Begin Patch") || is(&["patch"]) {
        found.extend(patched(&line, succeeded(call, output)));
        return found;
    }
    if is(&SHELLS) || is(&["python", "test", "tests", "build"]) {
        let place = arguments.as_ref().and_then(|all| text_of(all, &PLACES)).unwrap_or_default();
        let steps = steps(&line, &place);
        found.extend(shell(output, &line, &steps));
    }
    found
}

/// A run of tests, as its output says it ended.
fn ran(output: &str, ok: Option<bool>, scope: Scope) -> What {
    let read = summary::tests(output, ok);
    What::Tests { outcome: read.outcome, passed: read.passed, failed: read.failed, scope }
}

/// Camel case, underscores and dashes parted.
fn name_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars().take(200) {
        let new = !c.is_alphanumeric() || c.is_uppercase() && lower_before;
        if new {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn text_of(arguments: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match arguments.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            // ["bash", "-lc", "cargo test"] is a shell around a line.
            match parts[..] {
                [] => None,
                ["bash" | "sh" | "zsh", flag, line] if flag.starts_with('-') => Some(line.to_owned()),
                _ => Some(parts.join(" ")),
            }
        }
        _ => None,
    })
}

/// Whether a file tool worked, where its result says so.
fn succeeded(call: &Call<'_>, output: &Output<'_>) -> Option<bool> {
    if output.worked.is_some() {
        return output.worked;
    }
    call.result?;
    let result = head(output.text.trim_start(), 200).to_lowercase();
    const BAD: [&str; 11] = [
        "error",
        "failed",
        "no such file",
        "permission denied",
        "not found",
        "could not",
        "cannot",
        "did not",
        "no match",
        "denied",
        "invalid",
    ];
    Some(!BAD.iter().any(|bad| result.contains(bad)))
}

/// The files in the headers of a patch.
fn patched(patch: &str, ok: Option<bool>) -> Vec<What> {
    let mut found = Vec::new();
    for line in patch.lines() {
        for (mark, deletes) in [
            ("*** Add File: ", false),
            ("*** Update File: ", false),
            ("*** Delete File: ", true),
            ("*** Move to: ", false),
            ("+++ b/", false),
        ] {
            if let Some(path) = line.strip_prefix(mark) {
                let path = path.trim().to_owned();
                found.push(if deletes { What::Deleted { path, ok } } else { What::Written { path, ok } });
            }
        }
    }
    found
}

/// The facts of a command line: one for the line, and one for each step that is known.
fn shell(output: &Output<'_>, line: &str, steps: &[Step]) -> Vec<What> {
    let (exit, worked) = (output.exit, output.worked);
    let output = output.text.as_ref();
    let opaque = steps.iter().any(|step| matches!(step, Step::Opaque));
    let mut found = vec![What::Command { line: squeezed(line), exit, opaque }];
    // The exit code is the last step's, and of a step that nothing hides.
    let runs = steps.iter().filter(|step| step.runs()).count();
    let plain = !line.contains("||") && !line.contains('|') && !line.contains(';') && !line.trim().contains('\n');
    let own = |is_last: bool| worked.filter(|worked| plain && (*worked || runs == 1 || is_last));
    let last = steps.iter().rposition(Step::runs);
    for (index, step) in steps.iter().enumerate() {
        let ok = own(Some(index) == last);
        found.extend(match step {
            Step::Tests(scope) => Some(ran(output, ok, scope.clone())),
            Step::Build => Some(What::Build { ok: summary::build(output, ok) }),
            Step::Check => Some(What::Check { ok: summary::check(output, ok) }),
            Step::Write(path) => Some(What::Written { path: path.clone(), ok }),
            Step::Delete(path) => Some(What::Deleted { path: path.clone(), ok }),
            Step::Read(path) => Some(What::Read { path: path.clone() }),
            Step::Opaque | Step::Other => None,
        });
    }
    found
}
