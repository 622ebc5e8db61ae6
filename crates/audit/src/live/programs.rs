//! External programs that decide about replies: which ones a task names, and those that may run, with the bytes that they are. Not the
//! sandbox, which is `candor_verify`'s, and not the permission, which is the user's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, atomic::AtomicUsize, atomic::Ordering};

use candor_record::{Digest, Digester};
use candor_verify::program::{ABOUT, Launcher, Program};
use candor_verify::{About, Answer, Params, Verdict, Verifier};

use super::task::{Item, Task};
use crate::Error;

/// The name by which an item asks for one.
pub(super) const NAME: &str = "program";

/// A program that may run.
#[derive(Debug, Clone)]
pub(super) struct Allowed {
    pub(super) program: Program,
    /// What its verdicts are signed with: its file and the start of the digest of its bytes.
    pub(super) name: Arc<str>,
}

/// The programs of a task that the user has allowed to run.
#[derive(Debug)]
pub struct Programs {
    at_once: usize,
    allowed: BTreeMap<Params, Allowed>,
    digest: Digest,
}

impl Programs {
    /// The commands that a task names, each once, in the order of its questions: what somebody allows who allows them.
    #[must_use]
    pub fn named(task: &Task) -> Vec<String> {
        let mut commands = Vec::new();
        for item in task.items.iter().filter(|item| asks(item)) {
            let command = command(item).collect::<Vec<_>>().join(" ");
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        commands
    }

    /// Those of a task, ready to run, at most `at_once` at a time. The files that commands name, and the files and folders under `read` with
    /// everything in them, are read to their ends: which bytes decide is part of the plan.
    ///
    /// # Errors
    /// [`Error::Asked`] where a setting makes no sense, a file is not there, or a folder holds too much.
    pub fn of(task: &Task, launcher: &Launcher, at_once: usize) -> Result<Self, Error> {
        let mut allowed: BTreeMap<Params, Allowed> = BTreeMap::new();
        let mut all = Digester::tagged("candor programs 1");
        for item in task.items.iter().filter(|item| asks(item)) {
            if allowed.contains_key(&item.params) {
                continue;
            }
            let refused = |what: String| Error::Asked { what: format!("question `{}`: {what}", item.id) };
            let program = Program::new(launcher.clone(), &item.params).map_err(|error| refused(error.to_string()))?;
            let mut bytes = Digester::tagged("candor program 2");
            let mut file_name = "";
            let mut left = Left { entries: MOST_ENTRIES, bytes: MOST_BYTES };
            let what = command(item).map(|line| (line, false)).chain(lines(item, "read").map(|line| (line, true)));
            for (line, folders) in what {
                bytes.update(&(line.len() as u64).to_le_bytes());
                bytes.update(line.as_bytes());
                if line.starts_with('/') {
                    let added = contents(Path::new(line), folders, &mut left, &mut bytes);
                    added.map_err(|error| refused(format!("{line}: {error}")))?;
                }
            }
            for line in command(item).filter(|line| line.starts_with('/')) {
                file_name = line.rsplit('/').next().unwrap_or_default();
            }
            let digest = bytes.finish();
            all.update(digest.as_bytes());
            let name = format!("{NAME} {file_name} {}", &digest.to_string()[..12]);
            allowed.insert(item.params.clone(), Allowed { program, name: name.into() });
        }
        Ok(Self { at_once: at_once.max(1), allowed, digest: all.finish() })
    }

    /// The one that an item asks for.
    pub(super) fn for_item(&self, item: &Item) -> Option<&Allowed> {
        asks(item).then(|| self.allowed.get(&item.params)).flatten()
    }

    /// Which bytes decide.
    pub(super) fn digest(&self) -> Digest {
        self.digest
    }

    /// How many replies are judged together, so that programs wait beside each other and memory stays flat.
    pub(super) fn batch(&self) -> usize {
        self.at_once.saturating_mul(8)
    }

    /// Makes something of each of these, as many at a time as programs may run, in the order in which they were given.
    pub(super) fn beside_each_other<T: Sync, R: Send>(&self, work: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let done: Vec<Mutex<Option<R>>> = work.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..self.at_once.min(work.len()) {
                scope.spawn(|| {
                    while let Some((one, place)) = {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        work.get(at).zip(done.get(at))
                    } {
                        let made = make(one);
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                    }
                });
            }
        });
        done.into_iter().filter_map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// Whether an item asks for a program.
pub(super) fn asks(item: &Item) -> bool {
    item.verifier.as_deref() == Some(NAME)
}

fn lines<'a>(item: &'a Item, param: &str) -> impl Iterator<Item = &'a str> {
    item.params.get(param).into_iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty())
}

fn command(item: &Item) -> impl Iterator<Item = &str> {
    lines(item, "command")
}

/// The most entries of folders, and the most bytes of files, that belong to one program.
const MOST_ENTRIES: u64 = 100_000;
const MOST_BYTES: u64 = 4 << 30;

