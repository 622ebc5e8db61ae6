//! Pseudonyms that stay, records apart, nothing left of who was forgotten, and files that are refused.

use super::*;

fn opened(folder: &Path) -> State {
    State::open(&folder.join(FILE)).unwrap()
}

fn named(state: &mut State, record: &str, identifier: &str) -> Subject {
    let naming = state.naming(record).unwrap();
    let subject = naming.subject(identifier, 5).unwrap();
    naming.keep().unwrap();
    subject
}

#[test]
fn a_person_keeps_a_pseudonym_within_a_record_and_has_another_in_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = opened(folder.path());
    let jane = named(&mut state, "one", "jane@example.org");
    assert_eq!(named(&mut state, "one", "jane@example.org"), jane);
    assert_ne!(named(&mut state, "one", "Jane@example.org"), jane);
    assert_ne!(named(&mut state, "two", "jane@example.org"), jane);
    drop(state);
    let state = opened(folder.path());
    assert_eq!(state.find("one", "jane@example.org").unwrap(), Some(jane));
    assert_eq!(state.find("three", "jane@example.org").unwrap(), None);
    assert_eq!(Subject::parse(&jane.to_string()), Some(jane));
    assert_eq!(Subject::parse(&jane.to_string().to_uppercase()), None);
    assert_eq!(Subject::parse("jane"), None);
    assert_eq!(state.contents().unwrap().subjects, [("one".to_owned(), 2), ("two".to_owned(), 1)]);
}

#[test]
fn what_is_not_kept_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = opened(folder.path());
    let naming = state.naming("one").unwrap();
    naming.subject("jane", 5).unwrap();
    for wrong in [String::new(), "x".repeat(MOST_IDENTIFIER + 1)] {
        assert!(matches!(naming.subject(&wrong, 5), Err(StateError::Identifier { .. })));
    }
    drop(naming);
    assert_eq!(state.find("one", "jane").unwrap(), None);
}

#[test]
fn who_is_forgotten_is_nowhere_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = opened(folder.path());
    let jane = named(&mut state, "one", "jane-doe-1842");
    named(&mut state, "one", "another-one");
    let holds = |needle: &str| {
        fs::read_dir(folder.path())
            .unwrap()
            .any(|entry| memchr::memmem::find(&fs::read(entry.unwrap().path()).unwrap(), needle.as_bytes()).is_some())
    };
    assert!(holds("jane-doe-1842"));
    assert!(!state.forget("two", jane).unwrap(), "another record's");
    assert!(state.forget("one", jane).unwrap() && !state.forget("one", jane).unwrap());
    assert!(!holds("jane-doe-1842") && !holds(&jane.to_string()) && holds("another-one"));
    // Whoever comes back is somebody else.
    assert_ne!(named(&mut state, "one", "jane-doe-1842"), jane);
}

#[test]
fn a_copy_is_the_same_and_never_written_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = opened(folder.path());
    let jane = named(&mut state, "one", "jane");
    let to = folder.path().join("copy.sqlite");
    state.backup(&to).unwrap();
    assert!(matches!(state.backup(&to), Err(StateError::Exists { .. })));
    assert!(matches!(state.backup(&folder.path().join("no/where")), Err(StateError::Io { .. })));
    let copy = State::open(&to).unwrap();
    assert_eq!(copy.find("one", "jane").unwrap(), Some(jane));
    assert_eq!(copy.contents().unwrap(), state.contents().unwrap());
}

#[test]
fn a_newer_file_another_applications_and_one_that_others_may_read_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    drop(opened(folder.path()));
    let change = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("PRAGMA user_version = 9");
    let before = fs::read(&path).unwrap();
    let error = State::open(&path).unwrap_err();
    assert!(matches!(error, StateError::Newer { found: 9, known: 1, .. }), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(fs::read(&path).unwrap(), before);
    change("PRAGMA user_version = 1; PRAGMA application_id = 7");
    assert!(matches!(State::open(&path), Err(StateError::Foreign { .. })));
    fs::write(&path, b"no database, and longer than a header, or so it seems".repeat(100)).unwrap();
    assert!(matches!(State::open(&path), Err(StateError::Sqlite { .. })));
    fs::remove_file(&path).unwrap();
    assert!(State::existing(&path).unwrap().is_none());
    drop(opened(folder.path()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(State::open(&path), Err(StateError::Open { mode: 0o640, .. })));
    }
}
