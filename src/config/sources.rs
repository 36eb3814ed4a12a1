//! Where settings come from, and which source wins: flag, environment, file named by the
//! environment, settings file. Nothing here knows what a value means.
//!
//! The environment is passed in; this room never reads that of the process.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::mistakes::{Mistake, SetBy};
use super::settings::{self, SETTINGS, Setting};
use super::{bounded_file, toml_file};

/// Name of the settings file that is read from the working directory where no other is named.
pub const DEFAULT_SETTINGS_FILE: &str = "clinic-cms.toml";

/// Everything a configuration is made from.
pub struct Sources {
    /// Values of command-line flags, by [`Setting::flag`].
    pub flags: BTreeMap<String, String>,
    /// The environment; names that are no business of this program are passed over.
    pub env: BTreeMap<OsString, OsString>,
    /// The settings file.
    pub settings_file: SettingsFile,
}

/// Which settings file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsFile {
    /// The one the operator named; that it is missing is a mistake.
    Named(PathBuf),
    /// This one, where it exists.
    IfPresent(PathBuf),
    /// None.
    Nowhere,
}

impl Sources {
    /// The sources of a process: its flags, its environment (`std::env::vars_os`, which unlike
    /// `vars` survives a name or value that is not UTF-8), and the file named by `--config`, else
    /// [`DEFAULT_SETTINGS_FILE`] where it exists.
    pub fn of_process(
        flags: BTreeMap<String, String>,
        env: impl IntoIterator<Item = (OsString, OsString)>,
        config: Option<PathBuf>,
    ) -> Self {
        let settings_file =
            config.map_or_else(|| SettingsFile::IfPresent(PathBuf::from(DEFAULT_SETTINGS_FILE)), SettingsFile::Named);
        Self { flags, env: env.into_iter().collect(), settings_file }
    }

    /// The host Postgres clients take where an address names none (libpq, "Environment
    /// Variables"; sqlx follows it).
    pub(super) fn ambient_postgres_host(&self) -> Option<String> {
        let host = self.variable("PGHOSTADDR").or_else(|| self.variable("PGHOST"))?;
        Some(host.to_string_lossy().into_owned())
    }

    fn variable(&self, name: &str) -> Option<&OsStr> {
        self.env.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

/// Names alone: values of flags and of the environment can be secrets.
impl fmt::Debug for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sources")
            .field("flags", &self.flags.keys())
            .field("settings_file", &self.settings_file)
            .finish_non_exhaustive()
    }
}

/// The text of a setting and where it comes from. Kept as a secret whatever it is.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) text: SecretString,
    pub(super) set_by: SetBy,
}

/// What the sources say about one setting.
#[derive(Debug, Clone)]
pub(super) enum Given {
    /// A value.
    Found(Found),
    /// It is set, but its value could not be had; the mistake is already noted.
    Broken,
}

/// What all the sources say together.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) given: BTreeMap<&'static str, Given>,
    pub(super) mistakes: Vec<Mistake>,
    /// False where the settings file could not be read, so that a setting may only seem missing.
    pub(super) complete: bool,
}

/// Reads every source; the highest that has a setting wins, and only its value is looked at.
pub(super) fn gather(sources: &Sources) -> Gathered {
    let file = toml_file::read(&sources.settings_file);
    let mut gathered = Gathered { complete: file.complete, ..Gathered::default() };
    gathered.mistakes.extend(unknown_flags(sources));
    gathered.mistakes.extend(unknown_variables(sources));
    gathered.mistakes.extend(file.mistakes);
    let mut from_file = file.values;
    for setting in SETTINGS {
        let in_file = from_file.remove(setting.env);
        match resolve(sources, setting, in_file) {
            Ok(Some(found)) => gathered.given.insert(setting.env, Given::Found(found)),
            Ok(None) => None,
            Err(mistake) => {
                gathered.mistakes.push(mistake);
                gathered.given.insert(setting.env, Given::Broken)
            }
        };
    }
    gathered
}

