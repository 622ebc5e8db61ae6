//! Numbers inside sentences. Not tables: surfaces format those.

/// A share as points in a sentence: `2 points`, `0.5 points`, `1 point`.
#[must_use]
pub fn points(share: f64) -> String {
    let points = (share * 1e8).round() / 1e6;
    if (points - 1.0).abs() < 1e-9 { "1 point".to_owned() } else { format!("{points} points") }
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn one_is_singular_and_rounding_leaves_no_tail() {
        assert_eq!(
            (points(0.02).as_str(), points(0.01).as_str(), points(0.005).as_str()),
            ("2 points", "1 point", "0.5 points")
        );
    }
}
