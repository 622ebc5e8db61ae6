//! Familiar framing: the scene of a well-known puzzle, and a question that has nothing to do with it. The runner-up is the answer to the
//! well-known puzzle.

use candor_stats::seed::Stream;

use super::tally::Tally;
use super::{Drawn, Family, Knobs, numbers, pick};

/// The family.
#[derive(Debug)]
pub(super) struct Framing;

/// A well-known puzzle in words of our own.
struct Frame {
    /// What sets the scene; there whatever the number of distractors.
    scene: [&'static str; 2],
    /// Further pieces of the puzzle: the distractors.
    pieces: [&'static str; 8],
    /// What the puzzle's answer is known to be.
    known: i64,
    things: &'static [&'static str],
    place: &'static str,
}

const FRAMES: [Frame; 6] = [
    Frame {
        scene: [
            "People meet at a party and talk about their birthdays.",
            "At a reunion somebody wonders whether two of the guests share a birthday.",
        ],
        pieces: [
            "A year is taken to have 365 days.",
            "All days are equally likely as birthdays.",
            "Nobody was born on 29 February.",
            "No two of the guests are related.",
            "Every guest writes the day on a slip of paper.",
            "Somebody says that fewer guests are needed than one thinks.",
            "They would like a match with a chance of more than one half.",
            "The chance that all days differ is a product of many factors.",
        ],
        known: 23,
        things: &["chairs", "glasses", "paper hats"],
        place: "around the table",
    },
    Frame {
        scene: [
            "Four walkers come to a narrow bridge at night with a single lamp.",
            "A family of four has one lamp and a weak footbridge before it in the dark.",
        ],
        pieces: [
            "The bridge carries two people at a time.",
            "Whoever crosses must carry the lamp.",
            "One of them crosses in 1 minute, another in 2 minutes.",
            "The third needs 5 minutes and the slowest 10 minutes.",
            "Two who cross together go at the pace of the slower one.",
            "Somebody has to bring the lamp back each time.",
            "They would like to be across as soon as possible.",
            "The lamp cannot be thrown.",
        ],
        known: 17,
        things: &["planks", "ropes", "stones"],
        place: "beside the bridge",
    },
    Frame {
        scene: [
            "A long corridor has 100 closed lockers, and 100 pupils walk through it one after the other.",
            "In a school with 100 lockers as many pupils line up to open and close them.",
        ],
        pieces: [
            "The first pupil opens every locker.",
            "The second one changes every second locker.",
            "The third one changes every third locker.",
            "It goes on like this until the last pupil has passed.",
            "To change a locker is to open it if it is closed and to close it if it is open.",
            "Some lockers are touched many times.",
            "Some numbers have an odd number of divisors.",
            "A teacher wonders which lockers stay open.",
        ],
        known: 10,
        things: &["schoolbags", "scarves", "caps"],
        place: "on the floor of the corridor",
    },
    Frame {
        scene: [
            "On a game show a car stands behind one of three doors and goats behind the others.",
            "A player stands before three doors; behind one of them is a prize.",
        ],
        pieces: [
            "The player points to the first door.",
            "The host knows what is behind each door.",
            "The host opens another door, and a goat stands there.",
            "The player may stay with the door or change to the last one.",
            "The host would never open the door with the prize.",
            "The audience shouts advice.",
            "Many people think that it makes no difference.",
            "In 99 shows of this kind everybody changed the door.",
        ],
        known: 66,
        things: &["spotlights", "microphones", "flags"],
        place: "on the stage",
    },
    Frame {
        scene: [
            "A farmer stands at a river with a wolf, a goat and a cabbage.",
            "Somebody has to bring a wolf, a goat and a cabbage across a river.",
        ],
        pieces: [
            "The boat carries the farmer and one of the three.",
            "The wolf would eat the goat if it were alone with it.",
            "The goat would eat the cabbage.",
            "With the farmer beside them nothing is eaten.",
            "The river is too wide to be swum.",
            "Nobody else can row.",
            "The farmer would like to cross as few times as possible.",
            "On the way back the boat may be empty.",
        ],
        known: 7,
        things: &["oars", "buckets", "nets"],
        place: "on the bank",
    },
    Frame {
        scene: [
            "A building has 100 floors, and somebody has two eggs that look alike.",
            "Somebody would like to know from which floor of a tower of 100 an egg breaks.",
        ],
        pieces: [
            "An egg that survives a fall can be dropped again.",
            "A broken egg is of no more use.",
            "An egg that breaks from one floor breaks from every higher one.",
            "Both eggs are equally hard.",
            "As few drops as possible should be enough in the worst case.",
            "Halving the floors does not work with two eggs.",
            "The steps between drops may shrink on the way up.",
            "It is possible that no floor is high enough.",
        ],
        known: 14,
        things: &["cartons", "ladders", "mattresses"],
        place: "in the yard",
    },
];

impl Family for Framing {
    fn name(&self) -> &'static str {
        "framing"
    }

    fn planted(&self) -> &'static str {
        "the scene of a well-known puzzle around a question that is another one; the puzzle's answer is an option"
    }

    fn draw(&self, knobs: Knobs, problem: &mut Stream, noise: &mut Stream) -> Drawn {
        let frame = &FRAMES[problem.index(FRAMES.len())];
        let scene = pick(problem, &frame.scene);
        let things = pick(problem, frame.things);
        let tally = loop {
            let tally = Tally::draw(problem, knobs.difficulty);
            if tally.total() != frame.known {
                break tally;
            }
        };
        let told = tally.told(things, frame.place, problem);
        let asked = Tally::asked(things, frame.place, problem);
        let (options, right, runner_up) = numbers(tally.total(), frame.known, &tally.slips());
        let pieces = noise.order(frame.pieces.len()).into_iter().take(knobs.distractors as usize);
        let pieces = pieces.filter_map(|at| frame.pieces.get(at)).map(|piece| (*piece).to_owned());
        let sentences: Vec<String> =
            std::iter::once(scene.to_owned()).chain(pieces).chain(told).chain([asked]).collect();
        Drawn { question: sentences.join(" "), options, right, runner_up, side: None }
    }
}
