//! Traces as Parquet, into a folder and into a bucket. Not the form of the files: `candor-trace` tests that, and `scripts/parquet` before other engines.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use candor_testkit::upstream::{Received, Step, Upstream};

use crate::environment::{TestEnvironment, assert_readable};

const TRACES: &str = r#"{"recorded_id":"7f3a0000000000000000000000000001","trial":{"unit":"one","sample":0},"model":"planted-agent","planted":true,"at_ms":1764201600000,"events":[{"request":{"messages":[{"role":"user","parts":[{"type":"text","text":"Is 91 prime?"}]}]}},{"reasoning":{"text":"Seven times thirteen.","provenance":"raw"}},{"output":{"text":"No.","answer":"no"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"correct","extracted":"no","why":"the same"}}}]}
{"recorded_id":"7f3b0000000000000000000000000002","trial":{"unit":"two","sample":0},"model":"planted-agent","planted":true,"at_ms":1764288000000,"events":[{"output":{"text":"42","answer":"42"}},{"verdict":{"verifier":"exact","verdict":{"outcome":"wrong","extracted":"42","why":""}}}]}
"#;

fn recorded() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.write("a.jsonl", TRACES);
    environment.done(&["record", "init", "--origin", "example.org/record"]);
    environment.done(&["trace", "import", "a.jsonl"]);
    environment
}

