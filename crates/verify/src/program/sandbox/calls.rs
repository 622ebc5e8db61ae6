//! Calls to the kernel that a program has no use for, refused by a seccomp filter. Not what it may open: that is in `files`.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

/// Refused whatever their arguments.
const REFUSED: &[libc::c_long] = &[
    // Every kind of network, sockets of the file system and of the kernel included.
    libc::SYS_socket,
    // A ring does other calls' work without making them.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Owners, modes, times and attributes are writing too, and Landlock does not look at them.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    SYS_SETXATTRAT,
    SYS_REMOVEXATTRAT,
    SYS_FILE_SETATTR,
    // Other processes.
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_send_signal,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_kcmp,
    libc::SYS_setpriority,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setaffinity,
    libc::SYS_ioprio_set,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // The process group is what is killed at the end.
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // The kernel itself and what root may do.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_fanotify_init,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // A device in the scratch folder would be a way to the disk behind it, for root.
    libc::SYS_mknodat,
    // Objects that outlive the process.
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
];

/// The older spellings, which newer machines do not have.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[libc::c_long] = &[
    libc::SYS_mknod,
    libc::SYS_setrlimit,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    // Numbers that only the x32 spelling has: ptrace, kexec_load, process_vm_readv and process_vm_writev, rt_sigqueueinfo and its kin.
    521,
    528,
    539,
    540,
    524,
    536,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[libc::c_long] = &[];

// Newer than the table of names; the numbers are the same on every machine.
const SYS_SETXATTRAT: libc::c_long = 463;
const SYS_REMOVEXATTRAT: libc::c_long = 466;
const SYS_FILE_SETATTR: libc::c_long = 469;

/// Kinds of processes that are a way out of what is counted and seen: new namespaces.
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// Set in the number of a call in the x32 spelling, which passes for the same machine.
#[cfg(target_arch = "x86_64")]
const OTHER_SPELLING: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const OTHER_SPELLING: Option<i64> = None;

/// Filters the calls of this process and of all that it becomes and starts.
pub(super) fn apply(processes: bool) -> Result<(), String> {
    // The arguments of clone3 lie in memory, where a filter cannot look: as if the kernel did not have it, so that libraries
    // fall back to clone.
    let errno =
        |number: libc::c_int| u32::try_from(number).map(SeccompAction::Errno).map_err(|error| error.to_string());
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    install(unknown, errno(libc::ENOSYS)?)?;
    install(rules(processes).map_err(|error| error.to_string())?, errno(libc::EPERM)?)
}

fn install(rules: BTreeMap<i64, Vec<SeccompRule>>, action: SeccompAction) -> Result<(), String> {
    let mut all = rules.clone();
    if let Some(bit) = OTHER_SPELLING {
        all.extend(rules.into_iter().map(|(number, rules)| (number | bit, rules)));
    }
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let filter = SeccompFilter::new(all, SeccompAction::Allow, action, machine).map_err(|error| error.to_string())?;
    let program = BpfProgram::try_from(filter).map_err(|error| error.to_string())?;
    apply_filter(&program).map_err(|error| error.to_string())
}

/// Calls and when they are refused; an empty list: always.
fn rules(processes: bool) -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().chain(REFUSED_OLD).map(|number| (*number, Vec::new())).collect();
    let own = u64::from(std::process::id());
    let other = |argument, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, value);
    // Its own process only: the number stays when this process becomes the program.
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        rules.insert(call, vec![SeccompRule::new(vec![other(0, own)?])?]);
    }
    // Its own limits can be read and not set: root may raise what was set for it.
    let sets = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    let limits = [vec![other(0, 0)?, other(0, own)?], vec![sets]];
    rules.insert(libc::SYS_prlimit64, limits.map(SeccompRule::new).into_iter().collect::<Result<_, _>>()?);
    let flag = |flag: libc::c_int, set: bool| {
        let mask = u64::try_from(flag).unwrap_or_default();
        let op = SeccompCmpOp::MaskedEq(mask);
        SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Qword, op, if set { mask } else { 0 })?])
    };
    let mut clone = NAMESPACES.iter().map(|kind| flag(*kind, true)).collect::<Result<Vec<_>, _>>()?;
    if !processes {
        // What is no thread of this process is another process.
        clone.push(flag(libc::CLONE_THREAD, false)?);
        #[cfg(target_arch = "x86_64")]
        for call in [libc::SYS_fork, libc::SYS_vfork] {
            rules.insert(call, Vec::new());
        }
    }
    rules.insert(libc::SYS_clone, clone);
    Ok(rules)
}
