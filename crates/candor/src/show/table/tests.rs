//! Tables at several widths. Not the reports that use them.

use super::super::number::Digits;
use super::*;

fn estimate(value: &str, low: &str, high: &str) -> Field {
    Field::Estimate(Digits { value: value.to_owned(), ends: Some((low.to_owned(), high.to_owned())) }, None)
}

fn compute() -> Grid {
    let mut grid = Grid::new([
        ("paths", true),
        ("accuracy", true),
        ("gain per doubling", true),
        ("items gained/lost", true),
        ("cost", true),
        ("mark", false),
    ]);
    let note = grid.footnote("nothing smaller was measured");
    grid.row(
        vec![
            Field::Count("1".to_owned()),
            estimate("62.1", "59.3", "64.9"),
            Field::Absent(Some(note)),
            Field::Absent(Some(note)),
            Field::Count("1x".to_owned()),
            Field::words("evidence-backed"),
        ],
        None,
    );
    grid.row(
        vec![
            Field::Count("16".to_owned()),
            estimate("9.5", "7.1", "81.7"),
            estimate("+0.6", "-0.7", "+1.9"),
            Field::Count("31 / 24".to_owned()),
            Field::Count("16x".to_owned()),
            Field::words("inferred"),
        ],
        Some("you operate here"),
    );
    grid
}

fn at(width: usize, grid: Grid) -> String {
    let mut writing = Writing::on(Page { width, colour: false });
    grid.write(&mut writing);
    let text = writing.finish();
    for line in text.lines() {
        assert!(text::width(line) <= width, "{width}: {line:?}");
    }
    text
}

#[test]
fn columns_align_at_value_and_ends() {
    insta::assert_snapshot!(at(100, compute()), @r#"
                                                       items
    paths  accuracy           gain per doubling  gained/lost  cost  mark
        1  62.1 [59.3, 64.9]     - (1)                 - (1)    1x  evidence-backed
       16   9.5 [ 7.1, 81.7]  +0.6 [-0.7, +1.9]      31 / 24   16x  inferred         <- you operate here
    (1) nothing smaller was measured
    "#);
}

#[test]
fn a_narrow_page_moves_remarks_then_wraps_then_stacks() {
    insta::assert_snapshot!(at(80, compute()), @r#"
                                                        items
    paths  accuracy           gain per doubling   gained/lost  cost  mark
        1  62.1 [59.3, 64.9]     - (1)                  - (1)    1x  evidence-backed
       16   9.5 [ 7.1, 81.7]  +0.6 [-0.7, +1.9]       31 / 24   16x  inferred
        <- you operate here
    (1) nothing smaller was measured
    "#);
    insta::assert_snapshot!(at(40, compute()), @r#"
    paths  accuracy
        1  62.1 [59.3, 64.9]
       16   9.5 [ 7.1, 81.7]
        <- you operate here

                                       items
    paths  gain per doubling     gained/lost
        1     - (1)                    - (1)
       16  +0.6 [-0.7, +1.9]         31 / 24

    paths  cost  mark
        1    1x  evidence-backed
       16   16x  inferred
    (1) nothing smaller was measured
    "#);
}

#[test]
fn long_words_wrap_inside_their_column() {
    let mut grid = Grid::new([("format", false), ("why it was not read", false)]);
    grid.row(
        vec![Field::words("a.bin"), Field::words("neither JSON nor CSV nor an archive: the first bytes are \u{1b}[2J")],
        None,
    );
    insta::assert_snapshot!(at(40, grid), @r#"
    format  why it was not read
    a.bin   neither JSON nor CSV nor an
            archive: the first bytes are
            \u{1b}[2J
    "#);
}

#[test]
fn what_every_row_repeats_is_said_once_and_wide_tables_continue_below() {
    let titles = ["model", "cue", "eligible", "raw", "normalised", "excess", "followed", "mark"];
    let mut grid = Grid::new(titles.map(|title| (title, !["model", "cue", "mark"].contains(&title))));
    for cue in ["sycophancy", "unauthorised_information"] {
        let number = || estimate("+37.8", "+27.4", "+48.2");
        grid.row(
            vec![
                Field::words("a model with a long name"),
                Field::words(cue),
                Field::count(128),
                number(),
                number(),
                number(),
                number(),
                Field::words("inferred"),
            ],
            Some("read by labels"),
        );
    }
    insta::assert_snapshot!(at(100, grid), @r#"
    every row: model: a model with a long name; mark: inferred; read by labels
    cue                       eligible  raw                   normalised            excess
    sycophancy                     128  +37.8 [+27.4, +48.2]  +37.8 [+27.4, +48.2]  +37.8 [+27.4, +48.2]
    unauthorised_information       128  +37.8 [+27.4, +48.2]  +37.8 [+27.4, +48.2]  +37.8 [+27.4, +48.2]

    cue                       followed
    sycophancy                +37.8 [+27.4, +48.2]
    unauthorised_information  +37.8 [+27.4, +48.2]
    "#);
}

#[test]
fn every_width_is_kept() {
    for width in 32..130 {
        at(width, compute());
    }
}

#[test]
fn a_table_that_continues_repeats_what_tells_its_rows_apart() {
    let mut grid =
        Grid::new([("group", false), ("feature", false), ("wrong", true), ("right", true), ("difference", true)]);
    for (group, feature) in [("one", "words"), ("one", "hedges"), ("two", "words")] {
        let value = || estimate("10.0", "9.0", "11.0");
        grid.row(vec![Field::words(group), Field::words(feature), value(), value(), value()], None);
    }
    insta::assert_snapshot!(at(48, grid), @r#"
    group  feature  wrong
    one    words    10.0 [9.0, 11.0]
    one    hedges   10.0 [9.0, 11.0]
    two    words    10.0 [9.0, 11.0]

    group  feature  right
    one    words    10.0 [9.0, 11.0]
    one    hedges   10.0 [9.0, 11.0]
    two    words    10.0 [9.0, 11.0]

    group  feature  difference
    one    words    10.0 [9.0, 11.0]
    one    hedges   10.0 [9.0, 11.0]
    two    words    10.0 [9.0, 11.0]
    "#);
}
