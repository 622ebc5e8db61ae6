//! When a client asks again, and how long it waits: on a clock that stands still until everybody waits. Nothing here opens a socket;
//! faults of real connections are in `faults`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use candor_llm::client::How;
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::{Body, Boxed, Broken, Request, Response, Transport, Whole};
use candor_llm::{Call, Client, Conversation, Error, Message, Role, providers};
use tokio::time::{Instant, sleep};

const GOOD: &str = r#"{"id":"r","choices":[{"message":{"content":"Answer: B"},"finish_reason":"stop"}]}"#;

/// What comes in answer to one request.
#[derive(Clone)]
enum Comes {
    Whole(u16, Vec<(&'static str, &'static str)>, &'static str),
    /// A status, then nothing.
    Head,
    /// Nothing at all.
    Nothing,
    /// Something every so often, and no end.
    Forever(Duration),
}

fn good() -> Comes {
    Comes::Whole(200, vec![], GOOD)
}

fn busy(headers: &[(&'static str, &'static str)]) -> Comes {
    Comes::Whole(429, headers.to_vec(), r#"{"error":{"message":"slow down"}}"#)
}

/// Answers in turn, the last one again and again, and keeps when it was asked.
struct Turns {
    comes: Mutex<VecDeque<Comes>>,
    asked: Mutex<Vec<Instant>>,
    began: Instant,
}

impl Turns {
    fn new(comes: impl IntoIterator<Item = Comes>) -> Arc<Self> {
        let comes = Mutex::new(comes.into_iter().collect());
        Arc::new(Self { comes, asked: Mutex::default(), began: Instant::now() })
    }

    /// Seconds from the beginning at which it was asked.
    fn times(&self) -> Vec<f64> {
        self.asked.lock().unwrap().iter().map(|at| (*at - self.began).as_secs_f64()).collect()
    }
}

impl Transport for Turns {
    fn send(&self, _: Request) -> Boxed<'_, Result<Response, Broken>> {
        self.asked.lock().unwrap().push(Instant::now());
        let mut comes = self.comes.lock().unwrap();
        let next = if comes.len() > 1 { comes.pop_front() } else { comes.front().cloned() }.unwrap();
        Box::pin(async move {
            let (status, headers, body): (_, _, Box<dyn Body>) = match next {
                Comes::Whole(status, headers, body) => {
                    (status, headers, Box::new(Whole(Some(body.as_bytes().to_vec()))))
                }
                Comes::Head => (200, vec![], Box::new(Drip(Duration::MAX))),
                Comes::Forever(every) => (200, vec![], Box::new(Drip(every))),
                Comes::Nothing => std::future::pending().await,
            };
            let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Ok(Response { status, headers, body })
        })
    }
}

struct Drip(Duration);

impl Body for Drip {
    fn chunk(&mut self) -> Boxed<'_, Result<Option<Vec<u8>>, Broken>> {
        let every = self.0;
        Box::pin(async move {
            sleep(every).await;
            Ok(Some(b" ".to_vec()))
        })
    }
}

fn client(turns: &Arc<Turns>, how: How) -> Client {
    let provider = providers::compatible("http://model.invalid").unwrap();
    let transport: Arc<dyn Transport> = Arc::<Turns>::clone(turns);
    Client::new(provider, &ChatCompletions, transport, None, how).unwrap()
}

