//! What is wrong with the settings, told all at once. No mistake repeats a value.

use std::fmt;
use std::path::PathBuf;

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetBy {
    /// A command-line flag, named without its dashes.
    Flag(String),
    /// A variable of the environment.
    Environment(String),
    /// A file that a `…_FILE` variable names.
    FileOfEnvironment {
        /// The variable, `_FILE` included.
        variable: String,
        /// The file; absent where it may be the secret itself, put into the wrong variable.
        path: Option<PathBuf>,
    },
    /// The settings file.
    SettingsFile {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1; absent where the file as a whole is meant.
        line: Option<usize>,
    },
    /// Nobody set it.
    Default,
}

impl fmt::Display for SetBy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(out, "flag --{}", flag.escape_debug()),
            Self::Environment(variable) => write!(out, "environment {}", variable.escape_debug()),
            Self::FileOfEnvironment { variable, path: None } => {
                write!(out, "file named by {}", variable.escape_debug())
            }
            Self::FileOfEnvironment { variable, path: Some(path) } => {
                let path = path.to_string_lossy();
                write!(out, "file {} named by {variable}", path.escape_debug())
            }
            Self::SettingsFile { path, line } => {
                write!(out, "file {}", path.to_string_lossy().escape_debug())?;
                line.map_or(Ok(()), |line| write!(out, " line {line}"))
            }
            Self::Default => out.write_str("default"),
        }
    }
}

/// One mistake: which setting, where it was set, what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} ({set_by}): {wrong}; {remedy}", name.escape_debug())]
pub struct Mistake {
    /// The setting, as it is named where it was set.
    pub name: String,
    /// Where it was set.
    pub set_by: SetBy,
    /// What is wrong, without the value.
    pub wrong: String,
    /// What is expected, or which name was probably meant.
    pub remedy: String,
}

/// Every mistake in the settings; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct ConfigErrors(pub Vec<Mistake>);

fn listed(mistakes: &[Mistake]) -> String {
    let mut text = match mistakes {
        [_] => "1 mistake in the settings:".to_owned(),
        _ => format!("{} mistakes in the settings:", mistakes.len()),
    };
    for mistake in mistakes {
        text.push_str("\n  - ");
        text.push_str(&mistake.to_string());
    }
    text
}
