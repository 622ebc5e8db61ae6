//! How many calls may be on their way, and how many may begin in a minute. What a provider takes is not known: it is found, as TCP finds
//! the width of a line.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Additive increase, multiplicative decrease (Chiu and Jain 1989): the window begins at the ceiling, is halved when the provider says
/// that it is asked too much (once for all calls that were on their way then), and grows by one for every window of calls that went well.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    changed: Notify,
    ceiling: f64,
    spacing: Option<Duration>,
}

#[derive(Debug)]
struct State {
    window: f64,
    inside: usize,
    /// Calls that began before this do not halve the window again.
    halved: Option<Instant>,
    /// Nobody begins before this.
    closed_until: Option<Instant>,
    /// When the next call may begin, by the number in a minute.
    next: Option<Instant>,
}

/// A call that is on its way. It leaves when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'g> {
    gate: &'g Gate,
    began: Instant,
}

impl Gate {
    pub(super) fn new(connections: usize, per_minute: Option<u32>) -> Self {
        let ceiling = connections.max(1) as f64;
        Self {
            state: Mutex::new(State { window: ceiling, inside: 0, halved: None, closed_until: None, next: None }),
            changed: Notify::new(),
            ceiling,
            spacing: per_minute.map(|calls| Duration::from_secs(60) / calls.max(1)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Place<'_> {
        loop {
            // Made before the look at the state, so that no change in between is missed.
            let changed = self.changed.notified();
            let wait = {
                let mut state = self.state();
                let now = Instant::now();
                let closed = [state.closed_until, state.next].into_iter().flatten().max().filter(|until| *until > now);
                if closed.is_none() && (state.inside as f64) < state.window.floor().max(1.0) {
                    state.inside += 1;
                    state.next = self.spacing.map(|spacing| now + spacing);
                    return Place { gate: self, began: now };
                }
                closed
            };
            match wait {
                Some(until) => sleep_until(until).await,
                None => changed.await,
            }
        }
    }

    /// Nobody begins for so long.
    pub(super) fn pause(&self, asked: Duration) {
        let until = Instant::now() + asked;
        let mut state = self.state();
        state.closed_until = Some(state.closed_until.map_or(until, |held| held.max(until)));
    }

    pub(super) fn window(&self) -> usize {
        self.state().window.floor().max(1.0) as usize
    }
}

impl Place<'_> {
    /// A reply came.
    pub(super) fn went_well(self) {
        let mut state = self.gate.state();
        state.window = (state.window + 1.0 / state.window).min(self.gate.ceiling);
    }

    /// The provider said that it is asked too much.
    pub(super) fn was_too_much(self) {
        let mut state = self.gate.state();
        if state.halved.is_none_or(|halved| self.began >= halved) {
            state.window = (state.window / 2.0).max(1.0);
            state.halved = Some(Instant::now());
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state().inside -= 1;
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_window_halves_once_for_all_on_their_way_and_grows_back_by_one_a_round() {
        let gate = Gate::new(16, None);
        let mut inside = Vec::new();
        for _ in 0..16 {
            inside.push(gate.enter().await);
        }
        assert!(tokio::time::timeout(Duration::from_secs(9), gate.enter()).await.is_err(), "sixteen are inside");
        tokio::time::advance(Duration::from_millis(1)).await;
        inside.into_iter().for_each(Place::was_too_much);
        assert_eq!(gate.window(), 8);
        for round in 0..3 {
            for _ in 0..8 + round {
                gate.enter().await.went_well();
            }
        }
        assert!((10..=11).contains(&gate.window()), "{}", gate.window());
        for _ in 0..300 {
            gate.enter().await.went_well();
        }
        assert_eq!(gate.window(), 16, "never beyond the ceiling");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_to_wait_tells_the_others_and_a_minute_has_so_many_calls() {
        let gate = Gate::new(4, None);
        let began = Instant::now();
        gate.pause(Duration::from_secs(30));
        drop(gate.enter().await);
        assert_eq!(began.elapsed().as_secs(), 30);
        let gate = Gate::new(4, Some(20));
        let began = Instant::now();
        for _ in 0..21 {
            drop(gate.enter().await);
        }
        assert_eq!(began.elapsed().as_secs(), 60);
    }
}
