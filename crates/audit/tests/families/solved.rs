//! Each question read and answered by another program: it sees the text and nothing else, and counts the steps that it took.

use candor_audit::live::Task;
use candor_audit::live::families::{self, Knobs, MOST_DIFFICULTY, MOST_DISTRACTORS};
use candor_stats::Seed;

pub(crate) fn made(name: &str, difficulty: u32, distractors: u32, questions: usize, seed: u64) -> Task {
    let family = families::named(name).unwrap();
    families::task(family, Knobs { difficulty, distractors }, questions, Seed(seed)).unwrap()
}

/// Answer and number of steps, from the text.
pub(crate) fn solve(name: &str, question: &str) -> (String, usize) {
    match name {
        "distraction" | "framing" => tally(question),
        "correlation" => columns(question),
        "deduction" => places(question),
        "preservation" => card(question),
        other => panic!("no solver for {other}"),
    }
}

#[test]
fn another_program_finds_the_same_answers() {
    for family in families::ALL {
        let name = family.name();
        for difficulty in 1..=MOST_DIFFICULTY {
            // A brute force over all orders grows fast.
            let questions = if name == "deduction" && difficulty > 5 { 3 } else { 30 };
            for distractors in [0, 3, MOST_DISTRACTORS] {
                for item in made(name, difficulty, distractors, questions, 11).items {
                    let (answer, steps) = solve(name, &item.wording.question);
                    assert_eq!(answer, item.wording.answer, "{}\n{}", item.id, item.wording.question);
                    assert!(steps >= difficulty as usize, "{steps} steps at difficulty {difficulty}: {}", item.id);
                }
            }
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let trimmed = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    text.split_whitespace().map(trimmed).filter(|word| !word.is_empty()).collect()
}

fn numbers(text: &str) -> Vec<i64> {
    words(text).iter().filter_map(|word| word.parse().ok()).collect()
}

/// What is asked for names what is counted; sentences that bring, take or count that very thing are steps.
fn tally(question: &str) -> (String, usize) {
    let sentences: Vec<&str> = question.split_inclusive(['.', '?']).map(str::trim).collect();
    let asked = sentences.iter().rev().find(|sentence| sentence.ends_with('?')).unwrap();
    let end =
        [" are ", " in ", " on ", " around ", " beside "].iter().filter_map(|word| asked.find(word)).min().unwrap();
    let begin =
        asked.find("How many ").map(|at| at + 9).or_else(|| asked.find("number of ").map(|at| at + 10)).unwrap();
    let things = if begin < end {
        &asked[begin..end]
    } else {
        let rest = &asked[begin..];
        &rest[..[" in ", " on ", " around ", " beside "].iter().filter_map(|word| rest.find(word)).min().unwrap()]
    };
    let (mut count, mut steps) = (0, 0);
    for sentence in sentences.iter().filter(|sentence| sentence.contains(things) && !sentence.ends_with('?')) {
        let by = numbers(sentence).first().copied();
        let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
        if has(&["are brought", "are added", "join them"]) {
            count += by.unwrap();
            steps += 1;
        } else if has(&["are taken away", "are removed", "are given away"]) {
            count -= by.unwrap();
            steps += 1;
        } else if sentence.starts_with("There are")
            || sentence.starts_with("At first")
            || sentence.starts_with("Somebody counts")
        {
            count = by.unwrap();
        }
    }
    (count.to_string(), steps)
}

/// Every set of columns is tried on every line.
fn columns(question: &str) -> (String, usize) {
    let lines: Vec<Vec<i64>> = question
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(head, _)| head.split(' ').count() == 2)
        .map(|(_, rest)| numbers(rest))
        .collect();
    let (asked, listed) = lines.split_last().unwrap();
    let sum = |set: u32, line: &[i64]| -> i64 {
        line.iter().take(asked.len()).enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, value)| value).sum()
    };
    let fits =
        |set: &u32| listed.iter().all(|line| line.len() == asked.len() + 1 && sum(*set, line) == line[asked.len()]);
    let found: Vec<u32> = (0..1_u32 << asked.len()).filter(fits).collect();
    assert_eq!(found.len(), 1, "one set of columns explains the totals: {question}");
    (sum(found[0], asked).to_string(), found[0].count_ones() as usize)
}