#[test]
fn an_export_is_read_like_the_record_and_follows_its_erasures() {
    let environment = recorded();
    let said = environment.run(&["trace", "export", "--parquet", "out", "--quiet"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_readable(&said.err, 100);
    assert!(said.err.starts_with("2 traces in 2 days ("), "{}", said.err);
    assert!(said.err.contains(" at out: 2 written; without the chain of thought (--chain)"), "{}", said.err);
    for path in ["out/day=2025-11-27/traces.parquet", "out/day=2025-11-28/traces.parquet", "out/manifest.json"] {
        assert!(environment.path(path).is_file(), "{path}");
    }
    let look = environment.done(&["look", "out"]);
    assert!(look.contains("candor parquet  2 files  2 calls") && look.contains("redacted 50 %"), "{look}");
    let shown = environment.done(&["trace", "show", "7f3a", "--from", "out"]);
    assert!(shown.contains("Is 91 prime?") && !shown.contains("thirteen"), "{shown}");
    // With the chain it says what the record says, whole.
    environment.done(&["trace", "export", "--parquet", "whole", "--chain", "--quiet"]);
    let lines = |from: &str| environment.done(&["trace", "export", "--from", from, "--quiet"]);
    assert_eq!(lines("whole"), lines(".candor/record"));
    assert!(lines("whole").contains("Seven times thirteen."));
    environment.done(&["record", "erase", "--trace", "7f3a", "--basis", "asked for"]);
    let said = environment.run(&["trace", "export", "--parquet", "whole", "--chain", "--quiet"]);
    assert!(
        said.err.contains("1 trace in 1 day (") && said.err.contains("0 written, 1 unchanged, 1 removed"),
        "{}",
        said.err
    );
    assert!(!environment.path("whole/day=2025-11-27").exists());
    let left: Vec<String> = std::fs::read_dir(environment.path("whole"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
}

#[test]
fn what_may_not_be_written_over_and_what_is_nothing_is_refused() {
    let environment = recorded();
    environment.write("mine/notes.txt", "mine");
    let refused = environment.run(&["trace", "export", "--parquet", "mine"]);
    assert_eq!(refused.code, Some(6), "{}", refused.err);
    assert!(
        refused.err.contains("mine: expected nothing, or an earlier export, found other files, notes.txt among them"),
        "{}",
        refused.err
    );
    environment.done(&["trace", "export", "verdict:wrong", "--parquet", "out", "--quiet"]);
    let refused = environment.run(&["trace", "export", "--parquet", "out"]);
    let why = "expected nothing, or an export of all traces without the chain of thought, found one of `verdict:wrong`";
    assert!(refused.code == Some(6) && refused.err.replace("\n  ", " ").contains(why), "{}", refused.err);
    let nothing = environment.run(&["trace", "export", "model:nobody", "--parquet", "none"]);
    assert!(nothing.code == Some(6) && nothing.err.contains("found none that are meant"), "{}", nothing.err);
    let alone = environment.run(&["trace", "export", "--chain"]);
    assert!(alone.code == Some(2) && alone.err.contains("--parquet"), "{}", alone.err);
}

/// Just enough of a store: objects by path, whole, and what was asked of it.
#[derive(Debug, Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
}

/// Serves it in this process; gives its URL.
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn serving(store: &Arc<Mutex<Store>>) -> String {
    let served = Arc::clone(store);
    let (told, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let upstream = Upstream::forgetful(move |asked| answer(&mut served.lock().unwrap(), asked)).await;
            told.send(upstream.url()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    url.recv().unwrap()
}

#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]
fn answer(store: &mut Store, asked: &Received) -> Vec<Step> {
    const DENIED: &[u8] = b"<Error><Code>AccessDenied</Code><Message>who?</Message></Error>";
    store.asked.push(asked.line.clone());
    let objects = &mut store.objects;
    let (method, path) = asked.line.split_once(' ').unwrap();
    let path = path.split('?').next().unwrap().replace("%3D", "=");
    let reply = |status: &str, body: &[u8], length: usize| {
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\netag: \"1\"\r\nlast-modified: Thu, 27 Nov 2025 00:00:00 GMT\r\nconnection: close\r\n\r\n"
        );
        vec![Step::Bytes([head.as_bytes(), body].concat())]
    };
    if !asked.header("authorization").is_some_and(|signed| signed.contains("Credential=planted/")) {
        return reply("403 Forbidden", DENIED, DENIED.len());
    }
    if path != "/there" && !path.starts_with("/there/") {
        let body = b"<Error><Code>NoSuchBucket</Code><Message>no such thing</Message></Error>";
        return reply("404 Not Found", body, body.len());
    }
    match method {
        "PUT" => {
            objects.insert(path, asked.body.clone());
            reply("200 OK", b"", 0)
        }
        // Which ones stands in the body.
        "POST" => {
            let body = String::from_utf8_lossy(&asked.body).into_owned();
            let keys = body.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
            let gone: Vec<&str> = keys.map(|(key, _)| key).collect();
            gone.iter().for_each(|key| assert!(objects.remove(&format!("/there/{key}")).is_some(), "{key}"));
            let told: String = gone.iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect();
            let told = format!("<DeleteResult>{told}</DeleteResult>");
            reply("200 OK", told.as_bytes(), told.len())
        }
        _ => match objects.get(&path) {
            Some(bytes) if method == "HEAD" => reply("200 OK", b"", bytes.len()),
            Some(bytes) => reply("200 OK", bytes, bytes.len()),
            None => reply("404 Not Found", b"", 0),
        },
    }
}

#[test]
fn a_bucket_holds_what_a_folder_would() {
    let environment = recorded();
    let store = Arc::<Mutex<Store>>::default();
    let url = serving(&store);
    let to = |place: &str, key: &str, words: &[&str]| {
        let mut command = environment.command(&["trace", "export", "--parquet", place, "--quiet"]);
        command.args(words).env("AWS_ENDPOINT_URL", &url).env("AWS_REGION", "nowhere");
        if !key.is_empty() {
            command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "secret");
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = to("s3://there/traces", "planted", &[]);
    assert_eq!(code, Some(0), "{said}");
    environment.done(&["trace", "export", "--parquet", "out", "--quiet"]);
    let names = ["manifest.json", "day=2025-11-27/traces.parquet", "day=2025-11-28/traces.parquet"];
    for name in names {
        let here = std::fs::read(environment.path("out").join(name)).unwrap();
        assert_eq!(store.lock().unwrap().objects[&format!("/there/traces/{name}")], here, "{name}");
    }
    assert_eq!(store.lock().unwrap().objects.len(), names.len());
    // What is there already is not sent again; what is damaged there is.
    let puts = || store.lock().unwrap().asked.iter().filter(|line| line.starts_with("PUT")).count();
    let before = puts();
    let (_, said) = to("s3://there/traces/", "planted", &[]);
    assert!(said.contains("0 written, 2 unchanged") && puts() == before + 1, "{said}");
    store.lock().unwrap().objects.insert("/there/traces/day=2025-11-27/traces.parquet".to_owned(), b"PAR1".to_vec());
    let (_, said) = to("s3://there/traces", "planted", &[]);
    assert!(said.contains("1 written, 1 unchanged"), "{said}");
    environment.done(&["record", "erase", "--trace", "7f3a", "--basis", "asked for"]);
    let (_, said) = to("s3://there/traces", "planted", &[]);
    assert!(said.contains("1 removed"), "{said}");
    assert!(!store.lock().unwrap().objects.keys().any(|name| name.contains("2025-11-27")));
    // Who is not let in, and where nothing is, is told before anything is read; without credentials nobody is asked.
    let (code, said) = to("s3://there/traces", "stranger", &[]);
    assert!(code == Some(6) && said.contains("the store says AccessDenied: who?"), "{said}");
    let (code, said) = to("s3://elsewhere/traces", "planted", &[]);
    assert!(code == Some(6) && said.contains("NoSuchBucket: no such thing"), "{said}");
    let (code, said) = to("s3://there/traces", "planted", &["--chain"]);
    assert!(code == Some(6) && said.contains("of all traces without the chain"), "{said}");
    let asked = store.lock().unwrap().asked.len();
    let (code, said) = to("s3://there/traces", "", &[]);
    assert!(code == Some(3) && said.contains("expected credentials in the environment"), "{said}");
    assert_eq!(store.lock().unwrap().asked.len(), asked);
}
