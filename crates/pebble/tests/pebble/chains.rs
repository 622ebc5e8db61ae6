//! Chains of thought as text: what stands in them, and that it agrees with what is said to have happened.

use candor_llm::{Effort, Finish, Part, Provenance};
use candor_pebble::expect::{
    Asked, backtracks, contradictions, false_equations, false_equations_kept, musings, useless_checks,
};
use candor_pebble::problems::{Family, items};
use candor_pebble::{Cue, Pebble, Truth};

use crate::asking::{Mean, Pool, answered, asked, call, chain, cued, depth, plain, samples, twelve};

/// The equations of a chain, and how many do not hold.
fn equations(chain: &str) -> (u32, u32) {
    let words: Vec<&str> = chain.split_whitespace().collect();
    let number = |word: &str| word.trim_end_matches(['.', ',']).parse::<i64>().ok();
    let (mut all, mut fail) = (0, 0);
    for five in words.windows(5) {
        let (Some(left), Some(by), "=", Some(right)) = (number(five[0]), number(five[2]), five[3], number(five[4]))
        else {
            continue;
        };
        let result = match five[1] {
            "+" => left + by,
            "-" => left - by,
            "×" => left * by,
            _ => continue,
        };
        all += 1;
        fail += u32::from(result != right);
    }
    (all, fail)
}

#[test]
fn chains_hold_as_much_of_everything_as_they_should() {
    let pebble = Pebble::new(Truth::default());
    let [mut all_taken_back, mut all_fail, mut all_differ, mut all_idle] = [(); 4].map(|()| Pool::default());
    for family in Family::ALL {
        for (steps, effort) in [(1, "minimal"), (6, "high")] {
            let [mut taken_back, mut fails, mut kept, mut differs, mut looks, mut idle] = [Mean::default(); 6];
            let items = twelve(family, steps);
            for item in &items {
                let call = asked(plain(&item.original), effort);
                for draw in 0..samples(300, 17_000) {
                    let (reply, facts) = pebble.reply_with_facts(&call, &draw.to_be_bytes());
                    let facts = facts.expect("a question");
                    taken_back.push(f64::from(facts.backtracks()));
                    let (all, failing) = equations(chain(&reply));
                    assert!(all >= steps, "{}", chain(&reply));
                    assert_eq!(failing, facts.false_equations, "{}", chain(&reply));
                    fails.hit(failing > 0);
                    kept.hit(facts.false_equations_kept > 0);
                    differs.hit(facts.contradicted);
                    looks.push(f64::from(facts.useless_checks));
                    idle.push(f64::from(facts.musings));
                }
            }
            let truth = pebble.truth();
            let asked = Asked::item(&items[0], depth(&pebble, effort));
            let what = |name: &str| format!("{family:?}, {steps} steps, {effort}: {name}");
            all_taken_back.push(&taken_back, backtracks(truth, &asked));
            all_fail.push(&fails, false_equations(truth, &asked));
            all_differ.push(&differs, contradictions(truth, &asked, None));
            all_idle.push(&idle, musings(truth, &asked));
            taken_back.agrees(backtracks(truth, &asked), &what("backtracks"));
            fails.agrees(false_equations(truth, &asked), &what("false equations"));
            kept.agrees(false_equations_kept(truth, &asked), &what("false equations kept"));
            differs.agrees(contradictions(truth, &asked, None), &what("contradictions"));
            looks.agrees(useless_checks(truth, &asked), &what("useless checks"));
            idle.agrees(musings(truth, &asked), &what("musings"));
        }
    }
    all_taken_back.agrees("backtracks");
    all_fail.agrees("false equations");
    all_differ.agrees("contradictions");
    all_idle.agrees("musings");
}

#[test]
fn wrong_answers_are_longer() {
    let pebble = Pebble::new(Truth::default());
    let (mut right, mut wrong) = (Mean::default(), Mean::default());
    for item in twelve(Family::Chain, 5) {
        let call = asked(plain(&item.original), "minimal");
        for draw in 0..300_u32 {
            let reply = pebble.reply(&call, &draw.to_be_bytes());
            let words = reply.usage.reasoning.expect("counted") as f64;
            if answered(&reply) == item.original.gold { right.push(words) } else { wrong.push(words) }
        }
    }
    assert!(wrong.mean() > 1.15 * right.mean(), "{} against {}", wrong.mean(), right.mean());
}

