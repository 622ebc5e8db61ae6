//! The tests of `program`, for machines that can confine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candor_verify::program::{Launcher, Program};
use candor_verify::{Answer, Outcome, Params, Verdict, Verifier};
use libtest_mimic::Trial;
use tempfile::TempDir;

pub(crate) fn tests() -> Vec<Trial> {
    let all: [(&str, fn()); 20] = [
        ("it_reads_the_answer_and_never_the_chain_of_thought", it_reads_the_answer_and_never_the_chain_of_thought),
        ("the_published_example_decides", the_published_example_decides),
        ("a_secret_file_cannot_be_read_unless_it_is_named", a_secret_file_cannot_be_read_unless_it_is_named),
        ("nothing_is_written_outside_the_scratch_folder", nothing_is_written_outside_the_scratch_folder),
        ("no_connection_leaves", no_connection_leaves),
        ("no_socket_of_any_kind_is_made", no_socket_of_any_kind_is_made),
        (
            "modes_groups_limits_and_other_processes_are_out_of_reach",
            modes_groups_limits_and_other_processes_are_out_of_reach,
        ),
        ("a_fork_bomb_does_not_go_off", a_fork_bomb_does_not_go_off),
        ("threads_are_no_processes", threads_are_no_processes),
        ("an_endless_loop_is_ended", an_endless_loop_is_ended),
        ("a_sleeper_is_ended", a_sleeper_is_ended),
        ("memory_is_bounded", memory_is_bounded),
        ("a_gigabyte_of_output_is_cut_off", a_gigabyte_of_output_is_cut_off),
        ("a_flood_of_errors_does_not_stop_it", a_flood_of_errors_does_not_stop_it),
        ("large_files_are_refused", large_files_are_refused),
        ("what_it_leaves_behind_is_killed", what_it_leaves_behind_is_killed),
        ("environment_and_descriptors_are_not_inherited", environment_and_descriptors_are_not_inherited),
        ("anything_else_than_a_verdict_is_an_error", anything_else_than_a_verdict_is_an_error),
        ("what_cannot_be_confined_is_refused_unless_told", what_cannot_be_confined_is_refused_unless_told),
        ("settings_are_checked", settings_are_checked),
    ];
    all.into_iter()
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .collect()
}

const GOOD: &str = r#"printf '{"outcome":"correct","why":"%s"}\n'"#;

struct Bench {
    folder: TempDir,
    helper: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::create_dir(folder.path().join("scratch")).expect("a folder");
        Self { folder, helper: std::env::current_exe().expect("this test") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).expect("a file");
        self.path(name).display().to_string()
    }

    fn program(&self, command: &[&str], more: &[(&str, &str)]) -> Program {
        let mut params = Params::from([("command".to_owned(), command.join("\n"))]);
        params.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let launcher = Launcher { helper: self.helper.clone(), scratch: self.path("scratch") };
        Program::new(launcher, &params).expect("settings")
    }

    fn shell(&self, script: &str, more: &[(&str, &str)]) -> Verdict {
        let script = self.file("script.sh", script);
        self.decide(&["/bin/sh", &script], more)
    }

    /// `None` where there is no Python that the sandbox can see.
    fn python(&self, script: &str, more: &[(&str, &str)]) -> Option<Verdict> {
        let script = self.file("script.py", script);
        let Some((python, home)) = python() else {
            println!("skipped: no python3 on this machine");
            return None;
        };
        let mut more = more.to_vec();
        more.push(("read", &home));
        Some(self.decide(&[&python, &script], &more))
    }

    fn decide(&self, command: &[&str], more: &[(&str, &str)]) -> Verdict {
        let verdict = self.program(command, more).decide(Answer::of_output("<think>CHAIN</think>listen"), "silent");
        let left = std::fs::read_dir(self.path("scratch")).expect("the folder").count();
        assert_eq!(left, 0, "the scratch folder stayed behind: {verdict:?}");
        verdict
    }
}