fn call() -> Call {
    let conversation = Conversation { messages: vec![Message::text(Role::User, "2 + 2?")] };
    Call { model: "m".to_owned(), conversation, ..Call::default() }
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_the_vendor_names_is_kept_however_it_is_written() {
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (headers, least) in [
        (vec![("retry-after", "30")], 30.0),
        (vec![date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], 30.0),
        (vec![("retry-after-ms", "1500"), ("retry-after", "30")], 1.5),
    ] {
        let turns = Turns::new([busy(&headers), good()]);
        let asked = client(&turns, How::default()).ask(&call(), "k").await.unwrap();
        let times = turns.times();
        assert_eq!((asked.attempts, times.len()), (2, 2));
        assert!((least..=least + 2.0).contains(&times[1]), "{headers:?}: asked again after {} s", times[1]);
        assert!((asked.waited.as_secs_f64() - times[1]).abs() < 0.01, "all of it was waiting: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_more_than_patience_is_not_waited_for() {
    let turns = Turns::new([busy(&[("retry-after", "901")]), good()]);
    let failed = client(&turns, How::default()).ask(&call(), "k").await.unwrap_err();
    assert_eq!((failed.attempts, turns.times()), (1, vec![0.0]));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_told_to_wait_holds_the_others_back() {
    let turns = Turns::new([busy(&[("retry-after", "30")]), good()]);
    let client = client(&turns, How::default());
    let later = async {
        sleep(Duration::from_secs(1)).await;
        client.ask(&call(), "other").await.unwrap()
    };
    let call = call();
    let (first, other) = tokio::join!(client.ask(&call, "k"), later);
    assert_eq!((first.unwrap().attempts, other.attempts), (2, 1));
    assert!((29.0..=29.1).contains(&other.waited.as_secs_f64()), "{other:?}");
    assert!(turns.times()[1..].iter().all(|at| *at >= 30.0), "{:?}", turns.times());
}

/// Seconds at which a client with that seed asked, where every try fails.
async fn tries(seed: u64) -> Vec<f64> {
    let turns = Turns::new([Comes::Whole(500, vec![], "")]);
    let failed = client(&turns, How { seed, attempts: 8, ..How::default() }).ask(&call(), "k").await.unwrap_err();
    assert_eq!(failed.attempts, 8);
    turns.times()
}

#[tokio::test(start_paused = true)]
async fn pauses_come_from_the_seed_and_stay_below_their_bounds() {
    let mut longest = [0.0_f64; 7];
    for seed in 0..200 {
        let times = tries(seed).await;
        for (place, pair) in times.windows(2).enumerate() {
            longest[place] = longest[place].max(pair[1] - pair[0]);
        }
    }
    for (longest, most) in longest.into_iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) {
        // The clock of these tests counts in milliseconds, and rounds up.
        assert!((0.9 * most..=most + 0.002).contains(&longest), "{longest} of at most {most}");
    }
    let (one, again, other) = (tries(1).await, tries(1).await, tries(2).await);
    let close = |one: &[f64], two: &[f64]| one.iter().zip(two).all(|(one, two)| (one - two).abs() < 0.003);
    assert!(close(&one, &again), "{one:?} {again:?}");
    assert!(!close(&one, &other), "{one:?} {other:?}");
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_silence_has_its_own_patience() {
    let seconds = Duration::from_secs;
    let how = How { attempts: 1, first_byte: seconds(100), stall: seconds(20), whole: seconds(300), ..How::default() };
    for (comes, expected, after) in [
        (Comes::Nothing, Broken::Stalled(100), 100),
        (Comes::Head, Broken::Stalled(20), 20),
        (Comes::Forever(seconds(19)), Broken::Unfinished(300), 300),
    ] {
        let began = Instant::now();
        let failed = client(&Turns::new([comes]), how.clone()).ask(&call(), "k").await.unwrap_err();
        assert_eq!((failed.error, began.elapsed().as_secs()), (Error::Broken(expected), after));
    }
}

#[tokio::test(start_paused = true)]
async fn a_minute_has_so_many_calls() {
    let turns = Turns::new([good()]);
    let client = client(&turns, How { per_minute: Some(30), ..How::default() });
    let call = call();
    let ask = || client.ask(&call, "k");
    let (one, two, three, four) = tokio::join!(ask(), ask(), ask(), ask());
    assert!([one, two, three, four].iter().all(Result::is_ok));
    let gaps: Vec<f64> = turns.times().windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() == 3 && gaps.iter().all(|gap| (2.0..2.01).contains(gap)), "{gaps:?}");
}
