//! Seeded semantic forgeries of sealed reports, made without the signing key: each is refused or shown, and the honest file is accepted. Prints the table by kind;
//! `scripts/forgeries` shows it
//! and gives the same files, which are left in the target folder, to a program that shares no code.

mod forge;
mod honest;
mod repair;

use std::collections::BTreeMap;
use std::path::Path;

use candor_audit::registered;
use candor_audit::sealed::{SealedReport, beside, examine};
use candor_record::leaf::{Head, Leaf};
use candor_stats::Seed;

use forge::KINDS;
use honest::Honest;
use repair::{EFFORTS, Effort, Story};

const FORGERIES: u64 = 500;

/// At least so many of a hundred are refused with the key of the honest log.
const AT_LEAST: u64 = 99;

#[derive(Default)]
struct Row {
    made: u64,
    refused: u64,
    /// Signed by a key of the forger's own, and examined without another.
    own: u64,
    fits_itself: u64,
    /// Sealed by the operator himself behind leaves that he cannot change: made, refused alone, refused beside the log.
    operator: [u64; 3],
}

/// Whether a file holds beside the log that it was taken from.
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn beside_the_log(file: &SealedReport, honest: &Honest) -> bool {
    let mut entries = honest.entries.clone();
    let (Some(log), Some(seal)) = (entries.last_mut(), file.leaves.last()) else { return false };
    *log = seal.bytes().unwrap();
    let told: Vec<(u64, Leaf)> = (0..).zip(entries.iter().map(|entry| Leaf::from_entry(entry).unwrap())).collect();
    let examined = examine(file, Some(&honest.key));
    let heads = || told.iter().map(|(leaf, told)| (*leaf, &told.head));
    let of_plan: Vec<(u64, &Head)> =
        heads().filter(|(_, head)| registered::of_plan(head).unwrap() == examined.plan).collect();
    let others = registered::others(&examined.plan.unwrap(), heads()).unwrap();
    let logged: Vec<_> = file.leaves.iter().map(|carried| entries.get(carried.index as usize).cloned()).collect();
    beside(file, &examined, &logged, &of_plan, others).findings.is_empty()
}

/// Nothing that a forger makes is the honest file, and a file in bytes says what it says.
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn through_bytes(file: &SealedReport, honest: &Honest) -> SealedReport {
    assert!(*file != honest.file, "a forgery changes something");
    SealedReport::from_bytes(&file.to_bytes().unwrap()).unwrap()
}

