//! Live calls against models of the test's own: what is asked, how replies are kept, and that neither order, nor a kill, nor a ceiling changes what is
//! reported. No sockets here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its own helpers")]

mod adaptive;
mod asked;
mod judged;
mod kept;
mod model;
mod until;
