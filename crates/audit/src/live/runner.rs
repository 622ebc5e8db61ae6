//! Makes the calls of a plan: as many at a time as allowed, each reply in the ledger before it counts, within the budget, until all are made or somebody
//! says stop. Not what replies mean, and no socket: whoever answers stands behind [`Asks`].

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;
use std::time::Duration;

use candor_llm::transport::Boxed;
use candor_llm::{Blame, Call, Part, Reply, Usage};
use candor_record::Digest;
use candor_trace::Money;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use futures_util::task::AtomicWaker;

use super::ledger::{Ledger, LedgerError, Lost, Replied};
use super::plan::Plan;
use super::rounds::Rounds;
use crate::names::Fixed;

/// Whoever answers.
pub trait Asks: Send + Sync {
    /// Asks once, with whatever retries belong to it; `key` names the call and is the same when it is asked again.
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>>;
}

/// Calls that are to be made.
pub trait Calls: Sync {
    /// How many they are, at most.
    fn planned(&self) -> u64;

    /// They themselves.
    fn calls(&self) -> Box<dyn InOrder + Send + '_>;
}

/// Calls in the order in which they can be made, each under its name in the ledger.
pub trait InOrder {
    /// The next one; `None` where the others, if there are any, wait for the replies to those before.
    fn next(&mut self) -> Option<(Digest, Call)>;

    /// Whether what comes next may follow from what is still on its way.
    fn waits(&self) -> bool {
        false
    }

    /// Reads what came back and goes on to the calls that follow from it; false where there are none.
    ///
    /// # Errors
    /// [`LedgerError`].
    fn advance(&mut self, _: &Ledger) -> Result<bool, LedgerError> {
        Ok(false)
    }
}

impl<I: Iterator<Item = (Digest, Call)>> InOrder for I {
    fn next(&mut self) -> Option<(Digest, Call)> {
        Iterator::next(self)
    }
}

impl Calls for Plan<'_> {
    fn planned(&self) -> u64 {
        self.shares().iter().map(|share| share.calls).sum()
    }

    fn calls(&self) -> Box<dyn InOrder + Send + '_> {
        Box::new(Planned { plan: self, rounds: self.rounds() })
    }
}

/// The calls of a plan.
struct Planned<'p> {
    plan: &'p Plan<'p>,
    rounds: Rounds<'p>,
}

impl InOrder for Planned<'_> {
    fn next(&mut self) -> Option<(Digest, Call)> {
        self.rounds.next().map(|probe| (self.plan.key(&probe), probe.call))
    }

    fn waits(&self) -> bool {
        self.rounds.waits()
    }

    fn advance(&mut self, ledger: &Ledger) -> Result<bool, LedgerError> {
        self.rounds.advance(ledger)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The reply.
    pub reply: Reply,
    /// How often it was asked for.
    pub attempts: u32,
    /// From the first try to the last byte.
    pub took: Duration,
    /// When it had come, in milliseconds since 1970 (UTC), where whoever answers has a clock.
    pub at_ms: Option<i64>,
}

/// Why nothing came back.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// The last error.
    pub error: candor_llm::Error,
    /// How often it was tried.
    pub attempts: u32,
}

/// What tokens cost; `None` where that is not known.
pub type Tariff<'a> = &'a (dyn Fn(&Usage) -> Option<Money> + Sync);

/// What the calls may use.
#[derive(Clone, Copy)]
pub struct Bounds<'a> {
    /// Calls on their way at the same time, at least 1.
    pub connections: usize,
    /// Money for the whole plan, earlier sittings included.
    pub ceiling: Option<Money>,
    /// What tokens cost.
    pub tariff: Tariff<'a>,
    /// So many calls in a row that were given up, before any was answered, end the run: nothing will be answered.
    pub hopeless: u32,
}

impl std::fmt::Debug for Bounds<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Bounds")
            .field("connections", &self.connections)
            .field("ceiling", &self.ceiling)
            .finish_non_exhaustive()
    }
}

/// How a run is told to stop: once, and it waits for what is on its way, since that is paid for; twice, and it does not.
#[derive(Debug, Default)]
pub struct Stop {
    said: AtomicU8,
    waker: AtomicWaker,
}

impl Stop {
    /// One that nobody has used.
    #[must_use]
    pub const fn new() -> Self {
        Self { said: AtomicU8::new(0), waker: AtomicWaker::new() }
    }

