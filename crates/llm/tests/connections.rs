//! How many calls are on their way, what is left of one that is given up, and by which route they go: over real sockets. Faults are in
//! `faults`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own helpers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use candor_llm::client::{Asked, Failed, How};
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::http::{Http, Route};
use candor_llm::transport::{Broken, Request, Transport as _};
use candor_llm::{Blame, Call, Client, Conversation, Error, Message, Role, providers};
use candor_testkit::upstream::{Received, Step, Upstream, nobody, whole};
use tokio::time::timeout;

const GOOD: &str = r#"{"id":"r","choices":[{"message":{"content":"Answer: B"},"finish_reason":"stop"}]}"#;
/// Far beyond what a slow machine needs.
const LONG: Duration = Duration::from_secs(60);

fn client(base: &str, how: How, route: &Route) -> Arc<Client> {
    let provider = providers::compatible(base).unwrap();
    let transport = Arc::new(Http::new(route).unwrap());
    Arc::new(Client::new(provider, &ChatCompletions, transport, None, how).unwrap())
}

fn call() -> Call {
    let conversation = Conversation { messages: vec![Message::text(Role::User, "2 + 2?")] };
    Call { model: "m".to_owned(), conversation, ..Call::default() }
}

/// So many calls at the same time, as far as the client lets them.
async fn at_once(client: &Arc<Client>, calls: usize) -> Vec<Result<Asked, Failed>> {
    let asking = |number: usize| {
        let client = Arc::clone(client);
        tokio::spawn(async move { client.ask(&call(), &number.to_string()).await })
    };
    let asking: Vec<_> = (0..calls).map(asking).collect();
    let mut came = Vec::new();
    for one in asking {
        came.push(one.await.unwrap());
    }
    came
}

fn good(_: &Received) -> Vec<Step> {
    whole(200, &[], GOOD)
}

#[tokio::test]
async fn no_more_calls_are_on_their_way_than_may_be() {
    let upstream = Upstream::start(|received| {
        let mut steps = vec![Step::Wait(Duration::from_millis(5))];
        steps.extend(good(received));
        steps
    })
    .await;
    let client = client(&upstream.url(), How { connections: 6, ..How::default() }, &Route::default());
    let came = at_once(&client, 60).await;
    assert!(came.iter().all(|came| came.as_ref().is_ok_and(|asked| asked.attempts == 1)));
    assert_eq!(upstream.count(), 60);
    assert!((2..=6).contains(&upstream.most_at_once()), "{}", upstream.most_at_once());
}

#[tokio::test]
async fn the_window_falls_while_the_provider_refuses_and_grows_back() {
    let busy = Arc::new(AtomicBool::new(true));
    let says = Arc::clone(&busy);
    let upstream =
        Upstream::start(
            move |received| {
                if says.load(Ordering::SeqCst) { whole(429, &[], "slow down") } else { good(received) }
            },
        )
        .await;
    let client = client(&upstream.url(), How { connections: 8, attempts: 1, ..How::default() }, &Route::default());
    assert!(at_once(&client, 8).await.iter().all(Result::is_err));
    assert_eq!(client.window(), 4, "halved once for all that were on their way");
    at_once(&client, 8).await;
    assert_eq!(client.window(), 1, "and again for those that came later");
    busy.store(false, Ordering::SeqCst);
    assert!(at_once(&client, 8).await.iter().all(Result::is_ok));
    assert!((2..8).contains(&client.window()), "one more for every window that went well: {}", client.window());
    at_once(&client, 60).await;
    assert_eq!(client.window(), 8, "up to the ceiling");
}

#[tokio::test]
async fn a_call_that_is_given_up_closes_its_connection_and_leaves_its_place() {
    let upstream =
        Upstream::start(|received| if received.number == 0 { vec![Step::Hang] } else { good(received) }).await;
    let client = client(&upstream.url(), How { connections: 1, ..How::default() }, &Route::default());
    let call = call();
    tokio::select! {
        came = client.ask(&call, "given up") => panic!("{came:?}"),
        () = upstream.answering(1) => {}
    }
    timeout(LONG, upstream.answering(0)).await.expect("the server sees that nobody waits any more");
    let asked = timeout(LONG, client.ask(&call, "next")).await.expect("its place is free").unwrap();
    assert_eq!((asked.attempts, upstream.count()), (1, 2), "nobody asks again for a call that was given up");
}

#[tokio::test]
async fn a_proxy_takes_every_request_and_is_shown_to_nobody() {
    let proxy = Upstream::start(good).await;
    let secret = proxy.url().replace("http://", "http://user:hunter2hunter2@");
    let route = Route { proxy: Some(secret), ..Route::default() };
    assert!(!format!("{route:?} {:?}", Http::new(&route).unwrap()).contains("hunter2"));
    client("http://model.invalid/v1", How::default(), &route).ask(&call(), "k").await.unwrap();
    let received = proxy.received();
    assert_eq!(received[0].line, "POST http://model.invalid/v1/chat/completions");
    assert_eq!(received[0].header("proxy-authorization"), Some("Basic dXNlcjpodW50ZXIyaHVudGVyMg=="));

    let closed = Route { proxy: Some(nobody().replace("http://", "http://user:hunter2hunter2@")), ..Route::default() };
    let how = How { attempts: 1, ..How::default() };
    let failed = client("http://model.invalid/v1", how, &closed).ask(&call(), "k").await.unwrap_err();
    assert!(matches!(failed.error, Error::Broken(Broken::Refused(_))), "{failed:?}");
    assert!(!format!("{} {failed:?}", failed.error).contains("hunter2"), "{failed:?}");
}

#[tokio::test]
async fn what_is_no_route_and_no_request_is_said_at_once() {
    let proxy = Route { proxy: Some("no url, secret".to_owned()), ..Route::default() };
    let error = Http::new(&proxy).unwrap_err();
    assert!(
        matches!(&error, Error::Configured { what } if what.starts_with("proxy: expected") && !what.contains("secret"))
    );
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for authority in ["", "no certificate", bad] {
        let route = Route { authority: Some(authority.as_bytes().to_vec()), ..Route::default() };
        let error = Http::new(&route).map(|_| ()).unwrap_err();
        assert!(matches!(&error, Error::Configured { .. }), "{authority}: {error}");
    }
    let base = "http://no host.invalid";
    let failed = client(base, How::default(), &Route::default()).ask(&call(), "k").await.unwrap_err();
    assert!(matches!(failed.error, Error::Broken(Broken::Unsendable(_))), "{failed:?}");
    assert_eq!((failed.attempts, failed.error.blame()), (1, Blame::Caller));
    // A header that is none is found in the transport.
    let upstream = Upstream::start(good).await;
    let headers = vec![("x-odd".to_owned(), "line\r\nbreak".to_owned())];
    let request = Request { post: false, url: upstream.url(), headers, body: Vec::new() };
    assert!(!format!("{request:?}").contains("break"), "a header's value is shown to nobody");
    let broken = Http::new(&Route::default()).unwrap().send(request).await.map(|_| ()).unwrap_err();
    assert!(matches!(broken, Broken::Unsendable(_)), "{broken:?}");
    assert_eq!(upstream.count(), 0);
}
