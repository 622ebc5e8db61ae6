//! Questions are answered, whatever does more than read is refused, bounds hold, and what is misspelt is named with what is near it.

use std::path::Path;

use super::super::tests::{ask, fill, one, unbounded};
use super::*;

fn index() -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    drop(fill(folder.path(), 0..60));
    let index = Index::open(folder.path()).unwrap().0;
    (folder, index)
}

fn refused(index: &mut Index, sql: &str) -> (String, String) {
    match index.ask(sql, unbounded()) {
        Err(IndexError::Question { problem, hint }) => (problem, hint),
        other => panic!("{sql}: {other:?}"),
    }
}

/// Everything in the folder, byte for byte.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn whatever_is_no_select_is_refused_and_changes_nothing() {
    let (folder, mut index) = index();
    let elsewhere = folder.path().join("elsewhere.sqlite");
    let before = bytes(folder.path());
    for sql in [
        "insert into traces(leaf, recorded_ms, planted) values (99, 1, 0)",
        "update traces set model = 'x'",
        "delete from traces",
        "drop table traces",
        "create table t(a)",
        "create temp table t(a)",
        "create temp view v as select 1",
        "create virtual table t using fts5(a)",
        "alter table traces add column a",
        "reindex",
        "analyze",
        "vacuum",
        "begin",
        "savepoint a",
        "detach main",
        "insert into texts(texts) values('rebuild')",
        "with t as (select 1) delete from traces",
        "pragma journal_mode = delete",
        "pragma query_only = off",
        "pragma writable_schema = 1",
        "pragma hard_heap_limit = 0",
        "pragma wal_checkpoint(truncate)",
        "pragma database_list",
        "select load_extension('libm.so')",
        "select fts3_tokenizer('simple')",
        "select * from pragma_database_list",
        "",
        "-- nothing",
    ] {
        let found = index.ask(sql, unbounded());
        let ok = matches!(&found, Err(IndexError::Question { problem, .. }) if problem.starts_with("query"));
        assert!(ok, "{sql}: {found:?}");
    }
    for sql in [
        format!("attach '{}' as other", elsewhere.display()),
        format!("vacuum into '{}'", elsewhere.display()),
        "select 1; delete from traces".to_owned(),
        "select 1; select 2".to_owned(),
    ] {
        refused(&mut index, &sql);
    }
    assert!(!elsewhere.exists());
    assert_eq!(bytes(folder.path()), before);
    assert_eq!(refused(&mut index, "delete from traces").0, "query: expected one select, found a change of traces");
    // What tells of tables alone may be asked.
    assert_eq!(
        one(&mut index, "select count(*) from pragma_table_info('traces') where name = 'leaf'"),
        Value::Integer(1)
    );
    assert!(!ask(&mut index, "explain query plan select * from traces where id = 'x'").rows.is_empty());
}

#[test]
fn an_answer_is_cut_where_it_was_to_be_and_says_so() {
    let (_folder, mut index) = index();
    let mut bounded = |sql: &str, rows: usize, bytes: usize| {
        let table = index.ask(sql, Bounds { rows, bytes, stop: Box::new(|| false) }).unwrap();
        (table.rows.len(), table.cut)
    };
    assert_eq!(bounded("select leaf from traces", 60, usize::MAX), (60, None));
    assert_eq!(bounded("select leaf from traces", 59, usize::MAX), (59, Some(Cut::Rows)));
    assert_eq!(bounded("select leaf from traces", 0, usize::MAX), (0, Some(Cut::Rows)));
    let (rows, cut) = bounded("select zeroblob(1000) from traces", 60, 10_000);
    assert!(rows < 11 && cut == Some(Cut::Bytes), "{rows}");
}

#[test]
fn what_runs_on_and_on_is_stopped_and_what_would_fill_the_memory_is_refused() {
    let (_folder, mut index) = index();
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let mut asked = 0;
    let stop = Box::new(move || {
        asked += 1;
        asked > 50
    });
    let found = index.ask(endless, Bounds { rows: 1, bytes: 1, stop });
    assert!(matches!(found, Err(IndexError::Stopped)), "{found:?}");
    assert!(refused(&mut index, "select zeroblob(300000000)").0.contains("fits into memory"));
    // It can be asked again.
    assert_eq!(one(&mut index, "select count(*) from traces"), Value::Integer(60));
}

#[test]
fn what_is_misspelt_is_named_with_its_place_and_what_is_near() {
    let (_folder, mut index) = index();
    for (sql, problem, hint) in [
        (
            "select outcom from traces",
            "query, character 8: expected the name of a column, found `outcom`",
            "near it: outcome",
        ),
        (
            "select 'ö', t.modle from traces t",
            "query, character 13: expected the name of a column, found `t.modle`",
            "near it: model",
        ),
        (
            "select \"wrong\" from traces",
            "query, character 8: expected the name of a column, found `wrong`",
            "a text stands in single quotes: 'wrong'",
        ),
        ("select 1 from trace", "query: expected one of the tables traces, texts", "near it: traces"),
        (
            "select wilson(1, 2)",
            "query, character 8: expected the name of a function, found `wilson`",
            "near it: wilson_high, wilson_low",
        ),
        ("selec 1", "query, character 1: expected SQL, found `selec`", "candor trace query"),
        ("select rowid from texts where texts match 'a \"'", "query: expected words after MATCH", "double quotes"),
        ("select wilson_low(3, 2)", "query: wilson_low: expected k of n trials with k <= n, found 3 of 2", ""),
        (
            "select pass_at_k('many', 1, 1)",
            "query: pass_at_k: expected a whole number from 0 on for n, found `many`",
            "",
        ),
        ("select '\u{1b}[2J' from \u{1b}[2J", "query, character 20: ", ""),
    ] {
        let (said, hinted) = refused(&mut index, sql);
        assert!(said.starts_with(problem), "{sql}: {said}");
        assert!(hinted.starts_with(hint) || !hint.is_empty() && hinted.contains(hint), "{sql}: {hinted}");
        assert!(!said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn the_described_tables_are_the_tables() {
    let (_folder, mut index) = index();
    let page = std::fs::read_to_string(candor_testkit::workspace_root().join("docs/formats/index.md")).unwrap();
    for name in super::super::TABLES.map(|(name, ..)| name).iter().chain(&functions::FUNCTIONS.map(|(name, ..)| name)) {
        assert!(page.contains(&format!("`{name}")), "docs/formats/index.md: {name}");
    }
    for (table, _, columns) in super::super::TABLES {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        ask(&mut index, &format!("select {} from {table}", names.join(", ")));
        let there = ask(&mut index, &format!("select name from pragma_table_info('{table}')")).rows;
        for row in there {
            let Value::Text(name) = &row[0] else { panic!("{row:?}") };
            // What is not described is our own.
            assert!(names.contains(&name.as_str()) || name == "cut", "{table}.{name}");
        }
    }
}

#[test]
fn texts_of_the_foreign_are_texts_and_no_sql() {
    let (_folder, mut index) = index();
    // A value that SQL would read otherwise comes back as it is; bytes that are no text are shown as such.
    assert_eq!(one(&mut index, "select 'a''; drop table traces; --'"), Value::Text("a'; drop table traces; --".into()));
    assert_eq!(one(&mut index, "select cast(x'ff41' as text)"), Value::Text("\u{fffd}A".into()));
    assert_eq!(one(&mut index, "select x'ff41'"), Value::Bytes(vec![0xff, 0x41]));
}
