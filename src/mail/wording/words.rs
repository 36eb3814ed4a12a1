//! Instants, roles and other people's words, as they stand in a letter.

use std::fmt::Display;

use chrono::{DateTime, Datelike, TimeZone, Timelike};

use crate::mail::letter::Language;

/// The most characters of somebody else's words in a letter.
const LONGEST: usize = 200;

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

/// An instant to the minute with its zone, such as `23 November 2026, 09:05 UTC`: a letter does not know where it is read.
pub(super) fn instant<Zone: TimeZone<Offset: Display>>(language: Language, at: &DateTime<Zone>) -> String {
    let month = usize::try_from(at.month0()).unwrap_or(0);
    let (day, year, hour, minute) = (at.day(), at.year(), at.hour(), at.minute());
    match language {
        Language::En => {
            let month = MONTHS_EN.get(month).copied().unwrap_or_default();
            format!("{day} {month} {year}, {hour:02}:{minute:02} {}", at.offset())
        }
        Language::Es => {
            let month = MONTHS_ES.get(month).copied().unwrap_or_default();
            format!("{day} de {month} de {year}, {hour:02}:{minute:02} {}", at.offset())
        }
    }
}

/// A role's key in words. A role that is not known here is shown as it is.
pub(super) fn role(language: Language, key: &str) -> String {
    let words = match (key, language) {
        ("owner", Language::En) => "owner",
        ("owner", Language::Es) => "propietario/a",
        ("admin", Language::En) => "administrator",
        ("admin", Language::Es) => "administrador/a",
        ("editor", Language::En) => "editor",
        ("editor", Language::Es) => "editor/a",
        ("author", Language::En) => "author",
        ("author", Language::Es) => "autor/a",
        ("reviewer", Language::En) => "reviewer",
        ("reviewer", Language::Es) => "revisor/a",
        ("front_desk", Language::En) => "front desk",
        ("front_desk", Language::Es) => "recepción",
        ("auditor", Language::En) => "auditor",
        ("auditor", Language::Es) => "auditor/a",
        (unknown, _) => return one_line(unknown),
    };
    words.to_owned()
}

/// Somebody else's words on one line: line breaks would begin a header or a paragraph of their own, marks that turn
/// the reading direction would show other words than stand there, and a long text would push the letter away.
pub(super) fn one_line(text: &str) -> String {
    let turned = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain =
        text.chars().map(|c| if c.is_control() || turned(c) || "\u{2028}\u{2029}".contains(c) { ' ' } else { c });
    let short: String = plain.take(LONGEST).collect();
    short.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A link in one piece. No address holds blanks or control characters; a link that did would not be one line.
pub(super) fn link(url: &str) -> String {
    url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_out_in_both_languages_and_names_its_zone() {
        let at: DateTime<chrono::Utc> = "2026-03-09T04:05:59Z".parse().unwrap();
        assert_eq!(instant(Language::En, &at), "9 March 2026, 04:05 UTC");
        assert_eq!(instant(Language::Es, &at), "9 de marzo de 2026, 04:05 UTC");
        let there = at.with_timezone(&chrono_tz::America::New_York);
        assert_eq!(instant(Language::En, &there), "9 March 2026, 00:05 EDT");
    }

    #[test]
    fn nobodys_words_break_a_line_or_turn_it() {
        assert_eq!(one_line("Ann\r\nBcc: x@y.example"), "Ann Bcc: x@y.example");
        assert_eq!(one_line(" a\u{202e}b\u{2028}c\u{0}d\t e "), "a b c d e");
        assert_eq!(one_line(&"é".repeat(300)).chars().count(), LONGEST);
    }
}