/// The real binary and its installation.
fn python() -> Option<(String, String)> {
    let asked = "import sys; print(sys.executable); print(sys.base_prefix)";
    let output = std::process::Command::new("python3").args(["-c", asked]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    Some((lines.next()?, lines.next()?))
}

fn root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

/// Further processes are counted for everybody but root, who has to do without the count.
fn processes(count: &'static str) -> Vec<(&'static str, &'static str)> {
    if root() { vec![("processes", count), ("sandbox", "limits-only")] } else { vec![("processes", count)] }
}

fn error_with(verdict: &Verdict, words: &str) {
    assert_eq!(verdict.outcome, Outcome::Error, "{verdict:?}");
    assert!(verdict.why.contains(words), "{verdict:?}");
}

fn says(verdict: &Verdict, why: &str) {
    assert_eq!((verdict.outcome, verdict.why.as_str()), (Outcome::Correct, why), "{verdict:?}");
}

fn it_reads_the_answer_and_never_the_chain_of_thought() {
    let bench = Bench::new();
    let script = r#"read -r line
case "$line" in *CHAIN*) word=chain;; '{"answer":"listen","gold":"silent","params":{"a":1}}') word=whole;; *) word=other;; esac
printf '{"outcome":"wrong","extracted":"%s","why":"read"}\n' $word"#;
    let verdict = bench.shell(script, &[("params", r#"{"a": 1}"#)]);
    assert_eq!(verdict, Verdict::of(false, "whole", "read"));
}

fn the_published_example_decides() {
    let bench = Bench::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/verifier.py");
    let example = std::fs::read_to_string(example).expect("the example");
    let Some(verdict) = bench.python(&example, &[]) else { return };
    assert_eq!(verdict, Verdict::of(true, "listen", "the letters are the same"));
    let script = bench.path("script.py").display().to_string();
    let (python, home) = python().expect("it was there");
    let program = bench.program(&[&python, &script], &[("read", &home), ("params", r#"{"ignore_case": false}"#)]);
    assert_eq!(program.decide(Answer::of_output("Answer: Listen"), "silent").outcome, Outcome::Wrong);
    assert_eq!(program.decide(Answer::of_output("<think>silent"), "silent").outcome, Outcome::NoAnswer);
}

fn a_secret_file_cannot_be_read_unless_it_is_named() {
    let bench = Bench::new();
    let secret = bench.file("secret", "the key\n");
    let script = format!("if read -r x < {secret}; then {GOOD} \"$x\"; else {GOOD} refused; fi");
    says(&bench.shell(&script, &[]), "refused");
    says(&bench.shell(&script, &[("read", &secret)]), "the key");
    let script = format!("if read -r x < /etc/passwd; then {GOOD} open; else {GOOD} refused; fi");
    says(&bench.shell(&script, &[]), "refused");
}

fn nothing_is_written_outside_the_scratch_folder() {
    let bench = Bench::new();
    let outside = bench.file("outside", "as it was");
    let to = |path: &str| format!("if printf x > {path}; then {GOOD} written; else {GOOD} refused; fi");
    says(&bench.shell(&to(&outside), &[("read", &outside)]), "refused");
    says(&bench.shell(&to(&bench.path("new").display().to_string()), &[]), "refused");
    says(&bench.shell(&to("\"$HOME/inside\""), &[]), "written");
    says(&bench.shell(&to("inside"), &[]), "written");
    assert_eq!(std::fs::read_to_string(outside).expect("it is there"), "as it was");
    assert!(!bench.path("new").exists());
}

fn no_connection_leaves() {
    let bench = Bench::new();
    if !Path::new("/bin/bash").exists() {
        println!("skipped: no bash on this machine");
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let text = format!("if (exec 3<>/dev/tcp/127.0.0.1/{port}); then {GOOD} open; else {GOOD} refused; fi");
    let outside = std::process::Command::new("/bin/bash").args(["-c", &text]).output().expect("bash");
    assert!(String::from_utf8_lossy(&outside.stdout).contains("open"), "the control does not connect: {outside:?}");
    // Without the subshell, which would be a process.
    let text = format!("if exec 3<>/dev/tcp/127.0.0.1/{port}; then {GOOD} open; else {GOOD} refused; fi");
    let script = bench.file("script.bash", &text);
    says(&bench.decide(&["/bin/bash", &script], &[]), "refused");
}

fn no_socket_of_any_kind_is_made() {
    let bench = Bench::new();
    let script = r#"
import json, socket
made = []
for family, kind in [("AF_INET", "SOCK_DGRAM"), ("AF_INET6", "SOCK_STREAM"), ("AF_UNIX", "SOCK_STREAM"), ("AF_NETLINK", "SOCK_RAW")]:
    try:
        socket.socket(getattr(socket, family), getattr(socket, kind))
        made.append(family)
    except PermissionError:
        pass
print(json.dumps({"outcome": "correct", "why": "made: " + ",".join(made)}))
"#;
    if let Some(verdict) = bench.python(script, &[]) {
        says(&verdict, "made:");
    }
}

fn modes_groups_limits_and_other_processes_are_out_of_reach() {
    let bench = Bench::new();
    let secret = bench.file("mine", "x");
    let script = format!(
        r#"
import json, os, signal, resource
open("own", "w").close()
tries = {{
    "chmod": lambda: os.chmod({secret:?}, 0o777),
    "fchmod": lambda: os.fchmod(os.open({secret:?}, os.O_RDONLY), 0o777),
    "utime": lambda: os.utime({secret:?}, (0, 0)),
    "truncate": lambda: os.truncate({secret:?}, 0),
    "link": lambda: os.link({secret:?}, "link"),
    "unlink": lambda: os.unlink({secret:?}),
    "setsid": os.setsid,
    "setpgid": lambda: os.setpgid(0, 0),
    "kill": lambda: os.kill(os.getppid(), 0),
    "killpg": lambda: os.kill(0, 0),
    "prlimit": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE),
    "fork": os.fork,
    "raise limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    "set limit": lambda: resource.prlimit(0, resource.RLIMIT_CORE, (0, 0)),
    "device": lambda: os.mknod("device", 0o020600, os.makedev(1, 3)),
    "priority": lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)),
}}
done = []
for name, work in tries.items():
    try:
        work()
        done.append(name)
    except (OSError, ValueError):
        pass
os.kill(os.getpid(), 0)
resource.getrlimit(resource.RLIMIT_AS)
print(json.dumps({{"outcome": "correct", "why": "done: " + ",".join(done)}}))
"#
    );
    if let Some(verdict) = bench.python(&script, &[("read", &secret)]) {
        says(&verdict, "done:");
    }
    assert_eq!(std::fs::read_to_string(secret).expect("it is there"), "x");
}

fn a_fork_bomb_does_not_go_off() {
    let bench = Bench::new();
    let verdict = bench.shell("bomb() { bomb | bomb & }\nbomb\nwait", &[("seconds", "5")]);
    error_with(&verdict, "ork");
    assert!(!verdict.why.contains("longer than"), "{verdict:?}");
    if !root() {
        let bounded = bench.shell("bomb() { bomb | bomb & }\nbomb\nwait", &[("seconds", "3"), ("processes", "8")]);
        assert_eq!(bounded.outcome, Outcome::Error, "{bounded:?}");
    }
    let child = format!("/bin/true && {GOOD} started");
    error_with(&bench.shell(&child, &[]), "ork");
    let verdict = bench.shell(&child, &processes("4"));
    assert_eq!(verdict.outcome, Outcome::Correct, "{verdict:?}");
    assert_eq!(verdict.why.contains("limits-only; missing: processes"), root(), "{verdict:?}");
}

fn threads_are_no_processes() {
    let bench = Bench::new();
    let script = r#"
import json, threading
said = []
thread = threading.Thread(target=lambda: said.append("a thread ran"))
thread.start(); thread.join()
print(json.dumps({"outcome": "correct", "why": said[0]}))
"#;
    if let Some(verdict) = bench.python(script, &[]) {
        says(&verdict, "a thread ran");
    }
}

fn an_endless_loop_is_ended() {
    let bench = Bench::new();
    let begun = Instant::now();
    error_with(&bench.shell("while :; do :; done", &[("seconds", "0.5")]), "longer than 0.5 s");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

fn a_sleeper_is_ended() {
    let bench = Bench::new();
    let begun = Instant::now();
    error_with(&bench.shell("exec sleep 300", &[("seconds", "0.3")]), "longer than");
    // It gave its verdict and does not end: what it said does not count.
    error_with(&bench.shell(&format!("{GOOD} x; exec sleep 300"), &[("seconds", "0.3")]), "longer than");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

fn memory_is_bounded() {
    let bench = Bench::new();
    let script = format!("x=0123456789abcdef\ni=0\nwhile [ $i -lt 22 ]; do x=$x$x; i=$((i+1)); done\n{GOOD} ${{#x}}");
    let verdict = bench.shell(&script, &[("memory", "64"), ("seconds", "20")]);
    assert_eq!(verdict.outcome, Outcome::Error, "{verdict:?}");
    assert!(!verdict.why.contains("longer than"), "{verdict:?}");
    says(&bench.shell(&script, &[("memory", "2048"), ("seconds", "20")]), "67108864");
}

fn a_gigabyte_of_output_is_cut_off() {
    let bench = Bench::new();
    let begun = Instant::now();
    error_with(&bench.shell("exec head -c 1000000000 /dev/zero", &[("seconds", "20")]), "more than 65536 bytes");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

fn a_flood_of_errors_does_not_stop_it() {
    let bench = Bench::new();
    let script = format!("i=0\nwhile [ $i -lt 5000 ]; do echo {} >&2; i=$((i+1)); done\n{GOOD} x", "e".repeat(60));
    says(&bench.shell(&script, &[]), "x");
}

fn large_files_are_refused() {
    let bench = Bench::new();
    let script = "exec head -c 3000000 /dev/zero > big";
    error_with(&bench.shell(script, &[("written", "1")]), "signal SIGXFSZ");
    error_with(&bench.shell(script, &[("written", "4")]), "printed nothing");
}

fn what_it_leaves_behind_is_killed() {
    let bench = Bench::new();
    let script = r#"sleep 300 &
printf '{"outcome":"correct","extracted":"%s","why":"left"}\n' $!"#;
    let begun = Instant::now();
    let verdict = bench.shell(script, &processes("4"));
    assert!(begun.elapsed() < Duration::from_secs(5), "it was waited for: {:?}", begun.elapsed());
    assert_eq!(verdict.outcome, Outcome::Correct, "{verdict:?}");
    let id = verdict.extracted.expect("the number of the process");
    gone(&id);
    // Killed together with a program that takes too long.
    let noted = r#"sleep 300 & echo $! >&2; exec sleep 300"#;
    let mut more = processes("4");
    more.push(("seconds", "0.5"));
    error_with(&bench.shell(noted, &more), "longer than");
}

/// The process has ended; whether anybody has reaped it is not ours to say.
fn gone(id: &str) {
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        match std::fs::read_to_string(format!("/proc/{id}/stat")) {
            Err(_) => return,
            Ok(stat) if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X'])) => return,
            Ok(stat) => assert!(Instant::now() < until, "it still runs: {stat}"),
        }
        std::thread::yield_now();
    }
}

fn environment_and_descriptors_are_not_inherited() {
    let mut bench = Bench::new();
    #[expect(clippy::disallowed_methods, reason = "the control: this test has what the program must not get")]
    let own = std::env::var_os("CARGO_MANIFEST_DIR");
    assert!(own.is_some(), "the control: this test has it");
    let script = format!("{GOOD} \"$PATH $LANG ${{CARGO_MANIFEST_DIR-none}}\"");
    says(&bench.shell(&script, &[]), "/usr/local/bin:/usr/bin:/bin C.UTF-8 none");
    // A helper that is started with an open file hands none on.
    let secret = bench.file("secret", "the key\n");
    let read = format!("if read -r x <&9; then {GOOD} \"$x\"; else {GOOD} closed; fi");
    let control = format!("exec 9< {secret}\n{read}");
    says(&bench.shell(&control, &[("read", &secret)]), "the key");
    let wrapper =
        bench.file("helper.sh", &format!("#!/bin/sh\nexec 9< {secret}\nexec {} \"$@\"\n", bench.helper.display()));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&wrapper, mode).expect("its mode");
    bench.helper = PathBuf::from(wrapper);
    says(&bench.shell(&read, &[]), "closed");
}

fn anything_else_than_a_verdict_is_an_error() {
    let bench = Bench::new();
    error_with(&bench.shell("echo yes", &[]), "no verdict");
    error_with(&bench.shell("true", &[]), "printed nothing");
    error_with(&bench.shell(&format!("{GOOD} x; {GOOD} y"), &[]), "more than one line");
    error_with(&bench.shell(&format!("{GOOD} x; echo broken >&2; exit 3"), &[]), "status 3: `broken`");
    error_with(&bench.shell(&format!("{GOOD} x; kill -9 $$"), &[]), "signal SIGKILL");
    error_with(&bench.shell("printf '\\377\\n'", &[]), "UTF-8");
    error_with(&bench.decide(&["/no/such/program"], &[]), "refused: /no/such/program cannot be opened");
    error_with(&bench.decide(&["/etc"], &[]), "cannot be run");
    let script = bench.file("program.sh", "exit 0");
    error_with(&bench.decide(&["/bin/sh", &script], &[("read", "/no/such/file")]), "/no/such/file cannot be opened");
    let broken = Bench { helper: PathBuf::from("/bin/true"), ..Bench::new() };
    error_with(&broken.shell("true", &[]), "did not report");
    let missing = Bench { helper: PathBuf::from("/no/such/helper"), ..Bench::new() };
    error_with(&missing.shell("true", &[]), "could not be started");
}

fn what_cannot_be_confined_is_refused_unless_told() {
    let bench = Bench::new();
    let script = format!("{GOOD} x");
    let verdict = bench.shell(&script, &[("processes", "2")]);
    if root() {
        error_with(&verdict, "refused: this machine lacks parts of the sandbox: processes");
        let told = bench.shell(&script, &[("processes", "2"), ("sandbox", "limits-only")]);
        says(&told, "x (sandbox limits-only; missing: processes (root's are not counted))");
    } else {
        says(&verdict, "x");
    }
    says(&bench.shell(&script, &[("sandbox", "limits-only")]), "x");
}

fn settings_are_checked() {
    let launcher = || Launcher { helper: PathBuf::from("/bin/true"), scratch: std::env::temp_dir() };
    let bad = [
        ("command", "verifier.py"),
        ("read", "data"),
        ("params", "[1]"),
        ("sandbox", "none"),
        ("seconds", "0"),
        ("memory", "1"),
        ("output", "1"),
        ("processes", "-1"),
        ("written", "much"),
        ("no_such_setting", "1"),
    ];
    for (name, value) in bad {
        let params = Params::from([(name.to_owned(), value.to_owned())]);
        let error = Program::new(launcher(), &params).map(|_| ()).expect_err(name).to_string();
        assert!(error.contains(name), "{error}");
    }
    let stated: Params = candor_verify::program::ABOUT
        .params
        .iter()
        .map(|param| (param.name.to_owned(), param.default.to_owned()))
        .collect();
    let plain = Program::new(launcher(), &Params::new()).expect("defaults");
    let same = Program::new(launcher(), &stated).expect("the stated defaults");
    assert_eq!(format!("{plain:?}"), format!("{same:?}"));
    error_with(&plain.decide(Answer::of_output("x"), "x"), "no program is set");
}
