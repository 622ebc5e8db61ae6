//! What the README says a command prints, it prints. A block marked `console` begins with `$ candor …`; its lines stand in the output in this
//! order, and a line `…` stands for any number of others.

use assert_cmd::Command;

#[test]
fn every_console_block_of_the_readme_is_what_the_command_prints() {
    let readme = std::fs::read_to_string(candor_testkit::workspace_root().join("README.md")).unwrap();
    let blocks: Vec<&str> =
        readme.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    assert!(blocks.len() >= 2, "the README shows what commands print");
    for block in blocks {
        let (command, shown) = block.split_once('\n').expect("a command and what it prints");
        let arguments: Vec<&str> =
            command.strip_prefix("$ candor ").expect("a block begins with `$ candor `").split(' ').collect();
        let folder = tempfile::tempdir().unwrap();
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_candor"));
        // As if it were installed.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut program, "candor");
        let output = Command::from(program)
            .args(arguments)
            .current_dir(folder.path())
            .env_remove("CANDOR_DIR")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let mut rest = printed.lines();
        let mut may_skip = false;
        for line in shown.lines() {
            if line == "…" {
                may_skip = true;
                continue;
            }
            let found = if may_skip { rest.any(|printed| printed == line) } else { rest.next() == Some(line) };
            assert!(found, "{command}\nthe README shows\n{line}\nwhich stands not there in\n{printed}");
            may_skip = false;
        }
    }
}
