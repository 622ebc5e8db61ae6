//! The words in which problems are asked. Not how they are read: [`read`](crate::read) goes by what the words mean, and never sees a template.

use std::fmt::Write as _;

use crate::draws::Draws;
use crate::problem::{Family, Operation, Problem};

const PEOPLE: &[&str] = &[
    "Ada", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Ida", "Jonas", "Kate", "Leo", "Maria", "Nora",
    "Oscar", "Paula", "Sam", "Tom",
];
const UNUSUAL_PEOPLE: &[&str] = &[
    "Aurelia",
    "Balthasar",
    "Cosima",
    "Dagobert",
    "Eudora",
    "Fenwick",
    "Ghislaine",
    "Hesper",
    "Isidore",
    "Jocasta",
    "Lazarus",
    "Ottoline",
    "Peregrine",
    "Zebedee",
];
const DEVICES: &[&str] = &["counter", "dial", "display", "register", "meter"];
const UNUSUAL_DEVICES: &[&str] = &["odometer", "abacus", "flipboard", "tallywheel", "ticker"];
const THINGS: &[&str] = &["cups", "marbles", "books", "apples", "pencils", "plates", "stamps"];
const UNUSUAL_THINGS: &[&str] = &["quills", "gourds", "thimbles", "lanterns", "anvils", "harpoons", "bassoons"];
const ASIDE: &[&str] = &["chairs", "spoons", "lamps", "keys", "coats"];
const UNUSUAL_ASIDE: &[&str] = &["sextants", "ledgers", "trellises", "samovars", "bellows"];
const PLACES: &[&str] = &["shelf", "table", "desk", "floor", "bench"];
const COLOURS: [&str; 10] = ["red", "blue", "green", "white", "black", "yellow", "grey", "brown", "purple", "orange"];

/// Whether a word, in lower case, is a name that only renamed problems carry.
pub(crate) fn is_unusual_name(word: &str) -> bool {
    [UNUSUAL_PEOPLE, UNUSUAL_DEVICES, UNUSUAL_THINGS, UNUSUAL_ASIDE]
        .iter()
        .any(|names| names.iter().any(|name| name.eq_ignore_ascii_case(word)))
}

/// Who and what a problem is about.
pub(super) struct Names {
    one: &'static str,
    two: &'static str,
    device: &'static str,
    things: &'static str,
    aside: &'static str,
    place: &'static str,
}

impl Names {
    pub(super) fn draw(draws: &mut Draws, unusual: bool) -> Self {
        let mut from = |usual: &'static [&'static str], other: &'static [&'static str]| {
            draws.pick(if unusual { other } else { usual })
        };
        let one = from(PEOPLE, UNUSUAL_PEOPLE);
        let two = loop {
            let two = from(PEOPLE, UNUSUAL_PEOPLE);
            if two != one {
                break two;
            }
        };
        Self {
            one,
            two,
            device: from(DEVICES, UNUSUAL_DEVICES),
            things: from(THINGS, UNUSUAL_THINGS),
            aside: from(ASIDE, UNUSUAL_ASIDE),
            place: from(PLACES, PLACES),
        }
    }
}

/// Which of several wordings, the order of colours, and where the aside stands: the same for all variants of an item.
pub(super) struct Wording {
    form: u32,
    colours: [&'static str; 10],
    aside_at: usize,
}

impl Wording {
    pub(super) fn draw(draws: &mut Draws) -> Self {
        let mut colours = COLOURS;
        draws.shuffle(&mut colours);
        Self { form: draws.below(3), colours, aside_at: draws.index(64) }
    }

    /// In the usual words.
    pub(super) fn usual(&self, problem: &Problem, names: &Names) -> String {
        let Names { one, two, device, things, place, .. } = names;
        let start = problem.start;
        match problem.family {
            Family::Chain => {
                let begin = match self.form {
                    0 => format!("{one}'s {device} keeps only the last digit of every result and starts at {start}."),
                    1 => format!("A {device} that {one} built keeps only the last digit and starts at {start}."),
                    _ => format!("Only the last digit of a result stays on {one}'s {device}, which starts at {start}."),
                };
                let end = match self.form {
                    0 => format!("Which digit does the {device} show at the end?"),
                    1 => "Which digit does it show after that?".to_owned(),
                    _ => format!("Which digit does {one} see in the end?"),
                };
                let mut text = begin;
                if self.form == 1 {
                    sentence(&mut text, problem, ["adds", "subtracts", "multiplies by"]);
                } else {
                    sentences(&mut text, problem, ["adds", "subtracts", "multiplies by"]);
                }
                format!("{text} {end}")
            }
            Family::Count => {
                let groups = self.groups(problem, names);
                match self.form {
                    0 => format!("On {one}'s {place} there are {groups}. How many {things} are there in all?"),
                    1 => format!("{one} puts {groups} on the {place}. How many {things} did {one} put there?"),
                    _ => format!("There are {groups} on the {place} of {one}. How many {things} are that altogether?"),
                }
            }
            Family::Comparison => {
                let mut text = match self.form {
                    0 => format!("{one} starts with {start} points"),
                    1 => format!("{one} starts a game with {start} points"),
                    _ => format!("{one} starts the evening with {start} points"),
                };
                changes(&mut text, problem, ["wins", "loses"]);
                let (first, second) = if problem.reversed { (two, one) } else { (one, two) };
                let what = ["total", "score", "number of points"][self.form as usize % 3];
                format!("{text}. {two} has {} points. Is {first}'s {what} larger than {second}'s?", problem.other)
            }
        }
    }

