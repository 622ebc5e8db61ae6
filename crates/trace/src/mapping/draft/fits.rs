//! What a field must hold to be what its name says. Not names, and not what content alone tells: see `guess` and `content`.

use super::layout::Leaf;

pub(super) fn anything(leaf: &Leaf) -> bool {
    leaf.count() > 0
}

pub(super) fn short(leaf: &Leaf) -> bool {
    leaf.count() > 0 && leaf.mean_length() <= 200
}

pub(super) fn word(leaf: &Leaf) -> bool {
    leaf.is_text() && leaf.mean_length() <= 80
}

/// What could be the name of a model where the column's name only speaks of one: a letter is an option.
pub(super) fn named(leaf: &Leaf) -> bool {
    word(leaf) && leaf.mean_length() > 1
}

/// What could be said in answer to a question.
pub(super) fn answers(leaf: &Leaf) -> bool {
    short(leaf) && !leaf.measures()
}

pub(super) fn said(leaf: &Leaf) -> bool {
    answers(leaf) && !leaf.is_of_the_question()
}

/// What could be asked: words. A number or one word names a question and does not ask it.
pub(super) fn asks(leaf: &Leaf) -> bool {
    let spoken = leaf.texts.iter().filter(|text| {
        let begins = text.begins.trim();
        begins.contains(char::is_whitespace)
            || begins.chars().any(|letter| letter.is_alphabetic() && !letter.is_ascii())
    });
    leaf.is_text() && spoken.count() * 2 >= leaf.texts.len()
}

pub(super) fn prose(leaf: &Leaf) -> bool {
    leaf.is_text()
}

pub(super) fn long(leaf: &Leaf) -> bool {
    leaf.is_text() && leaf.mean_length() >= 20
}

pub(super) fn whole(leaf: &Leaf) -> bool {
    leaf.is_whole() || (leaf.is_text() && leaf.texts.iter().all(|text| text.begins.parse::<u32>().is_ok()))
}

/// A number behind a word: `Run 3`.
pub(super) fn in_words(leaf: &Leaf) -> bool {
    let behind = |text: &str| {
        let number =
            text.trim_start_matches(|letter: char| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '_' | '#'));
        number.len() < text.len()
            && !number.is_empty()
            && number.len() < 10
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    leaf.is_text() && leaf.texts.iter().all(|text| behind(text.begins.trim()))
}

/// What could number a sample.
pub(super) fn counted(leaf: &Leaf) -> bool {
    whole(leaf) || in_words(leaf)
}

pub(super) fn number(leaf: &Leaf) -> bool {
    leaf.is_number() || (leaf.is_text() && leaf.texts.iter().all(|text| text.begins.parse::<f64>().is_ok()))
}

/// Numbers with a decimal comma, and no whole numbers in groups of three.
pub(super) fn has_decimal_comma(leaf: &Leaf) -> bool {
    fn fraction(text: &str) -> Option<(&str, usize)> {
        let (whole, fraction) = text.trim().split_once(',')?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        (digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction)).then_some((whole, fraction.len()))
    }
    let whole = |text: &str| text.trim().parse::<i64>().is_ok();
    let found: Vec<_> = leaf.texts.iter().filter_map(|text| fraction(&text.begins)).collect();
    leaf.is_text()
        && leaf.texts.iter().all(|text| fraction(&text.begins).is_some() || whole(&text.begins))
        && found.iter().any(|(whole, digits)| *digits != 3 || *whole == "0")
}

/// A number, also with a decimal comma.
pub(super) fn amount(leaf: &Leaf) -> bool {
    number(leaf) || has_decimal_comma(leaf)
}

pub(super) fn decides(leaf: &Leaf) -> bool {
    // What a mapping reads as a verdict without a map of its own.
    let words = [
        "true",
        "false",
        "correct",
        "wrong",
        "incorrect",
        "yes",
        "no",
        "y",
        "n",
        "0",
        "1",
        "0.0",
        "1.0",
        "no_answer",
        "pass",
        "passed",
        "fail",
        "failed",
    ];
    leaf.count() > 0
        && leaf.numbers.iter().all(|number| matches!(number.to_bits(), 0 | 0x3ff0_0000_0000_0000))
        && leaf.texts.iter().all(|text| words.iter().any(|word| text.begins.eq_ignore_ascii_case(word)))
}

pub(super) fn rates(leaf: &Leaf) -> bool {
    amount(leaf) && !decides(leaf)
}