fn resolve(
    sources: &Sources,
    setting: &Setting,
    in_file: Option<Result<Found, Mistake>>,
) -> Result<Option<Found>, Mistake> {
    let file_variable = format!("{}_FILE", setting.env);
    let direct = sources.variable(setting.env);
    let by_file = sources.variable(&file_variable);
    if direct.is_some() && by_file.is_some() {
        return Err(set_twice(setting, &file_variable));
    }
    if let Some(text) = sources.flags.get(&setting.flag()) {
        let set_by = SetBy::Flag(setting.flag());
        return Ok(Some(Found { text: text.as_str().into(), set_by }));
    }
    if let Some(value) = direct {
        return from_variable(setting, value).map(Some);
    }
    if let Some(path) = by_file {
        return from_named_file(setting, file_variable, Path::new(path)).map(Some);
    }
    in_file.transpose()
}

fn from_variable(setting: &Setting, value: &OsStr) -> Result<Found, Mistake> {
    let set_by = SetBy::Environment(setting.env.to_owned());
    match value.to_str() {
        Some(text) => Ok(Found { text: text.into(), set_by }),
        None => Err(expecting(setting, set_by, "is not UTF-8 text".to_owned())),
    }
}

fn from_named_file(setting: &Setting, variable: String, path: &Path) -> Result<Found, Mistake> {
    // A secret put into the `_FILE` variable itself must not come back as the name of a file.
    let nameable = !setting.is_secret() || path.try_exists().unwrap_or(false);
    let set_by = SetBy::FileOfEnvironment { variable, path: nameable.then(|| path.to_owned()) };
    if path.as_os_str().is_empty() {
        return Err(Mistake {
            name: setting.env.to_owned(),
            set_by,
            wrong: "the variable is empty".to_owned(),
            remedy: "expected the path of a file that holds the value".to_owned(),
        });
    }
    match bounded_file::read(path) {
        Ok(text) => Ok(Found { text: without_line_end(&text).into(), set_by }),
        Err(reason) => Err(Mistake {
            name: setting.env.to_owned(),
            set_by,
            wrong: format!("the file {reason}"),
            remedy: "expected a readable text file that holds the value alone".to_owned(),
        }),
    }
}

/// Cuts the one line end that editors and `echo` leave after a value.
fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn set_twice(setting: &Setting, file_variable: &str) -> Mistake {
    Mistake {
        name: setting.env.to_owned(),
        set_by: SetBy::Environment(setting.env.to_owned()),
        wrong: format!("{file_variable} is set as well"),
        remedy: "expected only one of the two".to_owned(),
    }
}

/// A mistake in the value of a setting.
pub(super) fn expecting(setting: &Setting, set_by: SetBy, wrong: String) -> Mistake {
    Mistake { name: setting.env.to_owned(), set_by, wrong, remedy: format!("expected {}", setting.kind.expected()) }
}

/// A mistake in the name of a setting; `meant` writes a known setting the same way.
pub(super) fn unknown(name: String, set_by: SetBy, meant: impl Fn(&Setting) -> String) -> Mistake {
    let remedy = match settings::nearest(&name) {
        Some(setting) => format!("did you mean {}?", meant(setting)),
        None => "see .env.example for every name".to_owned(),
    };
    Mistake { name, set_by, wrong: "is not a setting".to_owned(), remedy }
}

fn unknown_flags(sources: &Sources) -> impl Iterator<Item = Mistake> {
    let known = |name: &String| SETTINGS.iter().any(|setting| setting.flag() == **name);
    sources
        .flags
        .keys()
        .filter(move |name| !known(name))
        .map(|name| unknown(format!("--{name}"), SetBy::Flag(name.clone()), |setting| format!("--{}", setting.flag())))
}

fn unknown_variables(sources: &Sources) -> impl Iterator<Item = Mistake> {
    let names = sources.env.keys().map(|name| name.to_string_lossy().into_owned());
    let ours = names.filter(|name| name.starts_with("CMS_"));
    ours.filter(|name| {
        let plain = name.strip_suffix("_FILE").unwrap_or(name);
        !SETTINGS.iter().any(|setting| setting.env == plain)
    })
    .map(|name| {
        let ending = if name.ends_with("_FILE") { "_FILE" } else { "" };
        let set_by = SetBy::Environment(name.clone());
        unknown(name, set_by, |setting| format!("{}{ending}", setting.env))
    })
}
