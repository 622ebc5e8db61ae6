//! Accuracy, answers, distances between arms and votes, against simulated calls.

use candor_pebble::expect::{Asked, accuracy, answer, distance, maj_at, over, pass_at};
use candor_pebble::problems::{Family, Posed, items};
use candor_pebble::{Arm, Pebble, Truth};

use crate::asking::{EFFORTS, Mean, Pool, answered, asked, changed, depth, plain, samples, twelve};

#[test]
fn answers_by_family_steps_and_effort() {
    let pebble = Pebble::new(Truth::default());
    let draws = samples(80, 17_000);
    let [mut all_gold, mut all_runner_up] = [Pool::default(), Pool::default()];
    for family in Family::ALL {
        for steps in [1, 4, 8] {
            for effort in EFFORTS {
                let items = twelve(family, steps);
                let [mut gold, mut runner_up, mut other] = [Mean::default(); 3];
                for item in &items {
                    let call = asked(plain(&item.original), effort);
                    for draw in 0..draws {
                        let at = answered(&pebble.reply(&call, &draw.to_be_bytes()));
                        gold.hit(at == item.original.gold);
                        runner_up.hit(at == item.original.runner_up);
                        other.hit(at != item.original.gold && at != item.original.runner_up);
                    }
                }
                let expected = answer(pebble.truth(), &Asked::item(&items[0], depth(&pebble, effort)));
                let what = format!("{family:?}, {steps} steps, {effort}");
                gold.agrees(expected.gold, &what);
                runner_up.agrees(expected.runner_up, &format!("{what}, runner-up"));
                other.agrees(f64::from(expected.others()) * expected.other, &format!("{what}, others"));
                all_gold.push(&gold, expected.gold);
                all_runner_up.push(&runner_up, expected.runner_up);
            }
        }
    }
    all_gold.agrees("right answers");
    all_runner_up.agrees("runners-up");
}

#[test]
fn the_formulas_of_the_page_hold_without_contradictions() {
    let truth = Truth { contradiction: 0, ..Truth::default() };
    let [s, c, r, d] =
        [truth.slip, truth.caught, truth.repaired, truth.distracted].map(|share| f64::from(share) / 1000.0);
    let w = s * (1.0 - c) + s * c * s;
    let pebble = Pebble::new(truth);
    for steps in 1..=8 {
        let at = |family, effort| {
            accuracy(pebble.truth(), &Asked::item(&twelve(family, steps as u32)[0], depth(&pebble, effort)))
        };
        for (effort, checks) in [("minimal", 0), ("low", 1), ("medium", 2), ("high", 4), ("2048", 2)] {
            let right = 1.0 - (1.0 - (1.0 - w).powi(steps)) * (1.0 - r).powi(checks);
            assert!((at(Family::Chain, effort) - right).abs() < 1e-12);
            let counted = (1.0 - w).powi(steps) * (1.0 - d).powi(checks);
            assert!((at(Family::Count, effort) - counted).abs() < 1e-12);
        }
        assert!((at(Family::Comparison, "off") - (1.0 - s).powi(steps)).abs() < 1e-12);
    }
}

#[test]
fn max_equals_high_and_costs_more() {
    let pebble = Pebble::new(Truth::default());
    for family in Family::ALL {
        let [mut gap, mut high_words, mut max_words] = [Mean::default(); 3];
        for item in twelve(family, 4) {
            let asked_at = Asked::item(&item, depth(&pebble, "high"));
            let at_max = Asked::item(&item, depth(&pebble, "max"));
            assert!((accuracy(pebble.truth(), &asked_at) - accuracy(pebble.truth(), &at_max)).abs() < 1e-12);
            let text = plain(&item.original);
            let (high, max) = (asked(text.clone(), "high"), asked(text, "max"));
            for draw in 0..samples(80, 17_000) {
                let (high, max) = (pebble.reply(&high, &draw.to_be_bytes()), pebble.reply(&max, &draw.to_be_bytes()));
                let right = |reply| f64::from(u8::from(answered(reply) == item.original.gold));
                gap.push(right(&max) - right(&high));
                high_words.push(high.usage.output.expect("counted") as f64);
                max_words.push(max.usage.output.expect("counted") as f64);
            }
        }
        gap.agrees(0.0, "max against high");
        assert!(max_words.mean() > high_words.mean() + 20.0, "max costs more");
    }
}

