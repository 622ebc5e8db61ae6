//! What a program may open, by Landlock. Not the calls that open nothing: those are in `calls`.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};

use crate::program::task::Task;

/// Read and executed by nearly every program; what is not there is left out.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
];

/// Without this version a file outside could be cut to nothing by its name.
const NEEDED: ABI = ABI::V3;

/// Asked for where the kernel has it: device controls (5), TCP (4), signals and abstract sockets (6).
const WISHED: ABI = ABI::V6;

/// Why files are not confined.
pub(super) enum Failed {
    /// The task names what is not there.
    Setting(String),
    /// The kernel cannot.
    Missing(String),
}

/// Confines this process and all that it starts.
pub(super) fn apply(task: &Task) -> Result<(), Failed> {
    let mut read = Vec::new();
    let program = task.command.first().into_iter().chain(&task.read);
    for path in program {
        read.push(PathFd::new(path).map_err(|error| Failed::Setting(format!("{path} cannot be opened: {error}")))?);
    }
    // An argument may be the name of a script; a folder must be named on purpose.
    let files =
        task.command.iter().skip(1).filter(|word| word.starts_with('/') && std::path::Path::new(word).is_file());
    read.extend(files.filter_map(|path| PathFd::new(path).ok()));
    restrict(task, read).map_err(|error| Failed::Missing(error.to_string()))
}

fn restrict(task: &Task, read: Vec<PathFd>) -> Result<(), RulesetError> {
    let reading = AccessFs::from_read(WISHED);
    // No devices: for root they would be a way to the disk behind them. No sockets: there are none to connect.
    let devices = AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeSock | AccessFs::IoctlDev;
    let own = AccessFs::from_all(WISHED) & !devices;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WISHED))?
        .handle_access(AccessNet::from_all(WISHED))?
        .scope(Scope::from_all(WISHED))?
        .create()?;
    ruleset
        .add_rules(path_beneath_rules(SYSTEM, reading))?
        .add_rules(path_beneath_rules([&task.scratch], own))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile))?
        .add_rules(read.into_iter().map(|path| Ok::<_, RulesetError>(PathBeneath::new(path, reading))))?
        .restrict_self()?;
    Ok(())
}
