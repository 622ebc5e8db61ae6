//! English number words: "twenty-one", "three hundred and five", "minus four", "one half". Not ordinals, not other languages.

use super::Number;

/// Adds up the words of one number.
#[derive(Debug, Default)]
struct Sum {
    /// Finished groups of a thousand and more.
    total: f64,
    /// The group being read, below a thousand.
    group: f64,
    start: Option<usize>,
    end: usize,
    negative: bool,
    /// The last word was a digit, a teen, a ten, or a scale: what may follow depends on it.
    last: Last,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Unit,
    Ten,
    Scale,
}

enum Word {
    Unit(f64),
    Ten(f64),
    Hundred,
    Scale(f64),
    Part(f64),
}

fn word(text: &str) -> Option<Word> {
    const UNITS: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let as_number = |index: usize| u32::try_from(index).map_or(0.0, f64::from);
    if let Some(index) = UNITS.iter().position(|unit| *unit == text) {
        return Some(Word::Unit(as_number(index)));
    }
    if let Some(index) = TENS.iter().position(|ten| *ten == text) {
        return Some(Word::Ten(as_number(index + 2) * 10.0));
    }
    Some(match text {
        "hundred" => Word::Hundred,
        "thousand" => Word::Scale(1e3),
        "million" => Word::Scale(1e6),
        "billion" => Word::Scale(1e9),
        "half" | "halves" => Word::Part(2.0),
        "third" | "thirds" => Word::Part(3.0),
        "quarter" | "quarters" | "fourth" | "fourths" => Word::Part(4.0),
        "fifth" | "fifths" => Word::Part(5.0),
        "eighth" | "eighths" => Word::Part(8.0),
        "tenth" | "tenths" => Word::Part(10.0),
        _ => return None,
    })
}

/// Every number in words, in order.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut sum = Sum::default();
    let mut at = 0;
    let mut negative = None;
    for piece in lower.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let start = at;
        at += piece.len();
        let letters = piece.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let separator = &piece[letters.len()..];
        if letters.is_empty() {
            // A second separator in a row: only spaces let a number go on.
            if !matches!(separator, " " | "-") {
                sum.finish(&mut found);
                negative = None;
            }
            continue;
        }
        let end = start + letters.len();
        match (letters, word(letters)) {
            ("minus" | "negative", _) => {
                sum.finish(&mut found);
                negative = Some(start);
            }
            ("and", _) if sum.last == Last::Scale => {}
            (_, Some(word)) => {
                sum.take(&word, negative.take(), start, end, &mut found);
            }
            _ => {
                sum.finish(&mut found);
                negative = None;
            }
        }
        if !matches!(separator, " " | "-" | "") {
            sum.finish(&mut found);
            negative = None;
        }
    }
    sum.finish(&mut found);
    found
}

impl Sum {
    fn take(&mut self, word: &Word, negative: Option<usize>, start: usize, end: usize, found: &mut Vec<Number>) {
        let fits = match word {
            Word::Unit(value) => {
                self.last == Last::Nothing
                    || self.last == Last::Scale
                    || self.last == Last::Ten && *value < 10.0 && *value > 0.0
            }
            Word::Ten(_) => matches!(self.last, Last::Nothing | Last::Scale),
            Word::Hundred => self.last == Last::Unit && self.group < 10.0,
            Word::Scale(_) => self.last != Last::Nothing && self.group > 0.0,
            Word::Part(_) => self.last == Last::Unit && self.total.abs() < 0.5,
        };
        if !fits {
            self.finish(found);
            if matches!(word, Word::Hundred | Word::Scale(_) | Word::Part(_)) {
                return;
            }
        }
        if self.start.is_none() {
            self.start = Some(negative.unwrap_or(start));
            self.negative = negative.is_some();
        }
        self.end = end;
        match word {
            Word::Unit(value) => {
                self.group += value;
                self.last = Last::Unit;
            }
            Word::Ten(value) => {
                self.group += value;
                self.last = Last::Ten;
            }
            Word::Hundred => {
                self.group *= 100.0;
                self.last = Last::Scale;
            }
            Word::Scale(scale) => {
                self.total += self.group * scale;
                self.group = 0.0;
                self.last = Last::Scale;
            }
            Word::Part(parts) => {
                self.group /= parts;
                self.finish(found);
            }
        }
    }

    fn finish(&mut self, found: &mut Vec<Number>) {
        let done = std::mem::take(self);
        if let Some(start) = done.start {
            let value = done.total + done.group;
            let value = if done.negative { -value } else { value };
            found.push(Number { value, percent: false, start, end: done.end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn number_words_are_read() {
        let cases: [(&str, &[f64]); 12] = [
            ("twenty-one", &[21.0]),
            ("three hundred and five", &[305.0]),
            ("minus four", &[-4.0]),
            ("two thousand twelve", &[2012.0]),
            ("one million two hundred thousand", &[1_200_000.0]),
            ("two thirds", &[2.0 / 3.0]),
            ("one half", &[0.5]),
            ("one, two", &[1.0, 2.0]),
            ("five six", &[5.0, 6.0]),
            ("Nineteen hundred", &[19.0]),
            ("someone often", &[]),
            ("hundred", &[]),
        ];
        for (text, expected) in cases {
            let values: Vec<f64> = numbers(text).iter().map(|number| number.value).collect();
            assert_eq!(values, expected, "{text}");
        }
    }
}
