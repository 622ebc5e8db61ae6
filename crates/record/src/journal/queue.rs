//! The records that wait for the disk: the one batch that is being made while the last one is written. Bounded; it knows no file.
//!
//! Whoever hands a record in takes its digest and puts its frame into the bytes of the next batch. So hashing runs beside the disk and on many threads' time,
//! and the writer has only to write.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::digest::Digest;

use super::Settings;
use super::error::Error;
use super::frame::{Frame, MARK_FRAME, MOST_BYTES, Marker, push_mark};
use super::header::{HEADER, Header};
use super::ticket::{Slot, Ticket};

#[derive(Debug)]
pub(super) struct Queue {
    settings: Settings,
    state: Mutex<State>,
    /// For the writer: there is something to do.
    work: Condvar,
    /// For those who wait with a record: there may be room.
    room: Condvar,
    /// For those who read: more has been committed.
    news: Condvar,
    committed: AtomicU64,
}

#[derive(Debug)]
struct State {
    /// Of the segment that the waiting batch goes into.
    segment: Segment,
    /// The number of the next record that is handed in.
    next: u64,
    /// The header of that segment, where the batch opens it.
    opens: Option<Header>,
    bytes: Vec<u8>,
    tickets: Vec<Arc<Slot>>,
    /// Those who wait for a new segment.
    turns: Vec<Arc<Slot>>,
    /// Whether records have been written that no mark stands behind.
    unsealed: bool,
    /// Tasks that wait for room.
    wakers: Vec<Waker>,
    closing: bool,
    /// Why nothing more is taken.
    ended: Option<Error>,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) marker: Marker,
    pub(super) first: u64,
    /// The hash of the last frame that was made.
    pub(super) chain: Digest,
    /// Bytes with everything that was handed in.
    pub(super) size: u64,
}

impl Segment {
    /// With its header and nothing else.
    pub(super) fn new(header: &Header) -> Self {
        Self { marker: header.marker(), first: header.first, chain: header.chain(), size: HEADER as u64 }
    }
}

/// What the writer writes at once.
#[derive(Debug)]
pub(super) struct Batch {
    /// The header of the segment that it opens.
    pub(super) opens: Option<Header>,
    pub(super) bytes: Vec<u8>,
    /// In the order of their numbers.
    pub(super) tickets: Vec<Arc<Slot>>,
    /// The number after its last record.
    pub(super) next: u64,
    turns: Vec<Arc<Slot>>,
}

