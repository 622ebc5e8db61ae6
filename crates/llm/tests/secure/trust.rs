//! Whom a client trusts, and what it says of everybody else.

use std::time::Duration;

use candor_llm::transport::http::Route;
use candor_testkit::upstream::{Step, Upstream, events, whole};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::asking::{BEGIN, GOOD, KEY, MORE, ask, broken, client, how, not_as_configured, trusting, well};
use super::certificate::{ALWAYS, Authority, EXPIRED, Identity, NOT_YET};
use super::listener::{Listener, address};

const HERE: &str = "127.0.0.1";

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_beside_others() {
    let upstream = Upstream::start(|_| events(&[BEGIN, MORE, "[DONE]"])).await;
    let (own, other) = (Authority::new("own"), Authority::new("other"));
    // Some servers know no ALPN, some only HTTP/1.1 by it, and some would speak HTTP/2 if they could.
    for protocols in [&[][..], &["http/1.1"], &["http/1.1", "h2"]] {
        let server = Listener::in_front_of(address(&upstream), own.sign(HERE, ALWAYS).server(protocols)).await;
        let before = upstream.count();
        let both = Route { authority: Some([other.pem(), own.pem()].concat()), ..trusting(&own) };
        for route in [trusting(&own), both] {
            let client = client(&server.url(), &route, how());
            for _ in 0..3 {
                well("an own authority", &ask(&client, "k").await, 1);
            }
        }
        assert_eq!((upstream.count() - before, server.taken()), (6, 2), "a connection is used again");
    }
    let alone = Identity::alone(HERE);
    let server = Listener::in_front_of(address(&upstream), alone.server(&[])).await;
    let route = Route { authority: Some(alone.pem()), ..trusting(&own) };
    well("a certificate that signed itself", &ask(&client(&server.url(), &route, how()), "k").await, 1);
    for received in upstream.received() {
        assert_eq!(received.line, "POST /chat/completions");
        assert_eq!(received.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_told_nothing_and_not_asked_again() {
    let upstream = Upstream::start(|_| whole(200, &[], GOOD)).await;
    let (own, other) = (Authority::new("own"), Authority::new("other"));
    let cases = [
        (
            "an unknown authority",
            other.sign(HERE, ALWAYS),
            "found one of an authority unknown here; hint: `client.ca` names",
        ),
        (
            "another name",
            own.sign("other.invalid", ALWAYS),
            "expected a certificate for 127.0.0.1, found one for another",
        ),
        ("an expired certificate", own.sign(HERE, EXPIRED), "found one that has expired; hint: the clock"),
        ("a certificate of the future", own.sign(HERE, NOT_YET), "found one that is not valid yet; hint: the clock"),
    ];
    for (name, identity, said) in cases {
        let server = Listener::in_front_of(address(&upstream), identity.server(&["h2", "http/1.1"])).await;
        not_as_configured(name, &ask(&client(&server.url(), &trusting(&own), how()), "k").await, said);
        assert_eq!(server.taken(), 1, "{name}");
    }
    // What `openssl req -x509` makes by itself is an authority, and no server.
    let server = Listener::in_front_of(address(&upstream), own.itself.server(&[])).await;
    let came = ask(&client(&server.url(), &trusting(&own), how()), "k").await;
    not_as_configured("an authority as a server", &came, "found one of an authority; hint: one made with CA:FALSE");
    let server = Listener::in_front_of(address(&upstream), own.sign(HERE, ALWAYS).server(&[])).await;
    let nobodys = Route { authority: None, ..trusting(&own) };
    not_as_configured("only the system's", &ask(&client(&server.url(), &nobodys, how()), "k").await, "unknown here");
    assert_eq!(upstream.count(), 0);
}

#[tokio::test]
async fn what_is_no_server_for_this_client_is_not_asked_again() {
    let own = Authority::new("own");
    let upstream = Upstream::start(|_| whole(200, &[], GOOD)).await;
    let members = own.sign(HERE, ALWAYS).server_for_members(&own);
    let server = Listener::in_front_of(address(&upstream), members).await;
    let came = ask(&client(&server.url(), &trusting(&own), how()), "k").await;
    not_as_configured("for members only", &came, "expected a server that takes this client, found");
    assert_eq!((server.taken(), upstream.count()), (1, 0));

    let strange = own.sign(HERE, ALWAYS).server(&["gopher"]);
    let server = Listener::in_front_of(address(&upstream), strange).await;
    let came = ask(&client(&server.url(), &trusting(&own), how()), "k").await;
    not_as_configured("another protocol", &came, "expected a server that takes this client, found");
    assert_eq!((server.taken(), upstream.count()), (1, 0));

    let plain = Listener::start(|mut stream, _| async move {
        let mut hello = [0; 16];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        while stream.read(&mut hello).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    let came = ask(&client(&plain.url(), &trusting(&own), how()), "k").await;
    not_as_configured("no TLS", &came, "expected TLS, found something else; hint: the URL of a server without TLS");
    assert_eq!(plain.taken(), 1);
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_begun_again() {
    let own = Authority::new("own");
    let silent = Listener::start(|mut stream, _| async move {
        let mut hello = [0; 1024];
        while stream.read(&mut hello).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    let route = Route { connect: Duration::from_millis(150), ..trusting(&own) };
    broken("silent", &ask(&client(&silent.url(), &route, how()), "k").await, "no connection", 3);
    assert_eq!(silent.taken(), 3);
    let closing = Listener::start(|mut stream, _| async move {
        let mut hello = [0; 16];
        stream.read_exact(&mut hello).await.unwrap();
    })
    .await;
    broken("closing", &ask(&client(&closing.url(), &trusting(&own), how()), "k").await, "no connection", 3);
    assert_eq!(closing.taken(), 3);
}

#[tokio::test]
async fn an_end_that_nobody_signed_is_no_end_of_a_reply() {
    let own = Authority::new("own");
    let server = |body: &'static str| {
        let config = own.sign(HERE, ALWAYS).server(&[]);
        Listener::secured(config, move |mut stream, _| async move {
            let mut request = [0; 16 << 10];
            let _ = stream.read(&mut request).await;
            // Without a length, the end of the connection is the end of the body; this one ends without TLS having said so.
            stream.write_all(body.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        })
    };
    let cut = server("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"id\":\"r\",\"choices\":[]}").await;
    broken("cut", &ask(&client(&cut.url(), &trusting(&own), how()), "k").await, "connection lost", 3);
    assert_eq!(cut.taken(), 3);
    let complete = server(concat!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Answer: B\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    ))
    .await;
    well("complete before it", &ask(&client(&complete.url(), &trusting(&own), how()), "k").await, 1);
}

#[tokio::test]
async fn a_cut_in_a_stream_is_asked_again_over_a_new_connection() {
    let own = Authority::new("own");
    let upstream = Upstream::start(|received| {
        let mut steps = events(&[BEGIN, MORE, "[DONE]"]);
        if received.number == 0 {
            steps.truncate(2);
            steps.push(Step::Cut);
        }
        steps
    })
    .await;
    let server = Listener::in_front_of(address(&upstream), own.sign(HERE, ALWAYS).server(&[])).await;
    well("cut once", &ask(&client(&server.url(), &trusting(&own), how()), "k").await, 2);
    assert_eq!((server.taken(), upstream.count()), (2, 2));
}
