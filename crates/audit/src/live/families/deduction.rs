//! Long deduction: who came in at which place, from clues of which each leads one step on. The one who is asked for is settled by the last
//! step. The runner-up stands beside the right one.

use candor_stats::seed::Stream;

use super::{Drawn, Family, Knobs, between, pick, several};

/// The family.
#[derive(Debug)]
pub(super) struct Deduction;

const NAMES: &[&str] = &[
    "Anouk", "Basil", "Carmen", "Darius", "Esther", "Flavio", "Gudrun", "Hamid", "Irina", "Joaquin", "Kirsten",
    "Lamar", "Mirko", "Noemi", "Odile", "Pavel",
];
const RACES: &[&str] = &["a race", "a swim across the lake", "a bicycle race", "a ski race", "a boat race"];
const COLOURS: &[&str] = &["green", "blue", "white", "orange", "grey", "red"];
const TOWNS: &[&str] = &["Oslo", "Porto", "Lyon", "Gdansk", "Cork", "Graz"];

/// So many more take part than the difficulty says: one less than all are the steps after the first clue.
const BEYOND: u32 = 3;

/// Kinds of distractors.
const KINDS: usize = 8;

impl Family for Deduction {
    fn name(&self) -> &'static str {
        "deduction"
    }

    fn planted(&self) -> &'static str {
        "nothing but length: each clue leads one step on, and who is asked for is settled by the last one"
    }

    fn draw(&self, knobs: Knobs, problem: &mut Stream, noise: &mut Stream) -> Drawn {
        let all = (knobs.difficulty + BEYOND) as usize;
        let names = several(problem, NAMES, all);
        // In the order in which they are settled: the place of each, from 1.
        let places: Vec<i64> = problem.order(all).into_iter().map(|at| at as i64 + 1).collect();
        let race = pick(problem, RACES);
        let mut clues = vec![first(problem, names[0], places[0])];
        for at in 1..all {
            clues.extend(next(problem, &names, &places, at));
        }
        problem.shuffle(&mut clues);
        let begin = [
            format!("{all} people took part in {race}, and no two came in together."),
            format!("In {race} {all} people came in one after the other."),
        ];
        let begin = begin[problem.index(2)].clone();
        let last = places[all - 1];
        let asked =
            pick(problem, &["Who came in at place {}?", "Whose was place {}?"]).replace("{}", &last.to_string());

        let beside = if last == 1 || (last < all as i64 && problem.chance(0.5)) { last + 1 } else { last - 1 };
        let at_place = |place: i64| places.iter().position(|at| *at == place).and_then(|at| names.get(at)).copied();
        let (right, lure) = (names[all - 1], at_place(beside).unwrap_or_default());
        let others = problem.order(all).into_iter().filter_map(|at| names.get(at)).copied();
        let mut options: Vec<&str> =
            [right, lure].into_iter().chain(others.filter(|name| *name != right && *name != lure).take(2)).collect();
        options.sort_unstable();
        let at = |name: &str| options.iter().position(|option| *option == name).unwrap_or_default();
        let (right, runner_up) = (at(right), at(lure));

        for kind in noise.order(KINDS).into_iter().take(knobs.distractors as usize) {
            let name = names[noise.index(all)];
            let place = noise.index(clues.len() + 1);
            clues.insert(place, aside(kind, name, noise));
        }
        let question = format!("{begin} {} {asked}", clues.join(" "));
        Drawn { question, options: options.into_iter().map(str::to_owned).collect(), right, runner_up, side: None }
    }
}

/// Where one of them came in.
fn first(stream: &mut Stream, name: &str, place: i64) -> String {
    pick(stream, &["{@} came in at place {}.", "Place {} went to {@}."])
        .replace("{}", &place.to_string())
        .replace("{@}", name)
}

/// How the next one stands to the one before: a distance with its direction; or one without, where another clue says the direction.
fn next(stream: &mut Stream, names: &[&str], places: &[i64], at: usize) -> Vec<String> {
    let (name, before) = (names[at], names[at - 1]);
    let apart = places[at] - places[at - 1];
    let by = apart.abs();
    let word = if apart > 0 { "after" } else { "before" };
    if stream.chance(0.4) {
        let apart = match by {
            1 => format!("Nobody came in between {before} and {name}."),
            2 => format!("Exactly one came in between {before} and {name}."),
            _ => format!("Exactly {} came in between {before} and {name}.", by - 1),
        };
        let side = pick(stream, &["{@} came in {} {#}.", "It was {} {#} that {@} came in."]);
        return vec![apart, side.replace("{@}", name).replace("{}", word).replace("{#}", before)];
    }
    let places = if by == 1 { "1 place".to_owned() } else { format!("{by} places") };
    let wording = pick(stream, &["{@} came in {p} {} {#}.", "Just {p} {} {#} came {@}."]);
    vec![wording.replace("{p}", &places).replace("{@}", name).replace("{}", word).replace("{#}", before)]
}

/// A true sentence from which no place follows.
fn aside(kind: usize, name: &str, noise: &mut Stream) -> String {
    let mut number = |low, high| between(noise, low, high);
    match kind {
        0 => format!("{name} has trained for {} years.", number(2, 15)),
        1 => format!("{name} was the one with the number {} on the back.", number(11, 99)),
        2 => format!("{name} wore a {} shirt.", pick(noise, COLOURS)),
        3 => format!("{name} had come from {} the evening before.", pick(noise, TOWNS)),
        4 => format!("{name} had drunk {} glasses of water.", number(2, 6)),
        5 => format!("{name} says that the last stretch was the hardest."),
        6 => format!("{name} had taken part {} times already.", number(2, 9)),
        _ => format!("{name} has a sister who is {} years old.", number(8, 40)),
    }
}
