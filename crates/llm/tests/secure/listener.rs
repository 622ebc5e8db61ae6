//! Who listens: on a free port, with TLS or without, in front of a server of the testkit, or as a proxy. Not what a server answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use candor_testkit::upstream::Upstream;
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Takes connections until it is dropped.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    taken: Arc<AtomicUsize>,
    taking: JoinHandle<()>,
}

impl Listener {
    /// Every connection is served on its own; its number comes with it, from 0.
    pub(crate) async fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream, usize) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let taking = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(serve(stream, counted.fetch_add(1, Ordering::SeqCst)));
            }
        });
        Self { address, taken, taking }
    }

    /// The same for connections whose handshake went well.
    pub(crate) async fn secured<F: Future<Output = ()> + Send + 'static>(
        config: Arc<ServerConfig>,
        serve: impl Fn(TlsStream<TcpStream>, usize) -> F + Send + Sync + 'static,
    ) -> Self {
        let (acceptor, serve) = (TlsAcceptor::from(config), Arc::new(serve));
        Self::start(move |stream, number| {
            let (acceptor, serve) = (acceptor.clone(), Arc::clone(&serve));
            async move {
                // A handshake that fails is what some tests are about.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, number).await;
                }
            }
        })
        .await
    }

    /// TLS in front of that address.
    pub(crate) async fn in_front_of(to: SocketAddr, config: Arc<ServerConfig>) -> Self {
        Self::secured(config, move |mut stream, _| async move {
            let mut behind = TcpStream::connect(to).await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut behind).await;
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// How many connections were taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.taking.abort();
    }
}

/// Where a server of the testkit listens.
pub(crate) fn address(upstream: &Upstream) -> SocketAddr {
    upstream.url().trim_start_matches("http://").parse().unwrap()
}

/// A proxy that answers every CONNECT with the same head, and where that is a 200 leads to one address, whatever was asked for.
pub(crate) struct Proxy {
    pub(crate) listener: Listener,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) async fn start(answer: &'static str, to: SocketAddr) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let listener = Listener::start(move |mut stream, _| {
            let kept = Arc::clone(&kept);
            async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    head.push(byte);
                }
                kept.lock().unwrap().push(String::from_utf8(head).unwrap());
                stream.write_all(answer.as_bytes()).await.unwrap();
                if answer.starts_with("HTTP/1.1 200") {
                    let mut behind = TcpStream::connect(to).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut behind).await;
                }
            }
        })
        .await;
        Self { listener, asked }
    }

    /// The heads that came.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}
