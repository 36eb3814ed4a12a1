//! The settings as documents: `.env.example` and the table of the operations manual. Both are
//! written from [`SETTINGS`] alone.

use super::settings::{Effect, Fallback, SETTINGS, Setting};

/// Longest line of `.env.example`, in characters.
const WIDTH: usize = 96;

/// What is said about a setting that is accepted and not used.
const RESERVED: &str = "Accepted, but without effect in this version.";

/// The text of `.env.example`: every setting, commented out, under what it is for.
#[must_use]
pub fn env_example() -> String {
    let mut text = wrapped(
        "Every setting of clinic-cms. A flag wins over the environment, the environment over \
         clinic-cms.toml (keys in lower case without CMS_). Each variable also exists with _FILE \
         after its name: the value is then read from the file it names. Secrets are best kept so.",
    );
    for setting in SETTINGS {
        text.push('\n');
        text.push_str(&wrapped(&explanation(setting)));
        let value = match setting.fallback {
            Fallback::Value(value) => value,
            Fallback::Absent(_) => "",
        };
        text.extend(["#", setting.env, "=", value, "\n"]);
    }
    text
}

/// The Markdown table of all settings.
#[must_use]
pub fn settings_table() -> String {
    let mut table = "| Setting | Value | Default | Meaning |\n|---|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let cells = [format!("`{}`", setting.env), kind_text(setting), default_text(setting), meaning(setting)];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        table.extend(["| ", cells.join(" | ").as_str(), " |\n"]);
    }
    table
}

fn explanation(setting: &Setting) -> String {
    format!("{} Value: {}. Default: {}.", meaning(setting), kind_text(setting), default_text(setting))
}

fn meaning(setting: &Setting) -> String {
    match setting.effect {
        Effect::InUse => setting.doc.to_owned(),
        Effect::Reserved => format!("{} {RESERVED}", setting.doc),
    }
}

fn kind_text(setting: &Setting) -> String {
    let secret = if setting.is_secret() { " (secret)" } else { "" };
    format!("{}{secret}", setting.kind.expected())
}

fn default_text(setting: &Setting) -> String {
    match setting.fallback {
        Fallback::Value("") => "empty".to_owned(),
        Fallback::Value(value) => format!("`{value}`"),
        Fallback::Absent(meaning) => format!("unset: {meaning}"),
    }
}

/// The text as comment lines that break between words.
fn wrapped(text: &str) -> String {
    let mut lines = String::from("#");
    let mut width = 1;
    for word in text.split_whitespace() {
        let length = word.chars().count() + 1;
        if width > 1 && width + length > WIDTH {
            lines.push_str("\n#");
            width = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        width += length;
    }
    lines.push('\n');
    lines
}
