//! What no second try mends: a certificate that is not trusted, a server that takes no such client, a proxy that wants another password.
//! Not what passes by itself, such as a handshake that was cut.

use std::error::Error as Cause;

use rustls::{AlertDescription as Alert, CertificateError as Certificate, Error};

/// The most that is shown of what a library says of foreign bytes, in characters.
const LONGEST: usize = 200;

const CLOCK: &str = "the clock of this machine, else whoever runs the server";

/// What was expected, what was found, and a hint; `None` where trying again makes sense.
pub(super) fn found(error: &reqwest::Error) -> Option<String> {
    let causes = || std::iter::successors(error.source(), |cause| (*cause).source());
    if let Some(tls) = causes().find_map(tls) {
        return secured(tls, error.is_connect());
    }
    // hyper-util keeps the type of this one to itself: its words stand for it.
    let refused =
        error.is_connect() && causes().any(|cause| cause.to_string().contains("proxy authorization required"));
    refused.then(|| {
        "expected a proxy that takes the name and password in `client.proxy`, found one that refuses them; hint: http://NAME:PASSWORD@HOST:PORT"
            .to_owned()
    })
}

/// The error of TLS, out of the input and output errors around it, whose sources leave it out.
fn tls<'e>(cause: &'e (dyn Cause + 'static)) -> Option<&'e Error> {
    match cause.downcast_ref::<std::io::Error>() {
        Some(around) => tls(around.get_ref()?),
        None => cause.downcast_ref(),
    }
}

fn secured(error: &Error, connecting: bool) -> Option<String> {
    match error {
        Error::InvalidCertificate(why) => Some(certificate(why)),
        Error::InvalidMessage(_) if connecting => Some(
            "expected TLS, found something else; hint: the URL of a server without TLS begins with http://".to_owned(),
        ),
        Error::PeerIncompatible(_) | Error::NoCertificatesPresented => Some(unfit(error)),
        // An alert may also come after the handshake: with TLS 1.3 a client learns only then that its certificate was missed.
        Error::AlertReceived(
            Alert::AccessDenied
            | Alert::BadCertificate
            | Alert::CertificateRequired
            | Alert::HandshakeFailure
            | Alert::InsufficientSecurity
            | Alert::NoApplicationProtocol
            | Alert::ProtocolVersion
            | Alert::UnknownCA
            | Alert::UnrecognisedName,
        ) => Some(unfit(error)),
        _ => None,
    }
}

fn unfit(error: &Error) -> String {
    let found = shown(error);
    format!(
        "expected a server that takes this client, found one that does not: {found}; hint: the URL, or a proxy in between"
    )
}

fn certificate(why: &Certificate) -> String {
    let (expected, found, hint) = match why {
        Certificate::UnknownIssuer => (
            "of a trusted authority",
            "of an authority unknown here",
            "`client.ca` names a PEM file with an authority to trust",
        ),
        Certificate::NotValidForNameContext { expected, .. } => {
            (&*format!("for {}", expected.to_str()), "for another name", "the URL, or a proxy in between")
        }
        Certificate::Expired | Certificate::ExpiredContext { .. } => ("valid now", "that has expired", CLOCK),
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
            ("valid now", "that is not valid yet", CLOCK)
        }
        // Its type is another crate's: its name stands for it.
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            ("of a server", "of an authority", "one made with CA:FALSE, or signed by that authority")
        }
        other => ("that can be trusted", &*format!("that cannot: {}", shown(other)), "whoever runs the server"),
    };
    format!("expected a certificate {expected}, found one {found}; hint: {hint}")
}

/// Bounded, and without what could move a terminal's cursor.
fn shown(said: &dyn std::fmt::Display) -> String {
    said.to_string().chars().flat_map(char::escape_debug).take(LONGEST).collect()
}
