//! Which form a file of ARC-AGI has, from the first few tokens of its JSON. Not the reading of it.

/// The forms in which tasks and attempts are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"train": [{"input": grid, "output": grid}, …], "test": […]}`: one task, named by its file.
    Task,
    /// `{task: {"train": […], "test": […]}, …}`.
    Tasks,
    /// `{task: [grid, …], …}`: the outputs of the test inputs.
    Solutions,
    /// `{task: [{"attempt_1": …, "attempt_2": …}, …], …}`.
    Submission,
    /// `[{"attempt_1": …, "attempt_2": …}, …]`: the attempts at one task, named by its file or in the attempts.
    Pairs,
}

impl Shape {
    /// The form of a file that begins like this.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let tokens = Tokens { text: head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head) };
        // The longest beginning that tells is `{"name":{"train":[{"input":[[0`.
        let tokens: Vec<Token<'_>> = tokens.take(13).collect();
        match tokens.as_slice() {
            [Token::Mark(b'['), Token::Mark(b'{'), Token::Text(key), Token::Mark(b':'), ..] => {
                is_attempt(key).then_some(Self::Pairs)
            }
            [Token::Mark(b'{'), Token::Text(key), Token::Mark(b':'), rest @ ..] => match rest {
                [Token::Mark(b'['), Token::Mark(b'{'), Token::Text(within), Token::Mark(b':'), ..]
                    if is_attempt(within) =>
                {
                    Some(Self::Submission)
                }
                rest if is_part(key) && begins_pairs(rest) => Some(Self::Task),
                [Token::Mark(b'{'), Token::Text(part), Token::Mark(b':'), rest @ ..]
                    if is_part(part) && begins_pairs(rest) =>
                {
                    Some(Self::Tasks)
                }
                [Token::Mark(b'['), Token::Mark(b'['), Token::Mark(b'['), Token::Digit, ..] if is_name(key) => {
                    Some(Self::Solutions)
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn is_attempt(key: &[u8]) -> bool {
    key.strip_prefix(b"attempt_").is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

fn is_part(key: &[u8]) -> bool {
    key == b"train" || key == b"test"
}

/// A list of grids says nothing of itself: the name of its task must look like one, eight hexadecimal digits.
fn is_name(key: &[u8]) -> bool {
    key.len() == 8 && key.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a list of pairs begins here, the first with a grid.
fn begins_pairs(tokens: &[Token<'_>]) -> bool {
    matches!(
        tokens,
        [
            Token::Mark(b'['),
            Token::Mark(b'{'),
            Token::Text(b"input" | b"output"),
            Token::Mark(b':'),
            Token::Mark(b'['),
            Token::Mark(b'['),
            Token::Digit,
            ..
        ]
    )
}

/// A token of JSON, as far as it tells forms apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// One of `{ } [ ] : ,`.
    Mark(u8),
    /// A string without escapes.
    Text(&'t [u8]),
    /// A single digit.
    Digit,
}

/// The tokens of a text up to the first that is none of these.
struct Tokens<'t> {
    text: &'t [u8],
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        self.text = self.text.trim_ascii_start();
        let (first, rest) = self.text.split_first()?;
        let (token, rest) = match first {
            b'{' | b'}' | b'[' | b']' | b':' | b',' => (Token::Mark(*first), rest),
            b'"' => {
                let end = memchr::memchr2(b'"', b'\\', rest)?;
                let (text, rest) = rest.split_at_checked(end)?;
                (Token::Text(text), rest.strip_prefix(b"\"")?)
            }
            b'0'..=b'9' if !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.') => {
                (Token::Digit, rest)
            }
            _ => return None,
        };
        self.text = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn forms_are_told_apart_and_what_only_resembles_them_is_none() {
        let cases = [
            (r#"{"train": [{"input": [[0, 1]], "output": [[1]]}], "test": []}"#, Some(Shape::Task)),
            ("\u{feff}{ \"test\":[{\"output\":[[3", Some(Shape::Task)),
            (r#"{"00576224": {"test": [{"input": [[3, 2]"#, Some(Shape::Tasks)),
            (r#"{"00576224": [[[3, 2], [7, 8]]]}"#, Some(Shape::Solutions)),
            (r#"{"00576224": [{"attempt_1": [[0]], "attempt_2": [[0]]}]}"#, Some(Shape::Submission)),
            (r#"{"any name": [{"attempt_2": null}]}"#, Some(Shape::Submission)),
            (r#"[{"attempt_1": {"answer": [[1]]}}]"#, Some(Shape::Pairs)),
            (r#"{"train": [{"input": "a text", "output": "another"}]}"#, None),
            (r#"{"train": [{"input": [1, 2]}]}"#, None),
            (r#"{"weights": [[[1, 2]]]}"#, None),
            (r#"{"00576224": [[[10, 2]]]}"#, None),
            (r#"{"00576224": [[[0.5, 2]]]}"#, None),
            (r#"[{"attempt_first": 1}]"#, None),
            (r#"{"train"#, None),
            ("[", None),
            ("", None),
        ];
        for (text, shape) in cases {
            assert_eq!(Shape::of(text.as_bytes()), shape, "{text}");
        }
    }
}
