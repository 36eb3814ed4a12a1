//! What was taken from a page and what was left, so that nothing goes missing in silence.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// How many characters of a left piece the people's form of the report shows.
const SHOWN_CHARS: usize = 60;
/// How many left pieces of one reason the people's form of the report shows.
const SHOWN_PIECES: usize = 3;

/// What reading a page came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The title and the facts, each with the words of the page it was read from.
    pub taken: Vec<Item>,
    /// Everything visible that is neither in the article nor in the facts, in the order met.
    pub left: Vec<Left>,
    /// The sizes of the parts.
    pub counts: Counts,
}

/// Sizes of what was read from a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Headings in the article, the title not counted.
    pub sections: u32,
    /// Paragraphs in the article, those inside lists and quotations not counted.
    pub paragraphs: u32,
    /// Lists in the article, nested ones not counted.
    pub lists: u32,
    /// Tables in the article.
    pub tables: u32,
    /// Facts of the clinic: name, phone, e-mail address, postal address.
    pub facts: u32,
    /// Pieces in `left`.
    pub left: u32,
    /// Elements that no reader sees (scripts, styles, templates) and that hold no article text.
    pub unseen: u32,
}

/// One thing taken from a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it became.
    pub kind: ItemKind,
    /// The page's own words, white space made single.
    pub text: String,
    /// The line of a text page, from 1; absent for HTML.
    pub line: Option<u32>,
}

/// What a taken thing became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// The title of the article.
    Title,
    /// The name of the clinic.
    ClinicName,
    /// The clinic's phone number.
    Phone,
    /// The clinic's e-mail address.
    Email,
    /// The clinic's postal address.
    Address,
    /// A label or heading that only announces facts, such as "Address:".
    Label,
}

/// One thing of the page that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The page's own words, or the name of what was there.
    pub what: String,
    /// Why it was left.
    pub why: Why,
    /// The line of a text page, from 1; absent for HTML.
    pub line: Option<u32>,
}

/// Why something was left. Serialized as `{"code": …, "sentence": …}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Menus, skip links, breadcrumbs, banners, footers.
    PageChrome,
    /// Text beside the main content of an HTML page.
    OutsideArticle,
    /// The title once more.
    RepeatedTitle,
    /// The title was too long for the field.
    TitleShortened,
    /// The page has no title line of its own.
    TitleGuessed,
    /// A name of the clinic with too little evidence.
    NameUncertain,
    /// A placeholder that a scraper or a mail-hiding script put in the place of an address.
    ScraperPlaceholder,
    /// An e-mail address that is none.
    EmailInvalid,
    /// A second e-mail address.
    AnotherEmail,
    /// A phone number that is none.
    PhoneInvalid,
    /// A second phone number.
    AnotherPhone,
    /// A postal address that cannot be taken apart.
    AddressUnreadable,
    /// A second postal address.
    AnotherAddress,
    /// A second name of the clinic.
    AnotherName,
    /// A labelled fact, such as a fax number, for which an import has no field.
    NoField,
    /// A label with nothing readable after it.
    LabelWithoutValue,
    /// A picture.
    ImageNotImported,
    /// A video, a sound, an embedded page.
    MediaNotImported,
    /// A form, a button, a field.
    FormNotImported,
    /// A link with a scheme that an article may not hold.
    UnsafeLink,
    /// Structured data that is not JSON.
    JsonLdUnreadable,
}

