//! The value of one side of an equation, exactly; `None` where it is not plain arithmetic. Bounded in depth and length.

use super::token::{Kind, Token};
use crate::rational::Rational;

/// One side that could be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// The value, and a second one where a percentage can be read in two ways.
    pub(super) values: Vec<Rational>,
    /// Whether something was computed, more than a number written down.
    pub(super) operated: bool,
    /// The first number, where there is one.
    pub(super) first: Option<Rational>,
    /// The decimals of a side that is one number.
    pub(super) places: Option<u32>,
    adds: bool,
    units: Vec<String>,
}

/// Longer sides are not read.
const MOST_TOKENS: usize = 64;
/// Brackets may be nested this deep.
const DEEPEST: usize = 16;

impl Side {
    /// Whether the units allow the two sides to be compared: no sums of unlike units, and no unit on the right that the left lacks
    /// though it has one.
    pub(super) fn units_fit(&self, right: &Self) -> bool {
        let unlike = |side: &Self| side.adds && side.units.windows(2).any(|pair| pair[0] != pair[1]);
        let converted = !self.units.is_empty() && right.units.iter().any(|unit| !self.units.contains(unit));
        !unlike(self) && !unlike(right) && !converted
    }
}

/// Reads a side. The first side of a chain is what stands right before the sign, the last what stands right after it, so that words
/// around an equation do not matter; a side between two signs must be arithmetic as a whole.
pub(super) fn side(text: &str, tokens: &[Token], first: bool, last: bool) -> Option<Side> {
    let kept = if first { ending(text, tokens)? } else { tokens };
    let kept = if last { beginning(text, kept)? } else { kept };
    if kept.is_empty() || kept.len() > MOST_TOKENS {
        return None;
    }
    let mut plain: Vec<Token> = Vec::new();
    let mut units = Vec::new();
    let mut index = 0;
    while let Some(token) = kept.get(index) {
        match token.kind {
            Kind::Word => {
                // A unit: after a number, before an operator or the end.
                let after_number = plain.last().is_some_and(|last| matches!(last.kind, Kind::Number | Kind::Close));
                let word = text.get(token.start..token.end)?;
                if !after_number || !unit_word(text, kept, index) {
                    return None;
                }
                let mut unit = word.trim_end_matches('s').to_lowercase();
                while let Some(next) = kept.get(index + 1) {
                    let per = matches!(next.kind, Kind::Operator(b'/'))
                        && kept.get(index + 2).is_some_and(|after| after.kind == Kind::Word);
                    if next.kind == Kind::Word && unit_word(text, kept, index + 1) {
                        index += 1;
                    } else if per {
                        index += 2;
                        unit.push('/');
                    } else {
                        break;
                    }
                }
                units.push(unit);
            }
            Kind::Unknown | Kind::Break | Kind::Equals | Kind::About => return None,
            _ => plain.push(*token),
        }
        index += 1;
    }
    let numbers: Vec<&Token> = plain.iter().filter(|token| token.kind == Kind::Number).collect();
    let adds = plain.iter().any(|token| matches!(token.kind, Kind::Operator(b'+' | b'-')));
    let some_percent = numbers.iter().any(|token| token.percent);
    if some_percent && adds && !numbers.iter().all(|token| token.percent) {
        return None;
    }
    let mut values = vec![value(&plain, true)?];
    if some_percent {
        values.push(value(&plain, false)?);
    }
    let (start, end) = (kept.first()?.start, kept.last()?.end);
    let operated = numbers.len() > 1;
    let places = (!operated).then(|| numbers.first().map(|token| token.places)).flatten();
    Some(Side {
        start,
        end,
        values,
        operated,
        first: numbers.first().and_then(|token| token.value),
        places,
        adds,
        units,
    })
}

/// Whether a word can be a unit: no lone letter, which is a variable, and none that joins clauses.
fn unit_word(text: &str, tokens: &[Token], index: usize) -> bool {
    let Some(word) = tokens.get(index).and_then(|token| text.get(token.start..token.end)) else { return false };
    (word.chars().count() > 1 || token_joined(tokens, index)) && !JOINS.contains(&word.to_ascii_lowercase().as_str())
}

fn token_joined(tokens: &[Token], index: usize) -> bool {
    index > 0 && tokens[index - 1].end == tokens[index].start
}

