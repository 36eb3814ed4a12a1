//! The thin binary: reads the process's environment and arguments once, and runs the command.

use std::{ffi::OsString, process::ExitCode};

use clinic_cms::{cli, db::embedded};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // The program runs itself again to drop privileges and to become the embedded server; that child must not read
    // settings, begin a log or parse a command line.
    if arguments.get(1).is_some_and(|first| first == embedded::SUBCOMMAND) {
        let Err(error) = embedded::run_child(arguments.get(2..).unwrap_or_default());
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    cli::run(arguments, std::env::vars_os().collect())
}