impl Why {
    /// The stable code, in snake case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PageChrome => "page_chrome",
            Self::OutsideArticle => "outside_article",
            Self::RepeatedTitle => "repeated_title",
            Self::TitleShortened => "title_shortened",
            Self::TitleGuessed => "title_guessed",
            Self::NameUncertain => "name_uncertain",
            Self::ScraperPlaceholder => "scraper_placeholder",
            Self::EmailInvalid => "email_invalid",
            Self::AnotherEmail => "another_email",
            Self::PhoneInvalid => "phone_invalid",
            Self::AnotherPhone => "another_phone",
            Self::AddressUnreadable => "address_unreadable",
            Self::AnotherAddress => "another_address",
            Self::AnotherName => "another_name",
            Self::NoField => "no_field",
            Self::LabelWithoutValue => "label_without_value",
            Self::ImageNotImported => "image_not_imported",
            Self::MediaNotImported => "media_not_imported",
            Self::FormNotImported => "form_not_imported",
            Self::UnsafeLink => "unsafe_link",
            Self::JsonLdUnreadable => "json_ld_unreadable",
        }
    }

    /// One sentence for people that also says what they can do.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PageChrome => "Part of the site around the article, not of the article.",
            Self::OutsideArticle => {
                "It stands beside the page's main content; add it to the article by hand if it belongs there."
            }
            Self::RepeatedTitle => "The title stands on the page more than once.",
            Self::TitleShortened => "A title holds 200 characters at most; the full words stay in the body.",
            Self::TitleGuessed => "The page has no title line; its first words stand in, so give the article a title.",
            Self::NameUncertain => {
                "The clinic's name is neither structured nor repeated; enter it by hand if it is right."
            }
            Self::ScraperPlaceholder => {
                "A placeholder stands where the e-mail address was; enter the real address by hand."
            }
            Self::EmailInvalid => "This is not an e-mail address; enter the right one by hand.",
            Self::AnotherEmail => "One e-mail address was already taken; add this one by hand if it is needed.",
            Self::PhoneInvalid => "This is not a valid phone number; enter the right one by hand.",
            Self::AnotherPhone => "One phone number was already taken; add this one by hand if it is needed.",
            Self::AddressUnreadable => {
                "This cannot be taken apart into street, city, state and ZIP code; enter it by hand."
            }
            Self::AnotherAddress => "One postal address was already taken; add this one as another location by hand.",
            Self::AnotherName => {
                "One name of the clinic was already taken; add this one as an alias by hand if it is one."
            }
            Self::NoField => "An import has no field for this; enter it by hand.",
            Self::LabelWithoutValue => "The label announces a fact that does not follow.",
            Self::ImageNotImported => "Pictures are not imported; upload them with their alternative text.",
            Self::MediaNotImported => "Embedded media is not imported; link to it by hand.",
            Self::FormNotImported => "Forms are not imported; build them as inquiry forms.",
            Self::UnsafeLink => {
                "Only http, https, mailto, tel and links within the site are kept; the link's text is in the article."
            }
            Self::JsonLdUnreadable => "The page's structured data is not valid JSON.",
        }
    }
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut why = serializer.serialize_struct("Why", 2)?;
        why.serialize_field("code", self.code())?;
        why.serialize_field("sentence", self.sentence())?;
        why.end()
    }
}

impl Report {
    /// How many things were left; anything but zero means that a person should look.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.left.len()
    }

    pub(super) fn leave(&mut self, what: impl Into<String>, why: Why, line: Option<u32>) {
        let what = what.into();
        self.left.push(Left { what, why, line });
    }

    pub(super) fn take(&mut self, kind: ItemKind, text: impl Into<String>, line: Option<u32>) {
        let text = text.into();
        self.taken.push(Item { kind, text, line });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.counts;
        write!(f, "{}, ", counted(counts.sections, "section"))?;
        write!(f, "{}", counted(counts.paragraphs, "paragraph"))?;
        for (count, noun) in [(counts.lists, "list"), (counts.tables, "table"), (counts.facts, "fact")] {
            if count > 0 {
                write!(f, ", {}", counted(count, noun))?;
            }
        }
        let end = if self.left.is_empty() { "." } else { ":" };
        write!(f, " taken; {} left{end}", self.left.len())?;
        self.write_left(f)
    }
}

impl Report {
    fn write_left(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<Why, Vec<&Left>> = BTreeMap::new();
        for left in &self.left {
            reasons.entry(left.why).or_default().push(left);
        }
        for (why, pieces) in reasons {
            write!(f, "\n  {} ({}): ", why.code(), pieces.len())?;
            for (index, left) in pieces.iter().take(SHOWN_PIECES).enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                write!(f, "{comma}\u{201c}{}\u{201d}", shown(&left.what))?;
                if let Some(line) = left.line {
                    write!(f, " (line {line})")?;
                }
            }
            if pieces.len() > SHOWN_PIECES {
                write!(f, " and {} more", pieces.len() - SHOWN_PIECES)?;
            }
            write!(f, ". {}", why.sentence())?;
        }
        Ok(())
    }
}

fn counted(count: u32, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARS {
        return text.to_owned();
    }
    let mut start: String = text.chars().take(SHOWN_CHARS).collect();
    start.push('\u{2026}');
    start
}