#[test]
fn arms_cost_what_they_should_and_one_only_sharpens() {
    let pebble = Pebble::new(Truth::default());
    let (mut sharpened, mut all_gold) = (0, Pool::default());
    for family in [Family::Chain, Family::Comparison] {
        for arm in Arm::ALL {
            let [mut gold, mut runner_up, mut divergence] = [Mean::default(); 3];
            let items = twelve(family, 3);
            for item in &items {
                let Some((text, posed)) = changed(item, arm) else { continue };
                let (original, under) = (asked(plain(&item.original), "low"), asked(text, "low"));
                for draw in 0..samples(90, 17_000) {
                    // The right option and the runner-up are matched by their part, the others by text.
                    let part = |call, number: u32, posed: &Posed| {
                        let at = answered(&pebble.reply(call, &[draw.to_be_bytes(), number.to_be_bytes()].concat()));
                        match at {
                            at if at == posed.gold => "right".to_owned(),
                            at if at == posed.runner_up => "runner-up".to_owned(),
                            at => posed.options[at].clone(),
                        }
                    };
                    let [a, a2] = [0, 1].map(|number| part(&original, number, &item.original));
                    let [b, b2] = [0, 1].map(|number| part(&under, number, &posed));
                    gold.hit(b == "right");
                    runner_up.hit(b == "runner-up");
                    let differ = |one: &str, two: &str| f64::from(u8::from(one != two));
                    divergence.push(differ(&a, &b) - (differ(&a, &a2) + differ(&b, &b2)) / 2.0);
                }
            }
            if arm == Arm::Swap && family == Family::Chain {
                continue;
            }
            let truth = pebble.truth();
            let before = Asked::item(&items[0], depth(&pebble, "low"));
            let after = before.under(arm);
            let what = format!("{family:?} under {arm:?}");
            gold.agrees(accuracy(truth, &after), &what);
            all_gold.push(&gold, accuracy(truth, &after));
            runner_up.agrees(answer(truth, &after).runner_up, &format!("{what}, runner-up"));
            if arm != Arm::Renumber {
                divergence.agrees(distance(truth, &before, arm), &format!("{what}, distance"));
            }
            if truth.sharpens(arm) {
                sharpened += 1;
                assert!((accuracy(truth, &before) - accuracy(truth, &after)).abs() < 1e-12, "{what} costs accuracy");
                assert_eq!(distance(truth, &before, arm) > 1e-4, family == Family::Chain, "{what} moves wrong answers");
            } else {
                assert!(accuracy(truth, &before) > accuracy(truth, &after) + 0.01, "{what} costs nothing");
            }
        }
    }
    assert_eq!(sharpened, 2);
    all_gold.agrees("right answers under arms");
}

#[test]
fn several_samples_and_votes() {
    let pebble = Pebble::new(Truth { slip: 160, ..Truth::default() });
    let items = items(5, 24);
    let k = 5;
    let (mut any, mut majority) = (Mean::default(), Mean::default());
    for item in &items {
        let call = asked(plain(&item.original), "minimal");
        for round in 0..samples(60, 2_000) {
            let mut votes = [0_u32; 4];
            for sample in 0..k {
                votes[answered(&pebble.reply(&call, &[round.to_be_bytes(), u32::to_be_bytes(sample)].concat()))] += 1;
            }
            let most = votes.iter().max().expect("four options");
            let tied = votes.iter().filter(|count| *count == most).count() as f64;
            any.hit(votes[item.original.gold] > 0);
            majority.push(if votes[item.original.gold] == *most { 1.0 / tied } else { 0.0 });
        }
    }
    let mix: Vec<Asked> = items.iter().map(|item| Asked::item(item, depth(&pebble, "minimal"))).collect();
    any.agrees(over(&mix, |asked| pass_at(&answer(pebble.truth(), asked), k)), "pass@5");
    majority.agrees(over(&mix, |asked| maj_at(&answer(pebble.truth(), asked), k)), "maj@5");
}

#[test]
fn truths_that_nobody_chose_are_kept_too() {
    let items = items(13, 24);
    let [mut right, mut runner_up] = [(); 2].map(|()| Pool::default());
    for phrase in 0..40 {
        let pebble = Pebble::new(Truth::of_phrase(&format!("phrase {phrase}")));
        for (item, effort) in items.iter().zip(EFFORTS.iter().cycle()) {
            let call = asked(plain(&item.original), effort);
            let [mut gold, mut second] = [Mean::default(); 2];
            for draw in 0..samples(20, 500) {
                let at = answered(&pebble.reply(&call, &draw.to_be_bytes()));
                gold.hit(at == item.original.gold);
                second.hit(at == item.original.runner_up);
            }
            let expected = answer(pebble.truth(), &Asked::item(item, depth(&pebble, effort)));
            right.push(&gold, expected.gold);
            runner_up.push(&second, expected.runner_up);
        }
    }
    right.agrees("right answers under drawn truths");
    runner_up.agrees("runners-up under drawn truths");
}
