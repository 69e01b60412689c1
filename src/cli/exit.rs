use std::fmt;
use std::io;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, and there are findings.
    Findings,
    /// A policy cannot be used.
    PolicyUnusable,
    /// An input or an argument cannot be used.
    InputUnusable,
    /// The evidence does not verify.
    EvidenceFails,
    /// It was asked to end before it was done.
    Interrupted,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::PolicyUnusable => 2,
            Self::InputUnusable => 3,
            Self::EvidenceFails => 4,
            // As shells have it for a program that Ctrl-C ends.
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not come to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With a message for the user.
    Said { exit: Exit, message: String, hint: Option<String> },
    /// The reader of our output has gone, which is no fault of ours.
    OutputClosed,
}

impl Failure {
    pub(crate) fn input(message: impl fmt::Display) -> Self {
        Self::Said { exit: Exit::InputUnusable, message: message.to_string(), hint: None }
    }

    pub(crate) fn policy(message: impl fmt::Display) -> Self {
        Self::Said { exit: Exit::PolicyUnusable, message: message.to_string(), hint: None }
    }

    pub(crate) fn interrupted(message: impl fmt::Display) -> Self {
        Self::Said { exit: Exit::Interrupted, message: message.to_string(), hint: None }
    }

    /// Says what to do.
    pub(crate) fn hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Said { exit, message, .. } => {
                Self::Said { exit, message, hint: Some(text.into()) }
            }
            Self::OutputClosed => self,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Said { exit, .. } => *exit,
            Self::OutputClosed => Exit::Done,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said { message, .. } => f.write_str(message),
            Self::OutputClosed => f.write_str("nobody reads the output"),
        }
    }
}

/// A result that cannot be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::input(format!("the output cannot be written: {error}"))
        }
    }
}
