//! Functions give what `candor_stats` gives, null where that is undefined, and an error where the arguments can be no data.

use candor_stats::curve::Tally;

use super::*;

fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    add(&connection).unwrap();
    connection
}

fn value(connection: &Connection, sql: &str) -> Result<Option<f64>> {
    connection.query_row(sql, [], |row| row.get(0))
}

fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-12)
}

#[test]
fn wilson_is_that_of_the_library() {
    let connection = connection();
    let expected = Proportion::new(39, 100).unwrap().wilson(Level::P95).unwrap();
    let expected = expected.interval().unwrap();
    assert!(close(value(&connection, "select wilson_low(39, 100)").unwrap(), expected.low()));
    assert!(close(value(&connection, "select wilson_high(39, 100)").unwrap(), expected.high()));
    // By hand: (p + z^2/2n - z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n) at z = 1.959964, p = .39, n = 100.
    assert!((value(&connection, "select wilson_low(39, 100)").unwrap().unwrap() - 0.300_1).abs() < 1e-4);
    let wide = Proportion::new(39, 100).unwrap().wilson(Level::P99).unwrap();
    let wide = wide.interval().unwrap().low();
    assert!(close(value(&connection, "select wilson_low(39, 100, 0.99)").unwrap(), wide) && wide < expected.low());
    for undefined in ["wilson_low(0, 0)", "wilson_high(null, 5)", "wilson_low(1, null)", "wilson_low(1, 2, null)"] {
        assert_eq!(value(&connection, &format!("select {undefined}")).unwrap(), None, "{undefined}");
    }
    for wrong in
        ["wilson_low(3, 2)", "wilson_low(-1, 2)", "wilson_low(0.5, 2)", "wilson_low('1', 2)", "wilson_low(1, 2, 1)"]
    {
        assert!(value(&connection, &format!("select {wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn pass_is_that_of_the_library() {
    let connection = connection();
    assert!(close(value(&connection, "select pass_at_k(10, 3, 2)").unwrap(), 1.0 - 21.0 / 45.0));
    for undefined in ["pass_at_k(10, 3, 11)", "pass_at_k(0, 0, 1)", "pass_at_k(null, 0, 1)"] {
        assert_eq!(value(&connection, &format!("select {undefined}")).unwrap(), None, "{undefined}");
    }
    assert!(value(&connection, "select pass_at_k(3, 4, 1)").is_err());
    assert!(value(&connection, "select pass_at_k(9000000000000000000, 8000000000000000000, 1)").is_err());
}

#[test]
fn a_majority_is_counted_from_answers_and_their_verdicts() {
    let connection = connection();
    let of = |rows: &str, k: &str| {
        value(
            &connection,
            &format!("with s(answer, right) as (values {rows}) select maj_at_k(answer, right, {k}) from s"),
        )
    };
    let rows = "('A', 1), ('A', 1), ('B', 0), ('C', 0), (null, null), ('B', 0), ('A', 1)";
    let expected = Tally::new([(3, 3), (2, 0), (1, 0)], 1);
    for k in 1..=7 {
        assert!(close(of(rows, &k.to_string()).unwrap(), expected.majority(k).unwrap()), "{k}");
    }
    assert_eq!(of(rows, "8").unwrap(), None);
    assert_eq!(of(rows, "0").unwrap(), None);
    assert_eq!(of("('A', 1), ('B', null)", "1").unwrap(), None, "an answer that nobody judged");
    // Judged both ways, an answer is right in the share of its samples.
    assert!(close(of("('A', 1), ('A', 1), ('A', 0)", "3").unwrap(), 2.0 / 3.0));
    assert!(close(of("('A', 1), ('A', 0)", "1").unwrap(), 0.5));
    assert!(of("('A', 1), ('B', 0)", "case answer when 'A' then 1 else 2 end").is_err(), "two k");
    assert!(of("('A', 1)", "null").is_err());
    assert_eq!(value(&connection, "select maj_at_k(1, 1, 1) where 0").unwrap(), None);
    // A vote that would take minutes is refused before it begins.
    let many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select maj_at_k(i % 5, i % 5 = 1, 10000) from n";
    assert!(value(&connection, many).is_err());
}

#[test]
fn a_clustered_error_is_that_of_the_library() {
    let connection = connection();
    let of = |rows: &str| {
        value(&connection, &format!("with s(value, unit) as (values {rows}) select clustered_se(value, unit) from s"))
    };
    // Means 1, 0 and .5: their standard deviation is .5, over the root of 3.
    assert!(close(of("(1, 'a'), (1, 'a'), (0, 'b'), (0, 'c'), (1, 'c')").unwrap(), 0.5 / 3.0_f64.sqrt()));
    // In another unit: the same times a hundred, and what is constant has none.
    assert!(close(of("(100, 'a'), (100, 'a'), (0, 'b'), (0, 'c'), (100, 'c')").unwrap(), 50.0 / 3.0_f64.sqrt()));
    assert!(close(of("(-7, 1), (-7, 2)").unwrap(), 0.0));
    // One cluster says nothing of others; a row without a value or a cluster is none; 1 and '1' are two.
    assert_eq!(of("(1, 'a'), (0, 'a')").unwrap(), None);
    assert_eq!(of("(1, 'a'), (null, 'b'), (1, null)").unwrap(), None);
    assert!(close(of("(1, 1), (0, '1')").unwrap(), 0.5));
    assert!(of("('x', 'a')").is_err());
    assert_eq!(value(&connection, "select clustered_se(1, 1) where 0").unwrap(), None);
}
