//! The independent verifier in `interop/goverify`, which shares no code with this crate: it accepts a log written here, refuses its thirteen mutations and accepts the
//! erasure. Says "skipped" where there is no Go.

#[path = "../examples/log/planted.rs"]
mod planted;

use std::process::Command;

use candor_record::log::SigningKey;
use candor_record::log::key::Algorithm;
use candor_testkit::workspace_root;

#[test]
fn go_accepts_the_log_and_refuses_every_mutation() {
    if !Command::new("go").arg("version").status().is_ok_and(|status| status.success()) {
        println!("skipped: no go (on Debian: golang-go and golang-golang-x-mod-dev)");
        return;
    }
    let log = tempfile::tempdir().unwrap();
    let key = SigningKey::generate("example.org/log", Algorithm::Ed25519).unwrap();
    planted::Planted { leaves: 10_000, every: 50 }.write(log.path(), key).unwrap();
    // Its binary goes where temporary files go.
    let work = tempfile::tempdir().unwrap();
    let ran = Command::new(workspace_root().join("interop/goverify/mutate.sh"))
        .arg(log.path())
        .env("TMPDIR", work.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("good ")).count(), 14, "{said}");
    assert_eq!(said.lines().last(), Some("MUTATIONS PASS"));
}
