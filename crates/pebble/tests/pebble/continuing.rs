//! Chains that somebody began: answering early, going on, and a mistake put in.

use candor_llm::{Call, Continuation, Effort};
use candor_pebble::problems::{Family, Item};
use candor_pebble::{Pebble, Truth};

use crate::asking::{Mean, answered, asked, chain, plain, samples, twelve};

fn continued(item: &Item, reasoning: &str, closed: bool) -> Call {
    Call {
        continuation: Some(Continuation { reasoning: reasoning.to_owned(), closed, answer: String::new() }),
        ..asked(plain(&item.original), "minimal")
    }
}

/// Never slips and never says anything beside the steps.
fn exact() -> Truth {
    Truth { slip: 0, contradiction: 0, ..Truth::default() }
}

#[test]
fn answering_early_leaves_the_rest_to_the_head() {
    let pebble = Pebble::new(Truth { slip: 160, ..Truth::default() });
    let steps = 6;
    for given in [0, 2, 6_usize] {
        let mut same = Mean::default();
        for item in twelve(Family::Chain, steps) {
            let whole = Pebble::new(exact()).reply(&asked(plain(&item.original), "minimal"), b"");
            let begun: String = chain(&whole).lines().take(given + 1).map(|line| format!("{line}\n")).collect();
            let call = continued(&item, &begun, true);
            for draw in 0..samples(100, 17_000) {
                let reply = pebble.reply(&call, &draw.to_be_bytes());
                assert_eq!(chain(&reply), "");
                same.hit(answered(&reply) == item.original.gold);
            }
        }
        let left = i32::try_from(steps as usize - given).expect("few");
        same.agrees((1.0 - 0.16_f64).powi(left), &format!("{given} steps given"));
    }
}

#[test]
fn a_chain_is_gone_on_from_where_it_ends() {
    let pebble = Pebble::new(exact());
    for family in Family::ALL {
        for item in twelve(family, 5) {
            let whole = pebble.reply(&asked(plain(&item.original), "minimal"), b"");
            let begun: String = chain(&whole).lines().take(3).map(|line| format!("{line}\n")).collect();
            let reply = pebble.reply(&continued(&item, &begun, false), b"");
            assert!(chain(&reply).trim_start().starts_with("Step 3: "), "{}", chain(&reply));
            assert_eq!(answered(&reply), item.original.gold);
        }
    }
}

#[test]
fn a_mistake_put_in_is_gone_on_from_and_checks_may_find_it() {
    let item = &twelve(Family::Count, 4)[3];
    let whole = Pebble::new(exact()).reply(&asked(plain(&item.original), "minimal"), b"");
    let right = &item.original.options[item.original.gold];
    let wrong = &item.original.options[item.original.runner_up];
    let off: i64 = wrong.parse::<i64>().expect("a number") - right.parse::<i64>().expect("a number");
    // The second step's result is moved, and nothing after it is given.
    let lines: Vec<&str> = chain(&whole).lines().take(3).collect();
    let (head, result) = lines[2].split_once(" = ").expect("an equation");
    let moved: i64 = result.split('.').next().and_then(|text| text.parse::<i64>().ok()).expect("a number") + off;
    let begun = format!("{}\n{}\n{head} = {moved}.", lines[0], lines[1]);
    let reply = Pebble::new(exact()).reply(&continued(item, &begun, false), b"");
    assert_eq!(answered(&reply), item.original.runner_up, "{begun}\n{}", chain(&reply));

    let item = &twelve(Family::Comparison, 4)[3];
    let sure = Pebble::new(Truth { repaired: 1000, ..exact() });
    let mut call = continued(item, "Step 1: 0 + 0 = 0. Step 4 again: nothing", false);
    call.effort = Some(Effort::from_foreign("low"));
    assert_eq!(
        answered(&sure.reply(&call, b"")),
        item.original.gold,
        "what is no step of this question is passed over"
    );
}

#[test]
fn a_closed_chain_that_concluded_is_answered_as_it_concluded_and_a_begun_answer_is_ended() {
    let pebble = Pebble::new(exact());
    for family in Family::ALL {
        let item = &twelve(family, 2)[0];
        let whole = pebble.reply(&asked(plain(&item.original), "minimal"), b"");
        let label = char::from(b'A' + u8::try_from(item.original.runner_up).expect("few"));
        let turned = format!("{}\nOn balance I go with ({label}).", chain(&whole));
        let mut call = continued(item, &turned, true);
        assert_eq!(answered(&pebble.reply(&call, b"")), item.original.runner_up);
        for (begun, ended) in [
            ("The answer is (", format!("{label})")),
            ("Answer:", format!(" {label}")),
            ("Answer: ", format!("{label}")),
        ] {
            if let Some(given) = &mut call.continuation {
                begun.clone_into(&mut given.answer);
            }
            assert_eq!(pebble.reply(&call, b"").message.visible_text(), ended);
        }
    }
}
