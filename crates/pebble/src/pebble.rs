//! The process as something that is called: a call in, a reply out. Not a transport: that is [`Served`](crate::Served).

use candor_llm::{Call, Finish, Message, Part, Provenance, Reasoning, Reply, Role, Usage};

use crate::draws::{Draws, Use, key};
use crate::read::{Reading, read};
use crate::reason::{Facts, plan};
use crate::truth::{Depth, Truth};
use crate::{chain, continued};

/// What it says where it cannot read the question.
const UNREADABLE: &str = "I cannot make out the question.";

/// A planted process, not a language model.
///
/// A reply depends on the truth, on the call and on the draw, and on nothing else: the same three give the same bytes. Temperature and tools are
/// passed over; effort, the token limit, stop texts and a continuation are honoured. A token is a word.
#[derive(Debug, Clone)]
pub struct Pebble {
    truth: Truth,
    digest: [u8; 32],
}

impl Pebble {
    /// A process with this truth.
    #[must_use]
    pub fn new(truth: Truth) -> Self {
        let digest = truth.digest_bytes();
        Self { truth, digest }
    }

    /// What is true of it.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Answers a call. `draw` tells repeated samples of one call apart.
    #[must_use]
    pub fn reply(&self, call: &Call, draw: &[u8]) -> Reply {
        self.reply_with_facts(call, draw).0
    }

    /// Answers a call and says what happened; `None` where the question could not be made out.
    #[must_use]
    pub fn reply_with_facts(&self, call: &Call, draw: &[u8]) -> (Reply, Option<Facts>) {
        // A call of texts and whole numbers is always JSON; the other spelling only keeps this free of a panic.
        let spelled = serde_json::to_vec(call).unwrap_or_else(|_| format!("{call:?}").into_bytes());
        let key = key(&[b"candor pebble reply", &self.digest, &spelled, draw]);
        let (written, facts) = match read(&call.conversation) {
            Some(reading) => {
                let (written, facts) = self.write(call, &reading, key);
                (written, Some(facts))
            }
            None => (Written { reasoning: None, text: UNREADABLE.to_owned() }, None),
        };
        (written.into_reply(call, &key), facts)
    }

    fn write(&self, call: &Call, reading: &Reading, key: [u8; 32]) -> (Written, Facts) {
        let mut outcome = Draws::new(key, Use::Outcome);
        let mut words = Draws::new(key, Use::Words);
        let given = call.continuation.as_ref();
        let closed = given.is_some_and(|given| given.closed);
        let depth = if closed { Depth::Silent } else { self.truth.depth(call.effort.as_ref()) };
        let begun = given.map(|given| continued::begun(reading, &given.reasoning));
        let plan = plan(&self.truth, reading, depth, begun, &mut outcome);
        let silent = depth == Depth::Silent;
        let reasoning = (!silent).then(|| chain::write(&plan, reading, &mut words));
        let begun = given.filter(|given| given.closed).map_or("", |given| given.answer.as_str());
        let text = chain::answer(&plan, reading, silent, begun, &mut words);
        (Written { reasoning, text }, plan.facts(reading, depth))
    }
}

/// A reply before its limits.
struct Written {
    reasoning: Option<String>,
    text: String,
}

impl Written {
    fn into_reply(self, call: &Call, key: &[u8; 32]) -> Reply {
        let limit = call.max_output.map_or(usize::MAX, |limit| limit as usize);
        let (reasoning, thought, _) = cut(self.reasoning.unwrap_or_default(), limit);
        let (text, said, whole) = cut(stopped(self.text, &call.stop), limit - thought);
        let mut parts = Vec::with_capacity(2);
        if !reasoning.is_empty() {
            let provenance = if text.is_empty() && !whole { Provenance::Truncated } else { Provenance::Raw };
            parts.push(Part::Reasoning(Reasoning { text: reasoning, provenance }));
        }
        if !text.is_empty() {
            parts.push(Part::Text { text });
        }
        let input: usize = call.conversation.messages.iter().map(|message| words(&message.visible_text())).sum();
        Reply {
            id: Some(format!("pebble-{}", hex(key.get(..12).unwrap_or_default()))),
            model: Some("pebble".to_owned()),
            message: Message { role: Role::Assistant, parts },
            finish: Some(if whole { Finish::Stop } else { Finish::Length }),
            usage: Usage {
                input: Some(input as u64),
                cached_input: None,
                output: Some((thought + said) as u64),
                reasoning: Some(thought as u64),
            },
        }
    }
}

/// The first `limit` words of a text, how many they are, and whether that is all.
fn cut(mut text: String, limit: usize) -> (String, usize, bool) {
    let count = words(&text);
    if count <= limit {
        return (text, count, true);
    }
    let (mut left, mut at, mut end) = (limit, 0, 0);
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_empty() {
            if left == 0 {
                break;
            }
            left -= 1;
            end = at + word.len();
        }
        at += piece.len();
    }
    text.truncate(end);
    (text, limit, false)
}

/// The text up to the first stop text in it.
fn stopped(mut text: String, stops: &[String]) -> String {
    let end = stops.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| text.find(stop.as_str())).min();
    if let Some(end) = end {
        text.truncate(end);
    }
    text
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_words_and_before_a_stop() {
        let cut = |text: &str, limit| cut(text.to_owned(), limit);
        assert_eq!(cut("one two  three ", 2), ("one two".to_owned(), 2, false));
        assert_eq!(cut("one two ", 2), ("one two ".to_owned(), 2, true));
        assert_eq!(cut("one", 0), (String::new(), 0, false));
        assert_eq!(cut("", 0), (String::new(), 0, true));
        assert_eq!(stopped("a b c".to_owned(), &["c".to_owned(), " b".to_owned(), String::new()]), "a");
    }
}