/// The arithmetic at the end of some tokens: back to the first word that is no unit.
fn ending<'a>(text: &str, tokens: &'a [Token]) -> Option<&'a [Token]> {
    let mut start = tokens.len();
    while start > 0 {
        let token = &tokens[start - 1];
        match token.kind {
            Kind::Word => {
                let word = text.get(token.start..token.end)?;
                if JOINS.contains(&word.to_ascii_lowercase().as_str()) {
                    break;
                }
                // A unit stands after a number and before an operator or the sign.
                let unit = start >= 2
                    && matches!(tokens[start - 2].kind, Kind::Number | Kind::Close | Kind::Word)
                    && tokens
                        .get(start)
                        .is_none_or(|next| matches!(next.kind, Kind::Operator(_) | Kind::Close | Kind::Word));
                let per = start >= 2
                    && tokens[start - 2].kind == Kind::Operator(b'/')
                    && start >= 3
                    && tokens[start - 3].kind == Kind::Word;
                if !unit && !per {
                    break;
                }
                // "q - 1": a variable.
                if word.chars().count() == 1 && !per && !token_joined(tokens, start - 1) {
                    return None;
                }
            }
            // What cannot be read right before the arithmetic may belong to it.
            Kind::Unknown => return None,
            _ => {}
        }
        start -= 1;
        if tokens.len() - start > MOST_TOKENS {
            return None;
        }
    }
    let kept = &tokens[start..];
    let opens = kept.first()?;
    let before = start.checked_sub(1).map(|index| &tokens[index]);
    if let Some(before) = before {
        let word = text.get(before.start..before.end)?;
        let function = opens.kind == Kind::Open && before.end == opens.start;
        let variable = matches!(opens.kind, Kind::Operator(_));
        let named = FUNCTIONS.contains(&word.to_ascii_lowercase().as_str())
            || word.chars().count() == 1 && !matches!(word, "a" | "A" | "I");
        if function || variable || named {
            return None;
        }
    }
    Some(kept)
}

/// Words that end what stands before them.
const JOINS: [&str; 14] =
    ["and", "or", "is", "so", "then", "to", "by", "from", "with", "but", "that", "which", "get", "we"];

/// Words before a number that make it an argument.
const FUNCTIONS: [&str; 12] =
    ["sin", "cos", "tan", "log", "ln", "sqrt", "root", "exp", "factorial", "half", "twice", "double"];

/// The arithmetic at the beginning of some tokens: up to the first word that is no unit.
fn beginning<'a>(text: &str, tokens: &'a [Token]) -> Option<&'a [Token]> {
    let mut end = 0;
    while let Some(token) = tokens.get(end) {
        match token.kind {
            Kind::Word => break,
            Kind::Close if depth(&tokens[..end]) == 0 => break,
            // "24 (as before)".
            Kind::Open if end > 0 && tokens.get(end + 1).is_some_and(|next| next.kind == Kind::Word) => break,
            Kind::Unknown => return None,
            _ => end += 1,
        }
        if end > MOST_TOKENS {
            return None;
        }
    }
    // "= 1000 m", "= 7 x": a unit or a variable.
    if let Some(word) =
        tokens.get(end).filter(|token| token.kind == Kind::Word).and_then(|one| text.get(one.start..one.end))
        && word.chars().count() == 1
        && !matches!(word, "a" | "A" | "I")
    {
        return None;
    }
    // One unit is kept, so that it can be compared.
    if end > 0
        && tokens.get(end).is_some_and(|token| token.kind == Kind::Word)
        && unit_word(text, tokens, end)
        && tokens.get(end + 1).is_none_or(|next| next.kind == Kind::Word || next.kind == Kind::Close)
    {
        end += 1;
    }
    Some(&tokens[..end])
}

fn depth(tokens: &[Token]) -> usize {
    tokens.iter().fold(0, |depth: usize, token| match token.kind {
        Kind::Open => depth + 1,
        Kind::Close => depth.saturating_sub(1),
        _ => depth,
    })
}

/// The value, percentages as hundredths or as they are written.
fn value(tokens: &[Token], hundredths: bool) -> Option<Rational> {
    let divides = tokens.iter().any(|token| token.kind == Kind::Operator(b'/'));
    let mut parser = Parser { tokens, at: 0, hundredths, divides };
    let value = parser.sum(0)?;
    (parser.at == tokens.len()).then_some(value)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    hundredths: bool,
    divides: bool,
}

impl Parser<'_> {
    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn sum(&mut self, depth: usize) -> Option<Rational> {
        (depth <= DEEPEST).then_some(())?;
        let negative = self.kind() == Some(Kind::Operator(b'-'));
        self.at += usize::from(negative);
        let mut value = self.product(depth)?;
        if negative {
            value = value.negated()?;
        }
        while let Some(Kind::Operator(sign @ (b'+' | b'-'))) = self.kind() {
            self.at += 1;
            let next = self.product(depth)?;
            value = if sign == b'-' { value.minus(next)? } else { value.add(next)? };
        }
        Some(value)
    }

    fn product(&mut self, depth: usize) -> Option<Rational> {
        let mut value = self.factor(depth)?;
        loop {
            match self.kind() {
                Some(Kind::Operator(sign @ (b'*' | b'/'))) => {
                    self.at += 1;
                    let next = self.factor(depth)?;
                    value = if sign == b'*' { value.times(next)? } else { value.over(next)? };
                }
                // "2(3 + 4)"; with a division beside it, nobody knows which is meant.
                Some(Kind::Open) if !self.divides => value = value.times(self.factor(depth)?)?,
                _ => return Some(value),
            }
        }
    }

    fn factor(&mut self, depth: usize) -> Option<Rational> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token.kind {
            Kind::Number if token.percent && self.hundredths => token.value?.over(Rational::whole(100)),
            Kind::Number => token.value,
            Kind::Open => {
                let value = self.sum(depth + 1)?;
                (self.kind() == Some(Kind::Close)).then_some(())?;
                self.at += 1;
                Some(value)
            }
            // A negative factor: "3 * -2".
            Kind::Operator(b'-') if self.kind() == Some(Kind::Number) => self.factor(depth)?.negated(),
            _ => None,
        }
    }
}