/// How much more may belong to a program.
struct Left {
    entries: u64,
    bytes: u64,
}

/// Adds what a path leads to: the bytes of a file; of a folder, where those count, every entry by its name, in the order of names. A link within a folder counts by where it
/// points, which is not followed; a device by being one.
fn contents(path: &Path, folders: bool, left: &mut Left, into: &mut Digester) -> io::Result<()> {
    let there = std::fs::metadata(path)?;
    if there.is_file() {
        into.update(file(path, left)?.as_bytes());
    } else if there.is_dir() && folders {
        folder(path, left, into)?;
    }
    Ok(())
}

fn folder(path: &Path, left: &mut Left, into: &mut Digester) -> io::Result<()> {
    let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        left.entries = left.entries.checked_sub(1).ok_or_else(|| too_much(&format!("{MOST_ENTRIES} files")))?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let mut add = |tag: &[u8], bytes: &[u8]| {
            into.update(tag);
            for part in [name.as_encoded_bytes(), bytes] {
                into.update(&(part.len() as u64).to_le_bytes());
                into.update(part);
            }
        };
        if kind.is_symlink() {
            add(b"link", std::fs::read_link(entry.path())?.as_os_str().as_encoded_bytes());
        } else if kind.is_dir() {
            let mut inside = Digester::tagged("candor folder 1");
            folder(&entry.path(), left, &mut inside)?;
            add(b"folder", inside.finish().as_bytes());
        } else if kind.is_file() {
            add(b"file", file(&entry.path(), left)?.as_bytes());
        } else {
            add(b"device", &[]);
        }
    }
    Ok(())
}

fn file(path: &Path, left: &mut Left) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut digester = Digester::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(digester.finish()),
            read => {
                left.bytes = left
                    .bytes
                    .checked_sub(read as u64)
                    .ok_or_else(|| too_much(&format!("{} GiB", MOST_BYTES >> 30)))?;
                digester.update(piece.get(..read).unwrap_or_default());
            }
        }
    }
}

fn too_much(most: &str) -> io::Error {
    io::Error::other(format!(
        "expected at most {most} that decide with a program, found more: name single files under `read`"
    ))
}

/// Stands where a program is named that may not run: its parameters were checked, and it decides nothing.
#[derive(Debug)]
pub(super) struct Refused;

impl Refused {
    /// For these parameters.
    pub(super) fn checked(params: &Params) -> candor_verify::Result<Self> {
        // Nothing is started by looking at its parameters.
        Program::new(Launcher { helper: "".into(), scratch: "".into() }, params)?;
        match params.get("command") {
            Some(command) if !command.trim().is_empty() => Ok(Self),
            _ => Err(candor_verify::Error::BadParam {
                verifier: NAME,
                param: "command",
                expected: "a program's absolute path and its arguments, one a line".to_owned(),
                found: String::new(),
            }),
        }
    }
}

impl Verifier for Refused {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, _: Answer<'_>, _: &str) -> Verdict {
        Verdict::error("the program was not run: nobody allowed it")
    }

    fn with(&self, params: &Params) -> candor_verify::Result<Box<dyn Verifier>> {
        Ok(Box::new(Self::checked(params)?))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_a_program_may_read_belongs_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("lib/deep")).unwrap();
        for name in ["decide.sh", "lib/a.py", "lib/deep/b.py", "single.txt"] {
            std::fs::write(at(name), name).unwrap();
        }
        let digest = || {
            let shown = |name: &str| at(name).to_string_lossy().into_owned();
            let params: Params = [
                ("command".to_owned(), shown("decide.sh")),
                ("read".to_owned(), format!("{}\n{}", shown("lib"), shown("single.txt"))),
            ]
            .into();
            let item = Item { id: "q".to_owned(), verifier: Some(NAME.to_owned()), params, ..Item::default() };
            let task = Task { name: "t".to_owned(), items: vec![item] };
            let launcher = Launcher { helper: "/bin/true".into(), scratch: folder.path().into() };
            Programs::of(&task, &launcher, 1).unwrap().digest()
        };
        let mut seen = vec![digest()];
        assert_eq!(digest(), seen[0], "nothing has changed");
        let mut is_new = |what: &str| {
            let now = digest();
            assert!(!seen.contains(&now), "{what}");
            seen.push(now);
        };
        std::fs::write(at("lib/deep/b.py"), "other").unwrap();
        is_new("a file in a folder in a folder");
        std::fs::write(at("single.txt"), "other").unwrap();
        is_new("a single file");
        std::fs::rename(at("lib/a.py"), at("lib/c.py")).unwrap();
        is_new("a name");
        std::fs::write(at("lib/new"), "").unwrap();
        is_new("an empty file");
        std::os::unix::fs::symlink("c.py", at("lib/link")).unwrap();
        is_new("a link");
        std::fs::remove_file(at("lib/link")).unwrap();
        std::os::unix::fs::symlink("..", at("lib/link")).unwrap();
        is_new("where it points, which is not followed");
    }
}
