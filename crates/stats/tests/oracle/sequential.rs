//! The betting confidence sequence against confseq.

use candor_stats::ConfidenceSequence;

use super::table::Table;

#[test]
fn betting() {
    let numbers = |text: &str| -> Vec<f64> { text.split(',').map(|v| v.parse().unwrap()).collect() };
    for row in Table::read("betting", 20).rows() {
        let mut sequence = ConfidenceSequence::new(row.level());
        let values = numbers(row.text("x"));
        let mut values = values.iter();
        let ends = numbers(row.text("low")).into_iter().zip(numbers(row.text("high")));
        for (after, (low, high)) in numbers(row.text("after")).into_iter().zip(ends) {
            while (sequence.observations() as f64) < after {
                sequence.push(*values.next().unwrap()).unwrap();
            }
            let found = sequence.interval().unwrap();
            assert!((found.low() - low).abs() < 1e-9, "after {after}: {found}, expected {low}");
            assert!((found.high() - high).abs() < 1e-9, "after {after}: {found}, expected {high}");
        }
    }
}
