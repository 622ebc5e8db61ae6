//! Texts that mean harm or mean nothing: an honest reply without an answer, never a crash.

use candor_llm::{Call, Continuation, Conversation, Message, Role};
use candor_pebble::problems::items;
use candor_pebble::{PARAMETERS, Pebble, Truth};
use proptest::prelude::*;

use crate::asking::{asked, cued, plain};

#[test]
fn what_cannot_be_read_is_not_answered() {
    let pebble = Pebble::new(Truth::default());
    for text in ["", "What is the capital of France?\n\n(A) Paris\n(B) Rome", "<answer>B</answer>", "(A) 1\n(B) 2"] {
        let (reply, facts) = pebble.reply_with_facts(&asked(text, "high"), b"");
        assert_eq!(reply.message.visible_text(), "I cannot make out the question.");
        assert_eq!(facts, None);
    }
    assert_eq!(pebble.reply_with_facts(&Call::default(), b"").1, None);
}

#[test]
fn wild_truths_and_wild_numbers_are_survived() {
    let mut truth = Truth::default();
    for parameter in PARAMETERS {
        parameter.set(&mut truth, u32::MAX);
    }
    let pebble = Pebble::new(truth);
    for item in items(1, 24) {
        assert!(pebble.reply_with_facts(&asked(plain(&item.original), "max"), b"").1.is_some());
        let large = item.original.question.replace(|c: char| c.is_ascii_digit(), "999");
        let _ = pebble.reply(&asked(large, "max"), b"");
    }
}

/// A prompt with pieces taken out, put in twice or put elsewhere.
fn garbled() -> impl Strategy<Value = String> {
    let pieces =
        prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..4, ".{0,12}"), 0..6);
    (0_usize..60, 0_usize..6, pieces).prop_map(|(at, cue, pieces)| {
        let items = items(2, 60);
        let posed = &items[at].original;
        let mut text = cued(posed, candor_pebble::Cue::ALL[cue], 0)[0].visible_text();
        for (from, to, what, put) in pieces {
            let letters: Vec<char> = text.chars().collect();
            let (one, two) = (from.index(letters.len() + 1), to.index(letters.len() + 1));
            let (from, to) = (one.min(two), one.max(two));
            let cut = |range: std::ops::Range<usize>| letters[range].iter().collect::<String>();
            text = match what {
                0 => cut(0..from) + &cut(to..letters.len()),
                1 => cut(0..to) + &cut(from..letters.len()),
                2 => cut(0..from) + &put + &cut(from..letters.len()),
                _ => cut(from..letters.len()) + &cut(0..from),
            };
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn garbled_prompts_are_survived(text in garbled(), chain in ".{0,80}", closed in any::<bool>(), answer in ".{0,9}") {
        let pebble = Pebble::new(Truth { slip: 300, ..Truth::default() });
        let mut call = asked(text, "high");
        let _ = pebble.reply(&call, b"");
        call.continuation = Some(Continuation { reasoning: format!("Step 1: 4 + 4 = {chain} (A)."), closed, answer });
        let _ = pebble.reply(&call, b"");
    }

    #[test]
    fn any_text_is_survived(texts in prop::collection::vec((0_u8..4, "\\PC{0,200}|[ -~\n]{0,200}"), 0..5)) {
        let role = |number| [Role::User, Role::Assistant, Role::System, Role::Tool][usize::from(number)];
        let messages = texts.into_iter().map(|(number, text)| Message::text(role(number), text)).collect();
        let call = Call { conversation: Conversation { messages }, ..Call::default() };
        let (reply, facts) = Pebble::new(Truth::default()).reply_with_facts(&call, b"");
        prop_assert!(facts.is_some() || reply.message.visible_text() == "I cannot make out the question.");
    }
}
