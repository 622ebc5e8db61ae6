//! Many calls over one connection: what happens to one of them, and what happens to all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use candor_llm::client::How;
use candor_llm::transport::http::{Http, Route};
use candor_llm::transport::{Request, Transport as _};
use candor_llm::{Client, Error};
use candor_testkit::upstream::{Upstream, whole};
use h2::Reason;
use tokio::time::timeout;

use super::asking::{GOOD, LONG, ask, ask_at_once, broken, call, client, how, trusting, well};
use super::certificate::{ALWAYS, Authority};
use super::listener::{Listener, address};
use super::multiplexed::{Came, Server, Step, begun, good, streamed};

/// A server with that script, and a client that trusts it.
async fn pair(how: How, script: impl Fn(&Came) -> Vec<Step> + Send + Sync + 'static) -> (Server, Arc<Client>) {
    let own = Authority::new("own");
    let server = Server::start(own.sign("127.0.0.1", ALWAYS).server(&["h2", "http/1.1"]), script).await;
    let client = client(&server.listener.url(), &trusting(&own), how);
    (server, client)
}

/// Over which connections requests came.
fn connections(server: &Server) -> BTreeSet<usize> {
    server.came().iter().map(|came| came.connection).collect()
}

/// What has reached the client before that happens.
fn then(mut steps: Vec<Step>, last: Step) -> Vec<Step> {
    steps.extend([Step::Reached, last]);
    steps
}

#[tokio::test]
async fn many_calls_share_one_connection() {
    // Nobody is answered before eight wait.
    let together = |came: &Came| if came.number == 0 { good() } else { [vec![Step::Until(8)], good()].concat() };
    let (server, client) = pair(How { connections: 8, ..how() }, together).await;
    well("the first", &ask(&client, "k").await, 1);
    ask_at_once(&client, 64).await.iter().for_each(|came| well("one of many", came, 1));
    assert_eq!((server.came().len(), server.listener.taken()), (65, 1));
    let names: BTreeSet<String> = server.came().into_iter().map(|came| came.name).collect();
    assert_eq!(names.len(), 65, "each was asked once");
}

#[tokio::test]
async fn a_server_that_takes_three_calls_at_once_is_sent_three() {
    let own = Authority::new("own");
    // The third of them is answered, and with it the others: nobody is refused for having been sent too early.
    let script = |came: &Came| if came.number == 0 { good() } else { [vec![Step::Until(3)], good()].concat() };
    let config = own.sign("127.0.0.1", ALWAYS).server(&["h2"]);
    let server = Server::taking(3, config, script).await;
    let client = client(&server.listener.url(), &trusting(&own), How { attempts: 1, connections: 12, ..how() });
    well("the first", &ask(&client, "k").await, 1);
    ask_at_once(&client, 24).await.iter().for_each(|came| well("one of many", came, 1));
    assert_eq!((server.came().len(), server.most_at_once(), server.listener.taken()), (25, 3, 1));
}

#[tokio::test]
async fn more_calls_than_a_connection_takes_are_on_their_way_over_several() {
    let own = Authority::new("own");
    // Nobody is answered before all of them wait.
    let config = own.sign("127.0.0.1", ALWAYS).server(&["h2"]);
    let server = Server::taking(100, config, |_| [vec![Step::Until(210)], good()].concat()).await;
    let client = client(&server.listener.url(), &trusting(&own), How { connections: 210, ..how() });
    ask_at_once(&client, 420).await.iter().for_each(|came| well("one of many", came, 1));
    assert_eq!((server.came().len(), connections(&server).len()), (420, 3));
}

#[tokio::test]
async fn calls_that_begin_together_end_on_one_connection_too() {
    let (server, client) = pair(how(), |_| streamed()).await;
    ask_at_once(&client, 32).await.iter().for_each(|came| well("one of many", came, 1));
    assert_eq!((server.came().len(), connections(&server).len()), (32, 1));
}

#[tokio::test]
async fn a_reset_stream_is_one_try_of_one_call() {
    for (name, steps, said) in [
        ("before the head", vec![Step::Reset(Reason::INTERNAL_ERROR)], "internal error"),
        ("in a stream", then(begun(), Step::Reset(Reason::INTERNAL_ERROR)), "internal error"),
        ("in a whole reply", then(good(), Step::Reset(Reason::CANCEL)), "no longer needed"),
        ("too much", vec![Step::Reset(Reason::ENHANCE_YOUR_CALM)], "excessive load"),
    ] {
        let script = move |came: &Came| if came.name == "bad" { steps.clone() } else { good() };
        let (server, client) = pair(how(), script).await;
        well(name, &ask(&client, "good").await, 1);
        broken(name, &ask(&client, "bad").await, said, 3);
        well(name, &ask(&client, "good").await, 1);
        assert_eq!((server.came().len(), server.listener.taken()), (5, 1), "{name}");
    }
    // The reply is there all the same.
    for reason in [Reason::NO_ERROR, Reason::CANCEL] {
        let (server, client) = pair(how(), move |_| then(streamed(), Step::Reset(reason))).await;
        well("after the end of a stream", &ask(&client, "k").await, 1);
        assert_eq!(server.came().len(), 1);
    }
}

