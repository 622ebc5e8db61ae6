//! The way through a proxy to a server with TLS.

use std::net::SocketAddr;
use std::time::Duration;

use candor_llm::transport::http::Route;
use candor_testkit::upstream::{Upstream, whole};

use super::asking::{GOOD, KEY, ask, ask_at_once, broken, client, how, not_as_configured, trusting, well};
use super::certificate::{ALWAYS, Authority};
use super::listener::{Listener, Proxy, address};
use super::multiplexed::{Server, good};

const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const BASE: &str = "https://model.invalid/v1";

fn through(proxy: SocketAddr, authority: &Authority) -> Route {
    Route { proxy: Some(format!("http://user:hunter2hunter2@{proxy}")), ..trusting(authority) }
}

#[tokio::test]
async fn a_proxy_sees_where_to_and_nothing_else() {
    let own = Authority::new("own");
    let upstream = Upstream::start(|_| whole(200, &[], GOOD)).await;
    let server = Listener::in_front_of(address(&upstream), own.sign("model.invalid", ALWAYS).server(&[])).await;
    let proxy = Proxy::start(OPEN, server.address).await;
    let asking = client(BASE, &through(proxy.listener.address, &own), how());
    for _ in 0..3 {
        well("through a proxy", &ask(&asking, "k").await, 1);
    }
    let asked = proxy.asked();
    assert_eq!(asked.len(), 1, "a tunnel is used again");
    assert!(asked[0].starts_with("CONNECT model.invalid:443 HTTP/1.1\r\n"), "{}", asked[0]);
    assert!(asked[0].to_lowercase().contains("proxy-authorization: basic dxnlcjpodw50zxiyahvudgvymg==\r\n"));
    assert!(!asked[0].contains(KEY), "{}", asked[0]);
    for received in upstream.received() {
        assert_eq!(received.line, "POST /v1/chat/completions");
        assert_eq!(received.header("proxy-authorization"), None, "the proxy's password is not the server's business");
        assert_eq!(received.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    }

    // TLS to the proxy too.
    let hidden = Listener::in_front_of(proxy.listener.address, own.sign("127.0.0.1", ALWAYS).server(&[])).await;
    let route = Route { proxy: Some(hidden.url()), ..trusting(&own) };
    well("TLS in TLS", &ask(&client(BASE, &route, how()), "k").await, 1);
    assert_eq!((hidden.taken(), proxy.asked().len()), (1, 2));
}

#[tokio::test]
async fn many_calls_go_through_one_tunnel() {
    let own = Authority::new("own");
    let server = Server::start(own.sign("model.invalid", ALWAYS).server(&["h2"]), |_| good()).await;
    let proxy = Proxy::start(OPEN, server.listener.address).await;
    let client = client(BASE, &through(proxy.listener.address, &own), how());
    well("the first", &ask(&client, "k").await, 1);
    ask_at_once(&client, 40).await.iter().for_each(|came| well("one of many", came, 1));
    assert_eq!((proxy.asked().len(), server.came().len()), (1, 41));
}

#[tokio::test]
async fn a_proxy_changes_nothing_about_trust() {
    let (own, other) = (Authority::new("own"), Authority::new("other"));
    let upstream = Upstream::start(|_| whole(200, &[], GOOD)).await;
    for (identity, said) in [
        (other.sign("model.invalid", ALWAYS), "unknown here"),
        (own.sign("other.invalid", ALWAYS), "expected a certificate for model.invalid, found one for another"),
    ] {
        let server = Listener::in_front_of(address(&upstream), identity.server(&[])).await;
        let proxy = Proxy::start(OPEN, server.address).await;
        let came = ask(&client(BASE, &through(proxy.listener.address, &own), how()), "k").await;
        not_as_configured("through a proxy", &came, said);
        assert_eq!((proxy.asked().len(), upstream.count()), (1, 0));
    }
    // A proxy that is not trusted itself is not even told where to.
    let proxy = Proxy::start(OPEN, address(&upstream)).await;
    let hidden = Listener::in_front_of(proxy.listener.address, other.sign("127.0.0.1", ALWAYS).server(&[])).await;
    let secret = hidden.url().replace("https://", "https://user:hunter2hunter2@");
    let route = Route { proxy: Some(secret), ..trusting(&own) };
    not_as_configured("an untrusted proxy", &ask(&client(BASE, &route, how()), "k").await, "unknown here");
    assert_eq!((hidden.taken(), proxy.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_proxy_that_leads_nowhere_is_asked_again_unless_it_wants_a_password() {
    let own = Authority::new("own");
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let refuses = Proxy::start("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", nowhere).await;
    let came = ask(&client(BASE, &through(refuses.listener.address, &own), how()), "k").await;
    not_as_configured(
        "407",
        &came,
        "expected a proxy that takes the name and password in `client.proxy`, found one that",
    );
    assert_eq!(refuses.asked().len(), 1);

    for answer in ["HTTP/1.1 502 Bad Gateway\r\n\r\n", "220 mail.invalid ready\r\n\r\n", "HTTP/1.1 5", ""] {
        let proxy = Proxy::start(answer, nowhere).await;
        let came = ask(&client(BASE, &through(proxy.listener.address, &own), how()), "k").await;
        broken(answer, &came, "no connection", 3);
        assert_eq!(proxy.asked().len(), 3, "{answer}");
    }

    let silent = Listener::start(|stream, _| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let route = Route { connect: Duration::from_millis(150), ..through(silent.address, &own) };
    broken("silent", &ask(&client(BASE, &route, how()), "k").await, "no connection", 3);
    assert_eq!(silent.taken(), 3);
}
