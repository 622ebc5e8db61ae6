//! External programs that decide about replies: which ones a task names, and those that may run, with the bytes that they are. Not the
//! sandbox, which is `candor_verify`'s, and not the permission, which is the user's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
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

    /// Those of a task, ready to run, at most `at_once` at a time. The files that commands name, and the single files under `read`, are
    /// read to their ends: which bytes decide is part of the plan. What lies in a folder under `read` is not.
    ///
    /// # Errors
    /// [`Error::Asked`] where a setting makes no sense or a file is not there.
    pub fn of(task: &Task, launcher: &Launcher, at_once: usize) -> Result<Self, Error> {
        let mut allowed: BTreeMap<Params, Allowed> = BTreeMap::new();
        let mut all = Digester::tagged("candor programs 1");
        for item in task.items.iter().filter(|item| asks(item)) {
            if allowed.contains_key(&item.params) {
                continue;
            }
            let refused = |what: String| Error::Asked { what: format!("question `{}`: {what}", item.id) };
            let program = Program::new(launcher.clone(), &item.params).map_err(|error| refused(error.to_string()))?;
            let mut bytes = Digester::tagged("candor program 1");
            let mut file_name = "";
            for line in command(item).chain(lines(item, "read")) {
                bytes.update(&(line.len() as u64).to_le_bytes());
                bytes.update(line.as_bytes());
                if let Some(digest) = contents(line).map_err(|error| refused(format!("{line}: {error}")))? {
                    bytes.update(digest.as_bytes());
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

/// The digest of a file; `None` for what is no path, and for folders and devices.
fn contents(line: &str) -> std::io::Result<Option<Digest>> {
    if !line.starts_with('/') {
        return Ok(None);
    }
    let path = Path::new(line);
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let mut digester = Digester::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Some(digester.finish())),
            read => digester.update(piece.get(..read).unwrap_or_default()),
        }
    }
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