#[tokio::test]
async fn a_stream_that_nobody_took_is_no_try() {
    let once = |came: &Came| if came.number == 0 { vec![Step::Reset(Reason::REFUSED_STREAM)] } else { good() };
    let (server, client) = pair(How { attempts: 1, ..how() }, once).await;
    well("refused once", &ask(&client, "k").await, 1);
    assert_eq!((server.came().len(), server.listener.taken()), (2, 1));
    let (server, client) = pair(how(), |_| vec![Step::Reset(Reason::REFUSED_STREAM)]).await;
    broken("refused always", &ask(&client, "k").await, "refused", 3);
    assert_eq!(server.came().len(), 9, "each try is begun three times at most");
}

#[tokio::test]
async fn a_server_that_leaves_answers_what_it_has_and_the_next_call_goes_elsewhere() {
    let script = |came: &Came| {
        let leaves = [begun(), vec![Step::Reached, Step::Leave, Step::Reached], streamed().split_off(2)].concat();
        if came.number == 0 { leaves } else { good() }
    };
    let (server, client) = pair(how(), script).await;
    well("the call on its way", &ask(&client, "first").await, 1);
    well("the next", &ask(&client, "next").await, 1);
    assert_eq!(server.came().len(), 2, "{:?}", server.came());
    assert_eq!(connections(&server).len(), 2, "{:?}", server.came());
}

#[tokio::test]
async fn a_connection_that_ends_is_one_try_of_every_call_on_it() {
    for (name, ending) in [
        ("an error", Step::Abort(Reason::INTERNAL_ERROR)),
        ("too much", Step::Abort(Reason::ENHANCE_YOUR_CALM)),
        ("without a word", Step::Drop),
    ] {
        let script = move |came: &Came| match came.connection {
            0 => [begun(), vec![Step::Until(6), Step::Reached, ending.clone(), Step::Hang]].concat(),
            _ => good(),
        };
        let (server, client) = pair(How { connections: 6, ..how() }, script).await;
        // All on the first connection.
        let mut came = ask_at_once(&client, 6).await;
        came.retain(|came| came.as_ref().is_ok_and(|asked| asked.attempts == 2));
        assert_eq!(came.len(), 6, "{name}");
        assert_eq!((server.came().len(), connections(&server).len()), (12, 2), "{name}");
    }
    let (server, client) = pair(how(), |_| then(begun(), Step::Abort(Reason::INTERNAL_ERROR))).await;
    broken("always", &ask(&client, "k").await, "connection lost", 3);
    assert_eq!(connections(&server).len(), 3);
    let (server, client) = pair(how(), |_| then(streamed(), Step::Drop)).await;
    well("after the end of a stream", &ask(&client, "k").await, 1);
    assert_eq!(server.came().len(), 1);
}

#[tokio::test]
async fn a_connection_that_is_dead_is_found_out_and_left() {
    let own = Authority::new("own");
    let script = |came: &Came| if came.connection == 0 { then(begun(), Step::Die) } else { good() };
    let server = Server::start(own.sign("127.0.0.1", ALWAYS).server(&["h2"]), script).await;
    // Everybody would wait for the next bytes much longer than that, again and again.
    let route = Route { ping: Duration::from_millis(300), ..trusting(&own) };
    let client = client(&server.listener.url(), &route, how());
    let came = ask(&client, "k").await;
    assert!(came.as_ref().is_ok_and(|asked| asked.attempts >= 2), "{came:?}");
    assert!(connections(&server).len() >= 2, "{:?}", server.came());
}

#[tokio::test]
async fn a_model_that_thinks_for_long_is_not_a_dead_connection() {
    let own = Authority::new("own");
    let ping = Duration::from_secs(1);
    // Two pings go out meanwhile; without an answer to the first the connection would have ended by then.
    let server = Server::start(own.sign("127.0.0.1", ALWAYS).server(&["h2"]), move |_| {
        [begun(), vec![Step::Wait(ping * 9 / 4)], streamed().split_off(2)].concat()
    })
    .await;
    let client = client(&server.listener.url(), &Route { ping, ..trusting(&own) }, how());
    well("silent for long", &ask(&client, "k").await, 1);
    assert_eq!((server.came().len(), server.listener.taken()), (1, 1));
}

