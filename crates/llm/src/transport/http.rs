//! The only socket: requests over HTTP, with TLS by rustls and the system's certificate authorities, HTTP/2 where a server offers it.
//! Nothing is decompressed and no redirect is followed: a key goes where it was sent, and nowhere else.

mod lanes;
mod obstacle;

use std::sync::Arc;
use std::time::Duration;

use super::{Body, Boxed, Broken, Request, Response, Transport};
use crate::Error;

use lanes::{Lanes, OnItsWay};

/// How to connect.
#[derive(Clone)]
pub struct Route {
    /// A proxy for every request, as a URL; none is taken from the environment.
    pub proxy: Option<String>,
    /// A certificate authority to trust besides the system's, as PEM.
    pub authority: Option<Vec<u8>>,
    /// To wait for a connection at most.
    pub connect: Duration,
    /// Idle connections kept for each host.
    pub idle: usize,
    /// Where nothing came for so long over an HTTP/2 connection with calls on it, it is pinged; where no answer comes for as long again, it
    /// ends with them. Without that every further try would share the connection that is dead.
    pub ping: Duration,
}

impl std::fmt::Debug for Route {
    /// Without the proxy's URL, in which a password may stand.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Route")
            .field("proxy", &self.proxy.is_some())
            .field("authority", &self.authority.is_some())
            .field("connect", &self.connect)
            .field("idle", &self.idle)
            .field("ping", &self.ping)
            .finish()
    }
}

impl Default for Route {
    fn default() -> Self {
        Self { proxy: None, authority: None, connect: Duration::from_secs(20), idle: 64, ping: Duration::from_secs(30) }
    }
}

/// Requests over HTTP.
#[derive(Clone)]
pub struct Http {
    lanes: Arc<Lanes>,
}

impl std::fmt::Debug for Http {
    /// Without the proxy, as in a [`Route`].
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    /// A transport by that route.
    ///
    /// # Errors
    /// [`Error::Configured`] where the proxy is no URL, the authority no certificate, or the system has none.
    pub fn new(route: &Route) -> Result<Self, Error> {
        Ok(Self { lanes: Arc::new(Lanes::new(route)?) })
    }
}

impl Transport for Http {
    fn send(&self, request: Request) -> Boxed<'_, Result<Response, Broken>> {
        Box::pin(async move {
            let (client, on_its_way) = self.lanes.enter().map_err(|error| Broken::Configured(error.to_string()))?;
            let begun = if request.post { client.post(&request.url) } else { client.get(&request.url) };
            let with = request.headers.iter().fold(begun, |begun, (name, value)| begun.header(name, value));
            let came = with.body(request.body).send().await.map_err(|error| broken(&error))?;
            let status = came.status().as_u16();
            let headers = came
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect();
            Ok(Response { status, headers, body: Box::new(Coming { response: came, _on_its_way: on_its_way }) })
        })
    }
}

fn client(route: &Route) -> Result<reqwest::Client, Error> {
    let refuse = |what: String| Error::Configured { what };
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(route.connect)
        .pool_max_idle_per_host(route.idle)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(route.ping)
        .http2_keep_alive_timeout(route.ping)
        .user_agent(concat!("candor/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = &route.proxy {
        let proxy = reqwest::Proxy::all(proxy)
            .map_err(|_| refuse("proxy: expected a URL such as http://proxy:3128".to_owned()))?;
        builder = builder.proxy(proxy);
    }
    if let Some(pem) = &route.authority {
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or_else(|| refuse("ca: expected a PEM file with a certificate, found none".to_owned()))?;
        builder = certificates.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate);
    }
    builder.build().map_err(|error| refuse(format!("no HTTP client: {}", cause(&error))))
}

struct Coming {
    response: reqwest::Response,
    _on_its_way: OnItsWay,
}

impl Body for Coming {
    fn chunk(&mut self) -> Boxed<'_, Result<Option<Vec<u8>>, Broken>> {
        Box::pin(async move {
            let chunk = self.response.chunk().await.map_err(|error| broken(&error))?;
            Ok(chunk.map(|bytes| bytes.to_vec()))
        })
    }
}

fn broken(error: &reqwest::Error) -> Broken {
    if error.is_builder() {
        return Broken::Unsendable(cause(error));
    }
    if let Some(what) = obstacle::found(error) {
        return Broken::Configured(what);
    }
    if error.is_connect() {
        return Broken::Refused(cause(error));
    }
    Broken::Cut(cause(error))
}

/// The innermost reason: the outer ones repeat the URL, and a URL may hold what is nobody's business.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    if std::ptr::eq(innermost, error) { "it could not be sent".to_owned() } else { innermost.to_string() }
}
