//! Files that break off: the place, what was expected, and what to do. Made here.

use std::io::Write;
use std::ops::ControlFlow;

use candor_trace::Error;
use candor_trace::import::{Options, Source, Summary, read, survey};
use candor_trace::mapping::draft::drafts;

#[test]
fn a_packed_file_that_was_cut_off_says_where_and_what_to_do() {
    let lines: String =
        (0..3_000).map(|at| format!("{{\"question_id\":\"q{at}\",\"correct\":{}}}\n", at % 3 == 0)).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.as_bytes()).unwrap();
    let (gzip, zstd) = (gzip.finish().unwrap(), zstd::encode_all(lines.as_bytes(), 1).unwrap());
    for (bytes, packing) in [(gzip, "gzip"), (zstd, "zstd")] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let half = bytes.len() / 2;
        std::fs::write(file.path(), &bytes[..half]).unwrap();
        let error =
            read(&Source::new(file.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
        let Error::Packed { bytes: at, unpacked, .. } = &error else { return assert_eq!(error.to_string(), packing) };
        assert!(*at as usize == half && (*unpacked as usize) < lines.len(), "{error}");
        assert!(error.to_string().contains(&format!("expected a {packing} stream up to its end")), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn json_that_was_cut_off_is_drafted_and_called_broken() {
    for (text, place) in [
        ("[{\"id\":1,", "it ends within a value, at line 1, column 9"),
        ("{\"rows\":[{\"id\":1},\n{\"id\":2}", "it ends within a value, at line 2, column 8"),
        ("{\"a\":1}\n{\"a\":2}\n{\"a\":", "line 3 is no whole JSON value"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let Summary { skipped, .. } =
            survey(&Source::new(file.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(skipped[0].reason.to_string().ends_with(place), "{}", skipped[0].reason);
        let drafted = drafts(&skipped).unwrap();
        assert!(drafted[0].toml.starts_with(&format!("# The file is broken: {place}.")), "{}", drafted[0].toml);
    }
}

/// To open a pipe is to wait for whoever writes, and who looks opens it more than once; who reads it through opens it once.
#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let looked = survey(&Source::new(&pipe), &Options::default(), &mut |_| ControlFlow::Continue(()));
    let error = looked.unwrap_err();
    assert!(error.to_string().contains("not a plain file") && error.hint().is_some(), "{error}");
    let folder = survey(&Source::new(folder.path()), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(folder.skipped[0].reason.to_string(), "not a plain file");
    let writes = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, "{\"question_id\":1,\"correct\":true}\n").unwrap()
    });
    let summary = read(&Source::new(&pipe), &Options::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    writes.join().unwrap();
    assert_eq!(summary.traces, 1);
}