#[tokio::test]
async fn a_call_that_is_given_up_leaves_the_connection_to_the_others() {
    let script = |came: &Came| match came.name.as_str() {
        "silent" => vec![Step::Hang],
        // After its end: the reply is there, the stream is not over.
        "lingers" => then(streamed(), Step::Hang),
        "waits" => [begun(), vec![Step::Until(3)], streamed().split_off(2)].concat(),
        _ => good(),
    };
    let (server, client) = pair(how(), script).await;
    well("the first", &ask(&client, "k").await, 1);
    let other = Arc::clone(&client);
    let waits = tokio::spawn(async move { ask(&other, "waits").await });
    timeout(LONG, server.answering(1)).await.unwrap();
    let call = call();
    tokio::select! {
        came = client.ask(&call, "silent") => panic!("{came:?}"),
        () = server.answering(2) => {}
    }
    timeout(LONG, server.resets(1)).await.expect("the server sees that nobody waits any more");
    let lingers = ask(&client, "lingers");
    let others = async {
        timeout(LONG, server.answering(2)).await.unwrap();
        ask(&client, "silent no more").await
    };
    let (lingers, third) = tokio::join!(lingers, others);
    well("one that hangs after its end", &lingers, 1);
    well("one beside them", &third, 1);
    well("one on its way all the time", &waits.await.unwrap(), 1);
    timeout(LONG, server.resets(2)).await.expect("and that nobody waits for an end either");
    assert_eq!((server.came().len(), server.listener.taken()), (5, 1));
}

#[tokio::test]
async fn silence_of_one_call_is_not_silence_of_the_connection() {
    let script = |came: &Came| if came.name == "silent" { vec![Step::Hang] } else { good() };
    let short = How { first_byte: Duration::from_millis(100), ..how() };
    let (server, client) = pair(short, script).await;
    broken("silent", &ask(&client, "silent").await, "nothing came", 3);
    timeout(LONG, server.resets(3)).await.unwrap();
    assert_eq!(server.listener.taken(), 1);
}

const LARGE: usize = 12 << 20;

#[tokio::test]
async fn who_reads_nothing_holds_its_stream_back_and_nobody_else() {
    let own = Authority::new("own");
    let script = |came: &Came| match came.name.as_str() {
        "large" => vec![Step::Head(200, "application/json"), Step::Data(vec![b' '; LARGE]), Step::Data(GOOD.into())],
        _ => good(),
    };
    let server = Server::start(own.sign("127.0.0.1", ALWAYS).server(&["h2"]), script).await;
    let http = Http::new(&trusting(&own)).unwrap();
    let request = |name: &str| Request {
        post: true,
        url: server.listener.url(),
        headers: vec![("idempotency-key".to_owned(), name.to_owned())],
        body: b"{}".to_vec(),
    };
    let mut large = http.send(request("large")).await.unwrap();
    timeout(LONG, server.sending(1 << 16)).await.expect("as much as there is room for");
    for _ in 0..20 {
        let mut small = timeout(LONG, http.send(request("small"))).await.expect("room for others").unwrap();
        assert_eq!(small.body.chunk().await.unwrap().unwrap(), GOOD.as_bytes());
    }
    assert!(server.sent() < LARGE / 2, "held back, and not kept in memory: {}", server.sent());
    let mut read = 0;
    while let Some(bytes) = timeout(LONG, large.body.chunk()).await.expect("the rest").unwrap() {
        read += bytes.len();
    }
    assert_eq!(read, LARGE + GOOD.len());
    assert_eq!(server.listener.taken(), 1);
}

#[tokio::test]
async fn a_long_reply_comes_whole_and_one_without_end_leaves_room_for_others() {
    let script = |came: &Came| match came.name.as_str() {
        "large" => vec![Step::Head(200, "application/json"), Step::Data(vec![b' '; LARGE]), Step::Data(GOOD.into())],
        "endless" => vec![Step::Head(200, "application/json"), Step::Endless(vec![b' '; 1 << 16])],
        _ => good(),
    };
    let (server, client) = pair(How { largest: LARGE + 1024, ..how() }, script).await;
    well("large", &ask(&client, "large").await, 1);
    for _ in 0..3 {
        let failed = ask(&client, "endless").await.unwrap_err();
        assert_eq!((failed.error, failed.attempts), (Error::TooLarge { limit: LARGE + 1024 }, 1));
    }
    well("large again", &ask(&client, "large").await, 1);
    assert_eq!((server.came().len(), server.listener.taken()), (5, 1));
}

#[tokio::test]
async fn http_1_where_http_2_was_agreed_is_a_lost_connection() {
    let own = Authority::new("own");
    let upstream = Upstream::start(|_| whole(200, &[], GOOD)).await;
    let server = Listener::in_front_of(address(&upstream), own.sign("127.0.0.1", ALWAYS).server(&["h2"])).await;
    broken("no HTTP/2", &ask(&client(&server.url(), &trusting(&own), how()), "k").await, "connection lost", 3);
}