#[test]
fn forgeries_without_the_key_are_refused_and_the_honest_file_is_accepted() {
    let honest = Honest::make();
    let bytes = honest.file.to_bytes().unwrap();
    let read = SealedReport::from_bytes(&bytes).unwrap();
    let found = examine(&read, Some(&honest.key));
    assert!(found.holds(), "{:?}", found.findings);
    assert_eq!((found.counts.runs, found.counts.never_ended, found.counts.numbers), (8, 1, 7));
    assert!(examine(&read, None).holds() && beside_the_log(&read, &honest));

    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("forgeries");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("honest.sealed"), &bytes).unwrap();
    std::fs::write(place.join("vkey"), format!("{}\n", honest.file.vkey)).unwrap();
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut through = Vec::new();
    for number in 0..FORGERIES {
        let mut draws = Seed(number).stream("forgery");
        let (kind, forge) = KINDS[(number % KINDS.len() as u64) as usize];
        let mut effort = EFFORTS[draws.below(EFFORTS.len() as u64) as usize];
        let mut story = Story::of(&honest);
        forge(&mut story, &honest, &mut draws);
        if effort == Effort::Nothing && story.body == honest.file.body && story.leaves.len() == honest.file.leaves.len()
        {
            // What stands in leaves alone is not changed by a body alone.
            effort = Effort::Digests;
        }
        let told =
            Story { leaves: story.leaves.clone(), body: story.body.clone(), checkpoint: None, others: story.others };
        let silenced = story.others.is_some();
        let file = through_bytes(&story.file(&honest, effort), &honest);
        std::fs::write(place.join(format!("{number:03}-{effort:?}.sealed")), file.to_bytes().unwrap()).unwrap();
        let row = rows.entry(kind).or_default();
        row.made += 1;
        if examine(&file, Some(&honest.key)).holds() {
            through.push((number, kind, effort));
        } else {
            row.refused += 1;
        }
        let sealed = told.file(&honest, Effort::Operator);
        if sealed.body != honest.file.body || sealed.leaves.len() != honest.file.leaves.len() || silenced {
            let alone = !examine(&sealed, Some(&honest.key)).holds();
            row.operator[0] += 1;
            row.operator[1] += u64::from(alone);
            row.operator[2] += u64::from(alone || !beside_the_log(&sealed, &honest));
        }
        if effort == Effort::OwnKey {
            row.own += 1;
            row.fits_itself += u64::from(examine(&file, None).holds());
        }
    }
    let sum = |of: fn(&Row) -> u64| rows.values().map(of).sum::<u64>();
    let line = |kind: &str, made: u64, refused: u64, [operator, alone, beside]: [u64; 3]| {
        format!("{kind:<44} {made:>5} {refused:>8}   {operator:>5} {alone:>6} {beside:>13}\n")
    };
    let mut table = format!("{:<44} {:<14}   {}\n", "", "without key", "sealed anew by the operator");
    table += &format!(
        "{:<44} {:>5} {:>8}   {:>5} {:>6} {:>13}\n",
        "forgery", "made", "refused", "made", "alone", "with the log"
    );
    for (kind, row) in &rows {
        table += &line(kind, row.made, row.refused, row.operator);
    }
    let refused = sum(|row| row.refused);
    let operator = [sum(|row| row.operator[0]), sum(|row| row.operator[1]), sum(|row| row.operator[2])];
    table += &line("in all", FORGERIES, refused, operator);
    let (own, fits) = (sum(|row| row.own), sum(|row| row.fits_itself));
    table +=
        &format!("signed by a key of the forger's own and examined without another key: {fits} of {own} accepted\n");
    table += "the honest file is accepted, alone and with the log\n";
    std::fs::write(place.join("table.txt"), &table).unwrap();
    println!("{table}");
    assert!(100 * refused >= AT_LEAST * FORGERIES, "{through:?}");
    assert_eq!(operator[2], operator[0], "beside the log nothing is left");
    assert!(rows.len() == KINDS.len() && rows.values().all(|row| row.made >= FORGERIES / KINDS.len() as u64));
}

#[test]
fn what_a_key_of_ones_own_cannot_make_consistent_is_named() {
    // Even whoever signs all of it himself cannot leave these as they are without contradicting himself.
    let honest = Honest::make();
    for (kind, words) in [
        ("register the plan afterwards", "registered before"),
        ("raise a mark", "report: "),
        ("end the run that never ended", "begun before it ended"),
    ] {
        let (_, forge) = KINDS.iter().find(|(name, _)| *name == kind).unwrap();
        let mut story = Story::of(&honest);
        forge(&mut story, &honest, &mut Seed(1).stream("forgery"));
        let found = examine(&story.file(&honest, Effort::OwnKey), None);
        let said: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|line| line.contains(words)), "{kind}: {said:?}");
    }
}

#[test]
fn every_changed_byte_is_refused_and_none_panics() {
    let honest = Honest::make();
    let bytes = honest.file.to_bytes().unwrap();
    let mut draws = Seed(7).stream("bytes");
    for _ in 0..400 {
        let mut changed = bytes.clone();
        let at = draws.below(bytes.len() as u64) as usize;
        changed[at] ^= 1 << draws.below(8);
        let held = SealedReport::from_bytes(&changed).is_ok_and(|file| examine(&file, Some(&honest.key)).holds());
        assert!(!held, "byte {at}");
        let cut = draws.below(bytes.len() as u64) as usize;
        assert!(SealedReport::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    let long = vec![b' '; candor_audit::sealed::MOST_SEALED_BYTES + 1];
    assert!(
        SealedReport::from_bytes(&long)
            .unwrap_err()
            .to_string()
            .contains("expected at most 5000000 bytes, found 5000001")
    );
    let mut large = honest.file.clone();
    large.body.derived = "x".repeat(candor_audit::sealed::MOST_SEALED_BYTES);
    let refused = large.to_bytes().unwrap_err().to_string();
    assert!(refused.contains("derivation 5000000, runs "), "{refused}");
}