/// Every order is tried on every clue.
fn places(question: &str) -> (String, usize) {
    let all = usize::try_from(numbers(question)[0]).unwrap();
    let sentences: Vec<Vec<String>> = question.split_inclusive(['.', '?']).map(words).collect();
    let (asked, told) = sentences.split_last().unwrap();
    let is_name = |word: &str| NAMES.contains(&word);
    let mut names: Vec<&str> = told.iter().flatten().map(String::as_str).filter(|word| is_name(word)).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{question}");
    let clues: Vec<Clue> = told.iter().filter_map(|sentence| clue(sentence, &names)).collect();
    let place: usize = asked.iter().find_map(|word| word.parse().ok()).unwrap();
    let mut found = Vec::new();
    orders(&mut vec![0; all], 0, &clues, &mut found);
    assert_eq!(found.len(), 1, "one order fits: {question}");
    let who = found[0].iter().position(|at| *at == place).unwrap();
    (names[who].to_owned(), clues.len() - 1)
}

const NAMES: [&str; 16] = [
    "Anouk", "Basil", "Carmen", "Darius", "Esther", "Flavio", "Gudrun", "Hamid", "Irina", "Joaquin", "Kirsten",
    "Lamar", "Mirko", "Noemi", "Odile", "Pavel",
];

enum Clue {
    At(usize, usize),
    /// The first comes in after the second, by so many places where that is said.
    After(usize, usize, Option<usize>),
    Apart(usize, usize, usize),
}

fn clue(sentence: &[String], names: &[&str]) -> Option<Clue> {
    let text = sentence.join(" ");
    let who: Vec<usize> = sentence.iter().filter_map(|word| names.iter().position(|name| name == word)).collect();
    let number = sentence.iter().find_map(|word| word.parse::<usize>().ok());
    if text.contains("between") {
        let between = if text.starts_with("Nobody") { 0 } else { number.unwrap_or(1) };
        return Some(Clue::Apart(who[0], who[1], between + 1));
    }
    let direction = [" after ", " before "].iter().position(|word| text.contains(word));
    match (who.as_slice(), direction) {
        ([one], _) if text.contains("came in at place") || text.starts_with("Place") => Some(Clue::At(*one, number?)),
        ([first, second], Some(direction)) => {
            // "Just 3 places after X came Y" and "It was after X that Y came in" name Y last.
            let (who, than) = if text.starts_with("Just") || text.starts_with("It was") {
                (*second, *first)
            } else {
                (*first, *second)
            };
            Some(if direction == 0 { Clue::After(who, than, number) } else { Clue::After(than, who, number) })
        }
        _ => None,
    }
}

fn orders(places: &mut Vec<usize>, at: usize, clues: &[Clue], found: &mut Vec<Vec<usize>>) {
    let holds = |places: &[usize]| {
        clues.iter().all(|clue| match *clue {
            Clue::At(who, place) => places[who] == 0 || places[who] == place,
            Clue::After(who, than, by) => {
                places[who] == 0
                    || places[than] == 0
                    || by.map_or(places[who] > places[than], |by| places[who] == places[than] + by)
            }
            Clue::Apart(one, other, by) => {
                places[one] == 0 || places[other] == 0 || places[one].abs_diff(places[other]) == by
            }
        })
    };
    if !holds(places) {
        return;
    }
    if at == places.len() {
        found.push(places.clone());
        return;
    }
    for place in 1..=places.len() {
        if !places.contains(&place) {
            places[at] = place;
            orders(places, at + 1, clues, found);
            places[at] = 0;
        }
    }
}

/// Rules in their order, each held against its reading.
fn card(question: &str) -> (String, usize) {
    let readings = question.lines().find_map(|line| line.strip_prefix("Readings: ")).unwrap();
    let reading = |gauge: &str| -> i64 {
        let of = readings.trim_end_matches('.').split(", ").find_map(|one| one.strip_prefix(gauge)?.strip_prefix(": "));
        of.unwrap().parse().unwrap()
    };
    let rules = question.lines().filter(|line| line.starts_with("Rule "));
    for (at, rule) in rules.enumerate() {
        let (condition, action) = rule.split_once(": if there are ").unwrap().1.split_once(", ").unwrap();
        let (word, rest) = condition.split_once(" than ").unwrap();
        let (limit, gauge) = rest.split_once(' ').unwrap();
        let (value, limit) = (reading(gauge), limit.parse::<i64>().unwrap());
        if (word == "more" && value > limit) || (word == "fewer" && value < limit) {
            return (action.trim_end_matches('.').to_owned(), at + 1);
        }
    }
    panic!("no rule applies: {question}")
}
