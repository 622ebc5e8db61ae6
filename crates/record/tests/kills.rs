//! A writer killed (SIGKILL) at random moments, opened again, and killed again: no acknowledged record is lost, none is shown that was not handed in, every thread's order is
//! kept. The test is its own writer: the words after its name decide which of the two it is. What a loss of power does beyond that is simulated beside the
//! journal, since a kill leaves the system's cache as it is.
//!
//!   cargo test --release -p candor-record --test kills -- --times 2000 [--seed 1] [--keep FOLDER]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "the test says what it did")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use candor_record::Digester;
use candor_record::journal::{Error, Journal, Lock, Records, Settings, examine};

/// Makes this program the writer.
const WRITE: &str = "--write";
const THREADS: u64 = 4;
/// Records that the writer leaves when it releases.
const KEPT: u64 = 1500;
/// Without the slow group a few, with it what the design asks for.
const TIMES: u64 = if cfg!(feature = "slow") { 200 } else { 10 };

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |word: &str| arguments.iter().skip_while(|argument| *argument != word).nth(1);
    if let Some(folder) = after(WRITE) {
        let run = after("--run").and_then(|run| run.parse().ok()).expect("a run");
        return write(Path::new(folder), run);
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let times = after("--times").map_or(TIMES, |times| times.parse().expect("a number"));
    let seed = after("--seed").map_or(1, |seed| seed.parse().expect("a number"));
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = after("--keep").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    kill(&folder, times, seed);
}

/// Small, so that a short life has many batches, segments and marks.
fn settings() -> Settings {
    Settings {
        segment: 300_000,
        batch_bytes: 40_000,
        batch_records: 64,
        idle: Duration::from_millis(2),
        acknowledged: 0,
    }
}

fn journal_of(folder: &Path) -> PathBuf {
    folder.join("journal")
}

fn open(folder: &Path) -> Result<Journal, Error> {
    let lock = Lock::acquire(&folder.join("lock"))?;
    Journal::open(&journal_of(folder), lock, settings())
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The `count`th record of a thread of a run: who it is, and bytes that follow from that.
fn payload(run: u64, thread: u64, count: u64) -> Vec<u8> {
    let mut state = run << 40 ^ thread << 32 ^ count;
    let words = match mixed(&mut state) % 8 {
        0 => 0,
        1 => mixed(&mut state) % 2500,
        _ => mixed(&mut state) % 60,
    };
    let mut bytes: Vec<u8> = [run, thread, count].iter().flat_map(|number| number.to_le_bytes()).collect();
    bytes.extend((0..words).flat_map(|_| mixed(&mut state).to_le_bytes()));
    bytes
}

/// Writes until it is killed, and says each number after its acknowledgement: `number thread count`. A line goes into the pipe whole or not at all.
fn write(folder: &Path, run: u64) {
    let journal = open(folder).expect("what a kill leaves can be opened");
    let said = |line: String| std::io::stdout().lock().write_all(line.as_bytes());
    // Short lives would never come to it below, and every opening would read more than the one before.
    let below = journal.committed().saturating_sub(KEPT);
    if said(format!("below {below}\n")).is_err() {
        return;
    }
    journal.release(below).expect("released");
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let journal = &journal;
            scope.spawn(move || {
                for count in 0.. {
                    let number = journal.append(&payload(run, thread, count)).expect("durable");
                    // Nobody listens any more: the test is over.
                    if said(format!("{number} {thread} {count}\n")).is_err() {
                        return;
                    }
                    if thread == 0 && count % 100 == 99 {
                        let below = journal.committed().saturating_sub(KEPT);
                        if said(format!("below {below}\n")).is_err() {
                            return;
                        }
                        journal.release(below).expect("released");
                    }
                }
            });
        }
    });
}

struct Writer {
    child: Child,
    lines: Receiver<String>,
}