    /// Says it once more.
    pub fn say(&self) {
        let _ = self.said.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |said| Some(said.saturating_add(1)));
        self.waker.wake();
    }

    fn said(&self) -> u8 {
        self.said.load(Ordering::SeqCst)
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Calls of the plan.
    pub planned: u64,
    /// Replies that an earlier sitting left in the ledger.
    pub found: u64,
    /// Replies that came in this sitting.
    pub replied: u64,
    /// Calls that were given up in this sitting.
    pub lost: u64,
    /// Calls on their way.
    pub in_flight: u64,
    /// Output tokens of this sitting, as far as vendors counted them.
    pub output_tokens: u64,
    /// What all replies have cost, earlier sittings included; `None` where a price is unknown.
    pub spent: Option<Money>,
    /// Attempts beyond the first, in this sitting.
    pub retries: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Every call was made.
    Whole,
    /// Somebody said stop.
    Stopped,
    /// The money is used up.
    Ceiling,
    /// Whoever should answer will not: the last error.
    Hopeless(candor_llm::Error),
}

/// Makes the calls that the ledger does not hold yet, in the order of the plan; where that follows from replies, a round when all of the last have come.
///
/// The ledger is synced at the end and once in every 256 replies.
///
/// # Errors
/// [`LedgerError`]: what cannot be kept is not asked for.
pub async fn run(
    plan: &dyn Calls,
    asks: &dyn Asks,
    ledger: &mut Ledger,
    bounds: Bounds<'_>,
    stop: &Stop,
    each: &mut dyn FnMut(&Progress),
) -> Result<(Ended, Progress), LedgerError> {
    let planned = plan.planned();
    let mut calls = plan.calls();
    let mut sitting = Sitting {
        progress: Progress { planned, spent: Some(Money(0)), ..Progress::default() },
        reserved: HashMap::default(),
        in_a_row: 0,
        refused: 0,
        bounds,
    };
    // Calls that were refused once and are asked again when the others are made.
    let mut again: VecDeque<(Digest, Call, u32)> = VecDeque::new();
    let mut under_way = FuturesUnordered::new();
    let mut next = None;
    let mut ended = None;
    let mut last = None;
    loop {
        while ended.is_none() && under_way.len() < bounds.connections.max(1) {
            if stop.said() > 0 {
                ended = Some(Ended::Stopped);
                break;
            }
            let first = |(key, call)| (key, call, 1);
            let Some((key, call, time)) = next.take().or_else(|| calls.next().map(first)).or_else(|| again.pop_front())
            else {
                if calls.waits() && !under_way.is_empty() {
                    break;
                }
                if calls.advance(ledger)? {
                    continue;
                }
                ended = Some(Ended::Whole);
                break;
            };
            if let Some(held) = ledger.reply(&key)? {
                sitting.progress.found += 1;
                sitting.spend(&held.reply.usage);
                continue;
            }
            match sitting.afford(key, &call, under_way.is_empty()) {
                Affordable::Yes => {}
                Affordable::Wait => {
                    next = Some((key, call, time));
                    break;
                }
                Affordable::No => {
                    ended = Some(Ended::Ceiling);
                    break;
                }
            }
            ledger.sent(key)?;
            sitting.progress.in_flight += 1;
            under_way.push(async move {
                let name = key.to_string();
                let answer = asks.ask(&call, &name).await;
                (key, call, time, answer)
            });
        }
        let came = std::future::poll_fn(|context| {
            stop.waker.register(context.waker());
            if stop.said() > 1 {
                return Poll::Ready(None);
            }
            under_way.poll_next_unpin(context)
        })
        .await;
        let Some((key, call, time, answer)) = came else {
            if !under_way.is_empty() {
                // What is on its way is dropped: whatever the plan was about to end as, it is not whole.
                ended = Some(Ended::Stopped);
            }
            if ended.is_some() {
                break;
            }
            continue;
        };
        sitting.progress.in_flight -= 1;
        sitting.reserved.remove(&key);
        match answer {
            Ok(answered) => {
                sitting.took_in(&answered);
                let Answered { reply, attempts, took, at_ms } = answered;
                let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                ledger.replied(key, &Replied { reply, attempts, took_ms, at_ms })?;
                if sitting.progress.replied.is_multiple_of(256) {
                    ledger.sync()?;
                }
            }
            Err(Unanswered { error, attempts }) => {
                sitting.progress.retries += u64::from(attempts.saturating_sub(1));
                sitting.in_a_row += 1;
                sitting.refused += u32::from(is_refused(&error));
                let hopeless = sitting.is_hopeless(&error);
                if is_refused(&error) && !hopeless && time < REFUSALS_OF_ONE && !matches!(ended, Some(Ended::Stopped)) {
                    sitting.progress.retries += 1;
                    again.push_back((key, call, time + 1));
                    if ended == Some(Ended::Whole) {
                        ended = None;
                    }
                } else {
                    ledger.gave_up(key, &Lost { why: error.to_string(), attempts })?;
                    sitting.progress.lost += 1;
                }
                if hopeless && !matches!(ended, Some(Ended::Stopped)) {
                    ended = Some(Ended::Hopeless(error.clone()));
                }
                last = Some(error);
            }
        }
        each(&sitting.progress);
    }
    ledger.sync()?;
    let ended = match (ended, last) {
        // A plan that is shorter than the patience, and of which nothing was answered.
        (Some(Ended::Whole), Some(error)) if sitting.progress.replied + sitting.progress.found == 0 => {
            Ended::Hopeless(error)
        }
        (ended, _) => ended.unwrap_or(Ended::Stopped),
    };
    Ok((ended, sitting.progress))
}

