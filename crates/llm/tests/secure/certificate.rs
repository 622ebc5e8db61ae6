//! Certificates made in the test, spelled in DER: an authority, and what it signs. As much of X.509 (RFC 5280) as these tests need, with
//! keys on P-256.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::{WantsServerCert, WebPkiClientVerifier};
use rustls::{ConfigBuilder, RootCertStore, ServerConfig};

const SEQUENCE: u8 = 0x30;
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";
const BASIC_CONSTRAINTS: &[u8] = b"\x06\x03\x55\x1d\x13";
const ALTERNATIVE_NAMES: &[u8] = b"\x06\x03\x55\x1d\x11";
const EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const P_256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const ECDSA_WITH_SHA_256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";

/// From when to when a certificate is valid.
pub(crate) type Valid = (&'static str, &'static str);
pub(crate) const ALWAYS: Valid = ("20200101000000Z", "99991231235959Z");
pub(crate) const EXPIRED: Valid = ("20200101000000Z", "20210101000000Z");
pub(crate) const NOT_YET: Valid = ("99900101000000Z", "99991231235959Z");

/// Who a server is, or who signs: a certificate, and the key to it.
pub(crate) struct Identity {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// Who signs certificates.
pub(crate) struct Authority {
    name: &'static str,
    /// As a server too, which it should not be.
    pub(crate) itself: Identity,
}

impl Authority {
    pub(crate) fn new(name: &'static str) -> Self {
        let may_sign = extension(BASIC_CONSTRAINTS, &der(SEQUENCE, &[b"\x01\x01\xff"]));
        Self { name, itself: Identity::signed_by_itself(name, &may_sign) }
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.itself.pem()
    }

    /// Who is called that: a name of the DNS, or an address.
    pub(crate) fn sign(&self, name: &str, valid: Valid) -> Identity {
        let own = new_key();
        let signed =
            certificate(&key(&self.itself.key), self.name, "server", valid, &key(&own), &alternative_names(name));
        Identity { certificate: signed, key: own }
    }
}

impl Identity {
    /// A server of that name that nobody vouches for.
    pub(crate) fn alone(name: &str) -> Self {
        Self::signed_by_itself(name, &alternative_names(name))
    }

    fn signed_by_itself(name: &str, extension: &[u8]) -> Self {
        let own = new_key();
        Self { certificate: certificate(&key(&own), name, name, ALWAYS, &key(&own), extension), key: own }
    }

    /// As the file that a configuration names.
    pub(crate) fn pem(&self) -> Vec<u8> {
        let lines = BASE64_STANDARD.encode(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n").into_bytes()
    }

    /// A server with this identity that offers those protocols.
    pub(crate) fn server(&self, protocols: &[&str]) -> Arc<ServerConfig> {
        self.config(ServerConfig::builder().with_no_client_auth(), protocols)
    }

    /// The same, for clients that show a certificate of that authority themselves.
    pub(crate) fn server_for_members(&self, of: &Authority) -> Arc<ServerConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(of.itself.certificate.clone())).unwrap();
        let members = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        self.config(ServerConfig::builder().with_client_cert_verifier(members), &[])
    }

    fn config(&self, builder: ConfigBuilder<ServerConfig, WantsServerCert>, protocols: &[&str]) -> Arc<ServerConfig> {
        let chain = vec![CertificateDer::from(self.certificate.clone())];
        let mut config = builder.with_single_cert(chain, PrivatePkcs8KeyDer::from(self.key.clone()).into()).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

fn alternative_names(name: &str) -> Vec<u8> {
    let name = match name.parse() {
        Ok(IpAddr::V4(address)) => der(0x87, &[&address.octets()]),
        Ok(IpAddr::V6(address)) => der(0x87, &[&address.octets()]),
        Err(_) => der(0x82, &[name.as_bytes()]),
    };
    extension(ALTERNATIVE_NAMES, &der(SEQUENCE, &[&name]))
}

fn new_key() -> Vec<u8> {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
    made.as_ref().to_vec()
}

fn key(pkcs8: &[u8]) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &SystemRandom::new()).unwrap()
}

/// RFC 5280, section 4.1; the issuer's key signs, the subject's key is in it.
fn certificate(
    signs: &EcdsaKeyPair,
    issuer: &str,
    subject: &str,
    (from, to): Valid,
    of: &EcdsaKeyPair,
    extension: &[u8],
) -> Vec<u8> {
    let algorithm = der(SEQUENCE, &[ECDSA_WITH_SHA_256]);
    let point = of.public_key().as_ref();
    let of = der(SEQUENCE, &[&der(SEQUENCE, &[EC_PUBLIC_KEY, P_256]), &der(0x03, &[b"\0", point])]);
    let valid = der(SEQUENCE, &[&der(0x18, &[from.as_bytes()]), &der(0x18, &[to.as_bytes()])]);
    let extensions = der(0xa3, &[&der(SEQUENCE, &[extension])]);
    let version_3 = b"\xa0\x03\x02\x01\x02";
    let serial = b"\x02\x01\x01";
    let said =
        der(SEQUENCE, &[version_3, serial, &algorithm, &called(issuer), &valid, &called(subject), &of, &extensions]);
    let signature = signs.sign(&SystemRandom::new(), &said).unwrap();
    der(SEQUENCE, &[&said, &algorithm, &der(0x03, &[b"\0", signature.as_ref()])])
}

fn called(name: &str) -> Vec<u8> {
    der(SEQUENCE, &[&der(0x31, &[&der(SEQUENCE, &[COMMON_NAME, &der(0x0c, &[name.as_bytes()])])])])
}

/// A critical one.
fn extension(kind: &[u8], value: &[u8]) -> Vec<u8> {
    der(SEQUENCE, &[kind, b"\x01\x01\xff", &der(0x04, &[value])])
}

/// A tag, the length in as few bytes as it needs, and what is inside.
fn der(tag: u8, inside: &[&[u8]]) -> Vec<u8> {
    let inside = inside.concat();
    let [high, low] = u16::try_from(inside.len()).unwrap().to_be_bytes();
    let head = match inside.len() {
        0..=127 => vec![tag, low],
        128..=255 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, inside].concat()
}