impl Queue {
    /// `unsealed`: whether there are records that no mark stands behind.
    pub(super) fn new(settings: Settings, segment: Segment, next: u64, unsealed: bool) -> Self {
        let state = State {
            segment,
            next,
            opens: None,
            bytes: Vec::new(),
            tickets: Vec::new(),
            turns: Vec::new(),
            unsealed,
            wakers: Vec::new(),
            closing: false,
            ended: None,
        };
        Self {
            settings,
            state: Mutex::new(state),
            work: Condvar::new(),
            room: Condvar::new(),
            news: Condvar::new(),
            committed: AtomicU64::new(next),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock panics; were it otherwise, the writer's end is told by `end`.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number after the last record that is durable.
    pub(super) fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    /// Waits for a record with that number, at most that long. The number after the last durable one.
    pub(super) fn wait_for(&self, number: u64, at_most: Duration) -> u64 {
        let began = Instant::now();
        let mut state = self.lock();
        while self.committed() <= number && state.ended.is_none() && !state.closing {
            let left = at_most.saturating_sub(began.elapsed());
            if left.is_zero() {
                break;
            }
            state = self.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        self.committed()
    }

    /// Hands a record in, or says that there is no room.
    pub(super) fn submit(&self, payload: &[u8]) -> Result<Ticket, Error> {
        let frame = framed(payload)?;
        let mut state = self.lock();
        state.takes()?;
        if self.is_full(&state) {
            return Err(Error::Busy { bytes: state.bytes.len(), records: state.tickets.len() });
        }
        Ok(self.put(&mut state, &frame))
    }

    /// Hands a record in once there is room.
    pub(super) fn submit_waiting(&self, payload: &[u8]) -> Result<Ticket, Error> {
        let frame = framed(payload)?;
        let mut state = self.lock();
        loop {
            state.takes()?;
            if !self.is_full(&state) {
                return Ok(self.put(&mut state, &frame));
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands a record in, or wakes the task when there may be room.
    pub(super) fn poll_submit(&self, context: &Context<'_>, payload: &[u8]) -> Poll<Result<Ticket, Error>> {
        // Looked at before as well: a task that waits does not hash each time it is woken.
        if self.wait_for_room(&mut self.lock(), context) {
            return Poll::Pending;
        }
        let frame = framed(payload)?;
        let mut state = self.lock();
        state.takes()?;
        if self.wait_for_room(&mut state, context) {
            return Poll::Pending;
        }
        Poll::Ready(Ok(self.put(&mut state, &frame)))
    }

    /// Whether the task has to wait; it is woken then.
    fn wait_for_room(&self, state: &mut State, context: &Context<'_>) -> bool {
        let full = self.is_full(state) && state.takes().is_ok();
        if full && !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        full
    }

    /// The last record may reach beyond the bound, so that a long one finds room as a short one does.
    fn is_full(&self, state: &State) -> bool {
        let Settings { batch_bytes, batch_records, .. } = self.settings;
        !state.tickets.is_empty() && (state.bytes.len() >= batch_bytes || state.tickets.len() >= batch_records)
    }

    fn put(&self, state: &mut State, frame: &Frame<'_>) -> Ticket {
        if state.bytes.is_empty() {
            state.mark();
        }
        frame.push(&mut state.bytes, &mut state.segment.chain);
        state.segment.size += frame.size();
        state.next += 1;
        let slot = Arc::new(Slot::default());
        state.tickets.push(Arc::clone(&slot));
        if state.tickets.len() == 1 {
            self.work.notify_one();
        }
        Ticket(slot)
    }

    /// Asks for a new segment; the ticket's number is the first one in it.
    pub(super) fn turn(&self) -> Result<Ticket, Error> {
        let mut state = self.lock();
        state.takes()?;
        let slot = Arc::new(Slot::default());
        state.turns.push(Arc::clone(&slot));
        self.work.notify_one();
        Ok(Ticket(slot))
    }

    /// Nothing more is taken; what was handed in is written.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.work.notify_all();
        self.room.notify_all();
        self.news.notify_all();
    }

    /// Why it ended, where that was not by closing.
    pub(super) fn outcome(&self) -> Result<(), Error> {
        match &self.lock().ended {
            None | Some(Error::Closed) => Ok(()),
            Some(error) => Err(error.clone()),
        }
    }

    /// For the writer: the next batch, as soon as anything waits; `None` when it is time to go. `spare` is the buffer of the batch before.
    /// `nonce` is used up where a new segment is begun.
    pub(super) fn take(&self, spare: Vec<u8>, nonce: &mut Option<[u8; 32]>) -> Option<Batch> {
        let mut state = self.lock();
        let began = Instant::now();
        while state.bytes.is_empty() && state.turns.is_empty() {
            if state.closing && !state.unsealed {
                return None;
            }
            let left = self.settings.idle.saturating_sub(began.elapsed());
            if state.closing || (state.unsealed && left.is_zero()) {
                // Nobody wants anything: time to say on the disk that what is there had been synced.
                state.mark();
            } else if state.unsealed {
                state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            } else {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        let has_records = state.segment.first < state.next;
        // The segment can be left at once where nothing waits to go into it.
        if !state.turns.is_empty() && state.bytes.is_empty() && state.opens.is_none() && has_records {
            state.turn(nonce);
        }
        let opens = state.opens.take();
        let turned = opens.is_some() || !has_records;
        let turns = if turned { std::mem::take(&mut state.turns) } else { Vec::new() };
        state.unsealed = !state.tickets.is_empty();
        let batch = Batch {
            opens,
            bytes: std::mem::replace(&mut state.bytes, spare),
            tickets: std::mem::take(&mut state.tickets),
            next: state.next,
            turns,
        };
        if (state.segment.size >= self.settings.segment && state.segment.first < state.next) || !state.turns.is_empty()
        {
            state.turn(nonce);
        }
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.room.notify_all();
        wakers.into_iter().for_each(Waker::wake);
        Some(batch)
    }

    /// For the writer: a batch is durable. First those who read may, then those who wait are told.
    pub(super) fn settle(&self, batch: &mut Batch) {
        let first = batch.next - batch.tickets.len() as u64;
        if !batch.tickets.is_empty() {
            let state = self.lock();
            self.committed.store(batch.next, Ordering::Release);
            drop(state);
            self.news.notify_all();
        }
        for (slot, number) in batch.tickets.drain(..).zip(first..) {
            slot.settle(Ok(number));
        }
        for slot in batch.turns.drain(..) {
            slot.settle(Ok(first));
        }
    }

    /// For the writer: it is over, for the batch that it had, for everything that waits and everything that comes.
    pub(super) fn end(&self, error: &Error, batch: Option<Batch>) {
        let mut state = self.lock();
        state.ended.get_or_insert_with(|| error.clone());
        let mut slots = std::mem::take(&mut state.tickets);
        slots.append(&mut state.turns);
        let wakers = std::mem::take(&mut state.wakers);
        state.bytes = Vec::new();
        drop(state);
        let had = batch.into_iter().flat_map(|batch| batch.tickets.into_iter().chain(batch.turns));
        for slot in had.chain(slots) {
            slot.settle(Err(error.clone()));
        }
        self.room.notify_all();
        self.news.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn framed(payload: &[u8]) -> Result<Frame<'_>, Error> {
    Frame::record(payload).ok_or(Error::TooLong { most: MOST_BYTES, found: payload.len() })
}

impl State {
    /// Whether anything is taken.
    fn takes(&self) -> Result<(), Error> {
        match &self.ended {
            Some(error) => Err(error.clone()),
            None if self.closing => Err(Error::Closed),
            None => Ok(()),
        }
    }

    fn mark(&mut self) {
        push_mark(&mut self.bytes, &mut self.segment.chain, self.segment.marker, self.next);
        self.segment.size += MARK_FRAME as u64;
    }

    /// From here on everything goes into a new segment, which the next batch opens.
    fn turn(&mut self, nonce: &mut Option<[u8; 32]>) {
        let Some(nonce) = nonce.take() else { return };
        let header = Header { first: self.next, nonce, previous: self.segment.chain };
        self.segment = Segment::new(&header);
        self.opens = Some(header);
    }
}
