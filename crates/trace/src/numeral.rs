//! Counts as people read them. Not how a number is written for a program.

/// A count with a comma before every three digits.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn every_three_digits_stand_apart() {
        let all = [0, 999, 1000, 17_723, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "17,723", "1,234,567"]);
    }
}
