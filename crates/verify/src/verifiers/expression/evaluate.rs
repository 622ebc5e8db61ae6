//! Exact evaluation of an expression of whole numbers. Bounded in depth and in the size of its numbers.

use crate::rational::Rational;

/// Brackets and signs may be nested this deep.
const DEEPEST: usize = 32;

/// Value and numbers of an expression, or why it has no value.
pub(super) fn evaluate(text: &str) -> Result<(Rational, Vec<i64>), &'static str> {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if let Some(split) = split_number(text) {
        return Err(split);
    }
    let mut parser = Parser { bytes, at: 0, numbers: Vec::new() };
    let value = parser.sum(0)?;
    if parser.at < parser.bytes.len() {
        return Err("the expression does not end where it should");
    }
    Ok((value, parser.numbers))
}

/// "1 2" must not become 12.
fn split_number(text: &str) -> Option<&'static str> {
    let mut digit_before_space = false;
    let mut last_digit = false;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            if digit_before_space {
                return Some("two numbers stand side by side");
            }
            last_digit = true;
        } else if byte.is_ascii_whitespace() {
            digit_before_space |= last_digit;
            last_digit = false;
        } else {
            digit_before_space = false;
            last_digit = false;
        }
    }
    None
}

struct Parser {
    bytes: Vec<u8>,
    at: usize,
    numbers: Vec<i64>,
}

const TOO_LARGE: &str = "a number becomes too large";

impl Parser {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn sum(&mut self, depth: usize) -> Result<Rational, &'static str> {
        if depth > DEEPEST {
            return Err("the expression is nested too deeply");
        }
        let mut value = self.product(depth)?;
        while let Some(sign) = self.peek().filter(|byte| matches!(byte, b'+' | b'-')) {
            self.at += 1;
            let next = self.product(depth)?;
            let next = if sign == b'-' { next.negated().ok_or(TOO_LARGE)? } else { next };
            value = value.add(next).ok_or(TOO_LARGE)?;
        }
        Ok(value)
    }

    fn product(&mut self, depth: usize) -> Result<Rational, &'static str> {
        let mut value = self.factor(depth)?;
        while let Some(sign) = self.peek().filter(|byte| matches!(byte, b'*' | b'/')) {
            self.at += 1;
            let next = self.factor(depth)?;
            value = if sign == b'*' {
                value.times(next).ok_or(TOO_LARGE)?
            } else if next == Rational::whole(0) {
                return Err("division by zero");
            } else {
                value.over(next).ok_or(TOO_LARGE)?
            };
        }
        Ok(value)
    }

    fn factor(&mut self, depth: usize) -> Result<Rational, &'static str> {
        match self.peek() {
            Some(b'(') => {
                self.at += 1;
                let value = self.sum(depth + 1)?;
                if self.peek() != Some(b')') {
                    return Err("a bracket is not closed");
                }
                self.at += 1;
                Ok(value)
            }
            Some(b'0'..=b'9') => self.number(),
            _ => Err("a number or a bracket was expected"),
        }
    }

    fn number(&mut self) -> Result<Rational, &'static str> {
        let mut value: i64 = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            value = value.checked_mul(10).and_then(|v| v.checked_add(i64::from(digit - b'0'))).ok_or(TOO_LARGE)?;
            self.at += 1;
        }
        self.numbers.push(value);
        Ok(Rational::whole(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<String, &'static str> {
        evaluate(text).map(|(value, _)| value.to_string())
    }

    #[test]
    fn values_are_exact() {
        assert_eq!(value("8 / (3 - 8 / 3)"), Ok("24".to_owned()));
        assert_eq!(value("1 / 3 + 1 / 6"), Ok("1/2".to_owned()));
        assert_eq!(value("2 - 3 * 4"), Ok("-10".to_owned()));
        assert_eq!(value("1 - (2 - 3)"), Ok("2".to_owned()));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        assert_eq!(value("1 / (2 - 2)"), Err("division by zero"));
        assert_eq!(value("(1 + 2"), Err("a bracket is not closed"));
        assert_eq!(value("1 2 + 3"), Err("two numbers stand side by side"));
        assert_eq!(value("1 +"), Err("a number or a bracket was expected"));
        assert_eq!(value("1.5 + 1"), Err("the expression does not end where it should"));
        assert_eq!(
            value(&format!("{}1{}", "(".repeat(100), ")".repeat(100))),
            Err("the expression is nested too deeply")
        );
        assert_eq!(value("99999999999999999999"), Err(TOO_LARGE));
        assert_eq!(value("9999999999*".repeat(20).trim_end_matches('*')), Err(TOO_LARGE));
    }
}
