//! The ticket of a record that was handed in: waited for by a thread or awaited by a task. It does not know the disk.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::Thread;

use super::error::Error;

/// Stands for a record that was handed in and is not yet durable.
///
/// A future that ends with the record's number once it would survive the loss of power, or with the error after which it may or may not.
/// Dropping it does not take the record back.
#[derive(Debug)]
#[must_use = "a record is durable when its ticket says so"]
pub struct Ticket(pub(super) Arc<Slot>);

/// Where the writer leaves the outcome.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<u64, Error>>,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
enum Waiting {
    Thread(Thread),
    Task(Waker),
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn settle(&self, outcome: Result<u64, Error>) {
        let waiting = {
            let mut state = self.lock();
            state.outcome = Some(outcome);
            state.waiting.take()
        };
        match waiting {
            None => {}
            Some(Waiting::Thread(thread)) => thread.unpark(),
            Some(Waiting::Task(waker)) => waker.wake(),
        }
    }
}

impl Ticket {
    /// Blocks until the record is durable, and gives its number.
    ///
    /// # Errors
    /// Where the disk failed first, or the journal ended.
    pub fn wait(self) -> Result<u64, Error> {
        loop {
            let mut state = self.0.lock();
            if let Some(outcome) = state.outcome.clone() {
                return outcome;
            }
            state.waiting = Some(Waiting::Thread(std::thread::current()));
            drop(state);
            // May return for no reason, hence the loop.
            std::thread::park();
        }
    }
}

impl Future for Ticket {
    type Output = Result<u64, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        match &state.outcome {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                state.waiting = Some(Waiting::Task(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}