    /// In other words.
    pub(super) fn paraphrased(&self, problem: &Problem, names: &Names) -> String {
        let Names { one, two, device, things, place, .. } = names;
        let start = problem.start;
        match problem.family {
            Family::Chain => {
                let mut text = match self.form {
                    0 => format!(
                        "Nothing but the last digit of each result remains on the {device} of {one}, set to {start}."
                    ),
                    1 => format!("{one} looks at a {device} with room for the last digit alone, now at {start}."),
                    _ => format!("Beginning at {start}, a {device} made by {one} forgets all but the last digit."),
                };
                sentences(&mut text, problem, ["climbs by", "sinks by", "is scaled by"]);
                format!("{text} What can be read off once this is done?")
            }
            Family::Count => {
                let groups = self.groups(problem, names);
                match self.form {
                    0 => format!("{one} looks at {groups}. What is the total number of {things}?"),
                    1 => format!("{groups} have been laid out on a {place} by {one}. What is the number of {things}?"),
                    _ => format!("One {place}, {one}'s, holds {groups}. What does the number of {things} come to?"),
                }
            }
            Family::Comparison => {
                let mut text = match self.form {
                    0 => format!("{one} begins with {start} points"),
                    1 => format!("{one} opens with {start} points"),
                    _ => format!("{one} goes in with {start} points"),
                };
                changes(&mut text, problem, ["receives", "forfeits"]);
                let (first, second) = if problem.reversed { (two, one) } else { (one, two) };
                format!("{text}. {two} holds {} points. Does {first} end up with more than {second}?", problem.other)
            }
        }
    }

    /// `3 red cups, 4 chairs and 5 blue cups`, with the aside somewhere.
    fn groups(&self, problem: &Problem, names: &Names) -> String {
        let counted = std::iter::once(problem.start).chain(problem.steps.iter().map(|step| step.by));
        let mut groups: Vec<String> =
            counted.zip(self.colours).map(|(count, colour)| format!("{count} {colour} {}", names.things)).collect();
        groups.insert(self.aside_at % (groups.len() + 1), format!("{} {}", problem.aside, names.aside));
        let last = groups.pop().unwrap_or_default();
        format!("{} and {last}", groups.join(", "))
    }
}

fn word(operation: Operation, words: [&'static str; 3]) -> &'static str {
    match operation {
        Operation::Add => words[0],
        Operation::Subtract => words[1],
        Operation::Multiply => words[2],
    }
}

/// ` First it adds 7. Then it subtracts 3.`
fn sentences(text: &mut String, problem: &Problem, words: [&'static str; 3]) {
    for (at, step) in problem.steps.iter().enumerate() {
        let first = if at == 0 { "First" } else { "Then" };
        let _ = write!(text, " {first} it {} {}.", word(step.operation, words), step.by);
    }
}

/// ` It adds 7, then subtracts 3.`
fn sentence(text: &mut String, problem: &Problem, words: [&'static str; 3]) {
    for (at, step) in problem.steps.iter().enumerate() {
        let _ = write!(text, "{} {} {}", if at == 0 { " It" } else { ", then" }, word(step.operation, words), step.by);
    }
    text.push('.');
}

/// `, wins 5, loses 3 and wins 8`
fn changes(text: &mut String, problem: &Problem, [gains, loses]: [&'static str; 2]) {
    for (at, step) in problem.steps.iter().enumerate() {
        let joined = if at > 0 && at + 1 == problem.steps.len() { " and" } else { "," };
        let _ = write!(text, "{joined} {} {}", word(step.operation, [gains, loses, ""]), step.by);
    }
}