enum Affordable {
    Yes,
    /// Not while others are on their way.
    Wait,
    No,
}

struct Sitting<'a> {
    progress: Progress,
    /// What calls on their way may cost at most.
    reserved: HashMap<Digest, i64, Fixed>,
    in_a_row: u32,
    /// Refusals since the last reply.
    refused: u32,
    bounds: Bounds<'a>,
}

impl Sitting<'_> {
    fn spend(&mut self, usage: &Usage) {
        let cost = (self.bounds.tariff)(usage);
        self.progress.spent = self.progress.spent.zip(cost).map(|(spent, cost)| Money(spent.0.saturating_add(cost.0)));
    }

    fn took_in(&mut self, answered: &Answered) {
        (self.in_a_row, self.refused) = (0, 0);
        self.progress.replied += 1;
        self.progress.retries += u64::from(answered.attempts.saturating_sub(1));
        self.progress.output_tokens += answered.reply.usage.output.unwrap_or(0);
        self.spend(&answered.reply.usage);
    }

    /// Whether a call may go out: what is spent, and what all calls on their way may cost at most, stays below the ceiling. When none is on its way,
    /// one may cross it, so that the ceiling is never crossed by more than one call.
    fn afford(&mut self, key: Digest, call: &Call, alone: bool) -> Affordable {
        let Some(ceiling) = self.bounds.ceiling else { return Affordable::Yes };
        let spent = self.progress.spent.unwrap_or(ceiling).0;
        if spent >= ceiling.0 {
            return if alone { Affordable::No } else { Affordable::Wait };
        }
        let worst = (self.bounds.tariff)(&worst(call)).map_or(ceiling.0, |cost| cost.0);
        let reserved: i64 = self.reserved.values().sum();
        if !alone && spent.saturating_add(reserved).saturating_add(worst) > ceiling.0 {
            return Affordable::Wait;
        }
        self.reserved.insert(key, worst);
        Affordable::Yes
    }

    /// Nobody is answered by a house that answers nobody. Who may not ask, will not be answered the next time either, where no reply has come in this sitting or
    /// [`REFUSALS`] came since the last one; a single one among replies is one server of several that does not know the key or the model yet.
    fn is_hopeless(&self, error: &candor_llm::Error) -> bool {
        let refused = is_refused(error) && (self.progress.replied == 0 || self.refused >= REFUSALS);
        refused
            || matches!(error, candor_llm::Error::Configured { .. })
            || (self.progress.replied + self.progress.found == 0 && self.in_a_row >= self.bounds.hopeless)
            || (error.blame() == Blame::Us)
    }
}

/// So many refusals without a reply between them end a run.
const REFUSALS: u32 = 10;

/// So often is one call refused before it is given up.
const REFUSALS_OF_ONE: u32 = 3;

/// Whether an error is one of configuration, as a server says it: key, account, rights or model are not what they should be.
fn is_refused(error: &candor_llm::Error) -> bool {
    matches!(error, candor_llm::Error::Upstream { status: 401..=404, .. })
}

/// What a call may use at most: a token is at least one byte of a prompt, and an output of unknown length is the longest there is.
#[must_use]
pub fn worst(call: &Call) -> Usage {
    const LONGEST_OUTPUT: u64 = 128_000;
    let bytes: usize = call.conversation.messages.iter().flat_map(|message| &message.parts).map(length).sum();
    Usage {
        input: Some(bytes as u64 + 16),
        output: Some(call.max_output.map_or(LONGEST_OUTPUT, u64::from)),
        ..Usage::default()
    }
}

fn length(part: &Part) -> usize {
    match part {
        Part::Text { text } => text.len(),
        Part::Reasoning(reasoning) => reasoning.text.len(),
        Part::ToolCall { name, arguments, .. } => name.len() + arguments.len(),
        Part::ToolResult { content, .. } => content.len(),
        Part::Sealed { json, .. } => json.len(),
    }
}
