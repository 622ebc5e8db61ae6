//! Lines read by several threads, block by block, where traces are counted in parts: the parts end in the order of the file, and the counts
//! and errors are those of one thread. Not for traces that are handed over one at a time: to fetch one from another thread costs as much as
//! to read a short one.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use memchr::{memchr_iter, memrchr};

use super::bytes::Window;
use super::lines::pass_over;
use super::reading::{Block, Reading, Stop};
use super::records::{self, Records};
use super::{Limits, Options};

/// How many blocks a thread may have before it or behind it. Two keep it busy while the others are waited for.
const AHEAD: usize = 2;

/// More threads than these would wait for the one that reads and hashes the file, and hold their blocks meanwhile.
const MOST_THREADS: usize = 8;

/// Some whole lines.
struct Job {
    bytes: Vec<u8>,
    /// How many lines come before.
    before: u64,
    /// How many bytes of the file had been read when they were cut off.
    position: u64,
    block: Block,
}

/// What became of them; the room of the lines is used again.
struct Done {
    bytes: Vec<u8>,
    position: u64,
    block: Block,
    outcome: Result<(), Stop>,
}

/// What is to be handed over next.
enum Pending {
    /// The next block of this thread.
    Block(usize),
    /// A line that is longer than a record may be: its number.
    TooLong(u64),
}

/// The ends of the channels to and from one thread.
struct Worker {
    jobs: SyncSender<Job>,
    done: Receiver<Done>,
}

/// Hands over every line that is not blank, read by as many threads as the options allow.
pub(crate) fn lines(window: &mut Window, records: &mut dyn Records, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let threads = reading.options.threads.map_or(1, NonZeroUsize::get).min(MOST_THREADS);
    // A file that is held whole already is read before another thread has begun.
    if threads < 2 || window.is_held_whole() || !reading.is_in_parts() || records.fork().is_none() {
        return records::lines(window, records, reading);
    }
    by_threads(window, (0..threads).filter_map(|_| records.fork()).collect(), reading)
}

fn by_threads(
    window: &mut Window,
    forks: Vec<Box<dyn Records + Send + '_>>,
    reading: &mut Reading<'_>,
) -> Result<(), Stop> {
    let (skip_invalid, limits) = (reading.options.skip_invalid, reading.options.limits.clone());
    let file = reading.file().to_owned();
    thread::scope(|scope| {
        let mut workers = Vec::with_capacity(forks.len());
        for mut fork in forks {
            let (jobs, to_do) = sync_channel::<Job>(AHEAD);
            let (finished, done) = sync_channel::<Done>(AHEAD);
            let (file, limits) = (file.as_str(), limits.clone());
            scope.spawn(move || {
                for job in to_do {
                    if finished.send(work(job, fork.as_mut(), file, skip_invalid, &limits)).is_err() {
                        return;
                    }
                }
            });
            workers.push(Worker { jobs, done });
        }
        Blocks { workers, pending: VecDeque::new(), given: 0, lines: 0, spare: Vec::new() }.run(window, reading)
    })
}

/// One thread reads one block.
fn work(job: Job, records: &mut dyn Records, file: &str, skip_invalid: bool, limits: &Limits) -> Done {
    let Job { bytes, before, position, mut block } = job;
    let options = Options { skip_invalid, limits: limits.clone(), ..Options::default() };
    // A name for every block: threads that shared one would wait for each other at its count.
    let mut reading = Reading::of_block(&options, Arc::from(file), &mut block);
    let mut window = Window::memory(bytes, file, limits);
    let outcome = records::lines_after(before, &mut window, records, &mut reading);
    Done { bytes: window.into_buffer(), position, block, outcome }
}

/// Blocks on their way, in the order of the file.
struct Blocks {
    workers: Vec<Worker>,
    pending: VecDeque<Pending>,
    /// How many blocks have been given out.
    given: usize,
    /// How many lines have been cut off.
    lines: u64,
    /// Room of lines that have been read.
    spare: Vec<Vec<u8>>,
}

impl Blocks {
    fn run(mut self, window: &mut Window, reading: &mut Reading<'_>) -> Result<(), Stop> {
        loop {
            let cut = self.cut(window, reading);
            let ended = !matches!(cut, Ok(true));
            // Everything before an error of the disk is handed over before it.
            let most = if ended { 0 } else { AHEAD * self.workers.len() };
            while self.pending.len() > most {
                self.hand_over(window, reading)?;
            }
            if ended {
                return cut.map(drop);
            }
        }
    }

    /// Cuts the next lines off and gives them out; `false` at the end of the file.
    fn cut(&mut self, window: &mut Window, reading: &mut Reading<'_>) -> Result<bool, Stop> {
        let mut searched = 0;
        let length = loop {
            if let Some(at) = memrchr(b'\n', &window.held()[searched..]) {
                break searched + at + 1;
            }
            searched = window.held().len();
            if searched > window.longest_record() {
                self.lines += 1;
                self.pending.push_back(Pending::TooLong(self.lines));
                return Ok(pass_over(window).map(|()| true)?);
            }
            if !window.more()? {
                if searched == 0 {
                    return Ok(false);
                }
                break searched;
            }
        };
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(window.part(0, length));
        window.start += length;
        let before = self.lines;
        self.lines += memchr_iter(b'\n', &bytes).count() as u64;
        let Some(block) = reading.block() else { return Ok(false) };
        let number = self.given % self.workers.len();
        self.given += 1;
        let job = Job { bytes, before, position: reading.position().get(), block };
        if let Some(worker) = self.workers.get(number)
            && worker.jobs.send(job).is_ok()
        {
            self.pending.push_back(Pending::Block(number));
        }
        Ok(true)
    }

    /// Hands over what comes first.
    fn hand_over(&mut self, window: &Window, reading: &mut Reading<'_>) -> Result<(), Stop> {
        match self.pending.pop_front() {
            None => Ok(()),
            Some(Pending::TooLong(number)) => records::too_long(window, number, reading),
            Some(Pending::Block(number)) => {
                // A thread that gives nothing back has panicked, and the panic goes on where the threads are joined.
                let done = self.workers.get(number).and_then(|worker| worker.done.recv().ok());
                let Some(Done { bytes, position, block, outcome }) = done else { return Err(Stop::Asked) };
                reading.take_over(block, position)?;
                self.spare.push(bytes);
                outcome
            }
        }
    }
}
