//! Runs the program as a user would.

use std::path::Path;
use std::process::{Command, Stdio};

use super::root;

/// What a run of the program left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program with those arguments in the project's folder, and something on its standard input.
pub(crate) fn duecare(arguments: &[&str], input: &[u8]) -> Ran {
    duecare_in(root(), arguments, &mut |pipe| {
        // The program may end before it has read everything.
        let _ = pipe.write_all(input);
    })
}

/// The program in a folder, with a writer that feeds its standard input.
pub(crate) fn duecare_in(
    folder: &Path,
    arguments: &[&str],
    feed: &mut (dyn FnMut(&mut dyn std::io::Write) + Send),
) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_duecare"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("its standard input");
    let output = std::thread::scope(|threads| {
        threads.spawn(move || feed(&mut pipe));
        child.wait_with_output().expect("the program ends")
    });
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// The bundled policy on a roster from standard input.
pub(crate) fn eval(options: &[&str], input: &[u8]) -> Ran {
    let mut arguments = vec!["eval", "--policy", "policies/dprk-it-workers", "--roster", "-"];
    arguments.extend(["--as-of", super::AS_OF]);
    arguments.extend(options);
    duecare(&arguments, input)
}

/// The bundled policy on a roster that the options name.
pub(crate) fn eval_file(options: &[&str]) -> Ran {
    let mut arguments = vec!["eval", "--policy", "policies/dprk-it-workers"];
    arguments.extend(["--as-of", super::AS_OF]);
    arguments.extend(options);
    duecare(&arguments, b"")
}
