//! Reads settings one by one and keeps count: of what is wrong, and of what was read from where.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::database;
use super::mistakes::{ConfigErrors, Mistake, SetBy};
use super::parse::{self, Parsed};
use super::settings::{Effect, Fallback, SETTINGS, Setting};
use super::sources::{self, Found, Gathered, Given, Sources};

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// One setting as the operator sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// Name of the setting in the environment.
    pub name: &'static str,
    /// The value as written; `[redacted]` for a secret, absent where there is none.
    pub value: Option<String>,
    /// Where the value comes from.
    pub set_by: SetBy,
    /// Whether this version acts on the setting.
    pub effect: Effect,
}

/// Without the value: the e-mail address of an owner is among them.
impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.name, self.set_by)
    }
}

/// Reads settings out of what the sources say.
pub(super) struct Reader {
    gathered: Gathered,
    ambient_postgres_host: Option<String>,
    /// Names of the settings that were read, so that a test sees the one that was forgotten.
    #[cfg(test)]
    pub(super) asked: Vec<&'static str>,
}

impl Reader {
    pub(super) fn over(sources: &Sources) -> Self {
        Self {
            gathered: sources::gather(sources),
            ambient_postgres_host: sources.ambient_postgres_host(),
            #[cfg(test)]
            asked: Vec::new(),
        }
    }

    /// The value of a setting; absent where there is none or it is wrong, which is then noted.
    pub(super) fn read<T>(&mut self, setting: &Setting, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        #[cfg(test)]
        self.asked.push(setting.env);
        let found = self.found(setting)?;
        let text = found.text.expose_secret();
        match parse::plain(text, setting.kind).and_then(|()| parse(text)) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let mistake = sources::expecting(setting, found.set_by, wrong.into_owned());
                self.gathered.mistakes.push(mistake);
                None
            }
        }
    }

    pub(super) fn read_number<T: TryFrom<u32>>(&mut self, setting: &Setting) -> Option<T> {
        self.read(setting, |text| parse::number(text, setting.kind))
    }

    pub(super) fn read_postgres(&mut self, setting: &Setting) -> Option<SecretString> {
        let host = self.ambient_postgres_host.clone();
        self.read(setting, |text| database::postgres(text, host.as_deref()))
    }

    /// Notes a mistake where `setting` is set and none of `partners` is. Says nothing where the
    /// settings file is broken, since the partner may stand there.
    pub(super) fn refuse_alone(&mut self, setting: &Setting, partners: &[&Setting]) {
        let lonely = !partners.iter().any(|partner| self.is_given(partner));
        let Some(Given::Found(found)) = self.gathered.given.get(setting.env) else {
            return;
        };
        if lonely && self.gathered.complete {
            let names: Vec<_> = partners.iter().map(|partner| partner.env).collect();
            self.gathered.mistakes.push(Mistake {
                name: setting.env.to_owned(),
                set_by: found.set_by.clone(),
                wrong: "is set alone".to_owned(),
                remedy: format!("expected {} with it", names.join(" or ")),
            });
        }
    }

    /// Notes that `setting`, where it is set, does not go with another one.
    pub(super) fn refuse_beside(&mut self, setting: &Setting, wrong: &str, remedy: &str) {
        if let Some(Given::Found(found)) = self.gathered.given.get(setting.env) {
            let (name, set_by) = (setting.env.to_owned(), found.set_by.clone());
            self.gathered.mistakes.push(Mistake { name, set_by, wrong: wrong.to_owned(), remedy: remedy.to_owned() });
        }
    }

    /// The value, unless anything at all is wrong, and every setting as the operator sees it.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<(T, Vec<Shown>), ConfigErrors> {
        let shown = SETTINGS.iter().map(|setting| self.shown(setting)).collect();
        match value {
            Some(value) if self.gathered.mistakes.is_empty() => Ok((value, shown)),
            _ => Err(ConfigErrors(self.gathered.mistakes)),
        }
    }

    fn is_given(&self, setting: &Setting) -> bool {
        self.gathered.given.contains_key(setting.env)
    }

    fn found(&self, setting: &Setting) -> Option<Found> {
        match (self.gathered.given.get(setting.env), setting.fallback) {
            (Some(Given::Found(found)), _) => Some(found.clone()),
            (None, Fallback::Value(text)) => Some(Found { text: text.into(), set_by: SetBy::Default }),
            (Some(Given::Broken), _) | (None, Fallback::Absent(_)) => None,
        }
    }

    fn shown(&self, setting: &Setting) -> Shown {
        let found = self.found(setting);
        let value = found
            .as_ref()
            .map(|found| if setting.is_secret() { REDACTED.to_owned() } else { found.text.expose_secret().to_owned() });
        let set_by = found.map_or(SetBy::Default, |found| found.set_by);
        Shown { name: setting.env, value, set_by, effect: setting.effect }
    }
}
