//! What every protocol's streams are held to: the same pieces wherever they are cut, and the same reply as the whole form.

use std::path::{Path, PathBuf};

use candor_llm::protocol::Codec;
use candor_llm::{Assembler, Delta, Error, Provider, Reply};

/// The streams of one protocol, in a folder of their own under `streams/`; the chat ones lie in `streams/` itself.
pub(crate) struct Streams {
    pub(crate) codec: &'static dyn Codec,
    pub(crate) folder: &'static str,
}

impl Streams {
    fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/streams").join(self.folder)
    }

    /// A file of the folder.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The pieces that a stream gives when it comes in these cuts.
    pub(crate) fn pieces<'a>(
        &self,
        provider: &Provider,
        cuts: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Vec<(u32, Delta)>, Error> {
        let mut stream = self.codec.decode_stream(provider);
        let mut all = Vec::new();
        for cut in cuts {
            all.extend(stream.push(cut)?);
        }
        all.extend(stream.end()?);
        Ok(all)
    }

    /// `NAME.sse` gives the same pieces wherever it is cut, and, like `NAME.json`, the reply of `NAME.reply.json`.
    pub(crate) fn is_one_reply(&self, name: &str, provider: &Provider) {
        let expected: Reply = serde_json::from_slice(&self.read(&format!("{name}.reply.json"))).unwrap();
        let body = self.read(&format!("{name}.json"));
        let whole = self.codec.decode_reply(provider, &body).unwrap();
        assert_eq!(whole, std::slice::from_ref(&expected), "{name}: the whole form");
        let in_place = self.pieces(provider, body.chunks(7)).unwrap();
        assert_eq!(reply(&in_place), expected, "{name}: whole in place of a stream");
        let uncut = self.is_the_same_wherever_cut(name, provider);
        assert_eq!(reply(&uncut), expected, "{name}: the stream");
    }

    /// The pieces of `NAME.sse`, which are the same wherever it is cut.
    pub(crate) fn is_the_same_wherever_cut(&self, name: &str, provider: &Provider) -> Vec<(u32, Delta)> {
        let bytes = self.read(&format!("{name}.sse"));
        let uncut = self.pieces(provider, [bytes.as_slice()]).unwrap();
        for at in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(self.pieces(provider, [head, tail]).unwrap(), uncut, "{name}: cut at {at}");
        }
        assert_eq!(self.pieces(provider, bytes.chunks(1)).unwrap(), uncut, "{name}: byte by byte");
        uncut
    }

    /// No stream lies there that no test reads.
    pub(crate) fn are_all(&self, names: &[&str]) {
        let mut files: Vec<String> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|file| file.strip_suffix(".sse").map(str::to_owned))
            .collect();
        files.sort();
        assert_eq!(files, names);
    }
}

/// The only reply of these pieces.
pub(crate) fn reply(pieces: &[(u32, Delta)]) -> Reply {
    let mut all = Assembler::default();
    for (number, delta) in pieces {
        assert_eq!(*number, 0);
        all.push(delta.clone());
    }
    all.finish()
}
