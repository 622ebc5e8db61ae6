//! Leaves integrated a second, with and without waiting for the disk, and the verification of a million leaves: `cargo bench -p candor-record --bench log`.
//! After `--`: the number of leaves (a million), and the directory to write in (a temporary one). The numbers of a machine that others use move by factors.
#![expect(clippy::print_stdout, reason = "a measurement prints what it measured")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use candor_record::Digest;
use candor_record::log::addenda::push_index;
use candor_record::log::key::Algorithm;
use candor_record::log::proof;
use candor_record::log::verify::{Absences, Options, verify};
use candor_record::log::{Log, Settings, SigningKey, merkle};

/// Bytes of an entry: metadata of a few hundred bytes, four digests and their index.
const ENTRY_BYTES: usize = 400;
/// Entries of which each checkpoint is signed.
const BATCHES: [usize; 3] = [64, 1024, 16_384];
/// Leaves of the durable measurement at each batch, at most: small batches wait for the disk often.
const MOST_DURABLE_BATCHES: usize = 200;

fn key() -> Result<SigningKey, candor_record::log::Error> {
    SigningKey::from_seed("example.org/bench", Algorithm::Ed25519, [1; 32])
}

fn entry(leaf: u64) -> Result<Vec<u8>, candor_record::log::Error> {
    let mut entry = Vec::with_capacity(ENTRY_BYTES);
    let mut offsets = Vec::new();
    for part in 0..4_u8 {
        offsets.push(entry.len());
        entry.extend_from_slice(Digest::of(&[&leaf.to_be_bytes()[..], &[part]].concat()).as_bytes());
    }
    entry.resize(ENTRY_BYTES - 17, b' ');
    push_index(&mut entry, &offsets)?;
    Ok(entry)
}

/// Seconds to integrate and sign so many leaves in batches.
fn integrate(folder: &Path, leaves: usize, batch: usize, durable: bool) -> Result<f64, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let mut log = Log::create(folder, key()?, Settings { durable, ..Settings::default() })?;
    let mut seconds = 0.0;
    let mut at = 0;
    while at < leaves {
        let entries: Vec<Vec<u8>> =
            (at..leaves.min(at + batch)).map(|leaf| entry(leaf as u64)).collect::<Result<_, _>>()?;
        let began = Instant::now();
        log.integrate(&entries)?;
        log.publish(0)?;
        seconds += began.elapsed().as_secs_f64();
        at += entries.len();
    }
    Ok(seconds)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let leaves: usize = arguments.next().map_or(Ok(1_000_000), |leaves| leaves.parse())?;
    let temporary = tempfile::tempdir()?;
    let folder = arguments.next().map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    println!("entries of {ENTRY_BYTES} bytes; each batch ends in a signed checkpoint\n");
    println!("| | batch | leaves | seconds | leaves/s |\n|---|---|---|---|---|");
    let whole = folder.join("whole");
    for (durable, batch) in BATCHES.into_iter().flat_map(|batch| [(false, batch), (true, batch)]) {
        let leaves = if durable { leaves.min(batch * MOST_DURABLE_BATCHES) } else { leaves };
        let last = !durable && batch == BATCHES[BATCHES.len() - 1];
        let folder = if last { whole.clone() } else { folder.join(format!("{batch} {durable}")) };
        let seconds = integrate(&folder, leaves, batch, durable)?;
        let how = if durable { "waits for the disk" } else { "does not wait" };
        println!("| {how} | {batch} | {leaves} | {seconds:.2} | {:.0} |", leaves as f64 / seconds);
        if !last {
            std::fs::remove_dir_all(folder)?;
        }
    }
    // The share of it that is arithmetic: hashing alone, on one thread.
    let entries: Vec<Vec<u8>> = (0..100_000).map(entry).collect::<Result<_, _>>()?;
    let began = Instant::now();
    let mut frontier = merkle::Frontier::default();
    for entry in &entries {
        frontier.append(merkle::leaf(entry), |_, _| {});
    }
    let each = began.elapsed().as_secs_f64() / entries.len() as f64;
    println!("\nhashing alone: {:.2} microseconds a leaf ({})", each * 1e6, frontier.root());

    let log = Log::open(&whole, key()?, Settings::default())?;
    let signed = log.checkpoint().checkpoint().clone();
    let mut tiles = log.tiles();
    let began = Instant::now();
    for number in 0..1000 {
        let leaf = number * 7919 % signed.size();
        proof::check_inclusion(
            &tiles.inclusion(leaf)?,
            leaf,
            &merkle::leaf(&tiles.entry(leaf)?),
            signed.size(),
            signed.root(),
        )?;
    }
    println!(
        "inclusion proofs, made from tiles and checked, with their entries: {:.3} ms each",
        began.elapsed().as_secs_f64()
    );

    println!("\n| verification of {leaves} leaves, 4 absent addenda each | seconds |\n|---|---|");
    for threads in [1, 2, 2] {
        let options = Options { threads, ..Options::default() };
        let found = verify(&whole, key()?.verifier(), &options, &mut Absences);
        if !found.holds() {
            return Err(format!("the log does not hold: {:?}", found.findings.first()).into());
        }
        println!("| {threads} reading threads | {:.2} |", found.time.as_secs_f64());
    }
    Ok(())
}
