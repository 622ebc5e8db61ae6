//! A text cut into the signs of arithmetic. Not a parser: it only says what stands where.

use crate::rational::Rational;
use crate::signal::stated::head;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number without its sign.
    Number,
    /// `+`, `-`, `*` or `/`.
    Operator(u8),
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// `=`.
    Equals,
    /// `≈`.
    About,
    /// A word: a unit, or what ends an expression.
    Word,
    /// Something that makes an expression uncheckable: a letter at a number, a power, an unknown command.
    Unknown,
    /// The end of a line, of a sentence or of a clause.
    Break,
}

/// One token with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
    /// Of a number: its value.
    pub(super) value: Option<Rational>,
    /// Of a number: its decimals.
    pub(super) places: u32,
    /// Of a number: a percent sign follows.
    pub(super) percent: bool,
}

impl Token {
    fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { kind, start, end, value: None, places: 0, percent: false }
    }

    /// Whether it parts two sides.
    pub(super) fn is_relation(&self) -> bool {
        matches!(self.kind, Kind::Equals | Kind::About)
    }
}

/// Digits beyond this many are no number that anybody meant.
const LONGEST: usize = 30;

/// Commands of TeX that are operators or nothing.
const COMMANDS: [(&str, Option<Kind>); 14] = [
    ("times", Some(Kind::Operator(b'*'))),
    ("cdot", Some(Kind::Operator(b'*'))),
    ("div", Some(Kind::Operator(b'/'))),
    ("approx", Some(Kind::About)),
    ("left", None),
    ("right", None),
    ("boxed", None),
    ("displaystyle", None),
    ("quad", Some(Kind::Break)),
    ("text", Some(Kind::Word)),
    ("mathrm", Some(Kind::Word)),
    ("textbf", None),
    ("mathbf", None),
    ("Rightarrow", Some(Kind::Break)),
];

