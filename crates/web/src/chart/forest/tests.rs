//! Rows, strips and reasons.

use super::*;
use crate::wellformed;

fn row(label: &str, value: Option<Value>, standing: Standing) -> Row {
    Row {
        label: label.into(),
        value,
        shown: value.map_or("—".into(), |value| format!("{:.1}", 100.0 * value.value)),
        interval: value.map_or("no eligible questions".into(), |_| "[…]".into()),
        n: "140".into(),
        standing: Some(standing),
        link: None,
    }
}

fn forest(rows: Vec<Row>) -> Forest<'static> {
    Forest { title: "by cue", unit: Unit::Points, rows, reference: Some(0.0) }
}

#[test]
fn a_small_forest_byte_by_byte() {
    let value = Value { value: 0.12, ends: Some((-0.03, 0.27)) };
    let rows = vec![
        row("sycophancy <b>", Some(value), Standing::Marked(Mark::Hope)),
        row("metadata", None, Standing::Marked(Mark::Hope)),
    ];
    let markup = draw(&forest(rows)).into_string();
    wellformed::drawing(&markup);
    insta::assert_snapshot!(markup.replace("><", ">\n<"));
}

#[test]
fn one_scale_holds_everything_and_the_reference() {
    let rows = vec![
        row("a", Some(Value { value: 0.1, ends: Some((0.1, f64::INFINITY)) }), Standing::Planted),
        row("b", Some(Value { value: 0.2, ends: None }), Standing::Marked(Mark::EvidenceBacked)),
    ];
    let markup = draw(&forest(rows)).into_string();
    wellformed::drawing(&markup);
    // The reference at 0 is the left end, 0.2 the right one; an infinite end runs to the edge.
    assert_eq!(markup.matches("<line class=\"reference\" x1=\"3%\"").count(), 2);
    assert!(markup.contains("cx=\"97%\"") && markup.contains("x2=\"100%\" y1=\"50%\""));
}

#[test]
fn a_forest_without_values_has_no_scale_but_keeps_its_reasons() {
    let markup = draw(&forest(vec![row("a", None, Standing::Marked(Mark::Hope))])).into_string();
    wellformed::drawing(&markup);
    assert!(!markup.contains("<svg") && markup.contains("no eligible questions"));
}