impl Writer {
    fn begin(folder: &Path, run: u64) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg(WRITE)
            .arg(folder)
            .args(["--run", &run.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let (say, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if say.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Hears it for that long, or until it has said something.
    fn listen(&self, lasts: Duration, once: bool, mut hear: impl FnMut(&str)) {
        let until = Instant::now() + lasts;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => hear(&line),
                Err(RecvTimeoutError::Timeout) => return assert!(!once, "the writer says nothing"),
                Err(RecvTimeoutError::Disconnected) => panic!("the writer has ended by itself"),
            }
            if once || Instant::now() >= until {
                return;
            }
        }
    }
}

/// Run, thread and count of one record.
type Who = (u64, u64, u64);

#[derive(Default)]
struct Known {
    /// By number: acknowledged, or read after a kill.
    durable: BTreeMap<u64, Who>,
    released: u64,
    acknowledged: u64,
}

impl Known {
    fn hear(&mut self, run: u64, line: &str) {
        let numbers: Vec<u64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        match (line.strip_prefix("below "), &numbers[..]) {
            (Some(_), [below]) => self.released = self.released.max(*below),
            (None, [number, thread, count]) => {
                let who = (run, *thread, *count);
                assert_eq!(*self.durable.entry(*number).or_insert(who), who, "a number was given twice");
                self.acknowledged += 1;
            }
            _ => panic!("the writer said {line:?}"),
        }
    }

    /// Holds the files against what is known.
    fn check(&mut self, folder: &Path) -> String {
        let seen = examine(&journal_of(folder)).expect("readable");
        assert_eq!(seen.findings, [], "a kill is no damage");
        assert!(seen.records.start <= self.released, "released too much: {seen:?}");
        let last = self.durable.last_key_value().map(|(number, _)| *number);
        assert!(last.is_none_or(|last| last < seen.records.end), "lost: {last:?} of {seen:?}");
        self.durable.retain(|number, _| *number >= seen.records.start);
        let mut counts: BTreeMap<(u64, u64), u64> = BTreeMap::new();
        let mut digester = Digester::new();
        let mut expected = seen.records.clone();
        for record in Records::read(&journal_of(folder), seen.records.start).expect("readable") {
            let record = record.expect("whole");
            assert_eq!(Some(record.number), expected.next());
            let words = record.payload.chunks_exact(8).take(3);
            let who: Vec<u64> = words.map(|word| u64::from_le_bytes(word.try_into().expect("8 bytes"))).collect();
            let [run, thread, count] = who[..] else { panic!("record {} says nothing", record.number) };
            assert_eq!(record.payload, payload(run, thread, count), "record {} was never handed in", record.number);
            let known = *self.durable.entry(record.number).or_insert((run, thread, count));
            assert_eq!(known, (run, thread, count), "record {} is another one", record.number);
            if let Some(before) = counts.insert((run, thread), count) {
                assert_eq!(count, before + 1, "the order of thread {thread} of run {run}");
            }
            digester.update(&record.payload);
        }
        assert_eq!(expected.next(), None);
        format!(
            "records {} to {}, SHA-256 of their payloads {}",
            seen.records.start,
            seen.records.end,
            digester.finish()
        )
    }
}

fn kill(folder: &Path, times: u64, seed: u64) {
    let mut random = seed;
    let mut known = Known::default();
    let (mut torn, mut early) = (0, 0);
    for run in 0..times {
        let mut writer = Writer::begin(folder, run);
        let before = known.acknowledged;
        // Some die while they open, most while they write.
        if !mixed(&mut random).is_multiple_of(5) {
            writer.listen(Duration::from_secs(60), true, |line| known.hear(run, line));
        }
        let lasts = Duration::from_micros(mixed(&mut random) % 25_000);
        writer.listen(lasts, false, |line| known.hear(run, line));
        writer.child.kill().expect("killed");
        writer.child.wait().expect("gone");
        // What it said before it died.
        writer.lines.iter().for_each(|line| known.hear(run, &line));
        early += u64::from(known.acknowledged == before);
        if journal_of(folder).exists() {
            torn += u64::from(examine(&journal_of(folder)).expect("readable").torn.is_some());
            known.check(folder);
        }
    }
    open(folder).expect("opened once more").close().expect("closed");
    let state = known.check(folder);
    let seen = examine(&journal_of(folder)).expect("readable");
    assert_eq!((seen.sealed, seen.torn), (seen.records.end, None));
    assert!(known.acknowledged > times, "{} acknowledged", known.acknowledged);
    println!(
        "{times} kills ({early} before the first acknowledgement), {} records acknowledged, {torn} torn tails: none lost, none invented\n{state}",
        known.acknowledged
    );
}
