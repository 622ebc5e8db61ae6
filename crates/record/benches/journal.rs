//! Durable records in a second, beside a bare group-commit writer (concatenate, write, fdatasync: no hash, no frame) under the same policy, and beside the rate at which
//! this machine answers fdatasync at all. Interleaved, in rounds, since the disk of a shared machine changes from minute to minute. Not a test.
//!   cargo bench -p candor-record --bench journal [-- ROUNDS (25) [SECONDS (0.25)]]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made ends")]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use candor_record::journal::{Journal, Lock, Settings};

/// Bytes of a record, and threads that each wait for their own before they hand in the next.
const CASES: [(usize, usize); 4] = [(4 << 10, 1), (4 << 10, 64), (20 << 10, 1), (20 << 10, 64)];

fn main() {
    let numbers: Vec<f64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let rounds = numbers.first().map_or(25, |rounds| *rounds as usize);
    let lasts = Duration::from_secs_f64(numbers.get(1).copied().unwrap_or(0.25));
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{rounds} rounds of {lasts:?} each; medians, [lowest, highest]; latency of one acknowledgement in ms"
    )
    .expect("somebody reads");
    writeln!(
        out,
        "| record | clients | fdatasync/s | bare records/s | p50, p99 | journal records/s | p50, p99 | journal / bare |"
    )
    .expect("somebody reads");
    writeln!(out, "|---|---|---|---|---|---|---|---|").expect("somebody reads");
    for (size, clients) in CASES {
        let mut measured: [Vec<Measured>; 3] = Default::default();
        for round in 0..rounds {
            // Each comes first as often as the other.
            let mut order = [0, 1, 2];
            order.rotate_left(round % 3);
            for which in order {
                measured[which].push(match which {
                    0 => syncs(size, lasts),
                    1 => bare(size, clients, lasts),
                    _ => journal(size, clients, lasts),
                });
            }
        }
        let [syncs, bare, journal] = measured;
        let ratios = bare.iter().zip(&journal).map(|(bare, journal)| journal.rate / bare.rate).collect();
        let rate = |of: &[Measured]| spread(of.iter().map(|one| one.rate).collect(), 0);
        let latency = |of: &[Measured]| {
            let half = middle(of.iter().map(|one| one.half).collect());
            format!("{half:.2}, {:.2}", middle(of.iter().map(|one| one.most).collect()))
        };
        writeln!(
            out,
            "| {} KB | {clients} | {} | {} | {} | {} | {} | **{}** |",
            size >> 10,
            rate(&syncs),
            rate(&bare),
            latency(&bare),
            rate(&journal),
            latency(&journal),
            spread(ratios, 2),
        )
        .expect("somebody reads");
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values[0], values[values.len() - 1]);
    format!("{:.digits$} [{low:.digits$}, {high:.digits$}]", values[values.len() / 2])
}

struct Measured {
    /// In a second.
    rate: f64,
    /// Latency that half are within, and that 99 in 100 are, in milliseconds.
    half: f64,
    most: f64,
}

impl Measured {
    fn of(mut latencies: Vec<f64>, took: Duration) -> Self {
        latencies.sort_by(f64::total_cmp);
        let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
        Self { rate: latencies.len() as f64 / took.as_secs_f64(), half: at(0.5), most: at(0.99) }
    }
}

/// A place on the disk that the build is on: the folder for temporary files may be memory.
fn place() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

/// So many threads that do it again and again.
fn clients(clients: usize, lasts: Duration, size: usize, append: impl Fn(&[u8]) + Sync) -> Measured {
    let over = AtomicBool::new(false);
    let began = Instant::now();
    let latencies = thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|client| {
                let (over, append) = (&over, &append);
                scope.spawn(move || {
                    let payload: Vec<u8> = (0..size).map(|at| (at * 7 + client) as u8).collect();
                    let mut latencies = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        append(&payload);
                        latencies.push(began.elapsed().as_secs_f64() * 1e3);
                    }
                    latencies
                })
            })
            .collect();
        thread::park_timeout(lasts);
        while began.elapsed() < lasts {
            thread::park_timeout(lasts.saturating_sub(began.elapsed()));
        }
        over.store(true, Ordering::Relaxed);
        threads.into_iter().flat_map(|thread| thread.join().expect("a client")).collect()
    });
    Measured::of(latencies, began.elapsed())
}

fn journal(size: usize, threads: usize, lasts: Duration) -> Measured {
    let place = place();
    let lock = Lock::acquire(&place.path().join("lock")).expect("nobody else");
    let journal = Journal::open(&place.path().join("journal"), lock, Settings::default()).expect("a journal");
    let measured = clients(threads, lasts, size, |payload| {
        journal.append(payload).expect("durable");
    });
    journal.close().expect("an end");
    measured
}

fn bare(size: usize, threads: usize, lasts: Duration) -> Measured {
    let place = place();
    let bare = Bare::open(&place.path().join("bare"));
    let measured = clients(threads, lasts, size, |payload| bare.append(payload));
    bare.close();
    measured
}

/// One record, one write, one fdatasync, no thread.
fn syncs(size: usize, lasts: Duration) -> Measured {
    let place = place();
    let mut file = File::create(place.path().join("syncs")).expect("a file");
    let payload = vec![7; size];
    let mut latencies = Vec::new();
    let began = Instant::now();
    while began.elapsed() < lasts {
        let one = Instant::now();
        file.write_all(&payload).expect("written");
        file.sync_data().expect("synced");
        latencies.push(one.elapsed().as_secs_f64() * 1e3);
    }
    Measured::of(latencies, began.elapsed())
}

/// The least that group commit can be: what came while the last batch was synced is the next one.
struct Bare {
    shared: Arc<(Mutex<Waiting>, Condvar)>,
    thread: thread::JoinHandle<()>,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    threads: Vec<(Arc<AtomicBool>, Thread)>,
    over: bool,
}

impl Bare {
    fn open(path: &PathBuf) -> Self {
        let mut file = File::create(path).expect("a file");
        File::open(path.parent().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).expect("a folder");
        let shared = Arc::new((Mutex::new(Waiting::default()), Condvar::new()));
        let own = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let mut bytes = Vec::new();
            loop {
                let threads = {
                    let mut waiting = own.0.lock().expect("a lock");
                    while waiting.bytes.is_empty() {
                        if waiting.over {
                            return;
                        }
                        waiting = own.1.wait(waiting).expect("a lock");
                    }
                    bytes.clear();
                    std::mem::swap(&mut bytes, &mut waiting.bytes);
                    std::mem::take(&mut waiting.threads)
                };
                file.write_all(&bytes).expect("written");
                file.sync_data().expect("synced");
                for (durable, thread) in threads {
                    durable.store(true, Ordering::Release);
                    thread.unpark();
                }
            }
        });
        Self { shared, thread }
    }

    fn append(&self, payload: &[u8]) {
        let durable = Arc::new(AtomicBool::new(false));
        {
            let mut waiting = self.shared.0.lock().expect("a lock");
            waiting.bytes.extend_from_slice(payload);
            waiting.threads.push((Arc::clone(&durable), thread::current()));
        }
        self.shared.1.notify_one();
        while !durable.load(Ordering::Acquire) {
            thread::park();
        }
    }

    fn close(self) {
        self.shared.0.lock().expect("a lock").over = true;
        self.shared.1.notify_one();
        self.thread.join().expect("a writer");
    }
}
