//! Programs as verifiers, and what the sandbox refuses them. This test is its own sandbox helper, as the binary is: the words
//! after its name decide which of the two it is. Each refusal has a control that shows the same program succeed.
#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]
#![expect(clippy::print_stdout, reason = "a test says where it is skipped")]

use std::process::ExitCode;

#[cfg(target_os = "linux")]
mod confined;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if std::env::args_os().nth(1).is_some_and(|word| word == candor_verify::program::WORD) {
        arguments.next();
        return candor_verify::program::sandboxed_main(arguments, &mut std::io::stderr());
    }
    #[cfg(target_os = "linux")]
    {
        let mut arguments = libtest_mimic::Arguments::from_args();
        // One after the other: the kernel counts one user's processes together, so a fork bomb would starve its neighbours.
        arguments.test_threads.get_or_insert(1);
        libtest_mimic::run(&arguments, confined::tests()).exit_code()
    }
    #[cfg(not(target_os = "linux"))]
    {
        println!("skipped: programs are run on Linux only");
        ExitCode::SUCCESS
    }
}