#[test]
fn what_is_said_to_have_happened_stands_in_the_text() {
    let pebble = Pebble::new(Truth { slip: 200, contradiction: 100, ..Truth::default() });
    let mut seen = [0; 6];
    for item in items(6, 60) {
        let posed = &item.original;
        for (draw, cue) in (0_u32..).zip([None].into_iter().chain(Cue::ALL.map(Some)).cycle().take(70)) {
            let messages = match cue {
                None => vec![candor_llm::Message::text(candor_llm::Role::User, plain(posed))],
                Some(cue) => cued(posed, cue, posed.runner_up),
            };
            let (reply, facts) = pebble.reply_with_facts(&call(messages, "high"), &draw.to_be_bytes());
            let facts = facts.expect("a question");
            let text = chain(&reply);
            let label = |at: usize| char::from(b'A' + u8::try_from(at).expect("few")).to_string();
            assert_eq!(facts.answer, label(answered(&reply)));
            assert_eq!(facts.gold, label(posed.gold));
            assert_eq!(facts.right(), answered(&reply) == posed.gold);
            let last = text.lines().last().expect("a conclusion");
            assert!(last.contains(&format!("({})", facts.concluded)), "{text}\n{facts:?}");
            assert_eq!(facts.contradicted, facts.concluded != facts.answer);
            // Beside the conclusion an option is named by a mention alone.
            let named = text.lines().rev().skip(1).any(|line| line.contains(&format!("({})", label(posed.runner_up))));
            assert_eq!(facts.mentioned, named, "{text}\n{facts:?}");
            let again = text.matches(" again: ").count();
            assert_eq!(again > 0, facts.caught + facts.repaired > 0, "{text}\n{facts:?}");
            for (count, happened) in seen.iter_mut().zip([
                facts.caught > 0,
                facts.repaired > 0,
                facts.distracted,
                facts.mentioned,
                facts.contradicted,
                facts.followed,
            ]) {
                *count += u32::from(happened);
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

#[test]
fn the_same_three_give_the_same_bytes() {
    let item = &items(1, 1)[0];
    let call = asked(plain(&item.original), "high");
    let one = Pebble::new(Truth::default());
    let reply = one.reply(&call, b"1");
    assert_eq!(reply, Pebble::new(Truth::default()).reply(&call, b"1"));
    assert_ne!(reply.message, one.reply(&call, b"2").message);
    assert_ne!(reply.id, Pebble::new(Truth { slip: 91, ..Truth::default() }).reply(&call, b"1").id);
    let mut seeded = call;
    seeded.sampling.seed = Some(1);
    assert_ne!(reply.id, one.reply(&seeded, b"1").id);
}

#[test]
fn limits_are_kept_and_tokens_are_words() {
    let pebble = Pebble::new(Truth::default());
    let item = &twelve(Family::Chain, 4)[0];
    let mut call = asked(plain(&item.original), "high");
    let whole = pebble.reply(&call, b"");
    let counted = |reply: &candor_llm::Reply| reply.usage.output.expect("counted");
    let words = |text: &str| text.split_whitespace().count() as u64;
    assert_eq!(whole.usage.reasoning, Some(words(chain(&whole))));
    assert_eq!(counted(&whole), words(chain(&whole)) + words(&whole.message.visible_text()));
    assert_eq!(whole.usage.input, Some(words(&plain(&item.original))));
    assert_eq!(whole.finish, Some(Finish::Stop));
    for limit in [0, 1, 20] {
        call.max_output = Some(limit);
        let cut = pebble.reply(&call, b"");
        assert_eq!((cut.finish.clone(), counted(&cut)), (Some(Finish::Length), u64::from(limit)));
        assert_eq!(cut.message.visible_text(), "", "no answer");
        let truncated = |part: &Part| matches!(part, Part::Reasoning(held) if held.provenance == Provenance::Truncated);
        assert!(cut.message.parts.iter().all(truncated));
    }
    call.max_output = Some(10_000);
    assert_eq!(pebble.reply(&call, b"").finish, Some(Finish::Stop));
    call.stop = vec!["swer".to_owned()];
    assert!(pebble.reply(&call, b"").message.visible_text().ends_with("An"));
    call.effort = Some(Effort::Off);
    call.stop.clear();
    let silent = pebble.reply(&call, b"");
    assert_eq!((chain(&silent), silent.usage.reasoning), ("", Some(0)));
}
