//! A record whose only checkpoint OpenSSL has stamped (testdata/timestamp): the stamp is kept, examined, exported, and every change of it is found.

use std::path::PathBuf;

use super::*;
use crate::leaf::{Head, VERSION};
use crate::log::key::Algorithm;
use crate::log::timestamp::Anchors;
use crate::log::{self, Log, SigningKey};
use crate::record::examine::examine as examine_record;
use crate::record::{Places, Reader, Settings};

fn file(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/timestamp").join(name)).unwrap()
}

fn head(number: i64) -> Head {
    let about = serde_json::Map::from_iter([("number".to_owned(), number.into())]);
    Head { version: VERSION, kind: "run".into(), at_ms: number, trace: None, subject: None, parts: Vec::new(), about }
}

/// The record that was stamped: the same bytes wherever it is made.
fn stamped(folder: &Path) -> Record {
    let key = || SigningKey::from_seed("example.org/log", Algorithm::Ed25519, [1; 32]).unwrap();
    let places = Places::of(folder);
    fs::create_dir_all(folder).unwrap();
    key().create(&places.key()).unwrap();
    Log::create(&places.log(), key(), log::Settings::default()).unwrap();
    let record = Record::open(folder, Settings::default()).unwrap();
    for number in 0..3 {
        record.append(head(number), &[]).unwrap();
    }
    record.request_stamp(1_000).unwrap();
    // The request that was answered, in place of a fresh one.
    fs::write(places.log().join(timestamp::request_path(3)), file("request.tsq")).unwrap();
    record
}

fn found(folder: &Path) -> Vec<String> {
    let key = VerifierKey::read(&Places::of(folder).log().join("vkey")).unwrap();
    examine_record(folder, &key).unwrap().lines().collect()
}

#[test]
fn a_response_is_kept_once_and_holds_and_every_other_file_in_its_place_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("record");
    let record = stamped(folder);
    let checkpoint = Places::of(folder).log().join(kept_path(3));
    assert_eq!(
        fs::read(&checkpoint).unwrap(),
        file("checkpoint"),
        "testdata/timestamp/README says how it is made anew"
    );
    assert_eq!(record.request_stamp(1_000).unwrap(), (3, file("request.tsq")), "several authorities get one request");
    let kept = record.keep_stamp(&file("rsa.tsr"), "rsa.tsr").unwrap();
    assert_eq!((kept.size, kept.known), (3, false));
    assert!(record.keep_stamp(&file("rsa.tsr"), "rsa.tsr").unwrap().known);
    record.keep_stamp(&file("ecdsa.tsr"), "ecdsa.tsr").unwrap();
    for (name, words) in [
        ("refused.tsr", "found status 2"),
        ("without-certificate.tsr", "expected the certificate"),
        ("request.tsq", "rsa.tsr: expected"),
    ] {
        let error = record.keep_stamp(&file(name), "rsa.tsr").unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    // Later leaves do not disturb it, and a later checkpoint has a request of its own.
    record.append(head(9), &[]).unwrap();
    assert_ne!(record.request_stamp(2_000).unwrap().1, file("request.tsq"));
    assert_eq!(record.keep_stamp(&file("rsa.tsr"), "late").unwrap().size, 3);
    record.close(3_000).unwrap();

    let key = VerifierKey::read(&Places::of(folder).log().join("vkey")).unwrap();
    let examined = examine_record(folder, &key).unwrap();
    assert!(examined.holds(), "{:?}", examined.lines().collect::<Vec<_>>());
    assert_eq!(examined.stamps.len(), 2);
    let roots = Anchors::of_pem(&file("root.pem")).unwrap();
    assert!(examined.stamps.iter().all(|stamped| stamped.stamp.is_rooted_in(&roots).is_ok()));

    // A bundle brings them along.
    let bundle = folder.with_file_name("bundle");
    let mut reader = Reader::open(folder).unwrap();
    let mut put = |name: &str, bytes: &[u8]| {
        let file: PathBuf = bundle.join(name);
        fs::create_dir_all(file.parent().unwrap()).and_then(|()| fs::write(file, bytes))
    };
    reader.export(folder, &[0], &|_| true, &mut put).unwrap();
    let examined = examine_record(&bundle, &key).unwrap();
    assert!(examined.holds() && examined.stamps.len() == 2, "{:?}", examined.lines().collect::<Vec<_>>());

    let at = Places::of(folder).log().join(&kept.file);
    for (bytes, words) in [
        (b"no response".to_vec(), "as DER"),
        (vec![0x30; MOST_BYTES + 1], "expected a file"),
        (file("refused.tsr"), "found status 2"),
    ] {
        fs::write(&at, bytes).unwrap();
        let found = found(folder);
        assert!(found.len() == 1 && found[0].starts_with(&kept.file) && found[0].contains(words), "{found:?}");
    }
    // On another checkpoint; with another nonce; without the checkpoint that it speaks of.
    fs::remove_file(&at).unwrap();
    let other = Places::of(folder).log().join(timestamp::response_path(4, &file("rsa.tsr")));
    fs::write(&other, file("rsa.tsr")).unwrap();
    assert!(found(folder)[0].contains("expected a stamp on this checkpoint, found one on other bytes"));
    fs::remove_file(&other).unwrap();
    let request = Places::of(folder).log().join(timestamp::request_path(3));
    fs::write(&request, Request::fresh(&file("checkpoint")).unwrap().to_der().unwrap()).unwrap();
    assert!(found(folder)[0].contains("expected the nonce of the request"));
    fs::remove_file(&request).unwrap();
    assert_eq!(found(folder), [""; 0], "without the request the nonce is not looked at");
    fs::remove_file(&checkpoint).unwrap();
    assert!(found(folder)[0].contains("expected the checkpoint of 3 leaves, which it is to speak of, found none"));
}
