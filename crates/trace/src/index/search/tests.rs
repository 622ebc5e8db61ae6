//! The index misses no trace that a query means, whatever stands in the texts; and it leaves most of the others out.

use candor_stats::Seed;

use super::super::tests::{fill_with, trace};
use super::*;
use crate::{Event, Trace};

#[test]
fn only_words_with_both_ends_in_sight_are_asked_for_whole() {
    for (words, expected) in [
        ("all tests pass", Some("\"tests pass\" *")),
        (" all tests pass.", Some("\"all tests pass\"")),
        ("pass", None),
        (" pass", Some("\"pass\" *")),
        ("a_b", Some("\"b\" *")),
        ("x i", None),
        ("x hi", Some("\"h\" *")),
        ("so x i", Some("\"x\"")),
        ("...", None),
        ("über alle", None),
    ] {
        assert_eq!(whole_words(words).as_deref(), expected, "{words}");
    }
}

/// Words, separators and letters whose case is a matter of opinion.
const PIECES: [&str; 32] = [
    "all", "tests", "pass", "Passed", "ALL", "pa", "i", "I", "k", "x", " ", " ", " ", "  ", ".", "_", "-", "\n",
    "\u{212a}", "\u{130}", "\u{307}", "\u{301}", "ß", "\u{1e9e}", "ü", "Ü", "σς", "7", "42", "日本", "\u{0}", "\"",
];

fn text(stream: &mut candor_stats::Stream) -> String {
    (0..=stream.below(9)).map(|_| PIECES[stream.index(PIECES.len())]).collect()
}

#[test]
fn no_trace_that_a_query_means_is_missed() {
    let mut stream = Seed(20_261_126).stream("texts of a search");
    let traces: Vec<Trace> = (0..400)
        .map(|number| {
            let mut made = trace(number);
            made.events.retain(|event| matches!(event, Event::Request(_) | Event::Reasoning(_)));
            let texts = [text(&mut stream), text(&mut stream)];
            made.events.extend(texts.map(|text| Event::Output { text, answer: None, finish: None }));
            made
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    drop(fill_with(folder.path(), &traces));
    let index = Index::open(folder.path()).unwrap().0;
    let (mut meant, mut offered, mut narrowed) = (0, 0, 0);
    for _ in 0..2_000 {
        // A piece of some text, or any text at all.
        let source = if stream.chance(0.8) {
            traces[stream.index(traces.len())].output().unwrap_or_default().to_owned()
        } else {
            text(&mut stream)
        };
        let letters: Vec<char> = source.chars().collect();
        let from = stream.index(letters.len());
        let to = from + 1 + stream.index(letters.len() - from);
        let words: String = letters[from..to].iter().collect();
        let Ok(query) = format!("\"{}\"", words.replace('"', "\"\"")).parse::<Query>() else { continue };
        let slow: Vec<u64> =
            (0_u64..).zip(&traces).filter(|(_, trace)| query.holds(trace)).map(|(leaf, _)| leaf).collect();
        let candidates = index.candidates(&query).unwrap().unwrap();
        let fast: Vec<u64> =
            candidates.iter().copied().filter(|leaf| query.holds(&traces[usize::try_from(*leaf).unwrap()])).collect();
        assert_eq!(fast, slow, "{words:?}");
        meant += slow.len();
        offered += candidates.len();
        narrowed += usize::from(whole_words(&words.to_lowercase()).is_some());
    }
    assert!(meant > 3_000 && narrowed > 100, "{meant} {narrowed}");
    assert!(offered < meant + meant / 50, "{offered} offered for {meant}");
    // Several words at once; words that must not stand there are no matter of the index.
    let query: Query = "\"all tests\" pass -\"x\" model:pebble".parse().unwrap();
    let candidates = index.candidates(&query).unwrap().unwrap();
    assert!((0_u64..).zip(&traces).filter(|(_, trace)| query.holds(trace)).all(|(leaf, _)| candidates.contains(&leaf)));
    assert_eq!(index.candidates(&"model:pebble -\"x\"".parse().unwrap()).unwrap(), None);
}

#[test]
fn an_identifier_is_found_by_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let traces: Vec<Trace> = (0..50).map(trace).collect();
    drop(fill_with(folder.path(), &traces));
    let index = Index::open(folder.path()).unwrap().0;
    for (leaf, trace) in (0_u64..).zip(&traces) {
        let id = trace.id().to_string();
        assert_eq!(index.named(&id).unwrap(), [leaf]);
        assert!(index.named(&id[..6]).unwrap().contains(&leaf));
    }
    assert_eq!(index.named("").unwrap().len(), 50);
    assert_eq!(index.named("zz").unwrap(), [0_u64; 0]);
}
