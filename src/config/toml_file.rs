//! The settings file: flat TOML whose keys are the settings' names in lower case without `CMS_`.
//!
//! Syntax errors are told by line and reason; the library's own rendering would quote the line, and
//! the line can hold a secret.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bounded_file::{self, Unreadable};
use super::mistakes::{Mistake, SetBy};
use super::settings::{Kind, SETTINGS, Setting};
use super::sources::{Found, SettingsFile, expecting, unknown};

/// What the settings file says.
pub(super) struct FileSettings {
    /// Values by the name of the setting in the environment.
    pub(super) values: BTreeMap<&'static str, Result<Found, Mistake>>,
    /// What is wrong with the file itself and with its keys.
    pub(super) mistakes: Vec<Mistake>,
    /// False where the file is missing or broken.
    pub(super) complete: bool,
}

impl FileSettings {
    fn nothing() -> Self {
        Self { values: BTreeMap::new(), mistakes: Vec::new(), complete: true }
    }

    fn broken(mistakes: Vec<Mistake>) -> Self {
        Self { values: BTreeMap::new(), mistakes, complete: false }
    }
}

/// Reads the settings file, if there is one to read.
pub(super) fn read(file: &SettingsFile) -> FileSettings {
    let (path, required) = match file {
        SettingsFile::Named(path) => (path, true),
        SettingsFile::IfPresent(path) => (path, false),
        SettingsFile::Nowhere => return FileSettings::nothing(),
    };
    match bounded_file::read(path) {
        Ok(text) => parse(path, &text),
        Err(Unreadable::Missing) if !required => FileSettings::nothing(),
        Err(reason) => FileSettings::broken(vec![Mistake {
            name: "settings file".to_owned(),
            set_by: SetBy::SettingsFile { path: path.clone(), line: None },
            wrong: format!("the file {reason}"),
            remedy: "expected a readable TOML file".to_owned(),
        }]),
    }
}

fn parse(path: &Path, text: &str) -> FileSettings {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return FileSettings::broken(errors.iter().map(|error| syntax_mistake(path, text, error)).collect());
    }
    let mut settings = FileSettings::nothing();
    for (key, value) in table.get_ref() {
        let line = Some(line_of(text, key.span().start));
        let set_by = SetBy::SettingsFile { path: path.to_owned(), line };
        let known = SETTINGS.iter().find(|setting| setting.key() == **key.get_ref());
        if let Some(setting) = known {
            let value = found(setting, value, set_by);
            settings.values.insert(setting.env, value);
        } else {
            let key = key.get_ref().clone().into_owned();
            settings.mistakes.push(unknown(key, set_by, Setting::key));
        }
    }
    settings
}

fn syntax_mistake(path: &Path, text: &str, error: &toml::de::Error) -> Mistake {
    let line = error.span().map(|span| line_of(text, span.start));
    Mistake {
        name: "settings file".to_owned(),
        set_by: SetBy::SettingsFile { path: path.to_owned(), line },
        wrong: format!("is not TOML: {}", error.message()),
        remedy: "expected lines of the form key = value, with text in quotes".to_owned(),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn found(setting: &Setting, value: &Spanned<DeValue<'_>>, set_by: SetBy) -> Result<Found, Mistake> {
    match text_of(value.get_ref(), setting.kind) {
        Ok(text) => Ok(Found { text: text.into(), set_by }),
        Err(wrong) => Err(expecting(setting, set_by, wrong)),
    }
}

/// The value as it would be written in the environment.
fn text_of(value: &DeValue<'_>, kind: Kind) -> Result<String, String> {
    match (value, kind) {
        (DeValue::String(text), _) => Ok(text.clone().into_owned()),
        (DeValue::Boolean(on), Kind::Switch | Kind::RateLimits) => Ok(on.to_string()),
        (DeValue::Integer(number), Kind::Number { .. }) => Ok(number.to_string()),
        (DeValue::Array(entries), kind) if kind.is_list() => {
            let entries: Result<Vec<_>, _> = entries.iter().map(entry_of).collect();
            Ok(entries?.join(","))
        }
        (other, _) => Err(format!("is of the TOML type {}", other.type_str())),
    }
}

fn entry_of<'v>(entry: &'v Spanned<DeValue<'_>>) -> Result<&'v str, String> {
    match entry.get_ref().as_str() {
        None => Err("has an entry that is not text".to_owned()),
        Some(text) if text.trim().is_empty() => Err("has an empty entry".to_owned()),
        Some(text) if text.contains(',') => Err("has an entry with a comma".to_owned()),
        Some(text) => Ok(text),
    }
}
