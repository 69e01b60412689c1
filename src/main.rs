//! The command line of duecare.

mod cli;

/// Records are many small pieces, made and thrown away on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