/// The tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut cutter = Cutter { text, at: 0, tokens: Vec::new() };
    while let Some(c) = cutter.peek() {
        cutter.take(c);
    }
    cutter.tokens
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Cutter<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token::new(kind, self.at, self.at + length));
        self.at += length;
    }

    /// Whether the last token is a number or a closing bracket that ends right here.
    fn joined(&self) -> bool {
        self.tokens.last().is_some_and(|last| matches!(last.kind, Kind::Number | Kind::Close) && last.end == self.at)
    }

    fn at_line_start(&self) -> bool {
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    fn valued(&self) -> bool {
        self.tokens.last().is_some_and(|last| matches!(last.kind, Kind::Number | Kind::Close | Kind::Word))
    }

    fn take(&mut self, c: char) {
        let next = self.rest()[c.len_utf8()..].chars().next();
        match c {
            '\n' | ';' | '?' | '→' | '⇒' | '“' | '”' | '"' | '|' | '}' => self.push(Kind::Break, c.len_utf8()),
            _ if c.is_whitespace() => self.at += c.len_utf8(),
            '0'..='9' => self.number(),
            '.' if next.is_some_and(|next| next.is_ascii_digit()) && !self.joined() => self.number(),
            '.' if next == Some('.') => {
                let dots = self.rest().bytes().take_while(|byte| *byte == b'.').count();
                self.push(Kind::Unknown, dots);
            }
            ',' | ':' if self.joined() && next.is_some_and(|next| next.is_ascii_digit()) => self.push(Kind::Unknown, 1),
            '.' | ',' | ':' => self.push(Kind::Break, 1),
            '!' if self.joined() => self.push(Kind::Unknown, 1),
            '!' => self.push(Kind::Break, 1),
            '$' | '£' | '€' | '`' | '{' | '~' => self.at += c.len_utf8(),
            // A bullet of a list is no sign.
            '-' | '−' | '–' | '*' | '+' | '•' if self.at_line_start() && next.is_none_or(char::is_whitespace) => {
                self.push(Kind::Break, c.len_utf8());
            }
            '*' if next == Some('*') => self.stars(),
            '+' | '/' if next == Some(c) => self.push(Kind::Unknown, 2),
            '+' | '*' | '/' => self.push(Kind::Operator(c as u8), 1),
            '-' if next == Some('>') => self.push(Kind::Break, 2),
            '-' if next == Some('-') => self.push(Kind::Break, 2),
            '-' | '−' | '–' => self.push(Kind::Operator(b'-'), c.len_utf8()),
            '×' | '·' | '∗' | '⋅' => self.push(Kind::Operator(b'*'), c.len_utf8()),
            '÷' => self.push(Kind::Operator(b'/'), c.len_utf8()),
            '(' => self.push(Kind::Open, 1),
            ')' => self.push(Kind::Close, 1),
            '=' if matches!(next, Some('=' | '>')) => self.push(Kind::Unknown, 2),
            '=' => self.push(Kind::Equals, 1),
            '≈' | '≃' | '≅' => self.push(Kind::About, c.len_utf8()),
            '\\' => self.command(),
            _ if c.is_alphabetic() => self.word(),
            _ => self.push(Kind::Unknown, c.len_utf8()),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = digits(0);
        while end > 0 && bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
            end += 4;
        }
        let mut places = 0;
        if bytes.get(end) == Some(&b'.') {
            places = digits(end + 1);
            end += if places > 0 { 1 + places } else { 0 };
        }
        let written = rest[..end].replace(',', "");
        let value = (end <= LONGEST).then(|| Rational::decimal(&written)).flatten();
        let percent =
            ["%", "\\%", " %"].iter().find(|sign| rest[end..].starts_with(**sign)).map_or(0, |sign| sign.len());
        let places = u32::try_from(places).unwrap_or(u32::MAX);
        let kind = if value.is_some() { Kind::Number } else { Kind::Unknown };
        let end = self.at + end + percent;
        self.tokens.push(Token { kind, start: self.at, end, value, places, percent: percent > 0 });
        self.at = end;
    }

    /// Emphasis around a number, or a power.
    fn stars(&mut self) {
        let after = self.rest()[2..].chars().next();
        if self.valued() && after.is_some_and(|after| after.is_whitespace() || after.is_ascii_digit() || after == '(') {
            let ends = after.is_some_and(char::is_whitespace) && self.joined();
            if ends {
                // "**12** is": the emphasis ends here.
                self.at += 2;
            } else {
                self.push(Kind::Unknown, 2);
            }
        } else {
            self.at += 2;
        }
    }

    fn command(&mut self) {
        let name: String = self.rest()[1..].chars().take(14).take_while(char::is_ascii_alphabetic).collect();
        if name.is_empty() {
            // "\," and "\ " are spaces; "\(" and "\[" open mathematics.
            let length = 1 + self.rest()[1..].chars().next().map_or(0, char::len_utf8);
            self.at += length;
            return;
        }
        if matches!(name.as_str(), "frac" | "dfrac" | "tfrac") {
            return self.fraction(name.len() + 1);
        }
        match COMMANDS.iter().find(|(command, _)| *command == name) {
            Some((_, Some(Kind::Word))) => {
                let close = self.rest().bytes().take(60).position(|byte| byte == b'}');
                self.push(Kind::Word, close.map_or(name.len() + 1, |close| close + 1));
            }
            Some((_, Some(kind))) => self.push(*kind, name.len() + 1),
            Some((_, None)) => self.at += name.len() + 1,
            None => self.push(Kind::Unknown, name.len() + 1),
        }
    }

    /// `\frac{3}{4}` of plain numbers.
    fn fraction(&mut self, from: usize) {
        let rest = head(self.rest(), from + 2 * LONGEST);
        let read = || {
            let (top, after) = rest[from..].strip_prefix('{')?.split_once('}')?;
            let (bottom, after) = after.strip_prefix('{')?.split_once('}')?;
            (top.len() + bottom.len() <= LONGEST).then_some(())?;
            let value = Rational::decimal(top.trim())?.over(Rational::decimal(bottom.trim())?)?;
            Some((value, rest.len() - after.len()))
        };
        match read() {
            Some((value, length)) if !self.joined() => {
                let mut token = Token::new(Kind::Number, self.at, self.at + length);
                token.value = Some(value);
                self.tokens.push(token);
                self.at += length;
            }
            _ => self.push(Kind::Unknown, from),
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let length: usize =
            rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '\'' | '’')).map(char::len_utf8).sum();
        let word = &rest[..length];
        let attached = self.joined();
        let kind = match word {
            "x" | "X"
                if self.valued()
                    && rest[length..].trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '(') =>
            {
                Kind::Operator(b'*')
            }
            "of" if self.tokens.last().is_some_and(|last| last.percent) => Kind::Operator(b'*'),
            "plus" | "times" | "minus" | "equals" | "mod" | "thousand" | "million" | "billion" | "hundred"
            | "dozen" | "squared" | "cubed" => Kind::Unknown,
            _ if attached && !UNITS.contains(&word) => Kind::Unknown,
            _ => Kind::Word,
        };
        self.push(kind, length);
    }
}

/// What may stand right at a number and is no variable.
const UNITS: [&str; 18] = [
    "cm", "mm", "km", "kg", "mg", "ml", "mL", "min", "mins", "hrs", "hours", "minutes", "seconds", "mph", "ft", "lbs",
    "cents", "st",
];
