//! TLS, proxies and HTTP/2 over real sockets: whom a client trusts, what it says where it does not, and what a connection that many calls
//! share does to each of them. Faults of servers without TLS are in `faults`.

#[cfg(test)]
mod secure {
    mod asking;
    mod certificate;
    mod listener;
    mod multiplexed;

    mod http2;
    mod proxied;
    mod trust;
}
