//! The command line of duecare.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
