//! The first page of a bundle of the record, for a reader who is no engineer: what is shown, what is not, how it can be checked. Not the bundle.

mod told;

use candor_record::log::SignedCheckpoint;
use candor_record::record::export::{Bundle, Exported, Fate};
use candor_trace::recorded::REASONING;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::page::page;
use crate::text::counted;

/// The version that makes the page: another one may word it otherwise.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What an examination of the first page comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It is what this version makes of the files beside it.
    Same,
    /// It is something else.
    Other,
    /// Another version made it, which is to look at it.
    ByVersion(String),
}

/// Looks whether a page is what the files of the bundle say, which were examined before; `page` may be anything.
#[must_use]
pub fn look_at(page: &str, checkpoint: &SignedCheckpoint, bundle: &Bundle) -> Looked {
    let between = |before: &str, after: &str| {
        let (_, rest) = page.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    };
    let version = between("Made by candor ", " ").map(|version| version.trim_end_matches('.').to_owned());
    if let Some(other) = version.filter(|version| version != VERSION && version.len() <= 40) {
        return Looked::ByVersion(other);
    }
    // The day on which it was made is the one thing that stands nowhere else.
    let made = between("Made on ", " ").and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok());
    match made {
        Some(made) if first_page(checkpoint, bundle, made.as_millisecond()) == page => Looked::Same,
        _ => Looked::Other,
    }
}

/// Entries that the page tells one by one; a longer bundle is told in numbers.
const TOLD: usize = 50;

/// The page, as a whole file. `now_ms`: milliseconds since 1970 (UTC) by the clock of whoever makes the bundle.
#[must_use]
pub fn first_page(checkpoint: &SignedCheckpoint, bundle: &Bundle, now_ms: i64) -> String {
    let exported = bundle.exported.as_slice();
    let signed = checkpoint.checkpoint();
    // What somebody said of a call stands under that call, where it is here too.
    let of = |leaf: &Exported| exported.iter().any(|other| told::speaks_of(leaf, other));
    let told: Vec<(&Exported, Vec<&Exported>)> = exported
        .iter()
        .filter(|leaf| !of(leaf))
        .map(|leaf| (leaf, exported.iter().filter(|later| told::speaks_of(later, leaf)).collect()))
        .collect();
    let body = html! {
        main.letter {
            h1 { "What was recorded, and what this bundle shows of it" }
            p {
                "Made on " (day(now_ms)) " from the record " strong { (signed.origin()) } ", which held "
                (counted(signed.size(), "entry")) " then. It shows the content of "
                (match exported.len() { 1 => "one of them".to_owned(), several => format!("{several} of them") }) "."
            }
            h2 { "1. What is shown" }
            @for (leaf, later) in told.iter().take(TOLD) { (told::entry(leaf, later, &bundle.left_out)) }
            @if told.len() > TOLD {
                p { "And " (counted((told.len() - TOLD) as u64, "more entry")) ", whose content lies in the folder " code { "addenda" } "." }
            }
            h2 { "2. What is not shown" }
            ul {
                (chains(exported))
                @for (at, basis, count) in erased(exported) {
                    li {
                        (if count == 1 { "One part was".to_owned() } else { format!("{count} parts were") })
                        " erased at " (day(at)) "; basis stated by the operator: " (basis)
                        "; not examined. That it was there, and how long it was, can still be seen."
                    }
                }
                li {
                    "The words of all other entries. That they exist and in which order, when each was recorded, and what every entry says in codes (which model, how many tokens, whether a program called it right, "
                    "the basis of an erasure) is in the bundle, since the check takes it; what was asked and answered is not."
                }
                li { "Whether what was recorded is true, and whether everything that happened was recorded." }
            }
            h2 { "3. Has it been changed?" }
            p {
                "That can be checked without trusting whoever made this bundle, and without their software. It takes their public key, " em { "from another place than this bundle" }
                ": a contract, a letter. An engineer runs one of"
            }
            pre { "goverify/run.sh . -vkey KEYFILE\ncandor record verify . --vkey KEYFILE" }
            p {
                code { "goverify" } " is a small program in another language that shares no code with the maker of this bundle; it lies in the folder " code { "interop/goverify" }
                " of candor's source, and whoever mistrusts that one can write another: the forms are public and named below."
            }
            p {
                "What is checked are the entries and the files in the folder " code { "addenda" } ", which hold the words. If one letter of them was changed or put in another order after it was signed, the check fails "
                "and names the entry. The check does not fail where words were left out of this bundle, be it by whoever made it or by whoever passed it on: it cannot tell the two apart. But what was signed says what there is: \
                under each entry stands which of its parts, and which other entries about the same call, are not here. Ask for them where they matter."
            }
            p {
                strong { "This page is not among what was signed. " }
                "It repeats those files so that they can be read, and whoever handed it on could have written something else on it. Where it matters, have an engineer run "
                code { "candor record verify . --vkey KEYFILE" } ", which makes this page again from the files that were checked and says whether it is the same (" code { "goverify" } " does not look at it), or read the files themselves."
            }
            p {
                strong { "Its limit. " }
                "Whoever holds the signing key can write the whole record anew, unless somebody else keeps an earlier checkpoint of it. A checkpoint is a short signed sum of the whole record at one time; that of this bundle stands below. "
                "Ask whoever was given one, an auditor, a notary, a witness, for a copy: it belongs into the folder "
                code { "checkpoints" } ", and the check is made again."
            }
            h2 { "For the engineer" }
            pre { (checkpoint) }
            p {
                "Made by candor " (VERSION) ". What is called an entry here is a leaf to its commands. The files follow c2sp.org: tlog-tiles, tlog-checkpoint, signed-note, tlog-proof, tlog-addenda. " code { "bundle.json" } " lists what was chosen."
            }
        }
    };
    page("Read me first", &body)
}

/// What became of the chains of thought.
fn chains(exported: &[Exported]) -> Markup {
    let fates = || exported.iter().flat_map(|leaf| &leaf.parts).filter(|(part, _)| part.name.as_str() == REASONING);
    let left_out = fates().filter(|(_, fate)| *fate == Fate::NotChosen).count();
    html! {
        @if left_out > 0 {
            li {
                "The chain of thought of " (counted(left_out as u64, "entry"))
                ": what the model wrote before its answer. Whoever had this bundle made did not ask for it; it can be asked for. It serves to find faults, it is no evidence of what the model did."
            }
        } @else if fates().next().is_none() {
            li { "A chain of thought: none was recorded for these entries." }
        }
    }
}

/// Erasures among the chosen entries: when, on which stated basis, how many parts.
fn erased(exported: &[Exported]) -> Vec<(i64, &str, usize)> {
    let mut erased: Vec<(i64, &str, usize)> = Vec::new();
    for (_, fate) in exported.iter().flat_map(|leaf| &leaf.parts) {
        if let Fate::Erased { at_ms, basis } = fate {
            match erased.iter_mut().find(|(at, told, _)| at == at_ms && told == basis) {
                Some((.., count)) => *count += 1,
                None => erased.push((*at_ms, basis, 1)),
            }
        }
    }
    erased
}

/// A day (UTC).
fn day(ms: i64) -> String {
    written(ms, "%Y-%m-%d")
}

/// A moment to the second (UTC).
fn moment(ms: i64) -> String {
    written(ms, "%Y-%m-%d %H:%M:%S UTC")
}

fn written(ms: i64, form: &str) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| format!("{ms} ms since 1970"), |at| at.strftime(form).to_string())
}

#[cfg(test)]
mod tests;
