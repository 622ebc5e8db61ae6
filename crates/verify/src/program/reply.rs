//! Reading the one line that a program prints. Foreign bytes: bounded, and anything unexpected is an error.

use serde::Deserialize;

use crate::Verdict;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    outcome: Named,
    #[serde(default)]
    extracted: Option<String>,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Correct,
    Wrong,
    NoAnswer,
}

/// The longest reason that is kept, in characters.
const LONGEST_WHY: usize = 300;

/// The verdict in a program's output; where it says nothing of what it read, that is the whole answer.
///
/// # Errors
/// Why the output is not one.
pub(super) fn read(output: &[u8], answer: &str) -> Result<Verdict, String> {
    let text = std::str::from_utf8(output).map_err(|_| "the program's output is not UTF-8".to_owned())?;
    let line = text.trim();
    if line.is_empty() {
        return Err("the program printed nothing".to_owned());
    }
    if line.contains('\n') {
        return Err(format!("the program printed more than one line; the first: `{}`", shown(line)));
    }
    let said: Said = serde_json::from_str(line)
        .map_err(|error| format!("the program's line is no verdict ({error}): `{}`", shown(line)))?;
    let why = shown(&said.why);
    if why.is_empty() {
        return Err("the program gave no reason (`why` is empty)".to_owned());
    }
    let extracted = said.extracted.unwrap_or_else(|| answer.to_owned());
    Ok(match said.outcome {
        Named::Correct => Verdict::of(true, extracted, why),
        Named::Wrong => Verdict::of(false, extracted, why),
        Named::NoAnswer => Verdict::no_answer(why),
    })
}

/// The beginning of a foreign text in one line, without control characters.
pub(super) fn shown(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default();
    let mut out: String =
        line.chars().take(LONGEST_WHY).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    if out.chars().count() < text.chars().count() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;

    #[test]
    fn one_line_of_the_form_is_a_verdict_and_anything_else_is_none() {
        let verdict = read(b"{\"outcome\":\"correct\",\"extracted\":\"4\",\"why\":\"sums\"}\n", "it is 4").unwrap();
        assert_eq!(verdict, Verdict::of(true, "4", "sums"));
        let verdict = read(b"{\"outcome\":\"wrong\",\"why\":\"a\\u001b[31m\\nb\"}", "it is 4").unwrap();
        assert_eq!((verdict.outcome, verdict.extracted.as_deref()), (Outcome::Wrong, Some("it is 4")));
        assert_eq!(verdict.why, "a\u{fffd}[31m…");
        let verdict = read(b"{\"outcome\":\"no_answer\",\"extracted\":\"x\",\"why\":\"cut off\"}", "x").unwrap();
        assert_eq!(verdict, Verdict::no_answer("cut off"));
        let bad: [&[u8]; 8] = [
            b"",
            b"yes",
            b"\xff",
            b"{\"outcome\":\"error\",\"why\":\"x\"}",
            b"{\"outcome\":\"correct\"}",
            b"{\"outcome\":\"correct\",\"why\":\" \"}",
            b"{\"outcome\":\"correct\",\"why\":\"x\",\"score\":1}",
            b"{\"outcome\":\"correct\",\"why\":\"x\"}\n{\"outcome\":\"wrong\",\"why\":\"x\"}",
        ];
        for output in bad {
            assert!(read(output, "x").is_err(), "{:?}", String::from_utf8_lossy(output));
        }
    }
}
